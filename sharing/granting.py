"""What an agreeing decision brings about: the terms to sign, and the grant."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import cast

from ledger.actor import Actor
from ledger.clock import now
from ledger.journal import record
from ledger.rows import Rows
from sharing import terms, timing
from sharing.models import Agreement, Decision, Grant, ShareRequest


def grant(actor: Actor, share_request: ShareRequest, decision: Decision, cause: uuid.UUID) -> Grant:
    """Make the grant; it runs from delivery unless the request fixed a first day."""
    rows = Rows()
    made = rows.create(
        Grant,
        share_request=share_request,
        dataset=share_request.dataset,
        consumer=share_request.consumer,
        provider=share_request.provider,
        authority=share_request.authority,
        purpose=share_request.purpose,
        scenario=share_request.scenario,
        fields=decision.fields,
        row_scope=decision.row_scope,
        mode=share_request.mode,
        right=share_request.right,
        conditions=decision.conditions,
        starts=share_request.starts,
        ends=cast(dt.date, decision.ends or share_request.ends),
        handler=share_request.requested_by,
        granted_at=now(),
    )
    record(actor=actor, event="grant.made", subject=made, rows=rows, cause=cause, **share_request.stamp)
    return made


def propose(rows: Rows, share_request: ShareRequest, decision: Decision) -> Agreement:
    """Render the terms in both languages and lay them before both heads."""
    text_zh, text_en = terms.render(share_request, decision)
    agreement = rows.create(
        Agreement,
        share_request=share_request,
        text_zh=text_zh,
        text_en=text_en,
        digest=terms.digest(text_zh, text_en),
        proposed_at=now(),
    )
    timing.start(rows, share_request, "request.agreement_lapse")
    return agreement
