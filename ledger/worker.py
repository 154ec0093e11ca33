"""The one background process: the sequencer, and beside it the robot that brings about what dates demand, the daily checks and
the asking of witnesses.

Neither ever stops for a failure: it is logged, and tried again; a database that goes away is waited for.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection

from ledger import audits, vocabulary
from ledger.journal import heartbeat
from ledger.sequencer import Fork, Sequencer
from ledger.witnesses import Asking

log = logging.getLogger("ledger.worker")
SHORTEST, LONGEST = 0.02, 0.1  # seconds between looks at an empty waiting set
ROBOT_EVERY = 5.0
WITNESSES_EVERY = 1.0
AFTER_TROUBLE = 1.0
AFTER_FORK = 30.0
PATIENCE = 10.0  # seconds the robot has to finish what it does
AUDITS_EVERY = 60.0  # seconds between looks whether a daily check is due
NICE = 10  # the checks have time; entries have not


class Worker:
    """Runs until `stop` is set.

    Args:
        checks: the command that runs the daily checks that are due.
    """

    def __init__(self, checks: Sequence[str] = (sys.executable, "manage.py", "audit")) -> None:
        self.stop, self.checks = threading.Event(), checks

    def run(self) -> None:
        """Sequence in this thread, all else in others with connections of their own."""
        others = [
            threading.Thread(target=task, name=task.__name__, daemon=True)
            for task in (self._robot, self._audits, self._witnesses)
        ]
        for other in others:
            other.start()
        self._sequence()
        for other in others:
            other.join(PATIENCE)

    def _sequence(self) -> None:
        sequencer, pause = Sequencer(), SHORTEST
        while not self.stop.wait(pause):
            try:
                worked = sequencer.step().count > 0
                pause = 0 if worked else min(LONGEST, (pause or SHORTEST) * 1.5)
            except Fork as fork:
                log.critical("the log is not signed any more: %s", fork)
                pause = AFTER_FORK
            except Exception as error:
                _report("sequencer", error)
                pause = AFTER_TROUBLE
        connection.close()

    def _robot(self) -> None:
        due = 0.0
        while not self.stop.is_set():
            if time.monotonic() >= due:
                self._round()
                due = time.monotonic() + ROBOT_EVERY
            self.stop.wait(0.2)
        connection.close()

    def _witnesses(self) -> None:
        """Strangers over a network: however long they take, nothing here waits for them."""
        asking = Asking()
        while not self.stop.wait(WITNESSES_EVERY):
            close_old_connections()
            self._call(asking.step)
        connection.close()

    def _round(self) -> None:
        """Call everything once; what fails does not keep the others from running."""
        for task in [heartbeat, *vocabulary.ROBOT_RUNS]:
            if self.stop.is_set():
                return
            close_old_connections()
            self._call(task)

    def _audits(self) -> None:
        while not self.stop.wait(AUDITS_EVERY):
            self._call(self._audit)

    def _audit(self) -> int:
        """Run what is due in a process of its own: hours of computing would hold up the threads here."""
        try:
            if not audits.due():
                return 0
        finally:
            connection.close()
        child = subprocess.Popen(
            self.checks, cwd=settings.ROOT, stdin=subprocess.DEVNULL, start_new_session=True
        )
        os.setpriority(os.PRIO_PROCESS, child.pid, NICE)
        while child.poll() is None:
            if self.stop.wait(0.2):
                child.terminate()
                child.wait()
                return 0
        if child.returncode:
            log.error("the daily checks ended with %s", child.returncode)
        return 1

    def _call(self, task: Callable[[], int]) -> None:
        try:
            task()
        except Exception as error:
            _report(f"{task.__module__}.{getattr(task, '__name__', task)}", error)


def _report(who: str, error: Exception) -> None:
    """One line for a database that is away, the whole story for a mistake of ours; then connect anew."""
    if isinstance(error, OperationalError | InterfaceError):
        log.error(
            "%s: the database is away: %s", who, str(error).strip().splitlines()[0] if str(error) else error
        )
    else:
        log.error("%s failed", who, exc_info=error)
    try:
        connection.close()
    except Error:
        pass
