"""The log's name and keys. Name and first key are made together, once: a log cannot change its name, and neither the Host
header nor the port can change it.

The secret keys stand in `var/log/key`, one a line, the newest first – or in the environment as LOG_KEY. Each of them signs
every checkpoint, so that while a key is exchanged whoever knows the old one and whoever knows the new one can both
verify. `var/log/retired` keeps the public halves of keys that sign no more: what they signed stays signed.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from ledger.note import COSIGNATURE, BadNote, Signer, Verifier, check_name


def folder() -> Path:
    """Where the log keeps what must not be in the database: the keys and the high-water mark."""
    return Path(settings.VAR) / "log"


@dataclass(frozen=True)
class Keys:
    """The keys of one log, the newest first.

    Attributes:
        signers: those that sign now.
        retired: those that signed before.
    """

    signers: tuple[Signer, ...]
    retired: tuple[Verifier, ...] = ()

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.signers[0].name

    @property
    def signing(self) -> tuple[Verifier, ...]:
        """The public halves of the keys that sign now."""
        return tuple(signer.verifier for signer in self.signers)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """Whose signature counts: of those that sign and those that signed."""
        return self.signing + self.retired

    def sign(self, text: str) -> str:
        """The note: text, blank line, one line a key."""
        lines = (signer.sign(text).removeprefix(f"{text}\n") for signer in self.signers)
        return f"{text}\n{''.join(lines)}"


def load() -> Keys:
    """The log's keys, the first made when there is none yet.

    Raises:
        ImproperlyConfigured: a key is damaged, or LOG_ORIGIN is not the name the keys were made for.
    """
    path = folder() / "key"
    if not (settings.LOG_KEY or path.exists()):
        _replace(path, [Signer(_origin(), secrets.token_bytes(32)).secret()], only_new=True)
    where = "LOG_KEY" if settings.LOG_KEY else str(path)
    try:
        signers = tuple(map(Signer.parse, (settings.LOG_KEY or path.read_text()).split()))
        retired = tuple(map(Verifier.parse, _lines(folder() / "retired")))
    except BadNote as error:
        raise ImproperlyConfigured(f"{where}: {error}. Put the log's key back from a backup.") from None
    if not signers:
        raise ImproperlyConfigured(f"{where} holds no key. Put the log's key back from a backup.")
    names = {signer.name for signer in signers} | {key.name for key in retired}
    for name in names - {settings.LOG_ORIGIN}:
        raise ImproperlyConfigured(
            f"LOG_ORIGIN={settings.LOG_ORIGIN!r}, but this log is named {name!r} for ever: "
            f"set LOG_ORIGIN={name}, or start a new log with an empty database and another LEDGER_VAR"
        )
    return Keys(signers, retired)


def stamp() -> int:
    """Changes when the file of keys does: who signs for long looks at it."""
    path = folder() / "key"
    return path.stat().st_mtime_ns if path.exists() else 0


def exist() -> bool:
    """Whether there are keys: who only verifies must never make one."""
    return bool(settings.LOG_KEY) or (folder() / "key").exists()


def witness() -> Signer:
    """The key with which this installation cosigns other logs, made when there is none yet.

    Raises:
        ImproperlyConfigured: it is damaged.
    """
    path = folder() / "witness"
    if not path.exists():
        name = f"{_origin().partition('/')[0]}/witness"
        _replace(path, [Signer(name, secrets.token_bytes(32), COSIGNATURE).secret()], only_new=True)
    try:
        found = Signer.parse(path.read_text().strip())
    except BadNote as error:
        raise ImproperlyConfigured(f"{path}: {error}. Put the witness's key back from a backup.") from None
    if found.kind != COSIGNATURE:
        raise ImproperlyConfigured(f"{path}: this is no witness's key. Put it back from a backup.")
    return found


class NotChanged(Exception):
    """The keys stay as they are; the message says why."""


def added(known: Keys) -> Keys:
    """With a fresh key before the others."""
    fresh = Signer(known.origin, secrets.token_bytes(32))
    return Keys((fresh, *known.signers), known.retired)


def without(known: Keys, number: str) -> Keys:
    """With one key retired.

    Args:
        number: the key's number in hex, as `manage.py keys` shows it.

    Raises:
        NotChanged: no key that signs has this number, or it is the only one.
    """
    leaving = tuple(key for key in known.signing if key.number.hex() == number)
    staying = tuple(signer for signer in known.signers if signer.verifier not in leaving)
    if not leaving:
        raise NotChanged(_("No key that signs has this number: see `manage.py keys`."))
    if not staying:
        raise NotChanged(_("This is the only key: add another one first, and let verifiers learn it."))
    return Keys(staying, leaving + known.retired)


def store(known: Keys) -> None:
    """Keep the keys from now on; a secret key that left is destroyed.

    Raises:
        NotChanged: the keys come from the environment.
    """
    if settings.LOG_KEY:
        raise NotChanged(_("The keys come from LOG_KEY: change them there, the newest first, and restart."))
    # First what must not be lost: a crash in between leaves a key that is retired and still signs.
    _replace(folder() / "retired", [str(key) for key in known.retired])
    _replace(folder() / "key", [signer.secret() for signer in known.signers])


def _origin() -> str:
    try:
        return check_name(settings.LOG_ORIGIN)
    except BadNote as error:
        raise ImproperlyConfigured(f"LOG_ORIGIN: {error}") from None


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def _replace(path: Path, lines: list[str], *, only_new: bool = False) -> None:
    """Write a file durably and at once; of two processes that make the first key the second finds the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        (os.link if only_new else os.replace)(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
