"""`manage.py replay`: the demonstration book follows from its entries, and whatever is changed beside them is named."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction

from catalog.models import Dataset, Field, Filing
from ledger import journal, vocabulary
from ledger.access import role_group
from ledger.actor import Actor, Role
from ledger.models import Event, Invitation, Membership, Organisation, Pseudonym, User
from ledger.past import entry_of
from ledger.replay import Difference, Replay, Report, Undecided
from ledger.replay.tables import Table, our_models, tables
from ledger.rows import Rows, recorded_columns
from ledger.sequencer import run_all
from sharing.models import Grant, ShareRequest
from tests.log_tables import lifted


@pytest.fixture(scope="module")
def book(module_rows: None) -> Iterator[None]:
    """The demonstration book, its entries sequenced."""
    call_command("demo", "--quiet")
    run_all()
    yield
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


pytestmark = pytest.mark.usefixtures("book", "db")


def sql(statement: str, *values: Any) -> None:
    """What an operator does with psql."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def replayed() -> Report:
    return Replay(most=1000).run()


def only() -> Difference:
    """The one difference there is."""
    report = replayed()
    assert report.differences == len(report.first) == 1, report.first
    return report.first[0]


def test_the_demonstration_book_follows_from_its_entries():
    report = replayed()
    assert report.first == []
    assert (report.differences, report.erased, report.untold, report.waiting) == (0, 0, 0, 0)
    assert report.size == Event.objects.count() > 300
    assert report.rows == sum(table.model._base_manager.count() for table in tables()) > 300


def test_entries_that_wait_are_heard_too():
    with transaction.atomic():
        organisation, rows = Organisation.objects.all()[0], Rows()
        rows.update(organisation, contact="", industry="A01")
        journal.record(actor=Actor.robot(), event="organisation.described", subject=organisation, rows=rows)
    assert (replayed().first, replayed().waiting) == ([], 1)
    sql("UPDATE ledger_organisation SET industry = 'B' WHERE id = %s", organisation.pk)
    found = only()
    assert (found.index, found.uid, found.log, found.table) == (None, str(rows.uid), "A01", "B")
    assert str(found).startswith(f"ledger.Organisation {organisation.pk} industry: waiting entry {rows.uid} ")


# What is compared ------------------------------------------------------------------------------------------


def test_every_table_is_replayed_or_says_why_not():
    replayed_ones = {table.model for table in tables()}
    for model in our_models():
        reasons = getattr(model, "UNRECORDED", {})
        known = {"*", *(field.name for field in model._meta.concrete_fields)}
        assert set(reasons) <= known, model
        assert all(len(reason) > 10 for reason in reasons.values()), model
        assert (model in replayed_ones) == ("*" not in reasons), model
    assert {Dataset, Filing, ShareRequest, Grant, Organisation, Membership, User} <= replayed_ones


def test_names_in_entries_mean_one_table():
    names = [model._meta.model_name for model in our_models()]
    assert len(names) == len(set(names))
    for table in tables():
        columns = [column.name for column in table.columns]
        assert len(columns) == len(set(columns)), table
        assert "deleted" not in columns, table


def test_what_stands_beside_columns_belongs_to_a_replayed_table():
    assert {noun for noun, _name in vocabulary.BESIDE} <= {table.name for table in tables()}


# Tampering -------------------------------------------------------------------------------------------------

#: How to change a column of a kind, whatever stands there.
OTHERWISE: dict[type[models.Field[Any, Any]], str] = {
    models.BooleanField: "NOT coalesce({0}, FALSE)",
    models.ForeignKey: "coalesce({0}, 0) + 1000000",
    models.IntegerField: "coalesce({0}, 0) + 1",
    models.DateTimeField: "coalesce({0}, now()) + interval '1 microsecond'",
    models.DateField: "coalesce({0}, current_date) + 1",
    models.JSONField: """jsonb_build_array({0}, 'tampered')""",
    models.UUIDField: "gen_random_uuid()",
    models.CharField: "CASE {0} WHEN 'x' THEN 'y' ELSE 'x' END",
    models.TextField: "{0} || ' '",
}


def otherwise(field: Any) -> str:
    """An expression whose value differs from the column's; empty text becomes something too."""
    kind = next(kind for kind in OTHERWISE if isinstance(field, kind))
    if kind is models.TextField or (kind is models.CharField and field.max_length >= 300):
        return f"coalesce({connection.ops.quote_name(field.column)}, '') || '。'"
    return OTHERWISE[kind].format(connection.ops.quote_name(field.column))


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.label)
def test_a_change_of_any_column_is_named(table: Table):
    row = table.model._base_manager.order_by("pk").first()
    if row is None:
        pytest.skip("the demonstration book has no such row")
    columns = [table.model._meta.get_field(name) for name in recorded_columns(table.model)]
    changes = ", ".join(f"{connection.ops.quote_name(one.column)} = {otherwise(one)}" for one in columns)
    with transaction.atomic():
        sql(
            f"UPDATE {table.model._meta.db_table} SET {changes} WHERE {table.model._meta.pk.column} = %s",
            row.pk,
        )
        found = replayed().first
        transaction.set_rollback(True)
    named = {(one.what, one.model, one.pk, one.column) for one in found}
    assert named == {("changed", table.label, str(row.pk), one.name) for one in columns}
    assert all(one.index is not None and one.uid and one.log != one.table for one in found)


