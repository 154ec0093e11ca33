"""The bytes of an entry, frozen as version 1. What is public is a *leaf*; what happened stands in a *body*.

**Canonical form**, of all three parts: JSON by RFC 8785, restricted so that no implementation can differ.
Objects, arrays, strings, true, false, null, and integers from -(2^53-1) to 2^53-1; no fractions. Names of
members are ASCII, sorted, each once; no white space; strings hold no lone surrogate and are escaped only
where JSON demands it (`\\"`, `\\\\`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\u00xx` in lower case);
UTF-8. Times are RFC 3339 in UTC with six decimals and `Z`.

**Leaf**: what the tree holds and everybody may read; one line. No personal data, no subject.

    {"at":"2026-03-02T01:30:00.000000Z","commit":"<base64>","id":"<uid, 32 hex digits>",
     "type":"filing.accepted","v":1}

`commit` is HMAC-SHA-256(key, body): 32 random bytes as key, so that nobody can guess a body from it, and
erasing the key makes the leaf say nothing for ever.

**Body**, readable by permission; a member that would be empty is left out, except those marked *:

    actor*         pseudonym of who acted: 32 hex digits, "robot" or "anonymous"
    organisation*  number of the organisation acted for, or null
    roles*         roles held there at that moment, sorted;  delegated: those among them that were lent
    subject*       what it happened to: "filing:12";  dataset: code of the dataset;  profile: "cn@1"
    clauses        clauses stated;  marks: remarkable circumstances, such as "same_hand"
    mandate        number of the letter under which an agent acted for the organisation
    cause          uid of the entry that this one follows from
    facts*         {"filing/12": {"state": "filed"}}: the new value of every changed column
    private        {"filing/12/reason": "<base64>"}: values that can be shown or erased one by one
    large          the same, for values too long to stand in the body
    v*             1

**Disclosure**: one value of `private` or `large`, in canonical form, with a key of its own; what the body
holds is HMAC-SHA-256(key, value).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

Value = Any

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
KEY = 32
LEAF_LONGEST = 65535
VERSION = 1
#: A longer body gives its longest values away as disclosures; values shorter than SHORT always stay.
BODY_AIM = 8192
SHORT = 256

_ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_UID = re.compile(r"[0-9a-f]{32}")
_LEAF_MEMBERS = {"at", "commit", "id", "type", "v"}


class BadEntry(ValueError):
    """Bytes or values that are not in the canonical form, or do not open a commitment."""


def canonical(value: Value) -> bytes:
    """The one spelling of a value.

    Raises:
        BadEntry: the value has none, saying where.
    """
    _check(value, "", 0)
    try:
        return _ENCODE(value).encode()
    except UnicodeEncodeError:
        raise BadEntry("a string holds half of a surrogate pair, which is no character") from None


def parse(data: bytes) -> Value:
    """Read canonical bytes.

    Raises:
        BadEntry: any other spelling.
    """
    try:
        value = json.loads(data)
        same = canonical(value) == data
    except (ValueError, RecursionError) as error:
        raise BadEntry(f"not canonical: {error}") from None
    if not same:
        raise BadEntry("not canonical: the same value is spelt differently")
    return value


def _check(value: Value, where: str, depth: int) -> None:
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise BadEntry(f"{where or '/'}: {value} is beyond 2^53-1; write it as a string")
    elif isinstance(value, dict):
        _check_members(value, where, depth)
    elif isinstance(value, list | tuple):
        if depth >= DEEPEST:
            raise BadEntry(f"{where}: nested too deeply")
        for place, inner in enumerate(value):
            _check(inner, f"{where}/{place}", depth + 1)
    else:
        raise BadEntry(f"{where or '/'}: {type(value).__name__} has no canonical form")


def _check_members(value: dict[Any, Value], where: str, depth: int) -> None:
    if depth >= DEEPEST:
        raise BadEntry(f"{where}: nested too deeply")
    for name, inner in value.items():
        if not (isinstance(name, str) and name.isascii()):
            raise BadEntry(f"{where or '/'}: the name {name!r} is not ASCII")
        _check(inner, f"{where}/{name}", depth + 1)


def new_key() -> bytes:
    """A fresh key for one commitment."""
    return secrets.token_bytes(KEY)


def commitment(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256(key, content): says nothing without the key, and only this content with it."""
    return hmac.digest(key, content, "sha256")


