"""A clean log for tests that commit. Its tables are not Django's to flush, and refuse to be emptied: the triggers
are lifted for that moment only, as nobody but the owner of the tables can."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

GUARDED = ["event", "body", "disclosure", "leaf", "tile", "head", "checkpoint", "cosignature", "witnessed"]


@contextmanager
def lifted() -> Iterator[CursorWrapper]:
    """What the owner of the tables can do: change rows while no trigger watches."""
    with connection.cursor() as cursor:
        for name in GUARDED:
            cursor.execute(f"ALTER TABLE log_{name} DISABLE TRIGGER USER")
        try:
            yield cursor
        finally:
            for name in GUARDED:
                for kind in ("guard", "stays"):
                    cursor.execute(f"ALTER TABLE log_{name} ENABLE ALWAYS TRIGGER log_{name}_{kind}")
            cursor.execute("ALTER TABLE log_event ENABLE TRIGGER log_event_enqueue")


def empty_log() -> None:
    """Forget every entry, the tree and the high-water mark, and the key with them."""
    tables = ", ".join(f"log_{name}" for name in [*GUARDED, "pending"])
    with lifted() as cursor:
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        cursor.execute("INSERT INTO log_head VALUES (1, 0, sha256(''))")
    shutil.rmtree(settings.VAR / "log", ignore_errors=True)


def commits(item: pytest.FixtureRequest) -> bool:
    """Whether this test writes for good: a transactional mark, fixture or case."""
    from django.test import TestCase, TransactionTestCase

    if item.cls and issubclass(item.cls, TransactionTestCase):
        return not issubclass(item.cls, TestCase)
    mark = item.node.get_closest_marker("django_db")
    wanted = bool(mark and (mark.kwargs.get("transaction") or (mark.args and mark.args[0])))
    return wanted or bool({"transactional_db", "live_server"} & set(item.fixturenames))


@pytest.fixture(autouse=True)
def log_left_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    if not commits(request):
        yield
        return
    blocker = request.getfixturevalue("django_db_blocker")
    request.getfixturevalue("django_db_setup")
    yield
    with blocker.unblock():
        empty_log()
        connection.close()
