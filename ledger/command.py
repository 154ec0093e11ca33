"""The one pattern for changing anything: find and lock → permission → state and policy → rows → entry, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from ledger import vocabulary
from ledger.actor import Actor
from ledger.errors import NotFound, NotPermitted, PolicyRefused, Refusal, StaleObject, Text, WrongState
from ledger.machine import Machine, Move, Who

security = logging.getLogger("ledger.security")
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)
#: The object a caller read before, and the versions (uids of its last entry) under which it may still act.
_expected: ContextVar[tuple[models.Model, Collection[str]] | None] = ContextVar("expected", default=None)


class Case(Protocol):
    """What a machine moves: it has a state and knows where an actor stands."""

    pk: Any
    machine: ClassVar[Machine]

    @property
    def state(self) -> str: ...

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
                rule = refusal.rule or refusal.code
                security.info("refused %s of %s to %s: %s %s", name, named(kwargs), who, refusal.status, rule)
                raise

        if name in vocabulary.COMMANDS:
            raise ValueError(f"command {name} is registered twice: tell them apart by their noun")
        vocabulary.COMMANDS[name] = vocabulary.Command(name, event, label, call)
        return call

    return register


def named(arguments: Mapping[str, Any]) -> str:
    """The objects a command was given, for the security log: "filing/12"."""
    objects = {
        name: getattr(value, "pk", value)
        for name, value in arguments.items()
        if isinstance(value, int | models.Model) and not isinstance(value, bool)
    }
    return ",".join(f"{name}/{pk}" for name, pk in objects.items()) or "–"


def find(model: type[M], actor: Actor, pk: Any) -> M:
    """Find and lock one object this actor may see.

    Raises:
        NotFound: there is none; a stranger learns nothing and holds no lock.
    """
    wanted = pk.pk if isinstance(pk, models.Model) else pk
    # Each model a command finds has the visibility manager; the type of a default manager has not.
    visible = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    try:
        found = visible.filter(pk=wanted).select_for_update(of=("self",)).first()
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise NotFound()
    demand_unchanged(found)
    return found


@contextmanager
def expecting(obj: models.Model | None, versions: Collection[str] | None) -> Iterator[None]:
    """Let `find` refuse `obj` inside the block unless it still has one of these versions; None = any will do."""
    token = _expected.set(None if obj is None or versions is None else (obj, versions))
    try:
        yield
    finally:
        _expected.reset(token)


def demand_unchanged(found: models.Model) -> None:
    """Compare a locked object with what the caller read.

    Raises:
        StaleObject: somebody changed it since.
    """
    expected = _expected.get()
    if expected and expected[0] == found and str(getattr(found, "entry_uid", "")) not in expected[1]:
        raise StaleObject(
            _("“%(object)s” was changed after you opened it; nothing was done.") % {"object": found},
            code="stale",
            remedy=_("Open it again, look at the change, then repeat."),
        )


def permit(case: Case, actor: Actor, name: str) -> Move:
    """Weigh permission, then state, then the further conditions of a move.

    Raises:
        NotPermitted: no position of this actor may give the command.
        WrongState: not from this state, or a condition is missing.
        PolicyRefused: the missing condition is a rule of policy.
    """
    machine, move = case.machine, case.machine.moves[name]
    if not machine.permits(name, case.positions(actor)):
        raise NotPermitted(
            why_not_permitted(case, actor, move), code="not_permitted", rule=f"WHO {machine.noun}.{name}"
        )
    if not machine.fits(name, case.state):
        state = vocabulary.label(machine.noun, case.state)
        raise WrongState(
            _("“%(command)s” is not possible: this is %(state)s.")
            % {"command": vocabulary.COMMANDS[name].label, "state": state},
            code="wrong_state",
            rule=f"TRANSITIONS {machine.noun}.{name}",
            remedy=_("Open it again and use the actions it offers now."),
        )
    for need in move.needs:
        if not getattr(case, need)(actor):
            raise lacking(need, f"TRANSITIONS {machine.noun}.{name}")
    return move


def lacking(need: str, rule: str) -> Refusal:
    """The refusal for a missing condition: 409, or 422 where the condition is a rule of policy."""
    message, remedy = vocabulary.NEEDS[need]
    if need in vocabulary.POLICY_NEEDS:
        rule, clause = vocabulary.POLICY_NEEDS[need]
        return PolicyRefused(message, code=need, rule=rule, clause=clause, remedy=remedy)
    return WrongState(message, code=need, rule=rule, remedy=remedy)


def why_not_permitted(case: Case, actor: Actor, move: Move) -> Text:
    """The words of a 403: a conflict of interest if there is one, otherwise the roles that could."""
    conflict = getattr(case, "conflict", None)
    if conflict and (reason := conflict(actor, move)):
        return reason
    able = sorted(
        {f"{vocabulary.label('side', who.side)}: {vocabulary.label('role', who.role)}" for who in move.who}
    )
    return _("Only %(able)s may do this.") % {"able": ", ".join(able) or _("the system")}


def open_commands(case: Case, actor: Actor) -> list[str]:
    """Exactly the commands this actor may give on this case now, in the table's order."""
    names = case.machine.open(case.state, case.positions(actor))
    return [
        name for name in names if all(getattr(case, need)(actor) for need in case.machine.moves[name].needs)
    ]
