"""Mandates: who gives, accepts and ends them; what an agent may do for a principal, and what never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from catalog import commands as do
from ledger.access import act_as, belongs_to, mandates_of
from ledger.actor import Actor, Role
from ledger.clock import at
from ledger.commands import (
    accept_mandate,
    decline_mandate,
    delegate,
    give_mandate,
    grant_role,
    hand_over_work,
    invite_member,
    issue_token,
    register_organisation,
    resign_mandate,
    verify_organisation,
    withdraw_mandate,
    withdraw_role,
)
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import AccessToken, Mandate
from tests import make
from tests.cast import Cast, House, credit_code, day
from tests.proof import events_of, last_entry, last_event, refused, undone
from tests.sharing import given

START, END = dt.date(2026, 9, 17), dt.date(2026, 12, 31)
REGISTERING = (Role.STEWARD, Role.HEAD_FILING)


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


def offered(principal: House, agent: House, *roles: Role, **more: Any) -> Mandate:
    """A letter that waits for the agent's answer."""
    values = {"starts": START, "ends": END, "letter": "代为登记"} | more
    return give_mandate(
        actor=principal.admin,
        organisation=principal.organisation,
        agent=agent.organisation,
        roles=[role.value for role in roles or REGISTERING],
        **values,
    )


def entrusted(principal: House, agent: House, *roles: Role, **more: Any) -> Mandate:
    """A letter in force, and the agent's steward made an agent."""
    letter = accept_mandate(actor=agent.admin, mandate=offered(principal, agent, *roles, **more))
    grant_role(
        actor=agent.admin, organisation=agent.organisation, user=agent.users["steward"], role=Role.AGENT.value
    )
    return letter


def agent_of(principal: House, agent: House) -> Actor:
    return act_as(agent.users["steward"], principal.organisation)


# The letter -----------------------------------------------------------------------------------------------------


def test_a_letter_is_offered_and_recorded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {
        "actor": cast.cooperative.admin, "organisation": cast.cooperative.organisation, "agent": cast.trader.organisation,
        "roles": ["steward"], "starts": START, "ends": END, "letter": "机密词句",
    }  # fmt: skip
    undone(monkeypatch, give_mandate, **sent)
    letter = give_mandate(**sent)
    assert letter.state == "offered"
    assert last_event().kind == "mandate.offered"
    facts = last_entry(letter).facts[f"mandate/{letter.pk}"]
    assert (facts["roles"], facts["starts"], facts["ends"]) == (["steward"], "2026-09-17", "2026-12-31")
    assert "letter" not in facts  # committed to by itself, readable by permission
    refused(NotPermitted, give_mandate, **sent | {"actor": cast.trader.admin})
    refused(NotPermitted, give_mandate, **sent | {"actor": cast.county.officer})
    refused(NotPermitted, give_mandate, **sent | {"actor": cast.visitor})
    refused(NotFound, give_mandate, **sent | {"organisation": 2**60})


@pytest.mark.parametrize(
    ("values", "error", "code"),
    [
        ({"roles": []}, BadShape, "roles"),
        ({"roles": ["officer"]}, BadShape, "roles"),
        ({"roles": ["org_admin"]}, BadShape, "roles"),
        ({"roles": ["agent"]}, BadShape, "roles"),
        ({"ends": dt.date(2026, 9, 16)}, BadShape, "days"),
        ({"starts": dt.date(2027, 1, 1)}, BadShape, "days"),
        ({"agent": "cooperative"}, PolicyRefused, "self"),
        ({"agent": "newcomer"}, PolicyRefused, "unverified"),
    ],
)
def test_a_faulty_letter_is_refused(cast: Cast, values: dict[str, Any], error: type[Any], code: str) -> None:
    sent = {"agent": "trader", "roles": ["steward"], "starts": START, "ends": END} | values
    sent["agent"] = getattr(cast, sent["agent"]).organisation
    refused(
        error,
        give_mandate,
        code,
        actor=cast.cooperative.admin,
        organisation=cast.cooperative.organisation,
        **sent,
    )


def test_a_borrowed_administrator_gives_no_letter(cast: Cast) -> None:
    trader = cast.trader
    delegate(actor=trader.admin, organisation=trader.organisation, receiver=trader.users["steward"],
             roles=["org_admin"], starts=START, ends=END)  # fmt: skip
    refused(
        PolicyRefused, give_mandate, "delegated", actor=trader.steward, organisation=trader.organisation,
        agent=cast.tools.organisation, roles=["steward"], starts=START, ends=END,
    )  # fmt: skip


