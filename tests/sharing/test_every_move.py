"""Every state × person × command of sharing, tried through the API and expected by the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models, transaction

from ledger.actor import Actor
from ledger.api import nouns
from ledger.clock import at
from ledger.command import open_commands
from sharing import commands as do
from sharing.models import Agreement, Application, Correction, Dispute, Grant, ShareRequest
from sharing.workflow import RequestState
from tests.cast import Cast, day
from tests.sharing import given
from tests.walk import Walker

NOW = day("2026-09-17")


@pytest.fixture(autouse=True)
def thursday() -> Any:
    with at(NOW):
        yield


def people(cast: Cast) -> Iterator[Actor]:
    """Everybody who could come: both sides in every role, the authority, its auditor, outsiders, strangers."""
    for house in (cast.department, cast.bureau):
        yield from (house.applicant, house.head, house.steward, house.admin)
    yield from (
        cast.city.officer,
        cast.city.auditor,
        cast.county.officer,
        cast.trader.head,
        cast.trader.applicant,
    )
    yield from (cast.cooperative.farmer, cast.stranger, cast.visitor)


def expected(case: Any, actor: Actor, name: str, found: models.QuerySet[Any]) -> set[int]:
    """What the tables say: 404 unseen, 403 not one's position, 409 or 422 not now, anything else it is open."""
    if not found.filter(pk=case.pk).exists():
        return {404}
    if not case.machine.permits(name, case.positions(actor)):
        return {403} if actor.user else {401, 403}
    return {200, 201, 400, 422} if name in open_commands(case, actor) else {409, 422}


def try_all(cast: Cast, noun_name: str, case: Any) -> None:
    """Every person tries every command with an empty body; what it changed is undone."""
    noun = nouns.noun_named(noun_name)
    assert noun is not None
    for actor in people(cast):
        walker, visible = Walker.of(actor), noun.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        for name in noun.commands:
            wanted = expected(given.fresh(case), actor, name, visible)
            with transaction.atomic():
                answer = walker.client.post(f"/api/v1/{noun_name}/{case.pk}/{name}/", {}, format="json")
                transaction.set_rollback(True)
            who = f"{actor.user} ({', '.join(sorted(actor.roles))})"
            assert answer.status_code in wanted, (
                f"{name} by {who} in {case.state}: {answer.status_code}, not {wanted}"
            )


REACHABLE = [state for state in RequestState if state != RequestState.DEEMED_WITHDRAWN]


@pytest.mark.parametrize("state", REACHABLE)
def test_it_answers_as_the_table_of_requests_says(cast: Cast, state: str) -> None:
    try_all(cast, "share-requests", given.request(cast, state))


@pytest.mark.parametrize("state", ["draft", "awaiting_head", "sent", "discarded"])
def test_it_answers_as_the_table_of_applications_says(cast: Cast, state: str) -> None:
    case: Application = given.application(cast, given.dataset(cast))
    if state in ("awaiting_head", "sent"):
        do.submit_application(actor=cast.department.applicant, application=case)
    if state == "sent":
        do.endorse_application(actor=cast.department.head, application=case)
    if state == "discarded":
        do.discard_application(actor=cast.department.applicant, application=case)
    try_all(cast, "applications", given.fresh(case))


@pytest.mark.parametrize("state", ["proposed", "in_force", "declined"])
def test_it_answers_as_the_table_of_agreements_says(cast: Cast, state: str) -> None:
    found = given.request(cast, {"proposed": "approved", "in_force": "granted", "declined": "lapsed"}[state])
    case = Agreement.objects.get(share_request=found)
    assert case.state == state
    try_all(cast, "agreements", case)


@pytest.mark.parametrize("state", ["active", "on_notice", "suspended", "closing", "closed"])
def test_it_answers_as_the_table_of_grants_says(cast: Cast, state: str) -> None:
    case = given.grant(cast)
    if state == "on_notice":
        do.put_on_notice(actor=cast.city.officer, grant=case, clauses=[given.SUSPENDS], reason="超范围")
    if state == "suspended":
        do.suspend_grant(actor=cast.bureau.head, grant=case, clauses=[given.SUSPENDS], reason="超范围")
    if state in ("closing", "closed"):
        do.close_grant(actor=cast.department.applicant, grant=case)
    if state == "closed":
        do.file_deletion(actor=cast.department.applicant, grant=case, statement="已删除")
    assert given.fresh(case).state == state
    try_all(cast, "grants", given.fresh(case))


def test_it_answers_as_the_tables_of_corrections_and_disputes_say(cast: Cast) -> None:
    grant: Grant = given.grant(cast)
    ticket: Correction = do.report_error(actor=cast.department.applicant, grant=grant, statement="缺测")
    try_all(cast, "corrections", ticket)
    do.suspend_grant(actor=cast.bureau.head, grant=grant, clauses=[given.SUSPENDS], reason="超范围")
    found: ShareRequest = given.fresh(grant.share_request)
    dispute: Dispute = do.open_dispute(
        actor=cast.department.applicant, share_request=found, statement="已整改"
    )
    try_all(cast, "disputes", dispute)
    do.escalate_dispute(actor=cast.department.applicant, dispute=dispute)
    try_all(cast, "disputes", given.fresh(dispute))
