"""`manage.py keys [add | retire NUMBER]`: the keys that sign the log, and their exchange."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import keys
from ledger.actor import Actor
from ledger.commands import add_key, retire_key
from ledger.errors import Refusal


class Command(BaseCommand):
    """To exchange a key: add one, let verifiers learn it from /log/log.vkey, then retire the old one."""

    help = "Show the keys that sign the log; add one, or retire one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", nargs="?", choices=["show", "add", "retire"], default="show")
        parser.add_argument("number", nargs="?", default="", help="of the key to retire, in hex")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {
            "show": keys.load,
            "add": lambda: add_key(actor=Actor.robot()),
            "retire": lambda: retire_key(actor=Actor.robot(), number=options["number"]),
        }
        try:
            found = acts[options["act"]]()
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from refusal
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for state, known in (("signs", found.signing), ("retired", found.retired)):
            for key in known:
                self.stdout.write(f"{key.number.hex()}  {state:8} {key}")
