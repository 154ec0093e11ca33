"""The offline verifier: checks a receipt, or a whole published log, with nothing but the log's public key.

    python verify.py --receipt FILE --vkey KEY [--entry FILE] [--policy FILE]
    python verify.py (--url URL | --dir DIR) --vkey KEY [--old FILE] [--remember FILE] [--policy FILE]

One file, to be read and run alone: the standard library and `cryptography` (Ed25519), no part of the site. It is a
second reading of the formats on purpose (docs/log.md), so that a mistake on one side cannot hide on the other.

Exit code 0 = verified, 1 = FAILED: what was given to be checked does not hold, in form or in content, 2 = could not
tell: the means were lacking (a file, the network, a key, a policy, readable arguments). The verdict is one line; the
lines after it say what was *not* checked. KEY is the key's text, or a file with one key a line; each of a log's keys
will do. It must come from somewhere else than the log itself.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import hmac
import http.client
import json
import os
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from hashlib import sha256
from struct import iter_unpack
from typing import Any, NamedTuple, NoReturn

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("Could not tell: the package `cryptography` is missing: pip install cryptography")
    raise SystemExit(2) from None

VERIFIED, FAILED, UNDECIDED = 0, 1, 2
HASH, WIDTH = 32, 256
TILE = HASH * WIDTH
NOTE_LONGEST, LEAF_LONGEST, RECEIPT_LONGEST = 1_000_000, 65_535, 16_000_000
MOST_SIGNATURES = 100
LOG_KEY, WITNESS_KEY = 1, 4
RECEIPT, PROOF = "one-ledger-receipt@1", "c2sp.org/tlog-proof@v1"
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class Failed(Exception):
    """What was to be checked does not hold. `index`: the first entry concerned, where that is known."""

    def __init__(self, says: str, index: int | None = None) -> None:
        super().__init__(says)
        self.index = index


class Undecided(Exception):
    """The means to check it are lacking."""


@contextmanager
def about(what: str, index: int | None = None) -> Iterator[None]:
    """Say what a failure is about."""
    try:
        yield
    except Failed as failure:
        raise Failed(f"{what}: {failure}", failure.index if index is None else index) from None


def unbase64(text: Any, length: int | None = None) -> bytes:
    """Decode standard base64 in its one canonical spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Failed("this is not base64") from None
    if base64.b64encode(data).decode() != text or length not in (None, len(data)):
        raise Failed("this base64 is not spelt canonically, or not of the length it should have")
    return data


