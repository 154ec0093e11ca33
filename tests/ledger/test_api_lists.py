"""Lists: pages by key, filters, chosen fields, expanded links, and no query more for a longer list."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.access import act_as
from ledger.actor import Actor
from ledger.commands import register_organisation
from ledger.commands.people import accept_invitation, invite_member
from ledger.models import User
from tests.ledger.api_cast import FARM, Cast, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


def villages(count: int) -> None:
    """Many organisations, some of one name."""
    clerk = Actor(user=User.objects.get(username="stranger"))
    for number in range(count):
        register_organisation(actor=clerk, name=f"Village {number % 3}", kind="collective", region="340200")


@pytest.mark.parametrize("order", ["pk", "-pk", "name", "-name"])
def test_it_pages_through_everything_once(cast: Cast, order: str) -> None:
    villages(11)
    seen, address = [], f"{FARM}?page_size=4&kind=collective&order={order}"
    while address:
        body = cast.client().get(address).json()
        assert len(body["results"]) <= 4
        seen += [one["id"] for one in body["results"]]
        address = body["next"]
    assert len(seen) == len(set(seen)) == 11


def test_it_keeps_its_place_while_rows_come(cast: Cast) -> None:
    villages(6)
    first = cast.client().get(f"{FARM}?page_size=3&kind=collective&order=-pk").json()
    villages(2)
    second = cast.client().get(first["next"]).json()
    assert not {one["id"] for one in first["results"]} & {one["id"] for one in second["results"]}
    assert len(second["results"]) == 3


def test_it_filters_and_searches(cast: Cast) -> None:
    villages(3)
    client = cast.client()

    def names(query: str) -> list[str]:
        return sorted(one["name"] for one in client.get(f"{FARM}?{query}").json()["results"])

    assert names("q=village+1") == ["Village 1"]
    assert names("kind=department,cooperative") == ["Farm", "Registry Body"]
    assert names("registry_body=true") == ["Registry Body"]
    assert names("region=3402") == ["Village 0", "Village 1", "Village 2"]
    assert names("state=verified") == ["Registry Body"]


def test_it_shows_chosen_fields_only(cast: Cast) -> None:
    body = cast.client().get(f"{FARM}?fields=name&kind=cooperative").json()["results"][0]
    assert set(body) == {"id", "url", "name"}


def test_it_expands_links_and_actions(cast: Cast) -> None:
    admin = cast.client("admin")
    plain = admin.get("/api/v1/members/").json()["results"][0]
    assert set(plain["organisation"]) == {"id", "url", "label"}
    assert "actions" not in plain
    whole = admin.get("/api/v1/members/?expand=organisation,actions").json()["results"][0]
    assert whole["organisation"]["kind"] == "cooperative"
    assert whole["actions"] == []


def test_members_see_members_with_roles(cast: Cast) -> None:
    rows = cast.client("clerk").get("/api/v1/members/").json()["results"]
    assert {row["user"]["username"]: row["roles"] for row in rows}["clerk"] == ["steward"]
    assert cast.client("stranger").get("/api/v1/members/").json()["results"] == []
    assert cast.client().get("/api/v1/members/").json()["results"] == []


@pytest.mark.parametrize(
    "address", ["/api/v1/members/?expand=organisation,actions", f"{FARM}?expand=actions,parent"]
)
def test_it_asks_no_more_queries_for_a_longer_list(cast: Cast, address: str) -> None:
    admin = cast.client("admin")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert admin.get(address).status_code == 200
        return len(found)

    before = queries()
    villages(5)
    for number in range(5):
        sent = {"organisation": cast.farm, "roles": ["agent"], "addressee": "x"}
        _invitation, secret = invite_member(actor=act_as(cast.admin, cast.farm), **sent)
        accept_invitation(actor=Actor(user=person(f"hand{number}")), secret=secret)
    assert queries() == before
    assert before <= 10


def test_tokens_are_ones_own(cast: Cast) -> None:
    admin, clerk = cast.client("admin"), cast.client("clerk")
    mine = admin.get("/api/v1/tokens/").json()["results"][0]
    assert clerk.get(mine["url"]).status_code == 404
    assert clerk.post(mine["url"] + "withdraw_token/").status_code == 404


def test_colleagues_do_not_read_each_others_mail(cast: Cast) -> None:
    rows = {row["username"]: row for row in cast.client("clerk").get("/api/v1/people/").json()["results"]}
    assert set(rows) == {"admin", "clerk"}
    assert "email" not in rows["admin"]
    assert "email" in rows["clerk"]
