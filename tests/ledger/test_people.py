"""People and organisations: registering, verifying, roles, absences, leavers – the six questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ledger import access
from ledger.access import act_as, default_actor
from ledger.actor import Actor, Role
from ledger.clock import at
from ledger.commands import (
    accept_invitation,
    delegate,
    describe_organisation,
    found_register,
    grant_role,
    hand_over_work,
    invite_member,
    issue_token,
    register_organisation,
    register_person,
    verify_organisation,
    withdraw_delegation,
    withdraw_role,
    withdraw_token,
)
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import AccessToken, Membership, Organisation
from ledger.replay import Replay
from tests.cast import PASSWORD, Cast, credit_code, day, person
from tests.proof import last_entry, last_event, refused, undone


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


# Accounts -------------------------------------------------------------------------------------------------------


def test_an_account_is_made_and_recorded_without_a_name(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "actor": cast.visitor,
        "username": "novice",
        "password": PASSWORD,
        "name": "某人",
        "email": "n@example.org",
    }
    undone(monkeypatch, register_person, **given)
    made = register_person(**given)
    assert last_event().kind == "person.registered"
    assert not {"username", "name", "email", "password"} & set(
        last_entry(made).facts.get(f"user/{made.pk}", {})
    )
    assert made.check_password(PASSWORD)
    assert default_actor(made).roles == frozenset()


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"username": "stranger"}, "/username"),
        ({"username": "with space"}, "/username"),
        ({"email": "nowhere"}, "/email"),
        ({"password": "short"}, "/password"),
        ({"password": "1234567890123"}, "/password"),
        ({"password": "password123"}, "/password"),
        ({"username": "rainandgrain", "password": "rainandgrain"}, "/password"),
    ],
)
def test_a_faulty_account_is_refused_by_field(cast: Cast, values: dict[str, str], pointer: str) -> None:
    said = refused(
        BadShape, register_person, actor=cast.visitor, **{"username": "novice", "password": PASSWORD} | values
    )
    assert pointer in {fault.pointer for fault in said.errors}


# Organisations --------------------------------------------------------------------------------------------------


def test_the_registrant_holds_the_partys_roles(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "actor": cast.stranger, "name": "新合作社", "kind": "cooperative", "region": "340121", "scheme": "uscc",
        "identifier": credit_code(900),
    }  # fmt: skip
    undone(monkeypatch, register_organisation, **given)
    made = register_organisation(**given)
    actor = default_actor(cast.stranger.user)  # type: ignore[arg-type]
    assert actor.organisation == made
    assert actor.roles == {Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.APPLICANT, Role.ORG_ADMIN}
    assert made.state == "unverified"
    assert last_entry(made).facts[f"organisation/{made.pk}"]["roles"]
    refused(NotPermitted, register_organisation, "sign_in", **given | {"actor": cast.visitor})
    refused(PolicyRefused, register_organisation, "identifier_taken", **given)


def test_every_fault_of_an_organisation_is_named_at_once(cast: Cast) -> None:
    good = credit_code(901)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    said = refused(
        BadShape, register_organisation, actor=cast.stranger, name=" ", kind="empire", region="99", scheme="uscc", identifier=wrong
    )  # fmt: skip
    assert [fault.pointer for fault in said.errors] == ["/name", "/kind", "/identifier", "/region"]
    assert good[-1] in str(said.errors[2].message)


def test_nothing_else_may_be_described(cast: Cast) -> None:
    """No organisation makes itself a body, or verified."""
    for column in ("registry_body", "verified_at", "sharing_authority"):
        with pytest.raises(TypeError):
            register_organisation(actor=cast.stranger, name="x", kind="enterprise", **{column: True})
        with pytest.raises(TypeError):
            describe_organisation(
                actor=cast.trader.admin, organisation=cast.trader.organisation, **{column: True}
            )


def test_an_officer_over_it_verifies(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    new = cast.newcomer.organisation
    for actor in (
        cast.newcomer.founder,
        cast.trader.head,
        cast.city.auditor,
        cast.county.admin,
        cast.stranger,
        cast.visitor,
    ):
        refused(NotPermitted, verify_organisation, actor=actor, organisation=new)
    undone(monkeypatch, verify_organisation, actor=cast.county.officer, organisation=new)
    assert verify_organisation(actor=cast.county.officer, organisation=new).is_verified
    refused(WrongState, verify_organisation, actor=cast.county.officer, organisation=new)
    refused(NotFound, verify_organisation, actor=cast.county.officer, organisation=2**60)


def test_a_body_verifies_in_its_region_only(cast: Cast) -> None:
    elsewhere = register_organisation(
        actor=cast.stranger, name="外地公司", kind="enterprise", region="110101", scheme="uscc", identifier=credit_code(902)
    )  # fmt: skip
    refused(NotPermitted, verify_organisation, actor=cast.city.officer, organisation=elsewhere)
    Organisation.objects.filter(pk=cast.county.organisation.pk).update(verified_at=None)
    refused(
        NotPermitted, verify_organisation, actor=cast.county.officer, organisation=cast.newcomer.organisation
    )


def test_without_an_identifier_nothing_is_verified(cast: Cast) -> None:
    bare = register_organisation(actor=cast.stranger, name="农户", kind="household", region="340121")
    refused(PolicyRefused, verify_organisation, "no_identifier", actor=cast.county.officer, organisation=bare)


def test_a_new_name_is_verified_anew(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    trader = cast.trader
    given = {"actor": trader.admin, "organisation": trader.organisation}
    undone(monkeypatch, describe_organisation, **given, contact="x")
    assert describe_organisation(**given, contact="办公室").is_verified
    assert not describe_organisation(**given, name="新名").is_verified
    refused(
        NotPermitted, describe_organisation, actor=trader.head, organisation=trader.organisation, name="x"
    )


def test_only_the_operator_sets_up_a_body(cast: Cast) -> None:
    given = {"name": "x", "kind": "institution", "registry_body": True, "admin": cast.stranger.user}
    refused(NotPermitted, found_register, "operator_only", actor=cast.city.admin, **given)
    body = found_register(actor=cast.robot, **given)
    assert act_as(cast.stranger.user, body).roles == {Role.ORG_ADMIN, Role.OFFICER}  # type: ignore[arg-type]


# Members and roles ----------------------------------------------------------------------------------------------


def invited(cast: Cast, *roles: str) -> str:
    given = {"actor": cast.trader.admin, "organisation": cast.trader.organisation}
    return invite_member(**given, roles=roles or ("steward",), addressee="新同事")[1]


def test_an_invitation_is_accepted_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = invited(cast, "steward", "applicant")
    assert last_event().kind == "member.invited"
    refused(NotPermitted, accept_invitation, actor=cast.visitor, secret=secret)
    undone(monkeypatch, accept_invitation, actor=cast.stranger, secret=secret)
    accept_invitation(actor=cast.stranger, secret=secret)
    assert act_as(cast.stranger.user, cast.trader.organisation).roles == {Role.STEWARD, Role.APPLICANT}  # type: ignore[arg-type]
    refused(NotFound, accept_invitation, actor=Actor(user=person("second")), secret=secret)
    refused(NotFound, accept_invitation, actor=cast.stranger, secret="guess")


def test_an_invitation_ends(cast: Cast) -> None:
    secret = invited(cast)
    with at(day("2026-10-01", "10:01")):
        refused(NotFound, accept_invitation, actor=cast.stranger, secret=secret)


def test_only_an_administrator_invites(cast: Cast) -> None:
    given = {"organisation": cast.trader.organisation, "roles": ["steward"], "addressee": "x"}
    for actor in (cast.trader.head, cast.tools.admin, cast.county.officer, cast.stranger, cast.visitor):
        refused(NotPermitted, invite_member, actor=actor, **given)
    refused(BadShape, invite_member, actor=cast.trader.admin, **given | {"roles": []})
    refused(BadShape, invite_member, actor=cast.trader.admin, **given | {"roles": ["emperor"]})


def test_roles_are_granted_and_withdrawn(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    trader, user = cast.trader, cast.trader.users["applicant"]
    given = {"actor": trader.admin, "organisation": trader.organisation, "user": user, "role": "steward"}
    undone(monkeypatch, grant_role, **given)
    refused(NotPermitted, grant_role, **given | {"actor": trader.head})
    refused(NotFound, grant_role, **given | {"user": cast.stranger.user})
    grant_role(**given)
    assert trader.applicant.roles == {Role.APPLICANT, Role.STEWARD}
    assert last_entry(trader.organisation).facts[f"organisation/{trader.organisation.pk}"]["roles"] == {
        user.pseudonym_hex: ["applicant", "steward"]
    }
    undone(monkeypatch, withdraw_role, **given)
    withdraw_role(**given)
    assert trader.applicant.roles == {Role.APPLICANT}


def test_the_last_administrator_stays(cast: Cast) -> None:
    trader, admin = cast.trader, cast.trader.users["admin"]
    given = {"actor": trader.admin, "organisation": trader.organisation}
    refused(PolicyRefused, withdraw_role, "last_admin", **given, user=admin, role="org_admin")
    refused(
        PolicyRefused, hand_over_work, "last_admin", **given, leaver=admin, successor=trader.users["head"]
    )


# Absences -------------------------------------------------------------------------------------------------------


def lent(cast: Cast, starts: str = "2026-09-21", ends: str = "2026-09-25", **other: Any) -> Any:
    given = {
        "actor": cast.trader.head, "organisation": cast.trader.organisation, "receiver": cast.trader.users["steward"],
        "roles": ["head_filing"], "starts": dt.date.fromisoformat(starts), "ends": dt.date.fromisoformat(ends),
    }  # fmt: skip
    return delegate(**given | other)


def test_a_role_is_lent_from_its_first_to_its_last_day(cast: Cast) -> None:
    lent(cast)
    held = {}
    for date, clock in (
        ("2026-09-20", "23:59"), ("2026-09-21", "00:00"), ("2026-09-25", "23:59"), ("2026-09-26", "00:00"),
    ):  # fmt: skip
        with at(day(date, clock)):
            held[date] = Role.HEAD_FILING in cast.trader.steward.roles
            assert (Role.HEAD_FILING in cast.trader.steward.delegated) == held[date]
    assert list(held.values()) == [False, True, True, False]


def test_only_ones_own_roles_are_lent(cast: Cast) -> None:
    refused(PolicyRefused, lent, "not_yours", cast=cast, roles=["org_admin"])
    refused(PolicyRefused, lent, "self", cast=cast, receiver=cast.trader.users["head"])
    refused(BadShape, lent, "days", cast=cast, ends="2026-09-20")
    refused(BadShape, lent, "days", cast=cast, starts="2026-09-01", ends="2026-09-16")
    refused(NotFound, lent, cast=cast, receiver=cast.stranger.user)
    lent(cast, starts="2026-09-17")
    with at(day("2026-09-18")):  # what is lent is not lent on
        refused(
            PolicyRefused, lent, "not_yours", cast=cast, actor=cast.trader.steward, receiver=cast.trader.users["applicant"]
        )  # fmt: skip


def test_a_loan_ends_with_the_lenders_role(cast: Cast) -> None:
    lent(cast, starts="2026-09-17")
    assert Role.HEAD_FILING in cast.trader.steward.roles
    trader = cast.trader
    withdraw_role(
        actor=trader.admin, organisation=trader.organisation, user=trader.users["head"], role="head_filing"
    )
    assert Role.HEAD_FILING not in cast.trader.steward.roles


def test_lender_or_administrator_take_it_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lent(cast, starts="2026-09-17")
    given = {"organisation": cast.trader.organisation, "delegation": made.pk}
    refused(NotPermitted, withdraw_delegation, actor=cast.trader.applicant, **given)
    refused(NotPermitted, withdraw_delegation, actor=cast.tools.admin, **given)
    undone(monkeypatch, withdraw_delegation, actor=cast.trader.head, **given)
    withdraw_delegation(actor=cast.trader.admin, **given)
    assert Role.HEAD_FILING not in cast.trader.steward.roles
    refused(NotFound, withdraw_delegation, actor=cast.trader.head, **given)


# Leavers --------------------------------------------------------------------------------------------------------


def test_a_leaver_hands_everything_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    trader = cast.trader
    lent(cast, starts="2026-09-17")  # lent by the head to the steward, who leaves
    issue_token(actor=trader.steward)
    given = {
        "actor": trader.admin, "organisation": trader.organisation, "leaver": trader.users["steward"],
        "successor": trader.users["applicant"],
    }  # fmt: skip
    refused(PolicyRefused, hand_over_work, "self", **given | {"successor": trader.users["steward"]})
    refused(NotPermitted, hand_over_work, **given | {"actor": trader.head})
    undone(monkeypatch, hand_over_work, **given)
    hand_over_work(**given)
    assert trader.applicant.roles == {Role.APPLICANT, Role.STEWARD}
    assert not AccessToken.objects.filter(user=trader.users["steward"]).exists()
    with pytest.raises(NotPermitted):  # not even by what was lent
        act_as(trader.users["steward"], trader.organisation)
    assert not Membership.objects.filter(user=trader.users["steward"], left_at=None).exists()


# Tokens ---------------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_ends(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = cast.trader.steward
    undone(monkeypatch, issue_token, actor=actor)
    token, secret = issue_token(actor=actor, name="收割机", scopes=["datasets"], days=10)
    assert secret not in str(AccessToken.objects.filter(pk=token.pk).values())
    assert token.expiry == day("2026-09-27")
    assert Replay().run().first == []
    AccessToken.objects.filter(pk=token.pk).update(scopes=["*"])
    assert [found.column for found in Replay().run().first] == ["scopes"]
    assert last_event().kind == "token.issued"
    for days in (0, 367):
        refused(BadShape, issue_token, "days", actor=actor, days=days)
    refused(NotPermitted, issue_token, "sign_in", actor=cast.visitor)


def test_a_token_issues_no_wider_one(cast: Cast) -> None:
    user, organisation = cast.trader.users["steward"], cast.trader.organisation
    narrow = act_as(user, organisation, frozenset({"datasets"}))
    refused(NotPermitted, issue_token, "scopes", actor=narrow, scopes=["*"])
    refused(NotPermitted, issue_token, "scopes", actor=narrow, scopes=["datasets", "filings"])
    assert issue_token(actor=narrow, scopes=["datasets"])[0].scopes == ["datasets"]


def test_others_tokens_do_not_exist(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _secret = issue_token(actor=cast.trader.steward)
    refused(NotFound, withdraw_token, actor=cast.trader.head, token=token.token_key)
    refused(NotFound, withdraw_token, actor=cast.visitor, token=token.token_key)
    undone(monkeypatch, withdraw_token, actor=cast.trader.steward, token=token.token_key)
    withdraw_token(actor=cast.trader.steward, token=token.token_key)
    refused(NotFound, withdraw_token, actor=cast.trader.steward, token=token.token_key)


# Acting ---------------------------------------------------------------------------------------------------------


def test_nobody_acts_for_an_organisation_they_do_not_belong_to(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        act_as(cast.stranger.user, cast.trader.organisation)  # type: ignore[arg-type]


def test_the_question_and_the_demand_agree(cast: Cast) -> None:
    for role in Role:
        for actor in (cast.trader.steward, cast.tools.head, cast.stranger, cast.visitor):
            able = access.may(actor, role, cast.trader.organisation)
            assert able == (actor == cast.trader.steward and role == Role.STEWARD)
            if able:
                access.require(actor, role, cast.trader.organisation)
            else:
                with pytest.raises(NotPermitted):
                    access.require(actor, role, cast.trader.organisation)
