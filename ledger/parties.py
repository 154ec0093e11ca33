"""PURE tables: who may do what with organisations and their people."""

from enum import StrEnum

from ledger.machine import Machine, Who, move
from ledger.roles import Role


class Side(StrEnum):
    """Where one stands towards a case."""

    SELF = "self"
    OWNER = "owner"
    CONSUMER = "consumer"
    BODY = "body"
    AUTHORITY = "authority"
    PERSON = "person"
    ROBOT = "robot"


ADMIN = Who(Side.SELF, Role.ORG_ADMIN)
HEADS = (Who(Side.SELF, Role.HEAD_FILING), Who(Side.SELF, Role.HEAD_SHARING))
OFFICER = Who(Side.BODY, Role.OFFICER)
ANY = ("unverified", "verified")

ORGANISATION = Machine(
    "organisation",
    ANY,
    [
        move("verify_organisation", "unverified", "verified", [OFFICER]),
        move("describe_organisation", ANY, None, [ADMIN]),
        move("invite_member", ANY, None, [ADMIN]),
        move("grant_role", ANY, None, [ADMIN]),
        move("withdraw_role", ANY, None, [ADMIN]),
        move("delegate", ANY, None, [Who(Side.SELF, role) for role in Role]),
        move("withdraw_delegation", ANY, None, [Who(Side.SELF, role) for role in Role]),
        move("hand_over_work", ANY, None, [ADMIN]),
        move("claim_listed", "verified", None, [Who(Side.SELF, Role.STEWARD), ADMIN]),
    ],
)