def newest_rows() -> list[tuple[Table, str]]:
    """The newest row of each table that has one."""
    found = [(table, table.model._base_manager.order_by("pk").last()) for table in tables()]
    return [(table, str(row.pk)) for table, row in found if row]


def test_rows_removed_are_named():
    rows = newest_rows()
    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        for table, pk in rows:
            meta = table.model._meta
            sql(f"DELETE FROM {meta.db_table} WHERE {meta.pk.column}::text = %s", pk)
        found = [one for one in replayed().first if not one.column]
        transaction.set_rollback(True)
    assert {(one.what, one.model, one.pk) for one in found} == {
        ("missing", table.label, pk) for table, pk in rows
    }
    assert all(one.index is not None and one.uid for one in found)


def test_rows_slipped_in_are_named():
    rows = [
        (table, pk) for table, pk in newest_rows() if table.name != "democlock"
    ]  # the only one there may be
    with transaction.atomic():
        for table, pk in rows:
            slip_in(table, pk)
        found = [one for one in replayed().first if not one.column]
        transaction.set_rollback(True)
    assert [(one.what, one.model, one.uid) for one in found] == [
        ("unknown", table.label, None) for table, _pk in rows
    ]
    assert all(str(one).endswith("was entered by nobody") for one in found)


def slip_in(table: Table, pk: str) -> None:
    """A copy of a row under another key, other also in what may be there but once."""
    meta = table.model._meta
    together = {
        name for one in meta.constraints if isinstance(one, models.UniqueConstraint) for name in one.fields
    }
    copied = [field for field in meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(field.column) for field in copied)
    values = ", ".join(
        otherwise(field)
        if field.unique or field.name in together
        else connection.ops.quote_name(field.column)
        for field in copied
    )
    key = meta.pk.column
    new = "'slipped'" if meta.pk.get_internal_type() == "CharField" else f"{key} + 1000000"
    sql(
        f"INSERT INTO {meta.db_table} ({key}, {names}) SELECT {new}, {values} FROM {meta.db_table} WHERE {key}::text = %s",
        pk,
    )


def test_the_entry_that_says_otherwise_is_named():
    grant = Grant.objects.filter(state="active")[0]
    sql("UPDATE sharing_grant SET ends = '2099-12-31' WHERE id = %s", grant.pk)
    found = only()
    told = entry_of(uuid.UUID(found.uid))
    assert (told.index, told.facts[f"grant/{grant.pk}"]["ends"]) == (found.index, grant.ends.isoformat())
    assert (found.log, found.table) == (grant.ends.isoformat(), "2099-12-31")
    assert str(found) == (
        f"sharing.Grant {grant.pk} ends: entry {found.index} ({found.uid}) says"
        f' "{grant.ends.isoformat()}", the table "2099-12-31"'
    )


def test_long_and_private_values_are_shown_as_they_were_told():
    dataset = Dataset.objects.exclude(summary="")[0]
    sql("UPDATE catalog_dataset SET summary = %s, contact = '别人' WHERE id = %s", "长" * 500, dataset.pk)
    found = {one.column: (one.log, one.table) for one in replayed().first}
    assert found == {"summary": (dataset.summary, "长" * 500), "contact": (dataset.contact, "别人")}


def test_a_field_of_a_dataset_changed_is_named():
    field = Field.objects.order_by("pk").first()
    assert field is not None
    sql("UPDATE catalog_field SET level = 'core' WHERE id = %s", field.pk)
    found = only()
    assert (found.model, found.pk, found.column) == ("catalog.Dataset", str(field.dataset_id), "fields")
    assert [row["name"] for row in found.log] == [row["name"] for row in found.table]
    sql("DELETE FROM catalog_field WHERE dataset_id = %s", field.dataset_id)
    assert only().table is None


def test_a_role_given_with_sql_is_named():
    person, house = User.objects.get(username="farmer"), Organisation.objects.filter(registry_body=True)[0]
    role_group(house, Role.OFFICER).user_set.add(person)
    found = only()
    assert (found.model, found.pk, found.column) == ("ledger.Organisation", str(house.pk), "roles")
    assert (found.log or {}).get(person.pseudonym_hex) is None
    assert found.table[person.pseudonym_hex] == ["officer"]


