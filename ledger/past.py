"""Entries as people read them: the timeline of a case. Whether somebody may see it the caller asks."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from ledger import entry, vocabulary
from ledger.errors import Text
from ledger.models.clocks import subject_of


@dataclass(frozen=True)
class Past:
    """One entry as people read it.

    Attributes:
        index: place in the log; None until it is sequenced.
        checkpoint: size of the first signed tree that holds it.
        pseudonym: who acted, as the log knows them; "robot" for the system.
        actor: the person's name; "" for the robot, and where the person or the body is erased.
        body: what it says; empty when it is erased.
    """

    uid: uuid.UUID
    kind: str
    label: Text
    at: dt.datetime
    pseudonym: str
    actor: str
    index: int | None
    checkpoint: int | None
    body: dict[str, Any] = field(repr=False)

    @property
    def is_erased(self) -> bool:
        return not self.body

    @property
    def clauses(self) -> list[str]:
        return self.body.get("clauses", [])

    @property
    def marks(self) -> list[str]:
        return self.body.get("marks", [])

    @property
    def organisation_id(self) -> int | None:
        return self.body.get("organisation")

    @property
    def mandate_id(self) -> int | None:
        return self.body.get("mandate")

    @property
    def facts(self) -> dict[str, dict[str, Any]]:
        return self.body.get("facts", {})


# The actor's name is found through the pseudonym in the body: one query for a whole timeline.
_PAST = """
SELECT e.uid, e.leaf, b.content, l.idx, c.size, coalesce(nullif(u.name, ''), u.username, '')
FROM log_event e
LEFT JOIN log_body b ON b.event_uid = e.uid
LEFT JOIN log_leaf l ON l.event_id = e.id
LEFT JOIN LATERAL (SELECT size FROM log_checkpoint WHERE size > l.idx ORDER BY size LIMIT 1) c ON TRUE
LEFT JOIN ledger_pseudonym p
    ON p.handle = substring(convert_from(b.content, 'UTF8') FROM '^{{"actor":"([0-9a-f]{{32}})"')::uuid
LEFT JOIN ledger_user u ON u.id = p.user_id
WHERE {where} ORDER BY e.id
"""


def history(subject: models.Model) -> list[Past]:
    """Every entry about one thing, in order."""
    return _past("e.subject = %s", [subject_of(subject)])


def history_of(subjects: Sequence[str]) -> list[Past]:
    """Every entry about any of these things ("filing:12"), in order: a dataset with its filings."""
    return _past("e.subject = ANY(%s)", [list(subjects)])


def entry_of(uid: uuid.UUID) -> Past | None:
    """One entry."""
    return next(iter(_past("e.uid = %s", [uid])), None)


def _past(where: str, values: list[Any]) -> list[Past]:
    with connection.cursor() as cursor:
        cursor.execute(_PAST.format(where=where), values)
        return [_read(*row) for row in cursor.fetchall()]


def _read(
    uid: uuid.UUID, leaf: bytes, content: bytes | None, index: int | None, checkpoint: int | None, actor: str
) -> Past:
    public = entry.Leaf.parse(bytes(leaf))
    body = entry.parse(bytes(content)) if content is not None else {}
    label = vocabulary.EVENTS.get(public.kind, public.kind)
    return Past(uid, public.kind, label, public.at, body.get("actor", ""), actor, index, checkpoint, body)
