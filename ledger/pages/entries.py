"""The log for people: how far it has grown, the newest entries, one entry and how to check it."""

from __future__ import annotations

import base64
import uuid

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import vocabulary
from ledger.entry import Leaf
from ledger.errors import NotFound
from ledger.models import Checkpoint, Event, Head
from ledger.models import Leaf as Place

NEWEST = 50

_ENTRIES = """
SELECT l.idx, e.uid, e.leaf FROM log_leaf l JOIN log_event e ON e.id = l.event_id
WHERE l.idx < %s ORDER BY l.idx DESC LIMIT %s
"""


def log(request: HttpRequest) -> HttpResponse:
    """Size, root, signature, and what was entered last: public leaves only, they name no one."""
    head = Head.objects.get()
    before = request.GET.get("before", "")
    top = min(int(before), head.size) if before.isdecimal() and len(before) < 19 else head.size
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [top, NEWEST])
        rows = [(index, uid, Leaf.parse(bytes(leaf))) for index, uid, leaf in cursor.fetchall()]
    shown = [(index, uid, leaf.at, vocabulary.EVENTS.get(leaf.kind, leaf.kind)) for index, uid, leaf in rows]
    context = {
        "size": head.size,
        "root": base64.b64encode(bytes(head.root)).decode(),
        "checkpoint": Checkpoint.objects.order_by("-size").first(),
        "entries": shown,
        "older": rows[-1][0] if rows and rows[-1][0] else None,
    }
    return render(request, "ledger/log/log.html", context)


def entry(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One entry: its public bytes, its place, its receipt."""
    event = Event.objects.filter(uid=uid).first()
    if event is None:
        raise NotFound()
    leaf = Leaf.parse(bytes(event.leaf))
    place = Place.objects.filter(event_id=event.pk).first()
    context = {
        "uid": uid,
        "leaf": leaf,
        "label": vocabulary.EVENTS.get(leaf.kind, leaf.kind),
        "text": bytes(event.leaf).decode(),
        "hash": bytes(event.leaf_hash).hex(),
        "index": place.idx if place else None,
    }
    return render(request, "ledger/log/entry.html", context)
