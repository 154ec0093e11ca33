"""What a case's past and future look like on a page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.errors import Text


@dataclass(frozen=True)
class Item:
    """One thing that happened."""

    at: dt.datetime
    label: Text
    who: Text = ""
    note: Text = ""
    tone: str = "mute"
    icon: str = "circle-dot"
    uid: uuid.UUID | None = None
    index: int | None = None
    clauses: Sequence[Text] = field(default_factory=tuple)
    marks: Sequence[Text] = field(default_factory=tuple)


@dataclass(frozen=True)
class Step:
    """One station of a case: past, now, next or failed."""

    label: Text
    phase: str
    note: Text = ""


def stations(path: Sequence[tuple[str, Text]], current: str, *, failed: bool = False) -> list[Step]:
    """The stations of a path with `current` marked; all are past when it is the last one and well ended."""
    names = [name for name, _label in path]
    place = names.index(current)
    ended = place == len(names) - 1 and not failed
    return [
        Step(
            label,
            "failed"
            if failed and i == place
            else "past"
            if i < place or ended
            else "now"
            if i == place
            else "next",
        )
        for i, (_name, label) in enumerate(path)
    ]
