"""Indexes, tree and signature: nothing lost, doubled or forked, with writers, rollbacks, crashes and twins."""

import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from ledger import journal, keys, merkle
from ledger.actor import Actor
from ledger.high_water import HighWater
from ledger.models import Checkpoint, Event, Head, Leaf, Organisation, Pending, Tile
from ledger.note import open_checkpoint
from ledger.rows import Rows
from ledger.sequencer import Fork, Sequencer, read_tile, run_all
from tests.log_tables import lifted

pytestmark = pytest.mark.django_db(transaction=True)


class Crash(Exception):
    """The process ends here."""


def write(count: int = 1, subject: int = 1) -> None:
    with transaction.atomic(), journal.gathered():
        for _ in range(count):
            about = Organisation(pk=subject)
            journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=Rows())


def demand_whole() -> int:
    """Every event has one place, the tree is made of exactly these, and every checkpoint is of this tree."""
    places = list(Leaf.objects.order_by("idx").values_list("idx", "event_id"))
    assert [idx for idx, _event in places] == list(range(len(places)))
    assert {event for _idx, event in places} == set(Event.objects.values_list("id", flat=True))
    assert not Pending.objects.exists()
    hashes = dict(Event.objects.values_list("id", "leaf_hash"))
    every = b"".join(bytes(hashes[event]) for _idx, event in places)
    head = Head.objects.get()
    assert (head.size, bytes(head.root)) == (len(places), merkle.root_of(every))
    verifier = keys.load().verifiers[0]
    for stored in Checkpoint.objects.all():
        signed = open_checkpoint(stored.note, verifier)
        assert (signed.size, signed.root) == (stored.size, merkle.root_of(every[: stored.size * merkle.HASH]))
    return len(places)


def test_it_works():
    write(3)
    sequencer = Sequencer()
    assert sequencer.step().count == 3
    assert demand_whole() == 3
    assert sequencer.step() == sequencer.step()
    assert Checkpoint.objects.count() == 1
    assert sequencer.mark.read().size == 3
    assert journal.history(Organisation(pk=1))[2].index == 2
    assert journal.history(Organisation(pk=1))[2].checkpoint == 3


def test_an_empty_log_is_signed():
    Sequencer().step()
    assert open_checkpoint(Checkpoint.objects.get().note, keys.load().verifiers[0]).root == merkle.EMPTY_ROOT
    write()
    run_all()
    assert demand_whole() == 1


def test_an_idle_log_is_not_written_to(django_assert_num_queries):
    sequencer = Sequencer()
    sequencer.step()
    with django_assert_num_queries(1):
        sequencer.step()


def test_batches_cross_tiles():
    write(700)
    sequencer = Sequencer()
    sizes = []
    while (batch := sequencer.step(most=130)).count:
        sizes.append(batch.size)
    assert sizes == [130, 260, 390, 520, 650, 700]
    assert demand_whole() == 700
    assert {(tile.level, tile.n): len(tile.hashes) // 32 for tile in Tile.objects.all()} == {
        (0, 0): 256, (0, 1): 256, (0, 2): 188, (1, 0): 2,
    }  # fmt: skip
    assert merkle.Edge.read(700, read_tile).root() == bytes(Head.objects.get().root)


def in_thread(work, *values: object) -> None:
    """Run with a connection of the thread's own, and give it back."""
    try:
        work(*values)
    finally:
        connection.close()


def test_a_late_commit_is_not_lost():
    """Its id is lower than one already sequenced; a cursor would have passed it."""
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(subject=2)
            inside.set()
            go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(in_thread, slow)
        assert inside.wait(10)
        write()
        assert run_all() == 1
        go_on.set()
        late.result()
    assert run_all() == 1
    assert demand_whole() == 2
    assert list(Leaf.objects.order_by("idx").values_list("event_id", flat=True)) == [2, 1]


def busy(seed: int, rounds: int) -> None:
    chance = random.Random(seed)
    for number in range(rounds):
        with contextlib.suppress(Crash), transaction.atomic():
            subject = chance.randrange(4)
            with connection.cursor() as cursor:  # the lock on the aggregate comes before the entry
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [subject])
            write(chance.randrange(1, 4), subject)
            with contextlib.suppress(Crash), transaction.atomic():
                write(1, subject)
                if number % 3 == 0:
                    raise Crash
            if number % 4 == 0:
                raise Crash


def test_writers_rollbacks_and_two_sequencers_at_once():
    done = threading.Event()

    def sequence() -> None:
        sequencer = Sequencer()
        while not done.is_set():
            sequencer.step(most=7)

    with ThreadPoolExecutor(6) as pool:
        twins = [pool.submit(in_thread, sequence) for _ in range(2)]
        writers = [pool.submit(in_thread, busy, seed, 40) for seed in range(4)]
        for writer in writers:
            writer.result()
        done.set()
        for twin in twins:
            twin.result()
    run_all()
    assert demand_whole() > 100
    order = dict(Leaf.objects.values_list("event_id", "idx"))
    for subject in range(4):
        events = Event.objects.filter(subject=f"organisation:{subject}").order_by("id")
        places = [order[event.pk] for event in events]
        assert places == sorted(places)


