"""Decisions and what follows: refusal and narrowing on clauses, agreement signed by both, lapse, standing consent."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import commands as catalog
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from sharing import commands as do
from sharing import robot, terms
from sharing.models import Agreement, Grant, ShareRequest, StandingConsent
from tests.cast import Cast, day
from tests.sharing import given

RECEIVED = day("2026-09-17")
DELIVERY, SIGNING = "request.delivery", "request.agreement_lapse"


@pytest.fixture
def found(cast: Cast) -> Any:
    """A conditional request, received on 2026-09-17, that its steward has recommended."""
    with at(RECEIVED):
        yield given.recommended(cast, given.sent(cast, given.dataset(cast)))


def test_it_refuses_on_a_clause_and_says_why(cast: Cast, found: ShareRequest) -> None:
    do.refuse_request(
        actor=cast.bureau.head, share_request=found, clauses=[given.REFUSES], finding="职责不符"
    )
    after = given.fresh(found)
    assert (after.state, after.decision.outcome, after.decision.finding) == ("refused", "refuse", "职责不符")
    assert given.entries(found)[-1].clauses == [given.REFUSES]
    assert not Clock.objects.of(found).live().exists()


def test_it_refuses_a_refusal_without_a_clause_naming_rule_clauses_and_remedy(
    cast: Cast, found: ShareRequest
) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        do.refuse_request(actor=cast.bureau.head, share_request=found, finding="不同意")
    said = refusal.value
    assert (said.code, said.rule, said.status) == ("clause_missing", "R 35", 422)
    assert given.REFUSES in said.clause
    assert given.REFUSES in str(said.remedy)
    assert said.errors[0].pointer == "/clauses"
    assert given.fresh(found).state == "under_review"


def test_it_refuses_an_unfit_clause_and_a_missing_finding(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        do.refuse_request(actor=cast.bureau.head, share_request=found, clauses=["B-27"], finding="x")
    assert refusal.value.code == "clause_unfit"
    with pytest.raises(BadShape):
        do.refuse_request(actor=cast.bureau.head, share_request=found, clauses=[given.REFUSES], finding=" ")


@pytest.mark.parametrize("who", ["steward", "applicant"])
def test_it_lets_nobody_but_the_sharing_head_decide(cast: Cast, found: ShareRequest, who: str) -> None:
    for call in (do.agree_request, do.refuse_request):
        with pytest.raises(NotPermitted):
            call(actor=getattr(cast.bureau, who), share_request=found)
        with pytest.raises(NotPermitted):
            call(actor=cast.city.officer, share_request=found)


def test_it_lets_the_requester_decide_nothing(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(NotPermitted):
        do.agree_request(actor=cast.department.applicant, share_request=found)
    with pytest.raises(NotPermitted) as refusal:
        do.agree_request(actor=cast.department.head, share_request=found)
    assert cast.bureau.organisation.name in str(refusal.value.detail)


def test_it_lets_nobody_decide_on_a_request_they_made_for_another_house(cast: Cast) -> None:
    """The bureau's new head once endorsed this request as head of the asking department."""
    with at(RECEIVED):
        found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
        cast.bureau.join("both", *cast.bureau.head.roles, user=cast.department.users["head"])
        with pytest.raises(NotPermitted):
            do.agree_request(actor=cast.bureau.both, share_request=found)
        do.agree_request(actor=cast.bureau.head, share_request=found)


def test_it_lets_no_member_of_the_asking_house_decide_for_the_other(cast: Cast, found: ShareRequest) -> None:
    """Whoever belongs to the consumer decides for nobody else, though another person asked."""
    cast.bureau.join("guest", *cast.bureau.head.roles, user=cast.department.users["steward"])
    with pytest.raises(NotPermitted):
        do.agree_request(actor=cast.bureau.guest, share_request=found)


def test_it_is_decided_once(cast: Cast, found: ShareRequest) -> None:
    do.agree_request(actor=cast.bureau.head, share_request=found)
    with pytest.raises(WrongState):
        do.refuse_request(actor=cast.bureau.head, share_request=found, clauses=[given.REFUSES], finding="x")
    assert given.fresh(found).decision.outcome == "agree"


def test_it_counts_the_delivery_from_the_agreeing_reply(cast: Cast, found: ShareRequest) -> None:
    with at(day("2026-10-21")):
        do.agree_request(actor=cast.bureau.head, share_request=found)
    with at(day("2026-10-26")):
        given.signed(cast, found)
    assert given.fresh(found).state == "granted"
    assert given.due(found, DELIVERY) == day("2026-11-18").date()


