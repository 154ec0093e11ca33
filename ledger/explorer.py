"""Entries found by type, day, subject and actor, newest first: what the log's page shows. Who may ask for a subject or an
actor is weighed by the caller; types and days are public."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from ledger.entry import Leaf, text_of_time


@dataclass(frozen=True)
class Found:
    """One entry's public line, its place, and what it is about."""

    index: int
    uid: uuid.UUID
    leaf: Leaf
    subject: str


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for; everything left empty is not weighed.

    Attributes:
        kind: the entry's type, "filing.accepted".
        since, until: first and last day, in the site's zone.
        subjects: what it is about, any of them: "filing:12".
        pseudonym: who acted, as the log names them.
    """

    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    subjects: Sequence[str] = ()
    pseudonym: str = ""

    def below(self, index: int, most: int) -> list[Found]:
        """The newest `most` entries with an index below this one."""
        where = "".join(f" AND {condition}" for condition, _values in self._conditions())
        values = [value for _condition, given in self._conditions() for value in given]
        with connection.cursor() as cursor:
            cursor.execute(_FOUND.format(where=where), [index, *values, most])
            return [
                Found(place, uid, Leaf.parse(bytes(leaf)), subject)
                for place, uid, leaf, subject in cursor.fetchall()
            ]

    def _conditions(self) -> Iterator[tuple[str, list[Any]]]:
        if self.kind:
            yield "e.kind = %s", [self.kind]
        if self.since:
            yield f"{_TIME} >= %s", [_midnight(self.since)]
        if self.until:
            yield f"{_TIME} < %s", [_midnight(self.until + dt.timedelta(days=1))]
        if self.subjects:
            yield "e.subject = ANY(%s)", [list(self.subjects)]
        if self.pseudonym:
            yield _ACTED, [f'{{"actor":"{self.pseudonym}"'.encode()]


_FOUND = """
SELECT l.idx, e.uid, e.leaf, e.subject FROM log_leaf l JOIN log_event e ON e.id = l.event_id
WHERE l.idx < %s{where} ORDER BY l.idx DESC LIMIT %s
"""
#: A leaf is canonical: its first member is the time, at a fixed place, in a spelling whose order is the order of time.
_TIME = "substr(e.leaf, 8, 27)"
#: Bodies are canonical too, and name first who acted.
_ACTED = "EXISTS (SELECT FROM log_body b WHERE b.event_uid = e.uid AND substr(b.content, 1, 43) = %s)"


def _midnight(day: dt.date) -> bytes:
    """The first moment of a day, as a leaf spells it."""
    return text_of_time(dt.datetime.combine(day, dt.time(), timezone.get_current_timezone())).encode()
