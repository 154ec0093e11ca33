"""The nouns of the REST API, each declared once; addresses, `actions`, schemas and pages come from it.

A floor declares its nouns in `<floor>/api.py` (or the package `<floor>/api/`), which is found by itself:

    register(
        Noun(
            name="filings",
            model=Filing,
            argument="filing",
            output=FilingOutput,
            commands={"accept_filing": AcceptFiling, "withdraw_filing": Empty},
            filters={"state": "state", "dataset": "dataset", "kind": "kind"},
            search=("dataset__title",),
            rows=lambda found, actor: found.select_related("dataset__owner", "body"),
        )
    )
    register(Noun(name="datasets", …, creates={"create_dataset": CreateDataset}))

A command may return an object of any registered model (answered with that noun's output), a pair (object,
secret) – the secret is shown once – or None (204).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.db import models
from django.http.response import HttpResponseBase
from django.utils.module_loading import autodiscover_modules

from ledger import command as commands_of
from ledger import vocabulary
from ledger.actor import Actor
from ledger.errors import Text

if TYPE_CHECKING:
    from django.views import View
    from rest_framework.request import Request

    from ledger.api.outputs import Output
    from ledger.api.shapes import Shape

#: A filter is a lookup ("dataset__owner") or a function (query set, value, actor) → query set.
Filter = str | Callable[[models.QuerySet[Any], str, Actor], models.QuerySet[Any]]


def signed_in(actor: Actor, name: str) -> bool:
    """The least a creating command asks: somebody signed in."""
    return actor.user is not None


def machine_says(obj: Any, actor: Actor) -> list[str]:
    """The open commands of an object with a state machine."""
    return commands_of.open_commands(obj, actor)


def as_it_is(found: models.QuerySet[Any], actor: Actor) -> models.QuerySet[Any]:
    """No joins, no annotations."""
    return found


@dataclass(frozen=True, kw_only=True)
class Noun:
    """One kind of object and everything that may be done with it over HTTP.

    Attributes:
        name: the plural in addresses, e.g. "share-requests"; also the scope a token needs to write.
        model: its manager has `visible_to(actor)`.
        argument: the keyword under which a command receives the object, e.g. "filing".
        output: the serializer of the object (`ledger.api.outputs.Output`).
        commands: command → shape, on an object: POST /api/v1/<name>/<id>/<command>/.
        creates: command → shape, on the collection; the first one answers POST /api/v1/<name>/, the others
            POST /api/v1/<name>/<command>/.
        may_create: (actor, command) → whether the collection offers it to this actor.
        open: (object, actor) → names of the commands open now; by default the machine's.
        filters: query parameter → lookup or function; several values by comma where it is a lookup.
        search: lookups that `q=` looks into.
        order: column of the list, "-" for descending; the key breaks ties. Must not be null.
        orders: further columns that `order=` may name.
        list_fields: fields of list entries; empty = all. `fields=` chooses others.
        key: the column that addresses the object.
        seen: actor → the objects it may see, where the manager has no `visible_to`.
        rows: (query set, actor) → query set with the joins and annotations that output and positions need.
        reads: further GET addresses below an object: name → function(request, object, actor).
        label: what people call the collection.
        page: name of the URL of its page, taking the id, where one exists.
    """

    name: str
    model: type[models.Model]
    argument: str
    output: type[Output]
    commands: Mapping[str, type[Shape]] = field(default_factory=dict)
    creates: Mapping[str, type[Shape]] = field(default_factory=dict)
    may_create: Callable[[Actor, str], bool] = signed_in
    open: Callable[[Any, Actor], Sequence[str]] = machine_says
    filters: Mapping[str, Filter] = field(default_factory=dict)
    search: Sequence[str] = ()
    order: str = "-pk"
    orders: Sequence[str] = ()
    list_fields: Sequence[str] = ()
    key: str = "pk"
    seen: Callable[[Actor], models.QuerySet[Any]] | None = None
    rows: Callable[[models.QuerySet[Any], Actor], models.QuerySet[Any]] = as_it_is
    reads: Mapping[str, Callable[[Request, Any, Actor], HttpResponseBase]] = field(default_factory=dict)
    label: Text = ""
    page: str = ""

    def visible_to(self, actor: Actor) -> models.QuerySet[Any]:
        """The objects this actor may see, ready for output."""
        # A model given here brings the visibility manager; the type of a default manager has not.
        seen = self.seen or self.model._default_manager.visible_to  # type: ignore[attr-defined]
        return self.rows(seen(actor), actor)

    def id_of(self, obj: models.Model) -> Any:
        """What addresses the object."""
        return getattr(obj, self.key)

    def call(self, name: str) -> Callable[..., Any]:
        """The command itself."""
        return vocabulary.COMMANDS[name].call

    def shape(self, name: str) -> type[Shape]:
        """The shape of a command's body."""
        return self.commands[name] if name in self.commands else self.creates[name]

    def open_commands(self, obj: models.Model, actor: Actor) -> list[str]:
        """What this actor may do with the object now, through this door."""
        return (
            [name for name in self.open(obj, actor) if name in self.commands]
            if self.writable_by(actor)
            else []
        )

    def open_creates(self, actor: Actor) -> list[str]:
        """What this actor may create."""
        return (
            [name for name in self.creates if self.may_create(actor, name)] if self.writable_by(actor) else []
        )

    def writable_by(self, actor: Actor) -> bool:
        """Whether the actor's token, if it is one, covers this noun."""
        return covers(actor, self.name)


