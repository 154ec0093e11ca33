"""Files kept by content: what is stored under which hash, and what is refused at the door."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import tempfile
import zipfile
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


class Damaged(Exception):
    """The content is not what the ending says; the message says where."""


def whole_zip(stream: IO[bytes]) -> None:
    """XLSX and ZIP: the directory at the end is there and every member's checksum holds."""
    try:
        with zipfile.ZipFile(stream) as archive:
            broken = archive.testzip()
    except zipfile.BadZipFile as error:
        raise Damaged(_("the file is cut off or damaged")) from error
    if broken:
        raise Damaged(_("the part %(part)s is damaged") % {"part": broken})


def whole_parquet(stream: IO[bytes]) -> None:
    """Parquet: begins and ends with its mark."""
    head, _end = stream.read(4), stream.seek(-4, os.SEEK_END)
    if head != b"PAR1" or stream.read(4) != b"PAR1":
        raise Damaged(_("the file is cut off or damaged"))


def whole_pdf(stream: IO[bytes]) -> None:
    """PDF: begins with its mark and has an end."""
    if stream.read(5) != b"%PDF-":
        raise Damaged(_("this is no PDF"))
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2048))
    if b"%%EOF" not in stream.read():
        raise Damaged(_("the file is cut off or damaged"))


def whole_json(stream: IO[bytes]) -> None:
    """JSON: parses to its end; the line is named."""
    try:
        json.load(io.TextIOWrapper(stream, "utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Damaged(_("byte %(place)s is not UTF-8") % {"place": error.start}) from error
    except json.JSONDecodeError as error:
        raise Damaged(_("line %(line)s: this is no JSON") % {"line": error.lineno}) from error


def whole_text(stream: IO[bytes]) -> None:
    """CSV and text: UTF-8 or GB18030, without NUL bytes; quoted fields are closed."""
    sample = stream.read(1 << 20)
    if b"\0" in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Damaged(_("it holds NUL bytes: this is no text"))
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            text = sample.decode(encoding, "strict" if len(sample) < 1 << 20 else "ignore")
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Damaged(_("neither UTF-8 nor GB18030; the text may be cut off in a character"))
    try:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Damaged(str(error)) from error


#: Ending → (media type, check). What is not here is not taken.
KINDS: dict[str, tuple[str, Callable[[IO[bytes]], None]]] = {
    ".csv": ("text/csv", whole_text),
    ".txt": ("text/plain", whole_text),
    ".json": ("application/json", whole_json),
    ".geojson": ("application/geo+json", whole_json),
    ".jsonl": ("application/jsonl", whole_text),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", whole_zip),
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
        temporary.unlink()
        raise refused(
            pointer,
            "file_damaged",
            _("The file “%(name)s” cannot be taken: %(fault)s. Save it again and retry.")
            % {"name": name, "fault": damage},
        ) from damage
    target = path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(target)
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
