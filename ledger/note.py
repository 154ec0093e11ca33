"""The text form of a tree head: C2SP signed-note and tlog-checkpoint, signed with Ed25519.

A checkpoint, to the byte (`—` is U+2014):

    <origin>\\n
    <size, decimal, no leading zero>\\n
    <base64 of the root>\\n
    \\n
    — <name> <base64 of (4 bytes of key number ‖ 64 bytes of signature over the three lines)>\\n

The key number is SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]. Keys travel as text:
`<name>+<key number in hex>+<base64 of (0x01 ‖ public key)>`, the secret one as
`PRIVATE+KEY+<name>+<key number in hex>+<base64 of (0x01 ‖ seed)>`. Every other spelling is refused.

A *witness* adds its line to a log's checkpoint (C2SP tlog-cosignature, Ed25519). Its keys have 0x04 in place of
0x01, and its signature is 8 bytes of time (seconds since 1970, big-endian) ‖ 64 bytes of signature over

    cosignature/v1\\n
    time <the same seconds, decimal>\\n
    <the checkpoint's three lines>
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = b"\1", b"\4"
TIME = 8
LONGEST = 1_000_000
MOST_SIGNATURES = 100
SECRET_PREFIX = "PRIVATE+KEY+"


class BadNote(ValueError):
    """A note, checkpoint or key that is malformed, or whose signature does not hold."""


def key_number(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """Four bytes that find the key of a signature; no protection of anything."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def check_name(name: str) -> str:
    """A key's name: not empty, no white space, no plus sign.

    Raises:
        BadNote: it is none.
    """
    if not name or "+" in name or any(c.isspace() or not c.isprintable() for c in name):
        raise BadNote(f"{name!r} is no name of a key: use something like example.org/log")
    return name


