"""Errors in delivered data: the grantee reports, the provider verifies and answers; other grantees learn it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape
from ledger.journal import record
from ledger.rows import Rows
from sharing import policy, timing
from sharing.models import Correction, Grant
from sharing.workflow import CorrectionState


@command("correction.reported", _("Report an error in the data"))
def report_error(
    *, actor: Actor, grant: Grant | int, statement: str, fields: Sequence[str] = ()
) -> Correction:
    """Say what is wrong or incomplete; the provider answers within ten working days (B art. 26)."""
    found = find(Grant, actor, grant)
    permit(found, actor, "report_error")
    named = policy.demand_fields(found.dataset, fields, "/fields") if fields else []
    rows = Rows()
    ticket = rows.create(
        Correction, grant=found, statement=statement, fields=named, reported_by=actor.user, reported_at=now()
    )
    timing.start(rows, ticket, "correction")
    record(actor=actor, event="correction.reported", subject=ticket, rows=rows, **found.stamp)
    return ticket


@command("correction.answered", _("Answer the report"))
def answer_error(*, actor: Actor, correction: Correction | int, outcome: str, answer: str) -> Correction:
    """Say that it is corrected, or why it is right as it stands; other grantees are told (R 39).

    Raises:
        BadShape: neither corrected nor declined.
    """
    found = find(Correction, actor, correction)
    permit(found, actor, "answer_error")
    if outcome not in (CorrectionState.CORRECTED, CorrectionState.DECLINED):
        raise BadShape(_("Choose: corrected, or declined."), code="choice", pointer="/outcome")
    others = Grant.objects.filter(dataset=found.grant.dataset_id).exclude(pk=found.grant_id).live(today())
    told = list(others.values_list("pk", flat=True)) if outcome == CorrectionState.CORRECTED else []
    rows = Rows()
    rows.update(found, state=outcome, answer=answer, answered_by=actor.user, answered_at=now(), told=told)
    timing.meet(rows, found, "correction")
    record(actor=actor, event="correction.answered", subject=found, rows=rows, **found.grant.stamp)
    return found
