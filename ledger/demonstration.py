"""A demonstration's own time: it may be moved ahead, so that terms of weeks can be watched in minutes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from ledger import clock, robot
from ledger.actor import Actor
from ledger.calendar import DAY, calendar_for
from ledger.errors import PolicyRefused
from ledger.journal import record
from ledger.models import DemoClock
from ledger.models.clocks import ZONE
from ledger.rows import Rows

MOST = 2000  # working days in one step: eight years


def open_book() -> DemoClock:
    """Mark the book as a demonstration: its clock may be moved from now on. In the caller's transaction."""
    rows = Rows()
    row = rows.create(DemoClock, pk=1)
    record(actor=Actor.robot(), event="demo.opened", subject=row, rows=rows)
    return row


def move(working_days: int, actor: Actor | None = None) -> dt.datetime:
    """Move the clock ahead and let every day that passes bring about what it brings. Returns the new time.

    Raises:
        PolicyRefused: this is no demonstration, or the step is none.
    """
    before = clock.now()
    after = arrival(before, working_days)
    with transaction.atomic():
        row = DemoClock.objects.select_for_update().first()
        if row is None:
            raise PolicyRefused(
                _("This is not a demonstration: its clock shows the true time and is never moved."),
                code="no_demonstration",
                remedy=_("Use an installation that holds the demonstration book."),
            )
        rows = Rows()
        rows.update(row, offset=row.offset + round((after - before).total_seconds()))
        record(actor=actor or Actor.robot(), event="demo.clock_moved", subject=row, rows=rows)
    clock.mark_demonstration()
    live_through(before, after)
    return after


def arrival(before: dt.datetime, working_days: int) -> dt.datetime:
    """The same time of day, so many working days later."""
    if not 1 <= working_days <= MOST:
        raise PolicyRefused(_("Move by 1 to %(most)s working days.") % {"most": MOST}, code="step")
    start = before.astimezone(ZONE)
    day = calendar_for().add_working_days(start.date(), working_days).day
    return dt.datetime.combine(day, start.timetz())


def live_through(before: dt.datetime, after: dt.datetime) -> None:
    """Run the robot at each midnight passed, so that what follows from what keeps its true date."""
    day, last = before.astimezone(ZONE).date(), after.astimezone(ZONE).date()
    while day < last:
        day += DAY
        with clock.at(dt.datetime.combine(day, dt.time(second=1), ZONE)):
            robot.run_all()
    robot.run_all()
