"""The log over the API: public envelopes for everybody, bodies for the parties of a case, and the feed of changes."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import vocabulary
from ledger.actor import Actor
from ledger.api.authentication import actor_of
from ledger.api.bodies import event_named, past_of, reads_body
from ledger.api.nouns import Place, register
from ledger.api.queries import page_size, refused
from ledger.api.subjects import visible_case, visible_cases
from ledger.api.views import ReaderView
from ledger.entry import Leaf
from ledger.errors import NotFound
from ledger.models import Body, Event
from ledger.models import Leaf as Sequenced
from ledger.past import Past, history_of

BIGGEST = 2**63 - 1


class Entries(ReaderView):
    """`?subject=filing:12`: what happened to one thing. Without it the newest envelopes."""

    def get(self, request: Request) -> Response:
        """Envelopes, with bodies where the reader is a party; `type` narrows."""
        actor, about = actor_of(request), request.query_params.get("subject", "")
        wanted = request.query_params.get("type", "")
        if not about:
            return Response(newest(request, wanted))
        case = visible_case(about, actor)
        if case is None:
            raise NotFound()
        past = [one for one in history_of([about]) if not wanted or one.kind == wanted]
        rows = [told(one, about, case, actor) for one in past]
        return Response({"results": rows, "next": None, "actions": []})


class EntryDetail(ReaderView):
    """One entry: its exact public bytes, its place, and for the parties the body with the key that opens it."""

    def get(self, request: Request, pk: str) -> Response:
        """The envelope; the rest where permitted."""
        actor, event = actor_of(request), event_named(pk)
        leaf, place = Leaf.parse(bytes(event.leaf)), Sequenced.objects.filter(event_id=event.pk).first()
        body = envelope(event.uid, leaf.kind, leaf.at, place.idx if place else None)
        body |= {
            "leaf": base64.b64encode(bytes(event.leaf)).decode(),
            "leaf_hash": bytes(event.leaf_hash).hex(),
        }
        if visible_case(event.subject, actor) is not None:
            body |= {"subject": event.subject}
        past, kept = past_of(event, actor), Body.objects.filter(event_uid=event.uid).first()
        if past is not None and kept is not None and kept.key is not None:
            body |= {"body": past.body, "key": base64.b64encode(bytes(kept.key)).decode()}
        return Response(body)


class Changes(ReaderView):
    """`?since=N`: entries from index N on, in the order of the log; the subject where the reader may see it."""

    def get(self, request: Request) -> Response:
        """One page; `next` continues where it ends, also when nothing is there yet."""
        actor, size = actor_of(request), page_size(request.query_params)
        since = index(request.query_params.get("since", "0"))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT l.idx, e.uid, e.leaf, e.subject FROM log_leaf l JOIN log_event e ON e.id = l.event_id"
                " WHERE l.idx >= %s ORDER BY l.idx LIMIT %s",
                [since, size],
            )
            found = cursor.fetchall()
        seen = visible_cases({row[3] for row in found}, actor)
        rows = []
        for place, uid, raw, subject in found:
            leaf = Leaf.parse(bytes(raw))
            rows.append(
                envelope(uid, leaf.kind, leaf.at, place) | ({"subject": subject} if subject in seen else {})
            )
        following = found[-1][0] + 1 if found else since
        return Response({"results": rows, "next": f"{request.path}?since={following}", "actions": []})


def newest(request: Request, wanted: str) -> dict[str, Any]:
    """The newest envelopes; `cursor` is the index to go on below."""
    size, below = page_size(request.query_params), index(request.query_params.get("cursor", str(BIGGEST)))
    sequenced = Sequenced.objects.filter(idx__lt=below).order_by("-idx")
    if wanted:
        sequenced = sequenced.filter(event_id__in=Event.objects.filter(kind=wanted).values("id"))
    places = list(sequenced[: size + 1])
    events = Event.objects.in_bulk([place.event_id for place in places])
    rows = []
    for place in places[:size]:
        leaf = Leaf.parse(bytes(events[place.event_id].leaf))
        rows.append(envelope(events[place.event_id].uid, leaf.kind, leaf.at, place.idx))
    following = f"{request.path}?cursor={places[size - 1].idx}" if len(places) > size else None
    return {"results": rows, "next": following, "actions": []}


def envelope(uid: uuid.UUID, kind: str, at: Any, place: int | None) -> dict[str, Any]:
    """What everybody reads of an entry."""
    return {
        "id": str(uid), "url": f"/api/v1/entries/{uid}/", "state": "sequenced" if place is not None else "pending",
        "index": place, "type": kind, "label": str(vocabulary.EVENTS.get(kind, kind)), "at": at,
    }  # fmt: skip


def told(past: Past, about: str, case: models.Model, actor: Actor) -> dict[str, Any]:
    """An entry of a case the reader sees, with its body where they are a party."""
    row = envelope(past.uid, past.kind, past.at, past.index) | {"subject": about}
    return row | ({"body": past.body} if reads_body(past, case, actor) else {})


def index(text: str) -> int:
    """A place in the log.

    Raises:
        ValidationError: no whole number.
    """
    if not text.isdecimal() or len(text) > 19 or int(text) > BIGGEST:
        raise refused("since", "invalid", _("A whole number: the index of an entry."))
    return int(text)


register(
    Place("entries", Entries, gettext_lazy("Entries of the log"), EntryDetail),
    Place("changes", Changes, gettext_lazy("Changes, in the order of the log")),
)
