"""The log under fire: writers and sequencers are killed, the server stops at once, again and again; then all is verified.

    python benchmarks/crash.py [ENTRIES] [KILLS] [STOPS]

Eight writers and two sequencers (the second one "started by mistake") on an embedded server of their own in a scratch
folder. What a writer was told to be committed it notes outside the database: each of these entries must be there, once.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
SCRATCH = Path(tempfile.mkdtemp(prefix="ledger-crash-"))
os.environ |= {"DJANGO_SETTINGS_MODULE": "ledger.settings", "LEDGER_VAR": str(SCRATCH)}
os.environ.pop("DATABASE_URL", None)

# E402: the scratch folder must be known before the settings are read, and models can be imported only after.
import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from ledger import journal, postgres  # noqa: E402
from ledger.actor import Actor  # noqa: E402
from ledger.audit import Audit, Fault  # noqa: E402
from ledger.models import Organisation  # noqa: E402
from ledger.rows import Rows  # noqa: E402
from ledger.sequencer import Sequencer, run_all  # noqa: E402

WRITERS, SEQUENCERS = 8, 2
SERVER = postgres.embedded(SCRATCH)
#: Seconds after which a run that gets nowhere is given up.
LONGEST = 3600


class RolledBack(Exception):
    """A writer thinks better of it."""


def write(number: int) -> None:
    """Entries in transactions of one to three, one in ten rolled back; what was committed is noted."""
    random.seed(os.urandom(8))
    with open(SCRATCH / f"told-{number}", "ab", buffering=0) as told:
        while True:
            try:
                with transaction.atomic():
                    uids = [entry(number) for _ in range(random.randint(1, 3))]
                    if random.random() < 0.1:
                        raise RolledBack
                told.write(b"".join(uid.bytes for uid in uids))
            except RolledBack:
                pass
            except Exception:
                connection.close()
                time.sleep(0.1)


def entry(number: int) -> uuid.UUID:
    rows = Rows()
    rows.facts[f"row/{number}"] = {"state": "filed", "note": "x" * random.randint(0, 300)}
    about = Organisation(pk=number)
    return journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=rows).uid


def sequence(_number: int) -> None:
    """As the worker does."""
    while True:
        try:
            sequencer = Sequencer()
            while True:
                if not sequencer.step().count:
                    time.sleep(0.02)
        except Exception:
            connection.close()
            time.sleep(0.1)


def start(work: Callable[[int], None], number: int) -> int:
    """A child with connections of its own."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            work(number)
        finally:
            os._exit(1)
    return child


def kill(children: dict[int, tuple[Callable[[int], None], int]]) -> None:
    """Kill one child and start its like."""
    victim = random.choice(list(children))
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)
    work, number = children.pop(victim)
    children[start(work, number)] = work, number


def stop_at_once() -> None:
    """PostgreSQL's "immediate shutdown": no checkpoint, recovery at the next start."""
    connection.close()
    postmaster = SERVER.process()
    assert postmaster is not None
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(30)
    SERVER.ensure()


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM log_event")
        return int(cursor.fetchone()[0])


def under_fire(entries: int, kills: int, stops: int) -> tuple[int, int, float]:
    """Until there are enough of all three."""
    began, killed, stopped = time.monotonic(), 0, 0
    children = {start(write, number): (write, number) for number in range(WRITERS)}
    children |= {start(sequence, number): (sequence, number) for number in range(SEQUENCERS)}
    try:
        while time.monotonic() - began < LONGEST:
            time.sleep(random.uniform(0.05, 0.5))
            kill(children)
            killed += 1
            if killed % max(1, kills // stops) == 0:
                stop_at_once()
                stopped += 1
            if killed >= kills and stopped >= stops and count() >= entries:
                break
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return killed, stopped, time.monotonic() - began


def verdict() -> str:
    """What was told to be committed against what is there, and the log against itself."""
    run_all()
    told = [
        uuid.UUID(bytes=data[place : place + 16])
        for data in (path.read_bytes() for path in SCRATCH.glob("told-*"))
        for place in range(0, len(data) - len(data) % 16, 16)
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM log_event e JOIN log_leaf l ON l.event_id = e.id")
        there = [uid for (uid,) in cursor.fetchall()]
    audit = Audit()
    try:
        audit.run()
        fits = f"all {audit.report.checkpoints} signed checkpoints are beginnings of the log"
    except Fault as fault:
        fits = f"FAILED: {fault}"
    lost, doubled = len(set(told) - set(there)), len(there) - len(set(there))
    return f"{len(there)} entries; of {len(told)} that writers were told of, {lost} lost, {doubled} doubled; {fits}"


def main(entries: int = 100_000, kills: int = 200, stops: int = 20) -> None:
    SERVER.ensure()
    try:
        call_command("migrate", verbosity=0)
        killed, stopped, seconds = under_fire(entries, kills, stops)
        print(f"{killed} processes killed, {stopped} immediate stops in {seconds:.0f} s")
        print(verdict())
    finally:
        connection.close()
        SERVER.stop()
        shutil.rmtree(SCRATCH, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
