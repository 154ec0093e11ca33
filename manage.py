#!/usr/bin/env python
"""Entry point of every management command."""

import os
import sys


def main() -> None:
    """Run a management command; the embedded database is started by the settings that need it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
    from django.core.management import execute_from_command_line

    from ledger.postgres import ensure

    if sys.argv[1:2] not in (["makemigrations"], ["help"], ["messages"], ["up"]):
        ensure()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
