"""Disputes: negotiate, then the authority, then the one above; no step is skipped."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.clock import at
from ledger.errors import NotFound, NotPermitted, PolicyRefused, WrongState
from sharing import commands as do
from sharing.models import Dispute
from tests.cast import Cast, day
from tests.sharing import given


@pytest.fixture
def dispute(cast: Cast) -> Any:
    """About a refusal."""
    with at(day("2026-09-17")):
        found = given.request(cast, "refused")
        yield do.open_dispute(actor=cast.department.applicant, share_request=found, statement="职责明确")


def test_it_is_opened_once_on_a_ground_that_is_there(cast: Cast, dispute: Dispute) -> None:
    assert (dispute.state, dispute.ground) == ("negotiation", "refused")
    with pytest.raises(WrongState):
        do.open_dispute(actor=cast.department.applicant, share_request=dispute.share_request, statement="又")
    do.withdraw_dispute(actor=cast.department.applicant, dispute=dispute)
    with pytest.raises(PolicyRefused) as refusal:
        do.open_dispute(
            actor=cast.department.applicant,
            share_request=dispute.share_request,
            statement="又",
            ground="suspended",
        )
    assert refusal.value.code == "no_ground"


def test_it_is_not_opened_about_nothing_nor_by_the_provider(cast: Cast) -> None:
    with at(day("2026-09-17")):
        found = given.request(cast, "under_review")
        with pytest.raises(WrongState):
            do.open_dispute(actor=cast.department.applicant, share_request=found, statement="x")
        refused = given.request(cast, "refused")
        with pytest.raises(NotPermitted):
            do.open_dispute(actor=cast.bureau.head, share_request=refused, statement="x")
        with pytest.raises(NotFound):
            do.open_dispute(actor=cast.trader.applicant, share_request=refused, statement="x")


def test_it_is_answered_and_settled_between_the_two(cast: Cast, dispute: Dispute) -> None:
    with pytest.raises(NotPermitted):
        do.answer_dispute(actor=cast.department.head, dispute=dispute, answer="x")
    do.answer_dispute(actor=cast.bureau.head, dispute=dispute, answer="可改为汇总数据")
    do.settle_dispute(actor=cast.department.applicant, dispute=dispute, settlement="接受汇总数据")
    assert given.fresh(dispute).state == "settled"
    assert given.events(dispute) == ["dispute.opened", "dispute.answered", "dispute.settled"]


def test_it_goes_to_the_authority_and_is_concluded_there(cast: Cast, dispute: Dispute) -> None:
    with pytest.raises(NotPermitted):
        do.conclude_mediation(actor=cast.city.officer, dispute=dispute, settlement="x")
    do.escalate_dispute(actor=cast.department.head, dispute=dispute)
    after = given.fresh(dispute)
    assert (after.state, after.authority) == ("mediation", cast.city.organisation)
    assert Dispute.objects.waiting_for(cast.city.officer).filter(pk=dispute.pk).exists()
    do.conclude_mediation(actor=cast.city.officer, dispute=dispute, settlement="按汇总数据提供")
    assert given.fresh(dispute).state == "settled"


def test_it_cannot_go_above_the_highest(cast: Cast, dispute: Dispute) -> None:
    do.escalate_dispute(actor=cast.department.head, dispute=dispute)
    with pytest.raises(WrongState) as refusal:
        do.escalate_dispute(actor=cast.department.head, dispute=dispute)
    assert refusal.value.code == "next_instance_exists"
