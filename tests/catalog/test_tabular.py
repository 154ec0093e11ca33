"""Tables: delimiters, headers below titles, merged cells, typed dates, and rows that went wrong."""

import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook

from catalog.exchange.reading import read_catalogue
from catalog.exchange.record import Reading, Taken
from catalog.exchange.refusals import FileRefused, Refused

HEADER = ["标题", "提供单位", "发布时间", "摘要", "详情页网址"]
ROW = ["农机作业记录", "农业农村局", "2026-03-02", "地块、日期", "https://example.cn/1"]
SECOND = ["奶牛产奶量", "畜牧站", "2026-03-03", "日产量", "https://example.cn/2"]


def lines(*rows: list[str], delimiter: str = ",", end: str = "\r\n") -> bytes:
    return "".join(delimiter.join(row) + end for row in rows).encode()


def read(raw: bytes) -> tuple[Reading, list[Taken | Refused]]:
    reading = read_catalogue(raw)
    return reading, list(reading.items)


def titles(raw: bytes) -> list[str]:
    return [item.record.title for item in read(raw)[1] if isinstance(item, Taken)]


def book(*rows: list[object]) -> Workbook:
    made = Workbook()
    assert made.active
    for row in rows:
        made.active.append(row)
    return made


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_finds_the_delimiter_in_any_encoding(delimiter: str, encoding: str) -> None:
    raw = lines(HEADER, ROW, SECOND, delimiter=delimiter).decode().encode(encoding)
    assert titles(raw) == ["农机作业记录", "奶牛产奶量"]


def test_it_finds_the_header_below_title_rows() -> None:
    raw = lines(
        ["数据资源目录", "", "", "", ""], ["导出日期", "2026-11-01", "", "", ""], [""] * 5, HEADER, ROW
    )
    reading, [item] = read(raw)
    assert isinstance(item, Taken)
    assert item.place.row == 5
    assert [(note.code, note.value) for note in reading.notes] == [("rows_above", "3")]


def test_it_keeps_line_breaks_and_delimiters_inside_quotes() -> None:
    raw = lines(
        HEADER,
        ["农机作业记录", "农业农村局", "2026-03-02", '"地块,日期\r\n驾驶员"', "https://example.cn/1"],
        SECOND,
    )
    [first, second] = read(raw)[1]
    assert isinstance(first, Taken)
    assert first.record.summary == "地块,日期\n驾驶员"
    assert second.place.row == 4


def test_it_knows_columns_by_other_spellings() -> None:
    raw = lines(
        ["数据名称（必填）*", "Publisher", "ＵＲＬ", "备用列"],
        ["土壤墒情", "气象局", "https://example.cn/3", "x"],
    )
    reading, [item] = read(raw)
    assert isinstance(item, Taken)
    assert (item.record.owner, item.record.landing_page) == ("气象局", "https://example.cn/3")
    assert [(note.code, note.value) for note in reading.notes] == [("columns_unknown", "备用列")]


def test_it_takes_the_first_of_two_columns_that_says_something() -> None:
    raw = lines(["标题", "标题", "提供单位"], ["", "土壤墒情", "气象局"])
    assert titles(raw) == ["土壤墒情"]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (["短行", "局"], "columns_differ"),
        ([*ROW, "多余"], "columns_differ"),
        (['"没有结束', *ROW[1:]], "quote_open"),
        (["", *ROW[1:]], "required"),
    ],
)
def test_it_rejects_one_bad_row_and_goes_on(bad: list[str], code: str) -> None:
    [first, second] = read(lines(HEADER, bad, SECOND))[1]
    assert isinstance(first, Refused)
    assert (first.reason, first.place.row) == (code, 2)
    assert isinstance(second, Taken)


@pytest.mark.parametrize(
    "last", ["奶牛产奶量,畜牧站,2026-0", "奶牛产奶量,畜牧站,2026-03-03,日产量,https://", '奶牛产奶量,"畜牧']
)
def test_it_rejects_a_file_cut_off_in_its_last_row(last: str) -> None:
    with pytest.raises(FileRefused) as caught:
        read(lines(HEADER, ROW) + last.encode())
    assert (caught.value.refused.reason, caught.value.refused.place.row) == ("cut_row", 3)


def test_it_takes_a_whole_file_without_a_last_line_end() -> None:
    assert titles(lines(HEADER, ROW, SECOND).rstrip()) == ["农机作业记录", "奶牛产奶量"]


@pytest.mark.parametrize(
    "raw", [b"just words\n", b"Plato,Precio\nMilanesa,3\n", "标题,摘要\n甲,乙\n".encode()]
)
def test_it_rejects_a_table_without_a_header_it_knows(raw: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        read(raw)
    assert caught.value.refused.reason == "header_unknown"


def test_it_reads_a_workbook_with_titles_typed_dates_and_a_second_sheet() -> None:
    made = book(["数据资源目录"], ["导出日期", dt.date(2026, 11, 1)], [], HEADER)
    assert made.active
    made.active.append([*ROW[:2], dt.datetime(2026, 3, 2, 9, 30), *ROW[3:]])
    made.active.append([*SECOND[:2], dt.date(2026, 3, 3), *SECOND[3:]])
    made.active.merge_cells("A1:E1")
    made.create_sheet("填写说明")["A1"] = "第4行为表头"
    reading, found = read(saved(made))
    assert [item.record.issued for item in found if isinstance(item, Taken)] == [
        dt.date(2026, 3, 2),
        dt.date(2026, 3, 3),
    ]
    assert (found[0].place.row, reading.total) == (5, 2)
    assert {note.code for note in reading.notes} == {"rows_above", "sheets_left"}


def test_it_fills_merged_cells_down() -> None:
    made = book(HEADER, ROW, SECOND)
    assert made.active
    made.active.merge_cells("B2:B3")
    owners = [item.record.owner for item in read(saved(made))[1] if isinstance(item, Taken)]
    assert owners == ["农业农村局", "农业农村局"]


def test_it_reads_numbers_as_people_wrote_them() -> None:
    made = book([*HEADER, "联系电话", "数据量"], [2025, *ROW[1:], 13912345678, 1200])
    [item] = read(saved(made))[1]
    assert isinstance(item, Taken)
    assert (item.record.title, item.record.telephone, item.record.row_count) == ("2025", "13912345678", 1200)


def test_it_rejects_a_damaged_workbook() -> None:
    whole = saved(book(HEADER, ROW))
    for raw in (whole[: len(whole) // 2], b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0" + b"\0" * 600):
        with pytest.raises(FileRefused) as caught:
            read(raw)
        assert caught.value.refused.reason == "workbook_unreadable"


def test_it_rejects_a_workbook_that_unpacks_without_end() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(3):
            bomb.writestr(f"xl/{number}.xml", b"\0" * (200 * 2**20))
    with pytest.raises(FileRefused) as caught:
        read(stream.getvalue())
    assert caught.value.refused.reason == "workbook_too_large"


def test_it_does_not_slow_down_on_nothing_but_faulty_rows() -> None:
    many = 30_000
    items = read(lines(HEADER, *[['"甲"乙', *ROW[1:]]] * many))[1]
    assert [item.reason for item in items if isinstance(item, Refused)] == ["quote_open"] * many
