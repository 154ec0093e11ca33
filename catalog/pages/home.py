"""The first page: find it, ask for it, see that the book is alive."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.compliance import with_status
from catalog.filing import DatasetState
from catalog.models import Dataset, Filing
from ledger.sessions import actor_of


def home(request: HttpRequest) -> HttpResponse:
    """Search, figures, what is new, what is in public notice."""
    actor = actor_of(request)
    book = Dataset.objects.visible_to(actor).exclude(state=DatasetState.DRAFT)
    states = dict(book.order_by().values_list("state").annotate(Count("pk")))
    registered = with_status(book.filter(state=DatasetState.REGISTERED))
    context = {
        "total": sum(states.values()),
        "registered": states.get("registered", 0),
        "listed": states.get("listed", 0),
        "owners": book.order_by().aggregate(n=Count("owner", distinct=True))["n"],
        "newest": registered.select_related("owner")[:6],
        "notices": Filing.objects.in_notice().select_related("dataset__owner")[:4],
        "compliance": list(registered.order_by().values_list("compliance").annotate(Count("pk"))),
    }
    return render(request, "catalog/home.html", context)
