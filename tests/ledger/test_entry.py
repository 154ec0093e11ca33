"""The canonical form against an independent implementation, and leaves and bodies that open or do not."""

import datetime as dt
import uuid

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger import entry
from ledger.entry import BadEntry, Leaf

NAMES = st.text(st.characters(codec="ascii"), max_size=8)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
INTEGERS = st.integers(-entry.LARGEST_INTEGER, entry.LARGEST_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
UID = uuid.UUID(int=7).hex
BODY = {
    "actor": "robot",
    "organisation": None,
    "roles": [],
    "subject": "filing:1",
    "facts": {"filing/1": {"state": "filed"}},
}


@given(VALUES)
def test_it_spells_as_the_standard_does(value: object):
    assert entry.canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert entry.parse(entry.canonical(value)) == value


@given(st.integers(0, 0x10FFFF).filter(lambda c: not 0xD800 <= c <= 0xDFFF))
def test_every_character_is_spelt_as_the_standard_does(code: int):
    assert entry.canonical(chr(code)) == rfc8785.dumps(chr(code))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (1.0, "float"),
        ({"a": [0, 1.5]}, "/a/1"),
        ({"ä": 1}, "ASCII"),
        ({1: 1}, "ASCII"),
        (2**53, "2\\^53"),
        (-(2**53), "2\\^53"),
        ("\ud800", "surrogate"),
        ({"a": "\udfff"}, "surrogate"),
        (b"x", "bytes"),
        ({"a": {1, 2}}, "/a"),
        (float("nan"), "float"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: object, place: str):
    with pytest.raises(BadEntry, match=place):
        entry.canonical(value)


def test_deep_nesting_is_refused():
    value: object = 1
    for _ in range(65):
        value = [value]
    with pytest.raises(BadEntry, match="deep"):
        entry.canonical(value)
    with pytest.raises(BadEntry):
        entry.parse(b"[" * 100_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b'"\\u0041"',
        b'"\\/"',
        b"NaN",
        b'"\xff"',
        b"-0",
        b"01",
        b'"\\ud800"',
        b" 1",
        b"1\n",
        b"\xef\xbb\xbf1",
    ],
)
def test_every_other_spelling_is_refused(data: bytes):
    with pytest.raises(BadEntry):
        entry.parse(data)


def test_a_leaf_has_exactly_these_bytes():
    leaf = Leaf(UID, AT, "filing.accepted", bytes(32))
    assert leaf.encode() == (
        b'{"at":"2026-03-02T01:30:00.000000Z","commit":"'
        + b"A" * 43
        + b'=","id":"'
        + b"0" * 31
        + b'7","type":"filing.accepted","v":1}'
    )
    assert Leaf.parse(leaf.encode()) == leaf


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b".000000Z", b"Z"),
        (b"2026-03-02", b"2026-3-2"),
        (b"07", b"7"),
        (b"07", b"0G"),
        (b'A="', b'B="'),
        (b'"commit"', b'"commix"'),
        (b'"filing.accepted"', b"7"),
        (b'"2026-03-02T01:30:00.000000Z"', b"null"),
    ],
)
def test_a_malformed_leaf_is_refused(old: bytes, new: bytes):
    data = Leaf(UID, AT, "filing.accepted", bytes(32)).encode()
    assert old in data
    with pytest.raises(BadEntry):
        Leaf.parse(data.replace(old, new, 1))


def test_a_sealed_entry_opens_and_leaves_out_what_is_empty():
    sealed = entry.seal(
        UID, AT, "filing.accepted", BODY | {"clauses": [], "cause": None}, {"filing/1/reason": "因为"}
    )
    leaf = Leaf.parse(sealed.leaf)
    assert entry.opens(leaf.commit, sealed.key, sealed.body)
    body = entry.parse(sealed.body)
    assert set(body) == {"actor", "organisation", "roles", "subject", "facts", "private", "v"}
    (disclosure,) = sealed.disclosures
    assert disclosure.content == '"因为"'.encode()
    assert entry.opens(entry.commitments_in(body)["filing/1/reason"], disclosure.key, disclosure.content)
    assert "因为".encode() not in sealed.body
    assert b"filing:1" not in sealed.leaf


@given(st.integers(0, 10_000))
def test_one_flipped_bit_no_longer_opens(bit: int):
    sealed = entry.seal(UID, AT, "filing.accepted", BODY, {})
    body = bytearray(sealed.body)
    body[bit // 8 % len(body)] ^= 1 << bit % 8
    assert not entry.opens(Leaf.parse(sealed.leaf).commit, sealed.key, bytes(body))
    assert not entry.opens(Leaf.parse(sealed.leaf).commit, bytes(32), sealed.body)
    assert not entry.opens(Leaf.parse(sealed.leaf).commit, sealed.key[:-1], sealed.body)


def test_the_same_act_twice_has_different_commitments():
    one, two = (entry.seal(UID, AT, "filing.accepted", BODY, {}) for _ in range(2))
    assert one.body == two.body
    assert one.leaf != two.leaf


def test_a_long_body_gives_its_longest_values_away():
    facts = {"dataset/1": {"a": "x" * 5000, "b": "y" * 6000, "c": "z" * 300}, "dataset/2": {"d": "w"}}
    sealed = entry.seal(UID, AT, "dataset.described", BODY | {"facts": facts}, {})
    body = entry.parse(sealed.body)
    assert len(sealed.body) <= entry.BODY_AIM
    assert set(body["large"]) == {"dataset/1/b"}
    assert set(body["facts"]["dataset/1"]) == {"a", "c"}
    (disclosure,) = sealed.disclosures
    assert entry.parse(disclosure.content) == "y" * 6000
    assert entry.opens(entry.commitments_in(body)["dataset/1/b"], disclosure.key, disclosure.content)


def test_many_short_values_stay_in_the_body():
    facts = {f"dataset/{n}": {"title": "数据" * 10} for n in range(200)}
    sealed = entry.seal(UID, AT, "dataset.described", BODY | {"facts": facts}, {})
    assert entry.parse(sealed.body)["facts"] == facts
    assert sealed.disclosures == []
