"""A proof that one entry stands in a log, as text that needs nobody to be checked (C2SP tlog-proof, version 1).

    c2sp.org/tlog-proof@v1\\n
    extra <base64>\\n                      left out where there is nothing; nobody vouches for it
    index <decimal>\\n
    <base64 of a hash>\\n                  the inclusion proof of RFC 6962, from the leaf's side; none or more
    \\n
    <the checkpoint with its signatures>

It is checked against the leaf's bytes and the log's key, and against the keys of witnesses where those are demanded.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from ledger import merkle
from ledger.note import BadNote, Checkpoint, Verifier, open_checkpoint

HEADER = "c2sp.org/tlog-proof@v1"
#: A tree of 2^63 entries has paths of 63 hashes.
MOST_HASHES = 63
LONGEST = 1_100_000


class BadProof(ValueError):
    """A proof that is malformed or does not hold."""


@dataclass(frozen=True)
class Proof:
    """An index, the hashes that lead from the entry to the root, and the note that signs the root."""

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes = b""

    def text(self) -> str:
        """The proof's text."""
        extra = [f"extra {_b64(self.extra)}"] if self.extra else []
        lines = [HEADER, *extra, f"index {self.index}", *map(_b64, self.hashes), "", self.note]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> Proof:
        """Read a proof; the inverse of `text`.

        Raises:
            BadProof: any other spelling.
        """
        if len(text) > LONGEST:
            raise BadProof("the proof is too long")
        head, _gap, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != HEADER or not note:
            raise BadProof(f"a proof begins with the line {HEADER} and ends with a checkpoint")
        extra = _after("extra ", lines.pop(0)) if lines and lines[0].startswith("extra ") else None
        index = _after("index ", lines.pop(0)) if lines else ""
        if not _is_decimal(index) or len(lines) > MOST_HASHES:
            raise BadProof("a proof has a line 'index <decimal>' and at most 63 hashes")
        hashes = tuple(map(_unb64, lines))
        if any(len(one) != merkle.HASH for one in hashes):
            raise BadProof("a hash of the proof has not 32 bytes")
        found = cls(int(index), hashes, note, _unb64(extra) if extra else b"")
        if found.text() != text:
            raise BadProof("the proof is not in its one spelling")
        return found

    def check(self, leaf: bytes, *verifiers: Verifier) -> Checkpoint:
        """Check that the entry with these public bytes stands in the log that one of these keys signs.

        Raises:
            BadProof: it does not, or the checkpoint is not the log's.
        """
        try:
            signed = open_checkpoint(self.note, *verifiers)
            merkle.check_inclusion(self.hashes, self.index, signed.size, merkle.leaf_hash(leaf), signed.root)
        except (BadNote, merkle.BadProof) as error:
            raise BadProof(str(error)) from None
        return signed


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise BadProof(f"here a line '{word}…' is due")
    return line.removeprefix(word)


def _is_decimal(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 19 and str(int(text)) == text


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadProof("a line of the proof is not base64") from None
