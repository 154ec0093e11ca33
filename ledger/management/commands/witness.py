"""`manage.py witness [watch KEY … | stop ORIGIN]`: this installation as a witness of other logs."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger import keys
from ledger.actor import Actor
from ledger.commands import unwatch_log, watch_log
from ledger.errors import Refusal
from ledger.models import WatchedLog


class Command(BaseCommand):
    """The other log's operator puts the key shown here, with the address https://<this site>/witness, into its policy."""

    help = "Show this witness's key and the logs it watches; watch one (give its keys), or stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", nargs="?", choices=["show", "watch", "stop"], default="show")
        parser.add_argument("what", nargs="*", help="the log's public keys, or its origin to stop")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {
            "show": lambda *_what: None,
            "watch": lambda *what: watch_log(actor=Actor.robot(), public_keys=what),
            "stop": lambda *what: [unwatch_log(actor=Actor.robot(), origin=one) for one in what],
        }
        try:
            acts[options["act"]](*options["what"])
            self.stdout.write(f"key  {keys.witness().verifier}")
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from refusal
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for one in WatchedLog.objects.filter(is_watched=True).order_by("origin"):
            when = one.cosigned_at.isoformat(timespec="seconds") if one.cosigned_at else "never"
            self.stdout.write(f"log  {one.origin}  {one.size} entries, cosigned {when}")