ANSWERS: list[tuple[Callable[..., Mandate], str]] = [
    (accept_mandate, "accepted"),
    (decline_mandate, "declined"),
]


@pytest.mark.parametrize(("answer", "state"), ANSWERS)
def test_only_the_agents_administrator_answers(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Mandate], state: str
) -> None:
    letter = offered(cast.cooperative, cast.trader)
    for actor in (cast.cooperative.admin, cast.trader.steward):
        refused(NotPermitted, answer, actor=actor, mandate=letter)
    for actor in (cast.tools.admin, cast.stranger, cast.visitor, cast.bureau.head):
        refused(NotFound, answer, actor=actor, mandate=letter)
    undone(monkeypatch, answer, actor=cast.trader.admin, mandate=letter)
    assert answer(actor=cast.trader.admin, mandate=letter).state == state
    assert events_of(letter)[-1] == f"mandate.{state}"
    refused(WrongState, answer, actor=cast.trader.admin, mandate=letter)


def test_a_letter_whose_days_are_over_is_not_accepted(cast: Cast) -> None:
    letter = offered(cast.cooperative, cast.trader)
    with at(day("2027-01-04")):
        refused(WrongState, accept_mandate, "period_is_open", actor=cast.trader.admin, mandate=letter)


@pytest.mark.parametrize(
    ("end", "state", "ender", "other"),
    [
        (withdraw_mandate, "withdrawn", "cooperative", "trader"),
        (resign_mandate, "resigned", "trader", "cooperative"),
    ],
)
def test_either_side_ends_it_at_any_time(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[..., Mandate],
    state: str,
    ender: str,
    other: str,
) -> None:
    letter = entrusted(cast.cooperative, cast.trader)
    admin = getattr(cast, ender).admin
    refused(NotPermitted, end, actor=getattr(cast, other).admin, mandate=letter)
    undone(monkeypatch, end, actor=admin, mandate=letter)
    assert end(actor=admin, mandate=letter, reason="期满换人").state == state
    refused(WrongState, end, actor=admin, mandate=letter)
    refused(
        NotPermitted, act_as, user=cast.trader.users["steward"], organisation=cast.cooperative.organisation
    )


def test_an_offer_can_be_taken_back_and_not_resigned(cast: Cast) -> None:
    letter = offered(cast.cooperative, cast.trader)
    refused(WrongState, resign_mandate, actor=cast.trader.admin, mandate=letter)
    assert withdraw_mandate(actor=cast.cooperative.admin, mandate=letter).state == "withdrawn"


def test_who_sees_a_letter(cast: Cast) -> None:
    """The parties, and officers and auditors over the principal."""
    letter = offered(cast.cooperative, cast.trader)
    seers = (cast.cooperative.admin, cast.trader.head, cast.county.officer, cast.city.auditor, cast.robot)
    assert all(Mandate.objects.visible_to(actor).filter(pk=letter.pk).exists() for actor in seers)
    others = (cast.tools.admin, cast.bureau.head, cast.county.admin, cast.stranger, cast.visitor)
    assert not any(Mandate.objects.visible_to(actor).exists() for actor in others)


# What an agent does -----------------------------------------------------------------------------------------------


def test_an_agent_acts_in_the_roles_entrusted_and_the_entry_says_so(cast: Cast) -> None:
    letter = entrusted(cast.cooperative, cast.trader)
    actor = agent_of(cast.cooperative, cast.trader)
    assert (actor.roles, actor.delegated, actor.mandate) == (set(REGISTERING), set(REGISTERING), letter)
    made = do.register_own(actor=actor, title="代登土壤数据")
    assert made.owner == cast.cooperative.organisation
    assert made.code
    entry = last_entry(made)
    assert (entry.organisation_id, entry.mandate_id) == (cast.cooperative.organisation.pk, letter.pk)


def test_beyond_the_letter_an_agent_does_nothing(cast: Cast) -> None:
    entrusted(cast.cooperative, cast.trader, Role.STEWARD)
    actor = agent_of(cast.cooperative, cast.trader)
    refused(PolicyRefused, do.register_own, "role_missing", actor=actor, title="代登")
    sent = {"actor": actor, "organisation": cast.cooperative.organisation}
    refused(NotPermitted, invite_member, **sent, roles=["steward"], addressee="x")
    refused(
        NotPermitted,
        give_mandate,
        **sent,
        agent=cast.tools.organisation,
        roles=["steward"],
        starts=START,
        ends=END,
    )
    refused(WrongState, delegate, "lender_holds_roles", **sent, receiver=cast.cooperative.users["farmer"],
            roles=["steward"], starts=START, ends=END)  # fmt: skip


