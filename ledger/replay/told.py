"""What the log says: the last told value of every column of every row, from bodies and disclosures alone.

The memory needed follows the rows that live, not the entries: long values are kept as digests, and read again from their
entry when they are to be shown.
"""

from __future__ import annotations

import hashlib
import json
import sys
import uuid
from array import array
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ledger.audit.stored import PAGE, fetch, pages
from ledger.audit.verdict import Undecided

if TYPE_CHECKING:
    from ledger.replay.tables import Table

#: Longer text, and everything that is not a scalar, is kept as a digest.
SHORT = 64
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_ENTRIES = f"""
SELECT l.idx, e.uid, e.subject, b.event_uid IS NOT NULL, b.content
FROM log_leaf l LEFT JOIN log_event e ON e.id = l.event_id LEFT JOIN log_body b ON b.event_uid = e.uid
WHERE l.idx > %s ORDER BY l.idx LIMIT {PAGE}
"""
_WAITING = f"""
SELECT e.id, e.uid, e.subject, b.event_uid IS NOT NULL, b.content
FROM log_event e LEFT JOIN log_body b ON b.event_uid = e.uid
WHERE e.id > %s AND NOT EXISTS (SELECT FROM log_leaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT {PAGE}
"""


class Entry(NamedTuple):
    """What replay reads of one entry; `number` is its index, or its row's while it waits."""

    number: int
    uid: uuid.UUID
    subject: str
    has_body: bool
    content: bytes | None


class Silence(Enum):
    """Why the log has no value for a column: no entry told of it; what told is erased; it was removed from the log."""

    UNTOLD = "untold"
    ERASED = "erased"
    LOST = "lost"


#: Kinds of values kept as they are.
PLAIN = {type(None), bool, int, Silence}


class Row:
    """One row as the log tells it: the value of each column, and the number of the entry that told it last."""

    __slots__ = ("by", "values")

    def __init__(self, columns: int) -> None:
        self.values: list[Any] = [Silence.UNTOLD] * columns
        self.by = array("q", [-1]) * columns


class Told:
    """The state of all rows.

    Attributes:
        rows: model name → primary key → row.
        removed: the same → number of the entry that removed it.
        erased: "filing:12", or the uid of an entry in hex → number of the last erased body about it.
        size: how many entries have an index; they are numbered by it, and those in `waiting` after them.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = {table.name: table for table in tables}
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in self.tables}
        self.removed: dict[str, dict[str, int]] = {name: {} for name in self.tables}
        self.erased: dict[str, int] = {}
        self.size = 0
        self.waiting: list[uuid.UUID] = []

    def read(self) -> Iterator[int]:
        """Hear all entries in the order of the log, then those that wait; tells how many are done."""
        for page in paged(_ENTRIES):
            for entry, apart in page:
                if entry.number != self.size or entry.uid is None:
                    raise Undecided(f"entry {self.size} is gone: ask `manage.py verify`")
                self._hear(self.size, entry, apart)
                self.size += 1
            yield self.size
        for page in paged(_WAITING):
            for entry, apart in page:
                self._hear(self.size + len(self.waiting), entry, apart)
                self.waiting.append(entry.uid)
            yield self.size + len(self.waiting)

    def _hear(self, number: int, entry: Entry, apart: Mapping[str, Any]) -> None:
        if not entry.has_body:
            raise Undecided(f"the body of entry {number} is gone: ask `manage.py verify`")
        if entry.content is None:
            self.erased[entry.subject] = self.erased[entry.uid.hex] = number
            return
        body = body_of(entry.content, number)
        for where, facts in body["facts"].items():
            self._tell(number, where, facts)
        for path in (*body.get("private", ()), *body.get("large", ())):
            where, _, column = path.rpartition("/")
            self._tell(number, where, {column: apart.get(path, Silence.LOST)})

    def _tell(self, number: int, where: str, facts: Mapping[str, Any]) -> None:
        """Lay what one entry tells of one row over what is known of it."""
        name, _, pk = where.partition("/")
        table = self.tables.get(name)
        if table is None:  # the log's head: no row of ours
            return
        if facts.get("deleted") is True:
            self.rows[name].pop(pk, None)
            self.removed[name][pk] = number
            return
        # What has no place is a remark beside the columns, or a column of former times.
        known = [(table.places[column], value) for column, value in facts.items() if column in table.places]
        if not known:
            return
        row = self.rows[name].get(pk)
        if row is None:
            row = self.rows[name][pk] = Row(len(table.columns))
        for place, value in known:
            row.values[place] = table.columns[place].laid(row.values[place], value)
            row.by[place] = number

    def name(self, number: int) -> tuple[int | None, str]:
        """Index and uid of an entry."""
        if number >= self.size:
            return None, str(self.waiting[number - self.size])
        ((uid,),) = fetch(
            "SELECT e.uid FROM log_leaf l JOIN log_event e ON e.id = l.event_id WHERE l.idx = %s", number
        )
        return number, str(uid)

    def value(self, number: int, where: str, column: str, kept: Any) -> Any:
        """What an entry told of a column; `kept` where that is no digest."""
        if not isinstance(kept, bytes):
            return kept.value if isinstance(kept, Silence) else kept
        _index, uid = self.name(number)
        for (content,) in fetch(
            "SELECT content FROM log_disclosure WHERE event_uid = %s AND path = %s", uid, f"{where}/{column}"
        ):
            return json.loads(bytes(content))
        ((content,),) = fetch("SELECT content FROM log_body WHERE event_uid = %s", uid)
        return json.loads(bytes(content))["facts"][where][column]


def paged(statement: str) -> Iterator[list[tuple[Entry, dict[str, Any]]]]:
    """Entries with their disclosures, a page at a time."""
    page: list[Entry] = []
    for row in pages(statement):
        page.append(Entry(*row))
        if len(page) == PAGE:
            yield disclosed(page)
            page = []
    if page:
        yield disclosed(page)


def disclosed(page: list[Entry]) -> list[tuple[Entry, dict[str, Any]]]:
    """Each entry with the values that stand apart: path → value."""
    apart: dict[uuid.UUID, dict[str, Any]] = {}
    uids = [entry.uid for entry in page]
    for uid, path, content in fetch(
        "SELECT event_uid, path, content FROM log_disclosure WHERE event_uid = ANY(%s)", uids
    ):
        value = Silence.ERASED if content is None else json.loads(bytes(content))
        apart.setdefault(uid, {})[path] = value
    return [(entry, apart.get(entry.uid, {})) for entry in page]


def body_of(content: bytes, number: int) -> dict[str, Any]:
    """What a body says.

    Raises:
        Undecided: it is no JSON.
    """
    try:
        body: dict[str, Any] = json.loads(bytes(content))
        return body if isinstance(body["facts"], dict) else {"facts": {}}
    except (ValueError, KeyError, TypeError):
        raise Undecided(f"the body of entry {number} cannot be read: ask `manage.py verify`") from None


def brief(value: Any) -> Any:
    """A value as it is kept: short scalars as they are, everything else as a digest."""
    kind = type(value)
    if kind is str and len(value) <= SHORT:
        return sys.intern(value)
    return value if kind in PLAIN else digest(_ENCODE(value))


@lru_cache(maxsize=4096)
def digest(text: str) -> bytes:
    """16 bytes that stand for a text; one object for what comes again and again."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
