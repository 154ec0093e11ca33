"""PURE: working days and due dates. `Calendar` does the arithmetic on a table of years; TABLES says where the
table comes from, so that years published later can be added. A year without a table is guessed, and each date
that rests on it is marked provisional (R 51).
"""

import calendar as months
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

DAY = dt.timedelta(days=1)
#: Statutory holidays with a fixed date since 2025; those of the moon and swapped weekends cannot be guessed.
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
ZONES = {"Asia/Shanghai": "CN"}


class Year(NamedTuple):
    """What differs from Monday to Friday in one year: weekdays off, weekend days worked."""

    off: frozenset[dt.date]
    on: frozenset[dt.date]


class Due(NamedTuple):
    """A computed date; provisional while it rests on a guessed year."""

    day: dt.date
    provisional: bool = False


class Calendar:
    """Working days by a table of years. The start day is never counted (Civil Code art. 201)."""

    def __init__(self, table: Mapping[int, Year]) -> None:
        self.table = table

    def is_working_day(self, day: dt.date) -> bool:
        year = self.table.get(day.year)
        if year is None:
            return day.weekday() < 5 and (day.month, day.day) not in FIXED
        return day in year.on or (day.weekday() < 5 and day not in year.off)

    def is_known(self, day: dt.date) -> bool:
        return day.year in self.table

    def days(self, after: dt.date) -> Iterator[dt.date]:
        """The working days after a day, without end."""
        day = after
        while True:
            day += DAY
            if self.is_working_day(day):
                yield day

    def add_working_days(self, start: dt.date, n: int) -> Due:
        """The n-th working day after `start`; for 0 the first working day from `start` on."""
        if n < 0:
            raise ValueError("working days are counted forwards")
        if n == 0:
            return self.roll(start)
        following = self.days(start)
        for _ in range(n - 1):
            next(following)
        return self._due(start, next(following))

    def roll(self, day: dt.date) -> Due:
        """A last day that falls on a day off moves to the next working day (Civil Code art. 203)."""
        return self._due(day, day if self.is_working_day(day) else next(self.days(day)))

    def working_days_between(self, after: dt.date, upto: dt.date) -> int:
        """How many days in (after, upto] are worked."""
        span = max(0, (upto - after).days)
        return sum(self.is_working_day(after + DAY * step) for step in range(1, span + 1))

    def add(self, start: dt.date, amount: int, unit: str) -> Due:
        """A term in working days, calendar days, months or years. Only working days know days off: a validity
        ends on its date whatever day that is; a term to act by is rolled by whoever sets it."""
        match unit:
            case "WD":
                return self.add_working_days(start, amount)
            case "CD":
                return Due(start + DAY * amount)
            case "M":
                return Due(add_months(start, amount))
            case "Y":
                return Due(add_months(start, 12 * amount))
        raise ValueError(f"unknown unit {unit!r}: WD, CD, M or Y")

    def _due(self, start: dt.date, end: dt.date) -> Due:
        return Due(end, any(year not in self.table for year in range(start.year, end.year + 1)))


def add_months(start: dt.date, amount: int) -> dt.date:
    """The corresponding day, or the month's last where there is none (Civil Code art. 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    return dt.date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))


@lru_cache
def published(country: str) -> Mapping[int, Year]:
    """The years the installed package knows; of other countries none."""
    if country != "CN":
        return {}
    from chinese_calendar import constants

    return {
        year: Year(
            frozenset(day for day in constants.holidays if day.year == year and day.weekday() < 5),
            frozenset(day for day in constants.workdays if day.year == year and day.weekday() > 4),
        )
        for year in sorted({day.year for day in constants.holidays})
    }


#: Where years come from, later ones over earlier ones; ledger.models adds the table of years loaded since.
TABLES: list[Callable[[str], Mapping[int, Year]]] = [published]


def calendar_for(zone_or_country: str = "CN") -> Calendar:
    """The calendar of a country ("CN") or zone ("Asia/Shanghai") as known now."""
    country = ZONES.get(zone_or_country, zone_or_country)
    table: dict[int, Year] = {}
    for years in TABLES:
        table |= years(country)
    return Calendar(table)
