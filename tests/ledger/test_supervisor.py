"""The supervisor with real processes: restart, ordered end, and orphans of a killed predecessor."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ledger import supervisor
from ledger.supervisor import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"]


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, tmp_path / "up.pids", lambda text: None)
    yield made
    made.stop()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it did not happen within 10 s"
        time.sleep(0.02)


def test_it_restarts_a_killed_child_after_a_pause(
    keeper: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "SHORTEST", 0.2)
    child = Child("web", SLEEP, pause=0.2)
    keeper.start(child)
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    keeper.tend()
    assert child.process is None, "it must not be started again at once"
    until(lambda: bool(keeper.tend() or child.process))
    assert child.process is not None
    assert child.process.pid != first


def test_it_waits_longer_for_a_child_that_keeps_dying(keeper: Supervisor) -> None:
    child = Child("web", [sys.executable, "-c", "raise SystemExit(3)"], pause=1.0)
    keeper.start(child)
    pauses = []
    for _ in range(7):
        assert child.process is not None
        child.process.wait()
        child.bury(lambda text: None)
        pauses.append(child.pause)
        child.start(keeper.folder)
    assert pauses == [2, 4, 8, 16, 30, 30, 30]


def test_it_stops_all_it_started(keeper: Supervisor) -> None:
    children = [Child("web", SLEEP), Child("worker", SLEEP)]
    keeper.start(*children)
    keeper.stop()
    assert all(child.process and child.process.poll() is not None for child in children)
    assert not keeper.ledger.exists()


def test_it_insists_with_a_deaf_child(keeper: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PATIENCE", 0.5)
    child = Child("web", DEAF)
    keeper.start(child)
    assert child.process is not None
    time.sleep(0.3)  # until it has closed its ears
    keeper.stop()
    assert child.process.poll() is not None


def test_it_ends_the_orphans_of_a_killed_predecessor(keeper: Supervisor) -> None:
    orphan = Child("web", SLEEP)
    keeper.start(orphan)
    assert orphan.process is not None
    successor = Supervisor(keeper.folder, keeper.ledger, lambda text: None)
    successor.end_orphans()
    until(lambda: orphan.process is not None and orphan.process.poll() is not None)


def test_it_spares_a_stranger_with_a_reused_number(keeper: Supervisor) -> None:
    stranger = Child("web", SLEEP)
    keeper.start(stranger)
    assert stranger.process is not None
    born = psutil.Process(stranger.process.pid).create_time()
    keeper.ledger.write_text(f"[[{stranger.process.pid}, {born - 100}]]")
    Supervisor(keeper.folder, keeper.ledger, lambda text: None).end_orphans()
    assert stranger.process.poll() is None


def test_it_takes_a_torn_list_for_none(keeper: Supervisor) -> None:
    keeper.ledger.write_text("[[12")
    keeper.end_orphans()
    assert not keeper.ledger.exists()
