"""Witnesses: others cosign only what takes nothing back, and this installation does the same for them."""

from __future__ import annotations

import base64
import functools
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client

from ledger import keys, merkle, receipts, witnesses
from ledger.actor import Actor
from ledger.commands import set_witness_policy, unwatch_log, watch_log
from ledger.errors import BadShape, NotFound, NotPermitted
from ledger.models import Checkpoint as StoredCheckpoint
from ledger.models import Cosignature, Event, WatchedLog, WitnessContact, Witnessed
from ledger.note import COSIGNATURE, Checkpoint, Signer, Verifier, cosignatures
from ledger.proof import Proof
from ledger.quorum import Policy, Witness
from ledger.sequencer import run_all
from ledger.witnesses import Asking
from tests.ledger.test_keys import write
from tests.log_tables import lifted
from tests.proof import last_event, refused, undone

pytestmark = pytest.mark.django_db(transaction=True)
ROBOT = Actor.robot()
LOG = Signer("province.example/log", bytes(range(32)))
W1, W2, W3 = (Signer(f"w{number}.example/w", bytes([number]) * 32, COSIGNATURE) for number in (1, 2, 3))


@functools.cache
def grown(size: int, salt: bytes = b"") -> tuple[dict[tuple[int, int], bytes], Checkpoint]:
    edge = merkle.Edge()
    tiles = edge.extend(merkle.leaf_hash(b"%d" % number + salt * (number > 2)) for number in range(size))
    return tiles, Checkpoint(LOG.name, size, edge.root())


def shown(old: int, size: int, salt: bytes = b"", signer: Signer = LOG) -> bytes:
    """A request of the province's log."""
    tiles, checkpoint = grown(size, salt)
    proof = merkle.prove_consistency(old, size, lambda level, n: tiles[level, n]) if old <= size else []
    lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{lines}\n{signer.sign(checkpoint.text())}".encode()


def post(body: bytes) -> Any:
    return Client(enforce_csrf_checks=True).post(
        "/witness/add-checkpoint", body, content_type="text/plain; charset=utf-8"
    )


@pytest.fixture
def watched() -> WatchedLog:
    return watch_log(actor=ROBOT, public_keys=[str(LOG.verifier)])


def test_it_cosigns_what_grows(watched: WatchedLog) -> None:
    assert last_event().kind == "log.watched"
    for old, size in ((0, 5), (5, 5), (5, 300), (300, 1000)):
        answer = post(shown(old, size))
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
        text = grown(size)[1].text()
        found = cosignatures(LOG.sign(text) + answer.content.decode(), [keys.witness().verifier])
        assert len(found) == 1
    watched.refresh_from_db()
    assert (watched.size, bytes(watched.root)) == (1000, grown(1000)[1].root)


def test_a_fork_a_rollback_and_a_stranger_are_refused(watched: WatchedLog) -> None:
    assert post(shown(0, 5)).status_code == 200
    conflict = post(shown(0, 9))
    assert (conflict.status_code, conflict["Content-Type"], conflict.content) == (
        409,
        "text/x.tlog.size",
        b"5\n",
    )
    assert post(shown(5, 3)).status_code == 400
    assert post(shown(3, 3)).status_code == 409  # an older tree, signed long ago
    assert post(shown(5, 5, b"forged")).status_code == 409
    assert post(shown(5, 9, b"forged")).status_code == 422
    assert post(shown(5, 9, signer=Signer(LOG.name, b"x" * 32))).status_code == 403
    foreign = Signer("elsewhere.example/log", bytes(32))
    note = foreign.sign(Checkpoint(foreign.name, 0, merkle.EMPTY_ROOT).text())
    assert post(f"old 0\n\n{note}".encode()).status_code == 404
    watched.refresh_from_db()
    assert watched.size == 5
    assert post(shown(5, 9)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"old 0",
        b"old 0\n",
        b"old x\n\n",
        b"old 00\n\nx",
        b"old -1\n\nx",
        b"new 0\n\nx",
        b"old 0\n!!!\n\nx",
        b"old 0\nAAAA\n\nx",
        b"old 0\n" + b"A" * 43 + b"=\n" * 64 + b"\nx",
        b"old 99999999999999999999\n\nx",
    ],
)
def test_a_malformed_request_is_one(watched: WatchedLog, body: bytes) -> None:
    assert post(body).status_code == 400


