"""`manage.py export`: the published log as files, which the offline verifier accepts; and as the site serves it."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from ledger import journal, keys, verify
from ledger.actor import Actor
from ledger.models import Event, Organisation
from ledger.note import Signer
from ledger.rows import Rows
from ledger.sequencer import Sequencer, run_all
from tests.log_tables import empty_log

pytestmark = pytest.mark.django_db(transaction=True)


def write(count: int) -> None:
    with transaction.atomic(), journal.gathered():
        for _ in range(count):
            journal.record(
                actor=Actor.robot(), event="organisation.described", subject=Organisation(pk=1), rows=Rows()
            )
    run_all()


def export(folder: Path) -> str:
    output = io.StringIO()
    call_command("export", str(folder), stdout=output)
    return output.getvalue()


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def verdict(folder: Path, *arguments: str) -> int:
    return verify.judge(["--dir", str(folder), "--vkey", str(folder / "log.vkey"), *arguments])[0]


def test_it_writes_what_the_site_serves(client: Client, tmp_path: Path) -> None:
    write(300)
    assert export(tmp_path) == f"300 entries are in {tmp_path}: 7 files written\n"
    found = files(tmp_path)
    assert found.keys() == {
        "checkpoint", "log.vkey", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000",
        "tile/entries/001.p/44",
    }  # fmt: skip
    for path, content in found.items():
        assert client.get(f"/log/{path}").content == content
    assert verdict(tmp_path) == 0


def test_it_continues_what_is_there(tmp_path: Path) -> None:
    write(300)
    export(tmp_path)
    old = files(tmp_path)
    mark = tmp_path / "mark"
    shutil.copy(tmp_path / "checkpoint", mark)
    full = (tmp_path / "tile/0/000").stat().st_mtime_ns
    assert "2 files written" in export(tmp_path)
    write(300)
    assert "7 files written" in export(tmp_path)
    assert (tmp_path / "tile/0/000").stat().st_mtime_ns == full
    new = files(tmp_path)
    assert {path for path in old if new[path] != old[path]} == {"checkpoint"}
    assert not [path for path in new if "/." in path or path.startswith(".")]
    assert verdict(tmp_path, "--old", str(mark)) == 0


def test_the_checkpoint_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off anywhere, the folder holds the log of its checkpoint, and the next run ends the work."""
    write(300)
    export(tmp_path)
    before = (tmp_path / "checkpoint").read_bytes()
    write(300)
    (tmp_path / "tile/0/002.p").write_text("in the way")
    with pytest.raises(CommandError):
        export(tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == before
    assert verdict(tmp_path) == 0
    (tmp_path / "tile/0/002.p").unlink()
    export(tmp_path)
    assert verdict(tmp_path) == 0


def test_it_refuses_a_folder_with_another_log(tmp_path: Path) -> None:
    write(3)
    export(tmp_path)
    # The same keys and another history: what a database of before would make.
    saved = (settings.VAR / "log" / "key").read_text()
    empty_log()
    (settings.VAR / "log").mkdir(parents=True)
    (settings.VAR / "log" / "key").write_text(saved)
    write(5)
    with pytest.raises(CommandError, match="does not continue"):
        export(tmp_path)
    elsewhere = Signer("example.org/log", bytes(32))
    (tmp_path / "checkpoint").write_text(
        elsewhere.sign("example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    )
    with pytest.raises(CommandError, match="no known key"):
        export(tmp_path)


def test_it_refuses_when_nothing_is_signed(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing is signed"):
        export(tmp_path)
    assert files(tmp_path) == {}
    Sequencer().step()
    export(tmp_path)
    assert set(files(tmp_path)) == {"checkpoint", "log.vkey"}
    assert verdict(tmp_path) == 0


def test_a_live_site_is_verified_and_remembered(live_server: object, tmp_path: Path) -> None:
    write(300)
    mark = tmp_path / "mark"
    arguments = [
        "--url",
        f"{live_server}/log/",
        "--vkey",
        str(keys.load().signing[0]),
        "--remember",
        str(mark),
    ]
    assert verify.judge(arguments)[0] == 0
    write(20)
    code, report = verify.judge([*arguments, "--json"])
    assert (code, report["recomputed"], report["size"]) == (0, 20, 320)
    assert json.dumps(report)


def test_what_the_journal_writes_is_a_leaf() -> None:
    write(3)
    for one in Event.objects.all():
        verify.check_leaf(bytes(one.leaf))
