"""The generated addresses: what every noun offers, lists, shows and refuses."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection

from ledger.api import nouns
from ledger.models import Organisation
from ledger.sequencer import Sequencer
from tests.ledger.api_cast import FARM, Cast, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


def test_it_lists_every_noun_with_its_address(cast: Cast) -> None:
    body = cast.client().get("/api/v1/").json()
    assert set(nouns.NOUNS) | set(nouns.PLACES) == set(body["nouns"])
    for name, entry in body["nouns"].items():
        assert cast.client("admin").get(entry["href"]).status_code == 200, name


def test_it_offers_creating_only_to_those_who_may(cast: Cast) -> None:
    assert cast.client().get("/api/v1/").json()["nouns"]["organisations"]["actions"] == []
    offered = cast.client("admin").get("/api/v1/").json()["nouns"]["organisations"]["actions"]
    assert [(one["name"], one["href"]) for one in offered] == [("register_organisation", FARM)]


def test_it_shows_an_object_with_id_url_state_and_open_commands(cast: Cast) -> None:
    body = cast.client("admin").get(url_of(cast.farm)).json()
    assert (body["id"], body["url"], body["state"]) == (cast.farm.pk, url_of(cast.farm), "unverified")
    names = [one["name"] for one in body["actions"]]
    assert "invite_member" in names
    assert "verify_organisation" not in names
    assert cast.client().get(url_of(cast.farm)).json()["actions"] == []


def test_it_runs_a_command_by_following_its_action(cast: Cast) -> None:
    officer = cast.client("officer")
    found = officer.get(url_of(cast.farm)).json()
    verify = next(one for one in found["actions"] if one["name"] == "verify_organisation")
    answer = officer.post(verify["href"], {}, format="json")
    assert answer.status_code == 200
    body = answer.json()
    assert body["state"] == "verified"
    assert body["receipt"] == f"/api/v1/receipts/{body['entry']}/"
    cast.farm.refresh_from_db()
    assert str(cast.farm.entry_uid) == body["entry"]


def test_it_creates_with_the_address_of_what_was_made(cast: Cast) -> None:
    answer = cast.client("stranger").post(FARM, {"name": "Mill", "kind": "individual"}, format="json")
    assert answer.status_code == 201
    assert answer.headers["Location"] == url_of(Organisation.objects.get(name="Mill"))


def test_it_shows_a_secret_once(cast: Cast) -> None:
    admin = cast.client("admin")
    answer = admin.post(
        "/api/v1/tokens/", {"name": "meter", "scopes": ["organisations"], "days": 7}, format="json"
    )
    assert answer.status_code == 201
    secret = answer.json()["secret"]
    assert secret not in admin.get(answer.json()["url"]).content.decode()
    assert admin.post(answer.json()["url"] + "withdraw_token/").status_code == 204
    refused = cast.client(HTTP_AUTHORIZATION="").get(
        "/api/v1/", headers={"Authorization": f"Bearer {secret}"}
    )
    assert refused.status_code == 401


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_it_refuses_to_force_a_state(cast: Cast, method: str) -> None:
    answer = getattr(cast.client("admin"), method)(url_of(cast.farm), {"state": "verified"}, format="json")
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_it_names_the_fields_it_does_not_know(cast: Cast) -> None:
    answer = cast.client("admin").post(
        url_of(cast.farm, "describe_organisation"), {"verified_at": "2026-01-01"}, format="json"
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/verified_at"
    assert "name_en" in answer.json()["errors"][0]["message"]


def test_it_weighs_permission_before_shape(cast: Cast) -> None:
    assert cast.client("clerk").post(url_of(cast.farm, "invite_member"), {}, format="json").status_code == 403
    assert cast.client("admin").post(url_of(cast.farm, "invite_member"), {}, format="json").status_code == 400
    assert cast.client().post(url_of(cast.farm, "invite_member"), {}, format="json").status_code == 401
    assert cast.client("officer").post("/api/v1/organisations/999999/verify_organisation/").status_code == 404


def test_it_refuses_in_the_wrong_state(cast: Cast) -> None:
    officer = cast.client("officer")
    assert officer.post(url_of(cast.farm, "verify_organisation")).status_code == 200
    answer = officer.post(url_of(cast.farm, "verify_organisation"))
    assert answer.status_code == 409
    assert answer.json()["remedy"]


def test_it_explains_why_not(cast: Cast) -> None:
    body = cast.client("clerk").get(url_of(cast.farm, "why-not") + "?command=verify_organisation").json()
    assert body["open"] is False
    assert body["missing"] == "permission"
    assert body["who"] == [{"side": "body", "role": "officer", "label": "registry body: compliance officer"}]
    assert body["state"] == "unverified"
    assert (
        cast.client("officer")
        .get(url_of(cast.farm, "why-not") + "?command=verify_organisation")
        .json()["open"]
    )
    assert cast.client("clerk").get(url_of(cast.farm, "why-not") + "?command=fly").status_code == 400


def test_it_lets_a_narrow_token_read_but_not_write(cast: Cast) -> None:
    narrow = cast.client("admin", scopes=("datasets",))
    body = narrow.get(url_of(cast.farm)).json()
    assert body["actions"] == []
    answer = narrow.post(
        url_of(cast.farm, "invite_member"), {"roles": ["steward"], "addressee": "x"}, format="json"
    )
    assert answer.status_code == 403
    assert answer.json()["code"] == "scope"


def test_it_hides_accounts_behind_membership(cast: Cast) -> None:
    """A user name of another organisation and one that does not exist are the same."""
    grant = url_of(cast.farm, "grant_role")
    told = [
        cast.client("admin").post(grant, {"user": name, "role": "agent"}, format="json").json()["errors"]
        for name in ("stranger", "nobody-at-all")
    ]
    assert told[0] == told[1]
    assert (
        cast.client("admin").post(grant, {"user": "clerk", "role": "agent"}, format="json").status_code == 200
    )


def test_it_gives_the_schema_of_a_body(cast: Cast) -> None:
    from jsonschema import Draft202012Validator

    for name in nouns.shapes():
        schema = cast.client().get(f"/api/v1/schemas/{name}/").json()
        Draft202012Validator.check_schema(schema)
    schema = cast.client().get("/api/v1/schemas/grant_role/").json()
    assert schema["required"] == ["user", "role"]
    assert schema["additionalProperties"] is False
    assert {"const": "agent", "title": "agent"} in schema["properties"]["role"]["oneOf"]
    assert cast.client().get("/api/v1/schemas/fly/").status_code == 404


def test_it_speaks_the_readers_language(cast: Cast) -> None:
    answer = cast.client().get("/api/v1/organisations/0/", headers={"Accept-Language": "zh-hans"})
    assert answer.headers["Content-Language"] == "zh-hans"


@pytest.mark.django_db(transaction=True)
def test_it_waits_until_the_entry_is_in_the_log() -> None:
    cast = Cast.gathered()
    officer, verify = cast.client("officer"), url_of(cast.farm, "verify_organisation")

    def sequence() -> None:
        time.sleep(0.2)
        Sequencer().step()
        connection.close()

    beside = threading.Thread(target=sequence)
    beside.start()
    body = officer.post(f"{verify}?wait=5", {}, format="json").json()
    beside.join()
    assert body["index"] is not None
    entry = officer.get(body["receipt"]).json()
    assert (entry["index"], entry["state"]) == (body["index"], "sequenced")


def test_it_waits_no_longer_than_asked(cast: Cast) -> None:
    officer = cast.client("officer")
    assert officer.post(url_of(cast.farm, "verify_organisation") + "?wait=soon").status_code == 400
    assert officer.post(url_of(cast.farm, "verify_organisation") + "?wait=11").status_code == 400
    body = officer.post(url_of(cast.farm, "verify_organisation") + "?wait=0.1").json()
    assert body["entry"]
    assert body["index"] is None
