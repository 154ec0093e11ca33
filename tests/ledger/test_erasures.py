"""Erasure: what an entry said is shredded by two officers under a clause; the log still verifies and the receipt says so."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from ledger import receipts
from ledger.access import act_as
from ledger.actor import Actor
from ledger.audit import Audit
from ledger.commands import (
    accept_invitation,
    ask_erasure,
    carry_out_erasure,
    decline_erasure,
    invite_member,
    verify_organisation,
    withdraw_mandate,
)
from ledger.errors import BadShape, NotFound, NotPermitted, WrongState
from ledger.models import Body, Disclosure, Erasure, Event, Mandate, User
from ledger.sequencer import run_all
from tests.ledger.api_cast import Cast, person
from tests.proof import events_of, last_event, refused, undone

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"ground": "PIPL-47-3", "reason": "the farmer asked"}


@pytest.fixture
def cast() -> Cast:
    cast = Cast.gathered()
    user = person("second")
    _sent, secret = invite_member(
        actor=cast.actor("officer"), organisation=cast.body, roles=["officer"], addressee="second"
    )
    accept_invitation(actor=Actor(user=user), secret=secret)
    verify_organisation(actor=cast.actor("officer"), organisation=cast.farm)
    return cast


@pytest.fixture
def letter(cast: Cast) -> Event:
    """An entry with a letter's words, which the officers may see."""
    cast.letter("signed by the farmer's widow")
    run_all()
    return last_event()


def second(cast: Cast) -> Actor:
    return act_as(User.objects.get(username="second"), cast.body)


def asked(cast: Cast, event: Event, **values: object) -> Erasure:
    return ask_erasure(actor=cast.actor("officer"), event_uid=event.uid, **{**WHY, **values})  # type: ignore[arg-type]


def test_two_officers_shred_one_value_and_the_log_verifies(cast: Cast, letter: Event) -> None:
    path = Disclosure.objects.get(event_uid=letter.uid).path
    found = asked(cast, letter, paths=[path])
    assert events_of(found) == ["erasure.asked"]
    done = carry_out_erasure(actor=second(cast), erasure=found)
    assert (done.state, last_event().kind, last_event().subject) == (
        "done",
        "entry.erased",
        f"event:{letter.pk}",
    )
    gone = Disclosure.objects.get(event_uid=letter.uid)
    assert (gone.key, gone.content) == (None, None)
    assert Body.objects.get(event_uid=letter.uid).content is not None
    assert Mandate.objects.get().letter == "", "the case says it no more either"
    run_all()
    report = Audit().run()
    assert (report.erased, report.waiting) == (1, 0)
    file = receipts.file_of(letter, receipts.proof_of(letter.uid), body=True, disclosures=True)  # type: ignore[arg-type]
    assert file["disclosures"] == []
    assert file["body"] is not None
    assert [(one["clause"], one["paths"]) for one in file["erased"]] == [("PIPL-47-3", [path])]


def test_all_that_an_entry_said_can_go(cast: Cast, letter: Event) -> None:
    carry_out_erasure(actor=second(cast), erasure=asked(cast, letter))
    body = Body.objects.get(event_uid=letter.uid)
    assert (body.key, body.content) == (None, None)
    run_all()
    assert Audit().run().erased == 1  # the body; its values are unknown with it
    proof = receipts.proof_of(letter.uid)
    assert proof is not None
    file = receipts.file_of(letter, proof, body=True, disclosures=True)
    assert (file["body"], file["disclosures"], file["erased"][0]["paths"]) == (None, [], [])
    refused(WrongState, ask_erasure, "erased", actor=cast.actor("officer"), event_uid=letter.uid, **WHY)


def test_words_changed_since_stay_in_the_case(cast: Cast, letter: Event) -> None:
    Mandate.objects.update(letter="other words")
    carry_out_erasure(actor=second(cast), erasure=asked(cast, letter))
    assert Mandate.objects.get().letter == "other words"