def test_what_is_too_long_is_not_read(watched: WatchedLog) -> None:
    assert post(b"old 0\n\n" + b"x" * 300_000).status_code == 413
    assert Client().get("/witness/add-checkpoint").status_code == 405


def test_after_the_other_log_exchanged_its_key_it_is_watched_on(watched: WatchedLog) -> None:
    post(shown(0, 5))
    fresh = Signer(LOG.name, b"fresh" * 6 + b"xx")
    assert post(shown(5, 9, signer=fresh)).status_code == 403
    again = watch_log(actor=ROBOT, public_keys=[str(fresh.verifier), str(LOG.verifier)])
    assert (again.pk, WatchedLog.objects.get().size) == (watched.pk, 5)
    assert post(shown(5, 9, signer=fresh)).status_code == 200
    unwatch_log(actor=ROBOT, origin=LOG.name)
    assert last_event().kind == "log.unwatched"
    assert post(shown(9, 12)).status_code == 404
    refused(NotFound, unwatch_log, "", actor=ROBOT, origin=LOG.name)


# This log and its witnesses.


def policy(*signers: Signer, needed: str = "all", url: str = "") -> str:
    lines = "".join(f"witness {one.name} {one.verifier} {url}\n" for one in signers)
    return f"{lines}group g {needed} {' '.join(one.name for one in signers)}\nquorum g\n"


def newest() -> StoredCheckpoint:
    return StoredCheckpoint.objects.order_by("-size")[0]


def cosigned(*signers: Signer) -> str:
    text = newest().note.partition("\n\n")[0] + "\n"
    return "".join(one.cosign(text, 1_800_000_000) for one in signers)


def test_k_of_n_make_a_checkpoint_count() -> None:
    set_witness_policy(actor=ROBOT, text=policy(W1, W2, W3, needed="2"))
    assert last_event().kind == "log.policy_set"
    write()
    rules, size = witnesses.current(), newest().size
    assert witnesses.keep(newest(), cosigned(W1), rules)
    assert not Witnessed.objects.exists()
    assert not witnesses.keep(newest(), "— nonsense\n", rules)
    assert not witnesses.keep(newest(), cosigned(Signer("w9.example/w", bytes(32), COSIGNATURE)), rules)
    assert not witnesses.keep(newest(), cosigned(W2).replace("w2.", "w3."), rules)
    assert witnesses.keep(newest(), cosigned(W3), rules)
    assert Witnessed.objects.get().size == size
    assert witnesses.counted([size, 0], rules) == {size: 2, 0: 0}
    proof = receipts.proof_of(last_event().uid)
    assert proof is not None
    assert set(cosignatures(proof.note, [W1.verifier, W2.verifier, W3.verifier])) == {
        W1.verifier,
        W3.verifier,
    }
    proof.check(bytes(last_event().leaf), keys.load().signing[0])


def test_a_receipt_comes_with_cosignatures_where_it_can_and_without_waiting_where_not() -> None:
    set_witness_policy(actor=ROBOT, text=policy(W1))
    write()
    first, rules = Event.objects.order_by("-id")[0], witnesses.current()
    witnesses.keep(newest(), cosigned(W1), rules)
    cosigned_size = newest().size
    write()
    second = Event.objects.order_by("-id")[0]
    old, new = receipts.proof_of(first.uid), receipts.proof_of(second.uid)
    assert old is not None
    assert new is not None
    assert f"\n{cosigned_size}\n" in old.note
    assert W1.name in old.note
    assert f"\n{newest().size}\n" in new.note
    assert W1.name not in new.note


def test_nobody_is_needed_without_a_policy(client: Client) -> None:
    write()
    assert Asking().step() == 0
    assert witnesses.current() == Policy()
    assert client.get("/log/policy").content.decode() == f"log {keys.load().signing[0]}\nquorum none\n"


