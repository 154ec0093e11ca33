"""The worker: a sequencer, a robot and daily checks that nothing stops but a signal."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection, transaction

from ledger import journal, keys, vocabulary, worker
from ledger.actor import Actor
from ledger.audit import Audit
from ledger.models import AuditRun, Head, Organisation
from ledger.rows import Rows

pytestmark = pytest.mark.django_db(transaction=True)


def write() -> None:
    with transaction.atomic():
        about = Organisation(pk=1)
        journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=Rows())


def wait_for(true: object, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.02)
    return bool(found)


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch):
    """A worker in a thread, with a robot whose first call fails."""
    calls = []

    def failing() -> int:
        calls.append("failing")
        raise ValueError("on purpose")

    def counting() -> int:
        calls.append("counting")
        return 0

    monkeypatch.setattr(vocabulary, "ROBOT_RUNS", [failing, counting])
    monkeypatch.setattr(worker, "ROBOT_EVERY", 0.3)
    monkeypatch.setattr(worker, "AFTER_TROUBLE", 0.05)
    one = worker.Worker()
    thread = threading.Thread(target=one.run)
    thread.start()
    one.calls = calls  # type: ignore[attr-defined]
    yield one
    one.stop.set()
    thread.join(15)
    assert not thread.is_alive()


def test_the_worker_sequences_and_calls_the_robot_whatever_fails(
    working: worker.Worker, caplog: pytest.LogCaptureFixture
):
    write()
    assert wait_for(lambda: journal.history(Organisation(pk=1))[0].checkpoint)
    assert wait_for(lambda: working.calls.count("counting") > 1)  # type: ignore[attr-defined]
    assert "on purpose" in caplog.text


def test_the_worker_survives_a_lost_connection(working: worker.Worker):
    assert wait_for(lambda: Head.objects.get().size == 1)  # a heartbeat
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    write()
    assert wait_for(lambda: Head.objects.get().size == 2)


def test_the_worker_goes_on_without_a_signature_when_the_log_is_forked(
    working: worker.Worker, caplog: pytest.LogCaptureFixture
):
    mark = keys.folder() / "high_water"
    # It is raised after the commit: spoilt before, it would be made good again.
    assert wait_for(lambda: mark.exists() and mark.read_text().split("\n")[1] == "1")
    mark.write_text("x\n")
    write()
    assert wait_for(lambda: "not signed any more" in caplog.text)
    seen = working.calls.count("counting")  # type: ignore[attr-defined]
    assert wait_for(lambda: working.calls.count("counting") > seen)  # type: ignore[attr-defined]


#: Django against the database of the tests, in a process of its own.
PROGRAM = (
    "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'ledger.settings'; django.setup();"
    "from django.db import connections; connections['default'].settings_dict.update(NAME=sys.argv[1], HOST=sys.argv[2]);"
    "from django.conf import settings; from pathlib import Path; settings.VAR = Path(sys.argv[3]);"
    "from django.core.management import call_command; call_command(sys.argv[4])"
)


def command_of(name: str) -> list[str]:
    """A management command on the tests' database."""
    place = connection.settings_dict
    return [sys.executable, "-c", PROGRAM, place["NAME"], place["HOST"], str(settings.VAR), name]


@contextmanager
def checking(monkeypatch: pytest.MonkeyPatch, *checks: str) -> Iterator[None]:
    """A worker whose daily checks are this command."""
    monkeypatch.setattr(worker, "AUDITS_EVERY", 0.2)
    one = worker.Worker(checks)
    thread = threading.Thread(target=one.run)
    thread.start()
    yield
    one.stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_the_worker_runs_the_daily_checks_once(monkeypatch: pytest.MonkeyPatch):
    with checking(monkeypatch, *command_of("audit")):
        assert wait_for(lambda: AuditRun.objects.ended().count() == 2, 60)
        time.sleep(1)
    assert {run.kind for run in AuditRun.objects.all()} == {"verify", "replay"}
    assert AuditRun.objects.count() == 2


def test_long_checks_hold_up_nothing_and_end_with_the_worker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    mark = tmp_path / "pid"
    program = (
        f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    with checking(monkeypatch, sys.executable, "-c", program):
        assert wait_for(lambda: mark.exists() and mark.read_text())
        child = psutil.Process(int(mark.read_text()))
        assert wait_for(lambda: child.nice() == worker.NICE)
        write()
        assert wait_for(lambda: Head.objects.get().size == 2)  # beside it a heartbeat
    assert not child.is_running()
    assert "daily checks ended" not in caplog.text


def test_checks_that_die_are_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    with checking(monkeypatch, sys.executable, "-c", "raise SystemExit(3)"):
        assert wait_for(lambda: "the daily checks ended with 3" in caplog.text)


def test_the_command_ends_on_sigterm():
    process = subprocess.Popen(command_of("worker"), cwd=settings.ROOT)
    try:
        assert wait_for(lambda: Head.objects.get().size == 1, 30)  # a heartbeat
        write()
        assert wait_for(lambda: Head.objects.get().size == 2)
        process.terminate()
        assert process.wait(15) == 0
    finally:
        process.kill()
    assert Audit().run().checked == 2