def crash(*_values: object) -> None:
    raise Crash


@pytest.mark.parametrize("step", ["_store", "_store_head"])
def test_a_crash_before_the_commit_is_as_if_nothing_happened(step: str, monkeypatch: pytest.MonkeyPatch):
    write(3)
    run_all()
    write(2)
    sequencer = Sequencer()
    sequencer.step(most=1)
    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(f"ledger.sequencer.{step}", crash)
        sequencer.step()
    assert Head.objects.get().size == 4
    assert sequencer.step().size == 5
    assert demand_whole() == 5


def test_a_mark_that_is_gone_is_missed():
    write(3)
    run_all()
    (keys.folder() / "high_water").unlink()
    with pytest.raises(Fork, match="missing"):
        Sequencer().step()


def test_a_crash_in_the_first_batch_of_all_is_made_up_for(monkeypatch: pytest.MonkeyPatch):
    write(3)
    sequencer = Sequencer()
    raise_to = HighWater.raise_to

    def crash_later(self: HighWater, note: str) -> None:
        if not note.splitlines()[1] == "0":
            raise Crash
        raise_to(self, note)

    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(HighWater, "raise_to", crash_later)
        sequencer.step()
    assert sequencer.mark.read().size == 0
    Sequencer().step()
    assert sequencer.mark.read().size == demand_whole() == 3


def test_a_mark_left_behind_is_raised(monkeypatch: pytest.MonkeyPatch):
    write(3)
    run_all()
    write(2)
    sequencer = Sequencer()
    with monkeypatch.context() as broken, pytest.raises(Crash):
        broken.setattr(HighWater, "raise_to", crash)
        sequencer.step()
    assert sequencer.mark.read().size == 3
    Sequencer().step()
    assert sequencer.mark.read().size == 5


def forget_last(count: int) -> None:
    """The state of a backup made `count` entries ago."""
    kept = Head.objects.get().size - count
    hashes = Event.objects.order_by("id").values_list("leaf_hash", flat=True)[:kept]
    edge = merkle.Edge()
    tiles = edge.extend([bytes(leaf_hash) for leaf_hash in hashes])
    with lifted() as cursor:
        cursor.execute("DELETE FROM log_event WHERE id > %s", [kept])
        cursor.execute("DELETE FROM log_leaf WHERE idx >= %s", [kept])
        cursor.execute("DELETE FROM log_checkpoint WHERE size > %s", [kept])
        cursor.execute("DELETE FROM log_tile")
        for (level, n), tile in tiles.items():
            cursor.execute("INSERT INTO log_tile VALUES (%s, %s, %s)", [level, n, tile])
        cursor.execute("UPDATE log_head SET size = %s, root = %s", [kept, edge.root()])


def test_a_restored_backup_is_not_signed():
    write(5)
    run_all()
    forget_last(2)
    with pytest.raises(Fork, match="restored from a backup"):
        Sequencer().step()
    write(2)
    with pytest.raises(Fork, match="5 entries"):
        Sequencer().step()
    assert Head.objects.get().size == 3


def test_a_damaged_tree_is_not_signed():
    write(3)
    run_all()
    with lifted() as cursor:
        cursor.execute("UPDATE log_tile SET hashes = set_byte(hashes, 40, 1 # get_byte(hashes, 40))")
    write()
    with pytest.raises(Fork, match="stored root"):
        Sequencer().step()


def test_a_mark_of_another_log_is_refused():
    write()
    run_all()
    (keys.folder() / "high_water").write_text("x\n")
    with pytest.raises(Fork, match="high_water"):
        Sequencer().step()


@pytest.mark.parametrize(
    "change",
    ["UPDATE log_tile SET hashes = hashes", "UPDATE log_tile SET hashes = 'x'::bytea || hashes", "DELETE FROM log_tile",
     "UPDATE log_leaf SET idx = 7", "DELETE FROM log_leaf", "UPDATE log_checkpoint SET note = ''",
     "DELETE FROM log_checkpoint", "UPDATE log_head SET size = size + 1", "UPDATE log_head SET size = size - 1"],
)  # fmt: skip
def test_the_database_refuses(change: str):
    write(2)
    run_all()
    with pytest.raises(DatabaseError, match=r"append-only|may only|violates"), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_key_is_made_once_and_its_name_cannot_change(monkeypatch: pytest.MonkeyPatch):
    one = keys.load()
    assert keys.load() == one
    assert (keys.folder() / "key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(settings, "LOG_ORIGIN", "elsewhere.example/log")
    with pytest.raises(ImproperlyConfigured, match="for ever"):
        keys.load()
    (keys.folder() / "key").write_text("x")
    with pytest.raises(ImproperlyConfigured, match="backup"):
        keys.load()


def test_a_bad_name_makes_no_key(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "LOG_ORIGIN", "a b")
    with pytest.raises(ImproperlyConfigured, match="LOG_ORIGIN"):
        keys.load()
    assert not (keys.folder() / "key").exists()