def text_of(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Failed("this is not UTF-8") from None


def bytes_of(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed("a string holds half of a surrogate pair, which is no character") from None


# The tree (RFC 6962, 2.1): leaves are hashed behind 0x00, nodes behind 0x01.


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root over 2^k hashes, concatenated."""
    while len(hashes) > HASH:
        hashes = b"".join([sha256(b"\1" + pair).digest() for (pair,) in iter_unpack("64s", hashes)])
    return hashes


def root_of(levels: list[bytes]) -> bytes:
    """The root of a tree from its right edge: for each level the hashes that no full tile holds yet.

    From the left the edge is a row of perfect subtrees, none smaller than the next; MTH joins them from the right.
    """
    parts = []
    for hashes in reversed(levels):
        while hashes:
            width = HASH << ((len(hashes) // HASH).bit_length() - 1)
            parts.append(perfect_root(hashes[:width]))
            hashes = hashes[width:]
    root = parts.pop() if parts else sha256(b"").digest()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to: RFC 6962 PATH(index, D[size]), read backwards."""
    if size == 1 and not path:
        return leaf
    if size == 1 or not path:
        raise Failed(f"the inclusion proof is too {'long' if path else 'short'}")
    *below, sibling = path
    middle = 1 << ((size - 1).bit_length() - 1)  # the largest power of two below size
    if index < middle:
        return node_hash(root_by_path(leaf, index, middle, below), sibling)
    return node_hash(sibling, root_by_path(leaf, index - middle, size - middle, below))


# Keys, notes, checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).


class Key(NamedTuple):
    """A public key: of a log (kind 1) or of a witness (kind 4)."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def check(self, text: str, signature: bytes) -> int | None:
        """Check one signature over a note's text; return a witness's time, in seconds since 1970."""
        at, message = None, text
        if self.kind == WITNESS_KEY:
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {at}\n{text}"
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message.encode())
        except InvalidSignature:
            raise Failed(f"the signature of {self.name} does not hold") from None
        if at is not None and at >= 2**63:
            raise Failed(f"{self.name} signed at a time beyond all clocks")
        return at


def is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or not c.isprintable() for c in name)


def parse_key(text: str, kind: int) -> Key:
    """Read `<name>+<id in hex>+<base64 of (kind ‖ public key)>`."""
    try:
        name, number, data = text.split("+", 2)
        raw = unbase64(data, 33)
        key = Key(name, raw[0], raw[1:])
        sound = key.kind == kind and is_name(name) and key.id.hex() == number
    except (ValueError, Failed):
        sound = False
    if not sound:
        wanted = "log" if kind == LOG_KEY else "witness"
        raise Undecided(
            f"{text!r} is no file, and no Ed25519 key of a {wanted}: <name>+<its number>+<base64>"
        )
    return key


def open_note(data: bytes, keys: list[Key]) -> tuple[str, list[tuple[Key, int | None]]]:
    """Check a note; return its text and which keys signed it, when. Signatures of unknown keys are passed over."""
    if len(data) > NOTE_LONGEST:
        raise Failed(f"the note is longer than {NOTE_LONGEST} bytes")
    note = text_of(data)
    if not note.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in note):
        raise Failed("a note ends with a line break and has no control characters")
    head, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")[:-1]
    if not gap or not 0 < len(lines) <= MOST_SIGNATURES:
        raise Failed("this is no signed note, or its signatures are too many")
    known, text, signed = {(key.name, key.id): key for key in keys}, head + "\n", []
    for line in lines:
        dash, name, encoded = [*line.split(" "), "", ""][:3]
        raw = unbase64(encoded)
        if dash != "—" or line.count(" ") != 2 or not is_name(name) or len(raw) < 5:
            raise Failed("a signature line is `— <name> <base64>`")
        if key := known.get((name, raw[:4])):
            signed.append((key, key.check(text, raw[4:])))
    return text, signed


class Checkpoint(NamedTuple):
    """A signed tree head that was checked. `witnesses`: names and times of known cosignatures."""

    origin: str
    size: int
    root: bytes
    note: bytes
    witnesses: dict[str, int]

    def facts(self) -> dict[str, Any]:
        return self._asdict() | {"root": self.root.hex(), "note": self.note.decode()}


def open_checkpoint(note: bytes, keys: list[Key], policy: Policy | None = None) -> Checkpoint:
    """Check a checkpoint: a key of the log named in it signed it, and the policy's quorum cosigned it."""
    text, signed = open_note(note, keys + (policy.witnesses if policy else []))
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not NUMBER.fullmatch(lines[1]):
        raise Failed("a checkpoint has three lines: origin, size, root")
    origin, size, root = lines[0], int(lines[1]), unbase64(lines[2], HASH)
    logs = {key.name for key, _at in signed if key.kind == LOG_KEY}
    if not logs:
        raise Failed("no known key has signed this")
    if origin not in logs:
        raise Failed(f"this is a checkpoint of {origin}, signed by {', '.join(logs)}")
    cosigned = {key: at for key, at in signed if at is not None}
    if policy and not policy.met(set(cosigned)):
        raise Failed(f"the policy's quorum did not cosign this, only {len(cosigned)} of its witnesses")
    return Checkpoint(origin, size, root, note, {key.name: at for key, at in cosigned.items()})


# Policy (C2SP tlog-policy).


class Policy(NamedTuple):
    """Which logs, and whose cosignatures a checkpoint needs.

    Attributes:
        rules: name → a witness, or (how many, of which names); each refers to earlier ones only.
    """

    logs: list[Key]
    rules: dict[str, Key | tuple[int, list[str]]]
    quorum: str

    @property
    def witnesses(self) -> list[Key]:
        return [rule for rule in self.rules.values() if isinstance(rule, Key)]

    def is_free(self, name: str) -> bool:
        return name != "none" and name not in self.rules

    def met(self, signed: set[Key]) -> bool:
        done = {"none": True}
        for name, rule in self.rules.items():
            if isinstance(rule, Key):
                done[name] = rule in signed
            else:
                done[name] = sum(done[one] for one in rule[1]) >= rule[0]
        return done[self.quorum]


def parse_policy(data: bytes) -> Policy:
    """Read a policy file; every broken rule of the standard makes it unusable."""
    policy, quorums, members = Policy([], {}, ""), [], []
    if len(data) > NOTE_LONGEST or re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
        raise Undecided("the policy is too long, or has control characters")
    for number, line in enumerate(data.decode(errors="surrogateescape").split("\n"), 1):
        match re.split(r"[ \t]+", line.strip(" \t")):
            case [first, *_] if not first or first.startswith("#"):
                continue
            case ["log", key] | ["log", key, _]:
                policy.logs.append(parse_key(key, LOG_KEY))
            case ["witness", name, key] | ["witness", name, key, _] if policy.is_free(name):
                policy.rules[name] = parse_key(key, WITNESS_KEY)
            case ["group", name, few, *names] if policy.is_free(name) and policy.rules.keys() >= {*names}:
                count = {"any": "1", "all": str(len(names))}.get(few, few)
                policy.rules[name] = (int(count) if NUMBER.fullmatch(count) else 0, names)
                members += names
            case ["quorum", name] if not policy.is_free(name):
                quorums.append(name)
            case _:
                raise Undecided(f"line {number} of the policy has words or names that do not belong there")
    check_policy(policy, quorums, members)
    return policy._replace(quorum=quorums[0])


def check_policy(policy: Policy, quorums: list[str], members: list[str]) -> None:
    once = (members, [key.public for key in policy.logs], [key.public for key in policy.witnesses])
    if len(quorums) != 1 or any(len(set(some)) != len(some) for some in once):
        raise Undecided("a policy has one quorum line, each key once, and each name in one group at most")
    for name, rule in policy.rules.items():
        if not isinstance(rule, Key) and not 1 <= rule[0] <= len(rule[1]):
            raise Undecided(f"group {name} of the policy can never be met, or always is")


# Entries: canonical JSON, leaf version 1.

_STRING = rb'[^"\\\x00-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*)*'
#: Exactly the leaves of version 1, but for the calendar and UTF-8. Base64 of 32 bytes ends in one of 16 letters.
LEAF = re.compile(
    rb'\{"at":"[1-9]\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z",'
    rb'"commit":"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=","id":"[0-9a-f]{32}","type":"' + _STRING + rb'","v":1\}'
)
DATE = slice(7, 17)


@lru_cache(10_000)
def is_date(text: bytes) -> bool:
    try:
        return bool(dt.date.fromisoformat(text.decode()))
    except ValueError:
        return False


def check_leaf(leaf: bytes) -> None:
    """Check that these bytes are a leaf of version 1."""
    if not LEAF.fullmatch(leaf) or not is_date(leaf[DATE]):
        raise Failed("this is no leaf of version 1")
    text_of(leaf)


def loads(data: bytes) -> Any:
    """Read JSON in which each member stands once."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise Failed("a member stands twice")
        return dict(pairs)

    try:
        return json.loads(text_of(data), object_pairs_hook=members)
    except (ValueError, RecursionError) as error:
        raise Failed(f"this is not JSON: {error}") from None


def canonical(data: bytes) -> Any:
    """Read JSON in its canonical form (RFC 8785, restricted) and in no other spelling."""
    value = loads(data)
    queue = [(value, 0)]
    while queue:
        one, depth = queue.pop()
        if isinstance(one, float) or (isinstance(one, int) and abs(one) >= 2**53):
            raise Failed("not canonical: a number is a fraction or too large")
        if isinstance(one, dict | list):
            if depth >= 64 or (isinstance(one, dict) and not all(map(str.isascii, one))):
                raise Failed("not canonical: nested too deeply, or the name of a member is not ASCII")
            queue += [(inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one)]
    if bytes_of(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))) != data:
        raise Failed("not canonical: the same value is spelt otherwise")
    return value


# Receipts.

PART = {"content": str, "key": str}


def take(value: Any, kind: type, what: str) -> Any:
    """A value of the receipt file, of the type it must have."""
    if not isinstance(value, kind):
        raise Failed(f"this is no receipt: {what} is not what it should be")
    return value


def members_of(value: Any, what: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """An object with these members, of these types, and no others."""
    found: dict[str, Any] = take(value, dict, what)
    if found.keys() - members.keys():
        raise Failed(f"this is no receipt: {what} has a member that is not known")
    return {name: take(found.get(name), kind, f"{what}, {name},") for name, kind in members.items()}


def read_receipt(data: bytes, entry: bytes | None) -> dict[str, Any]:
    """The members of a receipt file, or those that a bare tlog-proof and its entry make up."""
    absent = dict.fromkeys(("body", "disclosures", "erased"))
    if data.startswith(PROOF.encode()):
        if entry is None:
            raise Undecided("this is a bare proof: give the bytes of its entry with --entry")
        return absent | {"leaf": text_of(entry), "proof": text_of(data)}
    if len(data) > RECEIPT_LONGEST:
        raise Failed(f"this is no receipt: it is longer than {RECEIPT_LONGEST} bytes")
    optional = dict.fromkeys(absent, object)
    needed = dict.fromkeys(("format", "origin", "leaf", "proof"), str)
    with about("this is no receipt"):
        value = loads(data)
    receipt = members_of(value, "the file", needed | optional)
    if receipt["format"] != RECEIPT:
        raise Failed(f"this is no receipt: its format is not {RECEIPT}")
    if entry is not None and text_of(entry) != receipt["leaf"]:
        raise Failed("the file of --entry is not the receipt's leaf")
    for one in [] if receipt["erased"] is None else take(receipt["erased"], list, "`erased`"):
        members_of(one, "an erasure", {"at": str, "clause": str, "paths": list})
    return receipt


def check_proof(proof: bytes, leaf: bytes, keys: list[Key], policy: Policy | None) -> tuple[int, Checkpoint]:
    """Check a tlog-proof of a leaf; return the leaf's index and the checkpoint."""
    head, _gap, note = proof.partition(b"\n\n")
    title, *lines = text_of(head).split("\n")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0).removeprefix("extra "))
    index = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if title != PROOF or not NUMBER.fullmatch(index):
        raise Failed(f"it does not begin with {PROOF} and `index <number>`")
    path = [unbase64(line, HASH) for line in lines]
    with about("the checkpoint"):
        checkpoint = open_checkpoint(note, keys, policy)
    if int(index) >= checkpoint.size:
        raise Failed(f"there is no entry {index} among {checkpoint.size}", int(index))
    if root_by_path(leaf_hash(leaf), int(index), checkpoint.size, path) != checkpoint.root:
        raise Failed(f"the entry does not stand at index {index} under the signed root", int(index))
    return int(index), checkpoint


