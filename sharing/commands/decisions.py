"""The provider's head decides: agree, agree to less, refuse; limits and refusals rest on a clause (B 15, 21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.conditions import Sharing
from ledger.errors import BadShape
from ledger.journal import record
from ledger.policy import Act
from ledger.rows import Rows
from sharing import granting, policy, timing
from sharing.models import Decision, Outcome, ShareRequest
from sharing.workflow import RequestState as S


@command("request.agreed", _("Agree"))
def agree_request(
    *,
    actor: Actor,
    share_request: ShareRequest | int,
    clauses: Sequence[str] = (),
    finding: str = "",
    conditions: str = "",
    fields: Sequence[str] | None = None,
    row_scope: str | None = None,
    ends: dt.date | None = None,
) -> ShareRequest:
    """Agree, in full or to less; delivery is due from this reply, whenever signatures come (B art. 22).

    Raises:
        PolicyRefused: less than asked without a clause, conditions on unconditional data, no evidence.
    """
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "agree_request")
    scope = granted_scope(found, fields, row_scope, ends)
    outcome = Outcome.NARROW if conditions or is_less(found, scope) else Outcome.AGREE
    demand_ground(found, outcome, clauses)
    demand_still_providable(found)
    rows = Rows()
    decision = decide(rows, actor, found, outcome, clauses, finding, conditions=conditions, **scope)
    timing.start(rows, found, "request.delivery")
    demanded = found.policy().agreement(found.regime, found.sharing).demanded
    rows.update(found, state=S.APPROVED if demanded else S.GRANTED)
    if demanded:
        granting.propose(rows, found, decision)
    event = "request.narrowed" if outcome == Outcome.NARROW else "request.agreed"
    record(actor=actor, event=event, subject=found, rows=rows, clauses=list(clauses), **found.stamp)
    if not demanded:
        granting.grant(actor, found, decision, rows.uid)
    return found


@command("request.refused", _("Refuse"))
def refuse_request(
    *, actor: Actor, share_request: ShareRequest | int, clauses: Sequence[str] = (), finding: str = ""
) -> ShareRequest:
    """Refuse, with the clause it rests on and the finding in words (R 35).

    Raises:
        PolicyRefused: no clause, or one that does not ground a refusal.
        BadShape: the finding is missing.
    """
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "refuse_request")
    policy.demand_clauses(found.policy(), Act.REFUSE, clauses)
    if not finding.strip():
        raise BadShape(_("Say why, in words the applicant can answer."), code="required", pointer="/finding")
    rows = Rows()
    decide(rows, actor, found, Outcome.REFUSE, clauses, finding)
    rows.update(found, state=move.target, ended_at=now())
    record(
        actor=actor, event="request.refused", subject=found, rows=rows, clauses=list(clauses), **found.stamp
    )
    return found


def granted_scope(
    found: ShareRequest, fields: Sequence[str] | None, row_scope: str | None, ends: dt.date | None
) -> dict[str, Any]:
    """What is granted; nothing named = as asked.

    Raises:
        PolicyRefused: wider or longer than asked.
    """
    chosen = [name for name in found.fields if name in set(fields)] if fields else list(found.fields)
    if wider := set(fields or ()) - set(found.fields):
        raise policy.refused(
            _("Nobody asked for: %(fields)s.") % {"fields": ", ".join(sorted(wider))}, "wider", "R 37", _("Choose among the fields asked for."), "/fields",
        )  # fmt: skip
    if ends and found.ends and ends > found.ends:
        raise policy.refused(
            _("The last day lies after the one asked for."), "longer", "R 37",
            _("Name a day up to %(ends)s.") % {"ends": found.ends.isoformat()}, "/ends",
        )  # fmt: skip
    return {
        "fields": chosen,
        "row_scope": found.row_scope if row_scope is None else row_scope,
        "ends": ends or found.ends,
    }


def is_less(found: ShareRequest, scope: dict[str, Any]) -> bool:
    """Whether the scope falls short of what was asked."""
    return any(scope[name] != getattr(found, name) for name in ("fields", "row_scope", "ends"))


def demand_ground(found: ShareRequest, outcome: str, clauses: Sequence[str]) -> None:
    """A clause for whatever falls short; none at all on unconditional data.

    Raises:
        PolicyRefused: the clause is missing or unfit, or conditions are put on unconditional data (R 30).
    """
    if outcome == Outcome.NARROW and found.sharing == Sharing.UNCONDITIONAL:
        raise policy.refused(
            _("Unconditional data is shared as asked, without conditions of the provider's own."),
            "own_conditions", "R 30", _("Agree as asked."), "/conditions", "B-15",
        )  # fmt: skip
    if outcome == Outcome.NARROW:
        policy.demand_clauses(found.policy(), Act.NARROW, clauses)
    elif clauses:
        policy.demand_clauses(found.policy(), Act.AGREE, clauses)


def demand_still_providable(found: ShareRequest) -> None:
    """The dataset is still registered and shown, and what must precede provision is there.

    Raises:
        PolicyRefused: naming what stands in the way.
    """
    if refusal := policy.not_registered(found.dataset, found.consumer, ""):
        raise refusal
    facts = policy.request_facts(found.dataset, found)
    policy.demand_providable(found.policy(), found.dataset, facts)


def decide(
    rows: Rows,
    actor: Actor,
    found: ShareRequest,
    outcome: str,
    clauses: Sequence[str],
    finding: str,
    **granted: Any,
) -> Decision:
    """Write the decision, close the deciding stage, and meet the reply's clock."""
    decision = rows.create(
        Decision,
        share_request=found,
        outcome=outcome,
        clauses=list(clauses),
        finding=finding,
        decided_by=actor.user,
        decided_at=now(),
        **granted,
    )
    for stage in found.stages.open():
        if stage.decides:
            rows.update(stage, done_at=now())
    rows.update(found, decided_at=now())
    timing.meet(rows, found, found.reply_rule)
    return decision