def covers(actor: Actor, name: str) -> bool:
    """Whether the actor's token, if it is one, may write this noun or place."""
    return actor.scopes is None or "*" in actor.scopes or name in actor.scopes


@dataclass(frozen=True)
class Place:
    """An address of the API that is no collection of objects with commands (tasks, profiles, the change feed).

    Attributes:
        detail: answers for one object below it.
        posts: further addresses below it that are written to: name → view.
    """

    name: str
    view: type[View]
    label: Text = ""
    detail: type[View] | None = None
    posts: Mapping[str, type[View]] = field(default_factory=dict)


NOUNS: dict[str, Noun] = {}
PLACES: dict[str, Place] = {}


def register(*nouns: Noun | Place) -> None:
    """Add nouns to the API.

    Raises:
        ValueError: a name twice, or a command that nobody registered.
    """
    for noun in nouns:
        if noun.name in NOUNS or noun.name in PLACES:
            raise ValueError(f"{noun.name} is registered twice")
        if isinstance(noun, Place):
            PLACES[noun.name] = noun
            continue
        unknown = {*noun.commands, *noun.creates} - set(vocabulary.COMMANDS)
        if unknown:
            raise ValueError(f"{noun.name}: no such commands: {', '.join(sorted(unknown))}")
        NOUNS[noun.name] = noun


def extend(name: str, **further: Mapping[str, Any]) -> None:
    """Hang further commands, creates, filters or reads of an upper floor into a noun of a lower one."""
    noun = NOUNS[name]
    both: dict[str, Any] = {part: {**getattr(noun, part), **more} for part, more in further.items()}
    del NOUNS[name]
    register(replace(noun, **both))


@cache
def load() -> None:
    """Let every floor register its nouns, once; the ground floor first, for others extend it."""
    for part in ("organisations", "people", "mandates", "erasures", "tokens"):
        import_module(f"ledger.api.parties.{part}")
    for part in ("reading", "entries", "receipts", "messages"):
        import_module(f"ledger.api.{part}")
    autodiscover_modules("api")


def all_nouns() -> list[Noun]:
    """Every noun, in order of registration."""
    load()
    return list(NOUNS.values())


def noun_named(name: str) -> Noun | None:
    """The noun of that name, if there is one."""
    load()
    return NOUNS.get(name)


def noun_of(model: type[models.Model]) -> Noun | None:
    """The noun whose objects are of this model."""
    return next((noun for noun in all_nouns() if noun.model is model), None)


def scopes() -> list[str]:
    """Everything a token may be allowed to write."""
    return sorted({*NOUNS, *(place.name for place in PLACES.values() if place.posts)})


def shapes() -> dict[str, type[Shape]]:
    """Every command with its shape."""
    return {name: noun.shape(name) for noun in all_nouns() for name in (*noun.commands, *noun.creates)}
