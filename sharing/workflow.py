"""PURE tables: how applications, requests, agreements, grants and side procedures move, and who may move them
(B arts. 14-28)."""

from enum import StrEnum

from ledger.machine import Machine, Who, move
from ledger.parties import Side
from ledger.roles import Role


class ApplicationState(StrEnum):
    DRAFT = "draft"
    AWAITING_HEAD = "awaiting_head"
    SENT = "sent"
    DISCARDED = "discarded"


class RequestState(StrEnum):
    UNDER_REVIEW = "under_review"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    APPROVED = "approved"
    GRANTED = "granted"
    DELIVERED = "delivered"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    DEEMED_WITHDRAWN = "deemed_withdrawn"


class AgreementState(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    DECLINED = "declined"
    LAPSED = "lapsed"


class GrantState(StrEnum):
    ACTIVE = "active"
    ON_NOTICE = "on_notice"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CLOSING = "closing"
    CLOSED = "closed"


class ConsentState(StrEnum):
    STANDING = "standing"
    WITHDRAWN = "withdrawn"


class CorrectionState(StrEnum):
    REPORTED = "reported"
    CORRECTED = "corrected"
    DECLINED = "declined"


class DisputeState(StrEnum):
    NEGOTIATION = "negotiation"
    MEDIATION = "mediation"
    BEFORE_GOVERNMENT = "before_government"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class MissingState(StrEnum):
    CALLED = "called"
    PROMISED = "promised"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


APPLICANT = Who(Side.CONSUMER, Role.APPLICANT)
CONSUMER_HEAD = Who(Side.CONSUMER, Role.HEAD_SHARING)
STEWARD = Who(Side.OWNER, Role.STEWARD)
FILING_HEAD = Who(Side.OWNER, Role.HEAD_FILING)
HEAD = Who(Side.OWNER, Role.HEAD_SHARING)
OFFICER = Who(Side.AUTHORITY, Role.OFFICER)
ROBOT = Who(Side.ROBOT, "robot")
#: Where no authority is competent (private regime), the consumer's head consents in an officer's place.
STAND_IN = Who(Side.AUTHORITY, "stand_in")

BOTH_HEADS = (CONSUMER_HEAD, HEAD)
#: Whom a route may ask for a recommendation; which of them is asked now is the stage's matter.
RECOMMENDERS = (STEWARD, FILING_HEAD, HEAD, OFFICER)
#: Who in the grantee's house may take delivered data out.
RECEIVERS = (APPLICANT, CONSUMER_HEAD, Who(Side.CONSUMER, Role.STEWARD))

A = ApplicationState
APPLICATION = Machine(
    "application",
    ApplicationState,
    [
        move("amend_application", A.DRAFT, None, [APPLICANT]),
        move("attach_document", A.DRAFT, None, [APPLICANT]),
        # to awaiting_head; straight to sent where the same hand may endorse
        move("submit_application", A.DRAFT, None, [APPLICANT]),
        move("endorse_application", A.AWAITING_HEAD, A.SENT, [CONSUMER_HEAD]),
        move("return_application", A.AWAITING_HEAD, A.DRAFT, [CONSUMER_HEAD]),
        move("discard_application", (A.DRAFT, A.AWAITING_HEAD), A.DISCARDED, [APPLICANT]),
        move("copy_application", (A.SENT, A.DISCARDED), None, [APPLICANT]),
    ],
)

R = RequestState
#: States in which a request is under way.
OPEN = (R.UNDER_REVIEW, R.SUPPLEMENT_REQUESTED, R.APPROVED, R.GRANTED)
#: States in which nothing has been decided.
UNDECIDED = (R.UNDER_REVIEW, R.SUPPLEMENT_REQUESTED)
#: States in which data may already be used.
GRANTED = (R.GRANTED, R.DELIVERED)

SHARE_REQUEST = Machine(
    "sharerequest",
    RequestState,
    [
        move("ask_supplement", R.UNDER_REVIEW, R.SUPPLEMENT_REQUESTED, [STEWARD, HEAD]),
        move("resubmit_request", R.SUPPLEMENT_REQUESTED, R.UNDER_REVIEW, [APPLICANT]),
        move(
            "deem_request_withdrawn",
            R.SUPPLEMENT_REQUESTED,
            R.DEEMED_WITHDRAWN,
            [ROBOT],
            "supplement_is_late",
        ),
        move("ask_advice", R.UNDER_REVIEW, None, [STEWARD, HEAD]),
        move("advise", R.UNDER_REVIEW, None, RECOMMENDERS, "is_asked_for_advice"),
        move("recommend", R.UNDER_REVIEW, None, RECOMMENDERS, "is_own_stage"),
        # to approved, or granted where no agreement is demanded
        move("agree_request", R.UNDER_REVIEW, None, [HEAD], "stages_are_done"),
        # an incomplete request is never refused for being incomplete (B art. 21)
        move("refuse_request", R.UNDER_REVIEW, R.REFUSED, [HEAD], "stages_are_done", "nothing_is_missing"),
        move("ask_extension", R.UNDER_REVIEW, None, [HEAD], "extension_is_open"),
        move("consent_extension", R.UNDER_REVIEW, None, [OFFICER, STAND_IN], "extension_is_asked"),
        move("decline_extension", R.UNDER_REVIEW, None, [OFFICER, STAND_IN], "extension_is_asked"),
        move("agree_by_standing_consent", R.UNDER_REVIEW, R.GRANTED, [ROBOT], "consent_stands"),
        move("deliver", R.GRANTED, R.DELIVERED, [STEWARD, HEAD], "grant_is_live"),
        move("confirm_delivery", R.DELIVERED, None, [APPLICANT], "delivery_is_unconfirmed"),
        move("contest_delivery", R.DELIVERED, R.GRANTED, [APPLICANT], "delivery_is_unconfirmed"),
        move("withdraw_request", (*UNDECIDED, R.APPROVED), R.WITHDRAWN, [APPLICANT]),
        move(
            "open_dispute",
            (*OPEN, R.DELIVERED, R.REFUSED, R.LAPSED),
            None,
            (APPLICANT, CONSUMER_HEAD),
            "is_disputable",
        ),
    ],
)

#: State → who must act in it, and the rule of the clock that runs.
AWAITS = {
    R.UNDER_REVIEW: (HEAD, "request.reply"),
    R.SUPPLEMENT_REQUESTED: (APPLICANT, "request.supplement"),
    R.APPROVED: (CONSUMER_HEAD, "request.agreement_lapse"),
    R.GRANTED: (STEWARD, "request.delivery"),
    R.DELIVERED: (APPLICANT, ""),
}
APPLICATION_AWAITS = {A.DRAFT: (APPLICANT, ""), A.AWAITING_HEAD: (CONSUMER_HEAD, "")}

AGREEMENT = Machine(
    "agreement",
    AgreementState,
    [
        # to in_force with the second signature
        move(
            "sign_agreement", AgreementState.PROPOSED, None, BOTH_HEADS, "is_in_time", "side_has_not_signed"
        ),
        move("decline_agreement", AgreementState.PROPOSED, AgreementState.DECLINED, BOTH_HEADS),
        move("lapse_agreement", AgreementState.PROPOSED, AgreementState.LAPSED, [ROBOT], "signing_is_late"),
    ],
)
AGREEMENT_AWAITS = {AgreementState.PROPOSED: (BOTH_HEADS, "request.agreement_lapse")}

G = GrantState
#: States in which a grant carries, its dates and the dataset permitting.
LIVE = (G.ACTIVE, G.ON_NOTICE)
GRANT = Machine(
    "grant",
    GrantState,
    [
        move("put_on_notice", G.ACTIVE, G.ON_NOTICE, [OFFICER, ROBOT]),
        move("lift_notice", G.ON_NOTICE, G.ACTIVE, [OFFICER, ROBOT]),
        move("suspend_grant", LIVE, G.SUSPENDED, [HEAD, OFFICER]),
        move("reinstate_grant", G.SUSPENDED, G.ACTIVE, [HEAD, OFFICER]),
        # only after a missed term (R 37)
        move("terminate_grant", G.SUSPENDED, G.CLOSING, [HEAD, OFFICER], "mending_is_late"),
        # the first head proposes, the other side's concurs
        move("renew_grant", G.ACTIVE, G.ACTIVE, BOTH_HEADS, "is_running", "other_side_is_awaited"),
        move("expire_grant", (*LIVE, G.SUSPENDED), G.EXPIRED, [ROBOT], "is_over"),
        move("close_grant", LIVE, G.CLOSING, [APPLICANT]),
        move("file_deletion", (G.EXPIRED, G.CLOSING), G.CLOSED, [APPLICANT]),
        move("report_use", LIVE, None, RECEIVERS, "is_running"),
        move("report_error", LIVE, None, RECEIVERS, "is_running"),
        move("download", LIVE, None, RECEIVERS, "is_running", "is_delivered", "dataset_is_shown"),
    ],
)
GRANT_AWAITS = {
    G.SUSPENDED: (HEAD, "grant.mend"),
    G.EXPIRED: (APPLICANT, "grant.deletion"),
    G.CLOSING: (APPLICANT, "grant.deletion"),
}

#: What sharing adds to a dataset; the states are the catalogue's.
STANDING = Machine(
    "standingconsent",
    ConsentState,
    [move("withdraw_standing_consent", ConsentState.STANDING, ConsentState.WITHDRAWN, [HEAD])],
)

CORRECTION = Machine(
    "correction",
    CorrectionState,
    [
        # to corrected, or declined when the data is right as it stands
        move("answer_error", CorrectionState.REPORTED, None, [STEWARD, HEAD]),
    ],
)
CORRECTION_AWAITS = {CorrectionState.REPORTED: (STEWARD, "correction")}

D = DisputeState
DISPUTE = Machine(
    "dispute",
    DisputeState,
    [
        move("answer_dispute", D.NEGOTIATION, None, [HEAD]),
        # one step at a time: the authority, then its government (B art. 28)
        move(
            "escalate_dispute",
            (D.NEGOTIATION, D.MEDIATION),
            None,
            (APPLICANT, CONSUMER_HEAD),
            "next_instance_exists",
        ),
        move("settle_dispute", D.NEGOTIATION, D.SETTLED, (APPLICANT, CONSUMER_HEAD)),
        move("conclude_mediation", (D.MEDIATION, D.BEFORE_GOVERNMENT), D.SETTLED, [OFFICER]),
        move(
            "withdraw_dispute",
            (D.NEGOTIATION, D.MEDIATION, D.BEFORE_GOVERNMENT),
            D.WITHDRAWN,
            (APPLICANT, CONSUMER_HEAD),
        ),
    ],
)
DISPUTE_AWAITS = {D.NEGOTIATION: (HEAD, ""), D.MEDIATION: (OFFICER, ""), D.BEFORE_GOVERNMENT: (OFFICER, "")}

M = MissingState
MISSING = Machine(
    "missingrequest",
    MissingState,
    [
        # to promised, or declined
        move("answer_missing", M.CALLED, None, [STEWARD, HEAD]),
        move("withdraw_missing", M.CALLED, M.WITHDRAWN, [APPLICANT]),
    ],
)
MISSING_AWAITS = {M.CALLED: (STEWARD, "missing.answer")}

#: Every machine of this floor, for the tables of the documentation and the tests.
MACHINES = (APPLICATION, SHARE_REQUEST, AGREEMENT, GRANT, STANDING, CORRECTION, DISPUTE, MISSING)
