"""`record`: one immutable entry in the caller's transaction, and how it is read back."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger import clock, entry, journal, past, vocabulary
from ledger.actor import Actor, Role
from ledger.models import Body, Disclosure, Event, Organisation, Pending, User
from ledger.rows import Rows

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 3, 2, 1, 30, tzinfo=dt.UTC)
EVENT = "organisation.registered"


def organisation(rows: Rows, **values: object) -> Organisation:
    described = {"name": "农业厅", "kind": "department", "registered_at": MOMENT} | values
    return rows.create(Organisation, **described)


def recorded(**values: object) -> journal.Entry:
    """One entry about a new organisation."""
    rows = Rows()
    made = organisation(rows, contact="张三 139")
    return journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows, **values)


def body_of(uid: uuid.UUID) -> dict:
    return entry.parse(bytes(Body.objects.get(event_uid=uid).content))


def test_it_works():
    with clock.at(MOMENT):
        cause = uuid.uuid4()
        written = recorded(dataset="D1", profile="cn@1", clauses=["B 21"], cause=cause, marks=["same_hand"])
    event = Event.objects.get(uid=written.uid)
    assert event.pk == written.id
    leaf = entry.Leaf.parse(bytes(event.leaf))
    assert (leaf.uid, leaf.at, leaf.kind) == (written.uid.hex, MOMENT, EVENT)
    stored = Body.objects.get(event_uid=written.uid)
    assert entry.opens(leaf.commit, bytes(stored.key), bytes(stored.content))
    body = body_of(written.uid)
    made = Organisation.objects.get(entry_uid=written.uid)
    assert body["facts"][f"organisation/{made.pk}"]["name"] == "农业厅"
    assert {name: body[name] for name in ("actor", "organisation", "roles", "subject", "dataset", "profile")} == {
        "actor": "robot", "organisation": None, "roles": [], "subject": f"organisation:{made.pk}", "dataset": "D1",
        "profile": "cn@1",
    }  # fmt: skip
    assert (body["clauses"], body["cause"], body["marks"]) == (["B 21"], cause.hex, ["same_hand"])


def test_the_leaf_hash_is_the_tree_s():
    from ledger.merkle import leaf_hash

    event = Event.objects.get(uid=recorded().uid)
    assert bytes(event.leaf_hash) == leaf_hash(bytes(event.leaf))


def test_private_values_are_committed_to_one_by_one():
    uid = recorded().uid
    (path, commit), = entry.commitments_in(body_of(uid)).items()  # fmt: skip
    assert path.endswith("/contact")
    shown = Disclosure.objects.get(event_uid=uid, path=path)
    assert entry.parse(bytes(shown.content)) == "张三 139"
    assert entry.opens(commit, bytes(shown.key), bytes(shown.content))
    assert "张三".encode() not in bytes(Body.objects.get(event_uid=uid).content)


def test_it_asks_nothing(django_assert_num_queries):
    """Its one statement goes to the server prepared, past Django's cursor; there is no other."""
    rows = Rows()
    made = organisation(rows, contact="张三")
    with django_assert_num_queries(0):
        journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows)
    assert Disclosure.objects.count() == 1


def test_a_broken_transaction_takes_no_entry():
    rows = Rows()
    made = organisation(rows)
    journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows)
    with pytest.raises(IntegrityError), transaction.atomic():
        journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows)
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=Rows())
    assert Event.objects.count() == 1


def test_the_actor_stands_under_a_pseudonym():
    # The dots cannot stand in base64, so a random commitment never spells the name.
    user = User.objects.create_user("the.steward.by.name")
    rows = Rows()
    made = organisation(rows)
    actor = Actor(
        user=user,
        organisation=made,
        roles=frozenset({Role.STEWARD, Role.AGENT}),
        delegated=frozenset({Role.AGENT}),
    )
    written = journal.record(actor=actor, event=EVENT, subject=made, rows=rows)
    body = body_of(written.uid)
    assert (body["actor"], body["roles"], body["delegated"]) == (
        user.pseudonym_hex,
        ["agent", "steward"],
        ["agent"],
    )
    assert body["organisation"] == made.pk
    assert b"the.steward.by.name" not in bytes(Event.objects.get().leaf)


