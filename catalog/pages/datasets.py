"""The catalogue and the page of one dataset."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import compliance
from catalog.commands import create_dataset, register_own
from catalog.compliance import with_status
from catalog.delivery import open_download
from catalog.description import graded
from catalog.filing import DatasetState
from catalog.models import Dataset, Filing
from catalog.search import FACETS, Found, Query, search
from catalog.serializers.shapes import CreateDataset, RegisterOwn
from ledger import journal
from ledger.actor import Actor, Role
from ledger.errors import NotFound, NotPermitted, Refusal
from ledger.pages.act import deeds_of
from ledger.pages.forms import Option, PageForm
from ledger.pages.history import items
from ledger.pages.qr import qr_of
from ledger.sessions import actor_of
from ledger.vocabulary import label


def facet_titles() -> dict[str, str]:
    """The facets shown, in their order."""
    return {
        "state": _("State"),
        "level": _("Sensitivity"),
        "compliance": _("Compliance"),
        "sharing": _("Sharing"),
        "opening": _("Opening"),
        "regime": _("Kind of data"),
        "owner": _("Owner"),
    }


def asked(request: HttpRequest) -> Query:
    """The query in an address."""
    filters = {name: request.GET.getlist(name) for name in FACETS if request.GET.getlist(name)}
    sort = request.GET.get("sort", "relevance")
    return Query(
        text=request.GET.get("q", ""), filters=filters, sort=sort, after=request.GET.get("after", "")
    )


def catalogue(request: HttpRequest) -> HttpResponse:
    """The list with its facets; htmx asks for the list alone."""
    query = asked(request)
    found = search(actor_of(request), query)
    context = {
        "may_register": may_register(request),
        "query": query,
        "found": found,
        "facets": shown_facets(found, query),
        "next": next_address(request, found),
    }
    # django-htmx's middleware sets `htmx`, which the request's type does not know.
    part = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
    return render(request, "catalog/_found.html" if part else "catalog/datasets.html", context)


def may_register(request: HttpRequest) -> bool:
    """Whether the button that begins a registration works: for stewards, and for visitors who are yet to sign in."""
    actor = actor_of(request)
    return actor.user is None or actor.holds(Role.STEWARD)


def shown_facets(found: Found, query: Query) -> list[tuple[str, str, list[Option]]]:
    """Facets with words; a chosen value stays visible even where it finds nothing."""
    shown = []
    for name, title in facet_titles().items():
        counts = dict(found.facets.get(name, []))
        chosen = set(query.filters.get(name, ()))
        values = [*counts, *(value for value in chosen if value not in counts)]
        kind = {"state": "dataset"}.get(name, name)
        options = [
            Option(value, label(kind, value), value in chosen, str(counts.get(value, 0))) for value in values
        ]
        if options:
            shown.append((name, title, options))
    return shown


def next_address(request: HttpRequest, found: Found) -> str:
    """The address of the next page, "" at the end."""
    if not found.next:
        return ""
    parameters = request.GET.copy()
    parameters["after"] = found.next
    return f"?{parameters.urlencode()}"


def seen(request: HttpRequest, pk: int) -> Dataset:
    """The dataset, if this actor may see it.

    Raises:
        NotFound: there is none.
    """
    found = (
        with_status(Dataset.objects.visible_to(actor_of(request)))
        .select_related("owner", "source")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


def dataset_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One dataset: what it is, how it stands, what it went through, and what to do next."""
    actor, dataset = actor_of(request), seen(request, pk)
    whole = dataset.is_whole_for(actor)
    context: dict[str, Any] = {
        "dataset": dataset,
        "whole": whole,
        "deeds": deeds_of("datasets", dataset, actor, ("draft_filing", "add_distribution")),
        "access": access_words(dataset, actor),
        "history": items(past(dataset), named=actor.organisation_id == dataset.owner_id) if whole else [],
    }
    if whole:
        context |= {
            "fields": dataset.fields.all(),
            "distributions": dataset.distributions.all(),
            "reasons": compliance.reasons(dataset),
            "grade": graded(dataset),
            "filings": Filing.objects.visible_to(actor).filter(dataset=dataset).order_by("-pk")
            if actor.organisation_id == dataset.owner_id or actor.holds(Role.OFFICER, Role.AUDITOR)
            else [],
            "relations": dataset.relations.filter(
                related__in=Dataset.objects.visible_to(actor)
            ).select_related("related"),
        }
    return render(request, "catalog/dataset.html", context)


def past(dataset: Dataset) -> list[Any]:
    """What happened to a dataset: its own entries and those of its filings."""
    return [entry for case in (*dataset.filings.order_by("pk"), dataset) for entry in journal.history(case)]


