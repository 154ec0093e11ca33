"""Tokens and sessions: who is let in, as whom."""

from __future__ import annotations

import datetime as dt

import pytest
from rest_framework.test import APIClient

from ledger.actor import Actor
from ledger.clock import at, now
from ledger.commands import accept_invitation, hand_over_work, invite_member
from tests.ledger.api_cast import FARM, PASSWORD, Cast, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


def bearer(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_token_is_person_and_organisation(cast: Cast) -> None:
    who = cast.client("clerk").get("/api/v1/").json()["actor"]
    assert who == {
        "username": "clerk",
        "organisation": {"id": cast.farm.pk, "label": "Farm"},
        "roles": ["steward"],
        "scopes": ["*"],
    }


@pytest.mark.parametrize("sent", ["Bearer", "Bearer ", "Bearer nonsense", "Bearer a b", "Bearer " + "é" * 20])
def test_it_refuses_what_is_no_token(cast: Cast, sent: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=sent)
    answer = client.get("/api/v1/")
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_it_refuses_a_token_at_its_end(cast: Cast) -> None:
    client = cast.client("clerk")
    with at(now() + dt.timedelta(days=91)):
        assert client.get("/api/v1/").status_code == 401
    assert client.get("/api/v1/").status_code == 200


def test_it_refuses_who_was_deactivated(cast: Cast) -> None:
    client = cast.client("clerk")
    cast.clerk.is_active = False
    cast.clerk.save()
    assert client.get("/api/v1/").status_code == 401


def test_a_leavers_token_is_dead(cast: Cast) -> None:
    client = cast.client("clerk")
    hand_over_work(actor=cast.actor("admin"), organisation=cast.farm, leaver=cast.clerk, successor=cast.admin)
    assert client.get("/api/v1/").status_code == 401


def test_a_token_does_not_change_organisation(cast: Cast) -> None:
    client = cast.client("clerk", **{"X-Organisation": str(cast.body.pk)})
    assert client.get("/api/v1/").json()["actor"]["organisation"]["id"] == cast.farm.pk


def test_a_session_may_name_its_organisation(cast: Cast) -> None:
    sent = {"organisation": cast.body, "roles": ["auditor"], "addressee": "clerk"}
    _invitation, secret = invite_member(actor=cast.actor("officer"), **sent)
    accept_invitation(actor=Actor(user=cast.clerk), secret=secret)
    client = APIClient()
    client.login(username="clerk", password=PASSWORD)

    def organisation(header: str) -> int | None:
        found = client.get("/api/v1/", headers={"X-Organisation": header}).json()["actor"]["organisation"]
        return found and found["id"]

    assert client.get("/api/v1/").json()["actor"]["organisation"]["id"] == cast.body.pk  # joined last
    assert organisation(str(cast.farm.pk)) == cast.farm.pk
    assert organisation("0") is None
    assert client.get("/api/v1/", headers={"X-Organisation": "x"}).status_code == 400


def test_a_stranger_cannot_act_for_an_organisation(cast: Cast) -> None:
    client = APIClient()
    client.login(username="stranger", password=PASSWORD)
    assert client.get("/api/v1/", headers={"X-Organisation": str(cast.farm.pk)}).status_code == 403


def test_a_session_needs_the_csrf_token_to_write(cast: Cast) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.login(username="stranger", password=PASSWORD)
    answer = client.post(FARM, {"name": "Mill", "kind": "individual"}, format="json")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    client.get("/api/v1/")
    token = "a" * 32
    client.cookies["csrftoken"] = token
    sent = client.post(
        FARM, {"name": "Mill", "kind": "individual"}, format="json", headers={"X-CSRFToken": token}
    )
    assert sent.status_code == 201


def test_an_answer_is_for_its_reader_alone(cast: Cast) -> None:
    answer = cast.client("clerk").get(url_of(cast.farm))
    assert "private" in answer.headers["Cache-Control"]
    assert "Authorization" in answer.headers["Vary"]
