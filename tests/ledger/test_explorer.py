"""The log's page: entries found by type, day, case and actor, and what it shows to whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from catalog import commands as do
from catalog.models import Dataset
from ledger import journal
from ledger.actor import Actor
from ledger.clock import at
from ledger.models import Event, Organisation
from ledger.rows import Rows
from ledger.sequencer import run_all
from tests import make
from tests.cast import Cast, day


@pytest.fixture(autouse=True)
def log_of_its_own(cast: Cast) -> Iterator[None]:
    """What a test signs is undone with it; so is the mark that remembers it."""
    yield
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def write(count: int) -> None:
    with journal.gathered():
        for _turn in range(count):
            about = Organisation(pk=1)
            journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=Rows())
    run_all()


@pytest.fixture
def grown(cast: Cast, client: Client) -> Client:
    """A log of more than two pages."""
    write(300 - Event.objects.count())
    return client


def rows(client: Client, query: str = "") -> list[str]:
    """The entries a page of the log shows, by name."""
    answer = client.get(f"/log/?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, query
    return [row["label"] for row in answer.context["entries"]]


@pytest.fixture
def told(cast: Cast, client: Client) -> Client:
    """Three entries on three days, about two cases; the steward of the tool works has signed in."""
    with at(day("2026-09-17", "23:30")):
        private = make.private_dataset(cast.tools, title="一号机床")
    with at(day("2026-09-18", "00:10")):
        do.describe_dataset(actor=cast.tools.steward, dataset=private, title="二号机床")
    with at(day("2026-09-19")):
        make.private_dataset(cast.bearings, title="轴承")
    run_all()
    client.force_login(cast.tools.users["steward"])
    return client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=2026-09-18", ["Dataset drafted", "Description changed"]),
        ("since=2026-09-17&until=2026-09-17", ["Dataset drafted"]),
        ("since=2026-09-17&until=2026-09-18", ["Description changed", "Dataset drafted"]),
        ("type=dataset.described&since=2026-09-17", ["Description changed"]),
        ("since=2026-09-17&mine=on", ["Description changed", "Dataset drafted"]),
        ("since=2026-09-20", []),
    ],
)
def test_entries_are_found_by_day_type_and_actor(told: Client, query: str, found: list[str]):
    assert rows(told, query) == found


def test_entries_of_a_case_are_found_by_who_may_see_it(told: Client, cast: Cast):
    own, other = (Dataset.objects.get(title=title) for title in ("二号机床", "轴承"))
    assert rows(told, f"about=dataset:{own.pk}") == ["Description changed", "Dataset drafted"]
    for about in (f"dataset:{other.pk}", "dataset:0", "nothing", "user:1", "dataset:" + "9" * 30, "\x00"):
        answer = told.get("/log/", {"about": about}, headers={"Accept-Language": "en"})
        assert answer.status_code == 400, about
        assert answer.context["entries"] == []
    shown = {row["entry"].subject: row["case"] for row in told.get("/log/").context["entries"]}
    assert shown[f"dataset:{own.pk}"] == own
    assert shown[f"dataset:{other.pk}"] is None


@pytest.mark.parametrize(
    "query", ["type=none", "since=31-31", "since=2026-02-30", "until=x", "since=2026-09-18&until=2026-09-17"]
)
def test_a_faulty_search_is_named(told: Client, query: str):
    answer = told.get(f"/log/?{query}")
    assert answer.status_code == 400
    assert answer.context["form"].errors


def test_the_log_is_read_page_by_page(grown: Client):
    first = grown.get("/log/?type=organisation.described")
    assert [row["entry"].index for row in first.context["entries"]] == list(range(299, 249, -1))
    second = grown.get(f"/log/?{first.context['older']}")
    assert [row["entry"].index for row in second.context["entries"]] == list(range(249, 199, -1))
    assert grown.get("/log/?before=50").context["older"] == ""


def test_entries_of_a_day_are_found_by_the_index(grown: Client):
    """Not by reading the log: the plan uses the ranges of the table's blocks."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT uid FROM log_event e WHERE substr(e.leaf, 8, 27) >= %s",
            [b"2026-09-18T00:00:00.000000Z"],
        )
        assert "log_event_at" in "\n".join(line for (line,) in cursor.fetchall())


def test_every_checkpoint_is_shown(grown: Client):
    write(5)
    shown = grown.get("/log/checkpoints/").context["page"].object_list
    assert [one.size for one in shown] == [305, 300, 0][: len(shown)]
    assert shown[0].note in grown.get("/log/checkpoints/").content.decode()
