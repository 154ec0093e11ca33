"""What a party would see or do with roles, names and kinds it gave itself."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.commands import add_distribution
from ledger.actor import Role
from ledger.clock import at
from ledger.commands import describe_organisation
from ledger.errors import BadShape
from ledger.past import history
from sharing.models import ShareRequest
from sharing.models.consents import circle_of
from tests import make
from tests.cast import Cast, day
from tests.sharing import given

pytestmark = pytest.mark.django_db


def test_an_auditor_made_by_a_party_reads_no_more_than_the_party(cast: Cast) -> None:
    with at(day("2026-03-10")):
        found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
        cast.department.join("auditor", Role.AUDITOR)
        spoken = next(one for one in history(found) if one.kind == "request.recommended")
        browser = Client()
        browser.force_login(cast.department.users["auditor"], "ledger.signin.LockoutBackend")
        assert "body" not in browser.get(f"/api/v1/entries/{spoken.uid}/").json()
        browser.force_login(cast.bureau.users["steward"], "ledger.signin.LockoutBackend")
        assert browser.get(f"/api/v1/entries/{spoken.uid}/").json()["body"]


def test_the_consumer_does_not_read_who_recommended(cast: Cast) -> None:
    with at(day("2026-03-10")):
        found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
        steward = cast.bureau.users["steward"].name
        browser = Client()
        browser.force_login(cast.bureau.users["head"], "ledger.signin.LockoutBackend")
        assert steward in browser.get(f"/share-requests/{found.pk}/").content.decode()
        browser.force_login(cast.department.users["head"], "ledger.signin.LockoutBackend")
        assert steward not in browser.get(f"/share-requests/{found.pk}/").content.decode()


def test_an_authority_that_redescribed_itself_oversees_nothing_until_verified(cast: Cast) -> None:
    with at(day("2026-03-10")):
        found = given.sent(cast, given.dataset(cast))
        assert ShareRequest.objects.visible_to(cast.city.officer).filter(pk=found.pk).exists()
        describe_organisation(actor=cast.city.admin, organisation=cast.city.organisation, region="000000")
        ShareRequest.objects.filter(pk=found.pk).update(authority=None)
        assert not ShareRequest.objects.visible_to(cast.city.officer).filter(pk=found.pk).exists()


def test_an_english_name_is_verified_like_a_name(cast: Cast) -> None:
    trader = cast.trader
    changed = describe_organisation(
        actor=trader.admin, organisation=trader.organisation, name_en="Farm Bureau"
    )
    assert not changed.is_verified


def test_a_standing_consent_covers_no_unverified_department(cast: Cast) -> None:
    consumer = cast.newcomer.organisation
    consumer.kind = "department"
    assert circle_of(consumer, cast.bureau.organisation).children == [("pk", None)]


def test_a_script_is_no_address_of_a_file(cast: Cast) -> None:
    draft, script = make.dataset(cast.bureau), "javascript:alert(1)"
    with pytest.raises(BadShape):
        add_distribution(
            actor=cast.bureau.steward, dataset=draft, kind="file", file=make.csv_file(), address=script
        )


def test_a_list_tells_states(cast: Cast) -> None:
    with at(day("2026-03-10")):
        found = given.sent(cast, given.dataset(cast))
        browser = Client()
        browser.force_login(cast.bureau.users["head"], "ledger.signin.LockoutBackend")
        (row,) = browser.get("/api/v1/share-requests/").json()["results"]
    assert (row["id"], row["state"]) == (found.pk, "under_review")
