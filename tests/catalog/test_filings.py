"""The owner's and the body's side of a filing: the six questions, for every command of its machine."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from catalog import commands as do
from catalog.filing import FILING, OPEN, PUBLISHED
from catalog.filing import FilingState as S
from catalog.materials import material_keys
from catalog.models import Dataset, Filing, Objection
from ledger import clocks, vocabulary
from ledger.actor import Actor, Role
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from tests import make
from tests.cast import HEAD, STEWARD, Cast, day
from tests.proof import last_entry, last_event, refused, undone

#: What a command needs beside actor and filing.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "amend_filing": {"summary": "补充说明"},
    "attach_material": {"key": "evidence", "text": "已存证"},
    "return_filing": {"reason": "补充联系人"},
    "request_supplement": {"gaps": ["主体信息", "风险评估"]},
    "decline_filing": {"reason_code": "duplicate", "reason": "已登记"},
    "refuse_filing": {"reason_code": "fraud", "reason": "材料虚假"},
    "ask_clarification": {"question": "采集频率如何?"},
    "explain_delay": {"reason": "专家评审"},
    "halt_notice": {"reason": "摘要含身份证号"},
    "withdraw_filing": {"reason": "重做"},
}


class Turn(NamedTuple):
    """Who gives a command, from which state, and where it leads."""

    name: str
    who: str
    source: S
    target: S


TURNS = [
    Turn("amend_filing", "bureau.steward", S.DRAFT, S.DRAFT),
    Turn("attach_material", "bureau.steward", S.DRAFT, S.DRAFT),
    Turn("endorse_filing", "bureau.head", S.AWAITING_HEAD, S.FILED),
    Turn("return_filing", "bureau.head", S.AWAITING_HEAD, S.DRAFT),
    Turn("accept_filing", "county.officer", S.FILED, S.IN_REVIEW),
    Turn("request_supplement", "county.officer", S.FILED, S.SUPPLEMENT_REQUESTED),
    Turn("decline_filing", "county.officer", S.FILED, S.NOT_ACCEPTED),
    Turn("resubmit_filing", "bureau.steward", S.SUPPLEMENT_REQUESTED, S.FILED),
    Turn("ask_clarification", "county.officer", S.IN_REVIEW, S.IN_REVIEW),
    Turn("pass_filing", "county.officer", S.IN_REVIEW, S.IN_NOTICE),
    Turn("refuse_filing", "county.officer", S.IN_REVIEW, S.REFUSED),
    Turn("explain_delay", "county.officer", S.IN_REVIEW, S.IN_REVIEW),
    Turn("halt_notice", "county.officer", S.IN_NOTICE, S.IN_REVIEW),
    Turn("withdraw_filing", "bureau.steward", S.IN_REVIEW, S.WITHDRAWN),
]
BUREAU = ("steward", "head", "applicant", "admin")
OTHERS = ("trader.steward", "newcomer.founder", "cooperative.farmer", "stranger", "visitor")


def who(cast: Cast, path: str) -> Actor:
    """cast.bureau.steward by its path."""
    found: Any = cast
    for step in path.split("."):
        found = getattr(found, step)
    return found


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


@pytest.fixture
def turned(cast: Cast, request: pytest.FixtureRequest) -> tuple[Turn, Filing, dict[str, Any]]:
    """A filing brought to where the command may start, and what to send."""
    turn: Turn = request.param
    return turn, make.filing(cast, turn.source), ARGUMENTS.get(turn.name, {})


by_turn = pytest.mark.parametrize("turned", TURNS, indirect=True, ids=lambda turn: turn.name)


@by_turn
def test_it_does_and_records(cast: Cast, turned: Any) -> None:
    turn, filing, arguments = turned
    command = vocabulary.COMMANDS[turn.name]
    result = command.call(actor=who(cast, turn.who), filing=filing, **arguments)
    assert result.state == turn.target
    kept = Filing.objects.get(pk=filing.pk)
    assert kept.state == turn.target
    assert (last_event().kind, last_event().subject) == (command.event, f"filing:{filing.pk}")
    assert kept.entry_uid == last_event().uid
    body = last_entry(filing).body
    assert body["profile"] == "cn@1"
    if turn.target != turn.source:
        assert body["facts"][f"filing/{filing.pk}"]["state"] == turn.target


@by_turn
def test_it_requires_the_role(cast: Cast, turned: Any) -> None:
    turn, filing, arguments = turned
    side, role = turn.who.split(".")
    call = vocabulary.COMMANDS[turn.name].call
    wrong = [f"bureau.{name}" for name in BUREAU if side != "bureau" or name != role]
    for path in wrong:
        refused(NotPermitted, call, actor=who(cast, path), filing=filing, **arguments)


@by_turn
def test_it_answers_a_stranger_as_if_nothing_were_there(cast: Cast, turned: Any) -> None:
    turn, filing, arguments = turned
    call = vocabulary.COMMANDS[turn.name].call
    error = NotPermitted if turn.source in PUBLISHED else NotFound
    for path in OTHERS:
        refused(error, call, actor=who(cast, path), filing=filing, **arguments)
    refused(NotFound, call, actor=who(cast, turn.who), filing=2**62, **arguments)


@by_turn
def test_it_refuses_in_every_other_state(cast: Cast, turned: Any) -> None:
    """The state is forced row by row: what matters is the table, not the way there."""
    turn, filing, arguments = turned
    move = FILING.moves[turn.name]
    for state in set(S) - move.sources:
        if turn.who.startswith("county") and state in (S.DRAFT, S.AWAITING_HEAD):
            continue  # the body does not see it yet
        Filing.objects.filter(pk=filing.pk).update(state=state)
        refused(
            WrongState,
            vocabulary.COMMANDS[turn.name].call,
            actor=who(cast, turn.who),
            filing=filing,
            **arguments,
        )


@by_turn
def test_a_failed_record_undoes_it(cast: Cast, turned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    turn, filing, arguments = turned
    undone(
        monkeypatch,
        vocabulary.COMMANDS[turn.name].call,
        actor=who(cast, turn.who),
        filing=filing,
        **arguments,
    )


# What policy refuses, and what else each command does -----------------------------------------------------------


def test_it_drafts_what_the_description_says(cast: Cast) -> None:
    dataset = make.dataset(cast.bureau)
    filing = do.draft_filing(actor=cast.bureau.steward, dataset=dataset)
    assert (filing.state, filing.profile) == (S.DRAFT, "cn@1")
    assert filing.content["title"] == dataset.title
    assert [row["name"] for row in filing.content["fields"]] == ["station", "moisture"]
    refused(WrongState, do.draft_filing, "nothing_is_filed", actor=cast.bureau.steward, dataset=dataset)
    refused(NotPermitted, do.draft_filing, actor=cast.bureau.head, dataset=dataset)
    refused(NotFound, do.draft_filing, actor=cast.trader.steward, dataset=dataset)


def test_a_failed_record_undoes_a_draft(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = make.dataset(cast.bureau)
    undone(monkeypatch, do.draft_filing, actor=cast.bureau.steward, dataset=dataset)


def test_it_refuses_an_amendment_that_could_never_be_coded(cast: Cast) -> None:
    filing, steward = make.filing(cast), cast.bureau.steward
    refused(
        PolicyRefused, do.amend_filing, "basis_missing", actor=steward, filing=filing, sharing="not_shared"
    )
    refused(
        PolicyRefused,
        do.amend_filing,
        "conditions_given",
        actor=steward,
        filing=filing,
        sharing="unconditional",
    )
    wrong = refused(BadShape, do.amend_filing, actor=steward, filing=filing, title=" ", region="999999")
    assert {fault.pointer for fault in wrong.errors} == {"/title", "/region"}


def test_it_lays_an_amendment_over_the_dataset_only_when_coded(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_REVIEW)
    do.amend_filing(actor=cast.bureau.steward, filing=filing, title="新名称")
    assert Dataset.objects.get(pk=filing.dataset_id).title != "新名称"
    do.pass_filing(actor=cast.county.officer, filing=filing)
    with at(day("2026-10-20")):
        do.issue_code(actor=cast.robot, filing=filing)
    assert Dataset.objects.get(pk=filing.dataset_id).title == "新名称"


def test_it_takes_only_materials_the_profile_knows(cast: Cast) -> None:
    filing, steward = make.filing(cast), cast.bureau.steward
    refused(BadShape, do.attach_material, "choice", actor=steward, filing=filing, key="menu", text="x")
    refused(BadShape, do.attach_material, "required", actor=steward, filing=filing, key="evidence")
    kept = do.attach_material(actor=steward, filing=filing, key="evidence", file=make.csv_file())
    assert len(kept.materials["evidence"]["file"]) == 64


def test_it_is_not_filed_without_review_and_evidence(cast: Cast) -> None:
    """R 8: everything that is missing is named at once."""
    filing = make.filing(cast)
    missing = refused(
        PolicyRefused, do.submit_filing, "groups_missing", actor=cast.bureau.steward, filing=filing
    )
    assert (missing.rule, missing.clause) == ("R 8", "A 7")
    assert [fault.pointer for fault in missing.errors] == ["/materials/review", "/materials/evidence"]
    assert str(missing.remedy)


def test_submitting_waits_for_the_head(cast: Cast) -> None:
    filing = make.filing(cast)
    make.equip(cast, filing, cast.bureau)
    done = do.submit_filing(actor=cast.bureau.steward, filing=filing)
    assert (done.state, done.same_hand) == (S.AWAITING_HEAD, False)
    assert last_event().kind == "filing.submitted"


def test_submitting_is_endorsing_where_steward_and_head_are_one(cast: Cast) -> None:
    do_all = cast.county
    do_all.join("both", Role.STEWARD, Role.HEAD_FILING)
    filing = do.draft_filing(
        actor=do_all.both, dataset=do.create_dataset(actor=do_all.both, **make.DESCRIBED)
    )
    for key in material_keys(filing):
        do.attach_material(actor=do_all.both, filing=filing, key=key, text="见附件")
    done = do.submit_filing(actor=do_all.both, filing=filing)
    assert (done.state, done.same_hand, done.body) == (S.FILED, True, cast.city.organisation)
    assert last_entry(done).marks == ["same_hand"]


def test_it_is_filed_with_the_nearest_body(cast: Cast) -> None:
    assert make.filing(cast, S.FILED).body == cast.county.organisation
    assert make.filing(cast, S.FILED, house=cast.city_bureau, region="340100").body == cast.city.organisation


def test_it_says_when_no_body_is_set_up(cast: Cast) -> None:
    filing = make.filing(cast, S.AWAITING_HEAD)
    bodies = [cast.city.organisation.pk, cast.county.organisation.pk]
    type(cast.city.organisation).objects.filter(pk__in=bodies).update(verified_at=None)
    refused(PolicyRefused, do.endorse_filing, "no_body", actor=cast.bureau.head, filing=filing)


def test_the_topmost_body_has_its_own_case_before_another_officer_marked(cast: Cast) -> None:
    """There is none above the city here: whoever drew the filing up stays out of it, another officer acts."""
    city = cast.city
    city.join("steward", *STEWARD, Role.OFFICER).join("head", *HEAD)
    filing = make.filing(cast, S.FILED, house=city, region="340100")
    assert filing.body == city.organisation
    refused(NotPermitted, do.accept_filing, actor=city.steward, filing=filing)
    done = do.accept_filing(actor=city.officer, filing=filing)
    assert last_entry(done).marks == ["own_body"]


def test_everything_missing_is_asked_for_at_once(cast: Cast) -> None:
    """R 9: a second list is refused, a shorter one is not."""
    filing = make.filing(cast, S.FILED)
    officer, steward = cast.county.officer, cast.bureau.steward
    refused(BadShape, do.request_supplement, "required", actor=officer, filing=filing, gaps=[])
    do.request_supplement(actor=officer, filing=filing, gaps=["甲", "乙", "丙"])
    do.resubmit_filing(actor=steward, filing=filing)
    late = refused(
        PolicyRefused, do.request_supplement, "second_list", actor=officer, filing=filing, gaps=["甲", "丁"]
    )
    assert (late.rule, late.clause) == ("R 9", "A 10")
    assert do.request_supplement(actor=officer, filing=filing, gaps=["乙"]).gaps == ["乙"]


@pytest.mark.parametrize(("name", "state"), [("decline_filing", S.FILED), ("refuse_filing", S.IN_REVIEW)])
def test_turning_down_needs_a_reason_code(cast: Cast, name: str, state: S) -> None:
    filing = make.filing(cast, state)
    wrong = refused(
        PolicyRefused, vocabulary.COMMANDS[name].call, "reason_code",
        actor=cast.county.officer, filing=filing, reason_code="mood", reason="x",
    )  # fmt: skip
    assert "duplicate" in str(wrong.remedy)
    done = vocabulary.COMMANDS[name].call(
        actor=cast.county.officer, filing=filing, reason_code="fraud", reason="x"
    )
    assert done.clauses == ["A-20"]
    assert last_entry(done).clauses == ["A-20"]


def test_it_is_transferred_only_to_a_competent_body(cast: Cast) -> None:
    filing = make.filing(cast, S.FILED)
    officer = cast.county.officer
    for wrong in (cast.trader, cast.county, cast.city_bureau):
        refused(
            PolicyRefused, do.transfer_filing, "body",
            actor=officer, filing=filing, body=wrong.organisation, reason="x",
        )  # fmt: skip
    moved = do.transfer_filing(actor=officer, filing=filing, body=cast.city.organisation, reason="市级数据")
    assert (moved.state, moved.body) == (S.FILED, cast.city.organisation)
    refused(NotFound, do.accept_filing, actor=officer, filing=filing)
    assert do.accept_filing(actor=cast.city.officer, filing=filing).state == S.IN_REVIEW


def test_the_officer_who_accepted_does_not_pass(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_REVIEW, house=cast.city_bureau, region="340100")
    refused(NotPermitted, do.pass_filing, "different_officers", actor=cast.city.officer, filing=filing)
    assert do.pass_filing(actor=cast.city.second_officer, filing=filing).same_hand is False


def test_one_officer_does_both_where_there_is_no_other(cast: Cast) -> None:
    done = make.filing(cast, S.IN_NOTICE)
    assert done.same_hand is True
    assert last_entry(done).marks == ["same_hand"]


def test_nobody_decides_on_their_own_case(cast: Cast) -> None:
    """The county registry's own dataset is with the city; its officer reads why."""
    filing = make.filing(cast, S.FILED, house=cast.county)
    assert filing.body == cast.city.organisation
    said = refused(NotPermitted, do.accept_filing, actor=cast.county.officer, filing=filing)
    assert "市数据登记中心" in str(said.detail)
    assert list(Filing.objects.waiting_for(cast.city.officer)) == [filing]
    assert do.accept_filing(actor=cast.city.officer, filing=filing).state == S.IN_REVIEW


