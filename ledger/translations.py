"""Translations: every .po compiled to the .mo beside it when stale, without gettext's tools."""

import os
from pathlib import Path

LOCALE = Path(__file__).resolve().parent / "locale"


def compile_stale(folder: Path = LOCALE) -> list[Path]:
    """Compile what changed; return the files written. Several processes may do it at once."""
    return [_compile(source) for source in sorted(folder.glob("*/LC_MESSAGES/*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns <= source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    import polib

    target = source.with_suffix(".mo")
    draft = target.with_suffix(f".{os.getpid()}.mo")
    polib.pofile(str(source), wrapwidth=0).save_as_mofile(str(draft))
    draft.replace(target)
    return target
