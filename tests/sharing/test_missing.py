"""Calling for data that is only listed: its owner answers within a term."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.models import Dataset
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from sharing import commands as do
from sharing.models import MissingRequest
from tests.cast import Cast, day
from tests.sharing import given

NOW = day("2026-09-17")


@pytest.fixture
def listed(cast: Cast) -> Any:
    """A record of the bureau as a source catalogue published it."""
    with at(NOW):
        record = given.dataset(cast)
        Dataset.objects.filter(pk=record.pk).update(state="listed", code=None, opening="public")
        yield given.fresh(record)


def test_it_calls_the_owner_who_promises_in_time(cast: Cast, listed: Dataset) -> None:
    call = do.request_missing(actor=cast.department.applicant, dataset=listed, purpose="抗旱会商")
    assert given.due(call, "missing.answer") == day("2026-10-08").date()
    assert MissingRequest.objects.waiting_for(cast.bureau.steward).filter(pk=call.pk).exists()
    do.answer_missing(
        actor=cast.bureau.steward, missing_request=call, outcome="promised", answer="十月底前登记"
    )
    assert given.fresh(call).state == "promised"
    assert not Clock.objects.of(call).live().exists()
    assert given.events(call) == ["missing.called", "missing.answered"]


def test_it_says_why_not_to_a_request_for_a_listed_record(cast: Cast, listed: Dataset) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        do.create_application(actor=cast.department.applicant, items=[{"dataset": listed}], **given.DUTY)
    assert refusal.value.code == "listed"


def test_it_is_called_once_and_not_by_the_owner_nor_for_what_is_registered(
    cast: Cast, listed: Dataset
) -> None:
    registered = given.dataset(cast, title="另一项")
    with pytest.raises(PolicyRefused):
        do.request_missing(actor=cast.department.applicant, dataset=registered, purpose="x")
    with pytest.raises(PolicyRefused):
        do.request_missing(actor=cast.bureau.applicant, dataset=listed, purpose="x")
    do.request_missing(actor=cast.department.applicant, dataset=listed, purpose="抗旱会商")
    with pytest.raises(PolicyRefused) as again:
        do.request_missing(actor=cast.department.applicant, dataset=listed, purpose="抗旱会商")
    assert again.value.code == "twice"


def test_it_is_answered_by_the_owners_people_only(cast: Cast, listed: Dataset) -> None:
    with pytest.raises(NotPermitted):
        do.request_missing(actor=cast.department.steward, dataset=listed, purpose="x")
    call = do.request_missing(actor=cast.department.applicant, dataset=listed, purpose="抗旱会商")
    answer = {"missing_request": call, "outcome": "declined", "answer": "不再采集"}
    with pytest.raises(NotFound):
        do.answer_missing(actor=cast.trader.head, **answer)
    with pytest.raises(NotPermitted):
        do.answer_missing(actor=cast.department.head, **answer)
    with pytest.raises(BadShape):
        do.answer_missing(actor=cast.bureau.steward, **answer | {"answer": " "})
    do.withdraw_missing(actor=cast.department.applicant, missing_request=call)
    with pytest.raises(WrongState):
        do.answer_missing(actor=cast.bureau.steward, **answer)
