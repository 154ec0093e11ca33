"""What the ground floor hangs into the worker and the verifiers; the floors above add theirs."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ledger import (
    clocks,
    messages,  # noqa: F401 - importing registers
    vocabulary,
)
from ledger.access import roles_standing
from ledger.models import CalendarYear, Clock, DemoClock
from ledger.models.idempotency import forget_old_answers

vocabulary.ROBOT_RUNS.extend([clocks.record_breaches, forget_old_answers])
vocabulary.ENTRY_COLUMNS.extend([Clock, CalendarYear, DemoClock])


def all_roles(handles: Mapping[int, str]) -> Iterable[tuple[int, dict[str, list[str]]]]:
    """Who holds which roles, by organisation."""
    return roles_standing(handles).items()


def other_roles(before: dict[str, Any] | None, told: dict[str, list[str]]) -> dict[str, Any]:
    """An entry names a person's roles after the change; whoever has none is left out."""
    return {who: roles for who, roles in ((before or {}) | told).items() if roles}


def roles_of_known(roles: dict[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The roles of people whose pseudonym can still be resolved."""
    return {who: sorted(held) for who, held in roles.items() if who in known}


vocabulary.BESIDE["organisation", "roles"] = vocabulary.Beside(all_roles, other_roles, roles_of_known)


def run_all() -> int:
    """Bring about everything that is due now, until nothing more follows from it. Returns how much was."""
    done, rounds = 0, 0
    while rounds < 5 and (moved := sum(run() for run in vocabulary.ROBOT_RUNS)):
        done, rounds = done + moved, rounds + 1
    return done
