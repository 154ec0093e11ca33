"""Handing out a kept file: whole or one byte range, with its checksum (RFC 9110 section 14, RFC 9530)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

BLOCK = 1 << 18
#: One range: "bytes=0-99", "bytes=100-", "bytes=-50". Several at once are answered with the whole file, as RFC 9110 allows.
RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


def wanted(header: str, size: int) -> tuple[int, int] | bool | None:
    """The range a header asks for.

    Returns:
        (first, last), both included; None where the header asks for nothing we serve in parts;
        False where the range lies outside the file (416).
    """
    found = RANGE.fullmatch(header.replace(" ", ""))
    if not found:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return (max(0, size - int(suffix)), size - 1) if int(suffix) and size else False
    begin, end = int(first), min(int(last or size - 1), size - 1)
    if last and int(last) < begin:
        return None
    return (begin, end) if begin < size else False


def blocks(path: Path, first: int, last: int) -> Iterator[bytes]:
    """The bytes first..last of a file."""
    left = last - first + 1
    with path.open("rb") as stream:
        stream.seek(first)
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def file_response(
    request: HttpRequest, path: Path, *, name: str, media_type: str, sha256: str
) -> HttpResponseBase:
    """Answer with a file or the part asked for; the tag is the checksum, so a resumed download is of the same bytes."""
    size, tag = path.stat().st_size, f'"{sha256}"'
    header = request.headers.get("Range", "")
    if header and request.headers.get("If-Range", tag) != tag:
        header = ""
    part = wanted(header, size) if header else None
    if part is False:
        return headed(
            HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}), tag, sha256, name
        )
    if request.headers.get("If-None-Match") == tag:
        return headed(HttpResponse(status=304), tag, sha256, name)
    first, last = part if isinstance(part, tuple) else (0, size - 1)
    response: HttpResponseBase = StreamingHttpResponse(
        blocks(path, first, last), content_type=media_type or "application/octet-stream"
    )
    response.headers["Content-Length"] = str(last - first + 1)
    if isinstance(part, tuple):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return headed(response, tag, sha256, name)


def headed(response: HttpResponseBase, tag: str, sha256: str, name: str) -> HttpResponseBase:
    """The headers every answer of a file carries; it is always saved, never shown inside our own origin."""
    response.headers["ETag"] = tag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-transform"
    return response
