"""The one clock: every command takes its time from `now()`. Tests and demonstration books travel with `at()`.
A demonstration's clock may be ahead by its DemoClock row, which an ordinary installation never asks for.
"""

import contextvars
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import Error, connection

_fixed: contextvars.ContextVar[dt.datetime | None] = contextvars.ContextVar("fixed", default=None)
#: How long a process may go by the offset it has read.
FRESH = 1.0


class Offset:
    """The demonstration's offset as this process last read it."""

    def __init__(self) -> None:
        self.value, self.read_at = dt.timedelta(), float("-inf")

    def get(self) -> dt.timedelta:
        if time.monotonic() - self.read_at >= FRESH:
            self.value, self.read_at = self._read(), time.monotonic()
        return self.value

    def forget(self) -> None:
        """Read anew next time."""
        self.read_at = float("-inf")

    def _read(self) -> dt.timedelta:
        if not is_marked():
            return dt.timedelta()
        if connection.in_atomic_block and connection.needs_rollback:
            return self.value
        try:
            from ledger.models import DemoClock

            seconds = DemoClock.objects.values_list("offset", flat=True).first()
        except Error:  # no tables yet, or the server is away: time goes on
            return self.value
        return dt.timedelta(seconds=seconds or 0)


offset = Offset()


def now() -> dt.datetime:
    """The present, in UTC."""
    return _fixed.get() or dt.datetime.now(dt.UTC) + offset.get()


def real_now() -> dt.datetime:
    """The machine's own time, whatever a demonstration's clock says: what is vouched for before strangers."""
    return dt.datetime.now(dt.UTC)


def today(zone: str = "Asia/Shanghai") -> dt.date:
    """The present date in `zone`."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let `now()` be `moment` inside the block."""
    if moment.tzinfo is None:
        raise ValueError("say in which zone")
    token = _fixed.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _fixed.reset(token)


def is_marked() -> bool:
    """Whether this installation's folder says that it is a demonstration. The row in the database decides;
    the mark only spares every other installation the question."""
    return (settings.VAR / "demonstration").exists()


def mark_demonstration() -> bool:
    """Leave the mark where the database holds a demonstration; done when its clock is moved."""
    from ledger.models import DemoClock

    if found := DemoClock.objects.exists():
        settings.VAR.mkdir(parents=True, exist_ok=True)
        (settings.VAR / "demonstration").touch()
    offset.forget()
    return found
