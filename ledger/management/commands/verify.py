"""`manage.py verify`: recompute the whole log from the rows. 0 = verified, 1 = FAILED, 2 = could not tell."""

import json
import sys
import time
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger.audit import Audit, Fault, Undecided

VERIFIED, FAILED, UNDECIDED = 0, 1, 2


class Command(BaseCommand):
    help = "Recompute the log from its rows and name the first fault. Exit code 0 verified, 1 FAILED, 2 could not tell."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        audit = Audit()
        code, verdict = self._run(audit, show=sys.stdout.isatty() and not options["json"])
        report = asdict(audit.report) | verdict | {"seconds": round(time.monotonic() - began, 2)}
        self.stdout.write(json.dumps(report, ensure_ascii=False) if options["json"] else text_of(report))
        if code != VERIFIED:
            sys.exit(code)

    def _run(self, audit: Audit, *, show: bool) -> tuple[int, dict[str, Any]]:
        columns = (TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(), disable=not show, transient=True) as progress:
            task = progress.add_task("", total=None)
            audit.step = lambda done, total: progress.update(task, completed=done, total=total)
            try:
                audit.run()
            except Fault as fault:
                found = {"what": fault.what, "index": fault.index, "says": str(fault)}
                return FAILED, {"verdict": "failed", "fault": found}
            except (Undecided, Error, ImproperlyConfigured, OSError) as error:
                return UNDECIDED, {"verdict": "undecided", "reason": str(error).strip()}
        return VERIFIED, {"verdict": "verified"}


def text_of(report: dict[str, Any]) -> str:
    """The verdict in one line for people."""
    if report["verdict"] == "failed":
        return f"FAILED after {report['checked']} of {report['size']} entries. {report['fault']['says']}"
    if report["verdict"] == "undecided":
        return f"Could not tell: {report['reason']}"
    return (
        f"Verified: {report['size']} entries, {report['checkpoints']} checkpoints, "
        f"{report['rows']} rows that name their entry, {report['erased']} parts erased, "
        f"{report['waiting']} entries still without an index; root {report['root']}; {report['seconds']} s"
    )
