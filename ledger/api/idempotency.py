"""`Idempotency-Key`: the same request twice is done once and answered twice.

The answer is stored in the transaction of the command, so a crash leaves both or neither. A refusal rolls back
and is not stored: repeated, it is weighed anew. A second request with the same key waits for the first one at
the unique index.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from ledger.actor import Actor
from ledger.api.problems import KeyReused, StillRunning
from ledger.clock import now
from ledger.models.idempotency import IdempotentAnswer

HEADER = "Idempotency-Key"
WAIT_MS = 5000
LONGEST = 255


@dataclass
class Answer:
    """What a command is answered with: status, body, headers."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self, **headers: str) -> Response:
        return Response(self.body, self.status, headers={**self.headers, **headers})


def once(request: Request, actor: Actor, work: Callable[[], Answer]) -> tuple[Answer, bool]:
    """Do `work` in one transaction, or give the answer kept under the request's key.

    Returns:
        The answer, and whether it was given before.

    Raises:
        KeyReused: the key stands for another request.
        StillRunning: the first request is not done yet.
    """
    key = key_of(request)
    if not key or actor.user is None:
        with transaction.atomic():
            return work(), False
    digest = digest_of(request)
    with transaction.atomic():
        mine = claim(actor, key, digest)
        if mine is None:
            return replayed(actor, key, digest), True
        answer = work()
        IdempotentAnswer.objects.filter(pk=mine).update(answer=seal(answer, key))
        return answer, False


def key_of(request: Request) -> str:
    """The key that was sent, "" without one.

    Raises:
        ValidationError: too long, or not printable ASCII.
    """
    key = request.headers.get(HEADER, "").strip().strip('"')
    if len(key) > LONGEST or not key.isascii() or (key and not key.isprintable()):
        raise ValidationError({HEADER: [_("At most 255 printable ASCII characters, e.g. a UUID.")]})
    return key


def claim(actor: Actor, key: str, digest: str) -> int | None:
    """Take the key in this transaction; None when it was taken before. Waits for whoever holds it.

    Raises:
        StillRunning: it holds it too long.
    """
    table = IdempotentAnswer._meta.db_table
    values = [actor.user_id, actor.organisation_id or 0, hashed(key), digest, now()]
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
        try:
            cursor.execute(
                f"INSERT INTO {table} (user_id, organisation_id, key, digest, created_at)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
                values,
            )
            row = cursor.fetchone()
        except OperationalError as error:
            raise StillRunning(
                _("The first request with this key is still at work."), code="still_running"
            ) from error
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return row[0] if row else None


def replayed(actor: Actor, key: str, digest: str) -> Answer:
    """The answer given before.

    Raises:
        KeyReused: to another request.
    """
    kept = IdempotentAnswer.objects.get(
        user_id=actor.user_id, organisation_id=actor.organisation_id or 0, key=hashed(key)
    )
    if kept.digest != digest:
        raise KeyReused(_("This key was sent before with another address or body."), code="key_reused")
    return unseal(bytes(kept.answer or b""), key)


def digest_of(request: Request) -> str:
    """What makes two requests the same: method, address, body; files count by content."""
    parts = [request.method or "", request.path, canonical(request.data)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def canonical(data: Any) -> str:
    """A body as text that does not depend on order or transport."""
    plain = {name: data.getlist(name) for name in data} if hasattr(data, "getlist") else data
    return json.dumps(plain, sort_keys=True, default=file_digest)


def file_digest(value: Any) -> str:
    """A file's content by hash; the file is left at its start."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return f"{value.name}:{digest.hexdigest()}"


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _sealer(key: str) -> Fernet:
    secret = hashlib.sha256(f"{settings.SECRET_KEY}\n{key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))


def seal(answer: Answer, key: str) -> bytes:
    """The answer, readable only with the key that was sent."""
    return _sealer(key).encrypt(json.dumps(asdict(answer), cls=JSONEncoder).encode())


def unseal(sealed: bytes, key: str) -> Answer:
    return Answer(**json.loads(_sealer(key).decrypt(sealed)))
