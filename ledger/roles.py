"""PURE: what a person may be in an organisation. The words for people are in ledger.actor."""

from enum import StrEnum


class Role(StrEnum):
    """A role (domain, section 2); each is a guardian codename on Organisation."""

    STEWARD = "steward"
    HEAD_FILING = "head_filing"
    HEAD_SHARING = "head_sharing"
    APPLICANT = "applicant"
    OFFICER = "officer"
    AGENT = "agent"
    AUDITOR = "auditor"
    ORG_ADMIN = "org_admin"
