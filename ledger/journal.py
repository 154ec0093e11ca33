"""The only writer of events: `record()`, inside the caller's transaction. Reading is `ledger.past`.

An entry costs one round trip: event, body and disclosures in one statement. No lock, no tree, no NOTIFY – all
that is the sequencer's, after the commit.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import psycopg
from django.db import connection, models, transaction

from ledger import clock, entry, vocabulary
from ledger.actor import Actor
from ledger.models.clocks import subject_of
from ledger.past import Past, history, history_of
from ledger.rows import Rows

__all__ = [
    "Entry",
    "Past",
    "gathered",
    "heartbeat",
    "history",
    "history_of",
    "index_of",
    "listening",
    "record",
]


@dataclass(frozen=True)
class Entry:
    """What `record` returns.

    Attributes:
        uid: the entry's name for ever.
        id: its row; None while it waits in `gathered()`.
    """

    uid: uuid.UUID
    id: int | None


@dataclass(frozen=True)
class _Waiting:
    uid: uuid.UUID
    kind: str
    subject: str
    sealed: entry.Sealed
    stands: Callable[[], None] = field(default_factory=lambda: lambda: None)


#: Entries recorded inside `listening()`, and those that `gathered()` has still to write.
_heard: ContextVar[list[Entry] | None] = ContextVar("heard", default=None)
_gathered: ContextVar[list[_Waiting] | None] = ContextVar("gathered", default=None)
#: A `gathered()` block writes what it has after so many entries, so that its memory stays small.
GATHER_MOST = 500


def record(
    *,
    actor: Actor,
    event: str,
    subject: models.Model,
    rows: Rows,
    dataset: str = "",
    profile: str = "",
    clauses: Sequence[str] = (),
    cause: uuid.UUID | None = None,
    marks: Sequence[str] = (),
) -> Entry:
    """Write one entry: what `actor` brought about, and every row that changed.

    Args:
        event: a registered name, noun + past participle.
        subject: what it happened to.
        rows: the rows written; the entry takes their uid.
        dataset: code or identifier of the dataset concerned.
        profile: version of the rules applied, "cn@1".
        clauses: clauses stated as reasons.
        cause: the entry this one follows from.
        marks: remarkable circumstances, such as "same_hand".

    Raises:
        LookupError: nobody registered this event.
        ledger.entry.BadEntry: a value has no canonical form.
    """
    if event not in vocabulary.EVENTS:
        raise LookupError(f"event {event!r} is not registered: add it to the floor's events.py")
    assert connection.in_atomic_block, "an entry is written in the transaction of what it tells of"
    about = subject_of(subject)
    body = _body(actor, about, rows, cause) | {
        "dataset": dataset,
        "profile": profile,
        "clauses": list(clauses),
        "marks": list(marks),
    }
    sealed = entry.seal(rows.uid.hex, clock.now(), event, body, rows.private)
    return _write(_Waiting(rows.uid, event, about, sealed))


def _body(actor: Actor, about: str, rows: Rows, cause: uuid.UUID | None) -> dict[str, Any]:
    return {
        "actor": actor.pseudonym,
        "organisation": actor.organisation_id,
        "roles": sorted(actor.roles),
        "delegated": sorted(actor.delegated),
        "mandate": actor.mandate.pk if actor.mandate else None,
        "subject": about,
        "cause": cause.hex if cause else None,
        "facts": rows.facts,
    }


def _write(waiting: _Waiting) -> Entry:
    """Insert now, or leave it to the surrounding `gathered()`."""
    gathered = _gathered.get()
    if gathered is None:
        written = Entry(waiting.uid, _insert_one(waiting))
    else:
        transaction.on_commit(waiting.stands)
        gathered.append(waiting)
        written = Entry(waiting.uid, None)
        if len(gathered) >= GATHER_MOST:
            _flush(gathered)
    if (heard := _heard.get()) is not None:
        heard.append(written)
    return written


_INSERT_ONE = """
WITH bodies AS (INSERT INTO log_body (event_uid, key, content) VALUES (%s, %s, %s)){disclosures}
INSERT INTO log_event (uid, leaf, kind, subject) VALUES (%s, %s, %s, %s) RETURNING id
"""
_DISCLOSURES = ", disclosures AS (INSERT INTO log_disclosure (event_uid, path, key, content) VALUES {values})"


@cache
def _statement(disclosures: int) -> str:
    """The statement for an entry with so many disclosures."""
    values = ", ".join(["(%s, %s, %s, %s)"] * disclosures)
    return _INSERT_ONE.format(disclosures=_DISCLOSURES.format(values=values) if disclosures else "")


def _insert_one(one: _Waiting) -> int:
    """By a statement that the server has prepared: planning it anew each time would cost more than the rest."""
    sealed = one.sealed
    values = [one.uid, sealed.key, sealed.body]
    for shown in sealed.disclosures:
        values += [one.uid, shown.path, shown.key, shown.content]
    values += [one.uid, sealed.leaf, one.kind, one.subject]
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_statement(len(sealed.disclosures)), values, prepare=True)
        (number,) = cursor.fetchone() or (0,)
    return int(number)


# Ids follow the order of the arrays, and the sequencer orders by id: the log keeps the order of acts.
_INSERT = """
WITH bodies AS (
    INSERT INTO log_body (event_uid, key, content) SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[])
), disclosures AS (
    INSERT INTO log_disclosure (event_uid, path, key, content)
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::bytea[])
)
INSERT INTO log_event (uid, leaf, kind, subject)
SELECT * FROM unnest(%s::uuid[], %s::bytea[], %s::text[], %s::text[])
"""


def _insert(waiting: Sequence[_Waiting]) -> None:
    uids = [one.uid for one in waiting]
    apart = [(one.uid, shown) for one in waiting for shown in one.sealed.disclosures]
    values: list[Any] = [
        uids,
        [one.sealed.key for one in waiting],
        [one.sealed.body for one in waiting],
        [uid for uid, _shown in apart],
        [shown.path for _uid, shown in apart],
        [shown.key for _uid, shown in apart],
        [shown.content for _uid, shown in apart],
        uids,
        [one.sealed.leaf for one in waiting],
        [one.kind for one in waiting],
        [one.subject for one in waiting],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


@contextmanager
def gathered() -> Iterator[None]:
    """Write the entries of this block together, for bulk work such as an import, inside a transaction.

    An entry recorded inside a savepoint that is rolled back vanishes with it, as it would without this block.
    """
    assert connection.in_atomic_block, "entries are written in the transaction of what they tell of"
    waiting: list[_Waiting] = []
    token = _gathered.set(waiting)
    try:
        yield
        _flush(waiting)
    finally:
        _gathered.reset(token)


def _flush(waiting: list[_Waiting]) -> None:
    """Write what still stands. Django forgets an on_commit callback when its savepoint is rolled back: those
    that `_write` left behind tell which entries stand, and are taken away."""
    standing = {id(hook) for hook in (job[1] for job in connection.run_on_commit)}
    alive = [one for one in waiting if id(one.stands) in standing]
    hooks = {id(one.stands) for one in alive}
    connection.run_on_commit = [job for job in connection.run_on_commit if id(job[1]) not in hooks]
    if alive:
        _insert(alive)
    waiting.clear()


@contextmanager
def listening() -> Iterator[list[Entry]]:
    """Collect the entries recorded inside the block, in order: the first is the command's own."""
    heard: list[Entry] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def heartbeat(every: dt.timedelta = dt.timedelta(hours=1)) -> int:
    """Record that the log is alive unless an entry of the last hour shows it; called by the worker."""
    from ledger.models import Event, Head

    with transaction.atomic():
        head = Head.objects.select_for_update().get()
        last = Event.objects.order_by("-id").first()
        if last and entry.Leaf.parse(bytes(last.leaf)).at > clock.now() - every:
            return 0
        record(actor=Actor.robot(), event="log.heartbeat", subject=head, rows=Rows())
    return 1


def index_of(uid: uuid.UUID) -> int | None:
    """The entry's index, None until it is sequenced (or if there is no such entry)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.idx FROM log_event e JOIN log_leaf l ON l.event_id = e.id WHERE e.uid = %s", [uid]
        )
        found = cursor.fetchone()
    return found[0] if found else None
