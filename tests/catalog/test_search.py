"""The query behind list, facets and feeds: order, pages, what is typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.search import SORTS, Query, search
from ledger.clock import at
from tests import make
from tests.cast import Cast, day

TITLES = ("Soil moisture", "Soil", "Tillage of soil", "Milk yield", "100% cotton_yarn")


@pytest.fixture
def book(cast: Cast) -> Any:
    with at(day("2026-09-17")):
        for title in TITLES:
            make.registered(
                cast, cast.tools, title=title, opening="public", keywords=["湿度"], summary="每日测量"
            )
        yield cast


def titles(cast: Cast, **asked: Any) -> list[str]:
    return [row.title for row in search(cast.visitor, Query(**asked)).rows]


def test_exact_titles_come_first(book: Cast) -> None:
    assert titles(book, text="soil") == ["Soil", "Soil moisture", "Tillage of soil"]


def test_every_word_must_occur(book: Cast) -> None:
    assert titles(book, text="soil moist") == ["Soil moisture"]
    assert titles(book, text="soil milk") == []


def test_chinese_words_are_found_in_summary_and_keywords(book: Cast) -> None:
    assert len(titles(book, text="测量")) == len(TITLES)
    assert len(titles(book, text="湿度")) == len(TITLES)


def test_signs_are_plain_characters(book: Cast) -> None:
    assert titles(book, text="100%") == ["100% cotton_yarn"]
    assert titles(book, text="n_y") == ["100% cotton_yarn"]
    assert titles(book, text="' OR 1=1 --") == []
    assert len(titles(book, text="\0")) == len(TITLES)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "soil"])
def test_pages_show_everything_once(book: Cast, sort: str, text: str) -> None:
    seen, cursor = [], ""
    for _page in range(10):
        page = search(book.visitor, Query(text=text, sort=sort, after=cursor, size=2))
        seen += [row.title for row in page.rows]
        cursor = page.next
        if not cursor:
            break
    assert sorted(seen) == sorted(title for title in TITLES if text in title.lower())
    if sort == "title":
        assert seen == sorted(seen)


def test_facets_count_without_their_own_filter(book: Cast) -> None:
    found = search(book.visitor, Query(filters={"state": ["listed"], "industry": ["C34"]}))
    assert found.total == 0
    assert dict(found.facets["state"])["registered"] == len(TITLES)
    assert dict(found.facets["industry"]) == {}


def test_a_cursor_tells_nothing_of_hidden_titles(book: Cast) -> None:
    hidden = make.registered(book, book.tools, title="N secret", opening="non_public", circle="named")
    page = search(book.visitor, Query(sort="title", after=f"0.{hidden.pk}", size=50))
    assert len(page.rows) == len(TITLES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=30),
    after=st.text(max_size=12) | st.integers().map(lambda n: f"{n}.{n}"),
    value=st.text(max_size=8),
)
def test_nothing_typed_breaks_it(book: Cast, text: str, after: str, value: str) -> None:
    search(book.visitor, Query(text=text, after=after, filters={"industry": [value], "owner": [value]}))


def test_its_queries_do_not_grow_with_the_book(book: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(10):  # a page, a count, eight facets
        search(book.visitor, Query())
