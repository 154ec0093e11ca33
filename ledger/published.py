"""What is published of the log: checkpoint, keys, tiles and bundles of entries, as bytes. The pages under /log/ serve them,
`manage.py export` writes them into a folder; both are the same to the byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection

from ledger import keys, merkle, witnesses


class Tree(NamedTuple):
    """A signed tree; the note with all cosignatures that came in."""

    size: int
    note: str


# The newest that enough witnesses saw; while there is none, or nobody is asked, the newest that the log signed.
_NEWEST = """
SELECT c.size, c.note || coalesce((SELECT string_agg(line, '' ORDER BY at, key) FROM log_cosignature WHERE size = c.size), '')
FROM log_checkpoint c
WHERE c.size = coalesce((SELECT max(size) FROM log_witnessed WHERE %s), (SELECT max(size) FROM log_checkpoint))
"""


def newest() -> Tree | None:
    """The newest checkpoint that counts; None while nothing is signed."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, [witnesses.current().least > 0])
        found = cursor.fetchone()
    return Tree(*found) if found else None


def vkeys() -> bytes:
    """The log's public keys with their name, the newest first; while one is exchanged there are two."""
    return "".join(f"{key}\n" for key in keys.load().signing).encode()


def tile(level: int, n: int, width: int) -> bytes:
    """The first `width` hashes of a tile that holds so many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(hashes, 1, %s) FROM log_tile WHERE level = %s AND n = %s",
            [width * merkle.HASH, level, n],
        )
        (hashes,) = cursor.fetchone()
    return bytes(hashes)


def bundle(n: int, width: int) -> bytes:
    """The first `width` leaves under a tile of level 0, each behind its length."""
    first = n * merkle.WIDTH
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.leaf FROM log_leaf l JOIN log_event e ON e.id = l.event_id"
            " WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx",
            [first, first + width],
        )
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    return b"".join(struct.pack(">H", len(leaf)) + leaf for leaf in leaves)


class Place(NamedTuple):
    """One tile of a tree: level, number, how many hashes."""

    level: int
    n: int
    width: int

    @property
    def path(self) -> str:
        """`<N>`, or `<N>.p/<W>` where the tile is partial."""
        return merkle.number_path(self.n) + (f".p/{self.width}" if self.width < merkle.WIDTH else "")


def places(size: int) -> Iterator[Place]:
    """Every tile of a tree of `size` entries, level by level."""
    level = 0
    while count := size >> (merkle.HEIGHT * level):
        for n in range(-(-count // merkle.WIDTH)):
            yield Place(level, n, merkle.tile_width(level, n, size))
        level += 1


def number_of_places(size: int) -> int:
    """How many tiles a tree of `size` entries has."""
    return sum(-(-(size >> (merkle.HEIGHT * level)) // merkle.WIDTH) for level in range(8))
