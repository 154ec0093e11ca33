"""Load a year's published holidays; provisional dates become certain."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import calendars
from ledger.errors import Refusal

HELP = """Load a year's holidays from a TOML file:

  year = 2027
  source = "the notice they are taken from"
  off = ["2027-01-01"]      # days off; weekend days may be listed too
  on = ["2027-02-14"]       # weekend days that are worked
  country = "CN"            # the default

Running terms that the year touches are recalculated; old and new dates stand in entries of their cases."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            loaded = calendars.load(**calendars.read(path))
        except Refusal as refusal:
            places = [f"{fault.pointer.lstrip('/')}: {fault.message}" for fault in refusal.errors]
            raise CommandError("\n".join([str(refusal.detail), *places]))
        self.stdout.write(f"{loaded.year} loaded; {loaded.moved} running terms recalculated.")
