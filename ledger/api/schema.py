"""The OpenAPI description: read off nouns and shapes, so that it cannot promise what the API does not do."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from ledger import vocabulary
from ledger.api.nouns import Noun

QUERY, HEADER, PATH = OpenApiParameter.QUERY, OpenApiParameter.HEADER, OpenApiParameter.PATH


def parameter(name: str, words: str, where: Any = QUERY, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, where, description=words, required=where == PATH)


LISTING = [
    parameter("cursor", "Where to go on; from “next”."),
    parameter("page_size", "1 to 200 entries a page.", kind=OpenApiTypes.INT),
    parameter("order", "Column, with - for descending."),
    parameter("q", "Words to search for."),
]
CHOOSING = [
    parameter("fields", "Fields to show, by comma."),
    parameter("expand", "Links to expand, by comma; “actions” adds what the caller may do."),
]
WRITING = [
    parameter("Idempotency-Key", "The same key and body are done once and answered twice.", HEADER),
    parameter("wait", "Seconds to wait until the entry is in the log, at most 10.", kind=OpenApiTypes.NUMBER),
]
MATCHING = [parameter("If-Match", "ETag of the object as it was read; 412 if it changed since.", HEADER)]


class Problem(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(required=False)
    code = serializers.CharField(required=False)
    rule = serializers.CharField(required=False)
    clause = serializers.CharField(required=False)
    remedy = serializers.CharField(required=False)
    errors = serializers.ListField(child=serializers.DictField(child=serializers.CharField()), required=False)


class Action(serializers.Serializer):
    """One command the caller may give now."""

    name = serializers.CharField()
    href = serializers.CharField()
    method = serializers.CharField()
    schema = serializers.CharField()
    label = serializers.CharField()


REFUSALS = {
    400: "The body or a parameter is malformed; every fault with its place.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "Visible, but this caller may not.",
    404: "Nothing here that this caller may see.",
    409: "Allowed, but not in this state.",
    412: "The object changed since it was read.",
    415: "Content type not understood.",
    422: "A rule of the profile refuses; rule, clause and remedy are named.",
}


def refusals(*statuses: int) -> dict[Any, OpenApiResponse]:
    """Problems by status."""
    return {
        (status, "application/problem+json"): OpenApiResponse(Problem, REFUSALS[status])
        for status in statuses
    }


class BearerScheme(OpenApiAuthenticationExtension):
    """How a token is sent."""

    target_class = "ledger.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `tokens`, shown once when issued.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """A browser's session."""

    target_class = "ledger.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Writing needs the CSRF token.",
        }


class LedgerSchema(AutoSchema):
    """Describes views of nouns from their noun; other views as objects."""

    @property
    def noun(self) -> Noun | None:
        return getattr(self.view, "noun", None)

    def of_view(self, name: str, otherwise: Any = None) -> Any:
        """What a view that is no noun's says of itself (`ReaderView`)."""
        return getattr(self.view, name, otherwise)

    @property
    def deed(self) -> str:
        """list, retrieve, why_not, read, act or create; "" for a view of its own."""
        return getattr(self.view, "action", "") or ""

    @property
    def command_name(self) -> str:
        return getattr(self.view, "command_name", "")

    def get_operation_id(self) -> str:
        """noun.command or noun.list."""
        if self.noun is None:
            return f"{type(self.view).__name__}.{self.method.lower()}"
        deed = self.deed if self.deed in ("list", "retrieve", "why_not") else self.command_name
        return f"{self.noun.name}.{deed}"

    def get_tags(self) -> list[str]:
        return [self.noun.name if self.noun else "start"]

    def get_summary(self) -> str:
        """The command's label, or what the view says of itself."""
        if self.deed in ("act", "create"):
            return str(vocabulary.COMMANDS[self.command_name].label)
        return (getattr(self.view, self.deed or self.method.lower()).__doc__ or "").strip().split("\n")[0]

    def get_description(self) -> str:
        """What the command's own docstring says, first paragraph."""
        if self.deed not in ("act", "create"):
            return ""
        words = vocabulary.COMMANDS[self.command_name].call.__doc__ or ""
        return " ".join(words.split("\n\n")[0].split())

    def get_override_parameters(self) -> list[OpenApiParameter]:
        """Parameters by kind of address."""
        noun = self.noun
        if noun is None:
            of_path = [
                parameter(name, "", PATH) for name in ("name", "kind", "pk") if f"{{{name}}}" in self.path
            ]
            return of_path + [parameter(name, words) for name, words in self.of_view("asks", {}).items()]
        of_path = [parameter("pk", "The object's id.", PATH)] if "{pk}" in self.path else []
        filters = [parameter(name, "Filter.") for name in noun.filters]
        return of_path + {
            "list": [*LISTING, *CHOOSING, *filters],
            "retrieve": [*CHOOSING, parameter("If-None-Match", "ETag; 304 if nothing changed.", HEADER)],
            "why_not": [parameter("command", "The command that is missing.")],
            "act": [*WRITING, *MATCHING],
            "create": WRITING,
        }.get(self.deed, [])

    def get_request_serializer(self) -> Any:
        """The command's shape, or the view's own."""
        if self.noun is None:
            return self.of_view("shape")
        return self.noun.shape(self.command_name) if self.noun and self.deed in ("act", "create") else None

    def get_response_serializers(self) -> Any:
        """What is answered, and the problems that may be answered instead."""
        noun = self.noun
        if noun is None:
            return {200: OpenApiTypes.OBJECT} | (
                refusals(400, 401, 403) if self.of_view("shape") else refusals(404)
            )
        if self.deed == "list":
            return {200: self.page_of(noun)} | refusals(400, 401)
        if self.deed == "retrieve":
            return {200: noun.output, 304: None} | refusals(400, 401, 404)
        if self.deed in ("why_not", "read"):
            return {200: OpenApiTypes.OBJECT} | refusals(400, 404)
        return self.of_command() | refusals(400, 401, 403, 404, 409, 412, 415, 422)

    def of_command(self) -> dict[Any, Any]:
        """An object with its entry, a new one, or nothing."""
        return {200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT, 204: None}

    def page_of(self, noun: Noun) -> Any:
        """A page of the noun's objects."""
        fields = {
            "results": noun.output(many=True),
            "next": serializers.CharField(allow_null=True),
            "actions": Action(many=True),
        }
        return inline_serializer(f"{noun.name.title().replace('-', '')}Page", fields)

    def get_filter_backends(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        """The page is described whole, not as a bare list."""
        return False
