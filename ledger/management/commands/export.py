"""`manage.py export DIR`: write the published log as static files, for a web server, a mirror or a USB stick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ledger import keys, published
from ledger.models import Checkpoint
from ledger.note import BadNote, open_checkpoint


class Command(BaseCommand):
    help = (
        "Write the newest signed log into a folder, as /log/ serves it; what a former run left there is continued. "
        "Check it anywhere with: python verify.py --dir DIR --vkey KEY"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        tree = published.newest()
        if tree is None:
            raise CommandError("Nothing is signed yet: does the worker run?")
        try:
            demand_same_log(folder / "checkpoint")
            written = self._write(folder, tree, show=sys.stdout.isatty())
        except (OSError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{tree.size} entries are in {folder}: {written} files written")

    def _write(self, folder: Path, tree: published.Tree, *, show: bool) -> int:
        """The checkpoint last: whoever reads meanwhile finds all that it speaks of."""
        columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        written = 0
        with Progress(*columns, console=Console(), disable=not show, transient=True) as progress:
            task = progress.add_task("", total=published.number_of_places(tree.size))
            for place in published.places(tree.size):
                written += write_tile(folder, place)
                progress.advance(task)
        replace(folder / "log.vkey", published.vkeys())
        replace(folder / "checkpoint", tree.note.encode())
        return written + 2


def demand_same_log(checkpoint: Path) -> None:
    """Full tiles that are there stay: they must be this log's.

    Raises:
        CommandError: the folder holds another log, or one that this database does not continue.
    """
    if not checkpoint.exists():
        return
    try:
        there = open_checkpoint(checkpoint.read_text(encoding="utf-8"), *keys.load().verifiers)
    except (BadNote, UnicodeDecodeError) as error:
        raise CommandError(f"{checkpoint}: {error}. Choose an empty folder.") from None
    if not Checkpoint.objects.filter(size=there.size, root=there.root).exists():
        raise CommandError(f"{checkpoint} was signed for a log that this database does not continue.")


def write_tile(folder: Path, place: published.Place) -> int:
    """One tile, and at level 0 its bundle of entries; how many files were not there yet."""
    made = {f"tile/{place.level}/{place.path}": lambda: published.tile(*place)}
    if place.level == 0:
        made[f"tile/entries/{place.path}"] = lambda: published.bundle(place.n, place.width)
    missing = [(folder / path, content) for path, content in made.items() if not (folder / path).exists()]
    for path, content in missing:
        replace(path, content())
    return len(missing)


def replace(path: Path, content: bytes) -> None:
    """Write a file durably and at once: what has its name is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
