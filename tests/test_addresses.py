"""Every address of the site over the demonstration book: whatever is asked, by whomever, it never breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from ledger.api import nouns
from ledger.models import User
from tests.visits import routes

CAPTURE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
PEOPLE = ("steward", "officer", "")


@pytest.fixture(scope="module")
def book(module_rows: None) -> None:
    call_command("demo", "--quiet")
    nouns.load()


@pytest.fixture(scope="module")
def examples(book: None) -> dict[str, Any]:
    """The newest object of each noun, by the noun's name and by the name of its page."""
    found = {}
    for noun in nouns.all_nouns():
        newest = noun.model._default_manager.order_by("-pk").first()
        if newest is not None:
            found[noun.name] = found[noun.page or noun.name] = noun.id_of(newest)
    return found


def address(route: str, name: str, examples: dict[str, Any]) -> str:
    """A route with something in the place of its parameters: an object that exists, where one is known."""
    known = next((examples[part] for part in (name, *route.split("/")) if part in examples), None)

    def value(match: re.Match[str]) -> str:
        if match["kind"] == "uuid":
            return "00000000-0000-4000-8000-000000000000"
        return str(known) if known is not None and match["name"] == "pk" else "1"

    return "/" + CAPTURE.sub(value, route).replace("^", "").replace(".*$", "nowhere").replace("$", "")


def client_of(username: str) -> Client:
    client = Client(raise_request_exception=False)
    if username:
        client.force_login(User.objects.get(username=username), backend="ledger.signin.LockoutBackend")
    return client


def answers(client: Client, method: str, url: str) -> Iterator[int]:
    """The status of one request, read to its end; whatever it did is undone."""
    with transaction.atomic():
        answer = getattr(client, method)(url)
        if answer.streaming:
            b"".join(answer.streaming_content)
        yield answer.status_code
        transaction.set_rollback(True)


@pytest.mark.parametrize("username", PEOPLE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_breaks(examples: dict[str, Any], db: None, username: str, method: str) -> None:
    client, broken = client_of(username), {}
    for route, pattern in routes():
        url = address(route, pattern.name or "", examples)
        for status in answers(client, method, url):
            if status >= 500:
                broken[f"{method} {url}"] = status
    assert broken == {}
