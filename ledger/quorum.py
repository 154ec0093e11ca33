"""Whose cosignatures make a checkpoint count: a C2SP tlog-policy, the text that verifiers and logs share.

    log <key> [<address>]
    witness <name> <key> [<address>]
    group <name> all|any|<k> <name> …        at least k of these witnesses or groups, each named in a line before
    quorum <name>|none                       exactly once

Spaces and tabs part the words; empty lines and lines that begin with # say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ledger.note import COSIGNATURE, ED25519, BadNote, Verifier

MOST_LINES = 200
LONGEST = 100_000
NONE = "none"


class BadPolicy(ValueError):
    """A policy that is malformed; the message names the line."""


@dataclass(frozen=True)
class Witness:
    """A key that cosigns, what the policy calls it, and where it is asked ("" = nowhere)."""

    name: str
    key: Verifier
    url: str = ""


@dataclass(frozen=True)
class Policy:
    """Logs, witnesses, groups and the quorum.

    Attributes:
        groups: name → (how many, of which names).
    """

    logs: tuple[Verifier, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = NONE

    def is_met(self, cosigned: Collection[Verifier]) -> bool:
        """Whether the cosignatures of these keys are enough."""
        signed = {one.name for one in self.witnesses if one.key in cosigned}
        return self.quorum == NONE or self._has(self.quorum, signed)

    def _has(self, name: str, signed: Collection[str]) -> bool:
        if name not in self.groups:
            return name in signed
        needed, members = self.groups[name]
        return sum(self._has(member, signed) for member in members) >= needed

    @property
    def least(self) -> int:
        """The smallest number of witnesses that meets the quorum, for "k of n"."""
        return 0 if self.quorum == NONE else self._least(self.quorum)

    def _least(self, name: str) -> int:
        if name not in self.groups:
            return 1
        needed, members = self.groups[name]
        return sum(sorted(map(self._least, members))[:needed])


def parse(text: str) -> Policy:
    """Read a policy.

    Raises:
        BadPolicy: a line is malformed, a name or key stands twice or nowhere, or there is not one quorum.
    """
    if len(text) > LONGEST or text.count("\n") > MOST_LINES:
        raise BadPolicy("the policy is too long")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(*words)
        except (BadPolicy, BadNote) as error:
            raise BadPolicy(f"line {number}: {error}") from None
    if reader.quorum is None:
        raise BadPolicy("the line 'quorum <name>' or 'quorum none' is missing")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), reader.groups, reader.quorum)


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: list[Witness] = []
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.quorum: str | None = None
        self.members: set[str] = set()

    def take(self, what: str, *words: str) -> None:
        known: dict[str, tuple[Callable[..., None], range]] = {
            "log": (self.log, range(1, 3)),
            "witness": (self.witness, range(2, 4)),
            "group": (self.group, range(3, MOST_LINES)),
            "quorum": (self.demand, range(1, 2)),
        }
        if what not in known or len(words) not in known[what][1]:
            raise BadPolicy(f"'{what}' is no line of a policy, or has too few or too many words")
        known[what][0](*words)

    def log(self, key: str, _url: str = "") -> None:
        self.logs.append(self._fresh_key(key, ED25519, "a log's"))

    def witness(self, name: str, key: str, url: str = "") -> None:
        self._demand_fresh_name(name)
        self.witnesses.append(Witness(name, self._fresh_key(key, COSIGNATURE, "a witness's"), url))

    def group(self, name: str, needed: str, *members: str) -> None:
        self._demand_fresh_name(name)
        for member in members:
            self._demand_known(member)
            if member in self.members:
                raise BadPolicy(f"{member} is a member already")
            self.members.add(member)
        count = {"all": str(len(members)), "any": "1"}.get(needed, needed)
        if not (count.isascii() and count.isdigit()) or not 1 <= int(count) <= len(members):
            raise BadPolicy(f"'{needed}' is not all, any or a number of its members")
        self.groups[name] = int(count), members

    def demand(self, name: str) -> None:
        if self.quorum is not None:
            raise BadPolicy("the quorum stands there already")
        if name != NONE:
            self._demand_known(name)
        self.quorum = name

    def _names(self) -> set[str]:
        return {one.name for one in self.witnesses} | set(self.groups)

    def _demand_known(self, name: str) -> None:
        if name not in self._names():
            raise BadPolicy(f"no line before defines {name}")

    def _demand_fresh_name(self, name: str) -> None:
        if name == NONE or name in self._names():
            raise BadPolicy(f"{name} is taken")

    def _fresh_key(self, text: str, kind: bytes, whose: str) -> Verifier:
        key = Verifier.parse(text)
        if key.kind != kind:
            raise BadPolicy(f"this is not {whose} key")
        others = self.logs if kind == ED25519 else [one.key for one in self.witnesses]
        if any(key.public == other.public for other in others):
            raise BadPolicy("this key stands there already")
        return key
