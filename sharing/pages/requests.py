"""Lists of what one's organisation asked for and is asked for; one application; one request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from catalog.models import Dataset
from ledger import journal
from ledger.actor import Actor
from ledger.api.nouns import noun_named
from ledger.command import open_commands
from ledger.errors import NotFound, Refusal
from ledger.models import Clock
from ledger.models.clocks import subject_of
from ledger.pages.act import deeds_of, noun_or_404
from ledger.pages.forms import PageForm
from ledger.pages.history import Step, items, stations
from ledger.past import Past
from ledger.sessions import actor_of
from ledger.vocabulary import label
from sharing.commands import create_application
from sharing.models import Application, Grant, ShareRequest

PRIMARY = (
    "endorse_application", "submit_application", "sign_agreement", "deliver", "confirm_delivery", "resubmit_request", "recommend",
    "agree_request", "consent_extension",
)  # fmt: skip
PATH = ("under_review", "approved", "granted", "delivered")
ENDED = ("refused", "lapsed", "withdrawn", "deemed_withdrawn")
#: Where the states beside the straight path stand on it.
BESIDE = {"supplement_requested": "under_review", "refused": "under_review", "lapsed": "approved"}
MOST = 100
#: Acts of the provider's house before its decision.
INSIDE = ("request.recommended", "request.advice_asked", "request.advised")


def requests(request: HttpRequest) -> HttpResponse:
    """What we asked for, what we are asked for, what we may use, what others use of ours."""
    actor = actor_of(request)
    house = actor.organisation_id
    asked = ShareRequest.objects.visible_to(actor).select_related("dataset", "consumer", "provider")
    grants = Grant.objects.visible_to(actor).select_related("dataset", "consumer", "provider")
    context = {
        "applications": Application.objects.visible_to(actor).filter(state__in=["draft", "awaiting_head"])[
            :MOST
        ]
        if house
        else [],
        "made": asked.filter(consumer=house)[:MOST] if house else [],
        "received": asked.filter(provider=house)[:MOST] if house else [],
        "overseen": asked.exclude(consumer=house).exclude(provider=house)[:MOST] if house else [],
        "held": grants.filter(consumer=house)[:MOST] if house else [],
        "given": grants.filter(provider=house)[:MOST] if house else [],
    }
    return render(request, "sharing/requests.html", context)


def apply(request: HttpRequest) -> HttpResponse:
    """The application form: why, for what, until when; then submit."""
    actor = actor_of(request)
    chosen = requested_datasets(request)
    form = PageForm(
        noun_or_404("applications").creates["create_application"],
        request,
        actor,
        initial={
            "mode": "file",
            "right": "use",
            "items": [{"dataset": dataset.pk, "fields": []} for dataset in chosen],
        },
    )
    if form.is_valid():
        try:
            made = create_application(actor=actor, **form.values)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("application", pk=made.pk)
    return render(
        request,
        "sharing/apply.html",
        {"form": form, "datasets": chosen},
        status=form.status if form.is_bound else 200,
    )


def requested_datasets(request: HttpRequest) -> list[Dataset]:
    """The datasets named in the address, as far as the actor may see them."""
    named = [pk for pk in request.GET.getlist("dataset") if pk.isdigit() and len(pk) < 19]
    visible = Dataset.objects.visible_to(actor_of(request))
    return list(visible.filter(pk__in=named).select_related("owner").prefetch_related("fields"))


def seen(found: QuerySet[Any], pk: int) -> Any:
    """One visible object.

    Raises:
        NotFound: there is none.
    """
    case = found.filter(pk=pk).first()
    if case is None:
        raise NotFound()
    return case


def application_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its datasets and the requests it became."""
    actor = actor_of(request)
    application = seen(
        Application.objects.visible_to(actor).select_related("organisation", "copied_from"), pk
    )
    context = {
        "application": application,
        "items": application.items.select_related("dataset__owner"),
        "requests": application.share_requests.select_related("dataset", "provider"),
        "wanted": wanted(application),
        "deeds": deeds_of("applications", application, actor, PRIMARY),
        "history": items(journal.history(application), named=True),
    }
    return render(request, "sharing/application.html", context)


def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: where it stands, who must act by when, what was said, and only the buttons that work."""
    actor = actor_of(request)
    noun = noun_named("share-requests")
    visible = ShareRequest.objects.visible_to(actor)
    found = seen(noun.rows(visible, actor) if noun else visible, pk)
    grant = Grant.objects.filter(share_request=found).first()
    agreement = getattr(found, "agreement", None)
    context = {
        "case": found,
        "wanted": wanted(found),
        "steps": steps(found),
        "stages": found.stages.order_by("position"),
        # the consumer reads the decision, not what led to it
        "recommendations": found.recommendations.select_related("stage", "by")
        if found.consumer_id != actor.organisation_id
        else [],
        "decision": getattr(found, "decision", None),
        "clauses": cited(found),
        "extension": found.extensions.first(),
        "agreement": agreement,
        "may_sign": agreement is not None and "sign_agreement" in open_commands(agreement, actor),
        "grant": grant,
        "deliveries": grant.deliveries.all() if grant else [],
        "disputes": found.disputes.all(),
        "clocks": Clock.objects.filter(subject=subject_of(found)).order_by("pk"),
        "deeds": deeds_of("share-requests", found, actor, PRIMARY),
        "history": items(told(journal.history(found), found, actor), named=True),
    }
    return render(request, "sharing/request.html", context)


def told(past: list[Past], found: ShareRequest, actor: Actor) -> list[Past]:
    """The entries for this reader: to the consumer, what the other house prepared stands without names and clauses."""
    if found.consumer_id != actor.organisation_id:
        return past
    return [
        replace(one, actor="", body={**one.body, "clauses": []}) if one.kind in INSIDE else one
        for one in past
    ]


def steps(found: ShareRequest) -> list[Step]:
    """The way of a request as a picture; no signing where no agreement is demanded."""
    demanded = found.policy().agreement(found.regime, found.sharing).demanded
    path = [name for name in PATH if demanded or name != "approved"]
    state = BESIDE.get(found.state, found.state)
    if state not in path:
        state = path[0]
    return stations(
        [(name, label("sharerequest", name)) for name in path], state, failed=found.state in ENDED
    )


def cited(found: ShareRequest) -> list[tuple[str, str, str]]:
    """The clauses of the decision as (id, title, text)."""
    decision, language = getattr(found, "decision", None), get_language() or "zh"
    policy = found.policy()
    return [
        (one, policy.clauses[one].label(language), policy.clauses[one].text(language))
        for one in (decision.clauses if decision else [])
        if one in policy.clauses
    ]


def wanted(case: Any) -> list[tuple[str, Any]]:
    """What is asked for, with its words; empty lines are left out."""
    rows = []
    for name in ("purpose", "scenario", "legal_basis", "personal_ground", "row_scope", "security"):
        rows.append((case._meta.get_field(name).verbose_name, getattr(case, name)))
    rows.append((case._meta.get_field("mode").verbose_name, case.get_mode_display()))
    rows.append((case._meta.get_field("right").verbose_name, case.get_right_display()))
    return [(name, value) for name, value in rows if value]
