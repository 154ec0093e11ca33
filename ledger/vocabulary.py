"""The plug board: upstairs registers what can happen, what it is called and who reacts. The ground floor only reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from ledger.errors import Text
from ledger.machine import Machine
from ledger.parties import Side

#: Event name ("filing.accepted") → what it is called.
EVENTS: dict[str, Text] = {}
#: Command name → the command.
COMMANDS: dict[str, Command] = {}
#: Name of a further condition of a move → (what is missing, what to do instead).
NEEDS: dict[str, tuple[Text, Text]] = {}
#: Conditions among them that are rules of policy, not of state: need → (rule, clause). Missing, they refuse with 422.
POLICY_NEEDS: dict[str, tuple[str, str]] = {}
#: Noun → its state machine, for the permission table and the tests over every move.
MACHINES: dict[str, Machine] = {}
#: State, role and other words for pages: (kind, value) → label.
LABELS: dict[tuple[str, str], Text] = {}
#: Called by the worker: brings about what a date or a standing consent demands; idempotent.
ROBOT_RUNS: list[Callable[[], int]] = []
#: Models with an `entry_uid` column, for `verify`: every row's entry must exist.
ENTRY_COLUMNS: list[type[models.Model]] = []
#: Models with a `handler` column, for handing over a leaver's work; `handled_for` names the look-up of the organisation
#: for which the handler acts: what a person handles for another organisation stays with them.
HANDLED: list[Any] = []
#: Query sets of what waits for an actor, by noun, for the inbox.
TASKS: dict[str, Callable[[Any], models.QuerySet[Any]]] = {}
#: Readers of the log (ledger.follow) by name: each takes the next entries in the order of the log.
FOLLOWERS: dict[str, Callable[[Sequence[Any]], None]] = {}
#: Kind of case → side → look-up of the organisation that stands there (for `Side.PERSON`: of the person), for messages.
SIDES: dict[type[models.Model], Mapping[Side, str]] = {}
#: Events of which no side is told, only whom the entry names: work on one's own draft, and each record of an import,
#: of which there are thousands.
QUIET: set[str] = set()
#: What entries tell of a row beside its columns, for `replay`: ("dataset", "fields") → how to find it in the tables.
BESIDE: dict[tuple[str, str], Beside] = {}


@dataclass(frozen=True)
class Beside:
    """Rows of other tables that an entry tells as one value of the row they belong to.

    Args:
        stands: what the tables hold, by primary key of that row; given the pseudonyms of people by primary key.
        merged: lays a value over the one told before; without it the later one replaces the earlier.
        of_known: the part of a merged value that speaks of people whose pseudonym is still known.
    """

    stands: Callable[[Mapping[int, str]], Iterable[tuple[Any, Any]]]
    merged: Callable[[Any, Any], Any] | None = None
    of_known: Callable[[Any, Collection[str]], Any] = lambda value, known: value


@dataclass(frozen=True)
class Command:
    """One thing somebody may do: its name, the event it records, and what the button says."""

    name: str
    event: str
    label: Text
    call: Callable[..., Any]


def register_events(events: Mapping[str, Text]) -> None:
    """Add a floor's events; the same name twice is a mistake."""
    for name, label in events.items():
        if name in EVENTS:
            raise ValueError(f"event {name} registered twice")
        EVENTS[name] = label


def register_machines(*machines: Machine) -> None:
    """Add a floor's machines, in the order in which the documentation shows them."""
    for machine in machines:
        MACHINES[machine.noun] = machine


def register_needs(needs: Mapping[str, tuple[Text, Text]]) -> None:
    """Add a floor's conditions with the words for a refusal."""
    NEEDS.update(needs)


def register_labels(kind: str, choices: Any) -> None:
    """Add the words of one closed set (a TextChoices class or pairs)."""
    for value, label in getattr(choices, "choices", choices):
        LABELS[kind, str(value)] = label


def label(kind: str, value: str) -> Text:
    """The word for a value; the value itself where nobody named it."""
    return LABELS.get((kind, value), value)
