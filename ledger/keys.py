"""The log's key and name. They are made together, once, and stand together in one file under var/: a log
cannot change its name, and neither the Host header nor the port can change it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ledger.note import BadNote, Signer, check_name


def folder() -> Path:
    """Where the log keeps what must not be in the database: the key and the high-water mark."""
    return Path(settings.VAR) / "log"


def signer() -> Signer:
    """The log's key, made when there is none yet.

    Raises:
        ImproperlyConfigured: the file is damaged, or LOG_ORIGIN is not the name the key was made for.
    """
    path = folder() / "key"
    if not path.exists():
        _make(path)
    try:
        found = Signer.parse(path.read_text().strip())
    except BadNote as error:
        raise ImproperlyConfigured(f"{path}: {error}. Put the log's key back from a backup.") from None
    if found.name != settings.LOG_ORIGIN:
        raise ImproperlyConfigured(
            f"LOG_ORIGIN={settings.LOG_ORIGIN!r}, but this log is named {found.name!r} for ever: "
            f"set LOG_ORIGIN={found.name}, or start a new log with an empty database and another LEDGER_VAR"
        )
    return found


def _make(path: Path) -> None:
    """Write a new key; of two processes that try at once the second finds the first one's."""
    try:
        check_name(settings.LOG_ORIGIN)
    except BadNote as error:
        raise ImproperlyConfigured(f"LOG_ORIGIN: {error}") from None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(Signer(settings.LOG_ORIGIN, secrets.token_bytes(32)).secret() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
