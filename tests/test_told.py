"""Who hears what: each rule of ledger.messages, by people of all floors, out of the log alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import models

from catalog import commands as do
from catalog.filing import FilingState as S
from catalog.models import Objection
from ledger import follow, journal, messages, sequencer, vocabulary
from ledger.access import act_as
from ledger.actor import Actor, Role
from ledger.api import nouns
from ledger.clock import at
from ledger.commands import (
    accept_mandate,
    delegate,
    describe_organisation,
    give_mandate,
    grant_role,
    hand_over_work,
    withdraw_role,
)
from ledger.models import Follower, Head, Message, ReadMark
from ledger.models.clocks import subject_of
from ledger.pages import board
from ledger.rows import Rows
from sharing import commands as share
from tests import make
from tests.cast import Cast, House, day
from tests.sharing import given
from tests.sharing.given import sent

Told = Callable[[], set[tuple[str, str]]]


@pytest.fixture(autouse=True)
def log_of_its_own(cast: Cast) -> Iterator[None]:
    """What a test signs is undone with it; so is the mark that remembers it."""
    yield
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def catch_up() -> None:
    sequencer.run_all()
    while follow.catch_up(messages.NAME):
        pass


@pytest.fixture
def told(cast: Cast) -> Told:
    """Who was told what since the last time it was asked: {(user name, event)}."""
    catch_up()
    last = [0]

    def new() -> set[tuple[str, str]]:
        catch_up()
        found = (
            Message.objects.filter(pk__gt=last[0])
            .order_by("pk")
            .values_list("pk", "recipient__username", "kind")
        )
        rows = list(found)
        last[0] = rows[-1][0] if rows else last[0]
        return {(name, kind) for _pk, name, kind in rows}

    new()
    return new


def name(house: House, who: str) -> str:
    return house.users[who].username


def test_a_case_is_told_to_the_roles_that_have_a_hand_in_it_and_not_to_who_moved_it(cast: Cast, told: Told):
    filing = make.filing(cast)
    assert told() == set(), "who works on a draft tells nobody"
    make.equip(cast, filing, cast.bureau)
    do.submit_filing(actor=cast.bureau.steward, filing=filing)
    heard = told()
    assert (name(cast.bureau, "head"), "filing.submitted") in heard
    assert not {who for who, _what in heard} & {
        name(cast.bureau, part) for part in ("steward", "applicant", "founder")
    }
    do.endorse_filing(actor=cast.bureau.head, filing=filing)
    officer = name(cast.county, "officer")
    assert told() == {(name(cast.bureau, "steward"), "filing.endorsed"), (officer, "filing.endorsed")}
    do.accept_filing(actor=cast.county.officer, filing=filing)
    assert told() == {(name(cast.bureau, part), "filing.accepted") for part in ("steward", "head")}


def test_what_the_system_does_is_told_to_every_side(cast: Cast, told: Told):
    with at(day("2026-03-02")):
        filing = make.filing(cast, S.IN_NOTICE)
    told()
    with at(day("2026-04-20")):
        do.issue_code(actor=cast.robot, filing=filing)
    heard = {who for who, what in told() if what == "filing.coded"}
    assert heard == {name(cast.bureau, "steward"), name(cast.bureau, "head"), name(cast.county, "officer")}


def test_both_sides_of_a_request_hear(cast: Cast, told: Told):
    with at(day("2026-03-02")):
        request = sent(cast, given.dataset(cast, cast.tools), cast.bearings)
    told()
    with at(day("2026-03-03")):
        share.recommend(actor=cast.tools.steward, share_request=request, outcome="agree", finding="可以")
        share.agree_request(actor=cast.tools.head, share_request=request, finding="同意")
    heard = told()
    assert (name(cast.bearings, "applicant"), "request.agreed") in heard
    assert (name(cast.tools, "steward"), "request.agreed") in heard
    assert (name(cast.tools, "head"), "request.agreed") not in heard


def test_who_objects_hears_in_person_whomever_they_act_for(cast: Cast, told: Told):
    filing = make.filing(cast, S.IN_NOTICE)
    objector = cast.trader.steward
    objection = make.objection(cast, filing, objector)
    told()
    do.answer_objection(actor=cast.bureau.steward, objection=objection, answer="数据为本局采集。")
    assert (objector.user.username, "objection.answered") in told()
    for actor in (objector, Actor(user=objector.user)):
        assert [
            one.subject for one in Message.objects.visible_to(actor).filter(kind="objection.answered")
        ] == [subject_of(Objection.objects.get())]


def test_a_successor_hears_of_every_case_taken_over(cast: Cast, told: Told):
    filing = make.filing(cast, S.FILED)
    told()
    steward, successor = cast.bureau.users["steward"], cast.bureau.users["applicant"]
    hand_over_work(
        actor=cast.bureau.admin, organisation=cast.bureau.organisation, leaver=steward, successor=successor
    )
    assert (successor.username, "work.handed_over") in told()
    actor = act_as(successor, cast.bureau.organisation)
    found = Message.objects.visible_to(actor).filter(kind="work.handed_over")
    assert subject_of(filing) in {one.subject for one in found}
    assert {one.organisation_id for one in found} == {cast.bureau.organisation.pk}


def test_a_role_is_told_to_whom_it_concerns_alone(cast: Cast, told: Told):
    applicant = cast.bureau.users["applicant"]
    house = cast.bureau.organisation
    grant_role(actor=cast.bureau.admin, organisation=house, user=applicant, role="steward")
    assert told() == {(applicant.username, "role.granted")}
    withdraw_role(actor=cast.bureau.admin, organisation=house, user=applicant, role="steward")
    assert told() == {(applicant.username, "role.withdrawn")}


def test_a_stand_in_hears_while_the_delegation_runs(cast: Cast, told: Told):
    with at(day("2026-03-02")):
        filing = make.filing(cast, S.FILED)
        receiver = cast.bureau.users["applicant"]
        delegate(
            actor=cast.bureau.steward, organisation=cast.bureau.organisation, receiver=receiver,
            roles=["steward"], starts=day("2026-03-02").date(), ends=day("2026-03-04").date(),
        )  # fmt: skip
        assert (receiver.username, "role.delegated") in told()
        do.accept_filing(actor=cast.county.officer, filing=filing)
        assert (receiver.username, "filing.accepted") in told()
    with at(day("2026-03-05")):
        do.ask_clarification(actor=cast.county.officer, filing=filing, question="来源?")
        heard = told()
    assert (name(cast.bureau, "steward"), "filing.clarification_asked") in heard
    assert receiver.username not in {who for who, _what in heard}


def test_an_agent_hears_for_the_principal_and_reads_it_there(cast: Cast, told: Told):
    cast.trader.join("agent", Role.AGENT)
    with at(day("2026-03-02")):
        mandate = give_mandate(
            actor=cast.bureau.admin, organisation=cast.bureau.organisation, agent=cast.trader.organisation,
            roles=["steward"], starts=day("2026-03-01").date(), ends=day("2026-12-31").date(), letter="委托",
        )  # fmt: skip
        assert (name(cast.trader, "admin"), "mandate.offered") in told()
        accept_mandate(actor=cast.trader.admin, mandate=mandate)
        told()
        filing = make.filing(cast, S.FILED)
        told()
        do.accept_filing(actor=cast.county.officer, filing=filing)
        agent = cast.trader.users["agent"]
        assert (agent.username, "filing.accepted") in told()
        for_principal = Message.objects.visible_to(act_as(agent, cast.bureau.organisation))
        assert for_principal.filter(kind="filing.accepted").exists()
        assert not Message.objects.visible_to(cast.trader.agent).filter(kind="filing.accepted").exists()


def test_who_comes_later_is_not_told_what_was_before(cast: Cast, told: Told):
    with at(day("2026-03-02")):
        filing = make.filing(cast, S.FILED)
        do.accept_filing(actor=cast.county.officer, filing=filing)
    with at(day("2026-03-03")):
        cast.bureau.join("newcomer", Role.STEWARD)
    newcomer = name(cast.bureau, "newcomer")
    assert {what for who, what in told() if who == newcomer} == set()
    with at(day("2026-03-04")):
        do.ask_clarification(actor=cast.county.officer, filing=filing, question="来源?")
    assert (newcomer, "filing.clarification_asked") in told()


def test_what_is_about_no_case_is_told_to_nobody(cast: Cast, told: Told):
    with at(day("2030-01-01")):
        assert journal.heartbeat()
    assert told() == set()
    assert Follower.objects.get(name=messages.NAME).next_index == Head.objects.get().size, "and it was read"


def test_of_an_import_nobody_is_told_record_by_record(cast: Cast, told: Told):
    dataset = make.dataset(cast.bureau)
    for event in ("dataset.listed", "dataset.withheld"):
        journal.record(actor=cast.robot, event=event, subject=dataset, rows=Rows())
    assert {what for _who, what in told()} == {"dataset.withheld"}


def test_a_message_told_twice_is_the_same_message(cast: Cast, told: Told):
    make.filing(cast, S.FILED)
    told()
    before = set(Message.objects.values_list("uid", flat=True))
    Follower.objects.filter(name=messages.NAME).update(next_index=0)
    catch_up()
    assert set(Message.objects.values_list("uid", flat=True)) == before
    Message.objects.all().delete()
    Follower.objects.filter(name=messages.NAME).update(next_index=0)
    catch_up()
    assert set(Message.objects.values_list("uid", flat=True)) == before


def test_nobody_else_sees_it(cast: Cast, told: Told):
    make.filing(cast, S.FILED)
    told()
    head = Message.objects.get(kind="filing.submitted", recipient=cast.bureau.users["head"])
    assert head in Message.objects.visible_to(cast.bureau.head)
    others = (
        cast.bureau.steward,
        cast.county.head,
        cast.trader.steward,
        cast.stranger,
        cast.visitor,
        cast.robot,
    )
    for actor in others:
        assert head not in Message.objects.visible_to(actor)
    assert head not in Message.objects.visible_to(Actor(user=cast.bureau.users["head"])), (
        "not in one's own name"
    )


def test_a_message_goes_with_the_sight_of_its_case(cast: Cast, told: Told):
    make.filing(cast, S.FILED)
    told()
    head = cast.bureau.head
    found = Message.objects.visible_to(head).filter(kind="filing.submitted")
    assert found.exists()
    assert messages.unread(head, 100) > 0
    for role in (Role.HEAD_FILING, Role.HEAD_SHARING):
        withdraw_role(
            actor=cast.bureau.admin, organisation=cast.bureau.organisation, user=head.user, role=str(role)
        )
    powerless = cast.bureau.head
    assert not Message.objects.visible_to(powerless).filter(kind="filing.submitted").exists()
    assert Message.objects.addressed_to(powerless).filter(kind="filing.submitted").exists()
    seen = Message.objects.visible_to(powerless).unread().count()
    assert messages.unread(powerless, 100) == seen


def test_what_is_read_stays_read_for_one_organisation(cast: Cast, told: Told):
    make.filing(cast, S.FILED)
    told()
    head = cast.bureau.head
    newest = Message.objects.visible_to(head).first()
    assert newest.is_unread
    place = messages.mark_read(head, newest.index)
    assert place == newest.index + 1
    assert messages.unread(head, 100) == 0
    assert messages.mark_read(head, 0) == place, "it never goes back"
    describe_organisation(actor=cast.bureau.admin, organisation=cast.bureau.organisation, contact="新楼")
    told()
    assert messages.unread(head, 100) == 1
    in_person = Actor(user=head.user)
    messages.mark_read(in_person, 10**9)
    assert messages.unread(head, 100) == 1
    assert messages.mark_read(head, 2**62) == Follower.objects.get(name=messages.NAME).next_index
    assert ReadMark.objects.filter(user=head.user).count() == 2


def test_every_kind_of_case_that_is_told_has_a_noun_words_and_a_page():
    by_model = {noun.model for noun in nouns.all_nouns()}
    for model in vocabulary.SIDES:
        foreign = {one.attname: 1 for one in model._meta.concrete_fields if one.is_relation}
        assert model in by_model, model
        assert model.__str__ is not models.Model.__str__, model
        assert board.address(model(pk=1, **foreign)), model


def test_every_party_a_machine_gives_commands_to_is_told():
    """Without a look-up stands only who oversees, anybody, or the system."""
    untold = {
        str(who.side)
        for model, sides in vocabulary.SIDES.items()
        if hasattr(model, "machine")
        for move in model.machine.moves.values()
        for who in move.who
        if who.side not in sides
    }
    assert untold <= {"robot", "person", "body"}


def test_every_machine_is_told_of():
    assert {model.machine.noun for model in vocabulary.SIDES if hasattr(model, "machine")} == set(
        vocabulary.MACHINES
    )


def test_every_quiet_event_exists():
    assert vocabulary.QUIET - set(vocabulary.EVENTS) == set()
