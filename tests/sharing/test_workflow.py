"""The tables of sharing, exhaustively: every machine × state × position × command, without a database."""

from __future__ import annotations

import pytest

from ledger.actor import Role
from ledger.machine import Machine, Who
from ledger.parties import Side
from sharing import workflow
from sharing.workflow import MACHINES, AgreementState, GrantState, RequestState

CASES = [(machine, name) for machine in MACHINES for name in machine.moves]
DECIDING = {"agree_request", "refuse_request"}


@pytest.mark.parametrize(("machine", "name"), CASES, ids=lambda value: getattr(value, "noun", value))
def test_it_offers_a_command_exactly_where_and_to_whom_its_row_says(machine: Machine, name: str) -> None:
    row = machine.moves[name]
    for state in machine.states:
        for side in Side:
            for role in (*Role, "robot", "stand_in"):
                offered = name in machine.open(state, {Who(side, role)})
                assert offered == (state in row.sources and Who(side, role) in row.who)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)
def test_it_leads_to_every_state(machine: Machine) -> None:
    targets = {row.target for row in machine.moves.values()} - {None}
    #: States entered at the beginning, or chosen by a command among several.
    chosen = {
        "application": {"draft", "awaiting_head", "sent"},
        "sharerequest": {"under_review", "approved", "granted", "lapsed"},
        "agreement": {"proposed", "in_force"},
        "grant": {"active"},
        "standingconsent": {"standing"},
        "correction": {"reported", "corrected", "declined"},
        "dispute": {"negotiation", "mediation", "before_government"},
        "missingrequest": {"called", "promised", "declined"},
    }[machine.noun]
    assert targets | chosen == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.noun)
def test_it_lets_no_auditor_and_no_administrator_change_anything(machine: Machine) -> None:
    for row in machine.moves.values():
        assert not {who.role for who in row.who} & {Role.AUDITOR, Role.ORG_ADMIN}


def test_it_lets_only_the_providers_sharing_head_decide() -> None:
    for name in DECIDING:
        assert workflow.SHARE_REQUEST.moves[name].who == {Who(Side.OWNER, Role.HEAD_SHARING)}


def test_it_never_refuses_for_incompleteness() -> None:
    assert "nothing_is_missing" in workflow.SHARE_REQUEST.moves["refuse_request"].needs


def test_it_terminates_only_after_suspension_and_a_missed_term() -> None:
    row = workflow.GRANT.moves["terminate_grant"]
    assert row.sources == {GrantState.SUSPENDED}
    assert row.needs == ("mending_is_late",)


def test_it_ends_in_states_that_nothing_leaves_but_disputes() -> None:
    for state in (
        RequestState.WITHDRAWN,
        RequestState.DEEMED_WITHDRAWN,
        RequestState.REFUSED,
        RequestState.LAPSED,
    ):
        leaving = {name for name, row in workflow.SHARE_REQUEST.moves.items() if state in row.sources}
        assert leaving <= {"open_dispute"}
    for machine, state in (
        (workflow.AGREEMENT, AgreementState.IN_FORCE),
        (workflow.GRANT, GrantState.CLOSED),
    ):
        assert not [row for row in machine.moves.values() if state in row.sources]


def test_it_names_who_is_awaited_in_every_open_state() -> None:
    assert set(workflow.AWAITS) == {*workflow.OPEN, RequestState.DELIVERED}
