"""`ETag` and the conditions on it. A tag is the uid of the object's last entry and a hash of what was shown:
`If-Match` asks about the first part (did anybody change it?), `If-None-Match` about all of it (would I read
the same again?).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any

from django.db import models
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

TAG = re.compile(r'(?:W/)?"([^"]*)"')
NEVER = uuid.UUID(int=0)


def tag_of(obj: models.Model, body: Any) -> str:
    """The entity tag of what this reader was shown of an object."""
    shown = hashlib.sha256(json.dumps(body, sort_keys=True, cls=JSONEncoder).encode()).hexdigest()[:16]
    return f'"{version_of(obj)}.{shown}"'


def version_of(obj: models.Model) -> str:
    """The object's version: its last entry."""
    return str(getattr(obj, "entry_uid", None) or NEVER)


def expected(request: Request) -> frozenset[str] | None:
    """The versions `If-Match` accepts; None where anything will do."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    return frozenset(tag.partition(".")[0] for tag in TAG.findall(header))


def is_known(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` says that the reader has exactly this."""
    header = request.headers.get("If-None-Match", "").strip()
    return header == "*" or tag.strip('"') in TAG.findall(header)
