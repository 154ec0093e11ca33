"""Column names that people use for the fields of a dataset, and how a header row is recognised by them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.exchange.cleaning import folded, said

#: The declarative tables: portals that are known, and names for one that is not.
TABLES = tomllib.loads(Path(__file__).with_name("portals.toml").read_text(encoding="utf-8"))
#: A name as it is compared → our field.
FIELDS = {folded(name): field for field, names in TABLES["names"].items() for name in names}
#: The header stands in one of these rows, below titles and notes.
HEADER_WITHIN = 20


def by_names(columns: Iterable[Any]) -> dict[str, str]:
    """The source's column → our field, for the columns whose names are known."""
    return {
        column: field
        for column in columns
        if isinstance(column, str) and (field := FIELDS.get(folded(column)))
    }


def header_at(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which row is the header: the one that names most fields, a title and an owner among them."""
    best, found = 0, None
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        fields = set(by_names([cell for cell in row if isinstance(cell, str)]).values())
        if {"title", "owner"} <= fields and len(fields) > best:
            best, found = len(fields), number
    return found


def named(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """One row's values by our field; where two columns mean the same, the first that says something."""
    found: dict[str, tuple[str, Any]] = {}
    for column, field in columns.items():
        if column in row and (field not in found or not said(found[field][1])):
            found[field] = (column, row[column])
    return found
