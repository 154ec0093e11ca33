"""The API's description of itself: OpenAPI without a warning, docs without another host, schemas that fit the case."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from ledger.api import nouns
from tests.ledger.api_cast import Cast, url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


def test_it_describes_itself_without_a_warning() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_it_describes_every_command_and_nothing_else() -> None:
    body = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert body["openapi"].startswith("3.1")
    told = {one["operationId"] for path in body["paths"].values() for one in path.values()}
    for noun in nouns.all_nouns():
        for name in (*noun.commands, *noun.creates):
            assert f"{noun.name}.{name}" in told
    assert {method for path in body["paths"].values() for method in path} <= {"get", "post"}
    assert all(path.startswith("/api/v1/") for path in body["paths"])


def test_its_docs_ask_no_other_host_and_run_nothing_inline() -> None:
    page = Client().get("/api/docs/").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(sources) >= 4
    assert all(source.startswith("/") for source in sources)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)
    script = Client().get("/api/docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content


def test_every_schema_is_a_schema_and_every_action_names_one(cast: Cast) -> None:
    client = cast.client("admin")
    for one in client.get(url_of(cast.farm)).json()["actions"]:
        schema = client.get(one["schema"]).json()
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == one["schema"]
        assert schema["title"] == one["label"]


def test_a_schema_says_what_the_body_is_refused_for(cast: Cast) -> None:
    """What the schema takes the shape takes, and the other way round."""
    client = cast.client("admin")
    address = url_of(cast.farm, "invite_member")
    schema = Draft202012Validator(client.get("/api/v1/schemas/invite_member/").json())
    for body in (
        {"roles": ["steward"], "addressee": "x"},
        {"roles": ["steward"]},
        {"roles": ["king"], "addressee": "x"},
        {"roles": "steward", "addressee": "x"},
        {"roles": ["steward"], "addressee": "x", "crown": True},
        {"roles": ["steward"], "addressee": ""},
        {"roles": ["steward"], "addressee": "x" * 201},
    ):
        taken = client.post(address, body, format="json").status_code != 400
        assert schema.is_valid(body) == taken, body


def test_a_schema_does_not_betray_what_one_may_not_see(cast: Cast) -> None:
    client = cast.client()
    assert client.get("/api/v1/schemas/withdraw_token/?of=tokens/abc").status_code == 404
    assert client.get("/api/v1/schemas/withdraw_token/?of=moons/1").status_code == 404