@dataclass(frozen=True)
class Verifier:
    """A name and a public key; `kind` tells a log's from a witness's."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def number(self) -> bytes:
        return key_number(self.name, self.public, self.kind)

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether `signature` is this key's over `text`."""
        if self.kind == COSIGNATURE:
            if len(signature) < TIME or (at := _seconds(signature)) >= 1 << 63:
                return False
            text, signature = _cosigned(text, at), signature[TIME:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.number.hex()}+{_b64(self.kind + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read a key written by `str`.

        Raises:
            BadNote: malformed, of another kind, or the number is not the key's.
        """
        name, number, kind, public = _key_parts(text)
        found = cls(name, public, kind)
        if found.number.hex() != number:
            raise BadNote("the key's number does not belong to the key")
        return found


@dataclass(frozen=True)
class Signer:
    """A name and a secret key, of a log or of a witness."""

    name: str
    seed: bytes
    kind: bytes = ED25519

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._key().public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str) -> str:
        """The note: text, blank line, signature line; Ed25519 gives the same note each time."""
        _check_text(text)
        signature = self._key().sign(text.encode())
        return f"{text}\n— {self.name} {_b64(self.verifier.number + signature)}\n"

    def cosign(self, text: str, at: int) -> str:
        """A witness's signature line under a checkpoint, stating when (seconds since 1970)."""
        signature = at.to_bytes(TIME, "big") + self._key().sign(_cosigned(text, at).encode())
        return f"— {self.name} {_b64(self.verifier.number + signature)}\n"

    def secret(self) -> str:
        """The key as text, for its file."""
        return f"{SECRET_PREFIX}{self.name}+{self.verifier.number.hex()}+{_b64(self.kind + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read a key written by `secret`.

        Raises:
            BadNote: malformed, of another kind, or the number is not the key's.
        """
        if not text.startswith(SECRET_PREFIX):
            raise BadNote("this is no secret key")
        name, number, kind, seed = _key_parts(text.removeprefix(SECRET_PREFIX))
        found = cls(name, seed, kind)
        if found.verifier.number.hex() != number:
            raise BadNote("the key's number does not belong to the key")
        return found

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def open_note(note: str, verifiers: Sequence[Verifier]) -> tuple[str, list[Verifier]]:
    """Check a note; return its text and the known keys that signed it. Unknown keys are passed over.

    Raises:
        BadNote: malformed, a known key's signature does not hold, or no known key signed.
    """
    text, lines = _parts_of(note)
    known = {(key.name, key.number): key for key in verifiers}
    signed: list[Verifier] = []
    for line in lines:
        name, number, signature = _signature(line)
        key = known.get((name, number))
        if key is None or key in signed:
            continue
        if not key.holds(text, signature):
            raise BadNote(f"the signature of {name} does not hold")
        signed.append(key)
    if not signed:
        raise BadNote("no known key has signed this")
    return text, signed


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: whose log, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the signed lines; the inverse of `text`, without extension lines.

        Raises:
            BadNote: not exactly three lines in the one allowed spelling.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise BadNote("a checkpoint has three lines: origin, size, root")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdigit()) or len(size) > 19 or str(int(size)) != size:
            raise BadNote("the size of a checkpoint is a decimal number without leading zeros")
        digest = _unb64(root)
        if len(digest) != 32:
            raise BadNote("the root of a checkpoint has 32 bytes")
        return cls(origin, int(size), digest)


def open_checkpoint(note: str, *verifiers: Verifier) -> Checkpoint:
    """Check a log's signed checkpoint by any of its keys.

    Raises:
        BadNote: malformed, signed by none of these keys, or of another origin.
    """
    text, signed = open_note(note, [key for key in verifiers if key.kind == ED25519])
    checkpoint = Checkpoint.parse(text)
    if checkpoint.origin != signed[0].name:
        raise BadNote(f"this is a checkpoint of {checkpoint.origin}, not of {signed[0].name}")
    return checkpoint


def cosignatures(note: str, witnesses: Sequence[Verifier]) -> dict[Verifier, tuple[int, str]]:
    """The valid lines of these witnesses under a note: when (seconds since 1970), and the line.

    Raises:
        BadNote: the note is malformed. A line that does not hold is no line.
    """
    text, lines = _parts_of(note)
    known = {(key.name, key.number): key for key in witnesses if key.kind == COSIGNATURE}
    found: dict[Verifier, tuple[int, str]] = {}
    for line in lines:
        name, number, signature = _signature(line)
        key = known.get((name, number))
        if key and key not in found and key.holds(text, signature):
            found[key] = _seconds(signature), f"{line}\n"
    return found


def _seconds(signature: bytes) -> int:
    return int.from_bytes(signature[:TIME], "big")


def _cosigned(text: str, at: int) -> str:
    return f"cosignature/v1\ntime {at}\n{text}"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("this is not base64") from None
    if _b64(data) != text:
        raise BadNote("this base64 is not in its one canonical spelling")
    return data


def _key_parts(text: str) -> tuple[str, str, bytes, bytes]:
    parts = text.strip().split("+", 2)  # base64 may hold further plus signs
    if len(parts) != 3:
        raise BadNote("a key is <name>+<number>+<base64>")
    data = _unb64(parts[2])
    if data[:1] not in (ED25519, COSIGNATURE) or len(data) != 33:
        raise BadNote("this key is not of Ed25519")
    return check_name(parts[0]), parts[1], data[:1], data[1:]


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise BadNote("a note's text ends with a line break")
    if any(ord(c) < 0x20 and c != "\n" for c in text):
        raise BadNote("a note has no control characters")


def _parts_of(note: str) -> tuple[str, list[str]]:
    """The signed text and the signature lines."""
    if len(note.encode()) > LONGEST:
        raise BadNote("the note is too long")
    _check_text(note)
    head, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")[:-1]
    if not gap or not lines:
        raise BadNote("the note has no signatures")
    if len(lines) > MOST_SIGNATURES:
        raise BadNote("the note has too many signatures")
    return head + "\n", lines


def _signature(line: str) -> tuple[str, bytes, bytes]:
    dash, name, data = [*line.split(" "), "", ""][:3]
    if dash != "—" or line.count(" ") != 2:
        raise BadNote("a signature line is — <name> <base64>")
    raw = _unb64(data)
    if len(raw) < 5:
        raise BadNote("a signature is too short")
    return check_name(name), raw[:4], raw[4:]
