"""The pattern itself: refusals to the security log, machines as tables, rows as facts."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from decimal import Decimal

import pytest

from ledger import vocabulary
from ledger.actor import Actor
from ledger.clock import at, now
from ledger.command import command, expecting, open_commands
from ledger.commands import describe_organisation
from ledger.errors import NotFound, NotPermitted, PolicyRefused, Refusal, StaleObject
from ledger.machine import Machine, Who, move
from ledger.models import Event, Organisation
from ledger.rows import Rows, jsonable
from tests.cast import Cast, day
from tests.proof import last_entry, refused

A, B = Who("owner", "steward"), Who("body", "officer")
TOY = Machine(
    "toy",
    ("new", "old"),
    [move("age", "new", "old", [A]), move("look", ("new", "old"), None, [Who("body", "*")])],
)


def test_a_refusal_goes_to_the_security_log_only(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    before = Event.objects.count()
    with caplog.at_level(logging.INFO, "ledger.security"), pytest.raises(NotPermitted):
        describe_organisation(actor=cast.stranger, organisation=cast.trader.organisation, name="x")
    assert Event.objects.count() == before
    line = caplog.messages[-1]
    for word in (
        "describe_organisation",
        cast.stranger.pseudonym,
        "403",
        f"organisation/{cast.trader.organisation.pk}",
    ):
        assert word in line
    assert "stranger" not in line  # a pseudonym, no name


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        command("role.granted", "x")(lambda: None) if "<lambda>" in vocabulary.COMMANDS else command(
            "role.granted", "x"
        )(vocabulary.COMMANDS["grant_role"].call)


def test_a_stale_page_is_refused(cast: Cast) -> None:
    trader = cast.trader
    found = Organisation.objects.get(pk=trader.organisation.pk)
    with expecting(found, frozenset({str(found.entry_uid)})):
        describe_organisation(actor=trader.admin, organisation=found, contact="a")
    with expecting(found, frozenset({str(found.entry_uid)})):
        refused(StaleObject, describe_organisation, actor=trader.admin, organisation=found, contact="b")


def test_the_table_answers() -> None:
    assert TOY.open("new", [A]) == ["age"]
    assert TOY.open("old", [A]) == []
    assert TOY.open("new", [B, A]) == ["age", "look"]
    assert not TOY.permits("age", [B])
    assert TOY.permits("look", [B])
    with pytest.raises(ValueError, match="unknown states"):
        Machine("toy", ("new",), [move("age", "new", "old", [A])])


@pytest.mark.parametrize("noun", sorted(vocabulary.MACHINES))
def test_every_machine_is_open_exactly_where_it_permits(noun: str) -> None:
    machine = vocabulary.MACHINES[noun]
    for state in machine.states:
        for who in {who for row in machine.moves.values() for who in row.who}:
            opened = machine.open(state, [who])
            assert opened == [
                name for name in machine.moves if machine.fits(name, state) and machine.permits(name, [who])
            ]
            assert machine.open(state, []) == []


def test_the_buttons_are_what_the_command_allows(cast: Cast) -> None:
    organisation = Organisation.objects.get(pk=cast.trader.organisation.pk)
    assert "describe_organisation" in open_commands(organisation, cast.trader.admin)
    assert open_commands(organisation, cast.visitor) == []


def test_refusals_know_their_status() -> None:
    statuses = {kind.__name__: kind.status for kind in Refusal.__subclasses__()}
    assert statuses["NotFound"] == NotFound.status == 404
    assert {statuses[name] for name in ("BadShape", "NotPermitted", "WrongState", "StaleObject", "PolicyRefused")} == {
        400, 403, 409, 412, 422,
    }  # fmt: skip
    said = PolicyRefused("no", code="c", pointer="/x")
    assert [(fault.pointer, fault.code) for fault in said.errors] == [("/x", "c")]


def test_rows_keep_what_they_wrote(cast: Cast) -> None:
    with at(day("2026-09-17")):
        organisation = describe_organisation(
            actor=cast.trader.admin, organisation=cast.trader.organisation, contact="某某"
        )
    entry = last_entry(organisation)
    assert organisation.entry_uid == entry.uid
    facts = entry.facts[f"organisation/{organisation.pk}"]
    assert facts["entry_uid"] == entry.uid.hex
    assert "contact" not in facts
    assert "某某" not in str(entry.body)


def test_a_row_removed_is_still_named(cast: Cast) -> None:
    rows, member = Rows(), cast.trader.organisation.memberships.first()
    assert member is not None
    pk = member.pk
    rows.delete(member)
    assert rows.facts == {f"membership/{pk}": {"deleted": True}}
    assert member.pk == pk


def test_a_private_value_taken_back_is_no_longer_told(cast: Cast) -> None:
    rows, house = Rows(), cast.trader.organisation
    where = f"organisation/{house.pk}"
    rows.update(house, contact="张三 139")
    rows.update(house, contact="")
    assert (rows.facts[where]["contact"], rows.private) == ("", {})
    rows.update(house, contact="李四 138")
    assert (rows.private, "contact" in rows.facts[where]) == ({f"{where}/contact": "李四 138"}, False)


def test_nothing_more_is_told_of_a_row_removed(cast: Cast) -> None:
    rows = Rows()
    draft = rows.create(Organisation, name="x", kind="department", contact="张三", registered_at=now())
    rows.delete(draft)
    assert (rows.facts, rows.private) == ({f"organisation/{draft.pk}": {"deleted": True}}, {})


def test_facts_hold_no_floats() -> None:
    moment = dt.datetime(2026, 9, 17, 10, tzinfo=dt.UTC)
    given = {
        "f": 0.1,
        "d": Decimal("1.50"),
        "t": moment,
        "day": moment.date(),
        "u": uuid.UUID(int=1),
        "s": {"b", "a"},
        "n": None,
    }
    assert jsonable(given) == {
        "f": "0.1", "d": "1.50", "t": "2026-09-17T10:00:00.000000Z", "day": "2026-09-17", "u": "0" * 31 + "1", "s": ["a", "b"], "n": None,
    }  # fmt: skip
    assert jsonable((True, b"\x01", 2**53)) == [True, "01", 2**53]


def test_actors_have_names_in_the_log(cast: Cast) -> None:
    assert (Actor.robot().pseudonym, Actor.anonymous().pseudonym) == ("robot", "anonymous")
    assert len(cast.stranger.pseudonym) == 32
    assert cast.visitor.is_anonymous
    assert not cast.robot.is_anonymous
