"""What the tables say: every recorded row, its columns spelt as entries spell them.

Which tables and columns are left out stands beside their models: `UNRECORDED = {"column": "why"}`, or {"*": "why"} for a
table no entry tells of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import models

from ledger import vocabulary
from ledger.models import Pseudonym, User
from ledger.replay.told import Silence, brief
from ledger.rows import is_recorded, jsonable, recorded_columns
from ledger.vocabulary import Beside

FLOORS = ("ledger", "catalog", "sharing")
PAGE = 1024
#: Values that entries spell as they are.
SCALARS = {str, int, bool, type(None)}


@dataclass
class People:
    """Who is who: entries name people by pseudonym."""

    handles: dict[int, str]
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(self.handles.values())

    @classmethod
    def read(cls) -> People:
        return cls({user: handle.hex for user, handle in Pseudonym.objects.values_list("user_id", "handle")})

    def has_lost(self, column: Column, said: Any) -> bool:
        """Whether the log names a person whose pseudonym nobody can resolve any more."""
        return column.names_person and isinstance(said, str) and said not in self.known


@dataclass(frozen=True)
class Column:
    """One column of a table, or what entries tell of a row beside its columns (`beside`)."""

    name: str
    default: Any
    attribute: str = ""
    names_person: bool = False
    beside: Beside | None = None

    @property
    def is_merged(self) -> bool:
        """Whether every entry about it counts, not only the last."""
        return self.beside is not None and self.beside.merged is not None

    def laid(self, before: Any, value: Any) -> Any:
        """A value as it is kept, laid over the one before."""
        if isinstance(value, Silence):
            return value
        if self.beside is None or self.beside.merged is None:
            return brief(value or None) if self.beside else brief(value)
        return self.beside.merged(None if isinstance(before, Silence) else before, value)

    def told(self, said: Any, people: People) -> Any:
        """What was told, as it is compared."""
        if self.beside is None or self.beside.merged is None or isinstance(said, Silence):
            return said
        return brief(self.beside.of_known(said, people.known) or None)

    def stands(self, value: Any, people: People) -> Any:
        """A value of the table as entries spell it."""
        if self.names_person and value is not None:
            return people.handles.get(value, f"user/{value}")
        return value if type(value) in SCALARS else jsonable(value)


@dataclass(frozen=True)
class Table:
    """One recorded table."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        return self.model._meta.model_name or ""

    @property
    def label(self) -> str:
        return self.model._meta.label

    @cached_property
    def columns(self) -> list[Column]:
        found = [column_of(self.model._meta.get_field(name)) for name in recorded_columns(self.model)]
        told = vocabulary.BESIDE.items()
        return found + [
            Column(name, None, beside=beside) for (noun, name), beside in told if noun == self.name
        ]

    @cached_property
    def places(self) -> dict[str, int]:
        return {column.name: place for place, column in enumerate(self.columns)}

    def uid_of(self, stands: list[Any]) -> list[str]:
        """The uid of the row's last entry, if the table has it."""
        uid = stands[self.places["entry_uid"]] if "entry_uid" in self.places else None
        return [uid] if uid else []

    def stand(self, people: People) -> Iterator[tuple[str, list[Any]]]:
        """Every row: its key and the values of its columns."""
        beside = [dict(column.beside.stands(people.handles)) for column in self.columns if column.beside]
        plain = [column for column in self.columns if not column.beside]
        for pk, *values in self._rows([column.attribute for column in plain]):
            told = [column.stands(value, people) for column, value in zip(plain, values, strict=True)]
            yield str(pk), told + [found.get(pk) or None for found in beside]

    def _rows(self, attributes: list[str]) -> Iterator[tuple[Any, ...]]:
        """Page by page, in the order of keys; no server-side cursor (see ledger.audit.stored.pages)."""
        found = self.model._base_manager.order_by("pk").values_list("pk", *attributes)
        page = list(found[:PAGE])
        while page:
            yield from page
            page = list(found.filter(pk__gt=page[-1][0])[:PAGE])


def column_of(column: Any) -> Column:
    """A column of a model."""
    names_person = column.is_relation and column.related_model is User
    default = None if column.is_relation else jsonable(column.get_default())
    return Column(column.name, default, column.attname, names_person)


def our_models() -> list[type[models.Model]]:
    """Every table of the three floors that Django makes."""
    return [model for model in apps.get_models() if model._meta.app_label in FLOORS and model._meta.managed]


def tables() -> list[Table]:
    """Those whose rows entries tell of."""
    return [Table(model) for model in our_models() if is_recorded(model)]