def test_an_unknown_event_is_loud():
    with pytest.raises(LookupError, match=r"no\.such"):
        journal.record(actor=Actor.robot(), event="no.such", subject=User(pk=1), rows=Rows())


@pytest.mark.django_db(transaction=True)
def test_it_demands_a_transaction():
    with pytest.raises(AssertionError, match="transaction"):
        journal.record(actor=Actor.robot(), event=EVENT, subject=User(pk=1), rows=Rows())


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_leaves_no_entry():
    with pytest.raises(RuntimeError), transaction.atomic():
        recorded()
        raise RuntimeError
    assert not Event.objects.exists()
    assert not Body.objects.exists()
    assert not Pending.objects.exists()


def test_a_value_without_a_canonical_form_is_refused_with_its_place():
    rows = Rows()
    made = organisation(rows)
    rows.facts["organisation/1"] = {"share": 0.5}
    with pytest.raises(entry.BadEntry, match="/facts/organisation/1/share"):
        journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows)


def test_a_long_value_is_committed_to_apart():
    rows = Rows()
    made = organisation(rows)
    rows.facts[f"organisation/{made.pk}"]["fields"] = ["字段"] * 3000
    uid = journal.record(actor=Actor.robot(), event=EVENT, subject=made, rows=rows).uid
    body = body_of(uid)
    assert list(body["large"]) == [f"organisation/{made.pk}/fields"]
    assert len(bytes(Body.objects.get(event_uid=uid).content)) <= entry.BODY_AIM
    shown = Disclosure.objects.get(event_uid=uid)
    assert entry.parse(bytes(shown.content)) == ["字段"] * 3000


def test_listening_hears_the_entries_in_order():
    with journal.listening() as heard:
        one, two = recorded(), recorded()
    recorded()
    assert heard == [one, two]


def test_gathered_entries_are_written_together(django_assert_num_queries):
    rows = [Rows() for _ in range(3)]
    made = [organisation(one) for one in rows]
    with django_assert_num_queries(1), journal.gathered():
        for subject, one in zip(made, rows, strict=True):
            journal.record(actor=Actor.robot(), event=EVENT, subject=subject, rows=one)
    assert [event.uid for event in Event.objects.order_by("id")] == [one.uid for one in rows]


def test_a_gathered_entry_vanishes_with_its_savepoint():
    with journal.gathered():
        first = recorded()
        with pytest.raises(RuntimeError), transaction.atomic():
            recorded()
            raise RuntimeError
        with transaction.atomic():
            last = recorded()
    assert [event.uid for event in Event.objects.order_by("id")] == [first.uid, last.uid]
    assert set(Organisation.objects.values_list("entry_uid", flat=True)) == {first.uid, last.uid}


def test_gathered_entries_do_not_pile_up():
    with journal.gathered():
        for _ in range(journal.GATHER_MOST + 1):
            recorded()
        assert Event.objects.count() == journal.GATHER_MOST
    assert Event.objects.count() == journal.GATHER_MOST + 1


