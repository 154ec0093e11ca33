"""The permission table of the documentation: state × role × command, written from the machines, never by hand."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation

from ledger import vocabulary
from ledger.machine import Machine, Who

PATH = settings.ROOT / "docs" / "permissions.md"
HEAD = """# Who may do what, in which state

Made by `python manage.py permission_table` from the tables in `ledger/parties.py`, `catalog/filing.py` and
`sharing/workflow.py`; a test compares. A command in *italics* has a further condition, named below its table.
"""


def table() -> str:
    """The whole document, in English."""
    with translation.override("en"):
        parts = [HEAD, *("\n".join(of_machine(machine)) for machine in vocabulary.MACHINES.values())]
    return "\n".join(parts)


def of_machine(machine: Machine) -> Iterator[str]:
    """One machine: a line for every state and position in which something is open."""
    yield f"## {machine.noun}\n"
    yield "| state | who | may |"
    yield "|---|---|---|"
    for state in machine.states:
        for who in sorted({who for move in machine.moves.values() for who in move.who}):
            if names := machine.open(state, [who]):
                yield f"| {state} | {words(who)} | {', '.join(shown(machine, name) for name in names)} |"
    yield ""
    yield from conditions(machine)


def words(who: Who) -> str:
    """A position in words."""
    return f"{vocabulary.label('side', who.side)}: {vocabulary.label('role', who.role)}"


def shown(machine: Machine, name: str) -> str:
    """A command, and where it leads."""
    move = machine.moves[name]
    arrow = f"`{name}`" + (f" → {move.target}" if move.target else "")
    return f"*{arrow}*" if move.needs else arrow


def conditions(machine: Machine) -> Iterator[str]:
    """What a command demands beside state and position: the words of its refusal."""
    for move in machine.moves.values():
        if move.needs:
            refusals = " ".join(str(vocabulary.NEEDS[need][0]) for need in move.needs)
            yield f"- `{move.command}` is refused with: {refusals}"
    yield ""
