"""Others watch this log: each new checkpoint is shown to the witnesses of the policy, and their cosignatures are kept.

A client of C2SP tlog-witness. A witness cosigns only what is consistent with what it saw before, so an operator who
rewrites the log needs the help of a quorum of strangers. Nobody waits for them: an entry has its receipt at once,
and the cosignatures come with the next one.
"""

from __future__ import annotations

import base64
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import transaction

from ledger import keys, merkle, quorum
from ledger.clock import real_now
from ledger.models import Checkpoint, Cosignature, WitnessContact, Witnessed, WitnessPolicy
from ledger.note import BadNote, Verifier, cosignatures
from ledger.quorum import Policy, Witness
from ledger.sequencer import read_tile

TIMEOUT = 5.0  # seconds
LONGEST_ANSWER = 65_536
AFTER_TROUBLE = 10.0
CONFLICT = 409


def current() -> Policy:
    """The policy in force; without one nobody is asked and nobody needed."""
    newest = WitnessPolicy.objects.order_by("-pk").first()
    return quorum.parse(newest.text) if newest else Policy()


def published_policy() -> str:
    """The policy for verifiers: this log's keys, then the witnesses."""
    newest = WitnessPolicy.objects.order_by("-pk").first()
    logs = "".join(f"log {key}\n" for key in keys.load().signing)
    return logs + (newest.text.rstrip("\n") + "\n" if newest else "quorum none\n")


@dataclass(frozen=True)
class Answer:
    """What a witness said: its lines, or the size it knows, or why neither."""

    lines: str = ""
    knows: int | None = None
    trouble: str = ""


def ask(witness: Witness, old: int, proof: Sequence[bytes], note: str) -> Answer:
    """Show a checkpoint to one witness (`add-checkpoint`).

    Args:
        old: the size it saw last; `proof` leads from there.
    """
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    request = urllib.request.Request(
        f"{witness.url.rstrip('/')}/add-checkpoint",
        data=f"old {old}\n{hashes}\n{note}".encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return Answer(lines=response.read(LONGEST_ANSWER).decode())
    except urllib.error.HTTPError as error:
        told = error.read(LONGEST_ANSWER).decode(errors="replace").strip()
        if error.code == CONFLICT and told.isascii() and told.isdigit() and len(told) < 19:
            return Answer(knows=int(told))
        return Answer(trouble=f"{error.code} {told}"[:200])
    except (OSError, ValueError) as error:
        return Answer(trouble=str(error)[:200])


class Asking:
    """One round after the other; remembers what each witness knows, and whom to leave alone for a moment."""

    def __init__(self) -> None:
        self.knows: dict[Verifier, int] = {}
        self.rests: dict[Verifier, float] = {}

    def step(self) -> int:
        """Ask every witness that has not cosigned the newest checkpoint; how many cosigned."""
        newest, policy = Checkpoint.objects.order_by("-size").first(), current()
        if newest is None or newest.size == 0:
            return 0
        have = set(Cosignature.objects.filter(size=newest.size).values_list("key", flat=True))
        due = [one for one in policy.witnesses if one.url and str(one.key) not in have and self._is_up(one)]
        if not due:
            return 0
        # The proofs first: only the asking is done side by side, and it needs no database.
        asked = [
            (one, old, self._proof(old, newest.size), newest.note)
            for one in due
            for old in [self._old(one, newest)]
        ]
        with ThreadPoolExecutor(len(asked)) as pool:
            answers = list(pool.map(lambda question: ask(*question), asked))
        cosigned = 0
        for (one, old, _proof, _note), answer in zip(asked, answers, strict=True):
            kept = bool(answer.lines) and keep(newest, answer.lines, policy)
            self._learn(one, old, newest, answer, kept=kept)
            cosigned += kept
        return cosigned

    def _is_up(self, witness: Witness) -> bool:
        return self.rests.get(witness.key, 0.0) <= time.monotonic()

    def _old(self, witness: Witness, newest: Checkpoint) -> int:
        if witness.key not in self.knows:
            last = Cosignature.objects.filter(key=str(witness.key)).order_by("-size").first()
            self.knows[witness.key] = last.size if last else 0
        return min(self.knows[witness.key], newest.size)

    @staticmethod
    def _proof(old: int, size: int) -> list[bytes]:
        return merkle.prove_consistency(old, size, read_tile)

    def _learn(self, witness: Witness, old: int, newest: Checkpoint, answer: Answer, *, kept: bool) -> None:
        if kept:
            self.knows[witness.key] = newest.size
            return _note_contact(witness, "")
        trouble = answer.trouble or "it answered without a valid cosignature"
        if answer.knows is not None:
            if answer.knows != old and answer.knows <= newest.size:
                self.knows[witness.key] = answer.knows  # asked again at once, from there
                return None
            trouble = (
                f"it has seen another tree of {answer.knows} entries; this log has {newest.size}: "
                "a restored backup, or a fork"
            )
        self.rests[witness.key] = time.monotonic() + AFTER_TROUBLE
        return _note_contact(witness, trouble)


def keep(newest: Checkpoint, lines: str, policy: Policy) -> bool:
    """Store the valid cosignatures among these lines; say so when the quorum is reached.

    Returns:
        whether there was one that was not known.
    """
    try:
        found = cosignatures(newest.note + lines, [one.key for one in policy.witnesses])
    except BadNote:
        return False
    with transaction.atomic():
        fresh = Cosignature.objects.bulk_create(
            [
                Cosignature(size=newest.size, key=str(key), line=line, at=real_now())
                for key, (_at, line) in found.items()
            ],
            ignore_conflicts=True,
        )
        have = set(Cosignature.objects.filter(size=newest.size).values_list("key", flat=True))
        if policy.witnesses and policy.is_met({one.key for one in policy.witnesses if str(one.key) in have}):
            Witnessed.objects.bulk_create([Witnessed(size=newest.size, at=real_now())], ignore_conflicts=True)
    return bool(fresh)


def _note_contact(witness: Witness, trouble: str) -> None:
    WitnessContact.objects.update_or_create(
        key=str(witness.key), defaults={"at": real_now(), "trouble": trouble}
    )


def counted(sizes: Iterable[int], policy: Policy) -> dict[int, int]:
    """How many of the policy's witnesses cosigned each of these checkpoints."""
    known = [str(one.key) for one in policy.witnesses]
    found = dict.fromkeys(sizes, 0)
    for size in Cosignature.objects.filter(size__in=list(found), key__in=known).values_list(
        "size", flat=True
    ):
        found[size] += 1
    return found
