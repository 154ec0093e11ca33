"""Receipts: the proof that an act stands in the log, with what it said for who may read that."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import receipts
from ledger.actor import Actor
from ledger.api.addresses import entry_url, receipt_url
from ledger.api.answers import wait_of
from ledger.api.authentication import actor_of
from ledger.api.bodies import event_named, past_of, reads_values
from ledger.api.entries import BIGGEST, index
from ledger.api.nouns import Place, register
from ledger.api.queries import page_size
from ledger.api.views import ReaderView
from ledger.explorer import Search
from ledger.models import Event
from ledger.proof import Proof

#: Seconds after which to ask again for what is not signed yet.
RETRY = "1"


class Receipts(ReaderView):
    """Of the caller's own acts, the newest first."""

    def get(self, request: Request) -> Response:
        """One page; `cursor` is the index to go on below."""
        actor, size = actor_of(request), page_size(request.query_params)
        below = index(request.query_params.get("cursor", str(BIGGEST)))
        search = Search(pseudonym=actor.pseudonym)
        found = search.below(below, size + 1) if actor.user else []
        rows = [
            {"id": str(one.uid), "url": receipt_url(one.uid), "state": "sequenced", "index": one.index,
             "type": one.leaf.kind, "entry": entry_url(one.uid)}
            for one in found[:size]
        ]  # fmt: skip
        following = f"{request.path}?cursor={found[size - 1].index}" if len(found) > size else None
        return Response({"results": rows, "next": following, "actions": []})


class ReceiptDetail(ReaderView):
    """One receipt; its member `receipt`, as a file, is what `ledger/verify.py` checks without this site."""

    def get(self, request: Request, pk: str) -> Response:
        """The receipt, or 202 while the entry waits for its place; `?wait=2` waits for it."""
        event = event_named(pk)
        found = receipt_for(event, actor_of(request), wait_of(request))
        if found is None:
            waiting = {"id": str(event.uid), "url": receipt_url(event.uid), "state": "pending"}
            return Response(waiting, status=202, headers={"Retry-After": RETRY})
        about = {"id": str(event.uid), "url": receipt_url(event.uid), "state": "sequenced"}
        return Response(about | {"index": Proof.parse(found["proof"]).index, "receipt": found})


def receipt_for(event: Event, actor: Actor, wait: float = 0) -> dict[str, Any] | None:
    """The receipt's file as this actor may have it; None until its place is signed."""
    proof = receipts.proof_of(event.uid, wait)
    if proof is None:
        return None
    past = past_of(event, actor)
    return receipts.file_of(
        event, proof, body=past is not None, disclosures=past is not None and reads_values(past, actor)
    )


register(Place("receipts", Receipts, _("Receipts"), ReceiptDetail))
