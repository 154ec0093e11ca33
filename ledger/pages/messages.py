"""What happened to one's cases: the messages of the organisation acted for, and the button that marks them read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger import messages, vocabulary
from ledger.actor import Actor
from ledger.api.subjects import visible_cases
from ledger.models import Message
from ledger.pages import board
from ledger.sessions import actor_of

NEWEST = 50


@login_required
def told(request: HttpRequest) -> HttpResponse:
    """The newest, or those before one of them."""
    actor, before = actor_of(request), request.GET.get("before", "")
    found = Message.objects.visible_to(actor)
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))  # they are made in the order of the log
    page = list(found[: NEWEST + 1])
    context = {
        "told": lines(page[:NEWEST], actor),
        "newest": page[0].index if page and not before and page[0].is_unread else None,
        "older": page[NEWEST - 1].pk if len(page) > NEWEST else "",
    }
    return render(request, "ledger/messages.html", context)


def lines(found: Sequence[Message], actor: Actor) -> list[dict[str, Any]]:
    """Messages with the words and the case as they are today."""
    cases = visible_cases({one.subject for one in found}, actor)
    return [
        {
            "message": one,
            "label": vocabulary.EVENTS.get(one.kind, one.kind),
            "case": case,
            "href": board.address(case),
        }
        for one in found
        if (case := cases.get(one.subject))
    ]


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark read what the page showed; what came meanwhile stays unread."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 19:
        messages.mark_read(actor_of(request), int(until))
    return redirect("messages")
