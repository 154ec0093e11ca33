"""What the ground floor hangs into the worker and the verifier; the floors above add theirs."""

from ledger import (
    clocks,
    messages,  # noqa: F401 - importing registers
    vocabulary,
)
from ledger.models import CalendarYear, Clock, DemoClock
from ledger.models.idempotency import forget_old_answers

vocabulary.ROBOT_RUNS.extend([clocks.record_breaches, forget_old_answers])
vocabulary.ENTRY_COLUMNS.extend([Clock, CalendarYear, DemoClock])


def run_all() -> int:
    """Bring about everything that is due now, until nothing more follows from it. Returns how much was."""
    done, rounds = 0, 0
    while rounds < 5 and (moved := sum(run() for run in vocabulary.ROBOT_RUNS)):
        done, rounds = done + moved, rounds + 1
    return done
