"""Recompute the whole log from the rows, as one who trusts nothing but the key: `manage.py verify`.

The entries are read in the order of their indexes, a tile's worth at a time, so memory stays flat whatever the size;
the first thing that does not fit is named. The tree is computed here a second way (a stack of perfect subtrees), so
that a mistake in ledger.merkle's edge cannot hide itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from ledger import keys, merkle, vocabulary
from ledger.audit.content import check_content
from ledger.audit.stored import (
    CHECKPOINTS,
    PATIENCE,
    STRAYS,
    UNPLACED,
    Row,
    execute,
    first,
    pages,
    placed_rows,
    plain,
)
from ledger.audit.verdict import Fault, Report, Undecided
from ledger.high_water import HighWater
from ledger.models.entered import Entered
from ledger.note import BadNote, Checkpoint, open_checkpoint
from ledger.sequencer import read_tile

__all__ = ["Audit", "Fault", "Report", "Undecided", "recorded_models"]

CHUNK = merkle.WIDTH


class Stack:
    """The tree as perfect subtrees, as a binary counter holds a number."""

    def __init__(self) -> None:
        self.size = 0
        self.parts: list[bytes] = []

    def push(self, leaf_hash: bytes) -> None:
        number = self.size
        while number & 1:
            leaf_hash = merkle.node_hash(self.parts.pop(), leaf_hash)
            number >>= 1
        self.parts.append(leaf_hash)
        self.size += 1

    def root(self) -> bytes:
        if not self.parts:
            return merkle.EMPTY_ROOT
        root = self.parts[-1]
        for left in reversed(self.parts[:-1]):
            root = merkle.node_hash(left, root)
        return root


@dataclass
class Audit:
    """One pass over the log.

    Args:
        step: told how many entries are done, and how many there are.
    """

    step: Callable[[int, int], None] = lambda done, total: None
    report: Report = field(default_factory=Report)

    def run(self) -> Report:
        """Check everything, on one snapshot of the database while others go on writing.

        Raises:
            Fault: the first thing that does not fit.
            Undecided: the key is missing.
        """
        nested = connection.in_atomic_block
        with transaction.atomic():
            if not nested:
                execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            self._check()
        return self.report

    def _check(self) -> None:
        head = first("SELECT size, root FROM log_head")
        if head is None:
            raise Fault("head", "the head of the log is missing")
        size, root = head[0], bytes(head[1])
        self.report.size, self.report.root = size, root.hex()
        self.verifiers = keys.load().verifiers if keys.exist() else ()
        self.signed = self._signed(size)
        self.due = next(self.signed, None)
        self.stack, self.upper, self.proven = Stack(), dict[int, bytes](), 0
        self._demand_signature()
        for row in placed_rows():
            self._entry(row)
        self._end(size, root)
        self._waiting()
        self._strays()
        self._business()

    # The entries.

    def _entry(self, row: Row) -> None:
        index = self.stack.size
        if row.idx != index:
            raise Fault("leaf", "its place is empty", index)
        if row.leaf is None:
            raise Fault("event", "its row is gone", index)
        leaf_hash = merkle.leaf_hash(row.leaf)
        self._compare_leaf(index, leaf_hash)
        self.stack.push(leaf_hash)
        self.report.erased += check_content(row, index)
        self.report.checked += 1
        self._demand_signature()
        if self.stack.size % CHUNK == 0:
            self._full_tile(0, index // CHUNK, self.tile)
            self.step(self.stack.size, self.report.size)

    def _compare_leaf(self, index: int, leaf_hash: bytes) -> None:
        n, place = divmod(index, CHUNK)
        if place == 0:
            self.tile = read_tile(0, n)
        if self.tile[place * merkle.HASH : (place + 1) * merkle.HASH] == leaf_hash:
            return
        if len(self.tile) <= place * merkle.HASH:
            raise Fault("tile", f"tile 0/{n} does not hold it", index)
        if _is_sound(n, self.tile):
            raise Fault("leaf", "its public bytes, or its place, are not what the tree was made of", index)
        raise Fault("tile", f"tile 0/{n} holds another hash than its public bytes have", index)

    def _full_tile(self, level: int, n: int, tile: bytes) -> None:
        """Carry a full tile's root into the level above, and compare that level when it is full itself."""
        above = self.upper.get(level + 1, b"") + merkle.perfect_root(tile)
        if len(above) == merkle.TILE:
            self._compare_tile(level + 1, n // CHUNK, above)
            self._full_tile(level + 1, n // CHUNK, above)
            above = b""
        self.upper[level + 1] = above

    def _compare_tile(self, level: int, n: int, tile: bytes) -> None:
        if read_tile(level, n) != tile:
            first = n << (merkle.HEIGHT * (level + 1))
            raise Fault("tile", f"tile {level}/{n} is not what the tiles below it give", first)

    # What was signed.

    def _signed(self, size: int) -> Iterator[tuple[Checkpoint, str]]:
        """Every checkpoint, and the high-water mark among them, in the order of sizes."""
        mark = self._mark()
        for stored_size, root, note in pages(CHECKPOINTS):
            signed = self._open(note, f"the stored checkpoint of {stored_size} entries")
            if (signed.size, signed.root) != (stored_size, bytes(root)):
                raise Fault("checkpoint", f"the row of checkpoint {stored_size} is not what was signed", None)
            if mark and mark.size < signed.size:
                yield mark, "the high-water mark"
                mark = None
            self.report.checkpoints += 1
            yield signed, "the stored checkpoint"
        if mark:
            yield mark, "the high-water mark"

    def _mark(self) -> Checkpoint | None:
        try:
            return HighWater(keys.folder(), self.verifiers).read() if self.verifiers else None
        except BadNote as error:
            raise Fault("high water", f"the high-water mark: {error}") from None

    def _open(self, note: str, where: str) -> Checkpoint:
        if not self.verifiers:
            raise Undecided(
                f"the log's key is not in {keys.folder()}: without it no signature can be checked"
            )
        try:
            return open_checkpoint(note, *self.verifiers)
        except BadNote as error:
            raise Fault("checkpoint", f"{where}: {error}") from None

    def _demand_signature(self) -> None:
        """Compare the tree so far with what was signed at this size."""
        while self.due and self.due[0].size == self.stack.size:
            signed, where = self.due
            if signed.root != self.stack.root():
                says = f"{where} of {signed.size} entries does not fit; the fault is here or later, before that size"
                raise Fault("checkpoint", says, self.proven if signed.size else None)
            self.proven = signed.size
            self.due = next(self.signed, None)

    # The end.

    def _end(self, size: int, root: bytes) -> None:
        count = self.stack.size
        if self.due:
            signed, where = self.due
            raise Fault("event", f"it and what follows are gone: {where} says {signed.size} entries", count)
        if count < size:
            raise Fault("event", f"it and what follows are gone: the head says {size} entries", count)
        if count > size:
            raise Fault("leaf", f"the head says there are only {size} entries", size)
        if root != self.stack.root():
            raise Fault("head", "the root in the head is not the tree's")
        if self.proven < size:
            raise Fault(
                "checkpoint", "it was given a place, and nothing that holds it was signed", self.proven
            )
        self._compare_tiles(size)
        self.step(size, size)

    def _compare_tiles(self, size: int) -> None:
        """The partial tiles at the right edge, and that there are no others."""
        if size % CHUNK and len(self.tile) != size % CHUNK * merkle.HASH:
            raise Fault("tile", f"tile 0/{size // CHUNK} is longer than the log", size)
        for level, tile in self.upper.items():
            if tile:
                self._compare_tile(level, size >> (merkle.HEIGHT * (level + 1)), tile)
        expected = sum(-(-(size >> (merkle.HEIGHT * level)) // CHUNK) for level in range(8))
        (found,) = first("SELECT count(*) FROM log_tile") or (0,)
        if found != expected:
            raise Fault("tile", f"there are {found} tiles, and the tree has {expected}")

    def _waiting(self) -> None:
        """Entries without an index: each must wait for one, and not for long."""
        for *stored, waits, late in pages(UNPLACED):
            told = Row(-1, *plain(stored))
            if not waits:
                raise Fault(
                    "event", f"{told.uid}, written as number {told.event_id}, will never get an index"
                )
            if late:
                raise Fault("event", f"{told.uid} has waited longer than {PATIENCE} s: does the worker run?")
            self.report.erased += check_content(told, None)
            self.report.waiting += 1

    def _strays(self) -> None:
        """Bodies, disclosures and waiting numbers that belong to no entry."""
        for what, statement in STRAYS.items():
            if found := first(statement):
                raise Fault(what, f"{what} of {found[0]} belongs to no entry")

    def _business(self) -> None:
        """Rows of the business tables: the entry they name must exist."""
        for model in recorded_models():
            table = connection.ops.quote_name(model._meta.db_table)
            key = connection.ops.quote_name(model._meta.pk.column)
            lost = first(
                f"SELECT {key}, entry_uid FROM {table} t WHERE entry_uid IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM log_event e WHERE e.uid = t.entry_uid) LIMIT 1"
            )
            if lost:
                raise Fault(
                    "row", f"{model._meta.label} {lost[0]} names entry {lost[1]}, which does not exist"
                )
            self.report.rows += (first(f"SELECT count(entry_uid) FROM {table}") or (0,))[0]


def _is_sound(n: int, tile: bytes) -> bool:
    """Whether a tile of level 0 is what the tree above it was made of."""
    if len(tile) == merkle.TILE:
        place = n % CHUNK * merkle.HASH
        return merkle.perfect_root(tile) == read_tile(1, n // CHUNK)[place : place + merkle.HASH]
    head = first("SELECT size, root FROM log_head")
    try:
        return head is not None and merkle.root_at(head[0], read_tile) == bytes(head[1])
    except merkle.BadProof:
        return False


def recorded_models() -> list[type[Any]]:
    """Every model whose rows name their last entry."""
    found = [model for model in apps.get_models() if issubclass(model, Entered) and model._meta.managed]
    return list(dict.fromkeys([*found, *vocabulary.ENTRY_COLUMNS]))