def access_words(dataset: Dataset, actor: Actor) -> dict[str, Any]:
    """How this actor comes to the data: a download, a request, or why not and what to do instead."""
    if dataset.is_open:
        return {"tone": "ok", "how": "open"}
    if dataset.state == DatasetState.LISTED and actor.organisation_id != dataset.owner_id:
        return {"tone": "info", "how": "listed", "may_call": actor.holds(Role.APPLICANT)}
    status = compliance.status(dataset)
    rules = (
        (
            dataset.state != DatasetState.REGISTERED,
            _("It is not registered now."),
            _("Its state stands above."),
        ),
        (
            dataset.sharing == "not_shared",
            dataset.sharing_reason or _("Its owner does not share it."),
            dataset.sharing_basis,
        ),
        (
            status.blocks,
            _("Its evidence of compliance does not hold."),
            _("Its owner must renew the evidence first."),
        ),
        (actor.user is None, _("Sign in to request access."), ""),
        (
            actor.organisation is None,
            _("Only an organisation can request access."),
            _("Register or join one."),
        ),
        (actor.organisation_id == dataset.owner_id, _("It is your own organisation's."), ""),
        (
            not actor.organisation or not actor.organisation.is_verified,
            _("Your organisation is not verified yet."),
            _("An officer verifies it."),
        ),
        (
            not actor.holds(Role.APPLICANT),
            _("You need the role of applicant."),
            _("Ask an administrator of your organisation."),
        ),
    )
    for holds, why, remedy in rules:
        if holds:
            return {"tone": "warn", "how": "not", "why": why, "remedy": remedy}
    return {"tone": "ok", "how": "request"}


def download(request: HttpRequest, pk: int, distribution: int) -> HttpResponseBase:
    """A file of an open dataset; no account needed."""
    return open_download(request, seen(request, pk), str(distribution))


SIMPLE = ("title", "summary", "sharing", "temporal_from", "temporal_until", "contact")


def register_page(request: HttpRequest) -> HttpResponse:
    """One page to register: five fields to begin with, the rest makes it easier to find.

    Raises:
        NotPermitted: the actor is no steward.
    """
    actor = actor_of(request)
    if actor.organisation is None or not actor.holds(Role.STEWARD):
        raise NotPermitted(
            _("Only a data steward of an organisation may describe its datasets."),
            remedy=_("Register your organisation, or ask its administrator for the role."),
        )
    one_button = (
        actor.holds(Role.HEAD_FILING) and Dataset(owner=actor.organisation).derived_regime() == "private"
    )
    sign = one_button and request.POST.get("do") != "draft"
    form = PageForm(RegisterOwn if sign else CreateDataset, request, actor=actor)
    if form.is_valid():
        try:
            made = (register_own if sign else create_dataset)(actor=actor, **form.values)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("slip", code=made.code) if made.code else redirect("dataset", pk=made.pk)
    context = {
        "form": form,
        "one_button": one_button,
        "simple": SIMPLE,
        "more": [
            str(name)
            for name in form.serializer.fields
            if str(name) not in {*SIMPLE, "fields", "impacts", "secret"}
        ],
    }
    return render(request, "catalog/register.html", context, status=form.status if form.is_bound else 200)


def my_datasets(request: HttpRequest) -> HttpResponse:
    """The actor's organisation's datasets, drafts included."""
    actor = actor_of(request)
    own = (
        with_status(Dataset.objects.visible_to(actor).filter(owner=actor.organisation_id)).order_by("-pk")
        if actor.organisation_id
        else Dataset.objects.none()
    )
    return render(
        request,
        "catalog/my_datasets.html",
        {"datasets": own[:200], "may_register": actor.holds(Role.STEWARD)},
    )


def resolve(request: HttpRequest, code: str) -> HttpResponse:
    """A code always resolves to its state, whatever became of the dataset (R 19)."""
    found = Dataset.objects.filter(code=code.upper()).select_related("owner").first()
    if found is None:
        raise NotFound(_("No dataset has this code. Compare it with the slip, character by character."))
    visible = Dataset.objects.visible_to(actor_of(request)).filter(pk=found.pk).exists()
    return render(request, "catalog/code.html", {"dataset": found, "visible": visible})


def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The confirmation slip: for owner and officers whole, for others as the code resolves."""
    actor = actor_of(request)
    found = Dataset.objects.visible_to(actor).filter(code=code.upper()).select_related("owner").first()
    if found is None or not found.is_whole_for(actor):
        return resolve(request, code)
    filing = found.filings.filter(state="coded").select_related("body").last()
    entries = list(journal.history(found)) + (list(journal.history(filing)) if filing else [])
    address = request.build_absolute_uri(reverse("code", args=[found.code]))
    context = {
        "dataset": found,
        "filing": filing,
        "address": address,
        "entries": entries,
        "qr": qr_of(address),
    }
    return render(request, "catalog/slip.html", context)
