"""`manage.py worker`: give entries their indexes, and do on time what dates demand."""

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from ledger.worker import Worker


class Command(BaseCommand):
    help = "Sequence and sign the log, and run the robot, until SIGTERM or Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()

        def end(_number: int, _frame: FrameType | None) -> None:
            worker.stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        worker.run()
