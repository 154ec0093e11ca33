"""Files kept by content: what is stored under which hash, and what is refused at the door."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ledger.errors import BadShape


@dataclass(frozen=True)
class Stored:
    """A file as kept: its hash is its name."""

    sha256: str
    size: int
    name: str
    media_type: str

    @property
    def fact(self) -> dict[str, str | int]:
        """What an entry says of it."""
        return {"sha256": self.sha256, "size": self.size}


#: A cell may hold a whole geometry; what is longer is a quotation mark that nobody closed.
csv.field_size_limit(16 << 20)
#: How many times the limit of an upload a packed file may unpack to.
MOST_UNPACKED = 20


class Damaged(Exception):
    """The content is not what the ending says; the message says where."""


def whole_zip(stream: IO[bytes]) -> list[str]:
    """ZIP: the directory at the end is there and every member's checksum holds. Returns the members' names."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED * settings.MAX_UPLOAD:
                raise Damaged(_("unpacked it would be larger than can be checked"))
            broken = archive.testzip()
            names = archive.namelist()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Damaged(_("the file is cut off, damaged or locked with a password")) from error
    if broken:
        raise Damaged(_("the part %(part)s is damaged") % {"part": broken})
    return names


def whole_xlsx(stream: IO[bytes]) -> None:
    """XLSX: a whole ZIP that holds a workbook."""
    if "xl/workbook.xml" not in whole_zip(stream):
        raise Damaged(_("this is no workbook"))


def whole_parquet(stream: IO[bytes]) -> None:
    """Parquet: begins and ends with its mark."""
    size, _start = stream.seek(0, os.SEEK_END), stream.seek(0)
    head, _end = stream.read(4), stream.seek(max(0, size - 4))
    if size < 12 or head != b"PAR1" or stream.read(4) != b"PAR1":
        raise Damaged(_("the file is cut off or damaged"))


def whole_pdf(stream: IO[bytes]) -> None:
    """PDF: begins with its mark and has an end."""
    if stream.read(5) != b"%PDF-":
        raise Damaged(_("this is no PDF"))
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2048))
    if b"%%EOF" not in stream.read():
        raise Damaged(_("the file is cut off or damaged"))


def parsed(text: IO[str] | str, line: int | None = None) -> None:
    """One JSON value; the line is named where it is none."""
    try:
        json.loads(text) if isinstance(text, str) else json.load(text)
    except json.JSONDecodeError as error:
        raise Damaged(_("line %(line)s: this is no JSON") % {"line": line or error.lineno}) from error
    except UnicodeDecodeError as error:
        raise Damaged(_("byte %(place)s: this is not UTF-8") % {"place": error.start}) from error
    except (RecursionError, ValueError) as error:
        raise Damaged(_("nested too deep, or a number too long")) from error


def whole_json(stream: IO[bytes]) -> None:
    """JSON: parses to its end."""
    with io.TextIOWrapper(stream, "utf-8-sig") as text:
        parsed(text)


def whole_jsonl(stream: IO[bytes]) -> None:
    """JSON Lines: each line that is not empty parses."""
    try:
        with io.TextIOWrapper(stream, "utf-8-sig") as text:
            for number, line in enumerate(text, 1):
                if line.strip():
                    parsed(line, number)
    except UnicodeDecodeError as error:
        raise Damaged(_("byte %(place)s: this is not UTF-8") % {"place": error.start}) from error


def whole_text(stream: IO[bytes]) -> str:
    """Text: UTF-8, GB18030 or marked UTF-16, without NUL. Returns which."""
    marked = stream.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        stream.seek(0)
        try:
            for chunk in iter(lambda: stream.read(1 << 20), b""):
                if "\0" in decoder.decode(chunk):
                    raise Damaged(_("it holds NUL bytes: this is no text"))
            decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError:
            continue
    raise Damaged(_("neither UTF-8 nor GB18030; the text may be cut off in a character"))


def whole_csv(stream: IO[bytes]) -> None:
    """CSV: text whose quoted fields are closed."""
    encoding = whole_text(stream)
    stream.seek(0)
    with io.TextIOWrapper(stream, encoding, newline="") as text:
        lines = csv.reader(text, strict=True)
        try:
            for _row in lines:
                pass
        except csv.Error as error:
            words = _("line %(line)s: a quoted field is not closed, or far too long")
            raise Damaged(words % {"line": lines.line_num}) from error


#: Ending → (media type, check). What is not here is not taken.
KINDS: dict[str, tuple[str, Callable[[IO[bytes]], object]]] = {
    ".csv": ("text/csv", whole_csv),
    ".txt": ("text/plain", whole_text),
    ".json": ("application/json", whole_json),
    ".geojson": ("application/geo+json", whole_json),
    ".jsonl": ("application/jsonl", whole_jsonl),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", whole_xlsx),
    ".zip": ("application/zip", whole_zip),
    ".parquet": ("application/vnd.apache.parquet", whole_parquet),
    ".pdf": ("application/pdf", whole_pdf),
}


def store(upload: UploadedFile, pointer: str = "/file") -> Stored:
    """Check an upload and keep it under its SHA-256; the same content twice is kept once.

    Raises:
        BadShape: empty, over the limit, of a kind not taken, or not what its ending says.
    """
    name = Path(upload.name or "").name[:300]
    ending = Path(name).suffix.lower()
    if ending not in KINDS:
        taken = ", ".join(KINDS)
        raise refused(
            pointer,
            "file_type",
            _("Files of type “%(type)s” are not taken. Taken are: %(taken)s.")
            % {"type": ending or "?", "taken": taken},
        )
    if not upload.size:
        raise refused(pointer, "file_empty", _("The file is empty. Choose another one."))
    if upload.size > settings.MAX_UPLOAD:
        limit = filesizeformat(settings.MAX_UPLOAD)
        raise refused(
            pointer,
            "file_size",
            _("The file is larger than %(limit)s. Split it, or name an address instead.") % {"limit": limit},
        )
    media_type, check = KINDS[ending]
    sha256, temporary = copied(upload)
    try:
        with temporary.open("rb") as stream:
            check(stream)
    except Damaged as damage:
        raise refused(
            pointer,
            "file_damaged",
            _("The file “%(name)s” cannot be taken: %(fault)s. Save it again and retry.")
            % {"name": name, "fault": damage},
        ) from damage
    else:
        target = path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return Stored(sha256, upload.size, name, media_type)


def copied(upload: UploadedFile) -> tuple[str, Path]:
    """Write the upload beside its final place, hashing as it goes."""
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=settings.FILES_ROOT, delete=False) as out:
        for chunk in upload.chunks(1 << 20):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), Path(out.name)


def path(sha256: str) -> Path:
    """Where a file is kept; only a whole lowercase hash is a name."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(sha256)
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256


def open_file(sha256: str) -> IO[bytes]:
    """Open a kept file for reading."""
    return path(sha256).open("rb")


def refused(pointer: str, code: str, message: str) -> BadShape:
    """A refusal that names the field of the upload."""
    return BadShape(message, code=code, pointer=pointer)
