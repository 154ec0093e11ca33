"""Working days and due dates: the vectors of the rules, properties, and years nobody has published yet."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import DAY, Calendar, Due, Year, published

CN = Calendar(published("CN"))
SAMPLE = Path(__file__).parents[3] / "shared/data/workdays-sample/workdays_2025_sample.csv"
known_days = st.dates(dt.date(2010, 1, 1), dt.date(2026, 6, 30))
any_days = st.dates(dt.date(2024, 1, 1), dt.date(2031, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


#: start, working days, due: R 52, R 53, the scenarios, and the days around each long holiday.
VECTORS = [
    ("2026-02-11", 3, "2026-02-14"),  # Saturday worked before the Spring Festival
    ("2026-02-13", 3, "2026-02-25"),
    ("2026-09-17", 2, "2026-09-20"),  # Sunday worked before the Mid-autumn Festival
    ("2026-09-17", 3, "2026-09-21"),
    ("2026-09-22", 3, "2026-09-28"),
    ("2026-09-28", 20, "2026-10-30"),
    ("2026-10-30", 10, "2026-11-13"),
    ("2026-09-17", 10, "2026-10-08"),
    ("2026-10-08", 10, "2026-10-21"),
    ("2026-10-08", 20, "2026-11-04"),
    ("2026-10-21", 20, "2026-11-18"),
    ("2026-09-24", 7, "2026-10-12"),
    ("2026-04-30", 1, "2026-05-06"),
    ("2026-05-08", 1, "2026-05-09"),  # Saturday worked after Labour Day
    ("2026-06-18", 10, "2026-07-03"),
    ("2025-09-26", 10, "2025-10-16"),
    ("2025-03-01", 30, "2025-04-14"),
    ("2026-01-30", 3, "2026-02-04"),
    ("2026-02-04", 20, "2026-03-10"),
    ("2026-03-10", 10, "2026-03-24"),
    ("2026-03-20", 6, "2026-03-30"),
    ("2025-12-31", 1, "2026-01-04"),  # Sunday worked: the table of the next year counts
]


@pytest.mark.parametrize(("start", "n", "due"), VECTORS)
def test_it_counts_working_days(start: str, n: int, due: str) -> None:
    assert CN.add_working_days(day(start), n) == Due(day(due), provisional=False)
    assert CN.working_days_between(day(start), day(due)) == n


def test_it_agrees_with_three_other_calendars() -> None:
    if not SAMPLE.exists():
        pytest.skip(f"no sample at {SAMPLE.name}: the vectors above stand alone")
    with SAMPLE.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 200
    for row in rows:
        found = CN.add_working_days(day(row["start_date"]), int(row["n_working_days"]))
        assert found.day == day(row["due_chinesecalendar"]), row


def test_a_year_of_the_table_has_its_working_days() -> None:
    assert CN.working_days_between(day("2025-12-31"), day("2026-12-31")) == 248


class TestYearsNobodyPublished:
    def test_it_guesses_and_says_so(self) -> None:
        assert CN.add_working_days(day("2026-12-24"), 10) == Due(day("2027-01-08"), provisional=True)

    def test_it_is_certain_while_the_guess_is_not_reached(self) -> None:
        assert CN.add_working_days(day("2026-12-24"), 5) == Due(day("2026-12-31"), provisional=False)

    def test_fixed_holidays_are_not_worked(self) -> None:
        assert not CN.is_working_day(day("2027-01-01"))
        assert not CN.is_working_day(day("2027-10-01"))
        assert CN.is_working_day(day("2027-09-30"))

    def test_a_table_added_later_makes_it_certain(self) -> None:
        published_2027 = Year(
            frozenset({day("2027-01-01"), day("2027-01-04")}), frozenset({day("2027-01-09")})
        )
        later = Calendar({**CN.table, 2027: published_2027})
        assert later.add_working_days(day("2026-12-24"), 10) == Due(day("2027-01-09"), provisional=False)

    def test_a_country_without_any_table_never_crashes(self) -> None:
        assert Calendar(published("DE")).add_working_days(day("2026-12-24"), 1) == Due(
            day("2026-12-25"), True
        )


class TestMonthsAndYears:
    @pytest.mark.parametrize(
        ("start", "amount", "unit", "end"),
        [
            ("2026-03-10", 3, "Y", "2029-03-10"),
            ("2028-02-29", 3, "Y", "2031-02-28"),
            ("2028-02-29", 4, "Y", "2032-02-29"),
            ("2026-01-31", 1, "M", "2026-02-28"),
            ("2026-11-30", 3, "M", "2027-02-28"),
            ("2026-12-31", 2, "M", "2027-02-28"),
            ("2029-03-10", -60, "CD", "2029-01-09"),  # renewal opens
            ("2029-03-10", 1, "CD", "2029-03-11"),  # the renewed term begins
            ("2026-03-10", 30, "CD", "2026-04-09"),
        ],
    )
    def test_they_end_on_the_corresponding_day(self, start: str, amount: int, unit: str, end: str) -> None:
        assert CN.add(day(start), amount, unit) == Due(day(end))

    def test_it_refuses_a_unit_it_does_not_know(self) -> None:
        with pytest.raises(ValueError, match="unknown unit 'week'"):
            CN.add(day("2026-03-10"), 1, "week")

    def test_a_last_day_off_moves_on(self) -> None:
        assert CN.roll(day("2026-10-03")).day == day("2026-10-08")
        assert CN.roll(day("2026-10-10")).day == day("2026-10-10")  # a Saturday that is worked


class TestProperties:
    @given(known_days, st.integers(1, 60))
    def test_it_is_the_inverse_of_counting(self, start: dt.date, n: int) -> None:
        due = CN.add_working_days(start, n).day
        assert due > start
        assert CN.is_working_day(due)
        assert CN.working_days_between(start, due) == n

    @given(any_days, st.integers(0, 60))
    def test_a_later_start_or_more_days_never_end_earlier(self, start: dt.date, n: int) -> None:
        assert CN.add_working_days(start, n).day <= CN.add_working_days(start + DAY, n).day
        assert CN.add_working_days(start, n).day <= CN.add_working_days(start, n + 1).day

    @given(any_days, st.integers(1, 30), st.integers(1, 30))
    def test_terms_add_up(self, start: dt.date, n: int, m: int) -> None:
        whole = CN.add_working_days(start, n + m).day
        assert CN.add_working_days(CN.add_working_days(start, n).day, m).day == whole

    @given(any_days, st.integers(0, 400), st.integers(0, 400))
    def test_counting_is_additive(self, start: dt.date, n: int, m: int) -> None:
        middle, end = start + DAY * n, start + DAY * (n + m)
        parts = CN.working_days_between(start, middle) + CN.working_days_between(middle, end)
        assert parts == CN.working_days_between(start, end)

    @given(any_days, st.integers(0, 120))
    def test_it_is_provisional_exactly_where_a_guessed_year_is_touched(self, start: dt.date, n: int) -> None:
        due = CN.add_working_days(start, n)
        assert due.provisional == any(year > 2026 for year in range(start.year, due.day.year + 1))

    @given(any_days, st.integers(-48, 48))
    def test_a_month_is_never_left_over(self, start: dt.date, amount: int) -> None:
        end = CN.add(start, amount, "M").day
        assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == amount
        assert end.day == start.day or (end + DAY).day == 1