def opens(commit: bytes, key: bytes, content: bytes) -> bool:
    """Whether key and content are what `commit` was made of."""
    return len(key) == KEY and hmac.compare_digest(commitment(key, content), commit)


def text_of_time(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with six decimals."""
    return moment.astimezone(dt.UTC).strftime(_TIME)


@dataclass(frozen=True)
class Leaf:
    """The public part of an entry."""

    uid: str
    at: dt.datetime
    kind: str
    commit: bytes

    def encode(self) -> bytes:
        """The leaf's bytes."""
        return canonical(
            {
                "at": text_of_time(self.at),
                "commit": _b64(self.commit),
                "id": self.uid,
                "type": self.kind,
                "v": VERSION,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Leaf:
        """Read a leaf; the inverse of `encode`.

        Raises:
            BadEntry: not a leaf of version 1, to the byte.
        """
        # Any spelling will do here: what counts is that `encode` gives the same bytes again.
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BadEntry(f"not canonical: {error}") from None
        if not isinstance(value, dict) or set(value) != _LEAF_MEMBERS or value["v"] != VERSION:
            raise BadEntry("this is no leaf of version 1")
        try:
            at = dt.datetime.fromisoformat(value["at"])
            leaf = cls(value["id"], at, value["type"], base64.b64decode(value["commit"], validate=True))
        except (TypeError, ValueError, binascii.Error):
            raise BadEntry("a member of the leaf is malformed") from None
        typed = isinstance(leaf.kind, str) and _UID.fullmatch(leaf.uid)
        if not typed or len(leaf.commit) != 32 or leaf.encode() != data:
            raise BadEntry("a member of the leaf is malformed")
        return leaf


@dataclass(frozen=True)
class Disclosure:
    """One value the body only commits to."""

    path: str
    key: bytes
    content: bytes


@dataclass(frozen=True)
class Sealed:
    """An entry ready to be stored: leaf bytes, body bytes with its key, and its disclosures."""

    leaf: bytes
    key: bytes
    body: bytes
    disclosures: list[Disclosure] = field(default_factory=list)


def seal(uid: str, at: dt.datetime, kind: str, body: dict[str, Value], private: dict[str, Value]) -> Sealed:
    """Make an entry of its body (without `private`, `large`, `v`) and its private values.

    Raises:
        BadEntry: a value has no canonical form.
    """
    apart = {path: _apart(path, value) for path, value in private.items()}
    whole = _present(body) | _commitments("private", apart) | {"v": VERSION}
    content = canonical(whole)
    large: dict[str, Disclosure] = {}
    if len(content) > BODY_AIM:
        whole["facts"], large = _shortened(whole["facts"], len(content) - BODY_AIM)
        content = canonical(whole | _commitments("large", large))
    key = new_key()
    leaf = Leaf(uid, at, kind, commitment(key, content)).encode()
    if len(leaf) > LEAF_LONGEST:
        raise BadEntry("the leaf is too long")
    return Sealed(leaf, key, content, [*apart.values(), *large.values()])


def commitments_in(body: dict[str, Value]) -> dict[str, bytes]:
    """What a body commits to one by one: path → commitment."""
    found = {**body.get("private", {}), **body.get("large", {})}
    return {path: base64.b64decode(commit) for path, commit in found.items()}


def _shortened(
    facts: dict[str, dict[str, Value]], excess: int
) -> tuple[dict[str, dict[str, Value]], dict[str, Disclosure]]:
    """Facts without their longest values, until `excess` bytes are saved, and those values."""
    sizes = [
        (len(canonical(value)), row, column)
        for row, columns in facts.items()
        for column, value in columns.items()
    ]
    kept = {row: dict(columns) for row, columns in facts.items()}
    large: dict[str, Disclosure] = {}
    for size, row, column in sorted(sizes, reverse=True):
        if size < SHORT or excess <= 0:
            break
        path = f"{row}/{column}"
        large[path] = _apart(path, kept[row].pop(column))
        excess -= size - 48  # the commitment that takes its place
    return kept, large


def _apart(path: str, value: Value) -> Disclosure:
    return Disclosure(path, new_key(), canonical(value))


def _commitments(member: str, apart: dict[str, Disclosure]) -> dict[str, Value]:
    if not apart:
        return {}
    return {member: {path: _b64(commitment(one.key, one.content)) for path, one in apart.items()}}


_ALWAYS = {"actor", "organisation", "roles", "subject", "facts"}


def _present(body: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in body.items() if value or name in _ALWAYS}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
