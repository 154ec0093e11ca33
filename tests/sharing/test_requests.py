"""Requests on their way: supplements, recommendations, advice, extension, withdrawal – with the dates of the scenarios."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from sharing import commands as do
from sharing.models import ShareRequest
from tests.cast import Cast, day
from tests.sharing import given

REPLY = "request.reply.conditional"


@pytest.fixture
def found(cast: Cast) -> Any:
    """A conditional request received on Thursday 2026-09-17."""
    with at(day("2026-09-17")):
        yield given.sent(cast, given.dataset(cast))


def test_it_pauses_the_reply_while_something_is_missing(cast: Cast, found: ShareRequest) -> None:
    assert given.due(found, REPLY) == day("2026-10-08").date()
    with at(day("2026-09-21")):
        do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["文号", "部门"])
        assert Clock.objects.of(found).get(rule=REPLY).used == 3
        assert Clock.objects.of(found).get(rule=REPLY).is_paused
    with at(day("2026-09-24")):
        answers = [{"gap": "文号", "answer": "水务〔2026〕3号"}]
        do.resubmit_request(actor=cast.department.applicant, share_request=found, answers=answers)
        assert given.due(found, REPLY) == day("2026-10-12").date()


def test_it_asks_again_only_for_what_is_left_of_the_one_list(cast: Cast, found: ShareRequest) -> None:
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["文号", "部门"])
    do.resubmit_request(
        actor=cast.department.applicant, share_request=found, answers=[{"gap": "文号", "answer": "3号"}]
    )
    with pytest.raises(PolicyRefused) as refusal:
        do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["部门", "第三项"])
    assert (refusal.value.code, refusal.value.rule) == ("second_list", "R 33")
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["部门"])
    answered = {gap["gap"]: gap["answered"] for gap in given.fresh(found).gaps}
    assert answered == {"文号": True, "部门": False}


def test_it_is_never_refused_for_being_incomplete(cast: Cast, found: ShareRequest) -> None:
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["文号", "部门"])
    do.resubmit_request(
        actor=cast.department.applicant, share_request=found, answers=[{"gap": "文号", "answer": "3号"}]
    )
    given.recommended(cast, found)
    with pytest.raises(WrongState) as refusal:
        do.refuse_request(
            actor=cast.bureau.head, share_request=found, clauses=[given.REFUSES], finding="不全"
        )
    assert refusal.value.code == "nothing_is_missing"


def test_it_completes_this_request_and_leaves_the_application_alone(cast: Cast, found: ShareRequest) -> None:
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["用途"])
    do.resubmit_request(
        actor=cast.department.applicant,
        share_request=found,
        answers=[{"gap": "用途", "answer": "见下"}],
        purpose="抗旱",
    )
    after = given.fresh(found)
    assert (after.purpose, after.application.purpose) == ("抗旱", given.DUTY["purpose"])


def test_it_refuses_an_answer_to_nothing_and_no_answer_at_all(cast: Cast, found: ShareRequest) -> None:
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["用途"])
    for answers in ([{"gap": "别的", "answer": "x"}], [{"gap": "用途", "answer": " "}], []):
        with pytest.raises(BadShape):
            do.resubmit_request(actor=cast.department.applicant, share_request=found, answers=answers)


def test_it_does_not_deem_anybody_withdrawn_under_the_national_rules(cast: Cast, found: ShareRequest) -> None:
    do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["用途"])
    with at(day("2026-12-30")), pytest.raises(WrongState):
        do.deem_request_withdrawn(actor=cast.robot, share_request=found)


def test_it_lets_the_stages_speak_in_order(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(WrongState) as refusal:
        do.agree_request(actor=cast.bureau.head, share_request=found)
    assert refusal.value.code == "stages_are_done"
    given.recommended(cast, found)
    assert [stage.stage for stage in found.stages.open()] == ["head"]
    with pytest.raises(WrongState) as again:
        do.recommend(actor=cast.bureau.steward, share_request=found, outcome="agree")
    assert again.value.code == "is_own_stage"
    assert given.events(found)[-1] == "request.recommended"


def test_it_recommends_against_only_with_a_clause(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        do.recommend(actor=cast.bureau.steward, share_request=found, outcome="refuse", finding="职责不符")
    assert refusal.value.code == "clause_missing"
    assert given.REFUSES in refusal.value.clause


def test_it_takes_advice_while_the_clock_runs_on(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(WrongState):
        do.advise(actor=cast.city.officer, share_request=found, answer="可以")
    do.ask_advice(actor=cast.bureau.steward, share_request=found, role="officer", question="能否跨层级？")
    do.advise(actor=cast.city.officer, share_request=found, answer="可以")
    assert [advice.answer for advice in found.advice.all()] == ["可以"]
    assert not Clock.objects.of(found).get(rule=REPLY).is_paused


def test_it_extends_once_from_the_old_due_date(cast: Cast, found: ShareRequest) -> None:
    ask = {"share_request": found, "days": 10, "reason": "站点迁移", "clauses": [given.EXTENDS]}
    with at(day("2026-09-29")):
        do.ask_extension(actor=cast.bureau.head, **ask)
    with at(day("2026-09-30")):
        do.consent_extension(actor=cast.city.officer, share_request=found)
        assert given.due(found, REPLY) == day("2026-10-21").date()
        with pytest.raises(PolicyRefused) as again:
            do.ask_extension(actor=cast.bureau.head, **ask)
    assert (again.value.code, again.value.rule) == ("extension_is_open", "R 34")
    extension = found.extensions.get()
    assert (extension.old_due, extension.new_due) == (day("2026-10-08").date(), day("2026-10-21").date())


def test_it_refuses_an_extension_too_long_too_late_or_without_a_clause(
    cast: Cast, found: ShareRequest
) -> None:
    head = cast.bureau.head
    for code, ask in {
        "extension_length": {"days": 11, "clauses": [given.EXTENDS]},
        "clause_missing": {"days": 5},
        "clause_unfit": {"days": 5, "clauses": ["B-3"]},
    }.items():
        with pytest.raises(PolicyRefused) as refusal:
            do.ask_extension(actor=head, share_request=found, reason="忙", **ask)
        assert refusal.value.code == code
    with at(day("2026-10-09", "00:00")), pytest.raises(PolicyRefused) as late:
        do.ask_extension(actor=head, share_request=found, days=5, reason="忙", clauses=[given.EXTENDS])
    assert late.value.code == "extension_is_open"


def test_it_lets_only_an_officer_of_the_authority_consent(cast: Cast, found: ShareRequest) -> None:
    do.ask_extension(
        actor=cast.bureau.head, share_request=found, days=5, reason="忙", clauses=[given.EXTENDS]
    )
    for actor in (cast.bureau.head, cast.department.head, cast.city.auditor):
        with pytest.raises(NotPermitted):
            do.consent_extension(actor=actor, share_request=found)
    do.decline_extension(
        actor=cast.city.officer, share_request=found, clauses=[given.EXTENDS], answer="可以按期"
    )
    assert given.due(found, REPLY) == day("2026-10-08").date()


def test_it_lets_the_consumers_head_consent_where_no_authority_is_competent(cast: Cast) -> None:
    with at(day("2026-09-17")):
        private = given.sent(cast, given.dataset(cast, cast.tools), cast.bearings)
        ask = {"share_request": private, "days": 5, "reason": "换班", "clauses": ["need-time"]}
        do.ask_extension(actor=cast.tools.head, **ask)
        with pytest.raises((NotPermitted, NotFound)):
            do.consent_extension(actor=cast.city.officer, share_request=private)
        do.consent_extension(actor=cast.bearings.head, share_request=private)
    assert private.extensions.get().outcome == "consented"


def test_it_is_withdrawn_by_its_applicant_with_all_its_clocks(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(NotPermitted):
        do.withdraw_request(actor=cast.bureau.steward, share_request=found)
    do.withdraw_request(actor=cast.department.applicant, share_request=found, reason="不再需要")
    assert given.fresh(found).state == "withdrawn"
    assert not Clock.objects.of(found).live().exists()
    with pytest.raises(WrongState):
        given.recommended(cast, found)


@pytest.mark.parametrize("stranger", ["trader", "cooperative", "tools"])
def test_it_shows_a_stranger_nothing(cast: Cast, found: ShareRequest, stranger: str) -> None:
    outsider = getattr(cast, stranger).admin
    assert not ShareRequest.objects.visible_to(outsider).exists()
    with pytest.raises(NotFound):
        do.recommend(actor=outsider, share_request=found, outcome="agree")
    with pytest.raises(NotFound):
        do.ask_supplement(actor=cast.visitor, share_request=found, gaps=["x"])


def test_it_shows_the_parties_and_the_overseers_and_nobody_else(cast: Cast, found: ShareRequest) -> None:
    seeing = (
        cast.department.applicant,
        cast.bureau.steward,
        cast.city.officer,
        cast.city.auditor,
        cast.robot,
    )
    for actor in seeing:
        assert ShareRequest.objects.visible_to(actor).filter(pk=found.pk).exists()
    for actor in (cast.city_bureau.head, cast.stranger, cast.visitor, cast.city.admin):
        assert not ShareRequest.objects.visible_to(actor).filter(pk=found.pk).exists()


def test_it_waits_for_whose_turn_it_is(cast: Cast, found: ShareRequest) -> None:
    def waiting(actor: Any) -> bool:
        return ShareRequest.objects.waiting_for(actor).filter(pk=found.pk).exists()

    assert waiting(cast.bureau.steward)
    assert not waiting(cast.bureau.head)
    given.recommended(cast, found)
    assert waiting(cast.bureau.head)
    assert not waiting(cast.bureau.steward)
    do.ask_extension(
        actor=cast.bureau.head, share_request=found, days=5, reason="忙", clauses=[given.EXTENDS]
    )
    assert waiting(cast.city.officer)
    do.ask_supplement(actor=cast.bureau.head, share_request=found, gaps=["文号"])
    assert waiting(cast.department.applicant)
    assert not waiting(cast.bureau.head)


def test_it_keeps_what_was_written_when_the_entry_cannot_be(
    cast: Cast, found: ShareRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: Any) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("sharing.commands.supplements.record", broken)
    with pytest.raises(OSError, match="full"):
        do.ask_supplement(actor=cast.bureau.steward, share_request=found, gaps=["文号"])
    after = given.fresh(found)
    assert (after.state, after.gaps) == ("under_review", [])
    assert not Clock.objects.of(found).get(rule=REPLY).is_paused
