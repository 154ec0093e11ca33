"""Real catalogues and real encodings, read as they came. They lie beside the checkout and not in it: where they are
missing, these tests are left out with a printed line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from catalog.exchange.reading import read_catalogue
from catalog.exchange.refusals import FileRefused, Refused

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real catalogues beside the checkout: left out")

#: File → (known portal, taken, repeated, refused).
CATALOGUES = {
    "cn-portals-a/anhui_bengbu.json": ("bengbu", 87, 0, 0),
    "cn-portals-a/anhui_chuzhou.json": ("chuzhou", 799, 51, 0),
    "cn-portals-a/anhui_hefei.json": ("hefei", 318, 0, 3),
    "cn-portals-a/anhui_wuhu.json": ("wuhu", 531, 0, 0),
    "cn-portals-a/ningxia_ningxia.json": ("ningxia", 1847, 140, 0),
    "cn-portals-a/sichuan_luzhou.json": ("luzhou", 6989, 0, 5),
    "us-dcat-a/cms.json": ("", 139, 0, 0),
    "us-dcat-a/consumerfinance.json": ("", 11, 0, 0),
    "us-dcat-a/dol.json": ("", 465, 0, 0),
    "us-dcat-a/energy.json": ("", 482, 0, 0),
    "us-dcat-a/gsa.json": ("", 339, 0, 0),
}
#: The same 200 records in several encodings and dialects.
WHOLE = {
    "gb18030_excel.csv": "gb18030",
    "lf_only.csv": "utf-8",
    "semicolon.csv": "utf-8",
    "utf16le_excel_unicode_text.txt": "utf-16-le",
    "utf8.csv": "utf-8",
    "utf8_bom.csv": "utf-8",
    "title_rows_typed_dates.xlsx": "",
}
#: Broken on purpose: file → (reason, row).
BROKEN = {
    "double_encoded_mojibake.csv": ("mojibake", 1),
    "gb18030_cut_in_a_character.csv": ("cut_row", 101),
    "nul_bytes.csv": ("nul_byte", 1),
    "utf8_then_gb18030_mixed.csv": ("mixed_encodings", 101),
}


def raw(name: str) -> bytes:
    return (DATA / name).read_bytes()


@pytest.mark.parametrize(("name", "expected"), CATALOGUES.items(), ids=list(CATALOGUES))
def test_it_takes_or_refuses_every_record(name: str, expected: tuple[str, int, int, int]) -> None:
    reading = read_catalogue(raw(name))
    items = list(reading.items)
    kinds = Counter(type(item).__name__ for item in items)
    assert (reading.portal, kinds["Taken"], kinds["Repeated"], kinds["Refused"]) == expected
    assert reading.total == len(items)
    assert {item.reason for item in items if isinstance(item, Refused)} <= {"required"}


def test_together_they_are_all_of_them() -> None:
    assert sum(sum(counts[1:]) for counts in CATALOGUES.values()) == 10_770 + 1_436


@pytest.mark.parametrize(("name", "encoding"), WHOLE.items(), ids=list(WHOLE))
def test_the_same_records_come_out_of_every_encoding(name: str, encoding: str) -> None:
    reading = read_catalogue(raw(f"encodings/{name}"))
    assert reading.encoding == encoding
    records = [item.record.digest for item in reading.items if not isinstance(item, Refused)]
    same = read_catalogue(raw("encodings/utf8.csv"))
    assert len(records) == 197
    assert records == [item.record.digest for item in same.items if not isinstance(item, Refused)]


@pytest.mark.parametrize(("name", "expected"), BROKEN.items(), ids=list(BROKEN))
def test_what_is_broken_is_refused_whole(name: str, expected: tuple[str, int]) -> None:
    with pytest.raises(FileRefused) as caught:
        read_catalogue(raw(f"encodings/{name}"))
    assert (caught.value.refused.reason, caught.value.refused.place.row) == expected


@pytest.mark.parametrize(
    "file",
    sorted((DATA / "negative-datajson-ar").glob("*.*")) if DATA.is_dir() else [],
    ids=lambda file: file.name,
)
def test_one_defect_never_breaks_the_reader(file: Path) -> None:
    refusals = []
    try:
        refusals = [item for item in read_catalogue(file.read_bytes()).items if isinstance(item, Refused)]
    except FileRefused as whole:
        refusals = [whole.refused]
    assert all(refusal.message and refusal.remedy and str(refusal.place) for refusal in refusals)
