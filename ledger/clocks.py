"""Starting, pausing, extending and ending the clocks of a case. Every write goes through the caller's `Rows`,
so that it stands in the caller's entry; only a breach and a recalculation are entries of their own.

The start day is not counted. On a pause a *maximum* has used the pause day, a *minimum* (a notice) has not;
on a resumption neither counts the day itself.
"""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.db import models, transaction

from ledger.actor import Actor
from ledger.calendar import DAY, Calendar, Due, calendar_for
from ledger.clock import now, today
from ledger.journal import record
from ledger.models import Clock
from ledger.models.clocks import subject_of
from ledger.policy import Limit, pinned
from ledger.rows import Rows

Kind = Clock.Kind


def start(
    rows: Rows,
    subject: models.Model,
    limit: Limit,
    rule: str = "",
    profile: str = "",
    on: dt.date | None = None,
) -> Clock:
    """Start a clock of a case on a day (today)."""
    day = on or today()
    country = pinned(profile).country if profile else "CN"
    found = fresh_due(calendar_for(country), day, limit.amount, limit.unit)
    return rows.create(
        Clock,
        subject=subject_of(subject),
        subject_id=subject.pk,
        rule=rule or limit.key,
        basis=pinned(profile).cite(limit, "zh") if profile else limit.article,
        profile=profile,
        kind=limit.kind,
        unit=limit.unit.value,
        amount=limit.amount,
        country=country,
        started=day,
        running_since=day,
        due=found.day,
        provisional=found.provisional,
    )


def pause(rows: Rows, clock: Clock, on: dt.date | None = None) -> Clock:
    """Stop the count."""
    if not clock.is_live or clock.running_since is None:
        return clock
    used = used_by(clock, on or today(), calendar_for(clock.country))
    return rows.update(clock, used=used, **missed(clock), running_since=None)


def resume(rows: Rows, clock: Clock, on: dt.date | None = None) -> Clock:
    """Let the rest run on from a day (today). A notice that had run its whole term keeps its last day."""
    if not clock.is_paused:
        return clock
    day = on or today()
    rest = clock.total - clock.used
    if rest == 0 and clock.kind == Kind.MINIMUM:
        return rows.update(clock, running_since=day)
    found = fresh_due(calendar_for(clock.country), day, rest, clock.unit)
    return rows.update(clock, running_since=day, due=found.day, provisional=found.provisional)


def extend(rows: Rows, clock: Clock, days: int) -> Clock:
    """Add days to the term: they run from the old due date."""
    late = missed(clock)
    clock.extended += days
    if clock.running_since is None:
        return rows.update(clock, extended=clock.extended)
    found = due_of(clock, calendar_for(clock.country))
    return rows.update(clock, extended=clock.extended, due=found.day, provisional=found.provisional, **late)


def meet(rows: Rows, clock: Clock) -> Clock:
    """What the clock waited for has happened."""
    if not clock.is_live:
        return clock
    return rows.update(clock, **missed(clock), met_at=now())


def cancel(rows: Rows, clock: Clock) -> Clock:
    """What the clock waited for is no longer wanted."""
    if not clock.is_live:
        return clock
    return rows.update(clock, **missed(clock), cancelled_at=now())


def cancel_all(rows: Rows, subject: models.Model) -> None:
    """The case is over: none of its clocks runs on."""
    for clock in Clock.objects.of(subject).live():
        cancel(rows, clock)


def running(subject: models.Model, rule: str) -> Clock | None:
    """The live clock of a case under a rule, paused or not; the newest if there were several."""
    return Clock.objects.of(subject).live().filter(rule=rule).order_by("-pk").first()


def overdue_subjects(model_name: str, rule: str, moment: dt.datetime) -> models.QuerySet[Clock, int]:
    """The primary keys of the cases whose clock under a rule has run out, as a subquery."""
    overdue = Clock.objects.overdue(moment).filter(rule=rule, subject__startswith=f"{model_name}:")
    return overdue.order_by().values_list("subject_id", flat=True)


# Arithmetic -------------------------------------------------------------------------------------------


def fresh_due(calendar: Calendar, start: dt.date, amount: int, unit: str) -> Due:
    """The last day of a term to act by; in calendar units it moves on from a day off (Civil Code 203)."""
    found = calendar.add(start, amount, unit)
    return found if unit == "WD" else calendar.roll(found.day)


def used_by(clock: Clock, day: dt.date, calendar: Calendar) -> int:
    """How much of the term is used when the clock is paused on `day`."""
    assert clock.running_since is not None
    upto = day if clock.kind != Kind.MINIMUM else day - DAY
    match clock.unit:
        case "WD":
            spent = calendar.working_days_between(clock.running_since, upto)
        case "CD":
            spent = max(0, (upto - clock.running_since).days)
        case _:
            raise ValueError(f"{clock.rule}: a term in months or years cannot be paused")
    return min(clock.used + spent, clock.total)


def due_of(clock: Clock, calendar: Calendar) -> Due:
    """The due date of a running clock as the calendar stands now."""
    assert clock.running_since is not None
    return fresh_due(calendar, clock.running_since, clock.total - clock.used, clock.unit)


# What a date brings about -----------------------------------------------------------------------------


def case_of(clock: Clock) -> models.Model:
    """The case a clock belongs to; the clock itself where the case is gone (a discarded draft)."""
    name = clock.subject.partition(":")[0]
    model = next((model for model in apps.get_models() if model._meta.model_name == name), None)
    found = model._default_manager.filter(pk=clock.subject_id).first() if model else None
    return found or clock


def missed(clock: Clock) -> dict[str, dt.datetime]:
    """The breach to keep when an act comes too late, before the robot has seen it; its entry follows."""
    late = clock.kind == Kind.MAXIMUM and clock.breached_at is None and clock.is_overdue(now())
    return {"breached_at": clock.ends_at} if late else {}


def record_breaches() -> int:
    """Record every missed term that has no entry yet; each in a transaction of its own. Returns how many."""
    found = Clock.objects.unrecorded(now()).order_by("pk").values_list("pk", flat=True)
    return sum(record_breach(pk) for pk in list(found))


@transaction.atomic
def record_breach(pk: int) -> bool:
    """One clock, locked and looked at again: another process may have been quicker."""
    clock = Clock.objects.unrecorded(now()).select_for_update(skip_locked=True).filter(pk=pk).first()
    if clock is None:
        return False
    rows = Rows()
    rows.update(clock, breached_at=clock.breached_at or clock.ends_at, breach_recorded=True)
    record(
        actor=Actor.robot(), event="clock.breached", subject=case_of(clock), rows=rows, profile=clock.profile
    )
    return True
