"""Addresses that are no collections of objects: what waits for me, and the profiles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from django.db.models import Min
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import policy, vocabulary
from ledger.actor import Actor
from ledger.api import actions
from ledger.api.authentication import actor_of
from ledger.api.nouns import Noun, Place, noun_of, register
from ledger.api.queries import page_size, refused
from ledger.api.views import ReaderView
from ledger.clock import today
from ledger.errors import NotFound
from ledger.models import Clock
from ledger.models.clocks import subject_of

MOST_A_NOUN = 500  # tasks of one kind that are weighed; an inbox that long needs a list with filters


class Tasks(ReaderView):
    """What waits for the actor in every noun, by due date."""

    def get(self, request: Request) -> Response:
        """One page, the most urgent first; `cursor` is a place in that order."""
        actor, size = actor_of(request), page_size(request.query_params)
        start = place(request.query_params.get("cursor", "0"))
        found = tasks_of(actor)
        following = (
            f"{request.path}?cursor={start + size}&page_size={size}" if len(found) > start + size else None
        )
        rows = [described(*task, actor) for task in found[start : start + size]]
        return Response({"results": rows, "next": following, "actions": []})


def place(text: str) -> int:
    """A place in the inbox.

    Raises:
        ValidationError: no number.
    """
    if not text.isdecimal() or len(text) > 6:
        raise refused(
            "cursor", "invalid", str(_("Follow the address in “next”; a cursor is not made by hand."))
        )
    return int(text)


def tasks_of(actor: Actor) -> list[tuple[Noun, Any, dt.date | None]]:
    """Every object that waits, with its nearest due date; no date comes last."""
    found: list[tuple[Noun, Any, dt.date | None]] = []
    for waits in vocabulary.TASKS.values() if actor.user else ():
        waiting = waits(actor)
        if noun := noun_of(waiting.model):
            rows = list(noun.rows(waiting, actor).order_by("pk")[:MOST_A_NOUN])
            dues = nearest_dues(rows)
            found += [(noun, row, dues.get(subject_of(row))) for row in rows]
    return sorted(found, key=lambda task: (task[2] is None, task[2] or dt.date.max, task[0].name, task[1].pk))


def nearest_dues(rows: list[Any]) -> dict[str, dt.date]:
    """The earliest due date among the running clocks of each case, in one query."""
    running = Clock.objects.running().filter(subject__in=[subject_of(row) for row in rows])
    nearest = running.order_by("subject").values("subject").annotate(first=Min("due"))
    return dict(nearest.values_list("subject", "first"))


def described(noun: Noun, obj: Any, due: dt.date | None, actor: Actor) -> dict[str, Any]:
    """One task: what it is, by when, what can be done."""
    return {
        "noun": noun.name,
        "id": noun.id_of(obj),
        "url": f"/api/v1/{noun.name}/{noun.id_of(obj)}/",
        "label": str(obj),
        "state": str(getattr(obj, "state", "")),
        "due": due,
        "overdue": due is not None and due < today(),
        "actions": actions.on_object(noun, obj, actor),
    }


class Profiles(ReaderView):
    """The jurisdiction profiles in force."""

    def get(self, request: Request) -> Response:
        """Names and addresses."""
        listed = [
            {
                "id": one.version,
                "url": f"/api/v1/profiles/{one.version}/",
                "state": "",
                "label": one.label(language(request)),
            }
            for one in policy.profiles()
        ]
        return Response({"results": listed, "next": None, "actions": []})


class ProfileDetail(ReaderView):
    """One version of a profile: every limit, clause and ground with its source."""

    def get(self, request: Request, pk: str) -> Response:
        """The whole of it; "cn@1" pins a version, "cn" is the newest."""
        try:
            found = policy.pinned(pk) if "@" in pk else policy.profile(pk)
        except (LookupError, policy.ProfileError):
            raise NotFound(code="not_found") from None
        body = {"id": found.version, "url": f"/api/v1/profiles/{found.version}/", "state": ""}
        return Response(body | msgspec.to_builtins(found))


def language(request: Request) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "en"))


register(
    Place("tasks", Tasks, _("What waits for me")),
    Place("profiles", Profiles, _("Jurisdiction profiles"), ProfileDetail),
)
