"""`manage.py verify`: an honest log passes; whatever an owner of the tables alters is named, at its index."""

import io
import json
import shutil
import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ledger import audit, journal, keys, merkle, vocabulary
from ledger.actor import Actor
from ledger.audit import Audit, Fault
from ledger.models import Event, Head, Leaf, Organisation
from ledger.note import Checkpoint
from ledger.rows import Rows
from ledger.sequencer import Sequencer, run_all
from tests.log_tables import lifted

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = 270
LONG = ["字段"] * 3000


def write(count: int = 1) -> None:
    with transaction.atomic(), journal.gathered():
        for _ in range(count):
            number = Event.objects.count() if count == 1 else 0
            rows = Rows()
            rows.facts["organisation/1"] = {"name": f"农业厅 {number}"}
            rows.private["organisation/1/contact"] = "张三 139"
            about = Organisation(pk=1)
            journal.record(actor=Actor.robot(), event="organisation.described", subject=about, rows=rows)


@pytest.fixture
def log() -> None:
    """270 entries in one full tile and one partial, signed at 1, 2 and 270; the last but one has a long value."""
    write()
    run_all()
    write()
    run_all()
    write(SIZE - 4)
    with transaction.atomic():
        rows = Rows()
        rows.facts["organisation/1"] = {"fields": LONG}
        journal.record(
            actor=Actor.robot(), event="organisation.described", subject=Organisation(pk=1), rows=rows
        )
    write()
    run_all()
    assert Head.objects.get().size == SIZE


def fault() -> Fault:
    with pytest.raises(Fault) as caught:
        Audit().run()
    return caught.value


def uid_at(index: int) -> uuid.UUID:
    return Event.objects.get(pk=Leaf.objects.get(idx=index).event_id).uid


def flip(table: str, column: str, where: str, byte: int = 20) -> None:
    """Alter one bit of one value, as nobody but the owner of the tables can."""
    with lifted() as cursor:
        cursor.execute(
            f"UPDATE log_{table} SET {column} = set_byte({column}, {byte}, 1 # get_byte({column}, {byte})) WHERE {where}"
        )
        assert cursor.rowcount == 1


def forged(body: bytes) -> bytes:
    """The same body about another organisation, still canonical."""
    assert b'"organisation:1"' in body
    return body.replace(b'"organisation:1"', b'"organisation:2"')


def test_an_honest_log_is_verified(log: None):
    report = Audit().run()
    assert (report.size, report.checked, report.checkpoints, report.erased, report.waiting) == (
        SIZE,
        SIZE,
        3,
        0,
        0,
    )
    assert report.root == bytes(Head.objects.get().root).hex()


def test_an_empty_log_is_verified():
    assert Audit().run().size == 0
    Sequencer().step()
    assert Audit().run().checkpoints == 1


@pytest.mark.parametrize("index", [0, 1, 100, 255, 256, SIZE - 1])
def test_an_altered_body_is_named(log: None, index: int):
    flip("body", "content", f"event_uid = '{uid_at(index)}'")
    found = fault()
    assert (found.what, found.index) == ("body", index)


def test_a_body_exchanged_for_another_valid_one_is_named(log: None):
    with lifted() as cursor:
        cursor.execute("SELECT content FROM log_body WHERE event_uid = %s", [uid_at(7)])
        content = forged(bytes(cursor.fetchone()[0]))
        cursor.execute("UPDATE log_body SET content = %s WHERE event_uid = %s", [content, uid_at(7)])
    assert (fault().what, fault().index) == ("body", 7)


def test_an_altered_key_of_a_body_is_named(log: None):
    flip("body", "key", f"event_uid = '{uid_at(9)}'")
    assert (fault().what, fault().index) == ("body", 9)


@pytest.mark.parametrize("index", [0, 1, 100, 255, 256, SIZE - 1])
def test_an_altered_leaf_is_named(log: None, index: int):
    flip("event", "leaf", f"uid = '{uid_at(index)}'")
    assert (fault().what, fault().index) == ("leaf", index)


@pytest.mark.parametrize("index", [3, SIZE - 2])
def test_an_altered_disclosure_is_named(log: None, index: int):
    flip("disclosure", "content", f"event_uid = '{uid_at(index)}'", byte=3)
    assert (fault().what, fault().index) == ("disclosure", index)


@pytest.mark.parametrize(("n", "place"), [(0, 0), (0, 77), (1, 3)])
def test_an_altered_tile_is_named(log: None, n: int, place: int):
    flip("tile", "hashes", f"level = 0 AND n = {n}", byte=place * 32)
    assert (fault().what, fault().index) == ("tile", n * 256 + place)


