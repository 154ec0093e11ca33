"""What a date brings about in the catalogue: codes after the notice, deemed withdrawals, expiries. Idempotent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from catalog.filing import DatasetState
from catalog.filing import FilingState as S
from catalog.models import Dataset, Filing
from ledger import clocks
from ledger.actor import Actor
from ledger.clock import now, today
from ledger.command import open_commands
from ledger.errors import Refusal

log = logging.getLogger(__name__)


def run() -> int:
    """Do all that is due; each case in its own transaction. Returns how many were moved."""
    from catalog.commands import deem_filing_withdrawn, expire_dataset, issue_code

    late = clocks.overdue_subjects
    return sum(
        done(command, name, cases)
        for command, name, cases in (
            (
                issue_code,
                "filing",
                Filing.objects.filter(state=S.IN_NOTICE, pk__in=late("filing", "filing.notice", now())),
            ),
            (
                deem_filing_withdrawn,
                "filing",
                Filing.objects.filter(
                    state=S.SUPPLEMENT_REQUESTED, pk__in=late("filing", "filing.supplement", now())
                ),
            ),
            (
                expire_dataset,
                "dataset",
                Dataset.objects.filter(state=DatasetState.REGISTERED, valid_until__lt=today()),
            ),
        )
    )


def done(command: Callable[..., Any], name: str, cases: QuerySet[Any]) -> int:
    """Give one command on each case; a case that moved meanwhile is left alone, a fault in one stops no other."""
    moved = 0
    for case in cases.order_by("pk"):
        moved += attempt(command, name, case)
    return moved


def attempt(command: Callable[..., Any], name: str, case: Any) -> int:
    """One case."""
    if command.__name__ not in open_commands(case, Actor.robot()):
        return 0  # not what its profile wants; asking would fill the security log
    try:
        command(actor=Actor.robot(), **{name: case})
    except Refusal:
        return 0
    except Exception:
        log.exception("robot: %s of %s %s failed", command.__name__, name, case.pk)
        return 0
    return 1
