"""What can happen on the sharing floor, the words for it, and what it plugs into the floors below."""

from django.utils.translation import gettext_lazy as _

from catalog.models import datasets
from ledger import vocabulary
from ledger.parties import Side
from sharing import models, robot
from sharing.models.grants import read_by_grantees
from sharing.models.requests import COLUMNS
from sharing.models.wanted import Wanted
from sharing.workflow import (
    MACHINES,
    AgreementState,
    ApplicationState,
    ConsentState,
    CorrectionState,
    DisputeState,
    GrantState,
    MissingState,
    RequestState,
)

vocabulary.register_events(
    {
        "missing.called": _("Listed data called for"),
        "missing.answered": _("Call for data answered"),
        "missing.withdrawn": _("Call for data withdrawn"),
        "application.drafted": _("Application drafted"),
        "application.amended": _("Application changed"),
        "application.document_attached": _("Document attached"),
        "application.submitted": _("Application submitted"),
        "application.endorsed": _("Application endorsed and sent"),
        "application.returned": _("Application returned to the applicant"),
        "application.discarded": _("Application discarded"),
        "request.received": _("Request received"),
        "request.supplement_requested": _("Missing information asked for"),
        "request.resubmitted": _("Request completed"),
        "request.deemed_withdrawn": _("Request deemed withdrawn"),
        "request.advice_asked": _("Advice asked for"),
        "request.advised": _("Advice given"),
        "request.recommended": _("Recommendation made"),
        "request.agreed": _("Request agreed to"),
        "request.agreed_by_consent": _("Agreed to by standing consent"),
        "request.narrowed": _("Agreed to less than asked"),
        "request.refused": _("Request refused"),
        "request.extension_asked": _("More time asked for"),
        "request.extended": _("Reply extended"),
        "request.extension_declined": _("Extension declined"),
        "request.delivered": _("Data delivered"),
        "request.withdrawn": _("Request withdrawn"),
        "delivery.confirmed": _("Delivery confirmed"),
        "delivery.contested": _("Delivery contested"),
        "agreement.signed": _("Agreement signed"),
        "agreement.declined": _("Agreement declined"),
        "agreement.lapsed": _("Agreement lapsed"),
        "consent.set": _("Standing consent set"),
        "consent.withdrawn": _("Standing consent withdrawn"),
        "grant.made": _("Grant made"),
        "grant.put_on_notice": _("Grant put on notice"),
        "grant.notice_lifted": _("Notice lifted"),
        "grant.suspended": _("Grant suspended"),
        "grant.reinstated": _("Grant reinstated"),
        "grant.terminated": _("Grant terminated"),
        "grant.renewal_proposed": _("Renewal proposed"),
        "grant.renewed": _("Grant renewed"),
        "grant.expired": _("Grant expired"),
        "grant.closing": _("Use ended by the grantee"),
        "grant.closed": _("Deletion stated, grant closed"),
        "grant.downloaded": _("Data downloaded"),
        "use.reported": _("Use reported"),
        "correction.reported": _("Error reported"),
        "correction.answered": _("Report of an error answered"),
        "dispute.opened": _("Dispute opened"),
        "dispute.answered": _("Dispute answered"),
        "dispute.escalated": _("Dispute taken to the next instance"),
        "dispute.settled": _("Dispute settled"),
        "dispute.withdrawn": _("Dispute withdrawn"),
    }
)

