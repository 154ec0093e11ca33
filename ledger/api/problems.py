"""Every error of the API as an RFC 9457 problem: what is wrong, where in the body, by which rule, and what to do instead."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from ledger.errors import (
    BadShape,
    Fault,
    NotFound,
    NotPermitted,
    PolicyRefused,
    Refusal,
    StaleObject,
    WrongState,
)

server = logging.getLogger("django.request")

#: Kind, the last part of a problem's type → (status, title, what the reader can do).
KINDS: dict[str, tuple[int, str, str]] = {
    "bad-shape": (
        400,
        gettext_noop("The request is not valid"),
        gettext_noop("Correct the fields named and send it again."),
    ),
    "not-authenticated": (
        401,
        gettext_noop("Sign in first"),
        gettext_noop("Send a valid token: “Authorization: Bearer …”."),
    ),
    "not-permitted": (
        403,
        gettext_noop("You may not do this"),
        gettext_noop("Ask “why-not” of the object who may."),
    ),
    "not-found": (
        404,
        gettext_noop("Nothing here that you may see"),
        gettext_noop("Start from /api/v1/ and follow the addresses."),
    ),
    "method-not-allowed": (
        405,
        gettext_noop("This address does not know this method"),
        gettext_noop("Use one that the Allow header names."),
    ),
    "not-acceptable": (
        406,
        gettext_noop("This format is not offered"),
        gettext_noop("Ask for application/json."),
    ),
    "wrong-state": (
        409,
        gettext_noop("Not possible in this state"),
        gettext_noop("Open it again and use the actions it offers now."),
    ),
    "still-running": (
        409,
        gettext_noop("The first attempt is still running"),
        gettext_noop("Send it again in a moment with the same key."),
    ),
    "stale-object": (
        412,
        gettext_noop("Somebody changed this meanwhile"),
        gettext_noop("Open it again, look at the change, then repeat."),
    ),
    "too-large": (
        413,
        gettext_noop("The request is too large"),
        gettext_noop("Send less at once; files go as multipart/form-data."),
    ),
    "unsupported-media-type": (
        415,
        gettext_noop("This content type is not understood"),
        gettext_noop("Send application/json or multipart/form-data."),
    ),
    "policy-refused": (
        422,
        gettext_noop("A rule refuses this"),
        gettext_noop("See rule and clause."),
    ),
    "key-reused": (
        422,
        gettext_noop("This Idempotency-Key stands for another request"),
        gettext_noop("Use a new key for a new request."),
    ),
    "throttled": (
        429,
        gettext_noop("Too many requests"),
        gettext_noop("Wait as long as Retry-After says."),
    ),
    "internal": (
        500,
        gettext_noop("Something went wrong here"),
        gettext_noop("Nothing was changed. Try again later, or tell the operator when it happened."),
    ),
}
OF_REFUSAL = {
    BadShape: "bad-shape",
    NotPermitted: "not-permitted",
    NotFound: "not-found",
    WrongState: "wrong-state",
    StaleObject: "stale-object",
    PolicyRefused: "policy-refused",
}
OF_STATUS = {status: kind for kind, (status, _title, _remedy) in reversed(KINDS.items())}


class StillRunning(WrongState):
    """409: the same Idempotency-Key is at work in another request."""


class KeyReused(PolicyRefused):
    """422: the key was used for another request."""


OF_REFUSAL |= {StillRunning: "still-running", KeyReused: "key-reused"}


class ProblemRenderer(JSONRenderer):
    """JSON under the problem's own media type."""

    media_type = "application/problem+json"


def problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: any error becomes a problem, none leaks how the house is built."""
    request = context.get("request")
    set_rollback()
    body = described(error, context)
    if body["status"] == 500:
        server.error("Internal error at %s", getattr(request, "path", "?"), exc_info=error)
    if isinstance(error, NotPermitted) and not getattr(
        getattr(request, "user", None), "is_authenticated", False
    ):
        body |= of_kind("not-authenticated") | {"detail": body["detail"]}
    body["instance"] = getattr(request, "path", "")
    if request is not None:
        request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), ProblemRenderer.media_type
    return Response(
        body,
        body["status"],
        headers=headers_of(error, body["status"]),
        content_type=ProblemRenderer.media_type,
    )


def of_kind(kind: str) -> dict[str, Any]:
    """The fixed members of a kind of problem."""
    status, title, remedy = KINDS[kind]
    return {"type": f"/api/v1/problems/{kind}/", "title": _(title), "status": status, "remedy": _(remedy)}


def described(error: Exception, context: Mapping[str, Any]) -> dict[str, Any]:
    """The members of the problem an error is."""
    match error:
        case Refusal():
            return of_refusal(error)
        case exceptions.ValidationError():
            words = _("Some fields need another look.")
            return of_kind("bad-shape") | {
                "detail": words,
                "code": "invalid",
                "errors": list(map(of_fault, faults(error))),
            }
        case exceptions.APIException():
            return of_api_exception(error)
        case Http404():
            return of_kind("not-found") | {
                "detail": _("There is nothing at this address that you may see."),
                "code": "not_found",
            }
        case PermissionDenied():
            return of_kind("not-permitted") | {
                "detail": str(error) or _("You may not do this."),
                "code": "not_permitted",
            }
        case RequestDataTooBig():
            return of_kind("too-large") | {
                "detail": _("The body is larger than this server takes."),
                "code": "too_large",
            }
        case SuspiciousOperation() | UnreadablePostError() | DataError() | RecursionError():
            words = _("The request cannot be read, or a value fits nowhere.")
            return of_kind("bad-shape") | {"detail": words, "code": "unreadable"}
    return of_kind("internal") | {"detail": _("The server met a fault of its own."), "code": "internal"}


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    """A command's refusal with rule, clause and remedy."""
    kind = next(
        (OF_REFUSAL[cls] for cls in type(refusal).__mro__ if cls in OF_REFUSAL),
        OF_STATUS.get(refusal.status, "bad-shape"),
    )
    said: dict[str, Any] = {
        "detail": str(refusal.detail),
        "code": refusal.code,
        "rule": refusal.rule,
        "clause": refusal.clause,
    }
    said |= {"remedy": str(refusal.remedy), "errors": [of_fault(fault) for fault in refusal.errors]}
    return of_kind(kind) | {name: value for name, value in said.items() if value}


def of_api_exception(error: exceptions.APIException) -> dict[str, Any]:
    """What DRF refuses on its own: authentication, method, media type, parsing."""
    status = (
        401
        if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed)
        else error.status_code
    )
    kind = OF_STATUS.get(status, "internal" if status >= 500 else "bad-shape")
    return of_kind(kind) | {"status": status, "detail": str(error.detail), "code": str(error.get_codes())}


def headers_of(error: Exception, status: int) -> dict[str, str]:
    """What the status demands beside the body."""
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        known = isinstance(error, exceptions.AuthenticationFailed)
        headers["WWW-Authenticate"] = 'Bearer realm="api"' + (', error="invalid_token"' if known else "")
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, StillRunning):
        headers["Retry-After"] = "1"
    return headers


def of_fault(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "code": fault.code, "message": str(fault.message)}


def faults(error: exceptions.ValidationError) -> Iterator[Fault]:
    """DRF's nested faults as a flat list with JSON pointers."""
    yield from walk(error.detail, "")


def walk(detail: Any, pointer: str) -> Iterator[Fault]:
    """Descend: keys and indexes become the pointer, faults of the whole stand at the whole."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            step = "" if key == "non_field_errors" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from walk(inner, pointer + step)
    elif isinstance(detail, list | tuple):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from walk(inner, f"{pointer}/{place}" if nested else pointer)
    else:
        yield Fault(pointer, getattr(detail, "code", "invalid"), str(detail))
