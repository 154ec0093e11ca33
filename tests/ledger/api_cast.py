"""A small cast for the tests of the API's machinery: a body with its officer, a farm with its people – made
by commands.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from rest_framework.test import APIClient

from ledger.access import act_as
from ledger.actor import Actor
from ledger.commands import found_register, give_mandate, issue_token, register_organisation, register_person
from ledger.commands.people import accept_invitation, invite_member
from ledger.models import Mandate, Organisation, User

PASSWORD = "grain-and-rain-2026"


def person(username: str) -> User:
    """An account."""
    return register_person(
        actor=Actor.anonymous(), username=username, password=PASSWORD, name=username.title()
    )


@dataclass
class Cast:
    """Who plays: `admin` registered the farm and holds its party's roles, `clerk` is its steward only."""

    body: Organisation
    officer: User
    farm: Organisation
    admin: User
    clerk: User
    stranger: User

    @classmethod
    def gathered(cls) -> Cast:
        """Everybody, in a few commands."""
        officer, admin, clerk, stranger = map(person, ("officer", "admin", "clerk", "stranger"))
        place = {"kind": "department", "region": "340000", "registry_body": True}
        body = found_register(actor=Actor.robot(), admin=officer, name="Registry Body", **place)
        farm = register_organisation(
            actor=Actor(user=admin),
            name="Farm",
            kind="cooperative",
            region="340100",
            scheme="uscc",
            identifier=USCC,
        )
        _sent, secret = invite_member(
            actor=act_as(admin, farm), organisation=farm, roles=["steward"], addressee="clerk"
        )
        accept_invitation(actor=Actor(user=clerk), secret=secret)
        return cls(body, officer, farm, admin, clerk, stranger)

    def actor(self, name: str) -> Actor:
        """The actor of one of the people."""
        user = getattr(self, name)
        organisation = {"officer": self.body, "admin": self.farm, "clerk": self.farm}.get(name)
        return act_as(user, organisation)

    def letter(self, words: str) -> Mandate:
        """The farm lets the body's agents act for it, in these words."""
        return give_mandate(
            actor=self.actor("admin"),
            organisation=self.farm,
            agent=self.body,
            roles=["steward"],
            starts=dt.date(2026, 1, 1),
            ends=dt.date(2099, 1, 1),
            letter=words,
        )

    def token(self, name: str, scopes: tuple[str, ...] = ("*",)) -> str:
        """A fresh token's secret."""
        return issue_token(actor=self.actor(name), name="test", scopes=scopes)[1]

    def client(self, name: str = "", scopes: tuple[str, ...] = ("*",), **headers: Any) -> APIClient:
        """An API client with a token of this person; a visitor's without a name."""
        client = APIClient(headers={"Accept-Language": "en", **headers})
        if name:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token(name, scopes)}")
        return client


USCC = "93340100MA2XTETT0E"
FARM = "/api/v1/organisations/"


def url_of(organisation: Organisation, command: str = "") -> str:
    """An organisation's address, or that of a command on it."""
    return f"{FARM}{organisation.pk}/" + (f"{command}/" if command else "")
