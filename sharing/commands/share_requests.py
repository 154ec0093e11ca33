"""The applicant ends a request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.journal import record
from ledger.rows import Rows
from sharing import timing
from sharing.models import Agreement, ShareRequest
from sharing.workflow import AgreementState


@command("request.withdrawn", _("Withdraw the request"))
def withdraw_request(*, actor: Actor, share_request: ShareRequest | int, reason: str = "") -> ShareRequest:
    """Withdraw before anything is granted; terms not yet signed by both fall with it."""
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "withdraw_request")
    rows = Rows()
    rows.update(found, state=move.target, withdrawal_reason=reason, ended_at=now())
    for agreement in Agreement.objects.filter(
        share_request=found, state=AgreementState.PROPOSED
    ).select_for_update():
        rows.update(agreement, state=AgreementState.LAPSED, ended_at=now())
    timing.cancel(rows, found, found.reply_rule, *timing.OF_REQUEST)
    record(actor=actor, event="request.withdrawn", subject=found, rows=rows, **found.stamp)
    return found