def test_nobody_shreds_alone(cast: Cast, letter: Event) -> None:
    found = asked(cast, letter)
    refused(WrongState, carry_out_erasure, "other_hand", actor=cast.actor("officer"), erasure=found)
    refused(NotFound, carry_out_erasure, "", actor=cast.actor("admin"), erasure=found)
    refused(NotFound, carry_out_erasure, "", actor=Actor.anonymous(), erasure=found)
    assert Disclosure.objects.get(event_uid=letter.uid).content is not None


def test_it_is_declined_with_a_reason(cast: Cast, letter: Event) -> None:
    found = asked(cast, letter)
    declined = decline_erasure(actor=second(cast), erasure=found, answer="a court needs it")
    assert events_of(found) == ["erasure.asked", "erasure.declined"]
    refused(WrongState, carry_out_erasure, "wrong_state", actor=second(cast), erasure=declined)
    assert asked(cast, letter).pk != found.pk, "it can be asked for again"
    refused(WrongState, ask_erasure, "asked", actor=cast.actor("officer"), event_uid=letter.uid, **WHY)


def test_who_may_ask_for_what(cast: Cast, letter: Event) -> None:
    stranger = cast.actor("stranger")
    assert stranger.pseudonym
    refused(NotPermitted, ask_erasure, "officer", actor=cast.actor("admin"), event_uid=letter.uid, **WHY)
    refused(NotFound, ask_erasure, "", actor=stranger, event_uid=letter.uid, **WHY)
    refused(NotFound, ask_erasure, "", actor=cast.actor("officer"), event_uid=uuid.uuid4(), **WHY)
    officer = cast.actor("officer")
    refused(BadShape, ask_erasure, "ground", actor=officer, event_uid=letter.uid, ground="x", reason="x")
    refused(BadShape, ask_erasure, "paths", actor=officer, event_uid=letter.uid, paths=["x/1/y"], **WHY)


def test_a_failed_record_undoes_it(cast: Cast, letter: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    undone(monkeypatch, ask_erasure, actor=cast.actor("officer"), event_uid=letter.uid, **WHY)
    found = asked(cast, letter)
    undone(monkeypatch, carry_out_erasure, actor=second(cast), erasure=found)
    undone(monkeypatch, decline_erasure, actor=second(cast), erasure=found, answer="no")
    assert Disclosure.objects.get(event_uid=letter.uid).content is not None


def test_the_officer_finds_it_in_browser_and_api(cast: Cast, letter: Event) -> None:
    officer = cast.client("officer")
    answer = officer.post("/api/v1/erasures/", {"event_uid": str(letter.uid), **WHY}, format="json")
    assert answer.status_code == 201, answer.content
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(User.objects.get(username="second"))
    assert answer.json()["url"].split("/")[-2] in browser.get("/inbox/").content.decode()
    page = browser.get(f"/erasures/{answer.json()['id']}/")
    assert "the farmer asked" in page.content.decode()
    entry = browser.get(f"/log/entries/{letter.uid}/").content.decode()
    assert "/erasures/new/ask-erasure/" in entry
    owner = Client(headers={"Accept-Language": "en"})
    owner.force_login(cast.admin)
    own = owner.get(f"/log/entries/{letter.uid}/").content.decode()
    assert "signed by the farmer&#x27;s widow" in own
    assert "/erasures/new/ask-erasure/" not in own
    browser.post(f"/erasures/{answer.json()['id']}/carry-out-erasure/")
    assert Erasure.objects.get().state == "done"
    for reader in (browser, Client(headers={"Accept-Language": "en"})):
        entry = reader.get(f"/log/entries/{letter.uid}/").content.decode()
        assert "PIPL-47-3" in entry
        assert "widow" not in entry
    assert browser.get(f"/erasures/{answer.json()['id']}/").status_code == 200
    assert Client().get(f"/erasures/{answer.json()['id']}/").status_code == 404


def test_a_later_withdrawal_is_not_touched(cast: Cast, letter: Event) -> None:
    withdraw_mandate(actor=cast.actor("admin"), mandate=Mandate.objects.get(), reason="sold the farm")
    carry_out_erasure(actor=second(cast), erasure=asked(cast, letter))
    assert Mandate.objects.get().reason == "sold the farm"
