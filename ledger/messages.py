"""Who hears what: every entry of the log told to the people whom it concerns and who did not bring it about.

Told is, of an entry about a case (a kind of thing in `vocabulary.SIDES`),
- everybody who acts for an organisation on one of its sides in a role to which the case's machine gives some command on
  that side – its members, their stand-ins, its agents – and who came before it happened; for events in
  `vocabulary.QUIET` nobody of these;
- in person, whoever stands on it in their own name (an objector);
- whom it names: the new handler of a case, the receiver of a delegation, the holder of changed roles.
Never the actor. What is about no case – the heartbeat, keys, calendars, an import – is told to nobody. Sides and roles
are those of the moment of telling, seconds after the entry.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models

from ledger import follow, vocabulary
from ledger.access import Acting, acting_for
from ledger.actor import Actor
from ledger.entry import parse
from ledger.explorer import Found
from ledger.models import Body, Follower, Message, Organisation, Pseudonym, ReadMark
from ledger.parties import Side

NAME = "messages"
#: Columns of a row that name whom an entry concerns.
NAMING = ("handler", "receiver")


class Hearer(NamedTuple):
    """Whom a message goes to: a person, for an organisation or in person, about a case."""

    user: int
    organisation: int | None
    subject: str


@dataclass(frozen=True)
class News:
    """One entry with its opened body."""

    entry: Found
    body: dict[str, Any]

    @property
    def is_quiet(self) -> bool:
        return self.entry.leaf.kind in vocabulary.QUIET

    def named(self) -> Iterator[tuple[str, str]]:
        """The pseudonyms of whom it names, each with what it is about for them."""
        for row, facts in self.body["facts"].items():
            about = row.replace("/", ":")
            subject = about if kind_of(about) else self.entry.subject
            roles = facts.get("roles")
            names = [facts.get(column) for column in NAMING] + [*(roles if isinstance(roles, dict) else ())]
            yield from ((name, subject) for name in names if name)


def kind_of(subject: str) -> type[models.Model] | None:
    """The model of "filing:12", where it is one that people are told of."""
    name = subject.partition(":")[0]
    return next((model for model in vocabulary.SIDES if model._meta.model_name == name), None)


def key_of(subject: str) -> int:
    """The 12 of "filing:12"."""
    return int(subject.partition(":")[2])


def tell(found: Sequence[Found]) -> None:
    """Make the messages of some entries; a second time it makes none."""
    news = opened([one for one in found if kind_of(one.subject)])
    audience = Audience(news)
    told = [message(one, hearer) for one in news for hearer in sorted(set(audience.of(one)), key=str)]
    Message.objects.bulk_create(told, ignore_conflicts=True)


def opened(found: Sequence[Found]) -> list[News]:
    """Entries with their bodies; of an erased one nobody can say any more whom it concerns."""
    kept = Body.objects.filter(event_uid__in=[one.uid for one in found]).exclude(content=None)
    bodies = {body.event_uid: parse(bytes(body.content or b"")) for body in kept}
    return [News(one, bodies[one.uid]) for one in found if one.uid in bodies]


def message(news: News, hearer: Hearer) -> Message:
    """One message; its name follows from entry and hearer."""
    entry = news.entry
    return Message(
        uid=uuid.uuid5(entry.uid, f"{hearer.user}/{hearer.organisation or ''}/{hearer.subject}"),
        entry_uid=entry.uid,
        index=entry.index,
        kind=entry.leaf.kind,
        subject=hearer.subject,
        subject_id=key_of(hearer.subject),
        recipient_id=hearer.user,
        organisation_id=hearer.organisation,
        at=entry.leaf.at,
    )


class Audience:
    """Who hears of some entries: everything asked of the database at once, whatever their number."""

    def __init__(self, news: Sequence[News]) -> None:
        loud = {one.entry.subject for one in news if not one.is_quiet}
        named = {pair for one in news for pair in one.named()}
        self.users = users_of({name for name, _about in named} | {one.body["actor"] for one in news})
        self.sides = columns_of(loud, vocabulary.SIDES)
        self.houses = columns_of({about for _name, about in named}, HOUSE | handled())
        organisations = {
            key for sides in self.sides.values() for side, key in sides.items() if side != Side.PERSON
        }
        self.people: dict[int, list[Acting]] = {}
        for one in acting_for(organisations):
            self.people.setdefault(one.organisation, []).append(one)

    def of(self, news: News) -> Iterator[Hearer]:
        """The hearers of one entry; some may come twice."""
        actor = self.users.get(news.body["actor"])
        for hearer in (*self.on_sides(news), *self.named_by(news)):
            if hearer.user != actor:
                yield hearer

    def on_sides(self, news: News) -> Iterator[Hearer]:
        """The people of each side."""
        if news.is_quiet:
            return
        subject = news.entry.subject
        for side, key in self.sides.get(subject, {}).items():
            if side == Side.PERSON:
                yield Hearer(key, None, subject)
                continue
            for one in self.people.get(key, ()):
                if one.since <= news.entry.leaf.at and has_a_hand(kind_of(subject), side, one.roles):
                    yield Hearer(one.user, key, subject)

    def named_by(self, news: News) -> Iterator[Hearer]:
        """Whom the entry names."""
        for name, subject in news.named():
            if user := self.users.get(name):
                yield Hearer(user, self.houses.get(subject, {}).get("for"), subject)


def has_a_hand(kind: Any, side: str, roles: Collection[str]) -> bool:
    """Whether one of these roles may give some command on this side; where there are no commands, any role."""
    if not hasattr(kind, "machine"):
        return bool(roles)
    return any(
        who.side == side and who.role in roles for move in kind.machine.moves.values() for who in move.who
    )


#: For which organisation somebody is named in an entry about an organisation: for itself.
HOUSE: dict[type[models.Model], dict[str, str]] = {Organisation: {"for": "pk"}}


def handled() -> dict[type[models.Model], dict[str, str]]:
    """For which organisation a case is handled, by kind."""
    return {model: {"for": model.handled_for} for model in vocabulary.HANDLED}


def users_of(pseudonyms: Collection[str]) -> dict[str, int]:
    """The people behind names of the log; the system, visitors and the erased are left out."""
    handles = [uuid.UUID(name) for name in pseudonyms if len(name) == 32]
    found = Pseudonym.objects.filter(handle__in=handles, user__is_active=True)
    return {handle.hex: user for handle, user in found.values_list("handle", "user")}


def columns_of(subjects: Collection[str], columns: Any) -> dict[str, dict[str, int]]:
    """Some columns of many cases, by the names given to them; one query a kind. Empty ones are left out."""
    found: dict[str, dict[str, int]] = {}
    for model, named in columns.items():
        name = model._meta.model_name
        keys = [key_of(subject) for subject in subjects if subject.startswith(f"{name}:")]
        rows = model._default_manager.filter(pk__in=keys).values_list("pk", *named.values()) if keys else ()
        for pk, *values in rows:
            found[f"{name}:{pk}"] = {
                part: value for part, value in zip(named, values, strict=True) if value is not None
            }
    return found


def unread(actor: Actor, most: int) -> int:
    """How many of the newest `most` unread messages there are to read; where there are none, one look into an index."""
    new = dict(Message.objects.addressed_to(actor).unread().values_list("pk", "subject")[:most])
    if not new:
        return 0
    kinds = {subject.partition(":")[0] for subject in new.values()}
    return Message.objects.visible_to(actor, kinds).filter(pk__in=new).count()


def mark_read(actor: Actor, index: int) -> int:
    """Note that a person has read their messages of entries up to `index`. Returns from where on they are unread.

    No command and no entry, alone among the changes: no case, right or duty hangs on it, and when somebody read what is
    nobody's business but theirs – in the log it would stand for ever. It only goes ahead, and not beyond what was told.
    """
    told = Follower.objects.filter(name=NAME).values_list("next_index", flat=True).first() or 0
    until = min(index + 1, told)
    mark, _made = ReadMark.objects.get_or_create(user=actor.user, organisation=actor.organisation)
    ReadMark.objects.filter(pk=mark.pk, until__lt=until).update(until=until)
    return max(mark.until, until)


follow.register(NAME, tell)
