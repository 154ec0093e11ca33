"""What an import did, counted; and every refusal with its place."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from catalog.exchange.record import Reading
from catalog.exchange.refusals import Place, Problem, Refused


class Report(msgspec.Struct):
    """Counts that add up to `total`, and what lies behind them.

    Attributes:
        taken: new here. changed: known, and different now. unchanged: known, and the same.
        repeated: stood in the file before, word for word.
        kept: known, but its owner looks after it now; the source no longer changes it.
        refused: every refusal in the file's order.
        remarks: values left out of records that were taken, with their places.
        organisations: how many owners were entered for the first time.
        cpu_seconds: this process's share; unlike `seconds` it does not grow with what else the machine does.
    """

    source: str
    format: str = ""
    portal: str = ""
    encoding: str = ""
    dry_run: bool = False
    total: int = 0
    taken: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    kept: int = 0
    refused: list[Refused] = []
    remarks: list[tuple[Place, Problem]] = []
    notes: tuple[Problem, ...] = ()
    organisations: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @classmethod
    def begin(cls, source: str, reading: Reading, dry_run: bool) -> Report:
        """An empty report on a catalogue."""
        return cls(
            source,
            reading.format,
            reading.portal,
            reading.encoding,
            dry_run,
            notes=reading.notes,
            refused=[],
            remarks=[],
        )

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name, the refused ones among them."""
        names = ("taken", "changed", "unchanged", "repeated", "kept")
        return {name: getattr(self, name) for name in names} | {"refused": len(self.refused)}

    @property
    def reasons(self) -> dict[str, int]:
        """How many records were refused for which reason, the most frequent first."""
        return dict(Counter(refusal.reason for refusal in self.refused).most_common())

    @property
    def omissions(self) -> dict[tuple[str, str], int]:
        """How often a value of which field was left out, and why: (code, field) → count."""
        return dict(Counter((problem.code, problem.field) for _, problem in self.remarks).most_common())

    @property
    def per_second(self) -> int:
        return round(self.total / self.seconds) if self.seconds else 0

    def as_json(self) -> dict[str, Any]:
        """The whole report for programs."""
        return {
            "source": self.source,
            "format": self.format,
            "portal": self.portal,
            "encoding": self.encoding,
            "dry_run": self.dry_run,
            "total": self.total,
            **self.counts,
            "refused_by_reason": self.reasons,
            "refusals": [told(refusal) for refusal in self.refused],
            "remarks": [{"place": str(place), **spelled(problem)} for place, problem in self.remarks],
            "notes": [spelled(note) for note in self.notes],
            "organisations": self.organisations,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "records_per_second": self.per_second,
        }


def told(refusal: Refused) -> dict[str, Any]:
    """One refusal for programs: place in words and in numbers, every reason with its remedy."""
    place = msgspec.to_builtins(refusal.place)
    return {
        "place": str(refusal.place),
        **place,
        "reasons": [spelled(problem) for problem in refusal.problems],
    }


def spelled(problem: Problem) -> dict[str, str]:
    """One problem with its words."""
    return {
        "code": problem.code,
        "field": problem.field,
        "value": problem.value,
        "message": problem.message,
        "remedy": problem.remedy,
    }
