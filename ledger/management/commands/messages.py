"""`manage.py messages`: collect every text of all floors into the Chinese catalogue. Needs Babel."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

FLOORS = ("ledger", "catalog", "sharing")
CATALOGUE = "ledger/locale/zh_Hans/LC_MESSAGES/django.po"
METADATA = {
    "Project-Id-Version": "One Ledger",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
ONE: dict[str, Any] = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (1,))
MANY: dict[str, Any] = dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
IN_CONTEXT: dict[str, Any] = dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))
MANY_IN_CONTEXT: dict[str, Any] = dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3))
KEYWORDS = ONE | MANY | IN_CONTEXT | MANY_IN_CONTEXT
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdrf]|(?<!\{)\{\w*(?:[!:.\[][^{}]*)?\}")


class Message(NamedTuple):
    """What a translator gives words for."""

    context: str
    one: str
    many: str


class Command(BaseCommand):
    help = "Collect the texts of all floors into the Chinese catalogue; --check only tells what is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 when anything is wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found, path = collect(settings.ROOT), settings.ROOT / CATALOGUE
        if options["check"]:
            faults = list(faults_of(found, read(path)))
            if faults:
                raise CommandError("\n".join([*faults, f"{len(faults)} faults in {CATALOGUE}"]))
            self.stdout.write(f"{len(found)} messages, all in both languages")
            return
        merged = merge(found, read(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        merged.save(str(path), newline="\n")
        self.stdout.write(f"{len(found)} messages, {len(merged.untranslated_entries())} without words yet")


def collect(root: Path) -> dict[Message, list[str]]:
    """Every message of all floors, with the files that use it."""
    found: dict[Message, list[str]] = {}
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        for message in _messages_in(path):
            files = found.setdefault(message, [])
            if name not in files:
                files.append(name)
    return found


def read(path: Path) -> polib.POFile:
    """The catalogue as it stands, or an empty one."""
    catalogue = polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile(wrapwidth=100)
    catalogue.metadata = METADATA
    return catalogue


def merge(found: dict[Message, list[str]], old: polib.POFile) -> polib.POFile:
    """A catalogue of exactly the messages found, keeping the words already given."""
    given = {_key(entry): entry for entry in old if not entry.obsolete}
    merged = polib.POFile(wrapwidth=100)
    merged.metadata = METADATA
    for message, files in found.items():
        entry = given.get(message) or _empty(message)
        entry.occurrences = [(name, "") for name in files]  # without line numbers, which would change daily
        merged.append(entry)
    return merged


def faults_of(found: dict[Message, list[str]], catalogue: polib.POFile) -> Iterator[str]:
    """What is missing, stale, fuzzy, or differs in its placeholders."""
    entries = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    for message, files in found.items():
        entry = entries.get(message)
        if entry is None or not (entry.msgstr or entry.msgstr_plural.get(0)):
            yield f"missing: {message.one!r} ({files[0]})"
        elif entry.fuzzy:
            yield f"fuzzy: {message.one!r} ({files[0]})"
        elif _placeholders(entry.msgstr or entry.msgstr_plural[0]) != _placeholders(
            message.many or message.one
        ):
            yield f"placeholders differ: {message.one!r} ({files[0]})"
    yield from (f"stale: {message.one!r}" for message in entries if message not in found)


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _empty(message: Message) -> polib.POEntry:
    words: dict[str, Any] = {"msgid_plural": message.many, "msgstr_plural": {0: ""}} if message.many else {}
    return polib.POEntry(msgid=message.one, msgctxt=message.context or None, **words)


def _sources(root: Path) -> Iterator[Path]:
    for floor in FLOORS:
        yield from sorted((root / floor).rglob("*.py"))
        yield from sorted(path for path in (root / floor).rglob("templates/**/*") if path.is_file())


def _messages_in(path: Path) -> Iterable[Message]:
    from babel.messages.extract import extract

    text = path.read_text()
    if path.suffix != ".py":  # lines of a templatized page have no meaning as indentation
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    for _line, words, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        one, many = (words, "") if isinstance(words, str) else (words[0], words[1])
        if one:
            yield Message(context or "", one, many)
