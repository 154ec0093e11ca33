"""Readers of the log: in its order, exactly once whatever crashes, one worker at a time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction

from ledger import follow, journal, messages, robot, vocabulary
from ledger.actor import Actor
from ledger.explorer import Found
from ledger.models import Follower, Organisation
from ledger.rows import Rows
from ledger.sequencer import run_all

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "reader"


def write(count: int) -> None:
    with transaction.atomic(), journal.gathered():
        for _turn in range(count):
            about = Organisation(pk=1)
            journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=Rows())


def grow(count: int) -> None:
    write(count)
    run_all()


def note(found: Sequence[Found]) -> None:
    """A handler that writes here: one row an entry, which the database takes once only."""
    for one in found:
        Follower.objects.create(name=f"entry {one.index:03}", next_index=one.index)


def noted() -> list[int]:
    rows = Follower.objects.filter(name__startswith="entry ").order_by("next_index")
    return list(rows.values_list("next_index", flat=True))


def place() -> int:
    return Follower.objects.get(name=NAME).next_index


def test_it_reads_in_the_order_of_the_log_and_goes_on_where_it_was():
    grow(5)
    assert follow.follow(NAME, note, most=3) == 3
    assert (noted(), place()) == ([0, 1, 2], 3)
    grow(2)
    assert follow.follow(NAME, note, most=3) == 3
    assert follow.follow(NAME, note, most=3) == 1
    assert follow.follow(NAME, note, most=3) == 0
    assert (noted(), place()) == ([0, 1, 2, 3, 4, 5, 6], 7)


def test_what_is_not_sequenced_is_not_read():
    grow(1)
    write(2)
    assert follow.follow(NAME, note) == 1
    run_all()
    assert follow.follow(NAME, note) == 2
    assert noted() == [0, 1, 2]


def test_an_entry_is_handed_over_with_its_public_line():
    grow(1)
    seen: list[Found] = []
    follow.follow(NAME, seen.extend)
    assert [(one.index, one.leaf.kind, one.subject) for one in seen] == [
        (0, "organisation.described", "organisation:1")
    ]


def test_a_crash_before_the_commit_is_as_if_nothing_was_read():
    grow(3)
    assert follow.follow(NAME, note, most=1) == 1

    def crash(found: Sequence[Found]) -> None:
        note(found)
        raise ConnectionError("on purpose")

    with pytest.raises(ConnectionError):
        follow.follow(NAME, crash)
    assert (noted(), place()) == ([0], 1)
    assert follow.follow(NAME, note) == 2
    assert (noted(), place()) == ([0, 1, 2], 3)


def test_of_two_at_once_one_reads():
    grow(3)
    follow.follow(NAME, note, most=1)
    reads, goes_on, counts = threading.Event(), threading.Event(), []

    def slowly(found: Sequence[Found]) -> None:
        note(found)
        reads.set()
        assert goes_on.wait(10)

    def other() -> None:
        counts.append(follow.follow(NAME, slowly))
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    try:
        assert reads.wait(10)
        assert follow.follow(NAME, note) == 0, "it neither reads the same nor waits"
    finally:
        goes_on.set()
        thread.join(10)
    assert counts == [2]
    assert follow.follow(NAME, note) == 0
    assert noted() == [0, 1, 2]


def test_two_that_begin_together_make_one_cursor():
    grow(2)
    start, counts = threading.Barrier(2), []

    def read() -> None:
        start.wait(10)
        counts.append(follow.follow(NAME, note))
        connection.close()

    threads = [threading.Thread(target=read) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sum(counts) == 2
    assert noted() == [0, 1]


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower of the worker's, taken away again."""
    monkeypatch.setattr(vocabulary, "FOLLOWERS", {})
    monkeypatch.setattr(vocabulary, "ROBOT_RUNS", [])
    follow.register(NAME, note)


def test_the_robot_brings_it_to_the_end(registered: None):
    grow(7)
    robot.run_all()
    assert (noted(), place()) == ([0, 1, 2, 3, 4, 5, 6], 7)


def test_messages_are_among_what_the_robot_runs():
    runs = [run.args for run in vocabulary.ROBOT_RUNS if getattr(run, "func", None) is follow.catch_up]
    assert (messages.NAME,) in runs
    assert vocabulary.FOLLOWERS[messages.NAME] is messages.tell


def test_one_round_is_bounded(registered: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(follow, "STEPS", 2)
    grow(7)
    assert [follow.catch_up(NAME, most=3) for _round in range(3)] == [6, 1, 0]


def test_a_name_is_taken_once(registered: None):
    with pytest.raises(ValueError, match="twice"):
        follow.register(NAME, note)


def test_an_idle_follower_asks_twice_and_writes_nothing(django_assert_num_queries: Any):
    grow(1)
    follow.follow(NAME, note)
    with django_assert_num_queries(4) as asked:  # BEGIN and COMMIT among them
        assert follow.follow(NAME, note) == 0
    assert not [one["sql"] for one in asked.captured_queries if one["sql"].startswith(("INSERT", "UPDATE"))]
