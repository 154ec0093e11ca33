"""Chinese open-data portals: a table for each one known, known field names for one never seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.exchange.cleaning import ALL_SEPARATORS, SEPARATORS, said
from catalog.exchange.columns import TABLES, by_names, named
from catalog.exchange.formats import read_format
from catalog.exchange.record import Copy, Record, Taken
from catalog.exchange.refusals import Place, Problem, Refused
from catalog.exchange.values import Values, key_from, kind, language_of
from ledger.conditions import Opening


class Portal(NamedTuple):
    """What is particular to one portal (portals.toml).

    Attributes:
        host: where its records' pages lie; the portal is recognised by it.
        key: finds a record's own identifier in the address of its page.
        region: GB/T 2260 code of the area it serves.
        columns: its field name → ours.
        keyword_separators: what parts one keyword from the next.
    """

    identifier: str
    title: str
    title_en: str
    host: str
    key: re.Pattern[str]
    region: str
    columns: dict[str, str]
    keyword_separators: re.Pattern[str]


def portal_from(table: Mapping[str, Any]) -> Portal:
    """One portal of the table, its key compiled."""
    separators = ALL_SEPARATORS if table.get("enumeration_comma", True) else SEPARATORS
    told = {name: value for name, value in table.items() if name != "enumeration_comma"}
    return Portal(**told | {"key": re.compile(table["key"]), "keyword_separators": separators})


PORTALS = tuple(portal_from(table) for table in TABLES["portals"])
OPENINGS = {word: Opening(value) for value, words in TABLES["openings"].items() for word in words}
#: GB/T 4754-2017: a section's name → its letter.
INDUSTRIES = {name: letter for letter, name in TABLES["industries"].items()}


def portal_of(records: Sequence[Any]) -> Portal | None:
    """The known portal that a list of records comes from, by the first page address in it."""
    for record in (found for found in records[:50] if isinstance(found, dict)):
        for portal in PORTALS:
            page = next((column for column, field in portal.columns.items() if field == "landing_page"), "")
            if f"//{portal.host}/" in str(record.get(page)) and "title" in fields_of(record, portal):
                return portal
    return None


def fields_of(record: Mapping[str, Any], portal: Portal) -> set[str]:
    """Our fields that a record has by a portal's table."""
    return {portal.columns[column] for column in record if column in portal.columns}


def read_records(records: Sequence[Any], portal: Portal | None) -> Iterator[Taken | Refused]:
    """Read a portal's list of records one by one; a bad one never stops the others."""
    known: dict[tuple[str, ...], dict[str, str]] = {}
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            yield Refused(Place(record=number), (Problem("not_a_record", value=kind(record)),))
            continue
        names = tuple(record)
        columns = known.get(names) or known.setdefault(names, columns_of(names, portal))
        yield read_row(record, columns, Place(record=number), portal)


def columns_of(names: Sequence[str], portal: Portal | None) -> dict[str, str]:
    """Column → field: the portal's own table first, known names for the rest."""
    return by_names(names) | {
        name: portal.columns[name] for name in names if portal and name in portal.columns
    }


def read_row(
    row: Mapping[str, Any], columns: Mapping[str, str], place: Place, portal: Portal | None = None
) -> Taken | Refused:
    """One record of named columns."""
    values = Values(named(row, columns))
    title, owner, page = values.required("title"), values.required("owner"), values.address("landing_page")
    found = portal.key.search(page) if portal else None
    key = key_from(found[1] if found else "", values.words("key"), page, f"{owner}/{title}")
    if values.faults and (page or found):
        place = Place(record=place.record, row=place.row, sheet=place.sheet, key=key)
    record = build(values, portal, key=key, title=title, owner=owner, landing_page=page)
    return values.end(place, lambda: record)


def build(
    values: Values, portal: Portal | None, *, key: str, title: str, owner: str, landing_page: str
) -> Record:
    """The rest of a record, once its names are known."""
    summary, (begin, end) = values.prose("summary"), values.span("temporal")
    keywords = values.list("keywords", portal.keyword_separators if portal else ALL_SEPARATORS)
    language = values.words("language", 20) or language_of(title, summary)
    return Record(
        key=key, title=title, owner=owner, landing_page=landing_page, summary=summary,
        title_en=values.words("title_en", 300), language=language, keywords=keywords,
        person=values.words("person", 200), email=values.email("email"),
        telephone=values.words("telephone", 60),
        themes=tuple(dict.fromkeys(values.list("themes") + values.list("fields_of_use"))),
        issued=values.day("issued"), modified=values.day("modified"),
        frequency=values.frequency("frequency"), frequency_words=values.words("frequency", 60),
        temporal_from=begin, temporal_until=end, spatial=values.words("spatial", 300),
        opening=opening(values), copies=copies(values, landing_page),
        industry=industry(values), region=region(values) or (portal.region if portal else ""),
        licence=values.words("licence", 300), rights=values.prose("rights"),
        row_count=values.count("row_count"),
    )  # fmt: skip


def opening(values: Values) -> Opening:
    """The opening attribute; restricted, with a remark, where it is not said or not understood."""
    words = values.words("opening").replace("，", ",")
    found = OPENINGS.get(words) or OPENINGS.get(words.lower())
    if not found:
        values.remark("opening", "opening_unknown" if words else "opening_unstated", words)
    return found or Opening.RESTRICTED


def copies(values: Values, page: str) -> tuple[Copy, ...]:
    """One copy a format; a portal names formats, and has one page where all of them are."""
    address = values.address("address") or page
    formats = values.list("formats", ALL_SEPARATORS) or (("",) if values.get("address") else ())
    read = dict.fromkeys(read_format(words, address=address if not words else "") for words in formats)
    return tuple(Copy(found.kind, "", found.name, found.media_type, address) for found in read)


def industry(values: Values) -> str:
    """GB/T 4754: a code as it is, a section's name as its letter."""
    words = said(values.get("industry"))
    if not words or (words.isascii() and words.isalnum() and len(words) <= 5):
        return words
    return INDUSTRIES.get(words, "")


def region(values: Values) -> str:
    """GB/T 2260: six digits."""
    words = said(values.get("region"))
    if words and not (len(words) == 6 and words.isascii() and words.isdigit()):
        values.remark("region", "region", words)
        return ""
    return words