def test_only_from_the_first_day_to_the_last(cast: Cast) -> None:
    entrusted(cast.cooperative, cast.trader, starts=dt.date(2026, 10, 1))
    sent = {"user": cast.trader.users["steward"], "organisation": cast.cooperative.organisation}
    refused(NotPermitted, act_as, **sent)
    for moment in (day("2026-10-01", "00:00"), day("2026-12-31", "23:59")):
        with at(moment):
            assert agent_of(cast.cooperative, cast.trader).mandate
    with at(day("2027-01-01", "00:00")):
        refused(NotPermitted, act_as, **sent)


def test_only_who_holds_the_role_of_agent(cast: Cast) -> None:
    entrusted(cast.cooperative, cast.trader)
    principal = cast.cooperative.organisation
    refused(NotPermitted, act_as, user=cast.trader.users["head"], organisation=principal)
    lent = {"roles": ["agent"], "starts": START, "ends": END, "receiver": cast.trader.users["head"]}
    delegate(actor=cast.trader.steward, organisation=cast.trader.organisation, **lent)
    assert act_as(cast.trader.users["head"], principal).mandate
    withdraw_role(actor=cast.trader.admin, organisation=cast.trader.organisation, user=cast.trader.users["steward"],
                  role="agent")  # fmt: skip
    for name in ("steward", "head"):  # what the giver lost, the borrower lost too
        refused(NotPermitted, act_as, user=cast.trader.users[name], organisation=principal)


def test_letters_are_not_handed_on(cast: Cast) -> None:
    """An agent of an agent is nobody's agent, and a circle of letters ends."""
    entrusted(cast.cooperative, cast.trader)
    entrusted(cast.trader, cast.tools)
    entrusted(cast.tools, cast.trader)
    refused(
        NotPermitted, act_as, user=cast.tools.users["steward"], organisation=cast.cooperative.organisation
    )
    assert [one.principal for one in mandates_of(cast.tools.users["steward"])] == [cast.trader.organisation]


def test_a_token_of_an_agent_ends_with_the_letter(cast: Cast) -> None:
    letter = entrusted(cast.cooperative, cast.trader)
    _token, secret = issue_token(actor=agent_of(cast.cooperative, cast.trader), scopes=["datasets"])
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})
    assert client.post("/api/v1/datasets/", {"title": "代拟"}, format="json").status_code == 201
    withdraw_mandate(actor=cast.cooperative.admin, mandate=letter)
    said = client.post("/api/v1/datasets/", {"title": "代拟"}, format="json")
    assert (said.status_code, said.json()["type"]) == (403, "/api/v1/problems/not-permitted/")


def test_an_agent_does_not_read_the_principals_people(cast: Cast) -> None:
    entrusted(cast.cooperative, cast.trader)
    _token, secret = issue_token(actor=agent_of(cast.cooperative, cast.trader))
    client, principal = (
        APIClient(headers={"Authorization": f"Bearer {secret}"}),
        cast.cooperative.organisation,
    )
    people = client.get("/api/v1/people/").json()["results"]
    assert [one["username"] for one in people] == [cast.trader.users["steward"].username]
    members = client.get(f"/api/v1/members/?organisation={principal.pk}").json()["results"]
    assert members == []


def test_a_leavers_work_as_agent_is_handed_over(cast: Cast) -> None:
    entrusted(cast.cooperative, cast.trader)
    actor = agent_of(cast.cooperative, cast.trader)
    filing = do.draft_filing(actor=actor, dataset=do.create_dataset(actor=actor, title="代拟"))
    issue_token(actor=actor)
    leaver, successor = cast.trader.users["steward"], cast.trader.users["head"]
    hand_over_work(
        actor=cast.trader.admin, organisation=cast.trader.organisation, leaver=leaver, successor=successor
    )
    filing.refresh_from_db()
    assert filing.handler == successor
    assert not AccessToken.objects.filter(user=leaver).exists()
    assert act_as(successor, cast.cooperative.organisation).mandate


# Separation of duties -------------------------------------------------------------------------------------------


def test_an_officer_never_decides_for_whom_their_house_is_agent(cast: Cast) -> None:
    """The county's registry acts for the bureau as its agent: then its officer is a party."""
    filing = make.filing(cast, "filed")
    entrusted(cast.bureau, cast.county, Role.STEWARD)
    assert belongs_to(cast.county.officer, cast.bureau.organisation.pk)
    refused(NotPermitted, do.accept_filing, actor=cast.county.officer, filing=filing)


def test_an_officer_does_not_verify_whom_their_house_is_agent_of(cast: Cast) -> None:
    entrusted(cast.newcomer, cast.county, Role.STEWARD)
    refused(
        NotPermitted, verify_organisation, actor=cast.county.officer, organisation=cast.newcomer.organisation
    )


