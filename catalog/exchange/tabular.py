"""Tables as people keep them: CSV of any common delimiter, workbooks, the header row wherever it stands."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from catalog.exchange.columns import HEADER_WITHIN, by_names, header_at
from catalog.exchange.formats import is_address
from catalog.exchange.portal_cn import columns_of, portal_of, read_row
from catalog.exchange.record import Reading, Taken
from catalog.exchange.refusals import FileRefused, Place, Problem, Refused

DELIMITERS = ",;\t|"
#: What a workbook may unpack to; a few kilobytes of zip can hold gigabytes of blanks.
MOST_UNPACKED = 512 * 1024 * 1024
ADDRESSES = {"landing_page", "address"}


class Row(NamedTuple):
    """One row and where it stands; `fault` says why its cells could not be told apart."""

    number: int
    cells: Sequence[Any]
    fault: str = ""


class Table(NamedTuple):
    """The rows below a header, and what was noticed on the way to it."""

    header: list[str]
    rows: list[Row]
    sheet: str = ""
    notes: tuple[Problem, ...] = ()


def read_csv(text: str, encoding: str) -> Reading:
    """Read delimited text.

    Raises:
        FileRefused: no header is found, or the file breaks off in its last row.
    """
    delimiter = sniffed(text)
    rows = list(split(text, delimiter))
    table = below_header(rows, "")
    refuse_cut(table, text)
    return reading(table, "csv", encoding)


def sniffed(text: str) -> str:
    """The delimiter by which a header row names most fields we know."""
    start = "".join(text.splitlines(keepends=True)[: HEADER_WITHIN * 2])

    def score(delimiter: str) -> int:
        cells = [row.cells for row in split(start, delimiter)]
        at = header_at(cells)
        return 0 if at is None else len(set(by_names(cells[at]).values()))

    best = max(DELIMITERS, key=score)
    if not score(best):
        raise FileRefused("header_unknown", Place(row=1), HEADER_WITHIN)
    return best


def split(text: str, delimiter: str) -> Iterator[Row]:
    """The rows of delimited text. A line whose quotation marks go wrong is a faulty row."""
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    while start < len(lines):
        # not lines[start:]: a file of nothing but faulty lines would be copied once a line
        rest = (lines[place] for place in range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        before = 0
        try:
            for cells in reader:
                yield Row(start + before + 1, cells)
                before = reader.line_num
            return
        except csv.Error:
            yield Row(start + before + 1, [lines[start + before].strip()], "quote_open")
            start += before + 1


def below_header(rows: list[Row], sheet: str) -> Table:
    """Part a table into header and rows; blank rows are left out."""
    at = header_at([row.cells for row in rows[: HEADER_WITHIN + 1]])
    if at is None:
        raise FileRefused("header_unknown", Place(row=1, sheet=sheet), HEADER_WITHIN)
    header = unique([str(cell).strip() for cell in rows[at].cells])
    while header and not header[-1]:
        header.pop()
    filled = [row for row in rows[at + 1 :] if row.fault or any(cell not in ("", None) for cell in row.cells)]
    above = (Problem("rows_above", value=str(at)),) if at else ()
    return Table(header, filled, sheet, above)


def unique(names: list[str]) -> list[str]:
    """Names told apart: the second 标题 becomes “标题 (2)”, which still means a title."""
    found: list[str] = []
    for name in names:
        found.append(
            f"{name} ({names[: len(found)].count(name) + 1})"
            if name and name in names[: len(found)]
            else name
        )
    return found


def refuse_cut(table: Table, text: str) -> None:
    """Refuse a file that was cut off: without a line end, its last row short or ending inside an address."""
    if text.endswith(("\n", "\r")) or not table.rows:
        return
    last = table.rows[-1]
    field = by_names(table.header).get(table.header[-1], "")
    complete = len(last.cells) >= len(table.header) and not last.fault
    if complete and field in ADDRESSES:
        complete = not last.cells[-1] or is_address(last.cells[-1])
    if not complete:
        raise FileRefused("cut_row", Place(row=last.number))


def read_workbook(raw: bytes) -> Reading:
    """Read the sheet of a workbook (.xlsx, .xls, .ods) whose header names most fields.

    Raises:
        FileRefused: it cannot be opened, is too large, or no sheet has a header we know.
    """
    refuse_bomb(raw)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = {name: cells_of(workbook.get_sheet_by_name(name)) for name in workbook.sheet_names}
    except (CalamineError, ValueError, OSError) as error:
        raise FileRefused("workbook_unreadable", value=error)
    tables = []
    for name, rows in sheets.items():
        try:
            tables.append(below_header(rows, name))
        except FileRefused:
            continue
    if not tables:
        raise FileRefused("header_unknown", Place(sheet=next(iter(sheets), "")), HEADER_WITHIN)
    best = max(tables, key=lambda table: len(by_names(table.header)))
    left = ", ".join(name for name in sheets if name != best.sheet)
    notes = best.notes + ((Problem("sheets_left", value=left),) if left else ())
    return reading(best._replace(notes=notes), "xlsx", "")


def refuse_bomb(raw: bytes) -> None:
    """Refuse a zip that says it unpacks to more than we would read."""
    if not raw.startswith(b"PK"):
        return
    try:
        size = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(raw)).infolist())
    except zipfile.BadZipFile as error:
        raise FileRefused("workbook_unreadable", value=error)
    if size > MOST_UNPACKED:
        raise FileRefused("workbook_too_large", value=f"{MOST_UNPACKED // 2**20} MiB")


def cells_of(sheet: CalamineSheet) -> list[Row]:
    """A sheet's rows; each cell of a merged range holds the range's value."""
    rows = sheet.to_python(skip_empty_area=False)
    top = (header_at(rows) or 0) + 1
    for (row, column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        for each in range(max(row, top), min(last_row + 1, len(rows))):
            for place in range(column, min(last_column + 1, len(rows[each]))):
                rows[each][place] = rows[row][column]
    return [Row(number, cells) for number, cells in enumerate(rows, 1)]


def reading(table: Table, format: str, encoding: str) -> Reading:
    """A table as a catalogue; a known portal's own table is used where its pages are named."""
    portal = portal_of([dict(zip(table.header, row.cells, strict=False)) for row in table.rows[:50]])
    columns = columns_of(table.header, portal)
    strangers = ", ".join(name for name in table.header if name and name not in columns)
    notes = table.notes + ((Problem("columns_unknown", value=strangers),) if strangers else ())
    items = (read_table_row(table, row, columns, portal) for row in table.rows)
    found = Reading(format, len(table.rows), items, encoding=encoding, notes=notes)
    return found.of(portal)


def read_table_row(table: Table, row: Row, columns: Mapping[str, str], portal: Any) -> Taken | Refused:
    """One row as a record."""
    place = Place(row=row.number, sheet=table.sheet)
    extra = [cell for cell in row.cells[len(table.header) :] if cell not in ("", None)]
    if row.fault:
        return Refused(place, (Problem(row.fault, value=str(row.cells[0])[:60]),))
    if len(row.cells) < len(table.header) or extra:
        return Refused(place, (Problem("columns_differ", value=f"{len(row.cells)} ≠ {len(table.header)}"),))
    return read_row(dict(zip(table.header, row.cells, strict=False)), columns, place, portal)
