"""The one pattern for changing anything: find and lock → permission → state and policy → rows → entry, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from ledger import vocabulary
from ledger.actor import Actor
from ledger.errors import NotFound, NotPermitted, Refusal, Text, WrongState
from ledger.machine import Machine, Move, Who

security = logging.getLogger("ledger.security")
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)


class Case(Protocol):
    """What a machine moves: it has a state and knows where an actor stands."""

    pk: Any
    state: str
    machine: ClassVar[Machine]

    def positions(self, actor: Actor) -> Collection[Who]: ...


def command(event: str, label: Text) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a command: one transaction, refusals to the security log, a name and a label for everybody.

    Args:
        event: the event it records, noun + past participle.
        label: what the button says.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        name = function.__name__

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except Refusal as refusal:
                actor = kwargs.get("actor")
                who = actor.pseudonym if isinstance(actor, Actor) else "?"
                security.info("refused %s to %s: %s %s", name, who, refusal.status, refusal.rule or refusal.code)
                raise

        vocabulary.COMMANDS[name] = vocabulary.Command(name, event, label, call)
        return call

    return register


def find(model: type[M], actor: Actor, pk: Any) -> M:
    """Find and lock one object this actor may see.

    Raises:
        NotFound: there is none; a stranger learns nothing and holds no lock.
    """
    wanted = pk.pk if isinstance(pk, models.Model) else pk
    visible = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    try:
        found = visible.filter(pk=wanted).select_for_update(of=("self",)).first()
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise NotFound()
    return found


def permit(case: Case, actor: Actor, name: str) -> Move:
    """Weigh permission, then state, then the further conditions of a move.

    Raises:
        NotPermitted: no position of this actor may give the command.
        WrongState: not from this state, or a condition is missing.
    """
    machine, move = case.machine, case.machine.moves[name]
    if not machine.permits(name, case.positions(actor)):
        raise NotPermitted(why_not_permitted(case, actor, move), code="not_permitted", rule=f"WHO {machine.noun}.{name}")
    if not machine.fits(name, case.state):
        state = vocabulary.label(machine.noun, case.state)
        raise WrongState(
            _("“%(command)s” is not possible: this is %(state)s.") % {"command": vocabulary.COMMANDS[name].label, "state": state},
            code="wrong_state",
            rule=f"TRANSITIONS {machine.noun}.{name}",
            remedy=_("Open it again and use the actions it offers now."),
        )
    for need in move.needs:
        if not getattr(case, need)(actor):
            message, remedy = vocabulary.NEEDS[need]
            raise WrongState(message, code=need, rule=f"TRANSITIONS {machine.noun}.{name}", remedy=remedy)
    return move


def why_not_permitted(case: Case, actor: Actor, move: Move) -> Text:
    """The words of a 403: a conflict of interest if there is one, otherwise the roles that could."""
    conflict = getattr(case, "conflict", None)
    if conflict and (reason := conflict(actor, move)):
        return reason
    able = sorted({f"{vocabulary.label('side', who.side)}: {vocabulary.label('role', who.role)}" for who in move.who})
    return _("Only %(able)s may do this.") % {"able": ", ".join(able) or _("the system")}


def open_commands(case: Case, actor: Actor) -> list[str]:
    """Exactly the commands this actor may give on this case now, in the table's order."""
    names = case.machine.open(case.state, case.positions(actor))
    return [name for name in names if all(getattr(case, need)(actor) for need in case.machine.moves[name].needs)]
