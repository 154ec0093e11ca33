"""The register of organisations, and the page of one with its people."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.access import roles_among
from ledger.actor import Actor
from ledger.api.nouns import noun_named
from ledger.api.views import visible
from ledger.clock import today
from ledger.identifiers import region_names
from ledger.models import Mandate, Organisation
from ledger.pages.act import deeds_of, noun_or_404
from ledger.pages.history import items
from ledger.past import history
from ledger.sessions import actor_of

PAGE = 50
#: Buttons of the row of a member instead of the page.
OF_MEMBERS = {"grant_role", "withdraw_role", "withdraw_delegation", "hand_over_work"}


def organisations(request: HttpRequest) -> HttpResponse:
    """The register: who owns data is public."""
    actor, words = actor_of(request), request.GET.get("q", "").strip()
    found = Organisation.objects.visible_to(actor)
    if words:
        found = found.filter(
            Q(name__icontains=words) | Q(name_en__icontains=words) | Q(identifier=words.upper())
        )
    if request.GET.get("state") == "unverified":
        found = found.filter(verified_at=None)
    page = Paginator(found.order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/organisations/list.html", {"page": page, "words": words})


def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation; its members see each other, everybody sees what the public register shows."""
    actor = actor_of(request)
    found = visible(noun_or_404("organisations"), actor, str(pk))
    deeds = deeds_of("organisations", found, actor, primary=("verify_organisation", "invite_member"))
    is_inside = actor.organisation_id == found.pk and bool(actor.roles) and not actor.mandate
    context = {
        "organisation": found,
        "place": " ".join(region_names(found.region)),
        "deeds": [deed for deed in deeds if deed.name not in OF_MEMBERS],
        "open": {deed.name for deed in deeds},
        "is_inside": is_inside,
        "members": members(found, actor) if is_inside else [],
        "lent": lent(found) if is_inside else [],
        "letters": letters(found, actor) if is_inside else [],
    }
    return render(request, "ledger/organisations/organisation.html", context)


def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as its parties and the officers over the principal read it."""
    actor = actor_of(request)
    found = visible(noun_or_404("mandates"), actor, str(pk))
    context = {
        "mandate": found,
        "deeds": deeds_of("mandates", found, actor, primary=("accept_mandate",)),
        "past": items(history(found), named=True),
    }
    return render(request, "ledger/organisations/mandate.html", context)


def members(found: Organisation, actor: Actor) -> list[dict[str, Any]]:
    """The people with their roles."""
    noun = noun_named("members")
    rows = noun.visible_to(actor).filter(organisation=found, left_at=None).order_by("pk") if noun else []
    return [
        {"user": row.user, "since": row.joined_at, "roles": roles_among(row.user.groups.all(), found.pk)}
        for row in rows
    ]


def lent(found: Organisation) -> Any:
    """Delegations in force or to come."""
    open_ones = found.delegations.filter(withdrawn_at=None, ends__gte=today())
    return open_ones.select_related("giver", "receiver").order_by("starts", "pk")


def letters(found: Organisation, actor: Actor) -> Any:
    """Mandates given and held, the newest first."""
    both = Mandate.objects.visible_to(actor).filter(Q(principal=found) | Q(agent=found))
    return both.select_related("principal", "agent").order_by("-pk")[:PAGE]
