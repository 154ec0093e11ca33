"""The log's rows as an audit reads them: page by page, missing parts as None."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

#: Seconds an entry may wait for its index.
PATIENCE = 60
PAGE = 1024


class Row(NamedTuple):
    """One entry as it is stored; what is missing is None."""

    idx: int
    event_id: int
    uid: uuid.UUID | None
    leaf: bytes | None
    kind: str | None
    subject: str | None
    body_row: uuid.UUID | None
    key: bytes | None
    content: bytes | None


_COLUMNS = "e.id, e.uid, e.leaf, e.kind, e.subject, b.event_uid, b.key, b.content"
PLACED = f"""
SELECT l.idx, coalesce(e.id, l.event_id), {_COLUMNS.removeprefix("e.id, ")}
FROM log_leaf l LEFT JOIN log_event e ON e.id = l.event_id LEFT JOIN log_body b ON b.event_uid = e.uid
WHERE l.idx > %s ORDER BY l.idx LIMIT {PAGE}
"""
UNPLACED = f"""
SELECT {_COLUMNS}, p.event_id IS NOT NULL, p.since < now() - interval '{PATIENCE} s'
FROM log_event e LEFT JOIN log_body b ON b.event_uid = e.uid LEFT JOIN log_pending p ON p.event_id = e.id
WHERE NOT EXISTS (SELECT FROM log_leaf l WHERE l.event_id = e.id) AND e.id > %s ORDER BY e.id LIMIT {PAGE}
"""
CHECKPOINTS = f"SELECT size, root, note FROM log_checkpoint WHERE size > %s ORDER BY size LIMIT {PAGE}"
STRAYS = {
    "body": "SELECT event_uid FROM log_body b"
    " WHERE NOT EXISTS (SELECT FROM log_event e WHERE e.uid = b.event_uid) LIMIT 1",
    "disclosure": "SELECT event_uid FROM log_disclosure d"
    " WHERE NOT EXISTS (SELECT FROM log_event e WHERE e.uid = d.event_uid) LIMIT 1",
    "pending": "SELECT event_id FROM log_pending p WHERE NOT EXISTS (SELECT FROM log_event e WHERE e.id = p.event_id)"
    " OR EXISTS (SELECT FROM log_leaf l WHERE l.event_id = p.event_id) LIMIT 1",
}


def placed_rows() -> Iterator[Row]:
    for idx, *stored in pages(PLACED):
        yield Row(idx, *plain(stored))


def plain(stored: list[Any]) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in stored]


def pages(statement: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query by its first column, page by page. No server-side cursor: one left behind by a fault would
    be closed by the garbage collector at any moment, also in the middle of the next query."""
    last = -1
    while rows := fetch(statement, last):
        yield from rows
        last = rows[-1][0]


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def first(statement: str, *values: Any) -> tuple[Any, ...] | None:
    return next(iter(fetch(statement, *values)), None)
