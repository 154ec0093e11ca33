"""Proofs of single entries: as text for everybody, as a file with what was said for who may read it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ledger import keys, receipts, verify
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


@require_safe
def verifier(_request: HttpRequest) -> HttpResponse:
    """The offline verifier itself: one file to keep, to read and to run elsewhere."""
    response = HttpResponse(Path(verify.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return _open(response, "public, max-age=60")


class Given(forms.Form):
    """A receipt to check."""

    receipt = forms.FileField(
        label=_("Receipt"),
        help_text=_("A file that ends in .receipt.json. Drop it here, or choose it."),
        allow_empty_file=True,
    )


def check(request: HttpRequest) -> HttpResponse:
    """Whether a receipt holds for this log. Nothing of the file is kept."""
    form = Given(request.POST or None, request.FILES or None)
    report = (
        judged(form.cleaned_data["receipt"].read(verify.RECEIPT_LONGEST + 1)) if form.is_valid() else None
    )
    return render(
        request, "ledger/log/check.html", {"form": form, "report": report, "keys": keys.load().signing}
    )


def judged(data: bytes) -> dict[str, Any]:
    """What the offline verifier says, by the keys this log has and had."""
    known = [verify.parse_key(str(key), verify.LOG_KEY) for key in keys.load().verifiers]
    try:
        return verify.check_receipt(data, None, known, None)
    except verify.Failed as failure:
        return {"verdict": "failed", "says": str(failure)}
    except verify.Undecided as lack:
        return {"verdict": "undecided", "says": str(lack)}


def _wait(request: HttpRequest) -> float:
    """Seconds to wait; what is no such number waits not at all."""
    text = request.GET.get("wait", "0")
    return min(float(text), LONGEST_WAIT) if text.replace(".", "", 1).isdecimal() and len(text) < 9 else 0.0


def _open(response: HttpResponse, caching: str) -> HttpResponse:
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"
    return response
