"""The embedded server: made, killed, asked for by many, in a path nobody expects. Real servers, no mocks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from ledger import postgres
from ledger.cluster import DatabaseTrouble, Server, answers


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A careful server below a folder with spaces and Chinese characters."""
    place = tmp_path / "my 数据 folder"
    made = postgres.embedded(place)
    yield made
    made.stop()
    for leftover in made.sockets.iterdir() if made.sockets.exists() else ():
        leftover.unlink()
    if made.sockets.exists():
        made.sockets.rmdir()


def connect(server: Server) -> psycopg.Connection:
    place = server.settings
    return psycopg.connect(host=place["HOST"], user=place["USER"], dbname=place["NAME"], autocommit=True)


def test_it_starts_and_finds_trigrams_in_chinese(server: Server) -> None:
    server.ensure()
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT cardinality(show_trgm('农业数据'))").fetchone()
        listening = connection.execute("SHOW listen_addresses").fetchone()
    assert found == (5,)
    assert listening == ("",), "no TCP port may be open"


def test_it_guards_its_socket(server: Server) -> None:
    server.ensure()
    assert server.sockets.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(server.sockets / ".s.PGSQL.5432")) < 104


def test_it_keeps_committed_rows_when_killed(server: Server) -> None:
    server.ensure()
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    killed = server.process()
    assert killed is not None
    killed.send_signal(signal.SIGKILL)
    while server.process() is not None:
        time.sleep(0.01)
    server.ensure()
    with connect(server) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_it_ignores_a_pid_file_of_somebody_else(server: Server) -> None:
    server.ensure()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    assert server.process() is None
    server.ensure()
    assert server.process() is not None


def test_it_starts_once_for_four_at_once(server: Server) -> None:
    code = "import sys, pathlib; from ledger import postgres; postgres.ensure(pathlib.Path(sys.argv[1]))"
    environ = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(server.place.parent)], cwd=postgres.ROOT, env=environ
        )
        for _ in range(4)
    ]
    assert [starter.wait(60) for starter in starters] == [0, 0, 0, 0]
    connect(server).close()


def test_it_survives_a_half_made_cluster(server: Server) -> None:
    draft = Path(f"{server.place}.new")
    draft.mkdir(parents=True)
    (draft / "half").write_text("initdb was killed here")
    server.ensure()
    connect(server).close()


def test_it_stops(server: Server) -> None:
    server.ensure()
    server.stop()
    assert server.process() is None
    assert not answers(server.sockets)


def test_it_does_not_trust_a_socket_folder_others_can_enter(server: Server) -> None:
    server.sockets.mkdir(mode=0o700)
    server.sockets.chmod(0o755)
    with pytest.raises(DatabaseTrouble, match="not ours alone"):
        server.ensure()


def test_it_never_overwrites_files_that_are_no_cluster(server: Server) -> None:
    server.place.mkdir(parents=True)
    (server.place / "thesis.txt").write_text("mine")
    with pytest.raises(DatabaseTrouble, match="is not empty"):
        server.ensure()
    assert (server.place / "thesis.txt").read_text() == "mine"


def test_it_reads_database_url(tmp_path: Path) -> None:
    url = "postgresql://someone:p%40ss@db.example:6543/ledger?sslmode=require"
    found = postgres.database_settings({"DATABASE_URL": url}, tmp_path, tmp_path)
    assert (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "ledger", "someone", "p@ss", "db.example", "6543",
    )  # fmt: skip
    assert found["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///book.db",
        "db.example:5432",
        "postgresql://someone:hunter2@db.example:port/ledger",
        "postgresql://someone:hunter2@db.example:0/ledger",
        "postgresql://someone:hunter2@db.example/",
        "postgresql://someone:hunter2@[::1/ledger",
        "postgresql://someone:hunter2@db.example/ledger?nonsense=1",
    ],
)
def test_it_refuses_a_malformed_database_url_without_repeating_the_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL .*use postgresql://") as refused:
        postgres.database_settings({"DATABASE_URL": url}, tmp_path, tmp_path)
    assert "hunter2" not in str(refused.value)