def test_history_reads_a_case_in_one_query(django_assert_num_queries):
    user = User.objects.create_user("li", name="李")
    rows = Rows()
    made = organisation(rows)
    journal.record(
        actor=Actor(user=user), event=EVENT, subject=made, rows=rows, clauses=["B 1"], marks=["same_hand"]
    )
    rows = Rows()
    rows.update(made, name_en="Bureau")
    journal.record(actor=Actor.robot(), event="organisation.described", subject=made, rows=rows)
    recorded()
    with django_assert_num_queries(1):
        one, two = journal.history(made)
    assert (one.kind, one.actor, one.pseudonym, one.clauses, one.marks) == (
        EVENT,
        "李",
        user.pseudonym_hex,
        ["B 1"],
        ["same_hand"],
    )
    assert (two.kind, two.actor, two.pseudonym) == ("organisation.described", "", "robot")
    assert (one.index, one.checkpoint) == (None, None)
    assert str(one.label)
    assert two.facts == {f"organisation/{made.pk}": {"name_en": "Bureau", "entry_uid": two.uid.hex}}


def test_a_pseudonym_without_a_person_stays_one():
    user = User.objects.create_user("li")
    rows = Rows()
    made = organisation(rows)
    journal.record(actor=Actor(user=user), event=EVENT, subject=made, rows=rows)
    user.pseudonym.delete()
    (one,) = journal.history(made)
    assert (one.actor, len(one.pseudonym)) == ("", 32)


def test_one_entry_is_found_by_uid():
    uid = recorded().uid
    assert past.entry_of(uid).uid == uid
    assert past.entry_of(uuid.uuid4()) is None
    assert journal.index_of(uid) is None


def test_the_heart_beats_once_an_hour():
    with clock.at(MOMENT):
        assert journal.heartbeat() == 1
        assert journal.heartbeat() == 0
    with clock.at(MOMENT + dt.timedelta(hours=1)):
        assert journal.heartbeat() == 1
    assert Event.objects.filter(kind="log.heartbeat").count() == 2


CHANGES = [
    "UPDATE log_event SET kind = 'x'",
    "DELETE FROM log_event",
    "TRUNCATE log_event",
    "UPDATE log_body SET content = 'x'",
    "UPDATE log_body SET key = NULL, content = NULL",
    "DELETE FROM log_body",
    "TRUNCATE log_body",
    "UPDATE log_disclosure SET content = 'x'",
    "UPDATE log_disclosure SET key = NULL, content = NULL",
    "DELETE FROM log_disclosure",
    "TRUNCATE log_disclosure",
    "UPDATE log_head SET size = 5",
    "DELETE FROM log_head",
    "TRUNCATE log_head",
    "INSERT INTO log_head VALUES (2, 0, sha256(''))",
    "TRUNCATE log_leaf",
    "TRUNCATE log_tile",
    "TRUNCATE log_checkpoint",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_the_database_refuses(change: str, role: str):
    recorded()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        with pytest.raises(DatabaseError, match=r"append-only|may only|violates check"), transaction.atomic():
            cursor.execute(change)


def erase(uid: uuid.UUID, *, table: str = "log_body") -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET key = NULL, content = NULL WHERE event_uid = %s", [uid])


def test_only_beside_its_entry_may_a_body_be_erased(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(vocabulary.EVENTS, "entry.erased", "Entry erased")
    one, other = recorded(), recorded()
    with transaction.atomic():  # a savepoint: as deep as a command's own
        target = Event.objects.get(uid=one.uid)
        journal.record(actor=Actor.robot(), event="entry.erased", subject=target, rows=Rows())
    with pytest.raises(DatabaseError, match="append-only"):
        erase(other.uid)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE log_body SET content = 'x' WHERE event_uid = %s", [one.uid])
    erase(one.uid)
    erase(one.uid, table="log_disclosure")
    assert Body.objects.get(event_uid=one.uid).content is None
    assert past.entry_of(one.uid).is_erased


@pytest.mark.django_db(transaction=True)
def test_an_erasure_of_another_transaction_does_not_count(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(vocabulary.EVENTS, "entry.erased", "Entry erased")
    with transaction.atomic():
        one = recorded()
        target = Event.objects.get(uid=one.uid)
        journal.record(actor=Actor.robot(), event="entry.erased", subject=target, rows=Rows())
    with pytest.raises(DatabaseError, match="append-only"):
        erase(one.uid)
