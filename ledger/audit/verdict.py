"""What an audit can say."""

from __future__ import annotations

from dataclasses import dataclass


class Fault(Exception):
    """What does not fit.

    Attributes:
        what: the kind of thing that differs: "leaf", "body", "disclosure", "tile", "checkpoint" …
        index: of the entry; None where none can be named.
    """

    def __init__(self, what: str, says: str, index: int | None = None) -> None:
        super().__init__(says)
        self.what, self.says, self.index = what, says, index

    def __str__(self) -> str:
        return self.says if self.index is None else f"entry {self.index}: {self.says}"


class Undecided(Exception):
    """Something needed for a verdict cannot be had."""


@dataclass
class Report:
    """What was found, as far as the audit came."""

    size: int = 0
    root: str = ""
    checked: int = 0
    checkpoints: int = 0
    erased: int = 0
    waiting: int = 0
    rows: int = 0