def test_the_policy_is_published_for_verifiers(client: Client) -> None:
    text = policy(W1, W2)
    set_witness_policy(actor=ROBOT, text=text)
    assert client.get("/log/policy").content.decode() == f"log {keys.load().signing[0]}\n{text}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("quorum x\n", "line 1"),
        (f"log {LOG.verifier}\nquorum none\n", "own keys"),
        (policy(W1, url="file:///etc/passwd"), "http"),
    ],
)
def test_a_policy_that_says_nothing_sound_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadShape) as found:
        set_witness_policy(actor=ROBOT, text=text)
    assert says in str(found.value.detail) or "日志自己" in str(found.value.detail)


def test_only_the_operator_decides_who_watches() -> None:
    nobody = Actor.anonymous()
    refused(NotPermitted, set_witness_policy, "operator_only", actor=nobody, text="quorum none\n")
    refused(NotPermitted, watch_log, "operator_only", actor=nobody, public_keys=[str(LOG.verifier)])
    refused(NotPermitted, unwatch_log, "operator_only", actor=nobody, origin=LOG.name)


@pytest.mark.parametrize(
    "given", [[], ["x"], [str(W1.verifier)], [str(LOG.verifier), str(Signer("b/c", bytes(32)).verifier)]]
)
def test_keys_of_one_log_are_watched_and_nothing_else(given: list[str]) -> None:
    refused(BadShape, watch_log, "policy", actor=ROBOT, public_keys=given)


def test_a_failed_record_undoes_all(monkeypatch: pytest.MonkeyPatch, watched: WatchedLog) -> None:
    undone(monkeypatch, set_witness_policy, actor=ROBOT, text="quorum none\n")
    undone(monkeypatch, watch_log, actor=ROBOT, public_keys=[str(LOG.verifier)])
    undone(monkeypatch, unwatch_log, actor=ROBOT, origin=LOG.name)


@pytest.mark.parametrize(
    "change",
    ["UPDATE log_cosignature SET line = ''", "DELETE FROM log_cosignature", "TRUNCATE log_witnessed"],
)
def test_the_database_refuses(change: str) -> None:
    set_witness_policy(actor=ROBOT, text=policy(W1))
    write()
    witnesses.keep(newest(), cosigned(W1), witnesses.current())
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)


# Over the wire: this installation watches itself, as a second one would.


@pytest.fixture
def own(live_server: Any) -> Asking:
    write()
    watch_log(actor=ROBOT, public_keys=[str(key) for key in keys.load().signing])
    set_witness_policy(actor=ROBOT, text=policy(keys.witness(), url=f"{live_server.url}/witness"))
    run_all()
    return Asking()


def test_it_asks_and_is_cosigned(own: Asking) -> None:
    assert own.step() == 1
    assert own.step() == 0  # nothing new
    assert Witnessed.objects.get().size == newest().size
    write()
    assert own.step() == 1
    assert Asking().step() == 0
    assert WatchedLog.objects.get().size == newest().size
    assert WitnessContact.objects.get().trouble == ""


def test_who_forgot_what_the_witness_knows_learns_it(own: Asking) -> None:
    own.step()
    write()
    forgetful = Asking()
    forgetful.knows[keys.witness().verifier] = 0
    assert forgetful.step() == 0  # 409: it says which size it knows
    assert forgetful.step() == 1


def test_a_past_signed_anew_with_the_right_key_is_caught_by_the_witness(own: Asking) -> None:
    """Whoever owns database, key and mark rewrites everything: the witness still knows better."""
    for _ in range(4):
        write()
    own.step()
    before = Cosignature.objects.count()
    with lifted() as cursor:
        cursor.execute("DELETE FROM log_checkpoint")
        cursor.execute("DELETE FROM log_leaf")
        cursor.execute("DELETE FROM log_tile")
        cursor.execute("UPDATE log_head SET size = 0, root = sha256('')")
        cursor.execute("DELETE FROM log_event WHERE id = 2")
        cursor.execute(
            "INSERT INTO log_pending (event_id, tx) SELECT id, pg_current_xact_id() FROM log_event"
        )
    (keys.folder() / "high_water").unlink()
    write()
    write()
    assert own.step() == 0
    assert own.step() == 0
    assert "422" in WitnessContact.objects.get().trouble
    assert Cosignature.objects.count() == before


def test_a_shorter_past_is_named_as_a_restored_backup(own: Asking) -> None:
    own.step()
    WatchedLog.objects.update(size=newest().size + 100)
    write()
    assert own.step() == 0
    assert "restored backup" in WitnessContact.objects.get().trouble


