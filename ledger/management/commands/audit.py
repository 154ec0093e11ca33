"""`manage.py audit`: run the daily checks that are due, and keep how they ended; the worker calls it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ledger import audits


class Command(BaseCommand):
    help = "Run the daily checks that are due (verify, replay) and keep how they ended, for the page /log/audits/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="run all of them, due or not")

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in list(audits.CHECKS) if options["now"] else audits.due():
            run = audits.conduct(kind)
            self.stdout.write(f"{kind}: {run.verdict}, {run.entries} entries, {run.differences} differences")
