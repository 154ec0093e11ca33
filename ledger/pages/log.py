"""The published log: checkpoint, tiles and entry bundles, as static files would be. No account, no cookie."""

from __future__ import annotations

import struct

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ledger import keys, merkle

FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=1"
BINARY = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest signed tree head."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
        found = cursor.fetchone()
    if found is None:
        raise Http404("nothing is signed yet")
    return _answer(found[0].encode(), TEXT, A_MOMENT)


@require_safe
def vkey(_request: HttpRequest) -> HttpResponse:
    """The log's public keys with their name, the newest first; while one is exchanged there are two."""
    lines = "".join(f"{key}\n" for key in keys.load().signing)
    return _answer(lines.encode(), TEXT, "public, max-age=60")


@require_safe
def tile(_request: HttpRequest, level: int, where: str) -> HttpResponse:
    """Hashes of one tile; a partial one as long as asked for."""
    n, width = _place(level, where)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(hashes, 1, %s) FROM log_tile WHERE level = %s AND n = %s",
            [width * merkle.HASH, level, n],
        )
        (hashes,) = cursor.fetchone()
    return _answer(bytes(hashes), BINARY, FOR_EVER)


@require_safe
def entries(_request: HttpRequest, where: str) -> HttpResponse:
    """The leaves under one tile of level 0, each behind its length."""
    n, width = _place(0, where)
    first = n * merkle.WIDTH
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.leaf FROM log_leaf l JOIN log_event e ON e.id = l.event_id"
            " WHERE l.idx >= %s AND l.idx < %s ORDER BY l.idx",
            [first, first + width],
        )
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    return _answer(b"".join(struct.pack(">H", len(leaf)) + leaf for leaf in leaves), BINARY, FOR_EVER)


def _place(level: int, where: str) -> tuple[int, int]:
    """Number and width of the tile asked for; 404 unless the published tree has all of it."""
    try:
        n, width = merkle.parse_tile_path(where)
    except ValueError as error:
        raise Http404(str(error)) from None
    if level > 7 or width > merkle.tile_width(level, n, _published_size()):
        raise Http404("the published tree has no such tile")
    return n, width


def _published_size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM log_checkpoint")
        return int(cursor.fetchone()[0])


def _answer(content: bytes, kind: str, caching: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"  # verifiers in a browser; there is nothing private here
    return response
