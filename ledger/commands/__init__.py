"""The ground floor's commands."""

from ledger.commands.absences import delegate, hand_over_work, withdraw_delegation
from ledger.commands.erasures import ask_erasure, carry_out_erasure, decline_erasure
from ledger.commands.keys import add_key, retire_key
from ledger.commands.mandates import (
    accept_mandate,
    decline_mandate,
    give_mandate,
    resign_mandate,
    withdraw_mandate,
)
from ledger.commands.organisations import (
    describe_organisation,
    found_register,
    register_organisation,
    verify_organisation,
)
from ledger.commands.passwords import change_password, open_reset
from ledger.commands.people import (
    accept_invitation,
    grant_role,
    invite_member,
    register_person,
    withdraw_role,
)
from ledger.commands.tokens import issue_token, withdraw_token
from ledger.commands.witnesses import set_witness_policy, unwatch_log, watch_log

__all__ = [
    "accept_invitation",
    "accept_mandate",
    "add_key",
    "ask_erasure",
    "carry_out_erasure",
    "change_password",
    "decline_erasure",
    "decline_mandate",
    "delegate",
    "describe_organisation",
    "found_register",
    "give_mandate",
    "grant_role",
    "hand_over_work",
    "invite_member",
    "issue_token",
    "open_reset",
    "register_organisation",
    "register_person",
    "resign_mandate",
    "retire_key",
    "set_witness_policy",
    "unwatch_log",
    "verify_organisation",
    "watch_log",
    "withdraw_delegation",
    "withdraw_mandate",
    "withdraw_role",
    "withdraw_token",
]
