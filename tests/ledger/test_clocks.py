"""Clocks as rows: counting, pausing, extending, missing a term, and dates that become certain."""

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from ledger import calendars, clocks
from ledger.calendar import Calendar, calendar_for, published
from ledger.clock import at
from ledger.errors import BadShape
from ledger.journal import history
from ledger.models import CalendarYear, Clock, Organisation
from ledger.policy import pinned
from ledger.rows import Rows
from tests.cast import day

CN = Calendar(published("CN"))
YEAR_2027 = """
year = 2027
source = "a notice"
off = ["2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"]
on = ["2027-01-09"]
"""


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def organisation(name: str) -> Organisation:
    return Organisation.objects.create(name=name, kind="department", registered_at=day("2026-01-05"))


@pytest.fixture
def case(db: None) -> Organisation:
    """Any row will do: a clock knows its case only by name."""
    return organisation("a case")


def started(case: Organisation, rule: str, on: str, profile: str = "cn@1") -> Clock:
    with at(day(on)):
        return clocks.start(Rows(), case, pinned(profile).limit(rule), rule=rule, profile=profile)


def paused(clock: Clock, on: str) -> Clock:
    with at(day(on)):
        return clocks.pause(Rows(), clock)


def resumed(clock: Clock, on: str) -> Clock:
    with at(day(on)):
        return clocks.resume(Rows(), clock)


class TestStarting:
    def test_it_keeps_rule_basis_and_profile(self, case: Organisation) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        assert (clock.subject, clock.subject_id) == (f"organisation:{case.pk}", case.pk)
        assert (clock.rule, clock.profile, clock.kind, clock.amount, clock.unit) == (
            "filing.accept", "cn@1", "maximum", 3, "WD",
        )  # fmt: skip
        assert clock.basis == "公共数据资源登记管理暂行办法第10条"
        assert (clock.started, clock.due, clock.provisional) == (
            date("2026-09-17"),
            date("2026-09-21"),
            False,
        )

    def test_it_stands_in_the_callers_entry(self, case: Organisation) -> None:
        rows = Rows()
        with at(day("2026-09-17")):
            clock = clocks.start(rows, case, pinned("cn@1").limit("filing.accept"), profile="cn@1")
            clocks.meet(rows, clock)
        facts = rows.facts[f"clock/{clock.pk}"]
        assert (facts["due"], facts["rule"], facts["used"]) == ("2026-09-21", "filing.accept", 0)
        assert facts["met_at"] == "2026-09-17T02:00:00.000000Z"
        assert clock.entry_uid == rows.uid

    def test_the_chain_of_a_registration(self, case: Organisation) -> None:
        chain = [
            ("filing.accept", "2026-01-30", "2026-02-04"),
            ("filing.review", "2026-02-04", "2026-03-10"),
            ("filing.notice", "2026-03-10", "2026-03-24"),
        ]
        for rule, start, due in chain:
            assert started(case, rule, start).due == date(due), rule
        assert started(case, "filing.notice", "2026-03-10").ends_at == day("2026-03-25", "00:00")

    def test_a_term_in_calendar_days_moves_on_from_a_day_off(self, case: Organisation) -> None:
        limit = pinned("cn@1").limit("renewal.window")
        with at(day("2026-08-05")):
            assert clocks.start(Rows(), case, limit, profile="cn@1").due == date(
                "2026-10-08"
            )  # from 4 October

    def test_late_in_the_evening_in_utc_is_the_next_day_here(self, case: Organisation) -> None:
        with at(dt.datetime(2026, 9, 16, 16, 30, tzinfo=dt.UTC)):
            clock = clocks.start(Rows(), case, pinned("cn@1").limit("filing.accept"), profile="cn@1")
        assert clock.started == date("2026-09-17")


