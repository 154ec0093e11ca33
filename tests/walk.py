"""Walking a scenario as REST clients: each person has a token and follows the `actions` an object offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from ledger.actor import Actor
from ledger.clock import at
from ledger.commands import issue_token
from ledger.vocabulary import ROBOT_RUNS
from tests.cast import day


@dataclass
class Walker:
    """One person as a program: a token, and nothing else."""

    client: APIClient

    @classmethod
    def of(cls, actor: Actor) -> Walker:
        """A client with a fresh token of this person; a visitor has none."""
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en")
        if actor.user is not None:
            _token, secret = issue_token(actor=actor, days=366)
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return cls(client)

    def get(self, url: str, status: int = 200, **headers: str) -> Any:
        """Read; the status is part of the story."""
        answer = self.client.get(url, headers=headers or None)
        assert answer.status_code == status, (answer.status_code, answer.content[:500])
        return json.loads(answer.content) if "json" in answer.headers.get("Content-Type", "") else answer

    def post(self, url: str, status: int, body: dict[str, Any]) -> Any:
        """Send a command's body: JSON, or multipart where a file goes with it."""
        files = any(isinstance(value, SimpleUploadedFile) for value in body.values())
        answer = self.client.post(url, body, format="multipart" if files else "json")
        assert answer.status_code == status, (url, answer.status_code, answer.content[:1500].decode())
        return json.loads(answer.content) if answer.content else None

    def create(self, noun: str, command: str = "", status: int = 201, **body: Any) -> Any:
        """A creating command, found among the actions of the collection."""
        offered = {
            action["name"]: action["href"] for action in self.get("/api/v1/")["nouns"][noun]["actions"]
        }
        name = command or next(iter(offered))
        assert name in offered, f"{name} is not offered: {sorted(offered)}"
        return self.post(offered[name], status, body)

    def actions(self, url: str) -> dict[str, str]:
        """What may be done now: name → address."""
        return {action["name"]: action["href"] for action in self.get(url)["actions"]}

    def do(self, url: str, command: str, status: int | None = None, **body: Any) -> Any:
        """Follow an action of an object."""
        offered = self.actions(url)
        assert command in offered, f"{command} is not offered: {sorted(offered)}"
        answer = self.client.post(offered[command], body, format=encoding(body))
        expected = (status,) if status else (200, 201)
        assert answer.status_code in expected, (command, answer.status_code, answer.content[:1500].decode())
        return json.loads(answer.content)

    def force(self, url: str, command: str, status: int, **body: Any) -> Any:
        """Send a command that was not offered, as a hostile hand would."""
        return self.post(f"{url}{command}/", status, body)


def encoding(body: dict[str, Any]) -> str:
    """How a body travels."""
    return "multipart" if any(isinstance(value, SimpleUploadedFile) for value in body.values()) else "json"


def on(date: str, clock: str = "10:00") -> Any:
    """A block on a day in Shanghai."""
    return at(day(date, clock))


def robots(date: str, clock: str = "00:00") -> int:
    """Let the robot run at a moment; returns how many cases it moved."""
    with on(date, clock):
        return sum(int(run() or 0) for run in ROBOT_RUNS)
