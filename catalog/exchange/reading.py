"""Any catalogue file: recognise what it is, and read it record by record. The one entrance for imports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from catalog.exchange import dcat_us, portal_cn, tabular
from catalog.exchange.encodings import Text, decode
from catalog.exchange.record import Reading, Repeated, Taken
from catalog.exchange.refusals import FileRefused, Place, Problem, Refused
from catalog.exchange.values import kind

FORMATS = ("auto", "dcat-us", "portal-cn", "csv", "xlsx")
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # zip (xlsx, ods) and OLE (xls)
#: Where an interface's answer keeps its list.
LISTS = ("data", "records", "rows", "list", "result", "results", "items", "datasets")


def read_catalogue(raw: bytes, format: str = "auto") -> Reading:
    """Recognise a catalogue and begin to read it.

    Args:
        raw: the whole file.
        format: one of `FORMATS`; anything but auto insists.

    Raises:
        FileRefused: the file as a whole cannot be taken.
    """
    if raw.startswith(WORKBOOKS):
        expect("xlsx", format)
        found = tabular.read_workbook(raw)
    else:
        found = read_text(decode(raw), format)
    return msgspec.structs.replace(found, items=told_apart(found.items))


def expect(found: str, format: str) -> None:
    """Refuse a file of another format than the one insisted on."""
    if format not in ("auto", found):
        raise FileRefused("format_mismatch", value=format)


def read_text(file: Text, format: str) -> Reading:
    """A text file: JSON where it begins like JSON, otherwise a table."""
    if file.text.lstrip()[:1] not in ("{", "["):
        expect("csv", format)
        return tabular.read_csv(file.text, file.encoding)
    content = read_json(file.text)
    if isinstance(content, dict) and ("dataset" in content or format == "dcat-us"):
        expect("dcat-us", format)
        return feed(content, file.encoding)
    expect("portal-cn", format)
    records = list_in(content)
    portal = portal_cn.portal_of(records)
    items = portal_cn.read_records(records, portal)
    return Reading("portal-cn", len(records), items, encoding=file.encoding).of(portal)


def feed(catalogue: dict[str, Any], encoding: str) -> Reading:
    """A data.json with the title it gives itself."""
    datasets = dcat_us.datasets_of(catalogue)
    title = catalogue.get("title")
    named = title if isinstance(title, str) else ""
    return Reading("dcat-us", len(datasets), dcat_us.read_datasets(datasets), title=named, encoding=encoding)


def read_json(text: str) -> Any:
    """Parse JSON; what only the strict parser minds (NaN, half surrogates) is left to the records' readers.

    Raises:
        FileRefused: it is broken, with the row and byte where.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        pass
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode("utf-8", "surrogatepass")) + 1
        raise FileRefused("json_broken", Place(row=error.lineno, byte=at), error.msg)
    except (RecursionError, ValueError) as error:
        raise FileRefused("json_broken", value=error)


def list_in(content: Any) -> list[Any]:
    """The list of records: the whole file, or the one list of an interface's answer."""
    if isinstance(content, list):
        return content
    for name in LISTS:
        found = content.get(name) if isinstance(content, dict) else None
        if isinstance(found, list):
            return found
        if isinstance(found, dict):
            return list_in(found)
    raise FileRefused("no_records", value=kind(content))


def told_apart(items: Iterator[Taken | Refused]) -> Iterator[Taken | Repeated | Refused]:
    """Keep each key once: an identical repetition is told from two records that claim the same key."""
    seen: dict[str, tuple[str, Place]] = {}
    for item in items:
        if isinstance(item, Refused):
            yield item
            continue
        key, digest = item.record.key, item.record.digest
        if key not in seen:
            seen[key] = digest, item.place
            yield item
        elif seen[key][0] == digest:
            yield Repeated(item.place, seen[key][1])
        else:
            place = msgspec.structs.replace(item.place, key=key)
            yield Refused(place, (Problem("key_twice", value=str(seen[key][1])),))
