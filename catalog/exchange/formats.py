"""Formats and addresses of copies: what sources call them → short names and media types."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from catalog.exchange.cleaning import said


class Format(NamedTuple):
    """A format's short name, its media type, and whether it is a file or an interface."""

    name: str
    media_type: str = ""
    kind: str = "file"


OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "csv": Format("CSV", "text/csv"),
    "tsv": Format("TSV", "text/tab-separated-values"),
    "txt": Format("TXT", "text/plain"),
    "xls": Format("XLS", "application/vnd.ms-excel"),
    "xlsx": Format("XLSX", f"{OFFICE}.spreadsheetml.sheet"),
    "et": Format("ET", "application/wps-office.et"),
    "ods": Format("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
    "json": Format("JSON", "application/json"),
    "geojson": Format("GeoJSON", "application/geo+json"),
    "xml": Format("XML", "application/xml"),
    "rdf": Format("RDF", "application/rdf+xml"),
    "rss": Format("RSS", "application/rss+xml"),
    "pdf": Format("PDF", "application/pdf"),
    "doc": Format("DOC", "application/msword"),
    "docx": Format("DOCX", f"{OFFICE}.wordprocessingml.document"),
    "wps": Format("WPS", "application/wps-office.wps"),
    "html": Format("HTML", "text/html"),
    "zip": Format("ZIP", "application/zip"),
    "rar": Format("RAR", "application/vnd.rar"),
    "shp": Format("SHP", "application/x-shapefile"),
    "kml": Format("KML", "application/vnd.google-earth.kml+xml"),
    "kmz": Format("KMZ", "application/vnd.google-earth.kmz"),
    "tif": Format("TIFF", "image/tiff"),
    "jpg": Format("JPEG", "image/jpeg"),
    "png": Format("PNG", "image/png"),
    "apk": Format("APK", "application/vnd.android.package-archive"),
    "parquet": Format("Parquet", "application/vnd.apache.parquet"),
    "api": Format("API", "", "interface"),
    "link": Format("", "", "interface"),
    "file": Format(""),
}
#: Other names of the same.
ALIASES = {
    "excel": "xlsx", "spreadsheet": "xlsx", "msexcel": "xls", "word": "doc", "htm": "html", "jpeg": "jpg",
    "tiff": "tif", "text": "txt", "接口": "api", "数据接口": "api", "接口服务": "api", "webservice": "api",
    "rest": "api", "wms": "api", "wfs": "api", "链接": "link", "文件": "file", "库表": "file",
    "数据集": "file", "其他": "file", "其它": "file", "other": "file", "others": "file",
    "geo+json": "geojson", "text/json": "json", "octet-stream": "file", "application/octet-stream": "file",
    "application/vnd.google-earth.kmz+xml": "kmz", "text/xml": "xml",
}  # fmt: skip
BY_MEDIA_TYPE = {known.media_type: name for name, known in FORMATS.items() if known.media_type}
ADDRESS = re.compile(r"(?:https?|ftps?|sftp)://[^\s/?#]+[^\s]*$", re.IGNORECASE)
SCHEME = re.compile(r"^[a-zA-Z]+(?=://)")
EMAIL = re.compile(r"[^\s@:;,<>]+@[^\s@:;,<>]+\.[^\s@:;,<>.]+$")
LONGEST_ADDRESS = 2000


def read_format(words: Any, media_type: str = "", address: str = "") -> Format:
    """The format from its name, else its media type, else the address's ending; an unknown name is kept."""
    named = said(words).lower().lstrip(".")
    for candidate in (named, said(media_type).lower(), ending(address)):
        if found := known(candidate):
            return found._replace(media_type=found.media_type or said(media_type))
    return Format(said(words).upper()[:40], said(media_type)[:120])


def known(name: str) -> Format | None:
    """A format by its short name, alias or media type."""
    name = ALIASES.get(name, name)
    return FORMATS.get(BY_MEDIA_TYPE.get(name, name))


def ending(address: str) -> str:
    """The file ending of an address, "" if it has none that is known."""
    name = urlsplit(address).path.rpartition("/")[2] if is_address(address) else ""
    found = name.rpartition(".")[2].lower() if "." in name else ""
    return found if found in FORMATS or found in ALIASES else ""


def is_address(value: str) -> bool:
    """Whether a value is a web or file-transfer address that can be kept."""
    if not ADDRESS.match(value) or len(value) > LONGEST_ADDRESS:
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


def read_address(value: Any) -> str | None:
    """An address with its scheme in small letters; "" where none is given, None where it is none."""
    words = said(value)
    if not words:
        return ""
    return SCHEME.sub(lambda scheme: scheme.group().lower(), words) if is_address(words) else None


def read_email(value: Any) -> str | None:
    """One e-mail address; "" where none is given, None where it is none or several."""
    words = said(value).removeprefix("mailto:").strip()
    if not words:
        return ""
    return words if len(words) <= 200 and EMAIL.match(words) else None
