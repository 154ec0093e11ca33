"""Registration by the calendar of 2026, walked under the clock, the robot run every day at midnight."""

from __future__ import annotations

import datetime as dt

from catalog import commands as do
from catalog import robot
from catalog.filing import DatasetState as D
from catalog.filing import FilingState as S
from catalog.models import Dataset, Filing
from ledger import clocks
from ledger.clock import at
from ledger.errors import NotPermitted, PolicyRefused
from ledger.models import Clock
from tests import make
from tests.cast import Cast, House, day
from tests.proof import events_of, last_entry, refused

SAID = {"clauses": [make.GROUND], "finding": "经复核"}


def due(filing: Filing, rule: str) -> str:
    """The last day of a filing's live clock."""
    clock = clocks.running(filing, rule)
    assert clock is not None
    return clock.due.isoformat()


def robots(first: str, last: str) -> int:
    """Run the robot at one second past every midnight of these days; how many cases it moved."""
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    moved = 0
    for offset in range((end - begin).days + 1):
        with at(day((begin + dt.timedelta(offset)).isoformat(), "00:00") + dt.timedelta(seconds=1)):
            moved += robot.run()
    return moved


def file(cast: Cast, house: House, moment: str) -> Filing:
    with at(day(moment)):
        return make.filing(cast, S.FILED, house=house, region=house.organisation.region)


def test_one_button_gives_the_code_the_same_day(cast: Cast) -> None:
    """A Saturday evening: no officer, no notice, one entry of the same hand."""
    with at(day("2026-10-10", "18:40")):
        before = Filing.objects.waiting_for(cast.county.officer).count()
        made = make.register_at_once(cast.cooperative)
        assert Filing.objects.waiting_for(cast.county.officer).count() == before
    kept = Dataset.objects.get(pk=made.pk)
    assert (kept.state, str(kept.valid_from), str(kept.valid_until)) == (
        D.REGISTERED,
        "2026-10-10",
        "2029-10-10",
    )
    assert events_of(kept) == ["dataset.registered"]
    assert last_entry(kept).marks == ["same_hand"]
    assert not Filing.objects.in_notice().filter(dataset=kept).exists()
    assert not Clock.objects.live().exists()
    assert kept.evidence == "complete"


def test_a_departments_filing_by_the_calendar(cast: Cast) -> None:
    bureau, officer, second = cast.city_bureau, cast.city.officer, cast.city.second_officer
    filing = file(cast, bureau, "2026-09-17")
    assert due(filing, "filing.accept") == "2026-09-21"  # Sunday 20 works
    with at(day("2026-09-21")):
        do.request_supplement(actor=officer, filing=filing, gaps=["甲", "乙", "丙"])
        assert clocks.running(filing, "filing.accept") is None
    with at(day("2026-09-22")):
        do.resubmit_filing(actor=bureau.steward, filing=filing)
        assert due(filing, "filing.accept") == "2026-09-28"
        refused(
            PolicyRefused, do.request_supplement, "second_list", actor=officer, filing=filing, gaps=["丁"]
        )
    with at(day("2026-09-28")):
        do.accept_filing(actor=officer, filing=filing)
        assert due(filing, "filing.review") == "2026-10-30"
    with at(day("2026-10-30")):
        do.pass_filing(actor=second, filing=filing)
        assert due(filing, "filing.notice") == "2026-11-13"
    assert robots("2026-10-31", "2026-11-13") == 0
    with at(day("2026-11-13", "23:59")):
        assert robot.run() == 0
    with at(day("2026-11-14", "00:00")):
        assert robot.run() == 1
        assert robot.run() == 0
    kept = Dataset.objects.get(pk=filing.dataset_id)
    assert (kept.state, str(kept.valid_from)) == (D.REGISTERED, "2026-11-14")
    assert not Clock.objects.of(filing).live().exists()
    assert not Clock.objects.of(filing).exclude(breached_at=None).exists()


