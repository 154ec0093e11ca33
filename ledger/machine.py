"""PURE: a state machine as a table. One table feeds the check, the buttons, the API's actions, the docs and the tests."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Who(NamedTuple):
    """A position on a case: the side one stands on and the role held there. Role "*" = anyone on that side."""

    side: str
    role: str


@dataclass(frozen=True)
class Move:
    """One command's way through the machine.

    Args:
        command: its name, verb_noun.
        sources: states it may start from.
        target: the next state; None = the state stays, or the command chooses among several by policy.
        who: positions that may give it; empty = nobody but the robot.
        needs: names of further conditions, each a property of the case answering yes or no.
    """

    command: str
    sources: frozenset[str]
    target: str | None
    who: frozenset[Who]
    needs: tuple[str, ...] = ()


def move(
    command: str, sources: str | Iterable[str], target: str | None, who: Iterable[Who], *needs: str
) -> Move:
    """Write one row of a table."""
    named = [sources] if isinstance(sources, str) else sources
    return Move(command, frozenset(map(str, named)), target, frozenset(who), needs)


class Machine:
    """A named table of moves, one row a command."""

    def __init__(self, noun: str, states: Iterable[str], moves: Iterable[Move]) -> None:
        self.noun = noun
        self.states = tuple(map(str, states))
        self.moves = {row.command: row for row in moves}
        for row in self.moves.values():
            unknown = (row.sources | ({row.target} if row.target else set())) - set(self.states)
            if unknown:
                raise ValueError(f"{noun}.{row.command}: unknown states {sorted(unknown)}")

    def permits(self, command: str, positions: Collection[Who]) -> bool:
        """Whether one of `positions` may give `command` in some state."""
        who = self.moves[command].who
        return any(position in who or Who(position.side, "*") in who for position in positions)

    def fits(self, command: str, state: str) -> bool:
        """Whether `command` may start from `state`."""
        return state in self.moves[command].sources

    def open(self, state: str, positions: Collection[Who]) -> list[str]:
        """The commands these positions may give in this state, in the table's order (conditions not weighed)."""
        return [name for name in self.moves if self.fits(name, state) and self.permits(name, positions)]