def test_an_altered_upper_tile_is_named(log: None):
    flip("tile", "hashes", "level = 1")
    assert fault().what == "tile"
    assert "1/0" in str(fault())


def tamper(*statements: str) -> None:
    with lifted() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("statements", "what", "index"),
    [
        (["DELETE FROM log_event WHERE id = 101"], "event", 100),
        (["DELETE FROM log_leaf WHERE idx = 100"], "leaf", 100),
        (["DELETE FROM log_leaf WHERE idx = 269"], "event", 269),
        (["DELETE FROM log_event WHERE id = 270", "DELETE FROM log_leaf WHERE idx = 269"], "event", 269),
        (["DELETE FROM log_event WHERE id = 270"], "event", 269),
        (["DELETE FROM log_body WHERE event_uid = (SELECT uid FROM log_event WHERE id = 12)"], "body", 11),
        (["DELETE FROM log_disclosure WHERE event_uid = (SELECT uid FROM log_event WHERE id = 12)"], "disclosure", 11),
        (["UPDATE log_body SET key = NULL, content = NULL WHERE event_uid = (SELECT uid FROM log_event WHERE id = 5)"], "body", 4),
        (["UPDATE log_disclosure SET key = NULL, content = NULL WHERE event_uid = (SELECT uid FROM log_event WHERE id = 5)"], "body", 4),
        (["INSERT INTO log_disclosure SELECT uid, 'x', sha256('x'), 'x' FROM log_event WHERE id = 8"], "disclosure", 7),
        (["UPDATE log_leaf SET event_id = -event_id WHERE idx IN (50, 60)",
          "UPDATE log_leaf SET event_id = CASE idx WHEN 50 THEN 61 ELSE 51 END WHERE idx IN (50, 60)"], "leaf", 50),
        (["UPDATE log_event SET subject = 'organisation:2' WHERE id = 30"], "event", 29),
        (["UPDATE log_event SET kind = 'organisation.verified' WHERE id = 30"], "event", 29),
        (["UPDATE log_event SET uid = gen_random_uuid() WHERE id = 30"], "event", 29),
        (["UPDATE log_head SET root = sha256('x')"], "head", None),
        (["UPDATE log_head SET size = 269"], "event", None),
        (["DELETE FROM log_head"], "head", None),
        (["UPDATE log_checkpoint SET root = sha256('x') WHERE size = 2"], "checkpoint", None),
        (["UPDATE log_checkpoint SET note = replace(note, chr(10) || '2' || chr(10), chr(10) || '3' || chr(10)) WHERE size = 2"], "checkpoint", None),
        (["DELETE FROM log_tile WHERE level = 1"], "tile", 0),
        (["INSERT INTO log_tile VALUES (2, 0, sha256('x'))"], "tile", None),
        (["INSERT INTO log_body VALUES (gen_random_uuid(), sha256('x'), 'x')"], "body", None),
        (["INSERT INTO log_disclosure VALUES (gen_random_uuid(), 'x', sha256('x'), 'x')"], "disclosure", None),
        (["INSERT INTO log_pending VALUES (1, '1')"], "pending", None),
    ],
)  # fmt: skip
def test_what_is_dropped_moved_or_slipped_in_is_named(
    log: None, statements: list[str], what: str, index: int | None
):
    tamper(*statements)
    found = fault()
    if "SET size = 269" in statements[0]:
        what, index = found.what, 269  # the mark says 270, the rows hold 270: the 270th is the odd one
    assert (found.what, found.index) == (what, index)


def test_an_entry_slipped_in_is_named(log: None):
    """Every row is there, the tiles and the head are made anew; only the signatures are missing."""
    write()
    Sequencer().step()
    tamper("DELETE FROM log_checkpoint WHERE size > 270")
    (keys.folder() / "high_water").unlink()
    assert (fault().what, fault().index) == ("checkpoint", 270)


def rewritten(statement: str) -> None:
    """Alter an entry, and make leaf order, tiles and head anew to fit; the signatures cannot be made."""
    tamper(statement)
    hashes = [bytes(one) for one in Event.objects.order_by("id").values_list("leaf_hash", flat=True)]
    edge = merkle.Edge()
    tiles = edge.extend(hashes)
    with lifted() as cursor:
        for (level, n), tile in tiles.items():
            cursor.execute("UPDATE log_tile SET hashes = %s WHERE level = %s AND n = %s", [tile, level, n])
        cursor.execute("UPDATE log_head SET root = %s", [edge.root()])


