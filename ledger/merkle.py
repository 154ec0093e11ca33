"""The arithmetic of the log: a Merkle tree over an append-only list (RFC 6962, RFC 9162), kept as tiles.

Leaf i of the tree is the hash of entry i. A tree's root says everything about its entries and their order: an
*inclusion proof* shows that one entry stands at its index, a *consistency proof* that an older tree is the
beginning of a newer one. Each proof has a maker and a checker that share no state; the checker needs only
what is public.

Hashes are stored in *tiles* (C2SP tlog-tiles, height 8): tile (level, n) is up to 256 hashes, concatenated.
At level 0 they are leaf hashes; at level L, hash i is the root of the *full* tile i of level L-1. Tiles grow
at their end only, so an older partial tile is always a prefix of the newer one.

Nothing here reads or writes anything: storage is a function that returns a tile's bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH = 32
TILE = WIDTH * HASH

#: (level, n) → the tile's bytes, at least as many as the tree asked about needs.
ReadTile = Callable[[int, int], bytes]
Span = tuple[int, int]


class BadProof(ValueError):
    """A proof or a tile that does not show what it should."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry): the prefix keeps a leaf from passing for a node."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\1" + left + right).digest()


#: The root of a tree of no entries.
EMPTY_ROOT = sha256(b"").digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root of a perfect subtree, its 2^k hashes concatenated."""
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([sha256(b"\1" + hashes[i : i + 2 * HASH]).digest() for i in pairs])
    return hashes


def _join(parts: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling size, from the left (RFC 6962 MTH leans left)."""
    if not parts:
        return EMPTY_ROOT
    *rest, root = parts
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def _perfect_roots(hashes: bytes) -> Iterator[bytes]:
    """The roots of the perfect subtrees, from the left, that any number of hashes falls into."""
    start, left = 0, len(hashes) // HASH
    while left:
        width = 1 << (left.bit_length() - 1)
        yield perfect_root(hashes[start : start + width * HASH])
        start, left = start + width * HASH, left - width


def root_of(hashes: bytes) -> bytes:
    """The root of a tree from all of its leaf hashes, concatenated."""
    return _join(list(_perfect_roots(hashes)))


