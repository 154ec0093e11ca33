"""Which encodings are recognised, and which files are refused with row and byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.exchange.encodings import decode
from catalog.exchange.refusals import FileRefused

HEADER = "标题,提供单位,所属领域,发布时间\r\n"
ROWS = "".join(f"第{n}季度粮食价格,市发展和改革委员会,经济发展,2026-01-{n:02}\r\n" for n in range(1, 21))
TEXT = HEADER + ROWS


def refused(raw: bytes) -> tuple[str, int | None, int | None]:
    with pytest.raises(FileRefused) as caught:
        decode(raw)
    found = caught.value.refused
    return found.reason, found.place.row, found.place.byte


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("gb18030"), "gb18030"),
        (TEXT.replace("\r\n", "\n").encode(), "utf-8"),
    ],
)
def test_it_recognises(raw: bytes, encoding: str) -> None:
    found = decode(raw)
    assert found.encoding == encoding
    assert found.text.replace("\r\n", "\n") == TEXT.replace("\r\n", "\n")


def test_it_reads_rare_characters_of_gb18030() -> None:
    rare = TEXT + "䶮县水务局_𠮷祥乡,县水务局,水利,2026-02-01\r\n"
    assert decode(rare.encode("gb18030")).text == rare


def test_it_takes_the_shortest_chinese_for_chinese() -> None:
    assert decode("标题,提供单位\n联通,移动".encode("gb18030")).text.endswith("联通,移动")


def test_it_rejects_nul_bytes_by_row_and_byte() -> None:
    raw = bytearray(TEXT.encode())
    at = raw.index("第3季度".encode())
    raw[at:at] = b"\0"
    assert refused(bytes(raw)) == ("nul_byte", 4, at + 1)


def test_it_rejects_a_nul_inside_utf_16() -> None:
    raw = b"\xff\xfe" + TEXT.replace("第3", "第\0").encode("utf-16-le")
    assert refused(raw)[:2] == ("nul_byte", 4)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_it_rejects_a_cut_character(encoding: str) -> None:
    raw = (TEXT + "合肥市").encode(encoding)[:-1]
    code, row, byte = refused(raw)
    assert (code, row) == ("cut_character", 22)
    assert byte is not None
    assert len(raw) - 3 < byte <= len(raw)


def test_it_rejects_two_encodings_joined_at_the_first_foreign_row() -> None:
    first, second = TEXT.encode(), ROWS.encode("gb18030")
    assert refused(first + second)[:2] == ("mixed_encodings", 22)
    assert refused(TEXT.encode("gb18030") + ROWS.encode())[:2] == ("mixed_encodings", 22)


@pytest.mark.parametrize("wrong", ["latin-1", "gb18030"])
def test_it_rejects_text_encoded_twice_and_says_what_it_meant(wrong: str) -> None:
    garbled = TEXT.encode().decode(wrong, "replace").encode()  # GB18030 pairs bytes up and loses the odd one
    with pytest.raises(FileRefused) as caught:
        decode(garbled)
    assert caught.value.refused.reason == "mojibake"
    assert caught.value.refused.place.row is not None


def test_it_rejects_windows_1252_mojibake() -> None:
    assert refused("Café de l’été".encode().decode("cp1252").encode())[:2] == ("mojibake", 1)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Título,Organismo\nPoblación y energía,Ministerio de Economía\n", "latin-1"),
        ("標題,提供單位,資料主題\n臺北市空氣品質監測,環境保護局\n", "big5"),
        ("タイトル,提供者,テーマ\nひらがなのデータ\n", "shift-jis"),
        ("제목,제공기관,주제\n기상 관측 자료,환경부 기상청\n" * 3, "euc-kr"),
        ("Название,Владелец,Тема\nпогода,город,область\n" * 3, "cp1251"),
    ],
)
def test_it_rejects_what_would_become_garbage(text: str, encoding: str) -> None:
    assert refused(text.encode(encoding))[0] in ("encoding_unknown", "mixed_encodings")


@pytest.mark.parametrize("raw", [b"", b"  \r\n"])
def test_it_rejects_an_empty_file(raw: bytes) -> None:
    assert refused(raw)[0] == "file_empty"


def test_it_says_the_reason_with_place_and_remedy() -> None:
    with pytest.raises(FileRefused) as caught:
        decode(b"a\0b")
    refusal = caught.value.refused
    assert refusal.message
    assert refusal.remedy
    assert "2" in str(refusal.place)


@given(st.binary(max_size=200))
def test_it_decodes_exactly_or_refuses(raw: bytes) -> None:
    try:
        found = decode(raw)
    except FileRefused:
        return
    assert found.text.encode(found.encoding) in (raw, raw.removeprefix(b"\xef\xbb\xbf"), raw[2:])
    assert "\0" not in found.text
