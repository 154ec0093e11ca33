"""The ground floor's tables."""

from ledger.models.audits import AuditRun
from ledger.models.clocks import CalendarYear, Clock, DemoClock
from ledger.models.erasures import Erasure, Ground
from ledger.models.followers import Follower
from ledger.models.idempotency import IdempotentAnswer
from ledger.models.log import Body, Checkpoint, Disclosure, Event, Head, Leaf, Pending, Tile
from ledger.models.mandates import Mandate
from ledger.models.messages import Message, ReadMark
from ledger.models.organisations import (
    Delegation,
    Invitation,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    OrganisationUserPermission,
)
from ledger.models.people import AccessToken, Pseudonym, User
from ledger.models.witnesses import Cosignature, WatchedLog, WitnessContact, Witnessed, WitnessPolicy

__all__ = [
    "AccessToken",
    "AuditRun",
    "Body",
    "CalendarYear",
    "Checkpoint",
    "Clock",
    "Cosignature",
    "Delegation",
    "DemoClock",
    "Disclosure",
    "Erasure",
    "Event",
    "Follower",
    "Ground",
    "Head",
    "IdempotentAnswer",
    "Invitation",
    "Leaf",
    "Mandate",
    "Membership",
    "Message",
    "Organisation",
    "OrganisationGroupPermission",
    "OrganisationUserPermission",
    "Pending",
    "Pseudonym",
    "ReadMark",
    "Tile",
    "User",
    "WatchedLog",
    "WitnessContact",
    "WitnessPolicy",
    "Witnessed",
]