class Edge:
    """The right edge of a tree: for each level its partial tile. All that is needed to append."""

    def __init__(self, size: int = 0, partial: Mapping[int, bytes] | None = None) -> None:
        self.size = size
        self.partial = dict(partial or {})

    @classmethod
    def read(cls, size: int, read: ReadTile) -> Edge:
        """The edge of a stored tree.

        Raises:
            BadProof: a tile of the edge is too short.
        """
        partial, level, count = {}, 0, size
        while count:
            if width := count % WIDTH:
                partial[level] = read(level, count // WIDTH)[: width * HASH]
                if len(partial[level]) != width * HASH:
                    raise BadProof(
                        f"tile {level}/{count // WIDTH} is shorter than a tree of {size} entries needs"
                    )
            level, count = level + 1, count // WIDTH
        return cls(size, partial)

    def extend(self, hashes: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
        """Append leaf hashes; return every tile that changed, as it stands now."""
        changed: dict[tuple[int, int], bytes] = {}
        fresh, level, start = list(hashes), 0, self.size
        self.size += len(fresh)
        while fresh:
            n = start // WIDTH
            buffer = self.partial.get(level, b"") + b"".join(fresh)
            fresh, start = [], n
            while len(buffer) >= TILE:
                changed[level, n], buffer = buffer[:TILE], buffer[TILE:]
                fresh.append(perfect_root(changed[level, n]))
                n += 1
            self.partial[level] = buffer
            if buffer:
                changed[level, n] = buffer
            level += 1
        return changed

    def root(self) -> bytes:
        """The root of the whole tree."""
        levels = sorted(self.partial, reverse=True)
        return _join([part for level in levels for part in _perfect_roots(self.partial[level])])


# Proofs. A node of the tree is named by the span [low, high) of leaves below it.


def _split(low: int, high: int) -> int:
    """Where a subtree divides: after the largest power of two smaller than its width."""
    return low + (1 << ((high - low - 1).bit_length() - 1))


def _inclusion_spans(index: int, size: int) -> list[Span]:
    """RFC 6962 PATH(index, D[size]), leaf side first."""
    spans, low, high = [], 0, size
    while high - low > 1:
        middle = _split(low, high)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    return spans[::-1]


def _consistency_spans(old: int, size: int) -> list[Span]:
    """RFC 6962 PROOF(old, D[size]), leaf side first."""
    spans, low, high, known = [], 0, size, True
    while old != high:
        middle = _split(low, high)
        if old <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low, known = middle, False
    return spans[::-1] if known else [(low, high), *spans[::-1]]


def _perfect_nodes(span: Span) -> Iterator[tuple[int, int]]:
    """The perfect subtrees (height, index) a span falls into, from the left."""
    low, high = span
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def _node(height: int, index: int, read: ReadTile) -> bytes:
    """The root of one perfect subtree, from the one tile that holds it."""
    level, within = divmod(height, HEIGHT)
    first = index << within
    start = first % WIDTH * HASH
    hashes = read(level, first // WIDTH)[start : start + (HASH << within)]
    if len(hashes) != HASH << within:
        raise BadProof(f"tile {level}/{first // WIDTH} is too short")
    return _kept_root(hashes)


#: Proofs of one tree ask for the same upper subtrees again and again. Kept by content, it cannot be out of date.
_kept_root = lru_cache(maxsize=2048)(perfect_root)


def _span_root(span: Span, read: ReadTile) -> bytes:
    return _join([_node(height, index, read) for height, index in _perfect_nodes(span)])


def root_at(size: int, read: ReadTile) -> bytes:
    """The root the tree had when it held `size` entries."""
    return _span_root((0, size), read)


def prove_inclusion(index: int, size: int, read: ReadTile) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root of the first `size` entries."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} among {size}")
    return [_span_root(span, read) for span in _inclusion_spans(index, size)]


def inclusion_tiles(index: int, size: int) -> set[tuple[int, int]]:
    """The tiles (level, n) that `prove_inclusion` reads: who stores them can fetch all at once."""
    spans = _inclusion_spans(index, size)
    nodes = [node for span in spans for node in _perfect_nodes(span)]
    return {(height // HEIGHT, (node << height % HEIGHT) // WIDTH) for height, node in nodes}


def check_inclusion(proof: Sequence[bytes], index: int, size: int, leaf: bytes, root: bytes) -> None:
    """Check that `leaf` is the hash of entry `index` of `size` under `root` (RFC 9162, 2.1.3.2).

    Raises:
        BadProof: it is not, or the proof has hashes too few or too many.
    """
    if not 0 <= index < size:
        raise BadProof(f"there is no entry {index} among {size}")
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof("the proof is too short")
    if found != root:
        raise BadProof("the proof leads to another root")


def prove_consistency(old: int, size: int, read: ReadTile) -> list[bytes]:
    """Hashes that show the first `old` entries of the tree of `size` to be the tree there was."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} entries holds no tree of {old}")
    return [_span_root(span, read) for span in _consistency_spans(old, size)] if old else []


def check_consistency(proof: Sequence[bytes], old: int, size: int, old_root: bytes, root: bytes) -> None:
    """Check that the tree of `old` entries with `old_root` is the beginning of the other (RFC 9162, 2.1.4.2).

    Raises:
        BadProof: it is not, or the proof has hashes too few or too many.
    """
    if not 0 <= old <= size:
        raise BadProof(f"a tree of {size} entries holds no tree of {old}")
    if old in (0, size):
        return _check_trivial(proof, old_root, root if old else EMPTY_ROOT)
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        raise BadProof("the proof is too short")
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found = _fold(hashes, place, last)
    if found != (old_root, root):
        raise BadProof("the proof leads to another root")


def _check_trivial(proof: Sequence[bytes], found: bytes, expected: bytes) -> None:
    if proof:
        raise BadProof("the proof is too long")
    if found != expected:
        raise BadProof("trees of the same size have different roots")


def _fold(hashes: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes]:
    """The roots of the older and the newer tree that a consistency proof leads to."""
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof("the proof is too short")
    return older, newer


# Addresses (C2SP tlog-tiles).


def tile_width(level: int, n: int, size: int) -> int:
    """How many hashes tile (level, n) of a tree of `size` entries holds; 0 if it has no such tile."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - n * WIDTH))


def number_path(n: int) -> str:
    """A tile's number as a path: 1234067 is x001/x234/067."""
    text = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        text = f"x{n % 1000:03d}/{text}"
    return text


def parse_tile_path(path: str) -> tuple[int, int]:
    """The number and width in `<N>[.p/<W>]`; the inverse of `number_path`, refusing every other spelling.

    Raises:
        ValueError: no such path.
    """
    number, partial, width = path.partition(".p/")
    digits = "".join(part.removeprefix("x") for part in number.split("/"))
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 21 or number_path(int(digits)) != number:
        raise ValueError(f"{path!r} is no tile's path")
    if not partial:
        return int(digits), WIDTH
    if not (width.isascii() and width.isdigit()) or str(int(width)) != width or not 0 < int(width) < WIDTH:
        raise ValueError(f"{path!r} is no tile's path")
    return int(digits), int(width)
