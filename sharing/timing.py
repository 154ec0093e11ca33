"""The clocks of this floor: each rule's limit comes from the profile the case was received under."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from ledger import clocks
from ledger.models import Clock
from ledger.rows import Rows

#: Clocks that end when a request does.
OF_REQUEST = ("request.supplement", "request.agreement_lapse", "request.delivery")


def start(rows: Rows, case: Any, rule: str, days: int | None = None) -> None:
    """Start a clock under the case's own profile, if it knows the rule; `days` is a term set by a decision."""
    policy = case.policy()
    if not policy.has_limit(rule):
        return
    limit = policy.limit(rule)
    if days is not None:
        limit = msgspec.structs.replace(limit, amount=days)
    clocks.start(rows, case, limit, rule=rule, profile=policy.version)


def meet(rows: Rows, case: Any, rule: str) -> None:
    """What a clock waited for has happened."""
    if clock := clocks.running(case, rule):
        clocks.meet(rows, clock)


def cancel(rows: Rows, case: Any, *rules: str) -> None:
    """What these clocks waited for is no longer wanted."""
    for rule in rules:
        if clock := clocks.running(case, rule):
            clocks.cancel(rows, clock)


def reopen(rows: Rows, case: Any, rule: str) -> None:
    """What seemed done was not: the same term runs on to the same due date."""
    met = (
        Clock.objects.of(case)
        .filter(rule=rule, cancelled_at=None)
        .exclude(met_at=None)
        .order_by("-pk")
        .first()
    )
    if met:
        rows.update(met, met_at=None)


def due_on(case: Any, rule: str) -> dt.date | None:
    """The day a running clock of this case is due."""
    clock = clocks.running(case, rule)
    return clock.due if clock else None
