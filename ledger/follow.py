"""Readers of the log: each takes the entries by index and keeps where it goes on (a row of `Follower`).

The handler works in the transaction that moves the cursor: a crash before the commit is as if nothing had been read.
So what a handler writes in this database happens exactly once; what it does elsewhere may happen again, and has to
bear that. Only sequenced entries are read: below an index nothing ever slips in, below an event's id it may.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection, transaction

from ledger import vocabulary
from ledger.entry import Leaf
from ledger.explorer import Found
from ledger.models import Follower

#: Entries in one transaction.
MOST = 500
#: Transactions in a row: a long import is not to keep the rest of the robot's round waiting.
STEPS = 10

Handle = Callable[[Sequence[Found]], None]


def register(name: str, handle: Handle) -> None:
    """Let the worker bring entries to `handle`, in every round of the robot.

    Raises:
        ValueError: the name is taken.
    """
    if name in vocabulary.FOLLOWERS:
        raise ValueError(f"follower {name} registered twice")
    vocabulary.FOLLOWERS[name] = handle
    vocabulary.ROBOT_RUNS.append(partial(catch_up, name))


def catch_up(name: str, most: int = MOST) -> int:
    """Bring a reader to the end of the log, or on by `STEPS` times `most` entries. Returns how many it read."""
    done = 0
    for _step in range(STEPS):
        count = follow(name, vocabulary.FOLLOWERS[name], most)
        done += count
        if count < most:
            break
    return done


def follow(name: str, handle: Handle, most: int = MOST) -> int:
    """Hand the next entries, at most `most`, to `handle`. Returns how many; 0 also while another worker reads.

    Raises:
        Exception: whatever the handler raises; then nothing was read.
    """
    with transaction.atomic():
        reader = _locked(name)
        found = _entries(reader.next_index, most) if reader else []
        if reader and found:
            handle(found)
            reader.next_index = found[-1].index + 1
            reader.save(update_fields=["next_index"])
    return len(found)


def _locked(name: str) -> Follower | None:
    """The reader's row, made at the first time; None while somebody else holds it."""
    free = Follower.objects.select_for_update(skip_locked=True).filter(name=name)
    if reader := free.first():
        return reader
    Follower.objects.bulk_create([Follower(name=name)], ignore_conflicts=True)
    return free.first()


def _entries(start: int, most: int) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.idx, e.uid, e.leaf, e.subject FROM log_leaf l JOIN log_event e ON e.id = l.event_id"
            " WHERE l.idx >= %s ORDER BY l.idx LIMIT %s",
            [start, most],
        )
        return [Found(index, uid, Leaf.parse(bytes(leaf)), about) for index, uid, leaf, about in cursor]
