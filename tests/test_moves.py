"""Every state × person × command of the ground and catalogue machines, tried through the REST API and expected by the tables.

(Sharing's are tried in tests/sharing.) Here, and only here, a test writes a state past the commands: what is asked is
what the table says of that state, not how one gets there. Where each person stands is written out once more below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import models, transaction
from rest_framework.test import APIClient

from catalog.filing import FilingState as S
from catalog.models import Assessment, Dataset, Filing, Objection
from ledger import vocabulary
from ledger.actor import Actor
from ledger.api import nouns
from ledger.clock import at
from ledger.commands import ask_erasure, give_mandate, issue_token
from ledger.machine import Who
from ledger.models import Erasure, Event, Mandate, Organisation
from tests import make
from tests.cast import Cast, day

NOW = day("2026-09-17")
PEOPLE = (
    "bureau.steward", "bureau.head", "bureau.applicant", "bureau.admin", "county.officer", "city.officer", "city.auditor",
    "department.head", "department.admin", "stranger", "visitor",
)  # fmt: skip
#: Where the people of a house stand towards the bureau's cases, which are before the county's registry.
SIDES = {
    "organisation": {"bureau": "self", "county": "body", "city": "body"},
    "mandate": {"bureau": "agent", "department": "principal"},
    "erasure": {"county": "body"},
    "dataset": {"bureau": "owner", "county": "body", "city": "body"},
    "filing": {"bureau": "owner", "county": "body"},
    "objection": {"bureau": "owner", "county": "body"},
    "assessment": {"bureau": "owner", "county": "body", "city": "body"},
}
#: Bodies that pass the shape, so that the command itself is reached; the others end at 400, which also changes nothing.
BODIES: dict[str, dict[str, Any]] = {
    "amend_filing": {"summary": "x"},
    "describe_dataset": {"summary": "x"},
    "describe_organisation": {"name_en": "x"},
    "return_filing": {"reason": "x"},
    "request_supplement": {"gaps": ["x"]},
    "decline_filing": {"reason_code": "duplicate", "reason": "x"},
    "refuse_filing": {"reason_code": "duplicate", "reason": "x"},
    "ask_clarification": {"question": "x"},
    "explain_delay": {"reason": "x"},
    "halt_notice": {"reason": "x"},
    "withdraw_filing": {},
    "answer_objection": {"answer": "x"},
    "reject_inadmissible": {"clauses": [make.GROUND], "finding": "x"},
    "dismiss_objection": {"clauses": [make.GROUND], "finding": "x"},
    "uphold_objection": {"clauses": [make.GROUND], "finding": "x"},
    "withhold_dataset": {"clauses": ["B-37"], "reason": "x"},
    "lift_withholding": {"reason": "x"},
    "reject_assessment": {"finding": "x"},
    "decline_erasure": {"answer": "x"},
    "invite_member": {"roles": ["steward"], "addressee": "x"},
}


class Case(NamedTuple):
    """One object and how to put it into a state."""

    noun: str
    obj: models.Model
    put: Callable[[str], Any]


class Stand(NamedTuple):
    """Everything the grid needs, made once."""

    cases: dict[str, Case]
    actors: dict[str, Actor]
    clients: dict[str, APIClient]


def columns(model: type[models.Model], pk: int) -> Callable[[str], Any]:
    return lambda state: model._default_manager.filter(pk=pk).update(state=state)


def verified(pk: int) -> Callable[[str], Any]:
    return lambda state: Organisation.objects.filter(pk=pk).update(
        verified_at=NOW if state == "verified" else None
    )


@pytest.fixture(scope="module")
def stand(town: Cast) -> Stand:
    nouns.load()
    with at(NOW):
        filing = make.filing(town, S.FILED)
        lone = make.dataset(town.bureau, title="lone")
        objection = make.objection(
            town, make.filing(town, S.IN_NOTICE, title="objected"), town.trader.steward
        )
        evidence = make.assessment(town, town.bureau, make.dataset(town.bureau, title="proved"))
        # officers read evidence of what is registered
        Dataset.objects.filter(pk=evidence.dataset_id).update(state="registered")
        mandate = give_mandate(
            actor=town.department.admin, organisation=town.department.organisation, agent=town.bureau.organisation,
            roles=["applicant"], starts=NOW.date(), ends=NOW.date(),
        )  # fmt: skip
        erasure = ask_erasure(
            actor=town.county.officer, event_uid=filing.entry_uid, ground="PIPL-47-5", reason="x"
        )
        actors = {path: standing(town, path) for path in PEOPLE}
        clients = {path: client_of(actor) for path, actor in actors.items()}
    owner = town.bureau.organisation
    cases = {
        "organisation": Case("organisations", owner, verified(owner.pk)),
        "mandate": Case("mandates", mandate, columns(Mandate, mandate.pk)),
        "erasure": Case("erasures", erasure, columns(Erasure, erasure.pk)),
        "dataset": Case("datasets", lone, columns(Dataset, lone.pk)),
        "filing": Case("filings", filing, columns(Filing, filing.pk)),
        "objection": Case("objections", objection, columns(Objection, objection.pk)),
        "assessment": Case("assessments", evidence, columns(Assessment, evidence.pk)),
    }
    return Stand(cases, actors, clients)


def standing(cast: Cast, path: str) -> Actor:
    found: Any = cast
    for step in path.split("."):
        found = getattr(found, step)
    return found


def client_of(actor: Actor) -> APIClient:
    client = APIClient(headers={"Accept-Language": "en"}, raise_request_exception=False)
    if actor.user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {issue_token(actor=actor)[1]}")
    return client


def positions(kind: str, path: str, actor: Actor) -> set[Who]:
    """Where a person stands, by the tables of this file."""
    found = {Who("person", "*")} if actor.user else set()
    side = SIDES[kind].get(path.partition(".")[0])
    return found | {Who(side, role) for role in actor.roles} if side else found


def doors(kind: str, noun: str) -> Iterator[str]:
    """The commands of a machine that can be given through its noun."""
    offered = nouns.NOUNS[noun].commands
    return (name for name in vocabulary.MACHINES[kind].moves if name in offered)


def expected(kind: str, path: str, actor: Actor, state: str, name: str) -> set[int]:
    """The answers the tables allow; whoever has not signed in is asked to."""
    move = vocabulary.MACHINES[kind].moves[name]
    mine = positions(kind, path, actor)
    if not any(who in move.who or Who(who.side, "*") in move.who for who in mine):
        return {403 if actor.user else 401}
    if state not in move.sources:
        return {409}
    able = {200, 201, 204, 400, 422}
    return able | {409} if move.needs else able


CELLS = [
    (kind, state)
    for kind in SIDES
    for state in vocabulary.MACHINES[kind].states
]  # fmt: skip


@pytest.mark.parametrize(("kind", "state"), CELLS)
def test_every_person_gets_the_answer_of_the_tables(stand: Stand, db: None, kind: str, state: str) -> None:
    """And what an object offers is what works."""
    case, wrong = stand.cases[kind], {}
    with at(NOW):
        case.put(state)
        before = trace_of(case)
        for path, actor in stand.actors.items():
            seen = type(case.obj)._default_manager.visible_to(actor).filter(pk=case.obj.pk).exists()  # type: ignore[attr-defined]
            offered = actions(stand.clients[path], case)
            for name in doors(kind, case.noun):
                allowed = expected(kind, path, actor, state, name) if seen else {404}
                status, trace = tried(stand.clients[path], case, name, before)
                works = status not in (401, 403, 404, 409)
                if status not in allowed or (status >= 400 and trace) or (name in offered) != works:
                    wrong[f"{path} {name}"] = (status, sorted(allowed), trace, name in offered)
    assert wrong == {}


def actions(client: APIClient, case: Case) -> set[str]:
    """What the object offers this person; nothing where they do not see it."""
    answer = client.get(f"/api/v1/{case.noun}/{case.obj.pk}/?fields=id&expand=actions")
    return {action["name"] for action in answer.json().get("actions", [])}


def tried(client: APIClient, case: Case, name: str, before: Any) -> tuple[int, bool]:
    """Send one command; its status, and whether it left a trace. Whatever it did is undone."""
    url = f"/api/v1/{case.noun}/{case.obj.pk}/{name}/"
    with transaction.atomic():
        answer = client.post(url, BODIES.get(name, {}), format="json")
        trace = trace_of(case) != before
        transaction.set_rollback(True)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"].startswith("application/problem+json"), url
    return answer.status_code, trace


def trace_of(case: Case) -> tuple[Any, Any]:
    """The object as it stands, and the newest entry."""
    row = type(case.obj)._default_manager.filter(pk=case.obj.pk).values().first()
    return row, Event.objects.order_by("-id").values_list("id", flat=True).first()
