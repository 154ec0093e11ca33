"""`manage.py policy [FILE]`: which witnesses see each checkpoint, and whose cosignatures suffice."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.actor import Actor
from ledger.commands import set_witness_policy
from ledger.errors import Refusal
from ledger.witnesses import published_policy


class Command(BaseCommand):
    """The file is a C2SP tlog-policy: lines `witness <name> <key> <address>`, `group …`, `quorum <name>|none`."""

    help = "Show the policy of witnesses, or set it from a file (- for standard input)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="witness, group and quorum lines; without it, show")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            try:
                text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text()
                set_witness_policy(actor=Actor.robot(), text=text)
            except (OSError, ValueError) as error:
                raise CommandError(str(error)) from error
            except Refusal as refusal:
                raise CommandError(str(refusal.detail)) from refusal
        self.stdout.write(published_policy(), ending="")