class TestMaximum:
    def test_the_pause_day_is_used_and_the_resumption_is_not(self, case: Organisation) -> None:
        clock = paused(started(case, "request.reply.conditional", "2026-09-17"), "2026-09-21")
        assert (clock.due, clock.used, clock.is_paused) == (date("2026-10-08"), 3, True)
        clock = resumed(clock, "2026-09-24")
        assert (clock.due, clock.running_since) == (date("2026-10-12"), date("2026-09-24"))

    def test_a_second_pause_uses_only_what_ran_since(self, case: Organisation) -> None:
        clock = resumed(
            paused(started(case, "request.reply.conditional", "2026-09-17"), "2026-09-21"), "2026-09-24"
        )
        clock = paused(clock, "2026-09-29")
        assert clock.used == 5
        assert resumed(clock, "2026-10-12").due == date("2026-10-19")

    def test_pausing_on_the_last_day_leaves_the_day_of_the_answer(self, case: Organisation) -> None:
        clock = paused(started(case, "filing.accept", "2026-09-17"), "2026-09-21")
        assert resumed(clock, "2026-09-26").due == date("2026-09-28")  # a Saturday off moves on

    def test_an_extension_runs_from_the_old_due_date(self, case: Organisation) -> None:
        clock = started(case, "request.reply.conditional", "2026-09-17")
        with at(day("2026-09-30")):
            clocks.extend(Rows(), clock, 10)
        assert (clock.due, clock.amount, clock.extended) == (date("2026-10-21"), 10, 10)

    def test_an_extension_while_paused_counts_after_the_resumption(self, case: Organisation) -> None:
        clock = paused(started(case, "request.reply.conditional", "2026-09-17"), "2026-09-21")
        with at(day("2026-09-22")):
            clocks.extend(Rows(), clock, 10)
        assert clock.is_paused
        assert resumed(clock, "2026-09-24").due == CN.add_working_days(date("2026-09-24"), 17).day

    def test_pausing_and_resuming_twice_changes_nothing_more(self, case: Organisation) -> None:
        clock = started(case, "request.reply.conditional", "2026-09-17")
        assert resumed(clock, "2026-09-20").due == date("2026-10-08")
        clock = paused(clock, "2026-09-21")
        assert paused(clock, "2026-09-24").used == 3

    @pytest.mark.parametrize("end", [clocks.meet, clocks.cancel])
    def test_what_is_over_runs_no_more(self, case: Organisation, end: Any) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        with at(day("2026-09-18")):
            end(Rows(), clock)
        rows = Rows()
        with at(day("2026-12-01")):
            for act in (clocks.pause, clocks.resume, clocks.meet, clocks.cancel):
                act(rows, clock)
        assert rows.facts == {}
        assert not clock.is_overdue(day("2026-12-01"))
        assert clocks.running(case, "filing.accept") is None


class TestNotice:
    def test_only_whole_running_days_count(self, case: Organisation) -> None:
        clock = paused(started(case, "filing.notice", "2026-03-10"), "2026-03-17")
        assert clock.used == 4
        clock = resumed(clock, "2026-03-20")
        assert clock.due == date("2026-03-30")
        assert not clock.is_overdue(day("2026-03-30", "23:59"))
        assert clock.is_overdue(day("2026-03-31", "00:00"))

    def test_a_pause_on_its_first_day_uses_nothing(self, case: Organisation) -> None:
        clock = paused(started(case, "filing.notice", "2026-03-10"), "2026-03-10")
        assert clock.used == 0
        assert resumed(clock, "2026-03-10").due == date("2026-03-24")

    def test_one_that_had_run_its_term_keeps_its_last_day(self, case: Organisation) -> None:
        clock = paused(started(case, "filing.notice", "2026-03-10"), "2026-03-25")
        assert clock.used == 10
        assert resumed(clock, "2026-03-27").due == date("2026-03-24")

    def test_its_end_is_not_a_breach(self, case: Organisation) -> None:
        clock = started(case, "filing.notice", "2026-03-10")
        with at(day("2026-04-30")):
            assert clocks.record_breaches() == 0
            assert clocks.meet(Rows(), clock).breached_at is None


class TestConservation:
    """However often it is paused, a clock gives the same days: properties of the arithmetic itself."""

    @staticmethod
    def clock(kind: str, start: dt.date, amount: int) -> Clock:
        return Clock(kind=kind, unit="WD", amount=amount, running_since=start, rule="x", subject="x:1")

    @given(
        st.dates(dt.date(2024, 1, 1), dt.date(2025, 6, 30)),
        st.lists(st.integers(0, 12), min_size=2, max_size=12),
        st.integers(1, 40),
        st.sampled_from(["maximum", "minimum"]),
    )
    def test_used_and_rest_are_always_the_whole(
        self, start: dt.date, gaps: list[int], amount: int, kind: str
    ) -> None:
        days = [start]
        for gap in gaps:
            days.append(days[-1] + dt.timedelta(days=gap))
        clock, free = self.clock(kind, start, amount), 0
        for begin, stop in list(pairwise(days))[::2]:
            clock.running_since = begin
            before = clock.used
            clock.used = clocks.used_by(clock, stop, CN)
            free += clock.used - before
            last = stop if kind == "maximum" else stop - dt.timedelta(days=1)
            assert clock.used - before == min(CN.working_days_between(begin, last), amount - before)
        assert free == clock.used <= amount
        clock.running_since = days[-1]
        if rest := amount - clock.used:
            assert CN.working_days_between(days[-1], clocks.due_of(clock, CN).day) == rest

    @given(st.dates(dt.date(2024, 1, 1), dt.date(2025, 6, 30)), st.integers(2, 40), st.integers(0, 30))
    def test_a_pause_that_ends_the_same_day_moves_no_maximum(
        self, start: dt.date, amount: int, after: int
    ) -> None:
        clock = self.clock("maximum", start, amount)
        due, stop = clocks.due_of(clock, CN).day, start + dt.timedelta(days=after)
        clock.used = clocks.used_by(clock, stop, CN)
        if clock.used == amount:
            return
        clock.running_since = stop
        assert clocks.due_of(clock, CN).day == due

    @given(
        st.dates(dt.date(2024, 1, 1), dt.date(2025, 6, 30)),
        st.integers(1, 40),
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from(["maximum", "minimum"]),
    )
    def test_a_longer_pause_never_ends_earlier(
        self, start: dt.date, amount: int, after: int, length: int, kind: str
    ) -> None:
        clock = self.clock(kind, start, amount)
        stop = start + dt.timedelta(days=after)
        clock.used = clocks.used_by(clock, stop, CN)
        dues = []
        for resumed_on in (length, length + 1):
            clock.running_since = stop + dt.timedelta(days=resumed_on)
            dues.append(clocks.due_of(clock, CN).day)
        assert dues == sorted(dues)


