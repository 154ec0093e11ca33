"""The tree by property: grow it, prove everything at each size, flip one bit anywhere and demand refusal."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle
from ledger.merkle import HASH, TILE, WIDTH, BadProof, Edge

# The eight entries and roots that certificate-transparency implementations publish for RFC 6962.
ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                            "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return hashlib.sha256(b"\1" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


class Stored:
    """Tiles in memory, grown by an edge."""

    def __init__(self) -> None:
        self.edge, self.tiles = Edge(), {}

    def add(self, hashes: list[bytes]) -> None:
        changed = self.edge.extend(hashes)
        for where, tile in changed.items():
            assert tile.startswith(self.tiles.get(where, b""))
        self.tiles.update(changed)

    def read(self, level: int, n: int) -> bytes:
        return self.tiles[level, n]


def grown(size: int, step: int = 1) -> Stored:
    stored = Stored()
    hashes = [merkle.leaf_hash(b"%d" % i) for i in range(size)]
    for start in range(0, size, step):
        stored.add(hashes[start : start + step])
    return stored


def flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))


def test_it_gives_the_published_roots():
    for size, root in enumerate(ROOTS):
        assert naive_root(ENTRIES[:size]).hex() == root
    stored = Stored()
    for size, entry in enumerate(ENTRIES):
        assert stored.edge.root() == naive_root(ENTRIES[:size])
        stored.add([merkle.leaf_hash(entry)])
    assert stored.edge.root() == naive_root(ENTRIES)


def test_it_proves_everything_at_each_size_and_refuses_each_flipped_bit():
    stored, roots, hashes = Stored(), [merkle.EMPTY_ROOT], []
    for size in range(1, 41):
        hashes.append(merkle.leaf_hash(b"%d" % size))
        stored.add(hashes[-1:])
        root = stored.edge.root()
        roots.append(root)
        assert root == merkle.root_of(b"".join(hashes)) == merkle.root_at(size, stored.read)
        for index in range(size):
            proof = merkle.prove_inclusion(index, size, stored.read)
            merkle.check_inclusion(proof, index, size, hashes[index], root)
            for place in range(len(proof)):
                bad = [*proof[:place], flipped(proof[place], (size * 7 + place) % 256), *proof[place + 1 :]]
                with pytest.raises(BadProof):
                    merkle.check_inclusion(bad, index, size, hashes[index], root)
            for other in ([*proof, root], proof[:-1] if proof else [root]):
                with pytest.raises(BadProof):
                    merkle.check_inclusion(other, index, size, hashes[index], root)
            with pytest.raises(BadProof):
                merkle.check_inclusion(proof, index, size, flipped(hashes[index], size % 256), root)
        for old in range(size + 1):
            proof = merkle.prove_consistency(old, size, stored.read)
            merkle.check_consistency(proof, old, size, roots[old], root)
            for place in range(len(proof)):
                bad = [*proof[:place], flipped(proof[place], (old * 5 + place) % 256), *proof[place + 1 :]]
                with pytest.raises(BadProof):
                    merkle.check_consistency(bad, old, size, roots[old], root)
            with pytest.raises(BadProof):
                merkle.check_consistency(proof, old, size, flipped(roots[old], 3), root)
            with pytest.raises(BadProof):
                merkle.check_consistency([*proof, root], old, size, roots[old], root)


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65800])
def test_it_holds_where_tiles_fill(size: int):
    stored = grown(size, step=1000)
    root = stored.edge.root()
    hashes = b"".join(merkle.leaf_hash(b"%d" % i) for i in range(size))
    assert root == merkle.root_of(hashes) == merkle.root_at(size, stored.read)
    assert Edge.read(size, stored.read).root() == root
    for index in {0, 1, 254, 255, 256, size // 2, size - 1} & set(range(size)):
        proof = merkle.prove_inclusion(index, size, stored.read)
        merkle.check_inclusion(proof, index, size, merkle.leaf_hash(b"%d" % index), root)
    for old in {1, 2, 255, min(256, size), size // 2, size - 1, size}:
        older = merkle.root_at(old, stored.read)
        assert older == merkle.root_of(hashes[: old * HASH])
        merkle.check_consistency(merkle.prove_consistency(old, size, stored.read), old, size, older, root)


def test_tiles_have_the_widths_the_published_size_says():
    stored = grown(65800, step=777)
    for (level, n), tile in stored.tiles.items():
        assert len(tile) == merkle.tile_width(level, n, 65800) * HASH <= TILE
        if level:
            below = [stored.tiles[level - 1, n * WIDTH + i] for i in range(len(tile) // HASH)]
            assert all(len(one) == TILE for one in below)
            assert tile == b"".join(merkle.perfect_root(one) for one in below)
    assert merkle.tile_width(0, 258, 65800) == 0


@given(st.lists(st.integers(0, 700), max_size=6), st.randoms(use_true_random=False))
def test_batches_of_any_size_give_the_same_tree(steps: list[int], chance: random.Random):
    one, many, size = Stored(), Stored(), sum(steps)
    hashes = [merkle.leaf_hash(b"%d" % i) for i in range(size)]
    one.add(hashes)
    start = 0
    for step in steps:
        many.add(hashes[start : start + step])
        start += step
        if chance.random() < 0.5:
            many.edge = Edge.read(many.edge.size, many.read)
    assert one.tiles == many.tiles
    assert one.edge.root() == many.edge.root() == naive_root([b"%d" % i for i in range(size)])


def test_it_refuses_a_tile_that_is_too_short():
    stored = grown(300, step=300)
    stored.tiles[0, 1] = stored.tiles[0, 1][:-HASH]
    with pytest.raises(BadProof, match="0/1"):
        Edge.read(300, stored.read)
    with pytest.raises(BadProof, match="0/1"):
        merkle.prove_inclusion(0, 300, stored.read)


def test_it_refuses_questions_out_of_range():
    stored = grown(3)
    for index in (-1, 3):
        with pytest.raises(ValueError, match="no entry"):
            merkle.prove_inclusion(index, 3, stored.read)
        with pytest.raises(BadProof):
            merkle.check_inclusion([], index, 3, b"", b"")
    with pytest.raises(ValueError, match="no tree"):
        merkle.prove_consistency(4, 3, stored.read)
    with pytest.raises(BadProof):
        merkle.check_consistency([], 4, 3, b"", b"")


def test_a_number_has_the_path_of_the_standard():
    assert merkle.number_path(1234067) == "x001/x234/067"
    assert merkle.number_path(0) == "000"
    assert merkle.number_path(999) == "999"
    assert merkle.number_path(1000) == "x001/000"


@given(st.integers(0, 2**60), st.integers(1, 256))
def test_paths_are_read_back(n: int, width: int):
    path = merkle.number_path(n) + (f".p/{width}" if width < WIDTH else "")
    assert merkle.parse_tile_path(path) == (n, width)


@pytest.mark.parametrize(
    "path",
    ["", "0", "00", "0000", "x000/001", "x001", "001/002", "x1/000", "+01", "٠٠١", "001.p/0", "001.p/256",
     "001.p/01", "001.p/", "001.p/-1", "001.p", "001/", "/001", "x" * 50, "001.p/٣", "x001/x000"],
)  # fmt: skip
def test_every_other_spelling_of_a_path_is_refused(path: str):
    with pytest.raises(ValueError, match="no tile"):
        merkle.parse_tile_path(path)
