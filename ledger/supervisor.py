"""The processes of a running installation: started, restarted when they die, stopped together.

Children have sessions of their own, so Ctrl-C reaches only the supervisor, which then stops them in order.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SHORTEST, LONGEST = 1.0, 30.0  # seconds before a restart: doubled by each death soon after a start
STEADY = 60.0  # seconds of life after which a death counts as the first again
PATIENCE = 15.0  # seconds a child has to finish what it does


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = SHORTEST
    restart_at: float = 0.0

    def start(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=folder, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.began, self.restart_at = time.monotonic(), 0.0

    def bury(self, say: Callable[[str], None]) -> None:
        """Note a death and plan the next start."""
        assert self.process is not None
        lived = time.monotonic() - self.began
        self.pause = SHORTEST if lived > STEADY else min(self.pause * 2, LONGEST)
        self.restart_at = time.monotonic() + self.pause
        say(f"{self.name} ended ({self.process.returncode}); starting it again in {self.pause:.0f} s")
        self.process = None


@dataclass
class Supervisor:
    """Keeps children alive.

    Args:
        folder: where they run.
        ledger: file that remembers their numbers, so that a successor can end those of a killed supervisor.
        say: how a person is told.
    """

    folder: Path
    ledger: Path
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def start(self, *children: Child) -> None:
        self.children = list(children)
        for child in self.children:
            child.start(self.folder)
        self._remember()

    def tend(self) -> None:
        """Look after every child once."""
        for child in self.children:
            if child.process and child.process.poll() is not None:
                child.bury(self.say)
            if child.process is None and time.monotonic() >= child.restart_at:
                child.start(self.folder)
                self._remember()

    def stop(self) -> None:
        """Ask all to end, then insist."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        end([psutil.Process(process.pid) for process in running])
        for process in running:
            process.wait()
        self.ledger.unlink(missing_ok=True)

    def end_orphans(self) -> None:
        """End what a killed predecessor left: the number and the time of birth must both fit."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            end([found for pid, born in json.loads(self.ledger.read_text()) if (found := _living(pid, born))])
        self.ledger.unlink(missing_ok=True)

    def _remember(self) -> None:
        pids = [child.process.pid for child in self.children if child.process]
        born = [(pid, psutil.Process(pid).create_time()) for pid in pids if psutil.pid_exists(pid)]
        draft = self.ledger.with_suffix(".new")
        draft.write_text(json.dumps(born))
        os.replace(draft, self.ledger)


def _living(pid: int, born: float) -> psutil.Process | None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if abs(process.create_time() - born) < 0.1 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def end(processes: list[psutil.Process]) -> None:
    """Terminate the processes; after a while kill what is left, with all it started."""
    families = [member for process in processes for member in _family(process)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _gone, stubborn = psutil.wait_procs(families, timeout=PATIENCE)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=PATIENCE)


def _family(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []
