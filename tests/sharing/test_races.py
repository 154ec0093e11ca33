"""Two hands at once: what may happen once happens once, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from ledger.clock import at
from ledger.errors import Refusal
from sharing import commands as do
from sharing.models import Agreement, Decision, Grant, ShareRequest
from tests.cast import FOUNDING, Cast, day, gathered
from tests.sharing import given

pytestmark = pytest.mark.django_db(transaction=True)
NOW = day("2026-09-17")


@pytest.fixture
def crowd() -> Cast:
    """A cast whose rows others can see: these tests commit."""
    with at(FOUNDING):
        return gathered()


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment; a refusal is a result like another."""
    ready = Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        try:
            with at(NOW):
                ready.wait(timeout=10)
                return deed()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def test_it_is_decided_once_by_two_heads(crowd: Cast) -> None:
    with at(NOW):
        found = given.recommended(crowd, given.sent(crowd, given.dataset(crowd)))
    head = crowd.bureau.head
    results = together(
        lambda: do.agree_request(actor=head, share_request=found.pk),
        lambda: do.refuse_request(actor=head, share_request=found.pk, clauses=[given.REFUSES], finding="x"),
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert Decision.objects.filter(share_request=found).count() == 1


def test_it_makes_one_grant_when_both_sign_at_once(crowd: Cast) -> None:
    with at(NOW):
        found = given.agreed(crowd, given.sent(crowd, given.dataset(crowd)))
    agreement = Agreement.objects.get(share_request=found)
    heads = (crowd.bureau.head, crowd.department.head)
    together(
        *(
            lambda head=head: do.sign_agreement(actor=head, agreement=agreement.pk, digest=agreement.digest)
            for head in heads
        )
    )
    assert Grant.objects.filter(share_request=found).count() == 1
    assert agreement.signatures.count() == 2


def test_it_either_grants_or_withdraws(crowd: Cast) -> None:
    with at(NOW):
        found = given.agreed(crowd, given.sent(crowd, given.dataset(crowd)))
        agreement = Agreement.objects.get(share_request=found)
        do.sign_agreement(actor=crowd.bureau.head, agreement=agreement, digest=agreement.digest)
    consumer = crowd.department
    head, applicant = consumer.head, consumer.applicant
    results = together(
        lambda: do.sign_agreement(actor=head, agreement=agreement.pk, digest=agreement.digest),
        lambda: do.withdraw_request(actor=applicant, share_request=found.pk),
    )
    assert sum(isinstance(result, Refusal) for result in results) == 1
    state = ShareRequest.objects.get(pk=found.pk).state
    assert (state, Grant.objects.count()) in {("granted", 1), ("withdrawn", 0)}
