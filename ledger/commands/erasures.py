"""Erasures: what an entry said is shredded; that it was said, when, and under which clause it went stays in the log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, NotFound, NotPermitted, WrongState
from ledger.journal import record
from ledger.models import Body, Disclosure, Erasure, Event, Ground, Organisation, User
from ledger.parties import ErasureState
from ledger.rows import Rows, jsonable


@command("erasure.asked", _("Ask for an erasure"))
def ask_erasure(
    *, actor: Actor, event_uid: uuid.UUID, ground: str, reason: str, paths: Sequence[str] = ()
) -> Erasure:
    """Ask for the words of an entry to be shredded (PIPL art. 47).

    Args:
        event_uid: the entry.
        ground: why the law demands it, of `Ground`.
        paths: single values to shred, as the body names them; none = everything the entry said.

    Raises:
        NotFound: no such entry, or about a thing this actor may not see.
        NotPermitted: the actor is no officer of a verified body.
        BadShape: the entry has no such value, or the ground is none.
        WrongState: it is erased already, or asked for.
    """
    event = find_event(actor, event_uid)
    house, person = officer_of(actor)
    if ground not in Ground.values:
        raise BadShape(_("Choose one of the grounds of the law."), code="ground", pointer="/ground")
    demand_there(event, paths)
    rows = Rows()
    found = rows.create(
        Erasure,
        organisation=house,
        event_uid=event.uid,
        paths=sorted(set(paths)),
        ground=ground,
        reason=reason,
        asked_by=person,
        asked_at=now(),
    )
    record(actor=actor, event="erasure.asked", subject=found, rows=rows, clauses=[ground])
    return found


@command("entry.erased", _("Carry out the erasure"))
def carry_out_erasure(*, actor: Actor, erasure: Erasure | int) -> Erasure:
    """A second officer shreds: key and content go, in the log and where the same words still stand in a case.

    The leaf stays, so the log verifies as before; without the key it says nothing for ever.
    """
    found = find(Erasure, actor, erasure)
    move, rows = permit(found, actor, "carry_out_erasure"), Rows()
    event, goes = found.event, values_of(found.event)
    if found.paths:
        goes = goes.filter(path__in=found.paths)
    for one in goes:
        blank(rows, one.path, json.loads(bytes(one.content or b"")))
    rows.update(found, state=move.target, decided_by=actor.user, decided_at=now())
    # The entry first: the database lets nothing be shredded but beside it.
    record(actor=actor, event="entry.erased", subject=event, rows=rows, clauses=[found.ground])
    goes.update(key=None, content=None)
    if not found.paths:
        Body.objects.filter(event_uid=event.uid, content__isnull=False).update(key=None, content=None)
    return found


@command("erasure.declined", _("Decline the erasure"))
def decline_erasure(*, actor: Actor, erasure: Erasure | int, answer: str) -> Erasure:
    """The words stay, with the reason why."""
    found = find(Erasure, actor, erasure)
    move, rows = permit(found, actor, "decline_erasure"), Rows()
    rows.update(found, state=move.target, answer=answer, decided_by=actor.user, decided_at=now())
    record(actor=actor, event="erasure.declined", subject=found, rows=rows, clauses=[found.ground])
    return found


def officer_of(actor: Actor) -> tuple[Organisation, User]:
    """The body whose officer asks, and the officer.

    Raises:
        NotPermitted: it is none, or its body oversees nothing.
    """
    house = actor.organisation
    if house and actor.user and actor.holds(Role.OFFICER) and house.oversees(house.region):
        return house, actor.user
    raise NotPermitted(
        _("Only an officer of a verified registry body may ask for an erasure."), code="officer"
    )


def demand_there(event: Event, paths: Sequence[str]) -> None:
    """Weigh whether there is something to shred.

    Raises:
        BadShape: one of the values is not there.
        WrongState: nothing is left, or somebody asked already.
    """
    there = set(values_of(event).values_list("path", flat=True))
    if unknown := set(paths) - there:
        raise BadShape(
            _("The entry has no such value, or it is erased: %(unknown)s.")
            % {"unknown": ", ".join(sorted(unknown))},
            code="paths",
            pointer="/paths",
        )
    if not paths and not there and not has_body(event):
        raise WrongState(_("What this entry said is erased already."), code="erased")
    if Erasure.objects.filter(event_uid=event.uid, state=ErasureState.ASKED).exists():
        raise WrongState(_("Its erasure is asked for already."), code="asked")


def find_event(actor: Actor, uid: uuid.UUID) -> Event:
    """An entry about something this actor may see.

    Raises:
        NotFound: there is none.
    """
    event = Event.objects.filter(uid=uid).first()
    model = model_named(event.subject.partition(":")[0]) if event else None
    if event is None or model is None or not hasattr(model._default_manager, "visible_to"):
        raise NotFound()
    visible: models.QuerySet[Any] = model._default_manager.visible_to(actor)
    if not visible.filter(pk=event.subject.partition(":")[2]).exists():
        raise NotFound()
    return event


def values_of(event: Event) -> models.QuerySet[Disclosure]:
    """The entry's single values that are not erased."""
    return Disclosure.objects.filter(event_uid=event.uid, content__isnull=False)


def has_body(event: Event) -> bool:
    """Whether what it said is not erased."""
    return Body.objects.filter(event_uid=event.uid, content__isnull=False).exists()


def model_named(name: str) -> type[models.Model] | None:
    """The model that stands under this name in subjects and facts."""
    return next((model for model in apps.get_models() if model._meta.model_name == name), None)


def blank(rows: Rows, path: str, words: Any) -> None:
    """Empty the column a value came from, where it still says the same."""
    name, key, column = path.split("/", 2)
    model = model_named(name)
    row = model._default_manager.filter(pk=key).first() if model else None
    if row is None or column not in getattr(row, "PRIVATE", ()) or jsonable(getattr(row, column)) != words:
        return
    rows.update(row, **{column: None if row._meta.get_field(column).null else type(getattr(row, column))()})
