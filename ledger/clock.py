"""The one clock: every command takes its time from `now()`."""

import contextvars
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

_fixed: contextvars.ContextVar[dt.datetime | None] = contextvars.ContextVar("fixed", default=None)


def now() -> dt.datetime:
    """The present, in UTC."""
    return _fixed.get() or dt.datetime.now(dt.UTC)


def today(zone: str = "Asia/Shanghai") -> dt.date:
    """The present date in `zone`."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Let `now()` be `moment` inside the block."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
