"""What is handed to a person: the proof that an entry stands in the log, and the file that says what it was.

The file is JSON; nothing else is needed to check it but the log's key (`ledger.verify`, formats in docs/log.md):

    {"format": "one-ledger-receipt@1", "origin": "…", "leaf": "<the public bytes>", "proof": "<tlog-proof>",
     "body": {"content": "…", "key": "<base64>"} or null,
     "disclosures": [{"path": "…", "content": "…", "key": "<base64>"}],
     "erased": [{"at": "…", "clause": "…", "paths": […]}]}    no paths = everything it said; nobody vouches for this
"""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

import psycopg
from django.db import connection

from ledger import merkle
from ledger.entry import text_of_time
from ledger.models import Body, Disclosure, Erasure, Event
from ledger.note import Checkpoint
from ledger.parties import ErasureState
from ledger.proof import Proof

FORMAT = "one-ledger-receipt@1"
PAUSE = 0.02

# The newest tree that enough witnesses saw; where none holds the entry yet, the newest that the log signed.
_SIGNED = """
SELECT l.idx, c.size, c.note || coalesce(
    (SELECT string_agg(line, '' ORDER BY at, key) FROM log_cosignature WHERE size = c.size), '')
FROM log_event e JOIN log_leaf l ON l.event_id = e.id
JOIN log_checkpoint c ON c.size = coalesce(
    (SELECT max(size) FROM log_witnessed WHERE size > l.idx), (SELECT max(size) FROM log_checkpoint WHERE size > l.idx))
WHERE e.uid = %s
"""
_TILES = """
SELECT t.level, t.n, t.hashes FROM log_tile t
JOIN unnest(%s::int[], %s::bigint[]) AS wanted (level, n) ON t.level = wanted.level AND t.n = wanted.n
"""


def proof_of(uid: uuid.UUID, wait: float = 0) -> Proof | None:
    """The proof that an entry stands in the log; None until a tree that holds it is signed.

    Args:
        wait: seconds to wait for that.
    """
    end = time.monotonic() + wait
    while (found := _signed(uid)) is None and time.monotonic() < end:
        time.sleep(PAUSE)
    if found is None:
        return None
    index, size, note = found
    tiles = _tiles(merkle.inclusion_tiles(index, size))
    hashes = merkle.prove_inclusion(index, size, lambda level, n: tiles[level, n])
    return Proof(index, tuple(hashes), note)


def file_of(event: Event, proof: Proof, *, body: bool, disclosures: bool) -> dict[str, Any]:
    """The receipt's file.

    Args:
        body, disclosures: whether the reader may have these.
    """
    kept = Body.objects.filter(event_uid=event.uid).first() if body else None
    apart = Disclosure.objects.filter(event_uid=event.uid, content__isnull=False) if disclosures else []
    return {
        "format": FORMAT,
        "origin": Checkpoint.parse(proof.note.partition("\n\n")[0] + "\n").origin,
        "leaf": bytes(event.leaf).decode(),
        "proof": proof.text(),
        "body": _opened(kept) if kept and kept.key is not None else None,
        "disclosures": [{"path": one.path, **_opened(one)} for one in apart],
        "erased": [
            {"at": text_of_time(one.decided_at), "clause": one.ground, "paths": one.paths}
            for one in erasures_of(event)
            if one.decided_at
        ],
    }


def erasures_of(event: Event) -> list[Erasure]:
    """What of an entry was shredded, when and under which clause: everybody may know."""
    return list(Erasure.objects.filter(event_uid=event.uid, state=ErasureState.DONE).order_by("pk"))


def _opened(kept: Body | Disclosure) -> dict[str, str]:
    content, key = bytes(kept.content or b""), bytes(kept.key or b"")
    return {"content": content.decode(), "key": base64.b64encode(key).decode()}


def _signed(uid: uuid.UUID) -> tuple[int, int, str] | None:
    return next(iter(_fetch(_SIGNED, [uid])), None)


def _tiles(wanted: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    found = _fetch(_TILES, [[level for level, _n in wanted], [n for _level, n in wanted]])
    return {(level, n): bytes(hashes) for level, n, hashes in found}


def _fetch(statement: str, values: list[Any]) -> list[Any]:
    """By a statement that the server has prepared: planning it anew each time would cost more than running it."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()
