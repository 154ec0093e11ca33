"""`manage.py token USERNAME`: print one API token, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.access import act_as, default_actor
from ledger.commands import issue_token
from ledger.errors import Refusal
from ledger.models import Organisation, User


class Command(BaseCommand):
    """Issue a token for a person in the organisation they act for."""

    help = "Print one API token of a person, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--organisation", type=int, help="number of the organisation; default: the person's first one"
        )
        parser.add_argument("--scopes", nargs="*", default=["*"], help='nouns it may write; default "*"')
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"no active person has the user name {options['username']!r}")
        house = options["organisation"]
        try:
            actor = (
                act_as(user, Organisation.objects.filter(pk=house).first()) if house else default_actor(user)
            )
            _token, secret = issue_token(
                actor=actor, name="manage.py token", scopes=options["scopes"], days=options["days"]
            )
        except Refusal as refusal:
            raise CommandError(str(refusal.detail)) from refusal
        self.stdout.write(secret)
