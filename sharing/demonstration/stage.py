"""The stage of the demonstration: its clock, its people, its files."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.access import act_as
from ledger.actor import Actor, Role
from ledger.calendar import calendar_for
from ledger.clock import at, now
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

ZONE = ZoneInfo("Asia/Shanghai")
PARTY = (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.APPLICANT)


def credit_code(first17: str) -> str:
    """A credit code with the right check character; the numbers are nobody's."""
    return first17 + check_character(first17)


@dataclass
class Stage:
    """Who is there, and when it is.

    Attributes:
        opening: the demonstration's present.
        passwords: user name → password, random, printed once by `demo`.
    """

    opening: dt.datetime
    passwords: dict[str, str] = field(default_factory=dict)
    houses: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def before(self, days: int, hour: int = 10) -> dt.datetime:
        """The moment `days` working days before the present."""
        calendar, day = calendar_for("CN"), self.opening.astimezone(ZONE).date()
        while days:
            day -= dt.timedelta(days=1)
            days -= calendar.is_working_day(day)
        return dt.datetime.combine(day, dt.time(hour), ZONE)

    def moment(self, days: int, hour: int = 10) -> Any:
        """A block that plays `days` working days ago."""
        return at(min(self.before(days, hour), self.opening))

    def person(self, username: str, name: str) -> User:
        """An account named by its role, with a random password."""
        self.passwords[username] = secrets.token_urlsafe(12)
        found = register_person(
            actor=Actor.anonymous(), username=username, password=self.passwords[username], name=name
        )
        self.people[username] = found
        return found

    def actor(self, username: str, house: str) -> Actor:
        """A person acting for an organisation, with the roles they hold there now."""
        return act_as(self.people[username], self.houses[house])

    def body(self, key: str, admin: str, **described: Any) -> Organisation:
        """A registry body, entered by the operator with its first administrator."""
        self.houses[key] = found_register(
            actor=Actor.robot(),
            admin=self.people[admin],
            kind="institution",
            scheme="uscc",
            registry_body=True,
            sharing_authority=True,
            **described,
        )
        return self.houses[key]

    def house(
        self, key: str, founder: str, verifier: tuple[str, str], parent: str = "", **described: Any
    ) -> Organisation:
        """An organisation registered by its founder and verified by an officer."""
        made = register_organisation(actor=Actor(user=self.people[founder]), **described)
        group = self.houses[parent] if parent else None
        self.houses[key] = verify_organisation(actor=self.actor(*verifier), organisation=made, parent=group)
        return self.houses[key]

    def join(self, house: str, admin: str, username: str, *roles: Role) -> None:
        """Invite a person into roles, and let them accept."""
        _invitation, secret = invite_member(
            actor=self.actor(admin, house),
            organisation=self.houses[house],
            roles=[role.value for role in roles],
            addressee=username,
        )
        accept_invitation(actor=Actor(user=self.people[username]), secret=secret)

    def keep_only(self, house: str, username: str, *roles: Role) -> None:
        """Withdraw from a founder the roles others hold by now."""
        for role in PARTY:
            if role not in roles:
                withdraw_role(
                    actor=self.actor(username, house),
                    organisation=self.houses[house],
                    user=self.people[username],
                    role=role.value,
                )


def csv_file(name: str, header: str, rows: int) -> SimpleUploadedFile:
    """A small file of measured values that always come out the same."""
    columns = header.split(",")
    lines = [header]
    for number in range(rows):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=number)
        values = [
            f"{20 + (number * 7 + place * 13) % 40 + place / 10:.1f}" for place in range(len(columns) - 1)
        ]
        lines.append(",".join([day.isoformat(), *values]))
    return SimpleUploadedFile(name, "\n".join(lines).encode() + b"\n", content_type="text/csv")


def present() -> dt.datetime:
    """The demonstration's present: the clock as it stands."""
    return now()
