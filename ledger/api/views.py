"""The views behind every noun: list, object, why-not, and one way for all commands – validate the shape,
call, answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as FieldFault
from django.db import models
from django.http import HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ledger.actor import Actor
from ledger.api import actions, answers, nouns, versions
from ledger.api.addresses import collection_url
from ledger.api.authentication import actor_of
from ledger.api.idempotency import once
from ledger.api.jsonschema import schema_of
from ledger.api.nouns import Noun
from ledger.api.problems import KINDS, of_kind
from ledger.api.queries import Query, expansions
from ledger.api.shapes import Shape
from ledger.command import expecting
from ledger.errors import NotFound


class ReaderView(APIView):
    """What all views share: answers depend on who asks and in which language, and are kept by nobody else.

    Views that are no noun's say here what the description of the API tells of them: `asks` the query's parameters with
    their words, `shape` the body of what is posted.
    """

    asks: Mapping[str, str] = {}
    shape: type[Shape] | None = None

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Caches must not mix up readers."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Accept, Accept-Language, Authorization, Cookie, X-Organisation"
        return response


class NounViewSet(ReaderView, viewsets.ViewSet):
    """One noun. `noun` and, for the address of a command, `command_name` are given where the address is
    made.
    """

    noun: Noun = None
    command_name = ""

    def list(self, request: Request) -> Response:
        """The objects this actor may see."""
        actor, query = actor_of(request), Query.read(self.noun, request.query_params, listing=True)
        rows, cursor = query.page(self.noun.visible_to(actor), actor)
        body = {
            "results": rendered(query, rows, actor, with_actions="actions" in query.expand),
            "next": next_url(request, cursor),
            "actions": actions.on_collection(self.noun, actor),
        }
        return Response(body)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One object with its open commands."""
        actor, query = actor_of(request), Query.read(self.noun, request.query_params, listing=False)
        obj = visible(self.noun, actor, pk)
        body = rendered(query, [obj], actor, with_actions=not query.fields or "actions" in query.expand)[0]
        tag = versions.tag_of(obj, body)
        if versions.is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})

    def why_not(self, request: Request, pk: str) -> Response:
        """What is missing for `?command=`."""
        actor = actor_of(request)
        obj = visible(self.noun, actor, pk)
        return Response(actions.explained(self.noun, obj, actor, request.query_params.get("command", "")))

    def read(self, request: Request, pk: str) -> HttpResponseBase:
        """A further address below the object."""
        actor = actor_of(request)
        return self.noun.reads[self.command_name](request, visible(self.noun, actor, pk), actor)

    def act(self, request: Request, pk: str) -> Response:
        """A command on the object."""
        actor = actor_of(request)
        obj = visible(self.noun, actor, pk)
        return answered(request, actor, self.noun, self.command_name, obj)

    def create(self, request: Request) -> Response:
        """A command on the collection."""
        return answered(request, actor_of(request), self.noun, self.command_name, None)


def visible(noun: Noun, actor: Actor, pk: str) -> Any:
    """The object.

    Raises:
        NotFound: there is none that this actor may see.
    """
    try:
        found = noun.visible_to(actor).filter(**{noun.key: pk}).first()
    except (ValueError, TypeError, FieldFault):
        found = None
    if found is None:
        raise NotFound(code="not_found")
    return found


def rendered(query: Query, rows: list[Any], actor: Actor, *, with_actions: bool) -> list[dict[str, Any]]:
    """The outputs of some rows."""
    context = {"actor": actor, "noun": query.noun, "fields": query.fields}
    context["expanded"] = expansions(query, rows, actor)
    bodies = [dict(body) for body in query.noun.output(rows, many=True, context=context).data]
    if with_actions:
        for row, body in zip(rows, bodies, strict=True):
            body["actions"] = actions.on_object(query.noun, row, actor)
    return bodies


def next_url(request: Request, cursor: str) -> str | None:
    """The address of the next page."""
    if not cursor:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return f"{request.path}?{params.urlencode()}"


