"""Messages over the API and on their page: listed, counted by the bell, marked read; nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator

from ledger import follow, messages, sequencer
from ledger.commands import describe_organisation
from ledger.models import Message, ReadMark
from tests.ledger.api_cast import Cast, url_of

pytestmark = pytest.mark.django_db
MESSAGES = "/api/v1/messages/"


@pytest.fixture
def cast() -> Iterator[Cast]:
    yield Cast.gathered()
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def described(cast: Cast, times: int) -> None:
    """The administrator describes the farm so often; the clerk is told of each."""
    for turn in range(times):
        describe_organisation(actor=cast.actor("admin"), organisation=cast.farm, contact=f"desk {turn}")
    sequencer.run_all()
    follow.catch_up(messages.NAME)


def results(client: Any, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{MESSAGES}?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_it_lists_what_one_is_told_newest_first(cast: Cast):
    described(cast, 3)
    found = results(cast.client("clerk"))
    assert len(found) == 3
    assert [one["index"] for one in found] == sorted((one["index"] for one in found), reverse=True)
    first = found[0]
    assert first["label"] == "Organisation described"
    assert (first["type"], first["state"], first["read"]) == ("organisation.described", "unread", False)
    assert first["subject"] == f"organisation:{cast.farm.pk}"
    assert first["case"] == {"url": url_of(cast.farm), "label": "Farm"}
    client = cast.client("clerk")
    for address in (first["url"], first["case"]["url"], first["entry"]):
        assert client.get(address).status_code == 200, address
    assert client.get(first["url"]).json() == first


def test_a_page_follows_the_other(cast: Cast):
    described(cast, 5)
    client, address, seen, pages = cast.client("clerk"), f"{MESSAGES}?page_size=2&unread=1", [], 0
    while address:
        body = client.get(address).json()
        seen += [one["id"] for one in body["results"]]
        address, pages = body["next"], pages + 1
    assert pages == 3
    assert seen == [one["id"] for one in results(client)]
    assert len(set(seen)) == 5


def test_marking_read_moves_one_mark_and_never_back(cast: Cast):
    described(cast, 3)
    client = cast.client("clerk")
    found = results(client)
    answer = client.post(f"{MESSAGES}read/", {"until": found[1]["index"]}, format="json")
    assert answer.status_code == 200
    assert answer.json() == {"unread_from": found[1]["index"] + 1}
    assert [one["id"] for one in results(client, "unread=1")] == [found[0]["id"]]
    assert [one["read"] for one in results(client)] == [False, True, True]
    client.post(f"{MESSAGES}read/", {"until": 0}, format="json")
    assert len(results(client, "unread=1")) == 1
    assert ReadMark.objects.count() == 1
    described(cast, 1)
    client.post(f"{MESSAGES}read/", {"until": 2**62}, format="json")
    described(cast, 1)
    assert len(results(client, "unread=1")) == 1, "what was not told yet cannot be read"


def test_a_key_sent_twice_is_done_once(cast: Cast):
    described(cast, 1)
    client = cast.client("clerk")
    sent = {"path": f"{MESSAGES}read/", "data": {"until": 5}, "format": "json", "HTTP_IDEMPOTENCY_KEY": "k"}
    first, second = client.post(**sent), client.post(**sent)
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert client.post(**sent | {"data": {"until": 6}}).status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"until": -1}, {"until": "x"}, {"until": 2**63}, {"until": 1, "more": 2}]
)
def test_a_wrong_mark_is_refused(cast: Cast, body: dict[str, Any]):
    answer = cast.client("clerk").post(f"{MESSAGES}read/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert not ReadMark.objects.exists()


@pytest.mark.parametrize("query", ["unread=perhaps", "unraed=1", "cursor=x", "page_size=0", "page_size=201"])
def test_a_wrong_question_is_refused(cast: Cast, query: str):
    assert cast.client("clerk").get(f"{MESSAGES}?{query}").status_code == 400


def test_nobody_reads_anothers(cast: Cast):
    described(cast, 1)
    (mine,) = results(cast.client("clerk"))
    for name in ("admin", "officer", "stranger", ""):
        client = cast.client(name)
        assert mine["id"] not in {one["id"] for one in results(client)}
        assert client.get(mine["url"]).status_code == 404
    assert cast.client("clerk").get(f"{MESSAGES}nonsense/").status_code == 404


def test_marking_needs_a_person_and_a_token_that_covers_it(cast: Cast):
    described(cast, 1)
    body = {"until": 1}
    assert cast.client().post(f"{MESSAGES}read/", body, format="json").status_code == 401
    assert cast.client("clerk", scopes=()).post(f"{MESSAGES}read/", body, format="json").status_code == 403
    issued = cast.client("clerk").post("/api/v1/tokens/", {"scopes": ["messages"]}, format="json")
    assert issued.status_code == 201, issued.content
    assert (
        cast.client("clerk", scopes=("messages",)).post(f"{MESSAGES}read/", body, format="json").status_code
        == 200
    )


def test_a_longer_list_asks_no_more_queries(cast: Cast):
    described(cast, 30)
    client, counts = cast.client("clerk"), []
    for size in (1, 30):
        with CaptureQueriesContext(connection) as found:
            assert len(results(client, f"page_size={size}")) == size
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_the_api_describes_it(cast: Cast):
    paths = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()["paths"]
    assert {"cursor", "page_size", "unread"} == {one["name"] for one in paths[MESSAGES]["get"]["parameters"]}
    body = paths[f"{MESSAGES}read/"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"].endswith("ReadUntilRequest")
    assert f"{MESSAGES}{{id}}/" in paths or f"{MESSAGES}{{pk}}/" in paths
    Draft202012Validator.check_schema(body)


# The page -----------------------------------------------------------------------------------------------------
def browser_of(cast: Cast, name: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(getattr(cast, name), backend="ledger.signin.LockoutBackend")
    return client


def bell(page: str) -> str:
    """What the bell in the head says, tags apart."""
    found = re.search(r'<a class="btn sm bell".*?</a>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_bell_counts_and_the_page_marks_read(cast: Cast):
    described(cast, 2)
    client = browser_of(cast, "clerk")
    assert bell(client.get("/log/").content.decode()) == "Messages 2 unread"
    page = client.get("/messages/").content.decode()
    assert page.count("Organisation described") == 2
    assert page.count('<li class="new">') == 2
    assert f'href="/organisations/{cast.farm.pk}/"' in page
    until = re.search(r'name="until" value="(\d+)"', page)
    assert until
    described(cast, 1)
    answer = client.post("/messages/read/", {"until": until[1]}, follow=True)
    assert answer.redirect_chain == [("/messages/", 302)]
    page = answer.content.decode()
    assert bell(page) == "Messages 1 unread", "what came meanwhile stays unread"
    assert page.count('<li class="new">') == 1
    client.post("/messages/read/", {"until": 10**9})
    page = client.get("/messages/").content.decode()
    assert bell(page) == "Messages"
    assert "Mark all as read" not in page


def test_nothing_told_is_an_empty_page(cast: Cast):
    page = browser_of(cast, "stranger").get("/messages/").content.decode()
    assert "No messages" in page
    assert bell(page) == "Messages"


def test_a_visitor_signs_in_first(cast: Cast):
    for answer in (Client().get("/messages/"), Client().post("/messages/read/", {"until": 1})):
        assert answer.status_code == 302
        assert "/sign-in/" in answer["Location"]
    assert "bell" not in Client().get("/log/").content.decode()
    assert browser_of(cast, "clerk").get("/messages/read/").status_code == 405


def test_the_page_goes_back_in_time(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ledger.pages.messages.NEWEST", 2)
    described(cast, 5)
    client, address, seen = browser_of(cast, "clerk"), "/messages/", []
    while address:
        answer = client.get(address)
        seen += [one["message"].pk for one in answer.context["told"]]
        older = answer.context["older"]
        address = f"/messages/?before={older}" if older else ""
    mine = Message.objects.filter(recipient=cast.clerk).order_by("-pk")
    assert seen == list(mine.values_list("pk", flat=True))
    assert client.get("/messages/?before=x").status_code == 200
    assert b"Mark all as read" not in client.get(f"/messages/?before={seen[1]}").content


def test_the_page_asks_no_more_queries_for_more_messages(cast: Cast):
    counts = []
    for more in (1, 20):
        described(cast, more)
        client = browser_of(cast, "clerk")
        client.get("/messages/")
        with CaptureQueriesContext(connection) as found:
            client.get("/messages/")
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_where_nothing_is_unread_the_bell_asks_once(cast: Cast, django_assert_num_queries: Any):
    described(cast, 1)
    clerk = cast.actor("clerk")
    with django_assert_num_queries(2):
        assert messages.unread(clerk, 100) == 1
    messages.mark_read(clerk, 10**9)
    with django_assert_num_queries(1):
        assert messages.unread(clerk, 100) == 0


def test_very_many_are_not_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ledger.pages.context.MANY", 3)
    described(cast, 5)
    assert bell(browser_of(cast, "clerk").get("/log/").content.decode()) == "Messages 3+ unread"
