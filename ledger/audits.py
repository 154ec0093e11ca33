"""The daily checks: `verify` and `replay`, their outcome kept in a table, and a finding recorded as an entry.

They read the whole log, so the worker runs them in a process of their own (`manage.py audit`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, transaction

from ledger.actor import Actor
from ledger.audit import Audit, Fault, Undecided
from ledger.clock import now
from ledger.journal import record
from ledger.models import AuditRun, Head
from ledger.replay import Replay
from ledger.rows import Rows

log = logging.getLogger("ledger.audits")
Kind, Verdict = AuditRun.Kind, AuditRun.Verdict
EVERY = dt.timedelta(hours=24)
#: A run that was broken off is begun again after so long.
AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """What a check came to; the names are AuditRun's columns."""

    verdict: str
    size: int = 0
    entries: int = 0
    differences: int = 0
    found: list[dict[str, Any]] = field(default_factory=list)
    finding: str = ""


def verified() -> Outcome:
    """The log by itself; it ends at the first fault."""
    audit = Audit()
    try:
        audit.run()
    except Fault as fault:
        named = {"what": fault.what, "index": fault.index, "says": str(fault)}
        finding = hashlib.sha256(f"{fault.what} {fault}".encode()).hexdigest()
        return Outcome(Verdict.FAULTY, audit.report.size, audit.report.checked, 1, [named], finding)
    return Outcome(Verdict.SOUND, audit.report.size, audit.report.checked + audit.report.waiting)


def replayed() -> Outcome:
    """The book against the log."""
    report = Replay().run()
    entries = report.size + report.waiting
    if not report.differences:
        return Outcome(Verdict.SOUND, report.size, entries)
    named = [
        {name: value for name, value in asdict(one).items() if name not in ("log", "table")}
        for one in report.first
    ]
    return Outcome(Verdict.FAULTY, report.size, entries, report.differences, named, report.finding)


CHECKS: dict[str, Callable[[], Outcome]] = {Kind.VERIFY: verified, Kind.REPLAY: replayed}


def due() -> list[str]:
    """The checks whose last whole run began a day ago, and that nobody began a moment ago."""
    moment = now()
    done = AuditRun.objects.filter(began_at__gt=moment - EVERY).exclude(ended_at=None)
    begun = AuditRun.objects.filter(began_at__gt=moment - AGAIN)
    fresh = {*done.values_list("kind", flat=True), *begun.values_list("kind", flat=True)}
    return [kind for kind in CHECKS if kind not in fresh]


def conduct(kind: str) -> AuditRun:
    """Run one check and keep how it ended; what it finds for the first time becomes an entry."""
    run = AuditRun.objects.create(kind=kind, began_at=now())
    try:
        outcome = CHECKS[kind]()
    except (Undecided, Error, ImproperlyConfigured, OSError) as error:
        log.error("%s could not tell: %s", kind, error)
        outcome = Outcome(Verdict.UNDECIDED, found=[{"what": "undecided", "says": str(error).strip()}])
    with transaction.atomic():
        if outcome.verdict == Verdict.FAULTY and outcome.finding != last_finding(kind):
            enter(kind, outcome)
        for name, value in vars(outcome).items():
            setattr(run, name, value)
        run.ended_at = now()
        run.save()
    return run


def last_finding(kind: str) -> str:
    """What the last run that could tell had found."""
    told = AuditRun.objects.ended().filter(kind=kind).exclude(verdict=Verdict.UNDECIDED).first()
    return told.finding if told else ""


def enter(kind: str, outcome: Outcome) -> None:
    """Record a finding: rows can be put right or removed afterwards, the entry stays."""
    log.critical("%s: %s things do not fit, the first: %s", kind, outcome.differences, outcome.found[:1])
    head, rows = Head.objects.get(), Rows()
    rows.facts[f"head/{head.pk}"] = {
        "audit": str(kind),
        "differences": outcome.differences,
        "finding": outcome.finding,
        "found": outcome.found,
    }
    record(actor=Actor.robot(), event="log.audit_failed", subject=head, rows=rows)


def newest() -> list[AuditRun]:
    """The last whole run of each check."""
    runs = (AuditRun.objects.ended().filter(kind=kind).first() for kind in CHECKS)
    return [run for run in runs if run]
