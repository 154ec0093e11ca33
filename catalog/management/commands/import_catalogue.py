"""Take over a source catalogue: `manage.py import_catalogue FILE --as IDENTIFIER`."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from catalog.commands import import_catalogue
from catalog.exchange.reading import FORMATS, read_catalogue
from catalog.exchange.record import Reading
from catalog.exchange.refusals import FileRefused
from catalog.exchange.report import Report, told
from ledger.actor import Actor
from ledger.models import Organisation

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
#: Refusals shown on the screen; --report holds all of them.
SHOWN = 20


class Command(BaseCommand):
    help = "Take over the records of another catalogue as listed datasets; repeatable without duplicates."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="data.json, a portal's JSON, CSV or a workbook")
        parser.add_argument(
            "--as", dest="identifier", required=True, help="short name of the source, e.g. luzhou"
        )
        parser.add_argument("--format", choices=FORMATS, default="auto")
        parser.add_argument(
            "--title", default="", help="what the source is called, where the file does not say"
        )
        parser.add_argument(
            "--owner-kind",
            choices=Organisation.Kind.values,
            default="department",
            help="what the owners it names are",
        )
        parser.add_argument("--dry-run", action="store_true", help="only compare and count")
        parser.add_argument("--report", type=Path, help="write every refusal and remark to this JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        if not IDENTIFIER.fullmatch(options["identifier"]):
            raise CommandError(_("--as: use small letters, digits and hyphens, e.g. luzhou"))
        try:
            reading = read_catalogue(contents(options["file"]), options["format"])
        except FileRefused as refusal:
            write(options["report"], {"source": options["identifier"], "file_refused": told(refusal.refused)})
            raise CommandError(str(refusal), returncode=1)
        console = Console(file=getattr(self.stdout, "_out", None))
        report = run(reading, options, console)
        write(options["report"], report.as_json())
        show(report, console)


def contents(file: Path) -> bytes:
    """The whole file, if it is there and not too large."""
    try:
        if file.stat().st_size > settings.MAX_UPLOAD:
            raise FileRefused("file_too_large", value=f"{settings.MAX_UPLOAD // 2**20} MiB")
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}")


def run(reading: Reading, options: dict[str, Any], console: Console) -> Report:
    """Import with a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(options["identifier"], total=reading.total)
        return import_catalogue(
            actor=Actor.robot(),
            identifier=options["identifier"],
            reading=reading,
            title=options["title"],
            owner_kind=options["owner_kind"],
            dry_run=options["dry_run"],
            progress=lambda done: bar.advance(task, done),
        )


def write(file: Path | None, content: dict[str, Any]) -> None:
    """Write the report for programs, where one was asked for."""
    if file:
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def show(report: Report, console: Console) -> None:
    """Tell a person what happened: counts, reasons, the first refusals with their places."""
    known = f", {report.portal}" if report.portal else ""
    console.print(f"{report.source}: {report.format}{known} {report.encoding}", highlight=False)
    counts = Table(_("taken"), _("changed"), _("unchanged"), _("repeated"), _("kept"), _("refused"), _("all"))
    counts.add_row(*map(str, report.counts.values()), str(report.total))
    console.print(counts)
    if report.organisations:
        console.print(_("%(count)d organisations entered, unverified.") % {"count": report.organisations})
    for note in report.notes:
        console.print(note.message, highlight=False, markup=False)
    for (code, field), count in report.omissions.items():
        console.print(f"{count} × {field}: {code}", highlight=False, markup=False)
    for refusal in report.refused[:SHOWN]:
        console.print(f"{refusal.place}: {refusal.message} {refusal.remedy}", highlight=False, markup=False)
    if len(report.refused) > SHOWN:
        more = {"count": len(report.refused) - SHOWN}
        console.print(_("… and %(count)d more; --report FILE.json lists all of them.") % more)
    if report.dry_run:
        console.print(_("Dry run: nothing was written."))
    speed = {"seconds": f"{report.seconds:.1f}", "speed": report.per_second}
    console.print(_("%(seconds)s s, %(speed)d records/s.") % speed)