def open_part(part: dict[str, str], commit: Any, what: str) -> Any:
    """Check that key and content open a commitment; return the value."""
    with about(what):
        content, key = bytes_of(part["content"]), unbase64(part["key"], 32)
        if not hmac.compare_digest(hmac.digest(key, content, "sha256"), unbase64(commit, HASH)):
            raise Failed("it is not what the entry commits to")
        return canonical(content)


def open_body(receipt: dict[str, Any], commit: str) -> tuple[Any, dict[str, Any], int]:
    """Open the body and its disclosures; return both, and how many values of the body stay closed."""
    shown = [] if receipt["disclosures"] is None else take(receipt["disclosures"], list, "`disclosures`")
    if receipt["body"] is None:
        if shown:
            raise Failed("disclosures without the body that commits to them")
        return None, {}, 0
    body = open_part(members_of(receipt["body"], "`body`", PART), commit, "the body")
    if not isinstance(body, dict) or body.get("v") is True or body.get("v") != 1:
        raise Failed("the body is not of version 1")
    apart = [take(body.get(name, {}), dict, f"`{name}` of the body") for name in ("large", "private")]
    if apart[0].keys() & apart[1].keys():
        raise Failed("the body commits twice to one path")
    closed, opened = apart[0] | apart[1], {}
    for one in shown:
        part = members_of(one, "a disclosure", {"path": str, **PART})
        if (path := part["path"]) not in closed:
            raise Failed(f"the body commits to nothing at {path}")
        opened[path] = open_part(part, closed[path], f"the disclosure {path}")
    return body, opened, len(closed) - len(opened)