@pytest.mark.parametrize("path", ["/nowhere", "/log"])
def test_a_witness_that_answers_nonsense_or_nothing_is_left_alone_for_a_moment(
    own: Asking, live_server: Any, path: str
) -> None:
    set_witness_policy(actor=ROBOT, text=policy(keys.witness(), url=live_server.url + path))
    assert own.step() == 0
    assert WitnessContact.objects.get().trouble
    assert own._is_up(Witness("x", W1.verifier))
    assert not own._is_up(Witness("x", keys.witness().verifier))


def test_a_witness_out_of_reach_costs_nobody_anything() -> None:
    set_witness_policy(actor=ROBOT, text=policy(W1, url="http://127.0.0.1:9"))
    write()
    assert Asking().step() == 0
    assert WitnessContact.objects.get().trouble
    assert receipts.proof_of(last_event().uid) is not None


# The operator's commands.


def test_the_operator_reads_and_sets_both(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("witness")
    key = capsys.readouterr().out.split()[1]
    assert Verifier.parse(key).kind == COSIGNATURE
    call_command("witness", "watch", str(LOG.verifier))
    assert f"log  {LOG.name}  0 entries, cosigned never" in capsys.readouterr().out
    call_command("witness", "stop", LOG.name)
    assert LOG.name not in capsys.readouterr().out
    file = tmp_path / "policy"
    file.write_text(f"witness me {key} https://me.example/witness\nquorum me\n")
    call_command("policy", str(file))
    assert capsys.readouterr().out == f"log {keys.load().signing[0]}\n{file.read_text()}"
    for wrong in (["witness", "watch", "x"], ["witness", "stop", "x"], ["policy", str(tmp_path / "none")]):
        with pytest.raises(CommandError):
            call_command(*wrong)
    (keys.folder() / "witness").write_text(LOG.secret())
    with pytest.raises(CommandError, match="no witness's key"):
        call_command("witness")


def test_a_proof_with_cosignatures_is_read_like_any_other() -> None:
    set_witness_policy(actor=ROBOT, text=policy(W1))
    write()
    witnesses.keep(newest(), cosigned(W1), witnesses.current())
    found = receipts.proof_of(last_event().uid)
    assert found is not None
    assert Proof.parse(found.text()) == found


def test_people_see_who_watches_and_what_is_watched(own: Asking, client: Client) -> None:
    empty = client.get("/log/witnesses/", headers={"Accept-Language": "en"}).content.decode()
    assert "A checkpoint counts when 1 of 1 witnesses cosigned it." in empty
    assert "None counts yet." in empty
    assert "being asked" in empty
    own.step()
    page = client.get("/log/witnesses/", headers={"Accept-Language": "en"}).content.decode()
    assert "up to date" in page
    assert keys.load().origin in page
    assert str(keys.witness().verifier).split("+")[0] in page
    signed = client.get("/log/checkpoints/", headers={"Accept-Language": "en"}).content.decode()
    assert "cosigned by 1 of 1 witnesses" in signed
    assert "cosigned by 0 of 1 witnesses" in signed
    WitnessContact.objects.update(trouble="no route to host")
    assert "no route to host" in client.get("/log/witnesses/").content.decode()


def test_a_log_without_witnesses_says_so(client: Client) -> None:
    page = client.get("/log/witnesses/", headers={"Accept-Language": "en"}).content.decode()
    assert "Nobody watches this log yet" in page
    assert "manage.py witness watch KEY" in page


def test_what_is_published_is_the_newest_that_counts(own: Asking, client: Client) -> None:
    own.step()
    size = newest().size
    write()
    shown = client.get("/log/checkpoint").content.decode()
    assert shown.split("\n")[1] == str(size), "the newest has no quorum yet"
    assert set(cosignatures(shown, [keys.witness().verifier])) == {keys.witness().verifier}
    own.step()
    assert client.get("/log/checkpoint").content.decode().split("\n")[1] == str(newest().size)
    write()
    set_witness_policy(actor=ROBOT, text="quorum none\n")
    write()
    assert client.get("/log/checkpoint").content.decode().split("\n")[1] == str(newest().size)
