"""The keys of the log: one is exchanged for another while strangers go on verifying with the one they know."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from ledger import journal, keys
from ledger.actor import Actor
from ledger.audit import Audit, Fault
from ledger.commands import add_key, retire_key
from ledger.errors import NotPermitted, WrongState
from ledger.models import Checkpoint, Event, Organisation
from ledger.note import BadNote, Signer, Verifier, open_checkpoint
from ledger.rows import Rows
from ledger.sequencer import Sequencer, run_all
from tests.proof import last_event, refused, undone

pytestmark = pytest.mark.django_db(transaction=True)
ROBOT = Actor.robot()


def write(sequencer: Sequencer | None = None) -> str:
    """One entry more; the checkpoint that holds it."""
    with transaction.atomic():
        journal.record(actor=ROBOT, event="organisation.described", subject=Organisation(pk=1), rows=Rows())
    (sequencer or Sequencer()).step()
    return str(Checkpoint.objects.order_by("-size")[0].note)


def number_of(key: Verifier) -> str:
    return key.number.hex()


def test_while_a_key_is_exchanged_both_are_valid() -> None:
    sequencer = Sequencer()
    write(sequencer)
    old = keys.load().signing[0]
    new = add_key(actor=ROBOT).signing[0]
    assert last_event().kind == "log.key_added"
    both = write(sequencer)  # a worker at work learns of it
    assert open_checkpoint(both, old) == open_checkpoint(both, new)
    left = retire_key(actor=ROBOT, number=number_of(old))
    assert (left.signing, left.retired) == ((new,), (old,))
    assert old.name == new.name
    after = write(sequencer)
    assert open_checkpoint(after, new).size == Event.objects.count()
    with pytest.raises(BadNote):
        open_checkpoint(after, old)
    assert Audit().run().size == Event.objects.count()  # what the old key signed stays signed


def test_a_secret_that_was_retired_is_gone_and_its_public_half_stays() -> None:
    old = keys.load().signers[0]
    add_key(actor=ROBOT)
    retire_key(actor=ROBOT, number=number_of(old.verifier))
    assert old.secret() not in (keys.folder() / "key").read_text()
    assert (keys.folder() / "retired").read_text().split() == [str(old.verifier)]
    assert {
        path.stat().st_mode & 0o777 for path in keys.folder().iterdir() if path.name in ("key", "retired")
    } == {0o600}


def test_the_last_key_is_not_retired_nor_one_that_is_none() -> None:
    only = keys.load().signing[0]
    refused(WrongState, retire_key, "keys", actor=ROBOT, number=number_of(only))
    refused(WrongState, retire_key, "keys", actor=ROBOT, number="00000000")
    assert keys.load().signing == (only,)


def test_only_the_operator_changes_keys(cast_alone: Actor) -> None:
    refused(NotPermitted, add_key, "operator_only", actor=cast_alone)
    refused(
        NotPermitted, retire_key, "operator_only", actor=cast_alone, number=number_of(keys.load().signing[0])
    )


@pytest.fixture
def cast_alone() -> Actor:
    return Actor.anonymous()


def test_a_key_the_log_does_not_know_of_never_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys.load()
    undone(monkeypatch, add_key, actor=ROBOT)
    assert keys.load() == before


def test_keys_from_the_environment_are_changed_there(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [Signer("one-ledger.localhost/log", bytes([place]) * 32) for place in (1, 2)]
    monkeypatch.setattr(settings, "LOG_KEY", "\n".join(signer.secret() for signer in two))
    assert keys.load().signers == tuple(two)
    note = write()
    assert all(open_checkpoint(note, signer.verifier) for signer in two)
    assert not (keys.folder() / "key").exists()
    refused(WrongState, add_key, "keys", actor=ROBOT)
    assert Audit().run().size == 1


def test_a_forger_with_another_key_is_named() -> None:
    write()
    forger = Signer(keys.load().origin, b"x" * 32)
    (keys.folder() / "key").write_text(forger.secret() + "\n")
    with pytest.raises(Fault, match="no known key has signed"):
        Audit().run()


def test_the_public_keys_are_served(client: Client) -> None:
    write()
    add_key(actor=ROBOT)
    run_all()
    served = [Verifier.parse(line) for line in client.get("/log/log.vkey").content.decode().splitlines()]
    assert tuple(served) == keys.load().signing
    assert open_checkpoint(client.get("/log/checkpoint").content.decode(), served[0])


def test_the_command_shows_adds_and_retires(capsys: pytest.CaptureFixture[str]) -> None:
    def lines(*arguments: str) -> list[str]:
        call_command("keys", *arguments)
        return [" ".join(line.split()[:2]) for line in capsys.readouterr().out.splitlines()]

    (old,) = lines()
    new, still = lines("add")
    assert (old, still, new[-5:]) == (old, old, "signs")
    assert lines("retire", old.split()[0]) == [new, f"{old.split()[0]} retired"]
    assert lines("show")[0] == new
    with pytest.raises(CommandError, match="密钥"):
        call_command("keys", "retire", new.split()[0])
    (keys.folder() / "key").write_text("x")
    with pytest.raises(CommandError, match="Put the log's key back"):
        call_command("keys")