def test_it_narrows_only_on_a_clause(cast: Cast, found: ShareRequest) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        do.agree_request(actor=cast.bureau.head, share_request=found, fields=["moisture"])
    assert refusal.value.code == "clause_missing"
    do.agree_request(
        actor=cast.bureau.head, share_request=found, fields=["moisture"], clauses=[given.NARROWS]
    )
    after = given.fresh(found)
    assert (after.decision.outcome, after.decision.fields) == ("narrow", ["moisture"])
    assert given.events(found)[-1] == "request.narrowed"
    assert after.grounds_of_dispute() == ["narrowed"]


def test_it_grants_nothing_nobody_asked_for(cast: Cast, found: ShareRequest) -> None:
    for less, code in (({"fields": ["身份证号"]}, "wider"), ({"ends": day("2030-01-01").date()}, "longer")):
        with pytest.raises(PolicyRefused) as refusal:
            do.agree_request(actor=cast.bureau.head, share_request=found, clauses=[given.NARROWS], **less)
        assert refusal.value.code == code


def test_it_lapses_when_the_consumer_is_silent(cast: Cast, found: ShareRequest) -> None:
    with at(day("2026-10-08")):
        do.agree_request(
            actor=cast.bureau.head, share_request=found, fields=["moisture"], clauses=[given.NARROWS]
        )
    assert given.due(found, DELIVERY) == day("2026-11-04").date()
    assert given.due(found, SIGNING) == day("2026-10-21").date()
    with at(day("2026-10-21", "23:59")):
        assert robot.run() == 0
    with at(day("2026-10-22", "00:00")):
        agreement = Agreement.objects.get(share_request=found)
        with pytest.raises(WrongState) as late:
            do.sign_agreement(actor=cast.department.head, agreement=agreement, digest=agreement.digest)
        assert late.value.code == "is_in_time"
        assert robot.run() == 1
        assert robot.run() == 0
        assert given.fresh(found).state == "lapsed"
        assert not Grant.objects.exists()
        copy = do.copy_application(actor=cast.department.applicant, application=found.application)
        assert copy.items.exists()


def test_it_lapses_when_the_consumer_declines(cast: Cast, found: ShareRequest) -> None:
    do.agree_request(actor=cast.bureau.head, share_request=found)
    do.decline_agreement(actor=cast.department.head, agreement=found.agreement, reason="字段不足")
    assert given.fresh(found).state == "lapsed"
    assert not Clock.objects.of(found).live().exists()


def test_it_lets_the_provider_decline_only_on_a_clause(cast: Cast, found: ShareRequest) -> None:
    do.agree_request(actor=cast.bureau.head, share_request=found)
    with pytest.raises(PolicyRefused):
        do.decline_agreement(actor=cast.bureau.head, agreement=found.agreement)
    do.decline_agreement(actor=cast.bureau.head, agreement=found.agreement, clauses=[given.DECLINES])


def test_it_grants_with_the_second_signature(cast: Cast, found: ShareRequest) -> None:
    do.agree_request(actor=cast.bureau.head, share_request=found)
    agreement = Agreement.objects.get(share_request=found)
    assert agreement.digest == terms.digest(agreement.text_zh, agreement.text_en)
    assert cast.department.organisation.name in agreement.text_zh
    do.sign_agreement(actor=cast.bureau.head, agreement=agreement, digest=agreement.digest)
    assert not Grant.objects.exists()
    with pytest.raises(WrongState):
        do.sign_agreement(actor=cast.bureau.head, agreement=agreement, digest=agreement.digest)
    do.sign_agreement(actor=cast.department.head, agreement=agreement, digest=agreement.digest)
    grant = Grant.objects.get(share_request=found)
    assert (grant.state, grant.fields, grant.ends) == ("active", found.fields, found.ends)
    assert given.events(grant) == ["grant.made"]


def test_it_signs_only_the_text_that_stands(cast: Cast, found: ShareRequest) -> None:
    do.agree_request(actor=cast.bureau.head, share_request=found)
    with pytest.raises(PolicyRefused) as refusal:
        do.sign_agreement(actor=cast.department.head, agreement=found.agreement, digest="0" * 64)
    assert refusal.value.code == "other_text"
    with pytest.raises(NotPermitted):
        do.sign_agreement(actor=cast.department.applicant, agreement=found.agreement, digest="0" * 64)
    with pytest.raises(NotFound):
        do.sign_agreement(actor=cast.trader.head, agreement=found.agreement, digest="0" * 64)


