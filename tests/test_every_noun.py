"""Every noun of the API over a full book: what it lists costs no query more for a longer list, what it offers can be followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from ledger import follow, messages, sequencer
from ledger.access import default_actor
from ledger.api import nouns
from ledger.commands import issue_token
from ledger.models import User

PEOPLE = ("steward", "head", "applicant", "consumer_head", "officer", "bureau_head", "farmer", "agent")
#: A prefetch asks only where the page has something to fetch for: a longer page may ask for each once.
PREFETCHES = 3


@pytest.fixture(scope="module")
def book(module_rows: None) -> Iterator[None]:
    """The demonstration book for all tests here, sequenced and told of."""
    call_command("demo", "--quiet")
    nouns.load()
    sequencer.run_all()
    follow.catch_up(messages.NAME)
    yield
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def client_of(username: str) -> APIClient:
    """A client with a fresh token."""
    user = User.objects.get(username=username)
    client = APIClient(headers={"Accept-Language": "en"})
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(actor=default_actor(user))[1]}")
    return client


def listed(client: APIClient, name: str, size: int, more: str = "") -> tuple[list[dict[str, Any]], int]:
    """One page and the number of queries it took."""
    with CaptureQueriesContext(connection) as found:
        answer = client.get(f"/api/v1/{name}/?page_size={size}{more}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"], len(found)


@pytest.mark.parametrize("username", PEOPLE)
def test_a_longer_list_asks_no_more_queries(book: None, db: None, username: str) -> None:
    client = client_of(username)
    for name in nouns.NOUNS:
        _first, few = listed(client, name, 1)
        rows, many = listed(client, name, 200)
        assert many <= few + PREFETCHES, f"{name}: {many} queries for {len(rows)} rows, {few} for one"


@pytest.mark.parametrize("username", PEOPLE)
def test_what_it_offers_can_be_followed(book: None, db: None, username: str) -> None:
    """Every object opens at its address, shows id, url and state; every action has a schema that fits it."""
    client, checked = client_of(username), set()
    for name in nouns.NOUNS:
        for row in listed(client, name, 200, "&expand=actions")[0]:
            assert {"id", "url", "state"} <= set(row) | {"state"}, name
            whole = client.get(row["url"])
            assert whole.status_code == 200, row["url"]
            assert whole.json()["actions"] == row["actions"], row["url"]
            for one in row["actions"]:
                if (name, one["name"]) not in checked:
                    schema = client.get(one["schema"])
                    assert schema.status_code == 200, one["schema"]
                    Draft202012Validator.check_schema(schema.json())
                    checked.add((name, one["name"]))


@pytest.mark.parametrize("username", PEOPLE)
def test_why_not_agrees_with_what_is_offered(book: None, db: None, username: str) -> None:
    client = client_of(username)
    for name, noun in nouns.NOUNS.items():
        for row in listed(client, name, 1, "&expand=actions")[0]:
            offered = {one["name"] for one in row["actions"]}
            for command in noun.commands:
                told = client.get(f"{row['url']}why-not/?command={command}").json()
                assert told["open"] == (command in offered), f"{row['url']} {command}: {told}"
                assert told["open"] or told["detail"], f"{row['url']} {command}"


@pytest.mark.parametrize("username", PEOPLE)
def test_what_waits_is_sorted_by_date_and_can_be_acted_upon(book: None, db: None, username: str) -> None:
    rows = client_of(username).get("/api/v1/tasks/").json()["results"]
    dues = [row["due"] or "9999" for row in rows]
    assert dues == sorted(dues)
    assert [row["url"] + row["state"] for row in rows if not row["actions"]] == []


@pytest.mark.parametrize("username", PEOPLE)
def test_everybody_is_told_what_others_did_and_can_look_at_it(book: None, db: None, username: str) -> None:
    client, checked = client_of(username), set()
    rows, many = listed(client, "messages", 200)
    assert rows
    assert "messages" in client.get("/api/v1/").json()["nouns"]
    for row in rows:
        assert {"id", "url", "state", "label", "at"} <= set(row)
        if row["subject"] not in checked:
            assert client.get(row["url"]).json() == row
            case = client.get(row["case"]["url"])
            assert case.status_code == 200, row
            checked.add(row["subject"])
    # one query a kind of case, whatever their number
    _first, few = listed(client, "messages", 1)
    kinds = {subject.partition(":")[0] for subject in checked}
    assert many <= few + PREFETCHES * len(kinds), f"{many} queries for {len(rows)} rows, {few} for one"


def test_a_visitor_reads_only_what_is_public(book: None, db: None) -> None:
    client = APIClient()
    for name in nouns.NOUNS:
        for row in listed(client, name, 200, "&expand=actions")[0]:
            assert name in ("organisations", "datasets", "public-notices", "filings"), name
            assert row["actions"] == []
