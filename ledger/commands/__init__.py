"""The ground floor's commands."""

from ledger.commands.organisations import (
    describe_organisation,
    found_register,
    register_organisation,
    verify_organisation,
)
from ledger.commands.passwords import change_password
from ledger.commands.people import (
    accept_invitation,
    delegate,
    grant_role,
    hand_over_work,
    invite_member,
    register_person,
    withdraw_delegation,
    withdraw_role,
)
from ledger.commands.tokens import issue_token, withdraw_token

__all__ = [
    "accept_invitation",
    "change_password",
    "delegate",
    "describe_organisation",
    "found_register",
    "grant_role",
    "hand_over_work",
    "invite_member",
    "issue_token",
    "register_organisation",
    "register_person",
    "verify_organisation",
    "withdraw_delegation",
    "withdraw_role",
    "withdraw_token",
]
