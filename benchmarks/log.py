"""What the log costs: append against a plain audit row, commit → index, integration, verification.

    python benchmarks/log.py [ENTRIES]

Runs on a database of its own, made on the configured server and dropped afterwards.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")

import django

django.setup()

# E402: models can be imported only once Django is set up.
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from ledger import journal, postgres, receipts  # noqa: E402
from ledger.actor import Actor  # noqa: E402
from ledger.audit import Audit  # noqa: E402
from ledger.models import Organisation  # noqa: E402
from ledger.rows import Rows  # noqa: E402
from ledger.sequencer import Sequencer, run_all  # noqa: E402

FACTS = {
    "state": "filed",
    "title": "县域粮食产量月度统计表",
    "owner": 17,
    "code": "340121-00042",
    "note": "x" * 200,
}
ROUNDS, WRITERS = 1500, 8


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def change(number: int) -> None:
    """The business change that both kinds of history accompany."""
    execute("UPDATE bench_row SET state = state + 1 WHERE id = %s", number)


def nothing(number: int) -> None:
    with transaction.atomic():
        change(number)


def plain(number: int) -> None:
    """What most software does: one row of JSON beside the change."""
    with transaction.atomic():
        change(number)
        rows = Rows()
        rows.facts[f"row/{number}"] = FACTS
        execute(
            "INSERT INTO bench_audit (who, what, subject, facts) VALUES (%s, %s, %s, %s::jsonb)",
            "robot", "filing.accepted", f"row:{number}", json.dumps(rows.facts),
        )  # fmt: skip


def entry(number: int) -> None:
    with transaction.atomic():
        change(number)
        rows = Rows()
        rows.facts[f"row/{number}"] = FACTS
        about = Organisation(pk=number)
        journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=rows)


KINDS: dict[str, Callable[[int], None]] = {"no history": nothing, "plain audit row": plain, "entry": entry}


def p50(write: Callable[[int], None], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        write(1)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def one_writer() -> dict[str, float]:
    """Interleaved, so that all meet the same machine."""
    found: dict[str, list[float]] = {name: [] for name in KINDS}
    for _ in range(10):
        for name, write in KINDS.items():
            found[name].append(p50(write, ROUNDS // 10))
    return {name: statistics.median(times) for name, times in found.items()}


def many_writers(write: Callable[[int], None], seconds: float = 3.0) -> float:
    end = time.monotonic() + seconds

    def work(number: int) -> int:
        done = 0
        while time.monotonic() < end:
            write(number)
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(work, range(1, WRITERS + 1))) / seconds


def latency(rate: int = 200, seconds: float = 4.0) -> list[float]:
    """Commit → receipt, while a sequencer runs as the worker does."""
    done, times = threading.Event(), []

    def sequence() -> None:
        sequencer = Sequencer()
        while not done.is_set():
            if not sequencer.step().count:
                done.wait(0.02)
        connection.close()

    thread = threading.Thread(target=sequence)
    thread.start()
    for _ in range(int(rate * seconds / 10)):
        with journal.listening() as heard:
            entry(1)
        began = time.perf_counter()
        while receipts.proof_of(heard[0].uid) is None:
            time.sleep(0.001)
        times.append(time.perf_counter() - began)
        time.sleep(10 / rate)
    done.set()
    thread.join()
    return sorted(times)


def proving(rounds: int = 2000) -> list[float]:
    """One receipt's proof, of entries anywhere in the log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT uid FROM log_event ORDER BY random() LIMIT %s", [rounds])
        uids = [uid for (uid,) in cursor.fetchall()]
    times = []
    for uid in uids:
        began = time.perf_counter()
        receipts.proof_of(uid)
        times.append(time.perf_counter() - began)
    return sorted(times)


def hashing(rounds: int = 3) -> float:
    """The bare loop that no verification of as many leaves can do without: entries a second."""
    leaf = b"\0" + b"x" * 150
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        hashes = [sha256(leaf).digest() for _ in range(20_000)]
        while len(hashes) > 1:
            hashes = [sha256(b"\1" + a + b).digest() for a, b in zip(hashes[::2], hashes[1::2], strict=False)]
        best = min(best, time.perf_counter() - began)
    return 20_000 / best


def fill(count: int) -> float:
    began = time.perf_counter()
    for start in range(0, count, 5000):
        with transaction.atomic(), journal.gathered():
            for number in range(min(5000, count - start)):
                rows = Rows()
                rows.facts[f"row/{number}"] = FACTS
                about = Organisation(pk=number)
                journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=rows)
    return count / (time.perf_counter() - began)


def size_of(*tables: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size('log_' || t)) FROM unnest(%s::text[]) t", [list(tables)]
        )
        return int(cursor.fetchone()[0])


def main(entries: int) -> None:
    postgres.ensure(settings.VAR)
    settings.VAR = Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    settings.DATABASES["default"]["TEST"]["NAME"] = "bench_ledger"
    connection.settings_dict["TEST"]["NAME"] = "bench_ledger"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(entries)
    finally:
        connection.creation.destroy_test_db("ledger", verbosity=0)


def measure(entries: int) -> None:
    execute("CREATE TABLE bench_row (id bigint PRIMARY KEY, state int NOT NULL)")
    execute("INSERT INTO bench_row SELECT n, 0 FROM generate_series(1, 8) n")
    execute("CREATE TABLE bench_audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " at timestamptz DEFAULT now(), who text, what text, subject text, facts jsonb)")  # fmt: skip
    execute("CREATE INDEX ON bench_audit (subject, id)")
    single = one_writer()
    for name, seconds in single.items():
        print(
            f"{name:20} p50 {seconds * 1e3:6.3f} ms   {seconds / single['plain audit row']:.2f} × plain audit row"
        )
    rates = {name: many_writers(write) for name, write in KINDS.items()}
    for name, rate in rates.items():
        print(
            f"{name:20} {WRITERS} writers {rate:7.0f} tx/s   {rate / rates['plain audit row']:.2f} × plain audit row"
        )
    run_all()
    times = latency()
    print(
        f"commit → receipt     p50 {times[len(times) // 2] * 1e3:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.1f} ms"
    )
    print(f"gathered writing     {fill(entries):7.0f} entries/s")
    began, sequencer, count = time.perf_counter(), Sequencer(), 0
    while batch := sequencer.step().count:
        count += batch
    print(f"integration          {count / (time.perf_counter() - began):7.0f} entries/s in batches of 5,000")
    execute(
        "VACUUM ANALYZE"
    )  # as the server does by itself within minutes; without it pages are joined by guesswork
    times = proving()
    print(f"one receipt's proof  p50 {times[len(times) // 2] * 1e3:.2f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.2f} ms"
          f" among {count} entries")  # fmt: skip
    bare, began = hashing(), time.perf_counter()
    report = Audit().run()
    rate = report.checked / (time.perf_counter() - began)
    print(
        f"verification         {rate:7.0f} entries/s from rows, {rate / bare:.0%} of hashing alone ({bare:.0f}/s)"
    )
    print(f"storage              {size_of('leaf', 'tile', 'checkpoint', 'pending', 'head') / report.size:.0f} B per entry"
          f" beyond event and body ({size_of('event', 'body') / report.size:.0f} B)")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
