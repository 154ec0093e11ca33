"""Proofs of single entries: as text for everybody, as a file with what was said for who may read it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ledger import receipts
from ledger.api.receipts import RETRY, receipt_for
from ledger.errors import NotFound
from ledger.models import Event
from ledger.pages.log import A_MOMENT, FOR_EVER, TEXT
from ledger.sessions import actor_of
from ledger.witnesses import published_policy

LONGEST_WAIT = 10.0


@require_safe
def proof(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The tlog-proof of an entry; 404 until its place is signed, `?wait=2` waits for that."""
    found = receipts.proof_of(uid, _wait(request)) if Event.objects.filter(uid=uid).exists() else None
    if found is None:
        headers = {"Retry-After": RETRY}
        return HttpResponse(
            "no signed tree holds this entry yet\n", status=404, content_type=TEXT, headers=headers
        )
    return _open(HttpResponse(found.text(), content_type=TEXT), A_MOMENT)


@require_safe
def leaf(_request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The exact public bytes of an entry, once they have a place."""
    event = Event.objects.filter(uid=uid).first()
    if event is None or receipts.proof_of(uid) is None:
        raise Http404("no signed tree holds this entry")
    return _open(HttpResponse(bytes(event.leaf), content_type="application/json"), FOR_EVER)


@require_safe
def policy(_request: HttpRequest) -> HttpResponse:
    """The log's keys, its witnesses, and how many of them suffice (C2SP tlog-policy)."""
    return _open(HttpResponse(published_policy(), content_type=TEXT), "public, max-age=60")


@require_safe
def receipt_file(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """The receipt as a file, with what the entry says where this reader may know it."""
    event = Event.objects.filter(uid=uid).first()
    found = receipt_for(event, actor_of(request), _wait(request)) if event else None
    if found is None:
        raise NotFound()
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{uid}.receipt.json"'
    response["Cache-Control"] = "private, no-cache"
    return response


def _wait(request: HttpRequest) -> float:
    """Seconds to wait; what is no such number waits not at all."""
    text = request.GET.get("wait", "0")
    return min(float(text), LONGEST_WAIT) if text.replace(".", "", 1).isdecimal() and len(text) < 9 else 0.0


def _open(response: HttpResponse, caching: str) -> HttpResponse:
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"
    return response