def test_an_officer_who_filed_it_for_somebody_does_not_decide(cast: Cast) -> None:
    """One person, steward at the bureau and officer at the registry."""
    cast.bureau.join("moonlighter", Role.STEWARD, user=cast.county.users["officer"])
    twice = cast.bureau.moonlighter
    filing = do.draft_filing(actor=twice, dataset=do.create_dataset(actor=twice, **make.DESCRIBED))
    for key in material_keys(filing):
        do.attach_material(actor=twice, filing=filing, key=key, text="见附件")
    do.submit_filing(actor=twice, filing=filing)
    do.endorse_filing(actor=cast.bureau.head, filing=filing)
    refused(NotPermitted, do.accept_filing, actor=cast.county.officer, filing=filing)


@pytest.mark.parametrize("state", OPEN)
def test_withdrawing_ends_every_clock(cast: Cast, state: S) -> None:
    filing = make.filing(cast, state)
    done = do.withdraw_filing(actor=cast.bureau.steward, filing=filing)
    assert done.state == S.WITHDRAWN
    assert not Clock.objects.of(filing).live().exists()
    assert do.draft_filing(actor=cast.bureau.steward, dataset=filing.dataset_id).state == S.DRAFT


def test_no_answer_withdraws_nothing_nationally(cast: Cast) -> None:
    """The profile `cn` does not let silence end a filing."""
    filing = make.filing(cast, S.SUPPLEMENT_REQUESTED)
    with at(day("2026-12-01")):
        refused(WrongState, do.deem_filing_withdrawn, "supplement_is_late", actor=cast.robot, filing=filing)


