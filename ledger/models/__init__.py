"""The ground floor's tables."""

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
    "Delegation",
    "Invitation",
    "Membership",
    "Organisation",
    "OrganisationGroupPermission",
    "OrganisationUserPermission",
    "Pseudonym",
    "User",
]
