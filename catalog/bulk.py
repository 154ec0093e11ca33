"""Many rows of one model at once: by COPY, with what their entries tell of them.

Writes and tells exactly what `Rows.create` would, row by row; a test holds the two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection, models

from ledger.rows import Rows, jsonable, key, recorded_columns

M = TypeVar("M", bound=models.Model)


class Column(NamedTuple):
    """One column: its field's name, where its value stands on an object, and how COPY wants it.

    `blank` is the value of an object nobody filled, `told` the same as an entry tells it: most columns of an imported
    row are blank, and comparing is cheaper than converting.
    """

    name: str
    attribute: str
    written: Callable[[Any], Any] | None
    blank: Any
    told: Any


class Bulk(Generic[M]):
    """Inserts rows of one model."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        meta, blank = model._meta, model()
        self.key = meta.pk.attname
        fields = [field for field in meta.concrete_fields if not field.primary_key]
        self.columns = [column_of(field, getattr(blank, field.attname)) for field in fields]
        names = [field.column or field.name for field in (meta.pk, *fields)]
        quoted = [connection.ops.quote_name(name) for name in names]
        self.table = connection.ops.quote_name(meta.db_table)
        self.copy = f"COPY {self.table} ({', '.join(quoted)}) FROM STDIN"
        self.private: Collection[str] = getattr(model, "PRIVATE", ())
        recorded = recorded_columns(model)
        self.told = [column for column in self.columns if column.name in recorded]

    def insert(self, objects: Sequence[M]) -> None:
        """Give each object its key and write all of them."""
        if not objects:
            return
        with connection.cursor() as cursor:
            ids = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(ids, [self.table, self.key, len(objects)])
            for each, (number,) in zip(objects, cursor.fetchall(), strict=True):
                setattr(each, self.key, number)
                each._state.adding, each._state.db = False, connection.alias
            with cursor.copy(self.copy) as copy:
                for each in objects:
                    copy.write_row(self.row(each))

    def row(self, each: M) -> list[Any]:
        """One row as COPY writes it."""
        values = each.__dict__
        return [values[self.key]] + [
            column.written(values[column.attribute]) if column.written else values[column.attribute]
            for column in self.columns
        ]

    def note(self, rows: Rows, each: M) -> None:
        """Note all columns of a new row, as `Rows.create` does."""
        where, values = key(each), each.__dict__
        facts = rows.facts[where] = {
            column.name: column.told
            if (value := values[column.attribute]) == column.blank
            else jsonable(value)
            for column in self.told
        }
        for name in self.private:
            if facts[name] not in ("", None, [], {}):
                rows.private[f"{where}/{name}"] = facts.pop(name)


def column_of(field: models.Field[Any, Any], blank: Any) -> Column:
    """How one field is written and told."""
    written: Callable[[Any], Any] | None = None
    if isinstance(field, models.JSONField):
        written = as_json
    elif isinstance(field, models.CharField | models.TextField):
        written = as_text
    return Column(field.name, field.attname, written, blank, jsonable(blank))


def as_json(value: Any) -> str | None:
    """A JSON column's text."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


def as_text(value: Any) -> str | None:
    """Text, also of an enum's member."""
    return value if value is None or type(value) is str else str(value)
