"""Lists: filter, search, order, page by key, choose fields, expand links. An unknown parameter is refused,
not ignored: a mistyped filter must not answer with everything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.core.exceptions import ValidationError as FieldFault
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from ledger.actor import Actor
from ledger.api.nouns import Noun

PAGE, MOST = 50, 200
LIST_WORDS = {"cursor", "page_size", "fields", "expand", "order", "q"}
DETAIL_WORDS = {"fields", "expand"}


def refused(name: str, code: str, words: str) -> ValidationError:
    """A fault in one query parameter."""
    return ValidationError({name: [ErrorDetail(words, code)]})


@dataclass(frozen=True)
class Query:
    """What a reader asked for besides the object: checked once, at the door."""

    noun: Noun
    params: QueryDict
    fields: frozenset[str]
    expand: frozenset[str]

    @classmethod
    def read(cls, noun: Noun, params: QueryDict, *, listing: bool) -> Query:
        """Check the parameters.

        Raises:
            ValidationError: an unknown one, or an unknown field.
        """
        known = LIST_WORDS | set(noun.filters) if listing else DETAIL_WORDS
        for name in sorted(set(params) - known):
            words = _("Unknown parameter. Known here: %(known)s.") % {"known": ", ".join(sorted(known))}
            raise refused(name, "unknown", words)
        expand = chosen(params, "expand", {"actions", *links(noun)})
        fields = chosen(params, "fields", field_names(noun))
        if listing and not fields and noun.list_fields:
            fields = frozenset({*noun.list_fields, "state"})
        return cls(noun, params, fields | (expand - {"actions"} if fields else frozenset()), expand)

    def page(self, found: models.QuerySet[Any], actor: Actor) -> tuple[list[Any], str]:
        """One page of rows, and the cursor of the next one ("" at the end)."""
        return page_of(self.searched(self.filtered(found, actor)), self.order(), self.params)

    def filtered(self, found: models.QuerySet[Any], actor: Actor) -> models.QuerySet[Any]:
        """Every filter laid over the rows."""
        for name, rule in self.noun.filters.items():
            value = self.params.get(name, "")
            if value == "":
                continue
            try:
                found = rule(found, value, actor) if callable(rule) else looked_up(found, rule, value)
                str(found.query)  # a value of the wrong type shows when the statement is made
            except EmptyResultSet:
                return found.none()
            except (ValueError, TypeError, FieldFault, FieldError) as error:
                words = _("“%(value)s” is no value for this filter.") % {"value": value}
                raise refused(name, "invalid", words) from error
        return found

    def searched(self, found: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Rows with every word of `q` somewhere in the noun's searched columns."""
        for word in self.params.get("q", "").replace("\x00", " ").split()[:10]:
            anywhere = Q()
            for lookup in self.noun.search:
                anywhere |= Q(**{f"{lookup}__icontains": word})
            found = found.filter(anywhere)
        return found

    def order(self) -> str:
        """The column to order by.

        Raises:
            ValidationError: the noun is not ordered so.
        """
        wanted = self.params.get("order", "") or self.noun.order
        able = {self.noun.order, *self.noun.orders}
        if wanted.removeprefix("-") not in {name.removeprefix("-") for name in able}:
            raise refused(
                "order", "unknown", _("Lists are ordered by: %(able)s.") % {"able": ", ".join(sorted(able))}
            )
        return wanted


def page_of(found: models.QuerySet[Any], column: str, params: QueryDict) -> tuple[list[Any], str]:
    """One page of rows in the order of a column, and the cursor of the next one ("" at the end)."""
    size = page_size(params)
    found = after(found, column, params.get("cursor", ""))
    rows = [*found.order_by(*ordering(column))[: size + 1]]
    return rows[:size], cursor_of(rows[size - 1], column) if len(rows) > size else ""


def looked_up(found: models.QuerySet[Any], lookup: str, value: str) -> models.QuerySet[Any]:
    """One lookup; several values by comma."""
    if "\x00" in value:
        raise ValueError(value)
    values = [part for part in value.split(",") if part]
    if len(values) > 1:
        return found.filter(**{f"{lookup}__in": values})
    return found.filter(**{lookup: {"true": True, "false": False}.get(value, value)})


def chosen(params: QueryDict, name: str, able: set[str]) -> frozenset[str]:
    """The names in a comma list.

    Raises:
        ValidationError: one that is not known.
    """
    wanted = frozenset(part.strip() for part in params.get(name, "").split(",") if part.strip())
    if wanted - able:
        raise refused(name, "unknown", _("Known here: %(known)s.") % {"known": ", ".join(sorted(able))})
    return wanted


def page_size(params: QueryDict) -> int:
    """Rows a page, at most `MOST`.

    Raises:
        ValidationError: no number, or out of bounds.
    """
    text = params.get("page_size", str(PAGE))
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= MOST:
        raise refused("page_size", "range", _("A whole number from 1 to %(most)d.") % {"most": MOST})
    return int(text)


def ordering(column: str) -> list[str]:
    """The column, and the key in the same direction to break ties."""
    sign, name = ("-", column[1:]) if column.startswith("-") else ("", column)
    return [column] if name == "pk" else [column, f"{sign}pk"]


def after(found: models.QuerySet[Any], column: str, cursor: str) -> models.QuerySet[Any]:
    """The rows that come after a cursor.

    Raises:
        ValidationError: it is not one of ours, or of another order.
    """
    if not cursor:
        return found
    name, beyond = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
    try:
        of, *values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if of != column or len(values) != len(ordering(column)):
            raise ValueError(of)
        further = Q(**{f"pk__{beyond}": values[-1]})
        if name != "pk":
            further = Q(**{f"{name}__{beyond}": values[0]}) | Q(**{name: values[0]}) & further
        return found.filter(further)
    except (ValueError, TypeError, OverflowError, RecursionError, FieldFault) as error:
        raise refused(
            "cursor", "invalid", _("Follow the address in “next”; a cursor is not made by hand.")
        ) from error


def cursor_of(row: models.Model, column: str) -> str:
    """Where a page ended."""
    values: list[Any] = [attribute(row, name.lstrip("-")) for name in ordering(column)]
    return base64.urlsafe_b64encode(json.dumps([column, *values], default=str).encode()).decode()


def attribute(row: Any, path: str) -> Any:
    """A column of a row, through joins."""
    for step in path.split("__"):
        row = getattr(row, step)
    return row


def field_names(noun: Noun) -> set[str]:
    """The fields of a noun's output."""
    return set(noun.output().fields)


def links(noun: Noun) -> set[str]:
    """The fields of a noun's output that can be expanded."""
    from ledger.api.outputs import Link

    return {name for name, field in noun.output().fields.items() if isinstance(field, Link)}


def expansions(query: Query, rows: Sequence[Any], actor: Actor) -> dict[str, dict[Any, Any]]:
    """The linked objects of a page by field and key, one query a field; what the actor may not see stays a
    link.
    """
    from ledger.api import nouns

    found: dict[str, dict[Any, Any]] = {}
    for name in sorted(query.expand - {"actions"}):
        source = query.noun.output().fields[name].source or name
        linked = [attribute(row, source.replace(".", "__")) for row in rows]
        keys = {other.pk for other in linked if other is not None}
        noun = next((nouns.noun_of(type(other)) for other in linked if other is not None), None)
        if noun is None:
            continue
        seen = noun.visible_to(actor).filter(pk__in=keys)
        found[name] = {other.pk: noun.output(other, context={"actor": actor}).data for other in seen}
    return found
