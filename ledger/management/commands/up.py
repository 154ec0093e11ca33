"""`manage.py up`: everything `make run` starts, in one boot process."""

import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ledger import boot, postgres
from ledger.supervisor import Child, Supervisor

WORKERS, THREADS = 2, 8
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = (
        "Prepare and run everything: database, tables, messages, static files, web, worker. Ctrl-C stops it."
    )
    requires_system_checks: list[str] = []  # the web process checks; here it would only cost time

    def handle(self, *args: Any, **options: Any) -> None:
        for ending in ENDINGS:
            if (
                ending != signal.SIGHUP or signal.getsignal(ending) != signal.SIG_IGN
            ):  # nohup keeps its meaning
                signal.signal(ending, _interrupt)
        with boot.only_one(settings.VAR):
            self._run()

    def _run(self) -> None:
        supervisor = Supervisor(settings.ROOT, settings.VAR / "up.pids", self._say)
        address = f"http://{_host_to_show()}:{settings.PORT}/"
        try:
            supervisor.end_orphans()
            boot.require_free_port(settings.HOST, settings.PORT)
            boot.note_address(settings.VAR, address)
            boot.prepare(self._say)
            supervisor.start(Child("web", _web()), Child("worker", _worker()))
            self._greet(supervisor, address)
            self._watch(supervisor)
        except KeyboardInterrupt:
            self._say("stopping")
        finally:
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            supervisor.stop()
            postgres.stop(settings.VAR)

    def _watch(self, supervisor: Supervisor) -> None:
        while True:
            time.sleep(0.5)
            supervisor.tend()
            postgres.ensure(settings.VAR)  # a killed server comes back with all that was committed

    def _greet(self, supervisor: Supervisor, address: str) -> None:
        while not _listens():
            time.sleep(0.1)
            supervisor.tend()
        accounts = settings.VAR / "demo_accounts.txt"
        self.stdout.write(f"\nOne Ledger runs at {address}   (Ctrl-C stops it)\n")
        if accounts.exists():
            self.stdout.write(f"\nDemonstration accounts (in {_short(accounts)}):\n{accounts.read_text()}")
        self.stdout.flush()

    def _say(self, text: str) -> None:
        self.stdout.write(f"· {text}")
        self.stdout.flush()


def _web() -> list[str]:
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return [
        sys.executable, "-m", "gunicorn", "ledger.wsgi:application", "--no-control-socket",
        "--bind", f"{host}:{settings.PORT}", "--workers", str(WORKERS), "--threads", str(THREADS),
        "--timeout", "120", "--graceful-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip


def _worker() -> list[str]:
    return [sys.executable, "manage.py", "worker"]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _reachable_host() -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)


def _host_to_show() -> str:
    host = _reachable_host()
    return "localhost" if host == "127.0.0.1" else f"[{host}]" if ":" in host else host


def _listens() -> bool:
    try:
        socket.create_connection((_reachable_host(), settings.PORT), timeout=1).close()
    except OSError:
        return False
    return True


def _short(path: Path) -> Path:
    return path.relative_to(settings.ROOT) if path.is_relative_to(settings.ROOT) else path
