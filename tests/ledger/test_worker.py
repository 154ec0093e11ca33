"""The worker: a sequencer and a robot that nothing stops but a signal."""

import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.db import connection, transaction

from ledger import journal, keys, vocabulary, worker
from ledger.actor import Actor
from ledger.audit import Audit
from ledger.models import Head, Organisation
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
    assert wait_for(lambda: Head.objects.get().size == 1)
    (keys.folder() / "high_water").write_text("x\n")
    write()
    assert wait_for(lambda: "not signed any more" in caplog.text)
    seen = working.calls.count("counting")  # type: ignore[attr-defined]
    assert wait_for(lambda: working.calls.count("counting") > seen)  # type: ignore[attr-defined]


def test_the_command_ends_on_sigterm():
    program = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'ledger.settings'; django.setup();"
        "from django.db import connections; connections['default'].settings_dict.update(NAME=sys.argv[1], HOST=sys.argv[2]);"
        "from django.conf import settings; from pathlib import Path; settings.VAR = Path(sys.argv[3]);"
        "from django.core.management import call_command; call_command('worker')"
    )
    place = connection.settings_dict
    process = subprocess.Popen(
        [sys.executable, "-c", program, place["NAME"], place["HOST"], settings.VAR], cwd=settings.ROOT
    )
    try:
        assert wait_for(lambda: Head.objects.get().size == 1, 30)  # a heartbeat
        write()
        assert wait_for(lambda: Head.objects.get().size == 2)
        process.terminate()
        assert process.wait(15) == 0
    finally:
        process.kill()
    assert Audit().run().checked == 2
