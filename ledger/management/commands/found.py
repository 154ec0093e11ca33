"""`manage.py found NAME --admin USERNAME …`: enter the first body of a book of one's own, with its administrator."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from ledger.actor import Actor
from ledger.commands import found_register, register_person
from ledger.errors import Refusal
from ledger.models import Organisation, User


class Command(BaseCommand):
    """The operator's one act that no person above could do."""

    help = "Enter a registry body and its first administrator into a book of one's own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--admin", required=True, help="user name; a new account asks for its password")
        parser.add_argument("--region", default="000000", help="GB/T 2260; 000000 = the whole country")
        parser.add_argument("--uscc", default="", help="unified social credit code")
        parser.add_argument("--kind", default="institution", choices=Organisation.Kind.values)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                body = found_register(
                    actor=Actor.robot(), admin=self.person(options["admin"]), name=options["name"], kind=options["kind"],
                    region=options["region"], scheme="uscc" if options["uscc"] else "none", identifier=options["uscc"],
                    registry_body=True, sharing_authority=True,
                )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(
                " ".join([str(refusal.detail), *(str(fault.message) for fault in refusal.errors)])
            ) from refusal
        self.stdout.write(f"{body.name} ({body.pk}): {options['admin']}")

    def person(self, username: str) -> User:
        """The administrator's account, made when it is not there."""
        known = User.objects.filter(username=username, is_active=True).first()
        return known or register_person(
            actor=Actor.robot(), username=username, password=getpass(f"password of {username}: ")
        )
