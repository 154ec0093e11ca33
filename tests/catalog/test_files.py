"""Files at the door: whole ones are kept by their content, the others are refused with a word that says why."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog import files
from ledger.errors import BadShape
from tests import make

ZIP = make.xlsx_file().read()


def packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


GOOD = {
    "plain.csv": b"a,b\n1,2\n",
    "quoted.csv": b'a,b\n"one, two\nlines",2\n',
    "marked.csv": b"\xef\xbb\xbfa\n1\n",
    "gb.csv": "名称,数量\n土壤,1\n".encode("gb18030"),
    "wide.csv": "名称\n".encode("utf-16"),
    "long.csv": b"a\n" + b'"' + b"x" * 1_500_000 + b'"\n',
    "speech.txt": b'He said, "hello" and left.',
    "rows.jsonl": b'{"a": 1,"b": 2}\n\n{"a": "x"}\n',
    "object.json": b'{"a": [1, 2]}',
    "map.geojson": b'{"type": "FeatureCollection", "features": []}',
    "book.xlsx": ZIP,
    "pack.zip": packed(a="x" * 1000),
    "table.parquet": b"PAR1" + b"\0" * 20 + b"PAR1",
    "paper.pdf": b"%PDF-1.7\n...\n%%EOF\n",
    "UPPER.CSV": b"a\n1\n",
}
BAD = {
    ("empty.csv", b""): "file_empty",
    ("tool.exe", b"MZ"): "file_type",
    ("nothing", b"a"): "file_type",
    ("cut.xlsx", ZIP[: len(ZIP) // 2]): "file_damaged",
    ("pack.xlsx", packed(a="x")): "file_damaged",
    ("text.xlsx", b"a,b\n1,2\n"): "file_damaged",
    ("changed.xlsx", ZIP.replace(b"<workbook/>", b"<workbooc/>", 1)): "file_damaged",
    ("nul.csv", b"a,b\n\0\0,1\n"): "file_damaged",
    ("open.csv", b'a,b\n"one,2\n3,4\n'): "file_damaged",
    ("latin.csv", b"caf\xe9\n\xff\xff\xff"): "file_damaged",
    ("cut.json", b'{"a": [1, 2'): "file_damaged",
    ("latin.json", b'{"a": "\xe9"}'): "file_damaged",
    ("deep.json", b"[" * 200_000): "file_damaged",
    ("number.json", b"9" * 10_000): "file_damaged",
    ("bad.jsonl", b'{"a": 1}\n{"a":\n'): "file_damaged",
    ("cut.parquet", b"PAR1" + b"\0" * 20): "file_damaged",
    ("tiny.parquet", b"PA"): "file_damaged",
    ("cut.pdf", b"%PDF-1.7\n..."): "file_damaged",
    ("page.pdf", b"<html>"): "file_damaged",
}


def kept_files() -> set[Path]:
    root = Path(settings.FILES_ROOT)
    return {path for path in root.rglob("*") if path.is_file()} if root.exists() else set()


@pytest.mark.parametrize("name", GOOD)
def test_it_keeps_a_whole_file_by_its_content(name: str) -> None:
    content = GOOD[name]
    kept = files.store(SimpleUploadedFile(name, content))
    assert (kept.sha256, kept.size, kept.name) == (hashlib.sha256(content).hexdigest(), len(content), name)
    with files.open_file(kept.sha256) as stream:
        assert stream.read() == content
    before = kept_files()
    files.store(SimpleUploadedFile("again_" + name, content))
    assert kept_files() == before


@pytest.mark.parametrize(
    ("upload", "code"), BAD.items(), ids=lambda value: value[0] if isinstance(value, tuple) else ""
)
def test_it_refuses_what_is_not_whole(upload: tuple[str, bytes], code: str) -> None:
    before = kept_files()
    with pytest.raises(BadShape) as raised:
        files.store(SimpleUploadedFile(*upload), "/evidence")
    assert (raised.value.code, raised.value.errors[0].pointer) == (code, "/evidence")
    assert str(raised.value.detail)
    assert kept_files() == before


def test_it_refuses_what_is_too_large(settings: Any) -> None:
    settings.MAX_UPLOAD = 10
    with pytest.raises(BadShape) as raised:
        files.store(SimpleUploadedFile("a.csv", b"a,b\n1,2\n3,4\n"))
    assert raised.value.code == "file_size"


def test_it_does_not_unpack_a_bomb(settings: Any) -> None:
    settings.MAX_UPLOAD = 10_000
    with pytest.raises(BadShape) as raised:
        files.store(SimpleUploadedFile("bomb.zip", packed(a="0" * 5_000_000)))
    assert raised.value.code == "file_damaged"


def test_a_name_never_leads_out_of_the_folder() -> None:
    kept = files.store(SimpleUploadedFile("../../etc/pass.csv", b"a\n1\n"))
    assert kept.name == "pass.csv"
    for wrong in ("../../etc/passwd", "A" * 64, "a" * 63, ""):
        with pytest.raises(ValueError):
            files.path(wrong)
