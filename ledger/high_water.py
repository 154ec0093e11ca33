"""The high-water mark: the last signed checkpoint, in a file outside the database.

A restored database is an older log. Signing other entries at indexes once published would be a fork, the one
thing a log must never do; the mark makes the sequencer refuse.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from ledger.note import Checkpoint, Verifier, open_checkpoint


class HighWater:
    """The mark of one installation.

    Args:
        folder: where it is kept.
        verifiers: the log's public keys; a mark signed by another key is refused.
    """

    def __init__(self, folder: Path, verifiers: Sequence[Verifier]) -> None:
        self.path = folder / "high_water"
        self.verifiers = verifiers

    def read(self) -> Checkpoint | None:
        """The mark, or None if nothing was ever signed here.

        Raises:
            ledger.note.BadNote: the file is damaged or of another log.
        """
        try:
            note = self.path.read_text()
        except FileNotFoundError:
            return None
        return open_checkpoint(note, *self.verifiers)

    def raise_to(self, note: str) -> None:
        """Keep a newer checkpoint, durably; an older one is passed over: two may finish in any order."""
        checkpoint = open_checkpoint(note, *self.verifiers)
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.path.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.read()
            if known is None or known.size < checkpoint.size:
                self._replace(note)

    def _replace(self, note: str) -> None:
        draft = self.path.with_suffix(".new")
        with open(draft, "w") as stream:
            stream.write(note)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