def test_it_agrees_to_unconditional_data_without_signatures_or_conditions(cast: Cast) -> None:
    with at(day("2026-04-30")):
        found = given.recommended(cast, given.sent(cast, given.dataset(cast, **given.UNCONDITIONAL)))
        assert given.due(found, "request.reply.unconditional") == day("2026-05-06").date()
        with pytest.raises(PolicyRefused) as refusal:
            do.agree_request(
                actor=cast.bureau.head, share_request=found, conditions="先付费", clauses=[given.NARROWS]
            )
        assert (refusal.value.code, refusal.value.rule) == ("own_conditions", "R 30")
        do.agree_request(actor=cast.bureau.head, share_request=found)
    assert given.fresh(found).state == "granted"
    assert not Agreement.objects.exists()
    assert Grant.objects.get(share_request=found).state == "active"


def test_it_offers_a_dispute_once_the_reply_is_late(cast: Cast) -> None:
    with at(day("2026-04-30")):
        found = given.sent(cast, given.dataset(cast, **given.UNCONDITIONAL))
    with at(day("2026-05-06", "23:59")), pytest.raises(WrongState):
        do.open_dispute(actor=cast.department.applicant, share_request=found, statement="逾期未答复")
    with at(day("2026-05-07", "00:00")):
        dispute = do.open_dispute(
            actor=cast.department.applicant, share_request=found, statement="逾期未答复"
        )
    assert dispute.ground == "breached"
    with at(day("2026-05-08")):
        late = given.sent(cast, given.dataset(cast, title="第二项", **given.UNCONDITIONAL))
    assert given.due(late, "request.reply.unconditional") == day("2026-05-09").date()


def test_it_agrees_at_once_by_standing_consent_and_names_its_entry(cast: Cast) -> None:
    with at(day("2026-04-30")):
        wanted = given.dataset(cast, **given.UNCONDITIONAL)
        consent = do.set_standing_consent(actor=cast.bureau.head, dataset=wanted, circle="departments")
        found = given.sent(cast, wanted)
        assert (found.state, found.decision.decided_by, found.decision.consent_uid) == (
            "granted",
            None,
            consent.decided_uid,
        )
        assert given.entries(found)[-1].pseudonym == "robot"
        do.withdraw_standing_consent(actor=cast.bureau.head, standing_consent=consent)
        assert given.sent(cast, wanted).state == "under_review"


def test_it_lets_only_the_owners_sharing_head_consent_beforehand(cast: Cast) -> None:
    with at(RECEIVED):
        wanted = given.dataset(cast)
        for actor in (cast.bureau.steward, cast.department.head, cast.city.officer):
            with pytest.raises(NotPermitted):
                do.set_standing_consent(actor=actor, dataset=wanted, circle="departments")
    assert not StandingConsent.objects.exists()


def test_it_does_not_let_a_consent_for_one_circle_serve_another(cast: Cast) -> None:
    with at(RECEIVED):
        wanted = given.dataset(cast, cast.tools)
        do.set_standing_consent(actor=cast.tools.head, dataset=wanted, circle="group")
        assert given.sent(cast, wanted, cast.trader).state == "under_review"
        assert given.sent(cast, wanted, cast.bearings).state == "granted"


def test_it_does_not_provide_personal_information_without_its_impact_assessment(cast: Cast) -> None:
    with at(RECEIVED):
        wanted = given.dataset(cast, personal="ordinary", persons=300)
        found = given.recommended(cast, given.sent(cast, wanted, personal_ground="法定职责"))
        with pytest.raises(PolicyRefused) as refusal:
            do.agree_request(actor=cast.bureau.head, share_request=found)
        assert refusal.value.code == "assessment_missing"


def test_it_does_not_agree_while_the_dataset_is_withheld(cast: Cast, found: ShareRequest) -> None:
    catalog.withhold_dataset(
        actor=cast.bureau.head, dataset=found.dataset, reason="发现错误", clauses=["B-3"]
    )
    with pytest.raises(PolicyRefused) as refusal:
        do.agree_request(actor=cast.bureau.head, share_request=given.fresh(found))
    assert refusal.value.code == "withheld"


def test_it_undoes_the_decision_when_the_entry_cannot_be_written(
    cast: Cast, found: ShareRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: Any) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("sharing.commands.decisions.record", broken)
    with pytest.raises(OSError, match="full"):
        do.agree_request(actor=cast.bureau.head, share_request=found)
    after = given.fresh(found)
    assert (after.state, after.decision_or_none()) == ("under_review", None)
    assert not Agreement.objects.exists()
    assert not Clock.objects.of(found).filter(rule=DELIVERY).exists()
