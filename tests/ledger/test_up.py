"""`manage.py up` as a person runs it: from an empty folder to an answer, through kills, to a clean stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError

from ledger import boot, postgres

PATIENCE = 120  # seconds; the machine may be busy with other tests


@dataclass
class Installation:
    """A folder, a port, and the boot process that serves them."""

    var: Path
    port: int
    process: subprocess.Popen[str] | None = None

    def command(self) -> subprocess.Popen[str]:
        environ = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environ |= {"LEDGER_VAR": str(self.var), "PORT": str(self.port), "HOST": "127.0.0.1"}
        return subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=postgres.ROOT, env=environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def start(self) -> str:
        """Start and return what it said up to the address."""
        self.process = self.command()
        assert self.process.stdout
        said = ""
        for line in self.process.stdout:
            said += line
            if "runs at http" in line:
                return said
        raise AssertionError(f"it ended early: {said}")

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=PATIENCE) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def family(self) -> list[psutil.Process]:
        assert self.process
        return psutil.Process(self.process.pid).children(recursive=True)

    def web(self) -> psutil.Process:
        return next(found for found in self.family() if "ledger.wsgi:application" in found.cmdline())

    def close(self) -> None:
        if self.process and self.process.stdout:
            self.process.stdout.close()

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
        self.close()
        postgres.embedded(self.var).stop()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"it did not happen within {PATIENCE} s"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("up") / "账 本" / "var", free_port())
    installation.start()
    yield installation
    installation.end()


def test_it_serves_pages_from_an_empty_folder(running: Installation) -> None:
    assert running.answers()
    assert (running.var / "secret_key").stat().st_mode & 0o777 == 0o600


def test_it_refuses_a_second_run_in_the_same_folder(running: Installation) -> None:
    second = running.command()
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert "runs here already" in said
    assert str(running.port) in said
    assert running.answers(), "the first must not suffer"


def test_it_brings_back_a_killed_web_process(running: Installation) -> None:
    web = running.web()
    web.kill()
    until(lambda: not web.is_running() or web.status() == psutil.STATUS_ZOMBIE)
    until(running.answers)


def test_it_brings_back_a_killed_database(running: Installation) -> None:
    server = postgres.embedded(running.var).process()
    assert server
    server.kill()
    until(running.answers)


def test_it_recovers_from_a_killed_boot_process(running: Installation) -> None:
    assert running.process
    orphans = running.family()
    running.process.kill()
    running.process.wait()
    running.close()
    running.start()
    assert running.answers()
    assert not [left for left in orphans if left.is_running() and left.status() != psutil.STATUS_ZOMBIE]


def test_it_stops_everything_at_once_on_sigterm(running: Installation) -> None:
    assert running.process
    family = running.family()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(PATIENCE) == 0
    assert not [left for left in family if left.is_running() and left.status() != psutil.STATUS_ZOMBIE]
    assert postgres.embedded(running.var).process() is None


def test_it_names_a_used_port_and_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} is used .*PORT={port + 1} make run"):
            boot.require_free_port("127.0.0.1", port)


def test_it_names_an_impossible_host() -> None:
    with pytest.raises(CommandError, match="HOST"):
        boot.require_free_port("203.0.113.7", 8000)