def check_receipt(data: bytes, entry: bytes | None, keys: list[Key], policy: Policy | None) -> dict[str, Any]:
    """Check a receipt file, or a bare tlog-proof beside its entry; return what was found."""
    receipt = read_receipt(data, entry)
    leaf = bytes_of(receipt["leaf"])
    with about("the proof"):
        index, signed = check_proof(bytes_of(receipt["proof"]), leaf, keys, policy)
    if receipt.get("origin", signed.origin) != signed.origin:
        raise Failed(f"a receipt of {receipt['origin']} with a checkpoint of {signed.origin}")
    with about("the leaf"):
        check_leaf(leaf)
    told = json.loads(leaf)
    body, opened, closed = open_body(receipt, told["commit"])
    act = f"{told['type']}, {told['id']}, at {told['at']}"
    says = f"{act}, is entry {index} of {signed.size} of {signed.origin}"
    shown = f"body opened, {len(opened)} of {len(opened) + closed} values apart opened" if body else "no body"
    doubts = {
        "that the log only grew, before and after this checkpoint: that is seen by verifying the whole log": True,
        "that time and actor are true: they are what the log's operator wrote down": True,
        "what happened: the file has no body": not body,
        f"{closed} values that stand apart from the body and are not in the file": closed,
        f"what the file says of an erasure: {json.dumps(receipt['erased'])[:500]}": receipt["erased"],
        UNWITNESSED: not policy or policy.quorum == "none",
    }
    found = told | signed.facts() | {"index": index, "body": body, "disclosures": opened}
    return found | verdict(f"{says}; {shown}", doubts)


