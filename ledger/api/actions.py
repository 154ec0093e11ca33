"""What this caller may do now, as links a generic client can follow; and why something is not among them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from ledger import vocabulary
from ledger.actor import Actor
from ledger.api.addresses import command_url, schema_url
from ledger.api.nouns import Noun, covers
from ledger.command import permit
from ledger.errors import NotPermitted, PolicyRefused, Refusal, WrongState
from ledger.machine import Move

Action = dict[str, Any]


def action(noun: Noun, name: str, obj: models.Model | None = None) -> Action:
    """One open command: where to send what."""
    return {
        "name": name,
        "href": command_url(noun, name, obj),
        "method": "POST",
        "schema": schema_url(name, noun, obj),
        "label": str(vocabulary.COMMANDS[name].label),
    }


def on_object(noun: Noun, obj: models.Model, actor: Actor) -> list[Action]:
    """Exactly what the actor may do with the object now."""
    return [action(noun, name, obj) for name in noun.open_commands(obj, actor)]


def on_collection(noun: Noun, actor: Actor) -> list[Action]:
    """What the actor may create."""
    return [action(noun, name) for name in noun.open_creates(actor)]


def demand_scope(name: str, actor: Actor) -> None:
    """Refuse a token that does not cover a noun or place.

    Raises:
        NotPermitted: it may read only.
    """
    if not covers(actor, name):
        raise NotPermitted(
            _("This token may not write “%(noun)s”.") % {"noun": name},
            code="scope",
            remedy=_("Issue a token whose scopes name it."),
        )


def demand_open(noun: Noun, obj: Any, actor: Actor, name: str) -> None:
    """Refuse early what the command itself would refuse under its lock: permission before shape.

    Raises:
        NotPermitted, PolicyRefused, WrongState: as the command would.
    """
    demand_scope(noun.name, actor)
    machine = getattr(obj, "machine", None)
    if machine and name in machine.moves:
        permit(obj, actor, name)
    elif name not in noun.open(obj, actor):
        raise NotPermitted(_("You may not do this."), code="not_permitted")


def demand_creatable(noun: Noun, actor: Actor, name: str) -> None:
    """Refuse early who may not create.

    Raises:
        NotPermitted: nobody is signed in, or the collection does not offer it to this actor.
    """
    demand_scope(noun.name, actor)
    if not noun.may_create(actor, name):
        raise NotPermitted(_("You may not create this here."), code="not_permitted")


def explained(noun: Noun, obj: Any, actor: Actor, name: str) -> dict[str, Any]:
    """Whether a command is open to this actor, and if not, what is missing. Writes nothing, names nobody.

    Raises:
        ValidationError: the noun has no such command.
    """
    if name not in noun.commands:
        able = ", ".join(noun.commands) or "–"
        words = _("Commands here: %(able)s.") % {"able": able}
        raise ValidationError({"command": [ErrorDetail(words, "unknown")]})
    answer: dict[str, Any] = {"command": name, "label": str(vocabulary.COMMANDS[name].label), "open": True}
    machine = getattr(obj, "machine", None)
    if machine and name in machine.moves:
        answer |= told(machine.moves[name], obj, machine.noun)
    try:
        demand_open(noun, obj, actor, name)
    except (NotPermitted, PolicyRefused, WrongState) as refusal:
        answer |= {"open": False, "missing": missing(refusal)} | words_of(refusal)
    return answer


def told(move: Move, obj: Any, kind: str) -> dict[str, Any]:
    """The public side of a rule: who may, from which states, and the state now."""
    sides = [(str(who.side), str(who.role)) for who in sorted(move.who)]
    who = [{"side": side, "role": role, "label": who_label(side, role)} for side, role in sides]
    return {
        "who": who,
        "from": sorted(move.sources),
        "state": str(obj.state),
        "state_label": str(vocabulary.label(kind, obj.state)),
    }


def who_label(side: str, role: str) -> str:
    """A position in words."""
    return f"{vocabulary.label('side', side)}: {vocabulary.label('role', role)}"


def missing(refusal: Refusal) -> str:
    """Which of the three it is: permission, state or a condition."""
    if isinstance(refusal, NotPermitted):
        return "permission"
    return "state" if refusal.code == "wrong_state" else "condition"


def words_of(refusal: Refusal) -> dict[str, Any]:
    said = {"status": refusal.status, "detail": str(refusal.detail), "code": refusal.code}
    return said | {"rule": refusal.rule, "clause": refusal.clause, "remedy": str(refusal.remedy)}