class TestMissingATerm:
    def test_it_is_overdue_from_midnight_here(self, case: Organisation) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        assert not clock.is_overdue(day("2026-09-21", "23:59"))
        assert clock.is_overdue(day("2026-09-22", "00:00"))

    @pytest.mark.parametrize("moment", [day("2026-09-21", "23:59"), day("2026-09-22", "00:00")])
    def test_the_set_and_the_row_agree(self, case: Organisation, moment: dt.datetime) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        assert Clock.objects.overdue(moment).filter(pk=clock.pk).exists() is clock.is_overdue(moment)
        found = list(clocks.overdue_subjects("organisation", "filing.accept", moment))
        assert found == ([case.pk] if clock.is_overdue(moment) else [])

    def test_each_breach_is_an_entry_of_the_case_once(self, case: Organisation) -> None:
        clock = started(case, "request.reply.unconditional", "2026-04-30")
        with at(day("2026-05-06", "23:59")):
            assert clocks.record_breaches() == 0
        with at(day("2026-05-07", "09:00")):
            assert clocks.record_breaches() == 1
            assert clocks.record_breaches() == 0
        clock.refresh_from_db()
        assert clock.breached_at == day("2026-05-07", "00:00")
        (past,) = history(case)
        assert (past.kind, past.pseudonym, past.body["profile"]) == ("clock.breached", "robot", "cn@1")
        assert past.facts[f"clock/{clock.pk}"]["breached_at"] == "2026-05-06T16:00:00.000000Z"

    @pytest.mark.parametrize("act", [clocks.meet, clocks.cancel, clocks.pause])
    def test_an_act_before_the_robot_hides_no_breach(self, case: Organisation, act: Any) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        with at(day("2026-09-23")):
            act(Rows(), clock)
            assert clock.breached_at == day("2026-09-22", "00:00")
            assert clocks.record_breaches() == 1
            assert clocks.record_breaches() == 0
        assert [past.kind for past in history(case)] == ["clock.breached"]

    def test_an_act_in_time_is_none(self, case: Organisation) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        with at(day("2026-09-21", "23:59")):
            clocks.meet(Rows(), clock)
        with at(day("2026-12-01")):
            assert clocks.record_breaches() == 0
        assert clock.breached_at is None

    def test_reminders_and_paused_clocks_are_not_missed(self, case: Organisation) -> None:
        started(case, "filing.supplement", "2026-09-17")
        paused(started(case, "request.reply.conditional", "2026-09-17"), "2026-09-21")
        with at(day("2026-12-01")):
            assert clocks.record_breaches() == 0

    def test_a_case_that_is_gone_leaves_its_breach_with_the_clock(self, case: Organisation) -> None:
        clock = started(case, "filing.accept", "2026-09-17")
        case.delete()
        with at(day("2026-12-01")):
            assert clocks.record_breaches() == 1
        assert [past.kind for past in history(clock)] == ["clock.breached"]


class TestFinding:
    def test_the_newest_live_one_of_the_rule(self, case: Organisation) -> None:
        first = started(case, "filing.review", "2026-09-17")
        second = started(case, "filing.review", "2026-09-18")
        assert clocks.running(case, "filing.review") == second
        with at(day("2026-09-18")):
            clocks.meet(Rows(), second)
        assert clocks.running(case, "filing.review") == first
        assert clocks.running(case, "filing.accept") is None

    def test_another_case_has_its_own(self, case: Organisation) -> None:
        other = organisation("another")
        started(other, "filing.accept", "2026-09-17")
        assert clocks.running(case, "filing.accept") is None

    def test_all_of_a_case_end_together(self, case: Organisation) -> None:
        started(case, "filing.review", "2026-09-17")
        paused(started(case, "filing.notice", "2026-09-17"), "2026-09-18")
        with at(day("2026-09-18")):
            clocks.cancel_all(Rows(), case)
        assert not Clock.objects.of(case).live().exists()


