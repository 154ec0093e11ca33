"""Messages over the API: what happened to the cases of the organisation acted for, and how far one has read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import messages, vocabulary
from ledger.actor import Actor
from ledger.api import actions
from ledger.api.addresses import entry_url, object_url
from ledger.api.authentication import actor_of
from ledger.api.idempotency import Answer, once
from ledger.api.nouns import Place, register
from ledger.api.queries import page_of, refused
from ledger.api.shapes import Shape
from ledger.api.subjects import visible_cases
from ledger.api.views import ReaderView, next_url
from ledger.errors import NotFound, NotPermitted
from ledger.models import Message

FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


class Messages(ReaderView):
    """What one is told, the newest first."""

    asks = {
        "cursor": "Where to go on; from “next”.",
        "page_size": "1 to 200 messages a page.",
        "unread": "1: only what is unread.",
    }

    def get(self, request: Request) -> Response:
        """Messages for the organisation acted for, and those in person."""
        actor, params = actor_of(request), request.query_params
        for name in sorted(set(params) - set(self.asks)):
            known = ", ".join(sorted(self.asks))
            raise refused(name, "unknown", _("Unknown parameter. Known here: %(known)s.") % {"known": known})
        found = Message.objects.visible_to(actor)
        if flag(params.get("unread", "")):
            found = found.unread()
        rows, cursor = page_of(found, "-index", params)
        return Response({"results": shown(rows, actor), "next": next_url(request, cursor), "actions": []})


class MessageDetail(ReaderView):
    """One message."""

    def get(self, request: Request, pk: str) -> Response:
        """By its id, which stays the same however often the log is read."""
        actor = actor_of(request)
        try:
            found = Message.objects.addressed_to(actor).filter(uid=uuid.UUID(pk))
        except ValueError:
            raise NotFound(code="not_found") from None
        if not (rows := shown(found, actor)):
            raise NotFound(code="not_found")
        return Response(rows[0])


class ReadUntil(Shape):
    """How far one has read."""

    until = serializers.IntegerField(
        min_value=0, max_value=2**62, label=gettext_lazy("index of the newest entry read")
    )


class ReadMessages(ReaderView):
    """Note how far one has read, for the organisation acted for."""

    shape = ReadUntil

    def post(self, request: Request) -> Response:
        """Messages of entries up to the index `until` are read; what is read stays read."""
        actor = actor_of(request)
        if actor.user is None:
            raise NotPermitted(_("Sign in to read messages."), code="not_permitted")
        actions.demand_scope("messages", actor)
        shape = ReadUntil(data=request.data)
        shape.is_valid(raise_exception=True)

        def work() -> Answer:
            return Answer(200, {"unread_from": messages.mark_read(actor, shape.arguments["until"])})

        answer, replayed = once(request, actor, work)
        return answer.response(**({"Idempotent-Replayed": "true"} if replayed else {}))


def flag(text: str) -> bool:
    """Yes or no.

    Raises:
        ValidationError: neither.
    """
    if text.lower() not in FLAGS:
        raise refused("unread", "invalid", _("“%(value)s” is no value for this filter.") % {"value": text})
    return FLAGS[text.lower()]


def shown(found: Iterable[Message], actor: Actor) -> list[dict[str, Any]]:
    """Messages with the words and the case as they are today, as far as the case may still be seen."""
    rows = list(found)
    cases = visible_cases({one.subject for one in rows}, actor)
    return [row(one, cases[one.subject]) for one in rows if one.subject in cases]


def row(one: Message, case: Any) -> dict[str, Any]:
    """One message."""
    return {
        "id": str(one.uid), "url": f"/api/v1/messages/{one.uid}/", "state": "unread" if one.is_unread else "read",
        "index": one.index, "type": one.kind, "label": str(vocabulary.EVENTS.get(one.kind, one.kind)),
        "subject": one.subject, "case": {"url": object_url(case), "label": str(case)},
        "entry": entry_url(one.entry_uid), "at": one.at, "read": not one.is_unread,
    }  # fmt: skip


register(
    Place("messages", Messages, gettext_lazy("Messages"), detail=MessageDetail, posts={"read": ReadMessages})
)
