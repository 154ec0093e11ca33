"""The one clock: travelling in tests, and a demonstration's time that is ahead of the true one."""

import datetime as dt
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ledger import clock, demonstration, vocabulary
from ledger.journal import history
from ledger.models import DemoClock
from tests.cast import SHANGHAI, day

WORKDAYS_10 = day("2026-09-17", "18:30")


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of one's own: the mark of a demonstration must not reach other tests."""
    monkeypatch.setattr(settings, "VAR", tmp_path)
    clock.offset.forget()
    yield
    clock.offset.value = dt.timedelta()
    clock.offset.forget()


class TestTravelling:
    def test_it_is_the_moment_given_in_utc(self) -> None:
        with clock.at(day("2026-10-10", "18:40")):
            assert clock.now() == dt.datetime(2026, 10, 10, 10, 40, tzinfo=dt.UTC)
            assert clock.now().utcoffset() == dt.timedelta()

    def test_the_day_is_that_of_the_zone(self) -> None:
        with clock.at(dt.datetime(2026, 10, 9, 16, 0, tzinfo=dt.UTC)):
            assert clock.today() == dt.date(2026, 10, 10)
            assert clock.today("Europe/Paris") == dt.date(2026, 10, 9)

    def test_journeys_nest_and_end(self) -> None:
        with clock.at(day("2026-01-30")):
            with clock.at(day("2026-02-04")):
                assert clock.today() == dt.date(2026, 2, 4)
            assert clock.today() == dt.date(2026, 1, 30)
        assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)

    def test_it_refuses_a_moment_without_a_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"), clock.at(dt.datetime(2026, 1, 1)):
            pass

    def test_another_thread_stays_in_its_own_time(self) -> None:
        seen: list[dt.datetime] = []
        with clock.at(day("2026-01-30")):
            other = threading.Thread(target=lambda: seen.append(clock.now()))
            other.start()
            other.join()
        assert abs(seen[0] - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


@pytest.mark.django_db
class TestAnOrdinaryBook:
    def test_the_clock_asks_no_database(self, django_assert_num_queries: Any) -> None:
        with django_assert_num_queries(0):
            clock.now()

    def test_it_is_never_moved(self) -> None:
        with pytest.raises(CommandError, match=r"(?i)demonstration|演示"):
            call_command("demo_clock", working_days=10)
        assert not clock.is_marked()
        assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)

    def test_a_mark_alone_moves_nothing(self) -> None:
        (settings.VAR / "demonstration").touch()
        assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


@pytest.mark.django_db
class TestADemonstration:
    @pytest.fixture(autouse=True)
    def _demonstration(self) -> None:
        DemoClock.objects.create(pk=1)

    def test_its_clock_moves_by_working_days_and_says_so(self) -> None:
        true = dt.datetime.now(dt.UTC)
        said = StringIO()
        call_command("demo_clock", working_days=10, stdout=said)
        ahead = clock.now() - true
        assert dt.timedelta(days=12) <= ahead <= dt.timedelta(days=25)
        assert f"{clock.now().astimezone(SHANGHAI):%Y-%m-%d}" in said.getvalue()

    def test_the_move_is_an_entry_with_the_offset(self) -> None:
        with clock.at(WORKDAYS_10):
            after = demonstration.move(10)
        assert after == day("2026-10-08", "18:30")
        row = DemoClock.objects.get()
        (past,) = history(row)
        assert past.kind == "demo.clock_moved"
        assert past.facts["democlock/1"]["offset"] == 21 * 86400 == row.offset
        assert row.entry_uid == past.uid

    def test_a_second_move_adds_to_the_first(self) -> None:
        with clock.at(WORKDAYS_10):
            demonstration.move(10)
            demonstration.move(1)
        assert DemoClock.objects.get().offset == 22 * 86400

    def test_the_robot_lives_through_each_day_that_passes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lived: list[dt.date] = []
        monkeypatch.setattr(vocabulary, "ROBOT_RUNS", [lambda: lived.append(clock.today()) or 0])
        with clock.at(WORKDAYS_10):
            demonstration.move(2)
        assert lived[:3] == [dt.date(2026, 9, 18), dt.date(2026, 9, 19), dt.date(2026, 9, 20)]

    def test_other_processes_go_by_it_within_a_second(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock.mark_demonstration()
        seconds = iter([100.0, 100.0, 100.5, 101.1, 101.1, 101.2])
        monkeypatch.setattr(clock.time, "monotonic", lambda: next(seconds))
        assert clock.offset.get() == dt.timedelta()
        DemoClock.objects.update(offset=3600)
        assert clock.offset.get() == dt.timedelta()
        assert clock.offset.get() == dt.timedelta(hours=1)

    @pytest.mark.parametrize("days", [0, -1, 2001])
    def test_it_refuses_a_step_that_is_none(self, days: int) -> None:
        with pytest.raises(CommandError, match="2000"):
            call_command("demo_clock", working_days=days)
        assert DemoClock.objects.get().offset == 0
