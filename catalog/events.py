"""What can happen on the catalogue floor, the words for it, and what it plugs into the ground floor."""

from django.utils.translation import gettext_lazy as _

from catalog import compliance, robot
from catalog.filing import ASSESSMENT, DATASET, FILING, OBJECTION, DatasetState, FilingState, ObjectionState
from catalog.models import Assessment, Dataset, Distribution, Filing, Objection
from catalog.models.datasets import Circle
from ledger import vocabulary
from ledger.conditions import Level, Opening, Personal, Regime, Sharing
from ledger.parties import Side

vocabulary.register_events(
    {
        "catalogue.imported": _("Source catalogue imported"),
        "dataset.listed": _("Dataset taken over from a source catalogue"),
        "dataset.created": _("Dataset drafted"),
        "dataset.described": _("Description changed"),
        "dataset.discarded": _("Draft discarded"),
        "dataset.claimed": _("Listed records taken over by their owner"),
        "dataset.registered": _("Dataset registered"),
        "dataset.shown_to": _("Viewer named"),
        "dataset.withheld": _("Dataset hidden"),
        "dataset.shown": _("Dataset shown again"),
        "dataset.expired": _("Registration expired"),
        "distribution.added": _("File or interface added"),
        "distribution.removed": _("File or interface removed"),
        "relation.added": _("Relation added"),
        "assessment.filed": _("Assessment filed"),
        "assessment.verified": _("Evidence verified"),
        "assessment.rejected": _("Evidence rejected"),
        "filing.drafted": _("Filing drafted"),
        "filing.amended": _("Filing amended"),
        "filing.material_attached": _("Material attached"),
        "filing.submitted": _("Filing submitted"),
        "filing.endorsed": _("Filing endorsed"),
        "filing.returned": _("Filing returned to the steward"),
        "filing.accepted": _("Filing accepted"),
        "filing.supplement_requested": _("Missing material asked for"),
        "filing.resubmitted": _("Filing resubmitted"),
        "filing.not_accepted": _("Filing not accepted"),
        "filing.transferred": _("Filing transferred"),
        "filing.clarification_asked": _("Clarification asked"),
        "filing.passed": _("Review passed"),
        "filing.refused": _("Filing refused"),
        "filing.delay_explained": _("Delay explained"),
        "filing.notice_halted": _("Notice halted"),
        "filing.coded": _("Code issued"),
        "filing.withdrawn": _("Filing withdrawn"),
        "filing.deemed_withdrawn": _("Filing deemed withdrawn"),
        "objection.raised": _("Objection raised"),
        "objection.answered": _("Objection answered"),
        "objection.found_inadmissible": _("Objection found inadmissible"),
        "objection.dismissed": _("Objection dismissed"),
        "objection.upheld": _("Objection upheld"),
    }
)

vocabulary.register_needs(
    {
        "nothing_is_filed": (
            _("A filing of this dataset is under way."),
            _("Change the filing instead, or withdraw it."),
        ),
        "is_shown": (_("It is hidden already."), _("Show it again first.")),
        "is_withheld": (_("It is not hidden."), _("Nothing needs to be done.")),
        "shower_may": (
            _("An officer hid it; only an officer shows it again."),
            _("Mend what the reason names, then ask the registry body."),
        ),
        "validity_is_over": (_("The registration is still valid."), _("Nothing needs to be done.")),
        "notice_is_over": (
            _("The notice still runs, or an objection is open."),
            _("The code is issued at 00:00 after the last full day of notice."),
        ),
        "supplement_is_late": (_("The time for the answer still runs."), _("Nothing needs to be done.")),
        "objector_is_outside": (
            _("An organisation does not object to its own filing."),
            _("Withdraw or amend it instead."),
        ),
        "verifier_may": (
            _("Only an officer verifies this evidence."),
            _("It waits for an officer of the registry body."),
        ),
    }
)

