"""Grants: delivery, download, notice, suspension, termination, renewal, end, deletion, use reports; the robot."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import commands as catalog
from catalog.models import Dataset
from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from sharing import commands as do
from sharing import robot
from sharing.models import Download, Grant, ShareRequest, UseReport
from tests import make
from tests.cast import Cast, day
from tests.sharing import given

NOW = day("2026-09-17")


@pytest.fixture
def grant(cast: Cast) -> Any:
    """A live grant of all fields, delivered on 2026-09-17, until 2027-09-17."""
    with at(NOW):
        yield given.grant(cast)


def narrowed(cast: Cast) -> ShareRequest:
    """Granted for one of two fields, not delivered yet."""
    found = given.agreed(
        cast, given.sent(cast, given.dataset(cast)), fields=["moisture"], clauses=[given.NARROWS]
    )
    given.signed(cast, found)
    return found


def test_it_delivers_a_file_of_the_dataset_and_begins_the_use(cast: Cast, grant: Grant) -> None:
    assert (grant.starts, grant.state, given.fresh(grant.share_request).state) == (
        NOW.date(),
        "active",
        "delivered",
    )
    delivery = grant.deliveries.get()
    assert delivery.sha256 == grant.dataset.distributions.get().checksum
    assert not Clock.objects.of(grant.share_request).live().exists()
    assert given.events(grant.share_request)[-1] == "request.delivered"


def test_it_delivers_no_more_than_was_granted(cast: Cast) -> None:
    with at(NOW):
        found = narrowed(cast)
        steward = cast.bureau.steward
        whole = found.dataset.distributions.get()
        for given_file in ({"distribution": whole}, {"file": make.csv_file()}):
            with pytest.raises(PolicyRefused) as refusal:
                do.deliver(actor=steward, share_request=found, **given_file)
            assert (refusal.value.code, refusal.value.rule) == ("wider_than_granted", "R 37")
        do.deliver(actor=steward, share_request=found, file=SimpleUploadedFile("m.csv", b"moisture\n20.5\n"))
    assert given.fresh(found).state == "delivered"


def test_it_takes_exactly_one_thing_and_only_of_this_dataset(cast: Cast) -> None:
    with at(NOW):
        found = given.request(cast, "granted")
        other = given.dataset(cast, title="另一项").distributions.get()
        for nothing in (
            {},
            {"file": make.csv_file(), "address": "https://x.example"},
            {"distribution": other},
        ):
            with pytest.raises(BadShape):
                do.deliver(actor=cast.bureau.steward, share_request=found, **nothing)
        for actor in (cast.bureau.applicant, cast.department.applicant):
            with pytest.raises(NotPermitted):
                do.deliver(actor=actor, share_request=found, file=make.csv_file())


def test_it_is_confirmed_once(cast: Cast, grant: Grant) -> None:
    found = grant.share_request
    with pytest.raises(NotPermitted):
        do.confirm_delivery(actor=cast.bureau.steward, share_request=found)
    do.confirm_delivery(actor=cast.department.applicant, share_request=found)
    assert grant.deliveries.get().state == "confirmed"
    for call, given_words in (
        (do.confirm_delivery, {}),
        (do.contest_delivery, {"fault": "empty", "reason": "x"}),
    ):
        with pytest.raises(WrongState):
            call(actor=cast.department.applicant, share_request=found, **given_words)


def test_it_is_due_as_before_when_contested(cast: Cast) -> None:
    with at(day("2026-10-08")):
        found = given.request(cast, "granted")
        grant = Grant.objects.get(share_request=found)
        assert given.due(found, "request.delivery") == day("2026-11-04").date()
    with at(day("2026-10-12")):
        do.deliver(
            actor=cast.bureau.steward, share_request=found, distribution=grant.dataset.distributions.get()
        )
    with at(day("2026-10-13")):
        do.contest_delivery(
            actor=cast.department.applicant, share_request=found, fault="damaged", reason="校验不符"
        )
        assert given.fresh(found).state == "granted"
        clock = Clock.objects.of(found).get(rule="request.delivery")
        assert (clock.is_live, clock.due) == (True, day("2026-11-04").date())
        assert given.fresh(found).grounds_of_dispute() == ["contested"]
        with pytest.raises(WrongState):
            do.download(actor=cast.department.applicant, grant=grant)


def test_it_downloads_under_a_live_grant_and_every_time_is_an_entry(cast: Cast, grant: Grant) -> None:
    taken = do.download(actor=cast.department.applicant, grant=grant)
    do.download(actor=cast.department.applicant, grant=grant, part="bytes=10-")
    assert taken.sha256 == grant.deliveries.get().sha256
    do.download(actor=cast.department.applicant, grant=grant, part="bytes=-5")
    size = grant.deliveries.get().size
    assert [row.first_byte for row in Download.objects.order_by("pk")] == [0, 10, size - 5]
    assert given.events(grant) == ["grant.made", *["grant.downloaded"] * 3]


def test_it_is_downloaded_by_nobody_else(cast: Cast, grant: Grant) -> None:
    for actor in (cast.trader.applicant, cast.stranger, cast.visitor):
        with pytest.raises(NotFound):
            do.download(actor=actor, grant=grant)
    for actor in (cast.bureau.steward, cast.city.officer):
        with pytest.raises(NotPermitted):
            do.download(actor=actor, grant=grant)


def test_it_ends_by_its_date_however_late_the_robot_is(cast: Cast, grant: Grant) -> None:
    with at(dt.datetime.combine(grant.ends, dt.time(23, 59), NOW.tzinfo)):
        do.download(actor=cast.department.applicant, grant=grant)
        assert robot.run() == 0
    with at(dt.datetime.combine(grant.ends + dt.timedelta(days=1), dt.time(), NOW.tzinfo)):
        with pytest.raises(WrongState) as refusal:
            do.download(actor=cast.department.applicant, grant=grant)
        assert refusal.value.code == "is_running"
        assert not given.fresh(grant).is_live()
        assert robot.run() == 1
        assert robot.run() == 0
        assert given.fresh(grant).state == "expired"


def test_it_stops_at_once_when_the_dataset_is_withheld(cast: Cast, grant: Grant) -> None:
    catalog.withhold_dataset(
        actor=cast.bureau.head, dataset=grant.dataset, reason="发现错误", clauses=["B-3"]
    )
    with pytest.raises(WrongState) as refusal:
        do.download(actor=cast.department.applicant, grant=grant)
    assert refusal.value.code == "dataset_is_shown"
    assert not Dataset.objects.readable_by(cast.department.applicant).filter(pk=grant.dataset_id).exists()


def test_it_lets_the_grantee_read_the_dataset_whole(cast: Cast) -> None:
    with at(NOW):
        wanted = given.dataset(cast, cast.tools, opening="restricted")
        found = given.sent(cast, wanted, cast.trader)
        do.agree_request(actor=cast.tools.head, share_request=found)
        given.signed(cast, found, cast.tools, cast.trader)
        assert Dataset.objects.readable_by(cast.trader.applicant).filter(pk=wanted.pk).exists()


def test_it_suspends_on_a_clause_and_terminates_only_after_the_missed_term(cast: Cast, grant: Grant) -> None:
    head = cast.bureau.head
    with pytest.raises(PolicyRefused):
        do.suspend_grant(actor=head, grant=grant, reason="超范围使用")
    with pytest.raises(NotPermitted):
        do.suspend_grant(actor=cast.bureau.steward, grant=grant, reason="x", clauses=[given.SUSPENDS])
    do.suspend_grant(actor=head, grant=grant, reason="超范围使用", clauses=[given.SUSPENDS])
    assert given.due(grant, "grant.mend") == day("2026-10-08").date()
    with pytest.raises(WrongState) as refusal:
        do.download(actor=cast.department.applicant, grant=grant)
    assert refusal.value.code == "wrong_state"
    with pytest.raises(WrongState) as early:
        do.terminate_grant(actor=head, grant=grant, clauses=[given.SUSPENDS])
    assert early.value.code == "mending_is_late"
    with at(day("2026-10-09", "00:00")):
        with pytest.raises(PolicyRefused):
            do.terminate_grant(actor=head, grant=grant)
        do.terminate_grant(actor=head, grant=grant, clauses=[given.SUSPENDS])
        assert given.fresh(grant).state == "closing"
        assert given.fresh(grant.share_request).grounds_of_dispute() == ["terminated"]


def test_it_is_reinstated_when_mended(cast: Cast, grant: Grant) -> None:
    do.suspend_grant(
        actor=cast.city.officer, grant=grant, reason="超范围", clauses=[given.SUSPENDS], mend_days=3
    )
    assert given.due(grant, "grant.mend") == day("2026-09-21").date()
    do.reinstate_grant(actor=cast.bureau.head, grant=grant)
    after = given.fresh(grant)
    assert (after.state, after.suspended_at, after.clauses) == ("active", None, [])
    do.download(actor=cast.department.applicant, grant=grant)


def test_it_is_put_on_notice_while_evidence_has_lapsed_and_lifted_after(cast: Cast) -> None:
    with at(NOW):
        wanted = given.dataset(cast, cast.tools)
        evidence = make.assessment(cast, cast.tools, wanted, "self_declaration")
        catalog.verify_assessment(actor=cast.tools.head, assessment=evidence)
        found = given.sent(cast, wanted, cast.bearings)
        do.agree_request(actor=cast.tools.head, share_request=found, ends=None)
        live = given.signed(cast, found, cast.tools, cast.bearings)
        Grant.objects.filter(pk=live.pk).update(ends=day("2031-01-01").date())
    with at(day("2029-09-18")):
        assert robot.run() == 1
        assert (given.fresh(live).state, given.fresh(live).notice_cause) == ("on_notice", "compliance")
        assert robot.run() == 0
        with pytest.raises(PolicyRefused):
            given.sent(cast, wanted, cast.trader)
        renewed = make.assessment(cast, cast.tools, wanted, "self_declaration")
        catalog.verify_assessment(actor=cast.tools.head, assessment=renewed)
        assert robot.run() == 1
        assert given.fresh(live).state == "active"


def test_it_is_renewed_by_both_heads_naming_one_day(cast: Cast, grant: Grant) -> None:
    later = grant.ends + dt.timedelta(days=180)
    with pytest.raises(PolicyRefused):
        do.renew_grant(actor=cast.department.head, grant=grant, ends=grant.ends)
    do.renew_grant(actor=cast.department.head, grant=grant, ends=later)
    assert given.fresh(grant).ends == grant.ends
    with pytest.raises(WrongState):
        do.renew_grant(actor=cast.department.head, grant=grant, ends=later)
    with pytest.raises(PolicyRefused) as refusal:
        do.renew_grant(actor=cast.bureau.head, grant=grant, ends=later + dt.timedelta(days=1))
    assert refusal.value.code == "other_day"
    do.renew_grant(actor=cast.bureau.head, grant=grant, ends=later)
    assert (given.fresh(grant).ends, given.fresh(grant).renewal_side) == (later, "")


def test_it_is_closed_with_a_statement_of_deletion(cast: Cast, grant: Grant) -> None:
    applicant = cast.department.applicant
    with pytest.raises(WrongState):
        do.file_deletion(actor=applicant, grant=grant, statement="已删除")
    do.close_grant(actor=applicant, grant=grant, reason="会商结束")
    with pytest.raises(BadShape):
        do.file_deletion(actor=applicant, grant=grant, statement=" ")
    with pytest.raises(NotPermitted):
        do.file_deletion(actor=cast.bureau.head, grant=grant, statement="已删除")
    do.file_deletion(actor=applicant, grant=grant, statement="已删除", file=make.csv_file("proof.csv"))
    assert given.fresh(grant).state == "closed"
    assert not Clock.objects.of(grant).live().exists()


def test_it_reports_the_use(cast: Cast, grant: Grant) -> None:
    told = {"scenario": "抗旱调度", "models_trained": "土壤墒情预测模型", "effect": "节水12%"}
    with pytest.raises(BadShape):
        do.report_use(
            actor=cast.department.applicant,
            grant=grant,
            period_from=NOW.date(),
            period_until=grant.ends,
            **told,
        )
    report = do.report_use(
        actor=cast.department.applicant, grant=grant, period_from=NOW.date(), period_until=NOW.date(), **told
    )
    assert UseReport.objects.visible_to(cast.bureau.steward).filter(pk=report.pk).exists()
    assert not UseReport.objects.visible_to(cast.trader.applicant).exists()


def test_it_answers_errors_in_time_and_tells_the_other_grantees(cast: Cast, grant: Grant) -> None:
    with at(NOW):
        other = given.grant_to(cast, grant.dataset, cast.city_bureau)
        ticket = do.report_error(
            actor=cast.department.applicant, grant=grant, statement="S3站缺测", fields=["moisture"]
        )
        assert given.due(ticket, "correction") == day("2026-10-08").date()
        with pytest.raises(NotPermitted):
            do.answer_error(
                actor=cast.department.applicant, correction=ticket, outcome="corrected", answer="已补"
            )
        do.answer_error(actor=cast.bureau.steward, correction=ticket, outcome="corrected", answer="已补")
        after = given.fresh(ticket)
        assert (after.state, after.told) == ("corrected", [other.pk])


def test_it_undoes_a_download_whose_entry_cannot_be_written(
    cast: Cast, grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**kwargs: Any) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("sharing.commands.deliveries.record", broken)
    with pytest.raises(OSError, match="full"):
        do.download(actor=cast.department.applicant, grant=grant)
    assert not Download.objects.exists()
