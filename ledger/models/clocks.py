"""Clocks as rows, holiday calendars published after the installed package, a demonstration's shifted time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q

from ledger.calendar import DAY, TABLES, Year
from ledger.models.entered import Entered

ZONE = ZoneInfo("Asia/Shanghai")


def subject_of(model: models.Model) -> str:
    """How clocks and entries name a case: "filing:12"."""
    return f"{model._meta.model_name}:{model.pk}"


class ClockQuerySet(models.QuerySet["Clock"]):
    """Sets of clocks."""

    def of(self, case: models.Model) -> ClockQuerySet:
        return self.filter(subject=subject_of(case))

    def live(self) -> ClockQuerySet:
        """Neither met nor cancelled; paused ones included."""
        return self.filter(met_at=None, cancelled_at=None)

    def running(self) -> ClockQuerySet:
        return self.live().exclude(running_since=None)

    def overdue(self, now: dt.datetime) -> ClockQuerySet:
        """Those whose last day is over: the predicate behind `is_overdue`, as SQL."""
        return self.running().filter(due__lt=now.astimezone(ZONE).date())

    def unrecorded(self, now: dt.datetime) -> ClockQuerySet:
        """Missed, and no entry of its own says so yet. Notices and reminders cannot be missed."""
        over = Q(
            running_since__isnull=False, due__lt=now.astimezone(ZONE).date(), met_at=None, cancelled_at=None
        )
        missed = over | Q(breached_at__isnull=False)
        return self.filter(missed, kind=Clock.Kind.MAXIMUM, breach_recorded=False)


class Clock(Entered):
    """One term of one case: which rule, from when, how much is used, until when."""

    class Kind(models.TextChoices):
        MAXIMUM = "maximum"
        MINIMUM = "minimum"
        REMINDER = "reminder"

    subject = models.CharField(max_length=80)  # "filing:12"
    subject_id = models.BigIntegerField()  # the 12 of it, for sets of cases in SQL
    rule = models.CharField(max_length=60)  # the profile's key, "filing.accept"
    basis = models.CharField(max_length=400)  # the article, in the source's own words
    profile = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind)
    unit = models.CharField(max_length=2)
    amount = models.PositiveIntegerField()
    extended = models.PositiveIntegerField(default=0)  # days added to `amount`
    country = models.CharField(max_length=2, default="CN")
    started = models.DateField()
    running_since = models.DateField(null=True)  # the start, or the last resumption; null while paused
    used = models.PositiveIntegerField(default=0)  # days used before `running_since`
    due = models.DateField()
    provisional = models.BooleanField(default=False)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breach_recorded = models.BooleanField(default=False)  # the breach has an entry of its own
    cancelled_at = models.DateTimeField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ["due", "pk"]
        indexes = [
            models.Index(fields=["subject", "rule"], name="clock_of_case"),
            # the robot: what ran out; the inbox: what is due next
            models.Index(
                fields=["rule", "due"], name="clock_live_due", condition=Q(met_at=None, cancelled_at=None)
            ),
            models.Index(fields=["due"], name="clock_unrecorded", condition=Q(breach_recorded=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject} → {self.due}"

    @property
    def total(self) -> int:
        return self.amount + self.extended

    @property
    def is_live(self) -> bool:
        return self.met_at is None and self.cancelled_at is None

    @property
    def is_paused(self) -> bool:
        return self.is_live and self.running_since is None

    @property
    def ends_at(self) -> dt.datetime:
        """00:00 after the due day."""
        return dt.datetime.combine(self.due + DAY, dt.time(), ZONE)

    def is_overdue(self, now: dt.datetime) -> bool:
        """A live, running clock whose last day is over."""
        return self.is_live and self.running_since is not None and now >= self.ends_at


class CalendarYear(Entered):
    """The holidays of a year published after the installed package; it wins over the package."""

    year = models.PositiveSmallIntegerField()
    country = models.CharField(max_length=2, default="CN")
    days = models.JSONField()  # {"off": weekdays off, "on": weekend days worked}
    source = models.CharField(max_length=300)  # the notice it is taken from
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["country", "year"]
        constraints = [models.UniqueConstraint(fields=["country", "year"], name="calendar_year_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.year}"

    def table(self) -> Year:
        on, off = (frozenset(map(dt.date.fromisoformat, self.days.get(key, []))) for key in ("on", "off"))
        return Year(off, on)


def loaded(country: str) -> dict[int, Year]:
    """The years loaded since, for ledger.calendar.TABLES."""
    return {row.year: row.table() for row in CalendarYear.objects.filter(country=country)}


TABLES.append(loaded)


class DemoClock(Entered):
    """How far a demonstration's time is ahead. The one row exists in a demonstration and nowhere else."""

    offset = models.BigIntegerField(default=0)  # seconds

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="demo_clock_once")]

    def __str__(self) -> str:
        return f"+{dt.timedelta(seconds=self.offset)}"
