"""The one page behind every button: the command's shape as a form, the command, back to the case it moved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.views.decorators.cache import never_cache

from ledger import vocabulary
from ledger.actor import Actor
from ledger.api.actions import demand_open
from ledger.api.nouns import Noun, noun_named
from ledger.api.views import visible
from ledger.command import expecting
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused
from ledger.pages import board
from ledger.pages.deeds import Deed, deeds
from ledger.pages.forms import PageForm
from ledger.sessions import actor_of


def noun_or_404(name: str) -> Noun:
    """The noun of an address.

    Raises:
        NotFound: there is no such kind of thing.
    """
    noun = noun_named(name)
    if noun is None:
        raise NotFound()
    return noun


def address_of(obj: models.Model) -> str:
    """Where the page of an object is; the home page for what has none."""
    return board.address(obj) or reverse("home")


def deeds_of(noun_name: str, obj: models.Model, actor: Actor, primary: tuple[str, ...] = ()) -> list[Deed]:
    """The buttons of an object: exactly what the API's `actions` offers, each leading to its page."""
    noun = noun_named(noun_name)
    if noun is None:
        raise LookupError(f"no noun is called {noun_name}")
    base = f"/{noun.name}/{noun.id_of(obj)}/"
    return deeds(noun.open_commands(obj, actor), base, icons=board.icons(), primary=primary)


@never_cache
def act(request: HttpRequest, noun_name: str, key: str, command: str) -> HttpResponse:
    """One command on one object. A page read before somebody's change is refused, not overwritten."""
    noun, name, actor = noun_or_404(noun_name), command.replace("-", "_"), actor_of(request)
    obj = visible(noun, actor, key)
    if name not in noun.commands:
        raise NotFound()
    demand_open(noun, obj, actor, name)
    form = PageForm(noun.commands[name], request, actor, obj)
    if form.is_valid():
        version = request.POST.get("entry")
        with expecting(obj, {version} if version else None):
            result = attempt(noun, name, actor, form, **{noun.argument: noun.id_of(obj)})
        if form.refusal is None:
            return done(request, name, result, obj)
    return show(request, noun, name, form, obj)


@never_cache
def begin(request: HttpRequest, noun_name: str, command: str) -> HttpResponse:
    """A command that makes a new object."""
    noun, name, actor = noun_or_404(noun_name), command.replace("-", "_"), actor_of(request)
    if name not in noun.creates:
        raise NotFound()
    if name not in noun.open_creates(actor):
        raise NotPermitted()
    form = PageForm(noun.creates[name], request, actor, initial=request.GET.dict())
    if form.is_valid():
        result = attempt(noun, name, actor, form)
        if form.refusal is None:
            return done(request, name, result, None)
    return show(request, noun, name, form, None)


def attempt(noun: Noun, name: str, actor: Actor, form: PageForm, **case: Any) -> Any:
    """Call the command; a refusal that the reader can mend goes back into the form."""
    try:
        return noun.call(name)(actor=actor, **case, **form.values)
    except (BadShape, PolicyRefused) as refusal:
        form.refuse(refusal)
        return None


def done(request: HttpRequest, name: str, result: Any, case: models.Model | None) -> HttpResponse:
    """Say what was entered and go where the case is; a secret is shown once, at once."""
    event = vocabulary.EVENTS[vocabulary.COMMANDS[name].event]
    found, secret = result if isinstance(result, tuple) else (result, None)
    target = found if found is not None else case
    back = address_of(target) if target is not None else reverse("home")
    if secret is not None:
        return render(
            request, "ledger/secret.html", {"name": name, "made": found, "secret": secret, "back": back}
        )
    messages.success(request, str(event))
    return redirect(back)


def show(
    request: HttpRequest, noun: Noun, name: str, form: PageForm, obj: models.Model | None
) -> HttpResponse:
    """The form: a command's own template, or the plain one."""
    template = select_template([f"commands/{name}.html", "ledger/act.html"])
    context = {
        "form": form,
        "name": name,
        "command": vocabulary.COMMANDS[name],
        "consequence": board.consequence(name),
        "case": obj,
        "version": getattr(obj, "entry_uid", None) or "",
        "back": address_of(obj) if obj is not None else "",
        "is_grave": deeds([name], "")[0].grave,
        "has_file": any(control.kind == "file" for control in form),
    }
    return HttpResponse(template.render(context, request), status=form.status)
