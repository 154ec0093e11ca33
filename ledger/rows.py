"""One change: the rows a command writes, collected as it writes them, so that the entry can never drift from the tables."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

from django.db import models, router
from django.db.models.deletion import Collector

M = TypeVar("M", bound=models.Model)
#: In a model's `UNRECORDED`: no entry tells of the table at all.
WHOLE = "*"


class Rows:
    """Creates and updates rows and keeps what it wrote, column by column.

    Attributes:
        uid: the uid of the entry these rows will be recorded under; rows with an `entry_uid` column keep it.
        facts: {"filing/12": {"state": "filed"}}: every changed column's new value, as restricted JSON.
        private: {"filing/12/statement": "…"}: columns a model lists in `PRIVATE` (free text, names, mail);
            in the entry they stand as commitments of their own.

    A model lists in `UNRECORDED`, with the reason, the columns that change without an entry.
    """

    def __init__(self) -> None:
        self.uid = uuid.uuid4()
        self.facts: dict[str, dict[str, Any]] = {}
        self.private: dict[str, Any] = {}

    def create(self, model: type[M], **values: Any) -> M:
        """Insert one row and note all of its columns."""
        return self.insert(model(**values))

    def insert(self, obj: M) -> M:
        """Insert one row that stands in memory, and note all of its columns."""
        self._stamp(obj, {})
        obj.save(force_insert=True)
        self.note(obj, recorded_columns(type(obj)))
        return obj

    def update(self, obj: M, **values: Any) -> M:
        """Change columns of one row and note them."""
        for name, value in values.items():
            setattr(obj, name, value)
        self._stamp(obj, values)
        if values:
            obj.save(update_fields=list(values))
            self.note(obj, values)
        return obj

    def delete(self, obj: models.Model) -> None:
        """Remove one row of a draft with what hangs on it; the entry says what is gone, and still names it."""
        pk = obj.pk
        collector = Collector(using=router.db_for_write(type(obj)), origin=obj)
        collector.collect([obj])
        gone: list[Iterable[models.Model]] = [*collector.data.values(), *collector.fast_deletes]
        for row in chain.from_iterable(gone):
            if is_recorded(type(row)):
                self._forget(row)
        emptied: Any = collector.field_updates  # lists of sets of rows, unlike what the stub says
        for (field, value), sets in emptied.items():
            for row in chain.from_iterable(sets):
                setattr(row, field.attname, value)
                self.note(row, [field.name])
        obj.delete()
        obj.pk = pk

    def note(self, obj: models.Model, columns: Any) -> None:
        """Note columns of a row that was written already."""
        where = key(obj)
        facts = self.facts.setdefault(where, {})
        for name in columns:
            value, path = plain(obj, name), f"{where}/{name}"
            if name in getattr(obj, "PRIVATE", ()) and value not in ("", None, [], {}):
                self.private[path] = value
                facts.pop(name, None)
            else:
                facts[name] = value
                self.private.pop(path, None)

    def _forget(self, obj: models.Model) -> None:
        """Note that a row is gone, and nothing else of it."""
        where = key(obj)
        self.facts[where] = {"deleted": True}
        for path in [path for path in self.private if path.startswith(f"{where}/")]:
            del self.private[path]

    def _stamp(self, obj: models.Model, values: dict[str, Any]) -> None:
        if any(field.name == "entry_uid" for field in obj._meta.concrete_fields):
            values["entry_uid"] = obj.entry_uid = self.uid  # type: ignore[attr-defined]


def is_recorded(model: type[models.Model]) -> bool:
    """Whether entries tell of a table's rows."""
    return WHOLE not in getattr(model, "UNRECORDED", ())


def recorded_columns(model: type[models.Model]) -> list[str]:
    """The columns of which entries tell; the primary key stands in the row's name."""
    left_out = getattr(model, "UNRECORDED", ())
    fields = (field for field in model._meta.concrete_fields if not field.primary_key)
    return [field.name for field in fields if field.name not in left_out]


def key(obj: models.Model) -> str:
    """The name of a row in facts: "filing/12"."""
    return f"{obj._meta.model_name}/{obj.pk}"


def plain(obj: models.Model, column: str) -> Any:
    """One column as restricted JSON: no floats, people by pseudonym, times in UTC."""
    field = obj._meta.get_field(column)
    if field.is_relation:
        related = getattr(obj, field.attname)  # type: ignore[union-attr]
        if related is not None and field.related_model._meta.label == "ledger.User":  # type: ignore[union-attr]
            return getattr(obj, column).pseudonym_hex
        return jsonable(related)
    return jsonable(getattr(obj, column))


def jsonable(value: Any) -> Any:
    """A value as restricted JSON (ledger.entry): floats and decimals become their shortest decimal text."""
    match value:
        case None | bool() | int() | str():
            return str(value) if isinstance(value, str) else value
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case dt.date():
            return value.isoformat()
        case uuid.UUID():
            return value.hex
        case float() | Decimal():
            return repr(value) if isinstance(value, float) else str(value)
        case bytes() | memoryview():
            return bytes(value).hex()
        case dict():
            return {str(name): jsonable(inner) for name, inner in value.items()}
        case set() | frozenset():
            return sorted(jsonable(inner) for inner in value)
        case list() | tuple():
            return [jsonable(inner) for inner in value]
    return str(value)
