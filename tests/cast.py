"""The people of the tests, named by role, gathered by commands only. A module's tests share one cast, which the database
forgets after them; what a single test does is undone after it.

    def test_it_accepts(cast): accept_filing(actor=cast.county.officer, filing=…)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from ledger.access import act_as
from ledger.actor import Actor, Role
from ledger.clock import at
from ledger.commands import (
    accept_invitation,
    found_register,
    invite_member,
    register_organisation,
    register_person,
    verify_organisation,
    withdraw_role,
)
from ledger.identifiers import check_character
from ledger.models import Organisation, User

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: When everybody came in: before every date a scenario walks through.
FOUNDING = dt.datetime(2026, 1, 5, 9, 0, tzinfo=SHANGHAI)
CITY, COUNTY = "340100", "340121"
PASSWORD = "grain-and-rain-2026"
PARTY = (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.APPLICANT)
STEWARD, HEAD, APPLICANT = (Role.STEWARD,), (Role.HEAD_FILING, Role.HEAD_SHARING), (Role.APPLICANT,)


def day(text: str, clock: str = "10:00") -> dt.datetime:
    """A moment in Shanghai: day("2026-09-17"), day("2026-10-10", "18:40")."""
    return dt.datetime.fromisoformat(f"{text}T{clock}").replace(tzinfo=SHANGHAI)


def credit_code(number: int) -> str:
    """A credit code that is nobody's, with the right check character."""
    first17 = f"91340121TEXT{number:05d}"
    return first17 + check_character(first17)


def person(username: str) -> User:
    """An account whose name in the log is made already."""
    made = register_person(actor=Actor.anonymous(), username=username, password=PASSWORD, name=username)
    assert made.pseudonym_hex
    return made


@dataclass
class House:
    """An organisation and its people: `cast.bureau.steward` is the actor of its steward."""

    organisation: Organisation
    users: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Actor:
        """The actor of one of the people, with the roles held now."""
        users = self.__dict__.get("users", {})
        if role not in users:
            raise AttributeError(f"nobody here is {role!r}: {sorted(users)}")
        return act_as(users[role], Organisation.objects.get(pk=self.organisation.pk))

    def join(self, name: str, *roles: Role, username: str = "", user: User | None = None) -> House:
        """Invite a person into roles, and let them accept."""
        guest = user or person(username or f"{name}_{self.organisation.pk}")
        _sent, secret = invite_member(
            actor=self.admin,
            organisation=self.organisation,
            roles=[str(role) for role in roles],
            addressee=name,
        )
        accept_invitation(actor=Actor(user=guest), secret=secret)
        self.users[name] = guest
        return self

    def keep_only(self, name: str, *roles: Role) -> House:
        """Withdraw from a founder the party's roles that others hold by now."""
        for role in PARTY:
            if role not in roles:
                user = self.users[name]
                withdraw_role(actor=self.admin, organisation=self.organisation, user=user, role=str(role))
        return self


def body(number: int, name: str, region: str, **flags: bool) -> House:
    """A registry body or authority, entered by the operator; its administrator is not its officer."""
    admin = person(f"admin_{number}")
    found = found_register(
        actor=Actor.robot(), admin=admin, name=name, kind="institution", region=region,
        scheme="uscc", identifier=credit_code(number), **flags,
    )  # fmt: skip
    house = House(found, {"admin": admin}).join("officer", Role.OFFICER)
    withdraw_role(actor=house.admin, organisation=found, user=admin, role="officer")
    return house


def house(number: int, name: str, kind: str, verifier: House | None, **described: Any) -> House:
    """An organisation registered by its founder, who holds all of a party's roles, and verified by an officer."""
    founder, group = person(f"founder_{number}"), described.pop("parent", None)
    values = {"region": COUNTY, "scheme": "uscc", "identifier": credit_code(number)} | described
    made = register_organisation(actor=Actor(user=founder), name=name, kind=kind, **values)
    if verifier:
        made = verify_organisation(actor=verifier.officer, organisation=made, parent=group)
    return House(made, {"admin": founder, "founder": founder})


def staffed(made: House) -> House:
    """Part the founder's roles among a steward, a head and an applicant."""
    made.join("steward", *STEWARD).join("head", *HEAD).join("applicant", *APPLICANT)
    return made.keep_only("founder")


@dataclass
class Cast:
    """Everybody.

    Attributes:
        city: registry body and sharing authority with two officers and an auditor.
        county: registry body below it with one officer, and people of its own party's roles.
        bureau: farm bureau of the county, steward, head and applicant apart.
        city_bureau: a department of the city, before whose body two officers work.
        department: another department of the county: a consumer in the circle.
        cooperative: one `farmer` in all roles, under `plain`.
        tools, bearings: two works of one group under `plain`, roles apart.
        trader: a verified enterprise outside every group.
        newcomer: an unverified enterprise.
        stranger: signed in, member of nothing.
    """

    city: House
    county: House
    bureau: House
    city_bureau: House
    department: House
    cooperative: House
    group: House
    tools: House
    bearings: House
    trader: House
    newcomer: House
    stranger: Actor
    visitor: Actor = field(default_factory=Actor.anonymous)
    robot: Actor = field(default_factory=Actor.robot)


def gathered() -> Cast:
    """Let everybody in."""
    city = body(1, "市数据登记中心", CITY, registry_body=True, sharing_authority=True)
    city.join("second_officer", Role.OFFICER).join("auditor", Role.AUDITOR)
    county = body(2, "县数据登记中心", COUNTY, registry_body=True)
    county.join("steward", *STEWARD).join("head", *HEAD)
    group = house(10, "装备集团", "enterprise", county, industry="C34")
    inside = {"industry": "C34", "parent": group.organisation}
    cooperative = house(13, "丰禾农民专业合作社", "cooperative", county, industry="A01")
    cooperative.users["farmer"] = cooperative.users["founder"]
    return Cast(
        city=city,
        county=county,
        bureau=staffed(house(20, "县农业农村局", "department", county, industry="S92")),
        city_bureau=staffed(house(21, "市农业农村局", "department", city, industry="S92", region=CITY)),
        department=staffed(house(22, "县水务局", "department", county, industry="S92")),
        cooperative=cooperative,
        group=group,
        tools=staffed(house(11, "机床厂", "enterprise", county, **inside)),
        bearings=staffed(house(12, "轴承厂", "enterprise", county, **inside)),
        trader=staffed(house(14, "粮贸公司", "enterprise", county, industry="F51")),
        newcomer=house(15, "新办工厂", "enterprise", None, industry="C34"),
        stranger=Actor(user=person("stranger")),
    )


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that live as long as a module's tests: in a transaction around theirs, rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def town(module_rows: None) -> Cast:
    """The cast of a module."""
    with at(FOUNDING):
        return gathered()


@pytest.fixture
def cast(town: Cast, db: None) -> Cast:
    """The cast of one test; what it does is undone after it."""
    return town