class TestAYearIsPublished:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "2027.toml"
        path.write_text(YEAR_2027, encoding="utf-8")
        return path

    def test_provisional_dates_become_certain_with_old_and_new_recorded(
        self, case: Organisation, file: Path
    ) -> None:
        clock = started(case, "request.reply.conditional", "2026-12-24")
        assert (clock.due, clock.provisional) == (date("2027-01-08"), True)
        with at(day("2026-12-28")):
            call_command("load_calendar", str(file))
        clock.refresh_from_db()
        assert (clock.due, clock.provisional) == (date("2027-01-09"), False)
        (past,) = history(case)
        facts = past.facts[f"clock/{clock.pk}"]
        assert past.kind == "clock.recalculated"
        assert (facts["due_before"], facts["due"]) == ("2027-01-08", "2027-01-09")
        assert (facts["provisional_before"], facts["provisional"]) == (True, False)
        (loaded,) = history(CalendarYear.objects.get())
        assert (loaded.kind, past.body["cause"]) == ("calendar.loaded", loaded.uid.hex)

    def test_what_it_does_not_touch_has_no_entry(self, case: Organisation, file: Path) -> None:
        clock = started(case, "request.reply.conditional", "2026-09-17")
        with at(day("2026-09-18")):
            call_command("load_calendar", str(file))
        clock.refresh_from_db()
        assert clock.due == date("2026-10-08")
        assert history(case) == []

    def test_a_paused_clock_uses_it_when_it_runs_again(self, case: Organisation, file: Path) -> None:
        clock = paused(started(case, "request.reply.conditional", "2026-12-24"), "2026-12-28")
        with at(day("2026-12-28")):
            call_command("load_calendar", str(file))
        clock.refresh_from_db()
        assert clock.is_paused
        clock = resumed(clock, "2026-12-31")
        assert (clock.due, clock.provisional) == (date("2027-01-13"), False)

    def test_a_term_already_missed_is_not_given_back(self, case: Organisation, file: Path) -> None:
        clock = started(case, "request.reply.conditional", "2026-12-24")
        with at(day("2027-01-09", "08:00")):
            call_command("load_calendar", str(file))
        clock.refresh_from_db()
        assert clock.due == date("2027-01-08")

    def test_loading_it_again_changes_nothing_but_the_row(self, case: Organisation, file: Path) -> None:
        started(case, "request.reply.conditional", "2026-12-24")
        with at(day("2026-12-28")):
            call_command("load_calendar", str(file))
            call_command("load_calendar", str(file))
        assert CalendarYear.objects.count() == 1
        assert len(history(case)) == 1
        assert len(history(CalendarYear.objects.get())) == 2

    def test_it_wins_over_the_package(self, db: None) -> None:
        calendars.load(year=2026, off=["2026-12-31"], on=[], source="a correction")
        assert not calendar_for("CN").is_working_day(date("2026-12-31"))
        assert calendar_for("Asia/Shanghai").is_working_day(date("2026-10-05"))

    def test_a_year_of_another_country_stays_there(self, db: None) -> None:
        calendars.load(year=2027, country="DE", off=["2027-01-04"], on=[], source="a notice")
        assert calendar_for("CN").is_working_day(date("2027-01-04"))
        assert not calendar_for("DE").is_working_day(date("2027-01-04"))

    @pytest.mark.parametrize(
        ("values", "pointer"),
        [
            ({"off": ["2027-02-30"]}, "/off"),
            ({"off": ["2026-02-03"]}, "/off"),
            ({"on": ["2027-01-05"]}, "/on"),
            ({"off": ["2027-01-09"], "on": ["2027-01-09"]}, "/on"),
            ({"year": 1827}, "/year"),
            ({"off": [7]}, "/off"),
        ],
    )
    def test_it_refuses_days_that_do_not_fit(self, db: None, values: dict[str, Any], pointer: str) -> None:
        with pytest.raises(BadShape) as refused:
            calendars.load(**({"year": 2027, "off": [], "on": [], "source": "x"} | values))
        assert [fault.pointer for fault in refused.value.errors] == [pointer]
        assert not CalendarYear.objects.exists()

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("year = [", "TOML"),
            ("year = 2027\noff = []\n", "source"),
            (YEAR_2027 + "holidays = 1\n", "holidays"),
        ],
    )
    def test_it_refuses_a_file_of_another_shape(self, db: None, tmp_path: Path, text: str, word: str) -> None:
        path = tmp_path / "wrong.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=word):
            call_command("load_calendar", str(path))

    def test_it_says_that_there_is_no_file(self, db: None) -> None:
        with pytest.raises(CommandError, match="no file"):
            call_command("load_calendar", "nowhere.toml")
