"""Rows written by the many are the rows written one by one, to the column and to the entry."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection, models

from catalog.bulk import Bulk
from catalog.models import Dataset, Distribution
from ledger.clock import now
from ledger.conditions import Opening
from ledger.models import Organisation
from ledger.rows import Rows, key, recorded_columns

pytestmark = pytest.mark.django_db


def owner() -> Organisation:
    return Organisation.objects.create(name="市农业农村局", kind="department", registered_at=now())


def dataset(held_by: Organisation, title: str) -> Dataset:
    return Dataset(
        owner=held_by,
        title=title,
        summary="一行\n二行\t制表\\反斜杠 “引号” 𠮷",
        contact="0830-1234567",
        keywords=["土壤", 'a"b', "c\\d"],
        regime="government",
        opening=Opening.PUBLIC,
        issued=dt.date(2026, 3, 2),
        row_count=0,
        created_at=now(),
    )


def same(first: models.Model, second: models.Model) -> None:
    left, right = (
        {
            field.name: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if not field.primary_key
        }
        for row in (first, second)
    )
    assert left == right


def test_it_writes_what_save_writes() -> None:
    held_by = owner()
    one, other = dataset(held_by, "甲"), dataset(held_by, "甲")
    other.created_at = one.created_at
    Bulk(Dataset).insert([one])
    other.save()
    same(Dataset.objects.get(pk=one.pk), Dataset.objects.get(pk=other.pk))


def test_it_notes_what_rows_note() -> None:
    made = dataset(owner(), "甲")
    bulk = Bulk(Dataset)
    bulk.insert([made])
    ours, theirs = Rows(), Rows()
    bulk.note(ours, made)
    theirs.note(made, recorded_columns(Dataset))
    assert (ours.facts, ours.private) == (theirs.facts, theirs.private)
    assert ours.private == {f"{key(made)}/contact": "0830-1234567"}


def test_keys_go_on_where_the_sequence_stands() -> None:
    held_by = owner()
    first, second = dataset(held_by, "甲"), dataset(held_by, "乙")
    Bulk(Dataset).insert([first, second])
    third = dataset(held_by, "丙")
    third.save()
    assert len({first.pk, second.pk, third.pk}) == 3
    copies = [Distribution(dataset=first, kind="file"), Distribution(dataset=second, kind="interface")]
    Bulk(Distribution).insert(copies)
    assert [copy.kind for copy in Distribution.objects.order_by("pk")] == ["file", "interface"]


def test_it_writes_nothing_for_nothing() -> None:
    with connection.execute_wrapper(lambda *_args: pytest.fail("a statement for no rows")):
        Bulk(Dataset).insert([])
