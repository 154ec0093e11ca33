"""The steps between an empty folder and the first request. Each is cheap when there is nothing to do."""

import contextlib
import errno
import fcntl
import hashlib
import importlib.metadata
import io
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command, get_commands
from django.db import OperationalError, connection

from ledger import postgres, translations
from ledger.cluster import OLDEST

Say = Callable[[str], None]


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the installation's lock. It is the kernel's, so a killed process holds nothing."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        stream = open(var / "up.lock", "a+")  # noqa: SIM115 - closed below, and kept open while we run
    except PermissionError as error:
        raise CommandError(
            f"{error.filename} is not ours to write: set LEDGER_VAR to a folder of yours"
        ) from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            raise CommandError(
                f"One Ledger runs here already ({stream.read().strip()}). Stop it with Ctrl-C where it runs; "
                "for a second, separate one set LEDGER_VAR and PORT."
            ) from None
        yield


def note_address(var: Path, text: str) -> None:
    """Leave a line in the lock file for whoever finds it locked."""
    (var / "up.lock").write_text(text)


def require_free_port(host: str, port: int) -> None:
    """Refuse early and in words when another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise CommandError(
                f"HOST={host!r} is no address of this machine: use 127.0.0.1 or 0.0.0.0"
            ) from None
        except OSError as error:
            raise CommandError(_port_trouble(host, port, error)) from None


def _port_trouble(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is used by another program: stop it, or choose another: PORT={port + 1} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than ours: choose one above 1023, such as PORT=8000"
    return f"Cannot listen on {host}:{port} ({error.strerror}): set HOST and PORT"


def prepare(say: Say) -> None:
    """Make everything ready for the web and worker processes."""
    say("database")
    postgres.ensure(settings.VAR)
    where = postgres.embedded(settings.VAR)
    if not os.environ.get("DATABASE_URL") and where.data != where.place:
        say(
            f"its files are in {where.data}, because the account it runs as cannot enter {where.place.parent}"
        )
    require_database()
    say("tables")
    call_command("migrate", interactive=False, verbosity=0)
    translations.compile_stale()
    collect_static(say)
    load_demonstration(say)


def require_database() -> None:
    """Refuse in words when the server does not answer or is too old."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(
            f"The database does not answer: {str(error).strip()}\n"
            "Check DATABASE_URL, or unset it to use our own server."
        ) from None
    # PostgreSQL is the only engine; the stubs know the common one.
    version: int = connection.pg_version // 10000  # type: ignore[attr-defined]
    if version < OLDEST:
        raise CommandError(f"PostgreSQL {version} is too old: use {OLDEST} or newer, or unset DATABASE_URL")


def collect_static(say: Say) -> None:
    """Collect and compress static files when any changed; doing it always would cost seconds each start."""
    mark = settings.VAR / "static.mark"
    found = fingerprint_of_static()
    if mark.exists() and mark.read_text() == found and settings.STATIC_ROOT.is_dir():
        return
    say("static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(found)


def fingerprint_of_static() -> str:
    """Digest of path, size and time of every static file, and of the version of what compresses them."""
    digest = hashlib.sha256(importlib.metadata.version("whitenoise").encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demonstration(say: Say) -> None:
    """Load the demonstration book into an empty ledger; one that holds an organisation is somebody's."""
    if "demo" not in get_commands() or apps.get_model("ledger", "Organisation").objects.exists():
        return
    say("demonstration book")
    call_command(
        "demo", stdout=io.StringIO()
    )  # its accounts are shown last, where they are not scrolled away
