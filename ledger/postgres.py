"""Which database: the server in DATABASE_URL, or our own under var/, started when it does not run.

Nothing here imports Django's settings: settings import this.
"""

import contextlib
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ledger.cluster import NAME, DatabaseTrouble, Server

ROOT = Path(__file__).resolve().parent.parent
# A new connection for each request costs more than most queries.
CONNECTION = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def database_settings(
    environ: Mapping[str, str], var: Path, root: Path = ROOT, *, test: bool = False
) -> dict[str, Any]:
    """Return DATABASES["default"]: cheap, starts nothing."""
    url = environ.get("DATABASE_URL", "")
    place = _from_url(url) if url else embedded(var, test=test).settings
    suffix = environ.get("TEST_DB_SUFFIX", "")
    test_name = f"test_{NAME}_{suffix}" if suffix else f"test_{NAME}"
    return {"ENGINE": "django.db.backends.postgresql", **place, **CONNECTION, "TEST": {"NAME": test_name}}


def embedded(var: Path, *, test: bool = False) -> Server:
    """Return the embedded server under `var`; tests have one of their own beside it."""
    return Server((var / ("pg-test" if test else "pg")).absolute(), careless=test)


def place_of_var(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for everything this installation keeps."""
    return Path(environ.get("LEDGER_VAR") or ROOT / "var").resolve()


def ensure(var: Path | None = None, *, test: bool = False) -> None:
    """Start the embedded server unless it runs or DATABASE_URL is set; failing ends the process in words."""
    if os.environ.get("DATABASE_URL"):
        return
    try:
        embedded(var or place_of_var(), test=test).ensure()
    except DatabaseTrouble as trouble:
        raise SystemExit(f"PostgreSQL: {trouble}") from None


def stop(var: Path | None = None, *, test: bool = False) -> None:
    """Stop the embedded server if it runs; a server of DATABASE_URL is none of our business."""
    if not os.environ.get("DATABASE_URL"):
        embedded(var or place_of_var(), test=test).stop()


def _from_url(url: str) -> dict[str, Any]:
    """Turn DATABASE_URL into Django's settings; never repeats the value, which may hold a password."""
    import psycopg

    remedy = "use postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or unset it to use the embedded server"
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"DATABASE_URL does not name a PostgreSQL server: {remedy}")
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        reason = str(error).strip()
        shown = "" if "@" in reason else f" ({reason})"  # libpq quotes the part it stumbled over
        raise ImproperlyConfigured(f"DATABASE_URL is malformed{shown}: {remedy}") from None
    if not parts.get("dbname"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database: {remedy}")
    port = str(parts.get("port") or "")
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise ImproperlyConfigured(f"DATABASE_URL has an impossible port: {remedy}")
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    place: dict[str, Any] = {setting: str(parts.pop(key, None) or "") for key, setting in named.items()}
    return {**place, "OPTIONS": parts}


def main() -> None:
    """`python -m ledger.postgres`: stop the embedded servers, those of the tests too."""
    with contextlib.suppress(FileNotFoundError), open(place_of_var() / "up.lock") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("`make run` is running: press Ctrl-C there") from None
    stop()
    stop(test=True)


if __name__ == "__main__":
    main()
