"""The answer to a command: the object, its entry in the log, where the receipt is, and a secret shown once."""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.db import models
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import journal
from ledger.actor import Actor
from ledger.api import actions, nouns, versions
from ledger.api.addresses import object_url, receipt_url
from ledger.api.idempotency import Answer
from ledger.api.nouns import Noun

LONGEST_WAIT = 10
PAUSE = 0.02


def of_command(
    actor: Actor, noun: Noun, name: str, obj: models.Model | None, values: dict[str, Any]
) -> Answer:
    """Call a command and describe what came of it."""
    if obj is not None:
        values[noun.argument] = noun.id_of(obj)
    with journal.listening() as entries:
        result = noun.call(name)(actor=actor, **values)
    uid = next((entry.uid for entry in entries), None)
    headers = {"Link": f'<{receipt_url(uid)}>; rel="receipt"'} if uid else {}
    result, secret = result if isinstance(result, tuple) else (result, None)
    if result is None:
        return Answer(204, None, headers)
    body = shown(result, actor)
    headers["ETag"] = versions.tag_of(result, body)
    body |= {"entry": str(uid) if uid else None, "receipt": receipt_url(uid) if uid else None}
    if secret is not None:
        body["secret"] = secret
    if obj is not None and type(obj) is type(result) and obj.pk == result.pk:
        return Answer(200, body, headers)
    return Answer(201, body, headers | ({"Location": object_url(result)} if object_url(result) else {}))


def shown(result: models.Model, actor: Actor) -> dict[str, Any]:
    """The object as its noun shows it, read anew with the joins its output needs."""
    noun = nouns.noun_of(type(result))
    if noun is None:
        return {"id": result.pk, "url": "", "state": str(getattr(result, "state", ""))}
    found = noun.rows(type(result)._default_manager.filter(pk=result.pk), actor).first() or result
    body = dict(noun.output(found, context={"actor": actor}).data)
    return body | {"actions": actions.on_object(noun, found, actor)}


def waited(answer: Answer, seconds: float, *, replayed: bool) -> Response:
    """The response; with `?wait=` not before the entry is sequenced, or the time is over."""
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    if seconds and answer.body and answer.body.get("entry"):
        answer.body["index"] = index_of(uuid.UUID(answer.body["entry"]), seconds)
    return answer.response(**headers)


def wait_of(request: Request) -> float:
    """How long the caller waits.

    Raises:
        ValidationError: no number of seconds.
    """
    text = request.query_params.get("wait", "0")
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_WAIT:
        raise ValidationError({"wait": [ErrorDetail(f"0 – {LONGEST_WAIT} s", "range")]})
    return seconds


def index_of(uid: uuid.UUID, seconds: float) -> int | None:
    """The entry's index in the log as soon as it has one; None when the time is over."""
    end = time.monotonic() + seconds
    while (index := journal.index_of(uid)) is None and time.monotonic() < end:
        time.sleep(PAUSE)
    return index
