"""`manage.py permission_table`: write docs/permissions.md from the machines."""

from typing import Any

from django.core.management.base import BaseCommand

from ledger.permissions import PATH, table


class Command(BaseCommand):
    """The table is data made into words; nobody edits it."""

    help = "Write docs/permissions.md from the state machines."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.parent.mkdir(exist_ok=True)
        PATH.write_text(table(), encoding="utf-8")
        self.stdout.write(str(PATH))
