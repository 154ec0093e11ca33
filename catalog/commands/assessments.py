"""Filing evidence and verifying it; the compliance status follows."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog import compliance
from catalog.files import store
from catalog.models import Assessment, Dataset
from ledger.actor import Actor
from ledger.calendar import calendar_for
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape, PolicyRefused
from ledger.journal import record
from ledger.rows import Rows


@command("assessment.filed", _("File an assessment"))
def file_assessment(
    *,
    actor: Actor,
    dataset: Dataset | int,
    kind: str,
    conclusion: str,
    assessor: str,
    carried_out: dt.date,
    file: UploadedFile | None = None,
    finding: str = "",
) -> Assessment:
    """File evidence for one of the demanded kinds; its end follows from the profile.

    Raises:
        PolicyRefused: the profile demands no such assessment, or knows no exemption or self-declaration for it.
        BadShape: a day to come, or no report.
    """
    found = find(Dataset, actor, dataset)
    permit(found, actor, "file_assessment")
    demand = next((one for one in compliance.demanded(found) if one.kind == kind), None)
    if demand is None:
        able = ", ".join(one.kind for one in compliance.demanded(found)) or "–"
        raise PolicyRefused(_("This dataset needs no such assessment."), code="kind", pointer="/kind",
                            remedy=_("It needs: %(able)s.") % {"able": able})  # fmt: skip
    if conclusion == Assessment.Conclusion.EXEMPT and not demand.exemption:
        raise PolicyRefused(_("No legal duty exempts from this assessment."), rule="R 47", code="no_exemption",
                            pointer="/conclusion", remedy=_("Carry it out and file its report."))  # fmt: skip
    if carried_out > today():
        raise BadShape(_("This day is still to come."), code="future", pointer="/carried_out")
    if file is None and not demand.self_declared:
        raise BadShape(_("Attach the report."), code="required", pointer="/file")
    rows = Rows()
    kept = store(file) if file else None
    assessment = rows.create(
        Assessment,
        dataset=found, kind=kind, conclusion=conclusion, assessor=assessor, carried_out=carried_out, finding=finding,
        expires=calendar_for(found.policy().country).add(carried_out, demand.valid_years, "Y").day,
        self_declared=demand.self_declared, filed_by=actor.user,
        file=kept.sha256 if kept else "", file_name=kept.name if kept else "",
    )  # fmt: skip
    rows.update(found, **compliance.summarised(found))
    record(actor=actor, event="assessment.filed", subject=assessment, rows=rows, dataset=found.code or "")
    return assessment


@command("assessment.verified", _("Verify the evidence"))
def verify_assessment(*, actor: Actor, assessment: Assessment | int) -> Assessment:
    """Confirm evidence: an officer; for a self-declaration the owner's head signs."""
    found = find(Assessment, actor, assessment)
    permit(found, actor, "verify_assessment")
    return settled(actor, found, "verified", "assessment.verified", "")


@command("assessment.rejected", _("Reject the evidence"))
def reject_assessment(*, actor: Actor, assessment: Assessment | int, finding: str) -> Assessment:
    """Reject evidence, with the finding told to the owner."""
    found = find(Assessment, actor, assessment)
    permit(found, actor, "reject_assessment")
    return settled(actor, found, "rejected", "assessment.rejected", finding)


def settled(actor: Actor, assessment: Assessment, state: str, event: str, finding: str) -> Assessment:
    """Write the verdict and the status that follows from it."""
    rows = Rows()
    rows.update(
        assessment,
        state=state,
        verified_by=actor.user,
        verified_at=now(),
        finding=finding or assessment.finding,
    )
    dataset = Dataset.objects.select_for_update().get(pk=assessment.dataset_id)
    rows.update(dataset, **compliance.summarised(dataset))
    record(actor=actor, event=event, subject=assessment, rows=rows, dataset=dataset.code or "")
    return assessment
