"""What a hostile or careless hand sends, and what somebody would do with a role they gave or lent themselves."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.test import Client

from ledger.access import act_as
from ledger.actor import Actor
from ledger.clock import today
from ledger.commands import delegate, grant_role, register_organisation, verify_organisation
from ledger.errors import NotPermitted, PolicyRefused
from tests.cast import credit_code
from tests.ledger.api_cast import FARM
from tests.ledger.api_cast import Cast as Small

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> Small:
    return Small.gathered()


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "address",
    [
        f"{FARM}?page_size=000000100999999",
        f"{FARM}?order=--name",
        f"{FARM}?cursor=" + cursor("[" * 2000),
        f"{FARM}?cursor=" + cursor('["pk",1e999]'),
        f"/api/v1/changes/?since={'0' * 20}{'9' * 30}",
    ],
)
def test_a_query_made_by_hand_is_refused(small: Small, address: str) -> None:
    answer = small.client().get(address)
    assert answer.status_code == 400, answer.content


def test_a_body_nested_without_end_is_refused(small: Small) -> None:
    answer = small.client().post("/api/v1/people/", "[" * 200_000, content_type="application/json")
    assert answer.status_code == 400


def test_a_number_without_end_names_nothing(small: Small) -> None:
    body = '{"items": [{"dataset": 1e999}], "purpose": "x"}'
    answer = small.client("admin").post("/api/v1/applications/", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("address", ["/organisations/?q=%00", "/codes/%00/"])
def test_a_nul_in_an_address_is_a_page_of_its_own(small: Small, address: str) -> None:
    assert Client().get(address).status_code == 400


def test_a_posted_organisation_or_row_of_endless_digits_breaks_nothing(small: Small) -> None:
    browser = Client()
    browser.force_login(small.admin, "ledger.signin.LockoutBackend")
    endless = browser.post("/datasets/register/", {f"fields[{'9' * 5000}]name": "x"})
    assert endless.status_code == 400
    assert browser.post("/account/organisation/", {"organisation": "9" * 5000}).status_code == 302


@pytest.mark.parametrize("wanted", ["9" * 5000, "999999"])
def test_an_organisation_nobody_knows_is_not_ones_own_name(small: Small, wanted: str) -> None:
    browser = Client(headers={"X-Organisation": wanted})
    browser.force_login(small.admin, "ledger.signin.LockoutBackend")
    assert browser.get("/api/v1/").status_code in (400, 403)


def test_the_feed_stands_entries_about_people_and_shows_them_to_themselves_only(small: Small) -> None:
    about = f"user:{small.stranger.pk}"
    assert small.client().get(f"/api/v1/entries/?subject={about}").status_code == 404
    assert small.client("stranger").get(f"/api/v1/entries/?subject={about}").json()["results"]
    assert small.client("clerk").get("/api/v1/entries/?subject=accesstoken:1").status_code == 404


def test_no_officer_verifies_an_organisation_they_belong_to(small: Small) -> None:
    own = register_organisation(
        actor=Actor(user=small.officer), name="Own", kind="enterprise", region="340100", scheme="uscc",
        identifier=credit_code(77),
    )  # fmt: skip
    with pytest.raises(NotPermitted):
        verify_organisation(actor=small.actor("officer"), organisation=own)


def test_a_borrowed_administrator_gives_themselves_nothing(small: Small) -> None:
    until = today() + dt.timedelta(days=3)
    delegate(actor=small.actor("admin"), organisation=small.farm, receiver=small.clerk, roles=["org_admin"],
             starts=today(), ends=until)  # fmt: skip
    with pytest.raises(PolicyRefused):
        grant_role(
            actor=act_as(small.clerk, small.farm), organisation=small.farm, user=small.clerk, role="org_admin"
        )
