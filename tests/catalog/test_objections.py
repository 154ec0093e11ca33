"""Objections during the notice: raised by name and with evidence, settled by the body, each with its own end."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import commands as do
from catalog import robot
from catalog.filing import FilingState as S
from catalog.filing import ObjectionState as O
from catalog.models import Filing, Objection
from ledger import clocks, vocabulary
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from tests import make
from tests.cast import Cast, day
from tests.proof import last_entry, last_event, refused, undone

SETTLED = {
    "reject_inadmissible": O.INADMISSIBLE,
    "dismiss_objection": O.DISMISSED,
    "uphold_objection": O.UPHELD,
}
SAID = {"clauses": [make.GROUND], "finding": "经复核"}


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


def test_it_is_raised_and_the_notice_pauses(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    raised = make.objection(cast, filing)
    assert (raised.state, Filing.objects.get(pk=filing.pk).state) == (O.RAISED, S.OBJECTION_PENDING)
    assert last_event().kind == "objection.raised"
    clock = clocks.running(filing, "filing.notice")
    assert clock is not None
    assert clock.is_paused
    facts = last_entry(raised).facts[f"objection/{raised.pk}"]
    assert not {"real_name", "statement"} & set(facts)  # a person's words can be erased apart


def test_it_needs_name_and_evidence(cast: Cast) -> None:
    """R 14."""
    filing = make.filing(cast, S.IN_NOTICE)
    said = refused(
        BadShape, do.raise_objection, actor=cast.stranger, filing=filing, real_name="", ground="权属", statement="x", evidence=None
    )  # fmt: skip
    assert {fault.pointer for fault in said.errors} == {"/real_name", "/evidence"}
    assert (said.rule, said.clause) == ("R 14", "A 12")


def test_who_may_object(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    given = {"filing": filing, "real_name": "某", "ground": "权属", "statement": "x"}
    refused(NotPermitted, do.raise_objection, actor=cast.visitor, evidence=make.csv_file(), **given)
    refused(
        WrongState, do.raise_objection, "objector_is_outside",
        actor=cast.bureau.applicant, evidence=make.csv_file(), **given,
    )  # fmt: skip
    assert do.raise_objection(actor=cast.trader.steward, evidence=make.csv_file(), **given).state == O.RAISED
    early = make.filing(cast, S.IN_REVIEW)
    refused(
        NotFound,
        do.raise_objection,
        actor=cast.stranger,
        evidence=make.csv_file(),
        **{**given, "filing": early},
    )


def test_a_failed_record_undoes_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    undone(
        monkeypatch, do.raise_objection, actor=cast.stranger, filing=filing, real_name="某", ground="权属", statement="x",
        evidence=make.csv_file(),
    )  # fmt: skip
    raised = make.objection(cast, filing)
    undone(monkeypatch, do.answer_objection, actor=cast.bureau.steward, objection=raised, answer="x")
    for name in SETTLED:
        call = vocabulary.COMMANDS[name].call
        undone(monkeypatch, call, actor=cast.county.officer, objection=raised, **SAID)


@pytest.mark.parametrize("name", SETTLED)
def test_it_is_settled_by_an_officer_with_a_clause(cast: Cast, name: str) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    raised, call = make.objection(cast, filing), vocabulary.COMMANDS[name].call
    officer = cast.county.officer
    refused(NotPermitted, call, actor=cast.bureau.head, objection=raised, **SAID)
    refused(NotPermitted, call, actor=cast.stranger, objection=raised, **SAID)
    refused(NotFound, call, actor=cast.trader.steward, objection=raised, **SAID)
    refused(PolicyRefused, call, "clause_missing", actor=officer, objection=raised, clauses=[], finding="x")
    refused(
        PolicyRefused, call, "clause_missing", actor=officer, objection=raised, clauses=["B-21"], finding="x"
    )
    done = call(actor=officer, objection=raised, **SAID)
    assert done.state == SETTLED[name]
    assert last_entry(done).clauses == [make.GROUND]
    refused(WrongState, call, actor=officer, objection=raised, **SAID)
    state = Filing.objects.get(pk=filing.pk).state
    assert state == (S.TERMINATED if name == "uphold_objection" else S.IN_NOTICE)


def test_the_registrant_answers_once(cast: Cast) -> None:
    raised = make.objection(cast, make.filing(cast, S.IN_NOTICE))
    refused(NotPermitted, do.answer_objection, actor=cast.county.officer, objection=raised, answer="x")
    refused(NotFound, do.answer_objection, actor=cast.trader.steward, objection=raised, answer="x")
    assert do.answer_objection(actor=cast.bureau.steward, objection=raised, answer="x").state == O.ANSWERED
    refused(WrongState, do.answer_objection, actor=cast.bureau.steward, objection=raised, answer="y")


def test_the_officer_who_passed_does_not_re_examine(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_NOTICE, house=cast.city_bureau, region="340100")
    raised = make.objection(cast, filing)
    refused(
        NotPermitted, do.dismiss_objection, "different_officers",
        actor=cast.city.second_officer, objection=raised, **SAID,
    )  # fmt: skip
    assert do.dismiss_objection(actor=cast.city.officer, objection=raised, **SAID).state == O.DISMISSED


def test_the_notice_runs_on_only_after_the_last_one(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    first, second = make.objection(cast, filing), make.objection(cast, filing, cast.trader.steward)
    do.dismiss_objection(actor=cast.county.officer, objection=first, **SAID)
    assert Filing.objects.get(pk=filing.pk).state == S.OBJECTION_PENDING
    with at(day("2026-12-01")):
        assert robot.run() == 0
    do.reject_inadmissible(actor=cast.county.officer, objection=second, **SAID)
    assert Filing.objects.get(pk=filing.pk).state == S.IN_NOTICE


def test_an_objection_outlives_a_halted_notice(cast: Cast) -> None:
    """Halted, passed again, published again: while it is open, no code."""
    filing = make.filing(cast, S.OBJECTION_PENDING)
    raised = filing.objections.get()
    do.halt_notice(actor=cast.county.officer, filing=filing, reason="有误")
    again = do.pass_filing(actor=cast.county.officer, filing=filing)
    assert again.state == S.OBJECTION_PENDING
    with at(day("2026-12-01")):
        assert robot.run() == 0
        do.dismiss_objection(actor=cast.county.officer, objection=raised, **SAID)
        assert robot.run() == 0
    with at(day("2026-12-31")):
        assert robot.run() == 1


def test_an_objection_does_not_raise_a_dead_filing(cast: Cast) -> None:
    filing = make.filing(cast, S.OBJECTION_PENDING)
    raised = filing.objections.get()
    do.withdraw_filing(actor=cast.bureau.steward, filing=filing)
    do.uphold_objection(actor=cast.county.officer, objection=raised, **SAID)
    assert Filing.objects.get(pk=filing.pk).state == S.WITHDRAWN


def test_only_parties_read_it(cast: Cast) -> None:
    raised = make.objection(cast, make.filing(cast, S.IN_NOTICE))
    readers = [cast.stranger, cast.bureau.steward, cast.county.officer, cast.robot]
    others = [cast.visitor, cast.trader.steward, cast.department.head, cast.city.officer, cast.county.steward]
    assert [list(Objection.objects.visible_to(actor)) for actor in readers] == [[raised]] * len(readers)
    assert [list(Objection.objects.visible_to(actor)) for actor in others] == [[]] * len(others)