NOTHING = _("Nothing needs to be done.")
vocabulary.register_needs(
    {
        "supplement_is_late": (_("The time for the answer still runs."), NOTHING),
        "is_asked_for_advice": (
            _("Nobody asked for your advice."),
            _("Recommend instead, if it is your stage."),
        ),
        "is_own_stage": (
            _("It is another stage's turn, or you have spoken already."),
            _("Look at the route to see whose turn it is."),
        ),
        "stages_are_done": (
            _("A stage of the route has not spoken yet."),
            _("Wait for its recommendation; the route shows whose turn it is."),
        ),
        "nothing_is_missing": (
            _("Something is still missing; an incomplete request is not refused for it."),
            _("Ask again for what is still missing from the list."),
        ),
        "extension_is_open": (
            _("An extension was asked for already, or the reply is overdue."),
            _("Decide now."),
        ),
        "extension_is_asked": (_("No extension waits for an answer."), NOTHING),
        "consent_stands": (_("No standing consent covers this."), _("A head decides it.")),
        "grant_is_live": (_("The grant does not carry any more."), _("The applicant may ask anew.")),
        "delivery_is_unconfirmed": (
            _("This delivery is settled already."),
            _("Report an error in the data on the grant."),
        ),
        "is_disputable": (
            _("There is nothing to dispute, or a dispute is open."),
            _("A refusal, a narrowing, a missed term, a bad delivery, a suspension may be disputed."),
        ),
        "is_in_time": (_("The term for signing has passed."), _("Copy the application and ask anew.")),
        "signing_is_late": (_("The term for signing still runs."), NOTHING),
        "side_has_not_signed": (_("Your side has signed."), _("Wait for the other side.")),
        "mending_is_late": (
            _("The term to mend still runs."),
            _("Terminate only when it is missed, or reinstate."),
        ),
        "is_running": (
            _("Today lies outside the time of this grant."),
            _("Ask anew, or have it renewed in time."),
        ),
        "is_over": (_("The grant still runs."), NOTHING),
        "is_delivered": (_("Nothing was delivered yet."), _("The delivery has a due date; see the request.")),
        "dataset_is_shown": (
            _("The owner has withheld this dataset; downloads are stopped."),
            _("The reason follows within its term; ask the owner."),
        ),
        "other_side_is_awaited": (_("Your side has proposed already."), _("Wait for the other side's head.")),
        "next_instance_exists": (
            _("There is no instance above."),
            _("Settle it, or take it to court."),
        ),
    }
)

# There is one extension, asked for before the due date (B art. 21).
vocabulary.POLICY_NEEDS["extension_is_open"] = ("R 34", "B-21")

vocabulary.register_labels(
    "role", {"stand_in": _("head of the consumer, where no authority is competent")}.items()
)
vocabulary.register_labels(
    "application",
    {
        ApplicationState.DRAFT: _("draft"),
        ApplicationState.AWAITING_HEAD: _("waits for the head"),
        ApplicationState.SENT: _("sent"),
        ApplicationState.DISCARDED: _("discarded"),
    }.items(),
)
vocabulary.register_labels(
    "sharerequest",
    {
        RequestState.UNDER_REVIEW: _("under review"),
        RequestState.SUPPLEMENT_REQUESTED: _("supplement requested"),
        RequestState.APPROVED: _("agreed, waits for signatures"),
        RequestState.GRANTED: _("granted, waits for delivery"),
        RequestState.DELIVERED: _("delivered"),
        RequestState.REFUSED: _("refused"),
        RequestState.LAPSED: _("lapsed"),
        RequestState.WITHDRAWN: _("withdrawn"),
        RequestState.DEEMED_WITHDRAWN: _("deemed withdrawn"),
    }.items(),
)
vocabulary.register_labels(
    "agreement",
    {
        AgreementState.PROPOSED: _("waits for signatures"),
        AgreementState.IN_FORCE: _("in force"),
        AgreementState.DECLINED: _("declined"),
        AgreementState.LAPSED: _("lapsed"),
    }.items(),
)
vocabulary.register_labels(
    "grant",
    {
        GrantState.ACTIVE: _("active"),
        GrantState.ON_NOTICE: _("on notice"),
        GrantState.SUSPENDED: _("suspended"),
        GrantState.EXPIRED: _("expired"),
        GrantState.CLOSING: _("waits for deletion"),
        GrantState.CLOSED: _("closed"),
    }.items(),
)
vocabulary.register_labels(
    "standingconsent",
    {ConsentState.STANDING: _("standing"), ConsentState.WITHDRAWN: _("withdrawn")}.items(),
)
vocabulary.register_labels(
    "correction",
    {
        CorrectionState.REPORTED: _("reported"),
        CorrectionState.CORRECTED: _("corrected"),
        CorrectionState.DECLINED: _("right as it stands"),
    }.items(),
)
vocabulary.register_labels(
    "dispute",
    {
        DisputeState.NEGOTIATION: _("in negotiation"),
        DisputeState.MEDIATION: _("before the authority"),
        DisputeState.BEFORE_GOVERNMENT: _("before the authority above"),
        DisputeState.SETTLED: _("settled"),
        DisputeState.WITHDRAWN: _("withdrawn"),
    }.items(),
)
vocabulary.register_labels(
    "missingrequest",
    {
        MissingState.CALLED: _("called for"),
        MissingState.PROMISED: _("promised"),
        MissingState.DECLINED: _("declined"),
        MissingState.WITHDRAWN: _("withdrawn"),
    }.items(),
)
vocabulary.register_labels("outcome", models.Outcome)
vocabulary.register_labels("mode", Wanted.Mode)
vocabulary.register_labels("right", Wanted.Right)
vocabulary.register_labels("delivery", models.Delivery.State)
vocabulary.register_labels("fault", models.Delivery.Fault)
vocabulary.register_labels(
    "ground",
    {
        "refused": _("the refusal"),
        "narrowed": _("the narrowing"),
        "breached": _("the missed term"),
        "contested": _("the delivery"),
        "suspended": _("the suspension"),
        "terminated": _("the termination"),
    }.items(),
)