def test_a_notice_paused_by_two_objections(cast: Cast) -> None:
    bureau, officer, second = cast.city_bureau, cast.city.officer, cast.city.second_officer
    filing = file(cast, bureau, "2026-01-30")
    with at(day("2026-02-04")):
        do.accept_filing(actor=officer, filing=filing)
        assert due(filing, "filing.review") == "2026-03-10"
    with at(day("2026-03-10")):
        do.pass_filing(actor=second, filing=filing)
        assert due(filing, "filing.notice") == "2026-03-24"
    with at(day("2026-03-17")):
        first = make.objection(cast, filing)
        clock = clocks.running(filing, "filing.notice")
        assert clock is not None
        assert (clock.used, clock.is_paused) == (4, True)
    with at(day("2026-03-18")):
        other = make.objection(cast, filing, cast.trader.steward)
        do.answer_objection(actor=bureau.steward, objection=first, answer="本局自采")
    assert robots("2026-03-18", "2026-03-20") == 0
    with at(day("2026-03-19")):
        do.dismiss_objection(actor=officer, objection=first, **SAID)
        assert Filing.objects.get(pk=filing.pk).state == S.OBJECTION_PENDING
    with at(day("2026-03-20")):
        do.dismiss_objection(actor=officer, objection=other, **SAID)
        assert due(filing, "filing.notice") == "2026-03-30"
    assert robots("2026-03-21", "2026-03-30") == 0
    assert robots("2026-03-31", "2026-03-31") == 1
    assert str(Dataset.objects.get(pk=filing.dataset_id).valid_from) == "2026-03-31"


def test_an_open_objection_holds_the_code_however_late(cast: Cast) -> None:
    with at(day("2026-03-10")):
        filing = make.filing(cast, S.OBJECTION_PENDING)
    assert robots("2026-04-20", "2026-04-22") == 0
    assert Filing.objects.get(pk=filing.pk).state == S.OBJECTION_PENDING


def test_a_halted_notice_is_gone_at_once_and_coded_by_no_later_run(cast: Cast) -> None:
    """A non-public dataset in notice: the department in the circle finds it once coded, the cooperative does not."""
    with at(day("2026-05-06")):
        filing = make.filing(cast, S.IN_NOTICE, opening="non_public")
        assert list(Filing.objects.in_notice()) == [filing]
        assert not Dataset.objects.visible_to(cast.visitor).exists()
        assert not Filing.objects.whole_for(cast.visitor).exists()
    with at(day("2026-05-12")):
        do.halt_notice(actor=cast.county.officer, filing=filing, reason="摘要含身份证号")
        assert not Filing.objects.in_notice().exists()
        assert not Filing.objects.visible_to(cast.visitor).exists()
        assert not Filing.objects.visible_to(cast.department.head).exists()
    assert robots("2026-05-13", "2026-06-10") == 0
    assert Filing.objects.get(pk=filing.pk).state == S.IN_REVIEW


def test_the_circle_finds_what_the_public_does_not(cast: Cast) -> None:
    with at(day("2026-05-06")):
        made = make.registered(cast, opening="non_public")
    seen = {name: Dataset.objects.readable_by(actor).filter(pk=made.pk).exists() for name, actor in {
        "department": cast.department.applicant, "cooperative": cast.cooperative.farmer, "visitor": cast.visitor,
    }.items()}  # fmt: skip
    assert seen == {"department": True, "cooperative": False, "visitor": False}


def test_the_only_officer_of_a_county(cast: Cast) -> None:
    filing = file(cast, cast.bureau, "2026-09-17")
    officer = cast.county.officer
    with at(day("2026-09-18")):
        do.accept_filing(actor=officer, filing=filing)
        passed = do.pass_filing(actor=officer, filing=filing)
    assert (passed.state, passed.same_hand, last_entry(passed).marks) == (S.IN_NOTICE, True, ["same_hand"])
    own = file(cast, cast.county, "2026-09-17")
    with at(day("2026-09-18")):
        refused(NotPermitted, do.accept_filing, actor=officer, filing=own)
        assert own in Filing.objects.waiting_for(cast.city.officer)
        assert own not in Filing.objects.waiting_for(officer)


def test_a_missed_term_is_recorded_once(cast: Cast) -> None:
    filing = file(cast, cast.bureau, "2026-09-17")
    with at(day("2026-09-21", "23:59")):
        assert clocks.record_breaches() == 0
    with at(day("2026-09-22", "00:00")):
        assert clocks.record_breaches() == 1
        assert clocks.record_breaches() == 0
    assert events_of(filing)[-1] == "clock.breached"


def test_a_registration_not_renewed_expires_the_day_after(cast: Cast) -> None:
    with at(day("2026-09-17")):
        made = make.register_at_once(cast.cooperative)
    assert robots("2029-09-16", "2029-09-17") == 0
    assert robots("2029-09-18", "2029-09-19") == 1
    assert Dataset.objects.get(pk=made.pk).state == D.EXPIRED
