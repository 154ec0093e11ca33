"""`manage.py replay`: rebuild the book from the log and compare. 0 = agrees, 1 = DIFFERS, 2 = could not tell."""

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

from ledger.replay import Replay, Undecided

AGREES, DIFFERS, UNDECIDED = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Rebuild every recorded row from the log's entries and name what the tables say otherwise."
        " Exit code 0 agrees, 1 DIFFERS, 2 could not tell."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--most", type=int, default=20, help="how many differences are named (20)")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        replay = Replay(most=max(0, options["most"]))
        verdict = self._run(replay, show=sys.stdout.isatty() and not options["json"])
        report = asdict(replay.report) | verdict | {"seconds": round(time.monotonic() - began, 2)}
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write("\n".join([text_of(report), *map(str, replay.report.first)]))
        if code := {"agrees": AGREES, "differs": DIFFERS}.get(report["verdict"], UNDECIDED):
            sys.exit(code)

    def _run(self, replay: Replay, *, show: bool) -> dict[str, Any]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(), disable=not show, transient=True) as progress:
            task = progress.add_task("entries", total=None)
            replay.step = lambda what, done, total: progress.update(
                task, description=what, completed=done, total=total
            )
            try:
                replay.run()
            except (Undecided, Error, ImproperlyConfigured, OSError) as error:
                return {"verdict": "undecided", "reason": str(error).strip()}
        return {"verdict": "differs" if replay.report.differences else "agrees"}


def text_of(report: dict[str, Any]) -> str:
    """The verdict in one line for people."""
    if report["verdict"] == "undecided":
        return f"Could not tell: {report['reason']}"
    entries = f"{report['size']} entries and {report['waiting']} that wait for an index"
    if report["verdict"] == "differs":
        named = f"the first {len(report['first'])} of them:" if report["first"] else ""
        return f"DIFFERS: {report['differences']} found between the tables and {entries}; {named}".rstrip(
            "; "
        )
    return (
        f"Agrees: {entries} give the {report['rows']} rows and {report['columns']} columns of the tables, "
        f"{report['erased']} not comparable: erased, {report['untold']} never told of and at their default; "
        f"{report['seconds']} s"
    )
