"""The log for people: how far it has grown, the newest entries, one entry and how to check it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from ledger import audits, keys, receipts, vocabulary
from ledger import witnesses as witnessing
from ledger.actor import Actor
from ledger.api.bodies import past_of, reads_values
from ledger.api.parties.erasures import may_ask
from ledger.api.subjects import visible_case, visible_cases
from ledger.api.views import visible
from ledger.entry import Leaf, parse
from ledger.errors import NotFound
from ledger.explorer import Found, Search
from ledger.models import (
    Checkpoint,
    Cosignature,
    Disclosure,
    Event,
    Head,
    WatchedLog,
    WitnessContact,
    Witnessed,
)
from ledger.models import Leaf as Place
from ledger.pages.act import deeds_of, noun_or_404
from ledger.pages.board import address
from ledger.pages.history import items
from ledger.pages.qr import qr_of
from ledger.past import history
from ledger.sessions import actor_of

NEWEST = 50


class Filters(forms.Form):
    """What to look for. An empty field is not weighed."""

    type = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("Until"), required=False)
    about = forms.CharField(
        label=_("About"),
        required=False,
        max_length=80,
        help_text=_("Kind and number of a case, such as filing:12."),
    )
    mine = forms.BooleanField(label=_("Only what I did"), required=False)

    def __init__(self, data: QueryDict, actor: Actor) -> None:
        super().__init__(data)
        self.actor = actor
        kinds = sorted((str(label), kind) for kind, label in vocabulary.EVENTS.items())
        self.fields["type"].choices = [("", _("everything")), *((kind, label) for label, kind in kinds)]  # type: ignore[attr-defined]

    def clean_about(self) -> list[str]:
        """The subjects asked for, if this reader may see them: of others the log says nothing."""
        about = self.cleaned_data["about"].strip()
        if about and not visible_case(about, self.actor):
            raise forms.ValidationError(_("There is no such case that you may see."), code="unknown")
        return [about] if about else []

    def clean(self) -> dict[str, Any]:
        """The days in their order."""
        values = super().clean() or {}
        if values.get("since") and values.get("until") and values["since"] > values["until"]:
            self.add_error(
                "until", forms.ValidationError(_("The last day lies before the first."), code="days")
            )
        return values

    def search(self) -> Search:
        """The search asked for; what is at fault is not weighed."""
        self.is_valid()
        values = self.cleaned_data
        return Search(
            kind=values.get("type", ""),
            since=values.get("since"),
            until=values.get("until"),
            subjects=values.get("about", []),
            pseudonym=self.actor.pseudonym if values.get("mine") and self.actor.user else "",
        )


def log(request: HttpRequest) -> HttpResponse:
    """Size, root, signature, and what was entered: public lines, and for who may see a case the way to it."""
    head, actor = Head.objects.get(), actor_of(request)
    form = Filters(request.GET, actor)
    search, before = form.search(), request.GET.get("before", "")
    top = min(int(before), head.size) if before.isdecimal() and len(before) < 19 else head.size
    found = search.below(top, NEWEST + 1) if not form.errors else []
    older = request.GET.copy()
    older["before"] = str(found[NEWEST - 1].index) if len(found) > NEWEST else ""
    context = {
        "size": head.size,
        "root": base64.b64encode(bytes(head.root)).decode(),
        "checkpoint": Checkpoint.objects.order_by("-size").first(),
        "audits": audits.newest(),
        "form": form,
        "is_chosen": search != Search(),
        "entries": lines(found[:NEWEST], actor),
        "older": older.urlencode() if older["before"] else "",
    }
    return render(request, "ledger/log/log.html", context, status=400 if form.errors else 200)


def lines(found: Sequence[Found], actor: Actor) -> list[dict[str, Any]]:
    """Entries as rows: the public line, and the case behind it where this reader may see it."""
    cases = visible_cases({one.subject for one in found}, actor)
    return [
        {
            "entry": one,
            "label": vocabulary.EVENTS.get(one.leaf.kind, one.leaf.kind),
            "case": case,
            "href": case and address(case),
        }
        for one in found
        for case in [cases.get(one.subject)]
    ]


def checkpoints(request: HttpRequest) -> HttpResponse:
    """Every tree head that was signed, the newest first."""
    page = Paginator(Checkpoint.objects.order_by("-size"), NEWEST).get_page(request.GET.get("page"))
    policy = witnessing.current()
    counts = witnessing.counted([one.size for one in page], policy)
    rows = [(one, counts[one.size]) for one in page]
    context = {"page": page, "rows": rows, "policy": policy}
    return render(request, "ledger/log/checkpoints.html", context)


def witnesses(request: HttpRequest) -> HttpResponse:
    """Who watches this log, how far each has come, and which logs this installation watches."""
    policy, newest = witnessing.current(), Checkpoint.objects.order_by("-size").first()
    by_key = {str(one.key): one for one in policy.witnesses}
    last = {
        row["key"]: row
        for row in Cosignature.objects.filter(key__in=by_key)
        .values("key")
        .annotate(size=Max("size"), at=Max("at"))
    }
    contacts = {one.key: one for one in WitnessContact.objects.filter(key__in=by_key)}
    context = {
        "policy": policy,
        "newest": newest,
        "reached": Witnessed.objects.order_by("-size").first(),
        "rows": [
            {"witness": one, "last": last.get(key), "contact": contacts.get(key)}
            for key, one in by_key.items()
        ],
        "watched": WatchedLog.objects.filter(is_watched=True).order_by("origin"),
        "key": keys.witness().verifier,
    }
    return render(request, "ledger/log/witnesses.html", context)


def entry(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """One entry: its public bytes, its place, its receipt."""
    event, actor = Event.objects.filter(uid=uid).first(), actor_of(request)
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
        "past": past_of(event, actor),
        "values": disclosures(event, actor),
        "erasures": receipts.erasures_of(event),
        "may_erase": may_ask(actor, "ask_erasure") and visible_case(event.subject, actor) is not None,
        "qr": qr_of(request.build_absolute_uri()),
    }
    return render(request, "ledger/log/entry.html", context)


def disclosures(event: Event, actor: Actor) -> list[tuple[str, Any]]:
    """The single values of an entry that this reader may know, erased ones as None."""
    past = past_of(event, actor)
    if past is None or not reads_values(past, actor):
        return []
    found = Disclosure.objects.filter(event_uid=event.uid).order_by("path")
    return [(one.path, parse(bytes(one.content)) if one.content is not None else None) for one in found]


def erasure(request: HttpRequest, pk: int) -> HttpResponse:
    """An erasure as the body that decides reads it."""
    actor = actor_of(request)
    found = visible(noun_or_404("erasures"), actor, str(pk))
    entries = [*history(found), *(one for one in history(found.event) if one.kind == "entry.erased")]
    context = {
        "erasure": found,
        "label": vocabulary.EVENTS.get(found.event.kind, found.event.kind),
        "deeds": deeds_of("erasures", found, actor, primary=("carry_out_erasure",)),
        "past": items(entries, named=True),
    }
    return render(request, "ledger/log/erasure.html", context)
