"""Dates as sources write them. A date that does not exist is never moved to one that does."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, NamedTuple

from catalog.exchange.cleaning import said

DAY = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.年])(?P<m>\d{1,2})(?P<sep2>[-/.月])(?P<d>\d{1,2})日?(?:[T\s]+(?P<time>\S.*))?$"
)
COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:(?P<time>\d{6}))?$")
MONTH = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})月?$")
YEAR = re.compile(r"(?P<y>\d{4})年?$")
EPOCH = re.compile(r"\d{10}(?:\d{3})?$")
TIME = re.compile(
    r"([01]?\d|2[0-4])(:[0-5]?\d(:([0-5]?\d|60)(\.\d+)?)?)?\s*(Z|[A-Z]{3,4}|[+-]([01]\d|2[0-3]):?[0-5]\d)?$"
)


class Day(NamedTuple):
    """A date, and a code of `refusals.REASONS` where something about it is not right."""

    date: dt.date | None
    code: str = ""


def read_day(value: Any) -> Day:
    """Read one date. The day is taken as written, in whatever zone its time of day is."""
    match value:
        case dt.datetime():
            return Day(value.date())
        case dt.date():
            return Day(value)
        case None:
            return Day(None)
    words = said(value)
    if not words:
        return Day(None)
    if found := DAY.match(words) or COMPACT.match(words):
        return from_parts(found)
    if EPOCH.match(words):
        return Day(dt.datetime.fromtimestamp(int(words[:10]), dt.UTC).date())
    return coarse(words)


def from_parts(found: re.Match[str]) -> Day:
    """A date of year, month and day, with its time of day looked at too."""
    try:
        date = dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return Day(None, "date_unreal")
    time = found["time"]
    well_formed = not time or TIME.match(time.strip()) or found.re is COMPACT
    return Day(date, "" if well_formed else "time_unreal")


def coarse(words: str, last: bool = False) -> Day:
    """A bare month or year: its first day, or its last."""
    found = MONTH.match(words) or YEAR.match(words)
    if not found:
        return Day(None, "date_unreadable")
    month = int(found["m"]) if found.re is MONTH else 12 if last else 1
    try:
        first = dt.date(int(found["y"]), month, 1)
    except ValueError:
        return Day(None, "date_unreal")
    return Day(end_of_month(first) if last else first, "date_coarse")


def end_of_month(first: dt.date) -> dt.date:
    """The last day of the month a date lies in."""
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return following - dt.timedelta(days=1)


class Span(NamedTuple):
    """A period, and a code where something about it is not right."""

    begin: dt.date | None
    end: dt.date | None
    code: str = ""


def read_span(value: Any) -> Span:
    """Read a period “from/until”; bare years and months stand for their first and last day, no fault here."""
    words = said(value)
    if not words:
        return Span(None, None)
    first, _, last = words.partition("/")
    begin, end = read_day(first), read_day(last or first)
    if end.code == "date_coarse":
        end = coarse(said(last or first), last=True)
    code = next((day.code for day in (begin, end) if day.code not in ("", "date_coarse")), "")
    if begin.date and end.date and end.date < begin.date:
        return Span(None, None, "order")
    return Span(begin.date, end.date, code)