vocabulary.register_labels(
    "dataset",
    {
        DatasetState.DRAFT: _("draft"),
        DatasetState.LISTED: _("listed, not registered"),
        DatasetState.REGISTERED: _("registered"),
        DatasetState.EXPIRED: _("expired"),
        DatasetState.DEREGISTERED: _("deregistered"),
        DatasetState.REVOKED: _("revoked"),
    }.items(),
)
vocabulary.register_labels(
    "filing",
    {
        FilingState.DRAFT: _("draft"),
        FilingState.AWAITING_HEAD: _("waits for the head"),
        FilingState.FILED: _("filed"),
        FilingState.SUPPLEMENT_REQUESTED: _("supplement requested"),
        FilingState.IN_REVIEW: _("in review"),
        FilingState.IN_NOTICE: _("in public notice"),
        FilingState.OBJECTION_PENDING: _("objection pending"),
        FilingState.CODED: _("coded"),
        FilingState.NOT_ACCEPTED: _("not accepted"),
        FilingState.REFUSED: _("refused"),
        FilingState.TERMINATED: _("terminated"),
        FilingState.WITHDRAWN: _("withdrawn"),
        FilingState.DEEMED_WITHDRAWN: _("deemed withdrawn"),
    }.items(),
)
vocabulary.register_labels(
    "objection",
    {
        ObjectionState.RAISED: _("raised"),
        ObjectionState.ANSWERED: _("answered"),
        ObjectionState.INADMISSIBLE: _("inadmissible"),
        ObjectionState.UPHELD: _("upheld"),
        ObjectionState.DISMISSED: _("dismissed"),
    }.items(),
)
vocabulary.register_labels(
    "assessment", {"filed": _("filed"), "verified": _("verified"), "rejected": _("rejected")}.items()
)
vocabulary.register_labels("compliance", compliance.LABELS.items())
vocabulary.register_labels(
    "level",
    {
        Level.GENERAL_1: _("general 1"),
        Level.GENERAL_2: _("general 2"),
        Level.GENERAL_3: _("general 3"),
        Level.GENERAL_4: _("general 4"),
        Level.IMPORTANT: _("important"),
        Level.CORE: _("core"),
    }.items(),
)
vocabulary.register_labels(
    "opening",
    {
        Opening.PUBLIC: _("open to the public"),
        Opening.RESTRICTED: _("open on conditions"),
        Opening.NON_PUBLIC: _("not public"),
    }.items(),
)
vocabulary.register_labels(
    "sharing",
    {
        Sharing.UNCONDITIONAL: _("shared unconditionally"),
        Sharing.CONDITIONAL: _("shared on conditions"),
        Sharing.NOT_SHARED: _("not shared"),
    }.items(),
)
vocabulary.register_labels(
    "regime",
    {
        Regime.PUBLIC: _("public data"),
        Regime.GOVERNMENT: _("government data"),
        Regime.OPERATED: _("operated product"),
        Regime.PRIVATE: _("private data"),
    }.items(),
)
vocabulary.register_labels(
    "personal",
    {
        Personal.NONE: _("none"),
        Personal.STAFF: _("of own staff"),
        Personal.ORDINARY: _("ordinary"),
        Personal.SENSITIVE: _("sensitive"),
    }.items(),
)
vocabulary.register_labels(
    "grading",
    {
        "start": _("no harm is known"),
        "matrix": _("impact"),
        "field": _("field"),
        "floor": _("personal information"),
        "scale": _("number of people"),
    }.items(),
)
vocabulary.register_labels(
    "material",
    {
        "business_review": _("business review"),
        "evidence": _("evidence of origin"),
        "risk_assessment": _("data-security risk assessment"),
        "secrecy_assessment": _("secrecy-risk assessment"),
        "explanation": _("explanation and proof"),
    }.items(),
)
vocabulary.register_labels("circle", Circle)
vocabulary.register_labels("filing_kind", Filing.Kind)
vocabulary.register_labels("frequency", Dataset.Frequency)
vocabulary.register_labels("origin", Dataset.Origin)
vocabulary.register_labels("distribution", Distribution.Kind)

vocabulary.ROBOT_RUNS.append(robot.run)
vocabulary.ENTRY_COLUMNS.extend([Dataset, Distribution, Filing, Objection, Assessment])
vocabulary.HANDLED.append(Filing)
vocabulary.TASKS["filings"] = Filing.objects.waiting_for
vocabulary.SIDES |= {
    Dataset: {Side.OWNER: "owner"},
    Filing: {Side.OWNER: "dataset__owner", Side.BODY: "body"},
    Objection: {Side.OWNER: "filing__dataset__owner", Side.BODY: "filing__body", Side.PERSON: "objector"},
    Assessment: {Side.OWNER: "dataset__owner"},
}
vocabulary.QUIET |= {
    "dataset.listed",
    "dataset.created",
    "dataset.described",
    "dataset.discarded",
    "distribution.added",
    "distribution.removed",
    "relation.added",
    "filing.drafted",
    "filing.amended",
    "filing.material_attached",
}
vocabulary.register_machines(DATASET, FILING, OBJECTION, ASSESSMENT)
