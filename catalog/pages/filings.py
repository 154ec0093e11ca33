"""One filing, and the public notices."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.materials import groups, missing_groups
from catalog.models import Dataset, Filing, Objection
from ledger import journal
from ledger.errors import NotFound
from ledger.models import Clock
from ledger.pages.act import deeds_of
from ledger.pages.history import items, stations
from ledger.sessions import actor_of
from ledger.vocabulary import label

#: Which button shines, by falling preference.
PRIMARY = (
    "submit_filing",
    "endorse_filing",
    "accept_filing",
    "pass_filing",
    "resubmit_filing",
    "raise_objection",
)
PATH = ("draft", "awaiting_head", "filed", "in_review", "in_notice", "coded")
#: Where the states beside the straight path stand on it.
BESIDE = {
    "supplement_requested": "filed",
    "objection_pending": "in_notice",
    "not_accepted": "filed",
    "refused": "in_review",
    "terminated": "in_notice",
}


def filing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A filing for its parties; everybody else reads the notice."""
    actor = actor_of(request)
    filing = Filing.objects.visible_to(actor).select_related("dataset__owner", "body").filter(pk=pk).first()
    if filing is None:
        raise NotFound()
    if not Filing.objects.whole_for(actor).filter(pk=pk).exists():
        return notice_page(request, pk)
    context = {
        "filing": filing,
        "deeds": deeds_of("filings", filing, actor, PRIMARY),
        "steps": steps(filing),
        "clocks": Clock.objects.filter(subject=f"filing:{pk}").order_by("pk"),
        "groups": [(group, group not in missing_groups(filing)) for group in groups(filing)],
        "content": described(filing),
        "history": items(journal.history(filing), named=True),
        "objections": filing.objections.order_by("pk"),
    }
    return render(request, "catalog/filing.html", context)


def steps(filing: Filing) -> list[Any]:
    """The way of a filing as a picture."""
    path = [name for name in PATH if name != "in_notice" or filing.policy().has_notice(filing.kind)]
    if not filing.policy().registration.needs_officer:
        path = ["draft", "awaiting_head", "coded"]
    state = BESIDE.get(filing.state, filing.state)
    failed = filing.state in ("not_accepted", "refused", "terminated", "withdrawn", "deemed_withdrawn")
    if state not in path:
        state = path[0]
    return stations([(name, label("filing", name)) for name in path], state, failed=failed)


def described(filing: Filing) -> list[tuple[str, Any]]:
    """What a filing proposes, with the words of its columns; empty ones are left out."""
    rows: list[tuple[str, Any]] = []
    columns = {column.name: column for column in Dataset._meta.concrete_fields}
    for name, value in filing.content.items():
        if name in ("fields", "impacts") or value in ("", None, [], False, 0):
            continue
        kind = {
            "opening": "opening",
            "sharing": "sharing",
            "personal": "personal",
            "update_frequency": "frequency",
            "origin": "origin",
            "circle": "circle",
        }.get(name)
        shown = (
            label(kind, value) if kind else ", ".join(map(str, value)) if isinstance(value, list) else value
        )
        rows.append((str(columns[name].verbose_name), shown))
    return rows


def notices(request: HttpRequest) -> HttpResponse:
    """The public notice board; no account needed."""
    found = Filing.objects.in_notice().select_related("dataset__owner").order_by("-published_at")
    return render(request, "catalog/notices.html", {"filings": found[:200], "clocks": notice_clocks(found)})


def notice_clocks(found: Any) -> dict[int, Clock]:
    """The notice clock of each filing."""
    subjects = [f"filing:{pk}" for pk in found.values_list("pk", flat=True)[:200]]
    clocks = Clock.objects.filter(subject__in=subjects, rule="filing.notice", met_at=None, cancelled_at=None)
    return {int(clock.subject.partition(":")[2]): clock for clock in clocks}


def notice_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: exactly the four fields of R 13, its clock, and the way to object."""
    filing = Filing.objects.in_notice().select_related("dataset__owner").filter(pk=pk).first()
    if filing is None:
        raise NotFound()
    found = deeds_of("filings", filing, actor_of(request), PRIMARY)
    clock = notice_clocks(Filing.objects.filter(pk=pk)).get(pk)
    return render(
        request,
        "catalog/notice.html",
        {
            "filing": filing,
            "clock": clock,
            "deeds": [deed for deed in found if deed.name == "raise_objection"],
        },
    )


def objection_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One objection, for objector, registrant and body."""
    actor = actor_of(request)
    found = (
        Objection.objects.visible_to(actor)
        .select_related("filing__dataset__owner", "filing__body")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound()
    context = {
        "objection": found,
        "deeds": deeds_of("objections", found, actor),
        "history": items(journal.history(found), named=True),
    }
    return render(request, "catalog/objection.html", context)
