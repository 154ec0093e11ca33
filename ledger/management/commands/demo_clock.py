"""Move a demonstration's clock ahead by working days."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import demonstration
from ledger.errors import Refusal
from ledger.models.clocks import ZONE


class Command(BaseCommand):
    help = "Move the clock of a demonstration ahead; refused on a real book. The move is itself an entry."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--working-days", type=int, required=True, help="how many working days ahead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moment = demonstration.move(options["working_days"])
        except Refusal as refusal:
            raise CommandError(" ".join(filter(None, (str(refusal.detail), str(refusal.remedy)))))
        self.stdout.write(f"It is now {moment.astimezone(ZONE):%a %Y-%m-%d %H:%M} here.")
