"""PURE tables: who may do what with organisations and their people."""

from enum import StrEnum

from ledger.machine import Machine, Who, move
from ledger.roles import Role


class Side(StrEnum):
    """Where one stands towards a case."""

    SELF = "self"
    PRINCIPAL = "principal"
    AGENT = "agent"
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
        move("delegate", ANY, None, [Who(Side.SELF, role) for role in Role], "lender_holds_roles"),
        move("withdraw_delegation", ANY, None, [Who(Side.SELF, role) for role in Role]),
        move("hand_over_work", ANY, None, [ADMIN]),
        move("give_mandate", ANY, None, [ADMIN]),
        move("claim_listed", "verified", None, [Who(Side.SELF, Role.STEWARD), ADMIN]),
    ],
)


class MandateState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    RESIGNED = "resigned"


M = MandateState
PRINCIPAL = Who(Side.PRINCIPAL, Role.ORG_ADMIN)
AGENT = Who(Side.AGENT, Role.ORG_ADMIN)
#: What a principal may entrust: a party's acts. Members and roles stay its own, and a body's acts are nobody's to lend.
ENTRUSTED = (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.APPLICANT)

#: Agency by agreement (Civil Code arts. 165, 173): the principal may revoke and the agent resign at any time.
MANDATE = Machine(
    "mandate",
    MandateState,
    [
        move("accept_mandate", M.OFFERED, M.ACCEPTED, [AGENT], "period_is_open"),
        move("decline_mandate", M.OFFERED, M.DECLINED, [AGENT]),
        move("resign_mandate", M.ACCEPTED, M.RESIGNED, [AGENT]),
        move("withdraw_mandate", (M.OFFERED, M.ACCEPTED), M.WITHDRAWN, [PRINCIPAL]),
    ],
)


class ErasureState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


E = ErasureState
#: Deletion of what an entry says (PIPL art. 47): one officer asks, another one decides.
ERASURE = Machine(
    "erasure",
    ErasureState,
    [
        move("carry_out_erasure", E.ASKED, E.DONE, [OFFICER], "other_hand"),
        move("decline_erasure", E.ASKED, E.DECLINED, [OFFICER]),
    ],
)
