"""Rebuild every recorded row from the log's entries alone, and compare with the tables: `manage.py replay`.

One pass over the log gathers the last told value of every column (`told`), one pass over each table compares it
(`tables`). A row changed, removed or slipped in with SQL is named with the entry that says otherwise. That the entries
themselves are what was signed is `manage.py verify`'s to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from ledger.audit.stored import execute, first
from ledger.audit.verdict import Undecided
from ledger.replay.tables import People, Table, tables
from ledger.replay.told import Row, Silence, Told, brief

__all__ = ["Difference", "Replay", "Report", "Undecided"]


@dataclass(frozen=True)
class Difference:
    """One thing the tables say otherwise than the log.

    Attributes:
        what: "changed" a column differs · "missing" the row is gone · "unknown" nobody entered the row.
        model: "catalog.Dataset".
        column: "" where the whole row is concerned.
        index, uid: the entry that told it last; index None while it waits for one, both None where no entry did.
        log, table: the two values, as entries spell them.
    """

    what: str
    model: str
    pk: str
    column: str = ""
    index: int | None = None
    uid: str | None = None
    log: Any = None
    table: Any = None

    def __str__(self) -> str:
        where = f"{self.model} {self.pk}"
        entry = f"entry {self.index} ({self.uid})" if self.index is not None else f"waiting entry {self.uid}"
        match self.what:
            case "missing":
                return f"{where} is missing; {entry} tells of it"
            case "unknown" if self.uid:
                return f"{where} is there; {entry} removed it"
            case "unknown":
                return f"{where} was entered by nobody"
        said = f"{entry} says {short(self.log)}" if self.uid else "no entry tells of it"
        return f"{where} {self.column}: {said}, the table {short(self.table)}"


@dataclass
class Report:
    """What was found.

    Attributes:
        size, waiting: entries with an index, and those that wait for one.
        rows, columns: what was compared.
        erased: columns and rows that cannot be compared, because what told of them is erased.
        untold: columns no entry tells of, which stand at their default.
        differences: how many there are; `first` are the first of them.
        finding: a digest of all differences, the same as long as they are.
    """

    size: int = 0
    waiting: int = 0
    rows: int = 0
    columns: int = 0
    erased: int = 0
    untold: int = 0
    differences: int = 0
    first: list[Difference] = field(default_factory=list)
    finding: str = ""


@dataclass
class Replay:
    """One comparison, on one snapshot of the database while others go on writing.

    Args:
        most: how many differences are kept; all are counted.
        step: told what is read ("entries", or a model), how much is done, and how much there is.
    """

    most: int = 20
    step: Callable[[str, int, int], None] = lambda what, done, total: None
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        """Compare everything.

        Raises:
            Undecided: an entry's body is missing or cannot be read.
        """
        nested = connection.in_atomic_block
        with transaction.atomic():
            if not nested:
                execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self._compare()
        return self.report

    def _compare(self) -> None:
        found = tables()
        self.told, self.people, self.digest = Told(found), People.read(), hashlib.sha256()
        (size,) = first("SELECT max(idx) + 1 FROM log_leaf") or (0,)
        for done in self.told.read():
            self.step("entries", done, max(size or 0, done))
        self.report.size, self.report.waiting = self.told.size, len(self.told.waiting)
        for place, table in enumerate(found):
            self.step(table.label, place, len(found))
            self._table(table)
        self.step("", len(found), len(found))
        self.report.finding = self.digest.hexdigest() if self.report.differences else ""

    def _table(self, table: Table) -> None:
        rows = self.told.rows[table.name]
        for pk, stands in table.stand(self.people):
            self.report.rows += 1
            row = rows.pop(pk, None)
            if row is None:
                self._unknown(table, pk, stands)
            else:
                self._row(table, pk, row, stands)
        for pk, row in rows.items():
            self._missing(table, pk, row)
        rows.clear()

    def _row(self, table: Table, pk: str, row: Row, stands: list[Any]) -> None:
        """Compare one row, column by column."""
        for place, column in enumerate(table.columns):
            said, is_ = row.values[place], stands[place]
            self.report.columns += 1
            if said is Silence.ERASED:
                self.report.erased += 1
            elif said is Silence.UNTOLD:
                self._untold(table, pk, place, is_)
            elif not same(column.told(said, self.people), brief(is_)):
                by = -1 if column.is_merged else row.by[place]
                if self._is_erased(table, pk, stands, by) or self.people.has_lost(column, said):
                    self.report.erased += 1
                else:
                    self._differ(table, pk, column.name, row.by[place], said, is_)

    def _untold(self, table: Table, pk: str, place: int, stands: Any) -> None:
        """No entry tells of a column: it stands as a new column does, or somebody changed it."""
        column = table.columns[place]
        if same(brief(stands), brief(column.default)):
            self.report.untold += column.beside is None
        elif self.told.erased:  # an erased entry may have told of it
            self.report.erased += 1
        else:
            self._differ(table, pk, column.name, None, None, stands)

    def _unknown(self, table: Table, pk: str, stands: list[Any]) -> None:
        removed = self.told.removed[table.name].get(pk)
        if self._is_erased(table, pk, stands, -1 if removed is None else removed):
            self.report.erased += 1
        else:
            self._add(self._difference("unknown", table, pk, number=removed))

    def _missing(self, table: Table, pk: str, row: Row) -> None:
        last = max(row.by)
        if self._is_erased(table, pk, None, last):
            self.report.erased += 1
        else:
            self._add(self._difference("missing", table, pk, number=last))

    def _is_erased(self, table: Table, pk: str, stands: list[Any] | None, number: int) -> bool:
        """Whether a later entry, whose body is erased, was about this row or was the last to write it."""
        if not self.told.erased:
            return False
        names = {f"{table.name}:{pk}", *(table.uid_of(stands) if stands else ())}
        return any(self.told.erased.get(name, -1) > number for name in names)

    def _differ(self, table: Table, pk: str, column: str, number: int | None, said: Any, stands: Any) -> None:
        kept = len(self.report.first) < self.most
        log = (
            self.told.value(number, f"{table.name}/{pk}", column, said)
            if kept and number is not None
            else None
        )
        self._add(self._difference("changed", table, pk, column, number, log, stands))

    def _difference(
        self,
        what: str,
        table: Table,
        pk: str,
        column: str = "",
        number: int | None = None,
        log: Any = None,
        stands: Any = None,
    ) -> Difference:
        named = len(self.report.first) < self.most and number is not None
        index, uid = self.told.name(number) if named and number is not None else (None, None)
        return Difference(what, table.label, pk, column, index, uid, log, stands)

    def _add(self, found: Difference) -> None:
        self.report.differences += 1
        self.digest.update(f"{found.what} {found.model} {found.pk} {found.column}\n".encode())
        if len(self.report.first) < self.most:
            self.report.first.append(found)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return type(one) is type(other) and bool(one == other)


def short(value: Any) -> str:
    """A value for one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:78]} …"
