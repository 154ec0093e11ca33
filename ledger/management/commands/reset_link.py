"""`manage.py reset_link USERNAME`: the path of a one-time link to a new password, where no mail goes out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.actor import Actor
from ledger.commands import open_reset
from ledger.models import User


class Command(BaseCommand):
    """The operator hands the link over in person; the log keeps that there was one."""

    help = "Print the path of a one-time link to a new password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"no active person has the user name {options['username']!r}")
        _user, path = open_reset(actor=Actor.robot(), user=user)
        self.stdout.write(path)
