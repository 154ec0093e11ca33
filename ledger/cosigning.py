"""This installation as a witness of other logs: how a national book watches provincial ones (C2SP tlog-witness).

It cosigns a checkpoint only when that is consistent with the last one it cosigned, and says when. It needs no account:
what it signs it can check by itself.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from django.db import transaction

from ledger import keys, merkle
from ledger.clock import real_now
from ledger.models import WatchedLog
from ledger.note import BadNote, Checkpoint, Verifier, open_checkpoint

LONGEST = 200_000
MOST_HASHES = 63
SIZE = "text/x.tlog.size"


@dataclass(frozen=True)
class Reply:
    """What the witness answers over HTTP."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"


class _Refused(Exception):
    def __init__(self, status: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(text)
        self.reply = Reply(status, f"{text}\n", kind)


@dataclass(frozen=True)
class Submission:
    """A request: the size seen last, the proof from there, and the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> Submission:
        """Read a request's body.

        Raises:
            ValueError: malformed.
        """
        head, gap, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        size = first.removeprefix("old ")
        if not gap or size == first or not (size.isascii() and size.isdigit()) or len(size) > 19:
            raise ValueError(
                "it begins with the line 'old <size>' and ends, after an empty line, with a checkpoint"
            )
        if str(int(size)) != size or len(lines) > MOST_HASHES:
            raise ValueError("the old size has leading zeros, or there are more than 63 hashes")
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
        if any(len(one) != merkle.HASH for one in proof):
            raise ValueError("a hash has not 32 bytes")
        return cls(int(size), proof, note)


def add_checkpoint(body: bytes) -> Reply:
    """Cosign a checkpoint that is consistent with what was seen; otherwise say why not, in the standard's codes."""
    try:
        with transaction.atomic():
            return _weigh(body)
    except _Refused as refused:
        return refused.reply


def _weigh(body: bytes) -> Reply:
    try:
        submission = Submission.parse(body)
    except (ValueError, binascii.Error) as error:
        raise _Refused(400, str(error)) from None
    origin = submission.note.partition("\n")[0]
    # The lock makes comparing and keeping one step: two requests at once cannot roll the size back.
    known = WatchedLog.objects.select_for_update().filter(origin=origin, is_watched=True).first()
    if known is None:
        raise _Refused(404, "this witness does not watch that log")
    try:
        shown = open_checkpoint(submission.note, *map(Verifier.parse, known.keys.split()))
    except BadNote as error:
        raise _Refused(403, str(error)) from None
    _demand_consistent(submission, shown, known)
    at = real_now()
    line = keys.witness().cosign(shown.text(), int(at.timestamp()))
    known.size, known.root, known.cosigned_at = shown.size, shown.root, at
    known.save(update_fields=["size", "root", "cosigned_at"])
    return Reply(200, line)


def _demand_consistent(submission: Submission, shown: Checkpoint, known: WatchedLog) -> None:
    if submission.old > shown.size:
        raise _Refused(400, "the old size is larger than the checkpoint's")
    if submission.old != known.size:
        raise _Refused(409, str(known.size), SIZE)
    seen = bytes(known.root) if known.size else merkle.EMPTY_ROOT
    if shown.size == known.size and shown.root != seen:
        raise _Refused(409, str(known.size), SIZE)
    try:
        merkle.check_consistency(submission.proof, known.size, shown.size, seen, shown.root)
    except merkle.BadProof as error:
        raise _Refused(422, str(error)) from None