# Pages ------------------------------------------------------------------------------------------------------------


def test_the_letter_has_a_page_for_its_parties(cast: Cast, client: Client) -> None:
    letter = entrusted(cast.cooperative, cast.trader)
    page = f"/mandates/{letter.pk}/"
    assert client.get(page).status_code == 404
    client.force_login(cast.tools.users["steward"])
    assert client.get(page).status_code == 404
    client.force_login(cast.trader.users["founder"])
    shown = client.get(page, headers={"Accept-Language": "en"}).content.decode()
    assert "代为登记" in shown
    assert "Resign the mandate" in shown
    assert "Withdraw the mandate" not in shown


def test_an_agent_switches_to_the_principal_and_registers(cast: Cast, client: Client) -> None:
    entrusted(cast.cooperative, cast.trader)
    principal = cast.cooperative.organisation
    client.force_login(cast.trader.users["steward"])
    client.post("/account/organisation/", {"organisation": principal.pk})
    shown = client.get("/account/", headers={"Accept-Language": "en"}).content.decode()
    assert f"acting for {principal.name} as its agent" in shown
    house = client.get(f"/organisations/{principal.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert cast.cooperative.users["farmer"].username not in house


def test_the_principal_sees_its_letters(cast: Cast, client: Client) -> None:
    entrusted(cast.cooperative, cast.trader)
    client.force_login(cast.cooperative.users["farmer"])
    shown = client.get(
        f"/organisations/{cast.cooperative.organisation.pk}/", headers={"Accept-Language": "en"}
    )
    assert f"{cast.trader.organisation.name} acts for us" in shown.content.decode()


def test_the_history_names_agent_and_principal(cast: Cast, client: Client) -> None:
    entrusted(cast.cooperative, cast.trader)
    made = do.register_own(actor=agent_of(cast.cooperative, cast.trader), title="代登土壤数据")
    client.force_login(cast.cooperative.users["farmer"])
    shown = client.get(f"/datasets/{made.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert f"{cast.trader.organisation.name} for {cast.cooperative.organisation.name}" in shown


@pytest.mark.parametrize("says", ["id", "identifier", "name"])
def test_the_agent_is_named_by_id_identifier_or_name(cast: Cast, client: Client, says: str) -> None:
    desk = cast.trader.organisation
    client.force_login(cast.cooperative.users["farmer"])
    page = f"/organisations/{cast.cooperative.organisation.pk}/give-mandate/"
    words = {"id": str(desk.pk), "identifier": f" {desk.identifier.lower()} ", "name": desk.name}[says]
    sent = {"agent": words, "roles": ["steward"], "starts": "2026-09-17", "ends": "2026-12-31"}
    assert client.post(page, sent).status_code == 302
    assert Mandate.objects.get().agent == desk


def test_a_name_that_nobody_or_several_bear_is_refused(cast: Cast, client: Client) -> None:
    twins = [
        register_organisation(actor=cast.stranger, name="同名合作社", kind="cooperative", scheme="uscc",
                              identifier=credit_code(950 + number))
        for number in range(2)
    ]  # fmt: skip
    client.force_login(cast.cooperative.users["farmer"])
    page = f"/organisations/{cast.cooperative.organisation.pk}/give-mandate/"
    sent = {"roles": ["steward"], "starts": "2026-09-17", "ends": "2026-12-31"}
    for words, said in ((twins[0].name, "Several organisations"), ("无此机构", "No organisation has")):
        answer = client.post(page, sent | {"agent": words}, headers={"Accept-Language": "en"})
        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert words in answer.content.decode()  # nothing typed is lost
    assert not Mandate.objects.exists()


# Both sides of a request --------------------------------------------------------------------------------------------


def test_an_agent_never_answers_what_its_house_asks(cast: Cast) -> None:
    """Neither its own request, nor that of another principal (Civil Code art. 168)."""
    dataset = given.dataset(cast, cast.tools, sharing="conditional", opening="restricted")
    entrusted(cast.tools, cast.trader, Role.STEWARD, Role.HEAD_SHARING)
    actor = agent_of(cast.tools, cast.trader)
    for consumer, is_conflict in ((cast.trader, True), (cast.bearings, False)):
        found = given.sent(cast, dataset, consumer)
        assert found.is_own_case(actor) is is_conflict, consumer.organisation
    entrusted(cast.bearings, cast.trader, Role.APPLICANT)
    assert found.is_own_case(actor)
    assert not found.is_own_case(cast.tools.head)
