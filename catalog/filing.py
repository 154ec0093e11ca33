"""PURE tables: how a dataset and its filing move, and who may move them (domain, section 4; A arts. 8-13)."""

from enum import StrEnum

from ledger.machine import Machine, Who, move
from ledger.parties import Side
from ledger.roles import Role


class DatasetState(StrEnum):
    DRAFT = "draft"
    LISTED = "listed"
    REGISTERED = "registered"
    EXPIRED = "expired"
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"


class FilingState(StrEnum):
    DRAFT = "draft"
    AWAITING_HEAD = "awaiting_head"
    FILED = "filed"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    IN_REVIEW = "in_review"
    IN_NOTICE = "in_notice"
    OBJECTION_PENDING = "objection_pending"
    CODED = "coded"
    NOT_ACCEPTED = "not_accepted"
    REFUSED = "refused"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    DEEMED_WITHDRAWN = "deemed_withdrawn"


class ObjectionState(StrEnum):
    RAISED = "raised"
    ANSWERED = "answered"
    INADMISSIBLE = "inadmissible"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


S = FilingState
STEWARD = Who(Side.OWNER, Role.STEWARD)
HEAD = Who(Side.OWNER, Role.HEAD_FILING)
OFFICER = Who(Side.BODY, Role.OFFICER)
ROBOT = Who(Side.ROBOT, "robot")
PERSON = Who(Side.PERSON, "*")

#: States in which a filing is still under way.
OPEN = (
    S.DRAFT,
    S.AWAITING_HEAD,
    S.FILED,
    S.SUPPLEMENT_REQUESTED,
    S.IN_REVIEW,
    S.IN_NOTICE,
    S.OBJECTION_PENDING,
)
#: States in which the owner may still change what it proposes.
WRITABLE = (S.DRAFT, S.SUPPLEMENT_REQUESTED, S.IN_REVIEW)
#: States in which the notice is public.
PUBLISHED = (S.IN_NOTICE, S.OBJECTION_PENDING)
#: States in which the registry body has the case before it.
WITH_BODY = (S.FILED, S.SUPPLEMENT_REQUESTED, S.IN_REVIEW, S.IN_NOTICE, S.OBJECTION_PENDING)

FILING = Machine(
    "filing",
    FilingState,
    [
        move("amend_filing", WRITABLE, None, [STEWARD]),
        move("attach_material", WRITABLE, None, [STEWARD]),
        # to awaiting_head; straight on where the same hand may endorse
        move("submit_filing", S.DRAFT, None, [STEWARD]),
        # to filed, or coded where the profile knows no officer
        move("endorse_filing", S.AWAITING_HEAD, None, [HEAD]),
        move("return_filing", S.AWAITING_HEAD, S.DRAFT, [HEAD]),
        move("accept_filing", S.FILED, S.IN_REVIEW, [OFFICER]),
        move("request_supplement", S.FILED, S.SUPPLEMENT_REQUESTED, [OFFICER]),
        move("decline_filing", S.FILED, S.NOT_ACCEPTED, [OFFICER]),
        move("transfer_filing", S.FILED, S.FILED, [OFFICER]),
        move("resubmit_filing", S.SUPPLEMENT_REQUESTED, S.FILED, [STEWARD]),
        move(
            "deem_filing_withdrawn", S.SUPPLEMENT_REQUESTED, S.DEEMED_WITHDRAWN, [ROBOT], "supplement_is_late"
        ),
        move("ask_clarification", S.IN_REVIEW, None, [OFFICER]),
        # to in_notice, or coded where the profile knows no notice
        move("pass_filing", S.IN_REVIEW, None, [OFFICER]),
        move("refuse_filing", S.IN_REVIEW, S.REFUSED, [OFFICER]),
        move("explain_delay", S.IN_REVIEW, None, [OFFICER]),
        move("raise_objection", PUBLISHED, S.OBJECTION_PENDING, [PERSON], "objector_is_outside"),
        move("halt_notice", PUBLISHED, S.IN_REVIEW, [OFFICER]),
        move("issue_code", S.IN_NOTICE, S.CODED, [ROBOT], "notice_is_over"),
        move("withdraw_filing", OPEN, S.WITHDRAWN, [STEWARD]),
    ],
)

#: State → who must act in it, and the rule of the clock that runs.
AWAITS = {
    S.DRAFT: (STEWARD, ""),
    S.AWAITING_HEAD: (HEAD, ""),
    S.FILED: (OFFICER, "filing.accept"),
    S.SUPPLEMENT_REQUESTED: (STEWARD, "filing.supplement"),
    S.IN_REVIEW: (OFFICER, "filing.review"),
    S.IN_NOTICE: (ROBOT, "filing.notice"),
    S.OBJECTION_PENDING: (OFFICER, ""),
}

J = ObjectionState
OBJECTION = Machine(
    "objection",
    ObjectionState,
    [
        move("answer_objection", J.RAISED, J.ANSWERED, [STEWARD]),
        move("reject_inadmissible", (J.RAISED, J.ANSWERED), J.INADMISSIBLE, [OFFICER]),
        move("uphold_objection", (J.RAISED, J.ANSWERED), J.UPHELD, [OFFICER]),
        move("dismiss_objection", (J.RAISED, J.ANSWERED), J.DISMISSED, [OFFICER]),
    ],
)

D = DatasetState
ALIVE = (D.DRAFT, D.LISTED, D.REGISTERED)
DATASET = Machine(
    "dataset",
    DatasetState,
    [
        move("describe_dataset", (D.DRAFT, D.LISTED), None, [STEWARD], "nothing_is_filed"),
        move("add_distribution", (D.DRAFT, D.LISTED, D.REGISTERED), None, [STEWARD]),
        move("remove_distribution", (D.DRAFT, D.LISTED), None, [STEWARD], "nothing_is_filed"),
        move("draft_filing", (D.DRAFT, D.LISTED), None, [STEWARD], "nothing_is_filed"),
        move("file_assessment", ALIVE, None, [STEWARD]),
        move("add_relation", ALIVE, None, [STEWARD]),
        move("share_dataset", ALIVE, None, [STEWARD]),
        move("withhold_dataset", (D.LISTED, D.REGISTERED), None, [HEAD, OFFICER], "is_shown"),
        move(
            "lift_withholding", (D.LISTED, D.REGISTERED), None, [HEAD, OFFICER], "is_withheld", "shower_may"
        ),
        move("expire_dataset", D.REGISTERED, D.EXPIRED, [ROBOT], "validity_is_over"),
        move("discard_dataset", D.DRAFT, None, [STEWARD], "nothing_is_filed"),
    ],
)

ASSESSMENT = Machine(
    "assessment",
    ("filed", "verified", "rejected"),
    [
        move(
            "verify_assessment",
            "filed",
            "verified",
            [OFFICER, Who(Side.OWNER, Role.HEAD_FILING)],
            "verifier_may",
        ),
        move("reject_assessment", "filed", "rejected", [OFFICER]),
    ],
)
