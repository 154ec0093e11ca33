"""One grant and what happens under it; agreements, corrections, disputes; the download itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger import journal
from ledger.command import open_commands
from ledger.models import Clock
from ledger.models.clocks import subject_of
from ledger.pages.act import deeds_of
from ledger.pages.history import items
from ledger.sessions import actor_of
from sharing.delivery import hand_out
from sharing.models import Agreement, Correction, Dispute, Grant, MissingRequest
from sharing.pages.requests import PRIMARY, seen


def grant_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What may be used, by whom, for what, until when; deliveries, downloads, reports."""
    actor = actor_of(request)
    visible = Grant.objects.visible_to(actor).select_related(
        "dataset", "consumer", "provider", "share_request"
    )
    grant = seen(visible, pk)
    context = {
        "grant": grant,
        "may_download": "download" in open_commands(grant, actor),
        "deeds": deeds_of("grants", grant, actor, ("file_deletion", "report_use")),
        "deliveries": grant.deliveries.all(),
        "downloads": grant.downloads.select_related("by")[:20],
        "reports": grant.use_reports.all(),
        "corrections": grant.corrections.all(),
        "clocks": Clock.objects.filter(subject=subject_of(grant)).order_by("pk"),
        "history": items(journal.history(grant), named=True),
    }
    return render(request, "sharing/grant.html", context)


@require_safe
def download(request: HttpRequest, pk: int, delivery: int) -> HttpResponseBase:
    """A delivered file under a live grant: whole or by range, each an entry."""
    return hand_out(request, actor_of(request), pk, delivery)


def agreement_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The terms as both sides sign them."""
    actor = actor_of(request)
    agreement = seen(Agreement.objects.visible_to(actor).select_related("share_request__dataset"), pk)
    context = {
        "agreement": agreement,
        "signatures": agreement.signatures.select_related("organisation", "signed_by"),
        "deeds": deeds_of("agreements", agreement, actor, PRIMARY),
        "history": items(journal.history(agreement), named=True),
    }
    return render(request, "sharing/agreement.html", context)


def correction_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One error reported, and its answer."""
    actor = actor_of(request)
    ticket = seen(Correction.objects.visible_to(actor).select_related("grant__dataset"), pk)
    return side(request, ticket, "corrections", ticket.grant.dataset)


def dispute_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute on its way: negotiation, authority, government."""
    actor = actor_of(request)
    dispute = seen(Dispute.objects.visible_to(actor).select_related("share_request__dataset"), pk)
    return side(request, dispute, "disputes", dispute.share_request.dataset)


def missing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One call for data that is only listed."""
    actor = actor_of(request)
    call = seen(MissingRequest.objects.visible_to(actor).select_related("dataset", "consumer", "owner"), pk)
    return side(request, call, "missing-requests", call.dataset)


def side(
    request: HttpRequest, case: Correction | Dispute | MissingRequest, noun: str, dataset: object
) -> HttpResponse:
    """A side procedure: what was said, by when, what next."""
    context = {
        "case": case,
        "dataset": dataset,
        "clocks": Clock.objects.filter(subject=subject_of(case)).order_by("pk"),
        "deeds": deeds_of(noun, case, actor_of(request)),
        "history": items(journal.history(case), named=True),
    }
    return render(request, "sharing/side.html", context)
