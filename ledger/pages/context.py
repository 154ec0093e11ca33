"""What every page needs around its content: who acts, the navigation, languages, theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from ledger import messages
from ledger.access import mandates_of
from ledger.models import Checkpoint, Membership, Organisation
from ledger.pages import board
from ledger.sessions import actor_of

THEMES = ("light", "dark")
#: Beyond so many unread messages nobody counts.
MANY = 99


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The frame of a page; whatever costs a query is found only when a template asks for it."""
    theme = request.COOKIES.get("theme", "")
    return {
        "actor": SimpleLazyObject(lambda: actor_of(request)),
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "houses": SimpleLazyObject(lambda: houses(request)),
        "lang": "en" if (get_language() or "").startswith("en") else "zh-Hans",
        "languages": settings.LANGUAGES,
        "theme": theme if theme in THEMES else "",
        "sealed": sealed,
        "unread": lambda: unread(request),
        "here": request.get_full_path(),
    }


def sealed() -> int:
    """How many entries the newest signed checkpoint holds; asked for by the footer alone."""
    return Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def unread(request: HttpRequest) -> str:
    """How many messages are unread, for the bell; "" for none, and no exact number of very many."""
    count = messages.unread(actor_of(request), MANY + 1)
    return f"{MANY}+" if count > MANY else str(count or "")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries with their counts and the mark of the present one."""
    match = request.resolver_match
    present = match.url_name if match else ""
    entries = []
    for item in board.nav(request):
        count = item.count(request) if item.count else 0
        entries.append({"item": item, "count": count, "is_here": present in (item.name, *item.covers)})
    return entries


def houses(request: HttpRequest) -> list[Organisation]:
    """The organisations the person may act for: their own, then those that made them an agent."""
    if not request.user.is_authenticated:
        return []
    mine = (
        Membership.objects.filter(user=request.user, left_at=None)
        .select_related("organisation")
        .order_by("pk")
    )
    own = [membership.organisation for membership in mine]
    return list(dict.fromkeys([*own, *(mandate.principal for mandate in mandates_of(request.user))]))
