"""Handing out a delivered file over HTTP, for pages and API: the command first, then the bytes."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from catalog import files
from ledger.actor import Actor
from ledger.ranges import file_response
from sharing.commands import download


def hand_out(request: HttpRequest, actor: Actor, grant: int, delivery: int | None = None) -> HttpResponseBase:
    """The file, whole or the range asked for; every taking-out is an entry, also a resumed one.

    Raises:
        NotFound, NotPermitted, WrongState: as the command `download`.
    """
    taken = download(actor=actor, grant=grant, delivery=delivery, part=request.headers.get("Range", ""))
    return file_response(
        request, files.path(taken.sha256), name=taken.name, media_type=taken.media_type, sha256=taken.sha256
    )