# The whole log (C2SP tlog-tiles).


def number_path(n: int) -> str:
    """A tile's number as a path: 1234067 is x001/x234/067."""
    *above, last = re.findall("...", str(n).zfill(-(-len(str(n)) // 3) * 3))
    return "".join(f"x{group}/" for group in above) + last


def split(data: bytes, path: str, first: int, count: int) -> list[bytes]:
    """The leaves of a bundle, each behind its length in two bytes; the first bad one is named."""
    leaves, at = [], 0
    for index in range(first, first + count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        with about(f"entry {index} in {path}", index):
            check_leaf(data[at + 2 : end] if end <= len(data) else b"")
        leaves.append(data[at + 2 : end])
        at = end
    if at != len(data):
        raise Failed(f"{path} goes on after entry {first + count - 1}", first + count - 1)
    return leaves


class Log:
    """Tiles and entries of a published log of `size` entries.

    Args:
        read: (path, most bytes) → what is published there, at most one byte more than that.
    """

    def __init__(self, read: Callable[[str, int], bytes], size: int) -> None:
        self.read, self.size = read, size

    def path(self, level: int, n: int, kind: str = "") -> tuple[str, int]:
        """Where a tile or bundle stands, and how many hashes or entries it has."""
        width = min(WIDTH, (self.size >> (8 * level)) - n * WIDTH)
        return f"tile/{kind or level}/{number_path(n)}" + (f".p/{width}" if width < WIDTH else ""), width

    def tile(self, level: int, n: int) -> bytes:
        path, width = self.path(level, n)
        tile = self.read(path, width * HASH)
        if len(tile) != width * HASH:
            first = (n * WIDTH + min(width - 1, len(tile) // HASH)) << (8 * level)
            raise Failed(f"{path} breaks off at entry {first}, or has more than {width} hashes", first)
        return tile

    def compare(self, level: int, n: int, hashes: bytes) -> None:
        """Check that a tile holds these hashes."""
        tile = self.tile(level, n)
        if tile != hashes:
            parts = range(0, TILE, HASH)
            place = next(at for at in parts if tile[at : at + HASH] != hashes[at : at + HASH]) // HASH
            first = (n * WIDTH + place) << (8 * level)
            raise Failed(f"entry {first}: {self.path(level, n)[0]} is not what the entries give", first)

    def leaves(self, n: int) -> list[bytes]:
        """The leaves under one tile of level 0, each checked by itself."""
        path, width = self.path(0, n, "entries")
        data = self.read(path, width * (2 + LEAF_LONGEST))
        # One search finds them all, far faster than one by one; what it cannot vouch for is looked at again.
        leaves: list[bytes] = LEAF.findall(data)
        if len(leaves) == width and max(map(len, leaves)) <= LEAF_LONGEST and all(map(bytes.isascii, leaves)):
            whole = b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves]) == data
            if whole and all(map(is_date, {leaf[DATE] for leaf in leaves})):
                return leaves
        return split(data, path, n * WIDTH, width)

    def edge(self, size: int) -> list[bytes]:
        """The right edge of the tree when it had `size` entries, as the tiles of now hold it."""
        levels: list[bytes] = []
        while size:
            n, width = divmod(size, WIDTH)
            levels.append(self.tile(len(levels), n)[: width * HASH] if width else b"")
            size = n
        return levels or [b""]

    def carry(self, levels: list[bytes], n: int) -> None:
        """Take the root of each level that is full into the level above."""
        level = 0
        while len(levels[level]) == TILE:
            if level:
                self.compare(level, n, levels[level])
            root, levels[level] = perfect_root(levels[level]), b""
            level, n = level + 1, n // WIDTH
            if level == len(levels):
                levels.append(b"")
            levels[level] += root


def check_log(log: Log, root: bytes, kept: Mapping[int, bytes], step: Callable[[int], None]) -> int:
    """Recompute the log, bundle by bundle, from the smallest kept checkpoint on; return where that began.

    Args:
        root: what was signed.
        kept: size → root of the older trees that this one must continue.
        step: told how many entries are done.
    """
    start = min(kept, default=0)
    levels = log.edge(start)
    demand(kept, start, levels)
    for n in range(start // WIDTH, -(-log.size // WIDTH)):
        before, first = levels[0], n * WIDTH
        levels[0] = b"".join([sha256(b"\0" + leaf).digest() for leaf in log.leaves(n)])
        log.compare(0, n, levels[0])
        if not levels[0].startswith(before):
            raise Failed(f"entry {first}: its tile was published in two versions", first)
        for size in kept:
            if max(first, start) < size <= first + WIDTH:
                demand(kept, size, [levels[0][: (size - first) * HASH], *levels[1:]])
        log.carry(levels, n)
        step(min(log.size, first + WIDTH))
    for level, hashes in enumerate(levels[1:], 1):
        if hashes:
            log.compare(level, log.size >> (8 * level + 8), hashes)
    demand({log.size: root}, log.size, levels)
    return start


def demand(signed: Mapping[int, bytes], size: int, levels: list[bytes]) -> None:
    """The tree at this size must be the one that was signed."""
    if signed.get(size, root := root_of(levels)) != root:
        raise Failed(
            f"the first {size} entries do not have the root that was signed: they were rewritten", size
        )


def read_file(path: str, most: int) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise Undecided(f"{path} cannot be read: {error.strerror}") from None


def read_dir(folder: str, path: str, most: int) -> bytes:
    return read_file(os.path.join(folder, *path.split("/")), most)


def read_url(base: str, path: str, most: int) -> bytes:
    try:
        with urllib.request.urlopen(base + path, timeout=30) as answer:
            length, data = answer.length, bytes(answer.read(most + 1))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Undecided(f"{base}{path} cannot be read: {error}") from None
    if length is not None and len(data) < min(length, most + 1):
        raise Undecided(f"{base}{path} was cut off on its way")
    return data


def write(path: str, note: bytes) -> None:
    """Keep a checkpoint, all of it or nothing."""
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "wb") as stream:
            stream.write(note)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except OSError as error:
        raise Undecided(f"the log is verified, but {path} cannot be written: {error.strerror}") from None


def verify_log(options: argparse.Namespace, keys: list[Key], policy: Policy | None) -> dict[str, Any]:
    """Check a published log; return what was found."""
    if options.url and not options.url.startswith(("http://", "https://")):
        raise Undecided("--url begins with https:// or http://")
    read = partial(read_url, options.url.rstrip("/") + "/") if options.url else partial(read_dir, options.dir)
    with about("the checkpoint"):
        new = open_checkpoint(read("checkpoint", NOTE_LONGEST), keys, policy)
    kept: dict[int, bytes] = {}
    remembered = options.remember and os.path.exists(options.remember) and options.remember
    for path in filter(None, (options.old, remembered)):
        with about(f"the kept checkpoint {path}"):
            old = open_checkpoint(read_file(path, NOTE_LONGEST), keys)
            if old.origin != new.origin:
                raise Failed(f"it is of {old.origin}, the log is {new.origin}")
            if old.size > new.size:
                raise Failed(f"it is of {old.size} entries, and the log has only {new.size}", new.size)
            if kept.setdefault(old.size, old.root) != old.root:
                raise Failed(f"two trees of {old.size} entries were signed", old.size)
    start = check_log(Log(read, new.size), new.root, kept, Bar(new.size).step)
    if options.remember:
        write(options.remember, new.note)
    since = (
        f"continuing the {' and '.join(map(str, sorted(kept)))} kept" if any(kept) else "from the first on"
    )
    count = new.size - start
    says = f"{new.size} entries of {new.origin}, {since}; {count} recomputed, root {new.root.hex()}"
    doubts = {
        "bodies, which are not public, and that no two entries have the same id": True,
        f"the first {start} entries again: the kept checkpoint stands for them": start,
        "that the log was never rewritten: no older checkpoint was given (--old, --remember)": not any(kept),
        UNWITNESSED: not policy or policy.quorum == "none",
    }
    return new.facts() | {"recomputed": count, "kept": sorted(kept)} | verdict(says, doubts)


# The command line.

UNWITNESSED = "that others see the same log: no witnesses were demanded (--policy)"


def verdict(says: str, doubts: Mapping[str, Any]) -> dict[str, Any]:
    not_checked = [doubt for doubt, holds in doubts.items() if holds]
    return {"verdict": "verified", "says": says, "not_checked": not_checked}


class Bar:
    """Progress on stderr, where that is a terminal."""

    def __init__(self, size: int) -> None:
        self.size, self.shown, self.live = size, 0.0, sys.stderr.isatty()

    def step(self, done: int) -> None:
        if self.live and time.monotonic() - self.shown > 0.1:
            self.shown, bar = time.monotonic(), "#" * (40 * done // self.size)
            sys.stderr.write(f"\r[{bar:40}] {done} of {self.size}")
            sys.stderr.flush()


class Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Undecided(f"{message} (--help shows the usage)")


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = Arguments(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--receipt", metavar="FILE", help="a receipt file, or a tlog-proof beside --entry")
    subject.add_argument("--url", help="where the log is published: https://…/log/")
    subject.add_argument("--dir", help="a folder that holds the published log")
    parser.add_argument(
        "--vkey", metavar="KEY", action="append", default=[], help="a key of the log, or a file of keys"
    )
    parser.add_argument("--entry", metavar="FILE", help="the exact bytes of the leaf")
    parser.add_argument(
        "--old", metavar="FILE", help="a checkpoint kept from before, which the log must continue"
    )
    parser.add_argument(
        "--remember", metavar="FILE", help="keep the checkpoint here; it is --old of the next time"
    )
    parser.add_argument("--policy", metavar="FILE", help="which witnesses must have cosigned")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(argv)
    if (options.old or options.remember) if options.receipt else options.entry:
        parser.error("--entry goes with --receipt, --old and --remember with --url or --dir")
    return options


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Check what the command line asks for; return what was found."""
    policy = parse_policy(read_file(options.policy, NOTE_LONGEST)) if options.policy else None
    lines: list[str] = []
    for given in options.vkey:
        lines += (
            read_file(given, NOTE_LONGEST).decode(errors="replace").split()
            if os.path.isfile(given)
            else [given]
        )
    keys = [parse_key(line, LOG_KEY) for line in lines] or (policy.logs if policy else [])
    if not keys:
        raise Undecided("no key of the log: give --vkey, or a --policy with a log in it")
    if not options.receipt:
        return verify_log(options, keys, policy)
    entry = read_file(options.entry, LEAF_LONGEST) if options.entry else None
    return check_receipt(read_file(options.receipt, RECEIPT_LONGEST), entry, keys, policy)


def judge(argv: list[str]) -> tuple[int, dict[str, Any]]:
    try:
        return VERIFIED, run(arguments(argv))
    except Failed as failure:
        return FAILED, {"verdict": "failed", "says": str(failure), "index": failure.index}
    except Undecided as lack:
        return UNDECIDED, {"verdict": "undecided", "says": str(lack)}
    except KeyboardInterrupt:
        return UNDECIDED, {"verdict": "undecided", "says": "interrupted"}
    except (
        Exception
    ) as error:  # Python would exit with 1, which means FAILED here: no fault of ours may say that
        return UNDECIDED, {"verdict": "undecided", "says": f"a fault of this verifier: {error!r}"}


def main(argv: list[str]) -> int:
    """Judge, print the verdict in lines that no foreign file can break, return the exit code."""
    code, report = judge(argv)
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    words = {VERIFIED: "VERIFIED", FAILED: "FAILED", UNDECIDED: "Could not tell"}
    lines = [
        f"{words[code]}: {report['says']}",
        *(f"not checked: {one}" for one in report.get("not_checked", [])),
    ]
    for line in [json.dumps(report)] if "--json" in argv else lines:
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)
        sys.stdout.buffer.write(text.encode(sys.stdout.encoding, "backslashreplace") + b"\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