def answered(request: Request, actor: Actor, noun: Noun, name: str, obj: models.Model | None) -> Response:
    """Run a command once and answer it."""

    def work() -> answers.Answer:
        return answers.of_command(actor, noun, name, obj, arguments(request, actor, noun, name, obj))

    actions.demand_scope(noun.name, actor)
    seconds = answers.wait_of(request)
    with expecting(obj, versions.expected(request)):
        answer, replayed = once(request, actor, work)
    return answers.waited(answer, seconds, replayed=replayed)


def arguments(
    request: Request, actor: Actor, noun: Noun, name: str, obj: models.Model | None
) -> dict[str, Any]:
    """Permission first, then the shape; what comes out are the command's keyword arguments."""
    if obj is None:
        actions.demand_creatable(noun, actor, name)
    else:
        actions.demand_open(noun, obj, actor, name)
    shape = noun.shape(name)(data=request.data, context={"actor": actor, "object": obj})
    shape.is_valid(raise_exception=True)
    return shape.arguments


class Root(ReaderView):
    """Where a client starts: every noun with its address and what the caller may create."""

    def get(self, request: Request) -> Response:
        """The nouns."""
        actor = actor_of(request)
        listed = {noun.name: self.entry(noun, actor) for noun in nouns.all_nouns()}
        places = {
            place.name: {"href": f"/api/v1/{place.name}/", "label": str(place.label), "actions": []}
            for place in nouns.PLACES.values()
        }
        return Response(
            {"actor": who(actor), "nouns": listed | places, "openapi": "/api/schema/", "docs": "/api/docs/"}
        )

    @staticmethod
    def entry(noun: Noun, actor: Actor) -> dict[str, Any]:
        made = actions.on_collection(noun, actor)
        return {"href": collection_url(noun), "label": str(noun.label or noun.name), "actions": made}


def who(actor: Actor) -> dict[str, Any]:
    """The caller as the server sees them."""
    organisation = actor.organisation
    return {
        "username": actor.user.username if actor.user else None,
        "organisation": {"id": organisation.pk, "label": organisation.name} if organisation else None,
        "roles": sorted(actor.roles),
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    }


class SchemaOfCommand(ReaderView):
    """The JSON Schema of a command's body; `?of=<noun>/<id>` offers what fits that object (clauses, fields)."""

    def get(self, request: Request, name: str) -> Response:
        """The schema, in the reader's language."""
        actor, shape = actor_of(request), nouns.shapes().get(name)
        if shape is None:
            raise NotFound(code="not_found")
        context = {"actor": actor, "object": named_object(request.query_params.get("of", ""), actor)}
        body = schema_of(name, shape(context=context), request.get_full_path())
        return Response(body, content_type="application/schema+json")


def named_object(text: str, actor: Actor) -> Any:
    """The object of "<noun>/<id>", None without one.

    Raises:
        NotFound: there is none that this actor may see.
    """
    if not text:
        return None
    name, _slash, pk = text.partition("/")
    noun = nouns.noun_named(name)
    if noun is None:
        raise NotFound(code="not_found")
    return visible(noun, actor, pk)


class ProblemKind(ReaderView):
    """What a `type` of problem means."""

    def get(self, request: Request, kind: str) -> Response:
        """Title, status, remedy."""
        if kind not in KINDS:
            raise NotFound(code="not_found")
        return Response(of_kind(kind))


class Nowhere(ReaderView):
    """Whatever the API does not know: a problem, never an HTML page. A forgotten slash is put right."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before method or content are looked at."""
        raise NotFound(code="not_found")

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Redirect to the address with a slash, if there is one; 308 keeps method and body."""
        if settings.APPEND_SLASH and not request.path.endswith("/") and leads_somewhere(request.path + "/"):
            target = HttpResponsePermanentRedirect(
                request.get_full_path(force_append_slash=True), preserve_request=True
            )
            return target
        return super().dispatch(request, *args, **kwargs)


def leads_somewhere(path: str) -> bool:
    """Whether the API has this address."""
    try:
        return getattr(resolve(path).func, "cls", None) is not Nowhere
    except Resolver404:
        return False
