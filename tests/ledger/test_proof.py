"""A proof of one entry: it holds for its entry, index, log and key, and for nothing else."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import merkle
from ledger.note import Checkpoint, Signer
from ledger.proof import BadProof, Proof

LOG = Signer("example.org/log", bytes(range(32)))
LEAVES = [b"entry %d" % number for number in range(300)]


@functools.cache
def grown(size: int) -> tuple[dict[tuple[int, int], bytes], str]:
    edge = merkle.Edge()
    tiles = edge.extend(map(merkle.leaf_hash, LEAVES[:size]))
    return tiles, LOG.sign(Checkpoint(LOG.name, size, edge.root()).text())


def proof(index: int, size: int) -> Proof:
    tiles, note = grown(size)
    return Proof(index, tuple(merkle.prove_inclusion(index, size, lambda level, n: tiles[level, n])), note)


@given(st.data())
def test_it_holds_for_its_entry_and_is_read_back_as_it_was_written(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    text = proof(index, size).text()
    found = Proof.parse(text)
    assert found.text() == text
    assert found.check(LEAVES[index], LOG.verifier).size == size
    if other != index:
        with pytest.raises(BadProof):
            found.check(LEAVES[other], LOG.verifier)


@given(st.integers(0, 10_000_000))
def test_one_flipped_bit_anywhere_is_refused(place: int) -> None:
    data = bytearray(proof(77, 300).text().encode())
    place %= len(data) * 8
    data[place // 8] ^= 1 << place % 8
    with pytest.raises((BadProof, UnicodeDecodeError)):
        Proof.parse(data.decode()).check(LEAVES[77], LOG.verifier)


def test_extra_data_is_carried_and_nobody_vouches_for_it() -> None:
    plain = proof(3, 9)
    with_extra = Proof(plain.index, plain.hashes, plain.note, b"anything")
    assert "\nextra YW55dGhpbmc=\nindex 3\n" in with_extra.text()
    assert Proof.parse(with_extra.text()) == with_extra
    assert with_extra.check(LEAVES[3], LOG.verifier).size == 9


GOOD = proof(3, 9).text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        GOOD.replace("@v1", "@v2"),
        GOOD.replace("index 3\n", ""),
        GOOD.replace("index 3", "index 03"),
        GOOD.replace("index 3", "index -3"),
        GOOD.replace("index 3", "index 99999999999999999999"),
        GOOD.replace("index 3", "index 9"),
        GOOD.replace("index 3", "extra \nindex 3"),
        GOOD.replace("index 3", "extra !\nindex 3"),
        GOOD.replace("index 3\n", "index 3\nAAAA\n"),
        GOOD.replace("index 3\n", "index 3\n" + "A" * 43 + "=\n" * 64),
        GOOD.replace("\n", "\r\n"),
        GOOD.partition("\n\n")[0],
        GOOD.partition("\n\n")[0] + "\n\n",
        GOOD + "\n",
        GOOD + "x" * 2_000_000,
        "\0" * 1000,
    ],
)
def test_a_malformed_proof_is_refused(text: str) -> None:
    with pytest.raises(BadProof):
        Proof.parse(text).check(LEAVES[3], LOG.verifier)


def test_another_key_and_another_log_are_refused() -> None:
    with pytest.raises(BadProof, match="no known key"):
        proof(3, 9).check(LEAVES[3], Signer("example.org/log", bytes(32)).verifier)
    with pytest.raises(BadProof, match="no known key"):
        proof(3, 9).check(LEAVES[3], Signer("example.org/other", bytes(range(32))).verifier)
