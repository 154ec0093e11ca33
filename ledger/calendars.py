"""Loading a year's holiday calendar when it is published; recalculating the dates that rested on a guess."""

from __future__ import annotations

import datetime as dt
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import clocks
from ledger.actor import Actor
from ledger.calendar import calendar_for
from ledger.clock import now
from ledger.errors import BadShape, Fault
from ledger.journal import record
from ledger.models import CalendarYear, Clock
from ledger.rows import Rows, jsonable

KEYS = {"year", "country", "off", "on", "source"}


@dataclass(frozen=True)
class Loaded:
    """What loading a year did: the row, and the clocks whose date changed or became certain."""

    year: CalendarYear
    moved: int


def read(path: Path) -> dict[str, Any]:
    """A calendar file: year, country, off (weekdays off), on (weekend days worked), source (the notice).

    Raises:
        BadShape: naming the key and what to write there.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadShape(_("%(file)s is not a TOML file: %(error)s") % {"file": path.name, "error": error})
    faults = [Fault(f"/{key}", "unknown", _("Unknown key.")) for key in sorted(set(data) - KEYS)]
    faults += [
        Fault(f"/{key}", "required", _("This is missing."))
        for key in ("year", "off", "source")
        if key not in data
    ]
    if faults:
        raise BadShape(_("A calendar has the keys year, country, off, on and source."), errors=faults)
    return {"country": "CN", "on": []} | data


def checked(year: int, off: list[Any], on: list[Any]) -> dict[str, list[str]]:
    """The days in order, each a date of the year, on the side it belongs to.

    Raises:
        BadShape: every day that does not fit.
    """
    if not isinstance(year, int) or not 2000 <= year <= 2100:
        raise BadShape(_("The year must be a whole number from 2000 to 2100."), code="year", pointer="/year")
    days = {"off": off, "on": on}
    faults = [fault for key, given in days.items() for day in given for fault in misfits(key, day, year)]
    both = {str(day) for day in off} & {str(day) for day in on}
    faults += [
        Fault("/on", "both", _("%(day)s is named as off and as worked.") % {"day": day}) for day in both
    ]
    if faults:
        raise BadShape(_("Some days do not fit the year."), errors=faults)
    return {key: sorted({as_date(day).isoformat() for day in given}) for key, given in days.items()}


def misfits(key: str, given: Any, year: int) -> list[Fault]:
    """Why one day cannot stand where it stands. Weekend days may be listed as off, as notices do."""
    try:
        day = as_date(given)
    except ValueError:
        return [Fault(f"/{key}", "date", _("%(day)s is no date: write 2027-02-05.") % {"day": given})]
    if day.year != year:
        return [Fault(f"/{key}", "year", _("%(day)s is not in %(year)s.") % {"day": day, "year": year})]
    if key == "on" and day.weekday() < 5:
        return [Fault(f"/{key}", "weekday", _("%(day)s is a weekday: it is worked anyway.") % {"day": day})]
    return []


def as_date(given: Any) -> dt.date:
    return given if isinstance(given, dt.date) else dt.date.fromisoformat(str(given))


@transaction.atomic
def load(
    *, year: int, off: list[Any], on: list[Any], source: str, country: str = "CN", actor: Actor | None = None
) -> Loaded:
    """Keep a published year and recalculate what it touches: one entry for the year, one for each case moved.

    Raises:
        BadShape: a day that does not fit.
    """
    who, days = actor or Actor.robot(), checked(year, off, on)
    rows = Rows()
    row = CalendarYear.objects.select_for_update().filter(year=year, country=country).first()
    values = {"days": days, "source": source, "loaded_at": now()}
    row = (
        rows.update(row, **values) if row else rows.create(CalendarYear, year=year, country=country, **values)
    )
    entry = record(actor=who, event="calendar.loaded", subject=row, rows=rows)
    return Loaded(row, recalculate(country, cause=entry.uid))


def recalculate(country: str, cause: uuid.UUID | None = None) -> int:
    """Work out due dates anew; old and new stand in an entry of the case. Returns how many changed."""
    calendar = calendar_for(country)
    found = (
        Clock.objects.running().filter(country=country, breached_at=None).order_by("pk").select_for_update()
    )
    return sum(moved(clock, calendar, cause) for clock in found)


def moved(clock: Clock, calendar: Any, cause: uuid.UUID | None) -> bool:
    """One clock; nothing is recorded where nothing changes. A term already missed is not given back."""
    old, new = (clock.due, clock.provisional), clocks.due_of(clock, calendar)
    if clock.is_overdue(now()) or old == tuple(new):
        return False
    rows = Rows()
    rows.update(clock, due=new.day, provisional=new.provisional)
    rows.facts[f"clock/{clock.pk}"] |= {"due_before": jsonable(old[0]), "provisional_before": old[1]}
    record(
        actor=Actor.robot(),
        event="clock.recalculated",
        subject=clocks.case_of(clock),
        rows=rows,
        profile=clock.profile,
        cause=cause,
    )
    return True