def test_a_rewritten_log_does_not_fit_its_signatures(log: None):
    rewritten(
        "UPDATE log_event SET leaf = (SELECT leaf FROM log_event WHERE id = 9), kind = kind WHERE id = 10"
    )
    with lifted() as cursor:
        cursor.execute(
            "UPDATE log_event SET uid = gen_random_uuid() WHERE id = 9;"
            "UPDATE log_event e SET uid = (convert_from(leaf, 'UTF8')::json ->> 'id')::uuid WHERE id = 10"
        )
    assert fault().index in (2, 8)  # the first of those that no older signature covers, or the odd row itself


def test_a_rewrite_signed_with_the_key_is_caught_by_the_mark(log: None):
    """Whoever holds the key can sign another past; the mark outside the database remembers."""
    tamper(
        "DELETE FROM log_event WHERE id = 270",
        "DELETE FROM log_leaf WHERE idx = 269",
        "DELETE FROM log_checkpoint",
    )
    edge = merkle.Edge()
    tiles = edge.extend(
        [bytes(one) for one in Event.objects.order_by("id").values_list("leaf_hash", flat=True)]
    )
    signer = keys.load().signers[0]
    note = signer.sign(Checkpoint(signer.name, 269, edge.root()).text())
    with lifted() as cursor:
        for (level, n), tile in tiles.items():
            cursor.execute("UPDATE log_tile SET hashes = %s WHERE level = %s AND n = %s", [tile, level, n])
        cursor.execute("UPDATE log_head SET size = 269, root = %s", [edge.root()])
        cursor.execute("DELETE FROM log_body WHERE event_uid NOT IN (SELECT uid FROM log_event)")
        cursor.execute("DELETE FROM log_disclosure WHERE event_uid NOT IN (SELECT uid FROM log_event)")
        cursor.execute("INSERT INTO log_checkpoint VALUES (269, %s, %s, now())", [edge.root(), note])
    assert (fault().what, fault().index) == ("event", 269)
    assert "high-water mark" in str(fault())
    (keys.folder() / "high_water").unlink()
    assert Audit().run().size == 269  # without mark, witness or receipt nobody can know


def test_an_event_that_waits_too_long_is_named(log: None):
    write()
    assert Audit().run().waiting == 1
    tamper("UPDATE log_pending SET since = now() - interval '2 min'")
    assert "longer than 60 s" in str(fault())
    tamper("DELETE FROM log_pending")
    assert "never" in str(fault())


def test_what_waits_is_checked_too(log: None):
    write()
    flip("body", "content", "event_uid = (SELECT uid FROM log_event ORDER BY id DESC LIMIT 1)")
    assert fault().what == "body"


def test_a_row_whose_entry_is_gone_is_named(log: None):
    made = Organisation.objects.create(
        name="x", kind="department", registered_at="2026-01-01T00:00Z", entry_uid=uuid.uuid4()
    )
    assert f"ledger.Organisation {made.pk}" in str(fault())


def test_every_recorded_model_is_looked_at():
    assert set(vocabulary.ENTRY_COLUMNS) <= set(audit.recorded_models())
    assert Organisation in audit.recorded_models()


def test_an_erasure_with_its_entry_is_counted_apart(log: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(vocabulary.EVENTS, "entry.erased", "Entry erased")
    with transaction.atomic():
        target = Event.objects.get(uid=uid_at(5))
        journal.record(actor=Actor.robot(), event="entry.erased", subject=target, rows=Rows())
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE log_body SET key = NULL, content = NULL WHERE event_uid = %s", [target.uid]
            )
    run_all()
    assert Audit().run().erased == 1


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("verify", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_verified(log: None):
    code, text = run()
    assert code == 0
    assert text.startswith(f"Verified: {SIZE} entries, 3 checkpoints")
    code, text = run("--json")
    assert (code, json.loads(text)["verdict"], json.loads(text)["size"]) == (0, "verified", SIZE)


def test_the_command_names_the_entry(log: None):
    flip("body", "content", f"event_uid = '{uid_at(42)}'")
    code, text = run()
    assert (code, text[:6]) == (1, "FAILED")
    assert "entry 42: its body does not open" in text
    code, text = run("--json")
    assert (code, json.loads(text)["fault"]["index"]) == (1, 42)


def test_the_command_cannot_tell_without_the_key(log: None):
    shutil.rmtree(keys.folder())
    code, text = run()
    assert (code, text.startswith("Could not tell")) == (2, True)
    assert not (keys.folder() / "key").exists()


def test_the_command_cannot_tell_without_a_database(log: None, monkeypatch: pytest.MonkeyPatch):
    def away(*_values: object) -> None:
        raise DatabaseError("the server is away")

    monkeypatch.setattr("ledger.audit.first", away)
    assert run() == (2, "Could not tell: the server is away\n")
    assert json.loads(run("--json")[1])["verdict"] == "undecided"
