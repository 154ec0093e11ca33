"""Give entries their indexes, grow the tree, sign: one batch in one transaction.

Any number of sequencers may run: the lock on the head row lets one work at a time, and each finds in the
database what the others did. A crash before the commit leaves nothing behind; after it, the next step raises
the mark.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from ledger import clock, keys
from ledger.high_water import HighWater
from ledger.merkle import BadProof, Edge, root_at
from ledger.note import BadNote, Checkpoint

#: Entries in one batch: more gain little, and hold the lock longer.
MOST = 5000
Tiles = dict[tuple[int, int], bytes]


class Fork(Exception):
    """To go on would sign something that contradicts what was signed before: stop, and let a person look."""


@dataclass(frozen=True)
class Batch:
    """What one step did: so many entries, the log's size after it."""

    count: int
    size: int


class Sequencer:
    """Keeps the tree's right edge between batches; all else is read anew each time."""

    def __init__(self) -> None:
        self._take_keys()
        self.edge: Edge | None = None

    def _take_keys(self) -> None:
        self.stamp = keys.stamp()
        self.keys = keys.load()
        self.mark = HighWater(keys.folder(), self.keys.verifiers)

    def step(self, most: int = MOST) -> Batch:
        """Sequence the entries that wait, at most `most` of them.

        Raises:
            Fork: the stored tree contradicts itself or the high-water mark.
        """
        if self.edge is not None and not _anything_waits():
            return Batch(0, self.edge.size)
        if self.stamp != keys.stamp():  # the operator exchanged one
            self._take_keys()
        edge, self.edge = self.edge, None  # whatever goes wrong below, read it anew
        with transaction.atomic():
            size, root = _lock_head()
            if edge is None or edge.size != size:
                edge = _stored_edge(size, root)
            waiting = _take(most)
            note = (
                self._extend(edge, waiting, root)
                if waiting
                else self._newest(Checkpoint(self.keys.origin, size, root))
            )
        self.mark.raise_to(note)
        self.edge = edge
        return Batch(len(waiting), edge.size)

    def _newest(self, head: Checkpoint) -> str:
        """The newest checkpoint, for a batch that ended between commit and mark; of a new log the first."""
        self._guard(head, head, {})
        with connection.cursor() as cursor:
            cursor.execute("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
            found = cursor.fetchone()
        if found:
            return str(found[0])
        note = self.keys.sign(head.text())
        _store_head(head, note)
        return note

    def _extend(self, edge: Edge, waiting: list[tuple[int, bytes]], root: bytes) -> str:
        old = Checkpoint(self.keys.origin, edge.size, root)
        changed = edge.extend(leaf_hash for _event, leaf_hash in waiting)
        new = Checkpoint(self.keys.origin, edge.size, edge.root())
        self._guard(old, new, changed)
        note = self.keys.sign(new.text())
        _store(old.size, [event for event, _leaf_hash in waiting], changed)
        _store_head(new, note)
        return note

    def _guard(self, old: Checkpoint, new: Checkpoint, changed: Tiles) -> None:
        """Refuse to sign unless the new tree begins with the one signed last."""
        try:
            mark = self.mark.read()
        except BadNote as error:
            raise Fork(f"{self.mark.path}: {error}") from None
        if mark is None:
            if old.size:
                raise Fork(f"{self.mark.path} is missing, but the log has {old.size} entries. {HOW_TO_GO_ON}")
            # Before the first commit, so that from then on a missing mark always means a lost one.
            self.mark.raise_to(self.keys.sign(old.text()))
            return
        if mark == old:
            return
        if mark.size > new.size or _root_at(mark.size, changed) != mark.root:
            raise Fork(
                f"a checkpoint of {mark.size} entries was signed that this database does not hold "
                f"({old.size} entries): it was restored from a backup, or altered. {HOW_TO_GO_ON}"
            )


HOW_TO_GO_ON = (
    "Nothing is signed until that is cleared up: restore the newest database, or begin a new log (a new "
    "database, LEDGER_VAR and LOG_ORIGIN) and keep this one for reading."
)


def _lock_head() -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        # What is signed must survive a crash, whatever the server is set to.
        cursor.execute("SET LOCAL synchronous_commit = on")
        cursor.execute("SELECT size, root FROM log_head FOR UPDATE")
        found = cursor.fetchone()
    if found is None:
        raise Fork("the head of the log is missing")
    return found[0], bytes(found[1])


def _take(most: int) -> list[tuple[int, bytes]]:
    """Take the lowest entries out of the waiting set: (event's id, leaf hash), in the order of ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH taken AS (
                DELETE FROM log_pending
                WHERE event_id = ANY(ARRAY(SELECT event_id FROM log_pending ORDER BY event_id LIMIT %s))
                RETURNING event_id
            )
            SELECT t.event_id, e.leaf_hash FROM taken t LEFT JOIN log_event e ON e.id = t.event_id ORDER BY 1
            """,
            [most],
        )
        found = cursor.fetchall()
    lost = [event for event, leaf_hash in found if leaf_hash is None]
    if lost:
        raise Fork(f"event {lost[0]} was committed, and its row is gone")
    return [(event, bytes(leaf_hash)) for event, leaf_hash in found]


def _anything_waits() -> bool:
    """Asked without the lock: an idle sequencer writes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM log_pending)")
        return bool(cursor.fetchone()[0])


def _stored_edge(size: int, root: bytes) -> Edge:
    try:
        edge = Edge.read(size, read_tile)
    except BadProof as error:
        raise Fork(f"the stored tree is damaged: {error}") from None
    if edge.root() != root:
        raise Fork(f"the stored tiles do not give the stored root of {size} entries")
    return edge


def _root_at(size: int, changed: Tiles) -> bytes | None:
    try:
        return root_at(size, lambda level, n: changed.get((level, n)) or read_tile(level, n))
    except BadProof:
        return None


def read_tile(level: int, n: int) -> bytes:
    """A stored tile; b"" if there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM log_tile WHERE level = %s AND n = %s", [level, n])
        found = cursor.fetchone()
    return bytes(found[0]) if found else b""


def _store(start: int, events: list[int], changed: Tiles) -> None:
    where = list(changed)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_leaf (idx, event_id) SELECT %s + n - 1, event"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS taken (event, n)",
            [start, events],
        )
        cursor.execute(
            "INSERT INTO log_tile (level, n, hashes)"
            " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
            " ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
            [[level for level, _n in where], [n for _level, n in where], [changed[one] for one in where]],
        )


def _store_head(new: Checkpoint, note: str) -> None:
    with connection.cursor() as cursor:
        if new.size:
            cursor.execute("UPDATE log_head SET size = %s, root = %s", [new.size, new.root])
        cursor.execute(
            "INSERT INTO log_checkpoint (size, root, note, at) VALUES (%s, %s, %s, %s)",
            [new.size, new.root, note, clock.now()],
        )


def run_all() -> int:
    """Sequence everything that waits now; how many entries that was."""
    sequencer, total = Sequencer(), 0
    while count := sequencer.step().count:
        total += count
    return total
