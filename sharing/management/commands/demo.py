"""`manage.py demo`: load the demonstration book into an empty database and print its accounts, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from rich.console import Console
from rich.progress import Progress

from ledger import demonstration
from ledger.clock import now
from ledger.models import Organisation
from sharing.demonstration import lives, people, registrations
from sharing.demonstration.stage import Stage

ACCOUNTS_FILE = "demo_accounts.txt"


class Command(BaseCommand):
    """Everything is made through commands under the injected clock, in one transaction: all of it or nothing."""

    help = "Load the demonstration book into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="print no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        if Organisation.objects.exists():
            raise CommandError(
                "the database is not empty: the demonstration is loaded into an empty one only"
            )
        stage = Stage(opening=now())
        with (
            Progress(console=Console(stderr=True), disable=options["quiet"]) as progress,
            transaction.atomic(),
        ):
            task = progress.add_task("demonstration book", total=5)
            with stage.moment(70):
                demonstration.open_book()
                people.enter(stage)
            progress.advance(task)
            private = registrations.group(stage)
            progress.advance(task)
            governed = registrations.bureau(stage)
            progress.advance(task)
            lives.group(stage, private)
            progress.advance(task)
            lives.departments(stage, governed)
            progress.advance(task)
            self.keep(stage)  # before the commit: a book nobody can enter would be of no use

    def keep(self, stage: Stage) -> None:
        """Print the accounts and keep them for the owner of this installation only."""
        lines = [
            f"{username:16} {password}   {people.ACCOUNTS[username]}"
            for username, password in stage.passwords.items()
        ]
        path = settings.VAR / ACCOUNTS_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.stdout.write("\n".join(lines))
