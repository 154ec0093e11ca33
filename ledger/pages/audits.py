"""How the daily checks of log and book ended: the verdict for everybody, what was found for who oversees."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ledger import audits
from ledger.actor import Actor, Role
from ledger.models import AuditRun
from ledger.sessions import actor_of

SHOWN = 20


def runs(request: HttpRequest) -> HttpResponse:
    """The runs that ended, the newest first."""
    page = Paginator(AuditRun.objects.ended(), SHOWN).get_page(request.GET.get("page"))
    context = {"page": page, "newest": audits.newest(), "reads_findings": oversees(actor_of(request))}
    return render(request, "ledger/log/audits.html", context)


def oversees(actor: Actor) -> bool:
    """An auditor of a verified body or authority."""
    house = actor.organisation
    return house is not None and actor.holds(Role.AUDITOR) and house.oversees(house.region)
