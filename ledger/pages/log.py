"""The published log: checkpoint, tiles and entry bundles, as static files would be. No account, no cookie."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ledger import merkle, published

FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "public, max-age=1"
BINARY = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest signed tree head."""
    tree = published.newest()
    if tree is None:
        raise Http404("nothing is signed yet")
    return _answer(tree.note.encode(), TEXT, A_MOMENT)


@require_safe
def vkey(_request: HttpRequest) -> HttpResponse:
    """The log's public keys with their name, the newest first; while one is exchanged there are two."""
    return _answer(published.vkeys(), TEXT, "public, max-age=60")


@require_safe
def tile(_request: HttpRequest, level: int, where: str) -> HttpResponse:
    """Hashes of one tile; a partial one as long as asked for."""
    n, width = _place(level, where)
    return _answer(published.tile(level, n, width), BINARY, FOR_EVER)


@require_safe
def entries(_request: HttpRequest, where: str) -> HttpResponse:
    """The leaves under one tile of level 0, each behind its length."""
    n, width = _place(0, where)
    return _answer(published.bundle(n, width), BINARY, FOR_EVER)


def _place(level: int, where: str) -> tuple[int, int]:
    """Number and width of the tile asked for; 404 unless the published tree has all of it."""
    try:
        n, width = merkle.parse_tile_path(where)
    except ValueError as error:
        raise Http404(str(error)) from None
    tree = published.newest()
    if tree is None or level > 7 or width > merkle.tile_width(level, n, tree.size):
        raise Http404("the published tree has no such tile")
    return n, width


def _answer(content: bytes, kind: str, caching: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"  # verifiers in a browser; there is nothing private here
    return response