def test_the_code_waits_for_the_robot_and_the_date(cast: Cast) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    refused(WrongState, do.issue_code, "notice_is_over", actor=cast.robot, filing=filing)
    clock = clocks.running(filing, "filing.notice")
    assert clock is not None
    with at(day("2026-12-01")):
        refused(NotPermitted, do.issue_code, actor=cast.county.officer, filing=filing)
        done = do.issue_code(actor=cast.robot, filing=filing)
        refused(WrongState, do.issue_code, actor=cast.robot, filing=filing)
    assert done.state == S.CODED
    assert last_entry(done).pseudonym == "robot"


def test_a_failed_record_undoes_the_code(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = make.filing(cast, S.IN_NOTICE)
    with at(day("2026-12-01")):
        undone(monkeypatch, do.issue_code, actor=cast.robot, filing=filing)


@pytest.mark.parametrize("state", make.PATHS)
def test_an_auditor_reads_every_case_in_scope_and_changes_none(cast: Cast, state: S) -> None:
    """The city's auditor, a filing before the county; what has not left its owner's house is nobody's yet."""
    filing, auditor = make.filing(cast, state), cast.city.auditor
    seen = Filing.objects.visible_to(auditor).filter(pk=filing.pk).exists()
    assert seen == (state not in (S.DRAFT, S.AWAITING_HEAD))
    if seen:
        assert Filing.objects.whole_for(auditor).filter(pk=filing.pk).exists()
        refused(NotPermitted, do.withdraw_filing, actor=auditor, filing=filing)
        assert list(Objection.objects.visible_to(auditor)) == list(filing.objections.all())