datasets.ALSO_SEEN_BY.append(read_by_grantees)
vocabulary.ROBOT_RUNS.append(robot.run)
vocabulary.ENTRY_COLUMNS.extend(
    [
        models.Application,
        models.ShareRequest,
        models.RouteStage,
        models.Recommendation,
        models.Advice,
        models.Extension,
        models.Decision,
        models.Agreement,
        models.Signature,
        models.StandingConsent,
        models.Grant,
        models.Delivery,
        models.Download,
        models.UseReport,
        models.Correction,
        models.Dispute,
        models.MissingRequest,
    ]
)
vocabulary.HANDLED.extend([models.Application, models.ShareRequest, models.Grant])
vocabulary.TASKS["applications"] = models.Application.objects.waiting_for
vocabulary.TASKS["share-requests"] = models.ShareRequest.objects.waiting_for
vocabulary.TASKS["agreements"] = models.Agreement.objects.waiting_for
vocabulary.TASKS["grants"] = models.Grant.objects.waiting_for
vocabulary.TASKS["corrections"] = models.Correction.objects.waiting_for
vocabulary.TASKS["missing-requests"] = models.MissingRequest.objects.waiting_for
vocabulary.TASKS["disputes"] = models.Dispute.objects.waiting_for
OF_REQUEST = {side: f"share_request__{column}" for side, column in COLUMNS.items()}
OF_GRANT = {side: f"grant__{column}" for side, column in COLUMNS.items()}
vocabulary.SIDES |= {
    models.Application: {Side.CONSUMER: "organisation"},
    models.ShareRequest: COLUMNS,
    models.Agreement: OF_REQUEST,
    models.StandingConsent: {Side.OWNER: "dataset__owner"},
    models.Grant: COLUMNS,
    models.UseReport: OF_GRANT,
    models.Correction: OF_GRANT,
    models.Dispute: OF_REQUEST | {Side.AUTHORITY: "authority"},
    models.MissingRequest: {Side.OWNER: "owner", Side.CONSUMER: "consumer"},
}
vocabulary.QUIET |= {
    "application.drafted",
    "application.amended",
    "application.document_attached",
    "application.discarded",
    "grant.downloaded",  # taken out as often as the grantee likes: the grant's page has them all
}
vocabulary.register_machines(*MACHINES)