def test_a_viewer_named_with_sql_is_named():
    dataset, person = Dataset.objects.order_by("pk")[0], User.objects.get(username="farmer")
    sql(
        "INSERT INTO catalog_datasetuserpermission (content_object_id, user_id, permission_id)"
        " SELECT %s, %s, id FROM auth_permission WHERE codename = 'view_dataset'",
        dataset.pk, person.pk,
    )  # fmt: skip
    found = only()
    assert (found.pk, found.column, found.table) == (str(dataset.pk), "viewer", [person.pseudonym_hex])
    sql(
        "UPDATE catalog_datasetuserpermission SET permission_id = (SELECT id FROM auth_permission WHERE codename = 'edit_dataset')"
    )
    assert only().table == [f"{person.pseudonym_hex} edit_dataset"]


def test_a_person_put_in_anothers_place_is_named():
    """Exchanging two pseudonyms exchanges two people in everything they did."""
    one, other = Pseudonym.objects.order_by("pk")[:2]
    sql("UPDATE ledger_pseudonym SET handle = gen_random_uuid() WHERE id = %s", one.pk)
    sql("UPDATE ledger_pseudonym SET handle = %s WHERE id = %s", one.handle, other.pk)
    assert {found.column for found in replayed().first} >= {"user", "roles"}


def test_all_differences_are_counted_and_the_first_named():
    count = Membership.objects.count()
    sql("UPDATE ledger_membership SET joined_at = now()")
    report = Replay(most=2).run()
    assert (report.differences, len(report.first)) == (count, 2)
    assert report.finding == replayed().finding != ""
    sql("UPDATE ledger_membership SET left_at = now()")
    assert report.finding != replayed().finding


# What cannot be compared -------------------------------------------------------------------------------------


def erase(table: str, where: str, *values: Any) -> None:
    with lifted() as cursor:
        cursor.execute(f"UPDATE log_{table} SET key = NULL, content = NULL WHERE {where}", values)


def test_an_erased_value_is_counted_apart():
    dataset = Dataset.objects.exclude(contact="")[0]
    erase("disclosure", "path = %s", f"dataset/{dataset.pk}/contact")
    sql("UPDATE catalog_dataset SET contact = '' WHERE id = %s", dataset.pk)
    report = replayed()
    assert (report.first, report.erased) == ([], 1)
    sql("UPDATE catalog_dataset SET title = 'x' WHERE id = %s", dataset.pk)
    assert only().column == "title"


def test_an_erased_body_excuses_its_rows_and_no_others():
    invitation = Invitation.objects.order_by("-pk")[0]
    grant = Grant.objects.order_by("pk")[0]
    erase("body", "event_uid = %s", invitation.entry_uid)
    assert replayed().first == []
    sql("UPDATE sharing_grant SET ends = '2099-12-31' WHERE id = %s", grant.pk)
    assert only().column == "ends"


def test_a_person_forgotten_is_counted_apart():
    user = User.objects.get(username="farmer")
    Pseudonym.objects.filter(user=user).delete()
    report = replayed()
    assert report.first == []
    assert report.erased > 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log_body WHERE event_uid = (SELECT uid FROM log_event ORDER BY id LIMIT 1)",
        "DELETE FROM log_leaf WHERE idx = 7",
        "UPDATE log_body SET content = '[1]' WHERE event_uid = (SELECT uid FROM log_event ORDER BY id LIMIT 1)",
    ],
)
def test_it_cannot_tell_from_a_damaged_log(statement: str):
    with lifted() as cursor:
        cursor.execute(statement)
    with pytest.raises(Undecided, match="verify"):
        replayed()


def test_a_value_removed_from_the_log_is_no_erasure():
    dataset = Dataset.objects.exclude(contact="")[0]
    with lifted() as cursor:
        cursor.execute("DELETE FROM log_disclosure WHERE path = %s", [f"dataset/{dataset.pk}/contact"])
    assert (only().column, only().log) == ("contact", "lost")


# The command -------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("replay", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_that_all_agrees():
    code, text = run()
    assert (code, text[:7]) == (0, "Agrees:")
    told = json.loads(run("--json")[1])
    assert (told["verdict"], told["differences"], told["size"]) == ("agrees", 0, Event.objects.count())


def test_the_command_names_the_differences():
    sql("UPDATE ledger_membership SET joined_at = now()")
    code, text = run("--most", "3")
    first, *named = text.strip().splitlines()
    assert (code, first[:8], len(named)) == (1, "DIFFERS:", 3)
    assert f"DIFFERS: {Membership.objects.count()} found" in first
    assert "the first 3" in first
    told = json.loads(run("--json", "--most", "0")[1])
    assert (told["verdict"], told["first"]) == ("differs", [])


def test_the_command_cannot_tell_without_a_body():
    with lifted() as cursor:
        cursor.execute(
            "DELETE FROM log_body WHERE event_uid = (SELECT uid FROM log_event ORDER BY id LIMIT 1)"
        )
    code, text = run()
    assert (code, text.startswith("Could not tell: the body of entry 0")) == (2, True)
    assert json.loads(run("--json")[1])["verdict"] == "undecided"
