"""The ground floor's tables."""

from ledger.models.audits import AuditRun
from ledger.models.clocks import CalendarYear, Clock, DemoClock
from ledger.models.idempotency import IdempotentAnswer
from ledger.models.log import Body, Checkpoint, Disclosure, Event, Head, Leaf, Pending, Tile
from ledger.models.mandates import Mandate
from ledger.models.organisations import (
    Delegation,
    Invitation,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    OrganisationUserPermission,
)
from ledger.models.people import AccessToken, Pseudonym, User

__all__ = [
    "AccessToken",
    "AuditRun",
    "Body",
    "CalendarYear",
    "Checkpoint",
    "Clock",
    "Delegation",
    "DemoClock",
    "Disclosure",
    "Event",
    "Head",
    "IdempotentAnswer",
    "Invitation",
    "Leaf",
    "Mandate",
    "Membership",
    "Organisation",
    "OrganisationGroupPermission",
    "OrganisationUserPermission",
    "Pending",
    "Pseudonym",
    "Tile",
    "User",
]
