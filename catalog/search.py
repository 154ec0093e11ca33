"""The one query behind list, facets, export and feeds. Its signature stays when an index takes over from SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Substr

from catalog import compliance
from catalog.filing import DatasetState
from catalog.models import Dataset
from catalog.models.datasets import DatasetQuerySet
from ledger.actor import Actor

#: What a stub shows too; the other facets pass it over, so that a filter never tells what the entry hides.
OPEN_FACETS = ("state", "sharing", "regime", "owner")
#: Facet → the column or annotation it counts. The order is that of the page.
FACETS: dict[str, Any] = {
    "state": F("state"),
    "level": F("level"),
    "compliance": F("compliance"),
    "sharing": F("sharing"),
    "opening": F("opening"),
    "regime": F("regime"),
    "industry": Substr("industry", 1, 3),
    "owner": F("owner__name"),
}
#: How many values of a facet are shown.
FACET_SIZE = 12
#: Sort name → keys of the order; each is unique through pk.
SORTS = ("relevance", "newest", "title")
MAX_TEXT = 200


@dataclass(frozen=True)
class Query:
    """What is asked.

    Attributes:
        text: words, each of which must occur; quotes and operators are plain characters.
        filters: facet → values, any of which may hold.
        sort: one of SORTS; relevance without text is newest first.
        after: the cursor of the page before, "" for the first.
        size: entries a page, at most 200.
        facets: whether to count facets.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "relevance"
    after: str = ""
    size: int = 20
    facets: bool = True


@dataclass(frozen=True)
class Found:
    """One page of what was found.

    Attributes:
        rows: datasets, each with `compliance` and `whole` (False: show only the stub).
        total: exact number visible to the actor.
        facets: facet → [(value, count)], each counted without its own filter.
        next: cursor of the next page, "" at the end.
    """

    rows: list[Dataset]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    next: str


def search(actor: Actor, query: Query) -> Found:
    """Find datasets the actor may see; drafts are not in the book yet.

    A hit on a hidden field never shows: only titles and owners of stubs are searched.
    """
    size = max(1, min(query.size, 200))
    words = query.text[:MAX_TEXT].replace("\0", " ").split()
    whole = DatasetQuerySet.whole_for(actor)
    book = compliance.with_status(Dataset.objects.visible_to(actor).exclude(state=DatasetState.DRAFT))
    for word in words:
        book = book.filter(matches(word, whole))
    is_whole = Case(When(whole, then=Value(True)), default=Value(False), output_field=BooleanField())
    book = book.annotate(whole=is_whole)
    found = filtered(book, query.filters)
    ordered = ranked(found, words, query.sort)
    page = list(after(ordered, query.after).select_related("owner", "source")[: size + 1])
    return Found(
        rows=page[:size],
        total=found.count(),
        facets=counted(book, query.filters) if query.facets else {},
        next=cursor(page[size - 1]) if len(page) > size else "",
    )


def matches(word: str, whole: Q) -> Q:
    """One word in what this actor may read of an entry."""
    shown = (
        Q(title__icontains=word)
        | Q(title_en__icontains=word)
        | Q(owner__name__icontains=word)
        | Q(code=word.upper())
    )
    hidden = Q(summary__icontains=word) | Q(summary_en__icontains=word) | Q(keywords__icontains=word)
    return shown | (whole & hidden)


def filtered(book: QuerySet[Any], filters: Mapping[str, Sequence[str]], but: str = "") -> QuerySet[Any]:
    """The chosen facet values, leaving one facet out for its own counts."""
    for name, values in filters.items():
        if name in FACETS and name != but and values:
            wanted = [value for value in values if "\0" not in value]
            book = (
                told(book, name).annotate(**{f"is_{name}": FACETS[name]}).filter(**{f"is_{name}__in": wanted})
            )
    return book


def told(book: QuerySet[Any], facet: str) -> QuerySet[Any]:
    """The entries that show the column behind a facet to this reader."""
    return book if facet in OPEN_FACETS else book.filter(whole=True)


def counted(book: QuerySet[Any], filters: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[str, int]]]:
    """Exact counts by facet, most frequent first."""
    facets = {}
    for name, column in FACETS.items():
        rows = (
            told(filtered(book, filters, but=name), name)
            .annotate(value=column)
            .order_by()
            .values_list("value")
        )
        counts = rows.annotate(n=Count("pk")).order_by("-n", "value")[:FACET_SIZE]
        facets[name] = [(value, n) for value, n in counts if value]
    return facets


def ranked(found: QuerySet[Any], words: list[str], sort: str) -> QuerySet[Any]:
    """Order: exact title, beginning, anywhere in the title, elsewhere; registered over listed; newest first."""
    if sort == "title":
        return found.annotate(rank=Value(0), name=F("title")).order_by("title", "-pk")
    rank: Any = Value(0)
    if words and sort == "relevance":
        phrase = " ".join(words)
        rank = Case(
            When(Q(title__iexact=phrase) | Q(title_en__iexact=phrase), then=Value(0)),
            When(Q(title__istartswith=phrase) | Q(title_en__istartswith=phrase), then=Value(2)),
            When(Q(title__icontains=phrase) | Q(title_en__icontains=phrase), then=Value(4)),
            default=Value(6),
        )
    registered = Case(When(state=DatasetState.REGISTERED, then=Value(0)), default=Value(1))
    return found.annotate(rank=rank + registered if sort == "relevance" else rank).order_by("rank", "-pk")


def cursor(row: Any) -> str:
    """Where the next page begins."""
    return f"{row.rank}.{row.pk}"


def after(ordered: QuerySet[Any], cursor_: str) -> QuerySet[Any]:
    """The rows behind a cursor; one that cannot be is the first page."""
    rank, _dot, pk = cursor_.partition(".")
    if not (rank.isdecimal() and pk.isdecimal() and len(rank) < 3 and len(pk) < 19):
        return ordered
    if "name" in ordered.query.annotations:
        last = ordered.filter(pk=int(pk)).values_list("title", flat=True).first() or ""
        return ordered.filter(Q(title__gt=last) | Q(title=last, pk__lt=int(pk)))
    return ordered.filter(Q(rank__gt=int(rank)) | Q(rank=int(rank), pk__lt=int(pk)))
