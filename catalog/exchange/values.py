"""Reads one record value by value; what cannot be kept is noted with the source's own name of the field."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from catalog.exchange.cleaning import has_control, listed, said, text
from catalog.exchange.dates import read_day, read_span
from catalog.exchange.encodings import HAN, lost, mended
from catalog.exchange.formats import read_address, read_email
from catalog.exchange.frequencies import read_frequency
from catalog.exchange.record import Record, Taken
from catalog.exchange.refusals import Place, Problem, Refused

LONGEST_NAME = 300
LONGEST_TEXT = 20_000
LONGEST_KEY = 300


class Values:
    """One record's values by our names.

    Attributes:
        raw: our field → (the source's name for it, what stands there).
        remarks: values left out, while the record is taken.
        faults: why the record is not taken.
    """

    def __init__(self, raw: Mapping[str, tuple[str, Any]]) -> None:
        self.raw = raw
        self.remarks: list[Problem] = []
        self.faults: list[Problem] = []

    def get(self, field: str) -> Any:
        """What stands there, unread."""
        return self.raw[field][1] if field in self.raw else None

    def remark(self, field: str, code: str, value: Any = "") -> None:
        """Note a value that is left out or changed."""
        self.remarks.append(Problem(code, self.name(field), short(value)))

    def fault(self, field: str, code: str, value: Any = "") -> None:
        """Note a reason to refuse the record."""
        self.faults.append(Problem(code, self.name(field), short(value)))

    def name(self, field: str) -> str:
        """What the source calls a field."""
        return self.raw[field][0] if field in self.raw else field

    def required(self, field: str) -> str:
        """A name without which there is no record."""
        words = self.words(field)
        if not words:
            self.fault(field, "required")
        elif len(words) > LONGEST_NAME:
            self.fault(field, "too_long", LONGEST_NAME)
        elif trace := lost(words):
            self.fault(field, "replaced_characters", trace)
        return words

    def words(self, field: str, most: int = 0) -> str:
        """One line, or nothing."""
        return self.kept(field, said, most)

    def prose(self, field: str) -> str:
        """Text of several lines, or nothing."""
        found = self.kept(field, text, LONGEST_TEXT)
        return found if said(found) else ""

    def kept(self, field: str, read: Callable[[Any], str], most: int = 0) -> str:
        """A text as `read` cleans it, with all that is wrong with it noted."""
        value = self.get(field)
        if isinstance(value, dict | bool):
            self.remark(field, "wrong_type", kind(value))
        words = read(value)
        if has_control(value):
            self.remark(field, "control_characters")
        if not words.isascii() and (meant := mended(value if isinstance(value, str) else words)):
            self.fault(field, "mojibake", meant)
        elif trace := lost(words):
            self.remark(field, "replaced_characters", trace)
        if most and len(words) > most:
            self.remark(field, "shortened", most)
            words = words[:most].rstrip()
        return words

    def list(self, field: str, *separators: Any) -> tuple[str, ...]:
        """Words of a list, each once."""
        value = self.get(field)
        if isinstance(value, dict | bool):
            self.remark(field, "wrong_type", kind(value))
            return ()
        return tuple(word[:LONGEST_NAME] for word in listed(value, *separators))

    def day(self, field: str) -> dt.date | None:
        """A date that exists."""
        found = read_day(self.get(field))
        if found.code:
            self.remark(field, found.code, self.get(field))
        return found.date

    def span(self, field: str) -> tuple[dt.date | None, dt.date | None]:
        """A period “from/until”."""
        found = read_span(self.get(field))
        if found.code:
            self.remark(field, found.code, self.get(field))
        return found.begin, found.end

    def frequency(self, field: str) -> str:
        """One of the nine codes."""
        return self.read(field, read_frequency, "frequency_unknown")

    def email(self, field: str) -> str:
        """One e-mail address."""
        return self.read(field, read_email, "email")

    def address(self, field: str) -> str:
        """A web address."""
        return self.read(field, read_address, "address")

    def read(self, field: str, reader: Callable[[Any], str | None], code: str) -> str:
        """A value of a narrow form; None from its reader means that it is not of that form."""
        found = reader(self.get(field))
        if found is None:
            self.remark(field, code, self.get(field))
        return found or ""

    def count(self, field: str) -> int | None:
        """A whole number."""
        words = said(self.get(field)).replace(",", "")
        if words and not (words.isascii() and words.isdigit() and len(words) < 19):
            self.remark(field, "number", self.get(field))
            return None
        return int(words) if words else None

    def end(self, place: Place, record: Callable[[], Record]) -> Taken | Refused:
        """The record with its remarks, or its refusal."""
        if self.faults:
            return Refused(place, tuple(self.faults))
        return Taken(record(), place, tuple(self.remarks))


def language_of(*texts: str) -> str:
    """zh where there are hanzi, otherwise en."""
    return "zh" if any(HAN.search(words) for words in texts) else "en"


def key_from(*candidates: str) -> str:
    """The first candidate that says something, as a key of bounded length."""
    key = next(filter(None, candidates), "")
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def short(value: Any) -> str:
    """A value as it is quoted in a report."""
    words = text(value) or (str(value) if value not in (None, "") else "")
    return words if len(words) <= 120 else words[:117] + "…"


def kind(value: Any) -> str:
    """The JSON name of a value's type."""
    match value:
        case bool():
            return "boolean"
        case dict():
            return "object"
        case list() | tuple():
            return "list"
        case None:
            return "null"
        case int() | float():
            return "number"
    return "string"
