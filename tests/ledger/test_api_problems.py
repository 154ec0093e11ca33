"""Errors: always a problem (RFC 9457), in the reader's language, leaking nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator, FormatChecker

from ledger.api.problems import KINDS
from tests.ledger.api_cast import FARM, Cast, url_of

pytestmark = pytest.mark.django_db

#: RFC 9457, appendix A, with our own members.
SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "minLength": 1},
        "status": {"type": "integer", "minimum": 100, "maximum": 599},
        "detail": {"type": "string", "minLength": 1},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "additionalProperties": {"type": "string"},
            },
        },
    },
}
JSON = {"content_type": "application/json"}


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


def checked(answer: Any, status: int) -> dict[str, Any]:
    """The problem, after it was found to be one."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(body)
    assert body["status"] == status
    assert "Traceback" not in answer.content.decode()
    return body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/nothing/here/", 404),
        ("get", "/api/v1/nothing/", 404),
        ("post", "/api/v1/nothing/", 404),
        ("get", "/api/v2/", 404),
        ("get", "/api/v1/organisations/0/", 404),
        ("get", "/api/v1/organisations/x/", 404),
        ("get", "/api/v1/organisations/99999999999999999999999999/", 404),
        ("get", "/api/v1/organisations/%00/", 404),
        ("get", "/api/v1/problems/nothing/", 404),
        ("put", "/api/v1/organisations/", 405),
        ("get", "/api/v1/organisations/?colour=red", 400),
        ("get", "/api/v1/organisations/?page_size=0", 400),
        ("get", "/api/v1/organisations/?page_size=201", 400),
        ("get", "/api/v1/organisations/?cursor=nonsense", 400),
        ("get", "/api/v1/organisations/?registry_body=perhaps", 400),
        ("get", "/api/v1/organisations/?fields=shoe_size", 400),
        ("get", "/api/v1/organisations/?order=shoe_size", 400),
        ("get", "/api/v1/organisations/?expand=shoe_size", 400),
        ("post", "/api/v1/organisations/", 401),
    ],
)
def test_it_answers_with_a_problem(method: str, path: str, status: int) -> None:
    checked(getattr(Client(), method)(path, **(JSON if method != "get" else {})), status)


def test_it_puts_a_forgotten_slash_right() -> None:
    answer = Client().post("/api/v1/organisations?x=1", "{}", **JSON)
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/api/v1/organisations/?x=1"


def test_it_says_where_a_body_cannot_be_read(cast: Cast) -> None:
    admin = cast.client("admin")
    assert "line 1" in checked(admin.post(FARM, '{"name": ', content_type="application/json"), 400)["detail"]
    checked(admin.post(FARM, "<name/>", content_type="text/xml"), 415)
    checked(admin.post(FARM, "[]", content_type="application/json"), 400)
    checked(admin.post(FARM, "7", content_type="application/json"), 400)
    checked(admin.post(FARM, b"\xff\xfe", content_type="application/json"), 400)
    half = checked(admin.post(FARM, '{"kind": "\\ud800"}', content_type="application/json"), 400)
    assert "surrogate" in half["detail"]
    checked(admin.post(FARM, '{"kind": NaN}', content_type="application/json"), 400)
    checked(
        admin.post(FARM, '{"name": "a\\u0000b", "kind": "household"}', content_type="application/json"), 400
    )


def test_it_points_at_nested_faults(cast: Cast) -> None:
    body = checked(
        cast.client("admin").post("/api/v1/tokens/", {"scopes": ["*", "moon"], "days": 900}, format="json"),
        400,
    )
    assert {fault["pointer"] for fault in body["errors"]} == {"/scopes", "/days"}
    body = checked(cast.client("admin").post("/api/v1/tokens/", {"scopes": ["*", {}]}, format="json"), 400)
    assert body["errors"][0]["pointer"] == "/scopes/1"


def test_it_names_rule_and_remedy(cast: Cast) -> None:
    """A wrong check character of a credit code, with the right one in the words."""
    body = {"name": "Mill", "kind": "enterprise", "scheme": "uscc", "identifier": "93340100MA2XTETT0A"}
    problem = checked(cast.client("stranger").post(FARM, body, format="json"), 400)
    assert problem["rule"] == "R 2"
    assert problem["errors"][0]["pointer"] == "/identifier"
    assert "must be E" in problem["errors"][0]["message"]


def test_it_refuses_by_policy_with_422(cast: Cast) -> None:
    body = {"name": "Twin", "kind": "enterprise", "scheme": "uscc", "identifier": cast.farm.identifier}
    problem = checked(cast.client("stranger").post(FARM, body, format="json"), 422)
    assert (problem["type"], problem["code"]) == ("/api/v1/problems/policy-refused/", "identifier_taken")
    assert problem["remedy"]


def test_it_asks_strangers_to_sign_in(cast: Cast) -> None:
    answer = cast.client().post(url_of(cast.farm, "invite_member"), {}, format="json")
    checked(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_every_type_can_be_looked_up() -> None:
    for kind, (status, _title, _remedy) in KINDS.items():
        body = Client().get(f"/api/v1/problems/{kind}/").json()
        assert body["status"] == status


def test_it_leaks_nothing_of_a_fault_of_its_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.api import views

    def broken(actor: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "who", broken)
    answer = Client(raise_request_exception=False).get("/api/v1/")
    checked(answer, 500)
    assert "secret detail" not in answer.content.decode()
