"""What every reader yields: a `Record` as the source published it, or a `Refused` that says where and why."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec

from catalog.exchange.refusals import Place, Problem
from ledger.conditions import Opening


class Copy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One way to get the data (a distribution): `kind` is file or interface."""

    kind: str = "file"
    title: str = ""
    format: str = ""
    media_type: str = ""
    address: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, dict=True):
    """One dataset of a source catalogue, cleaned, in the language it has.

    Attributes:
        key: the source's stable name of the record; the same in every later export.
        language: language of title and summary ("zh", "en", …).
        frequency: one of the nine codes, or ""; `frequency_words` is what the source wrote.
        copies: distributions, in the source's order.
    """

    key: str
    title: str
    owner: str
    title_en: str = ""
    language: str = "zh"
    summary: str = ""
    person: str = ""
    email: str = ""
    telephone: str = ""
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    issued: dt.date | None = None
    modified: dt.date | None = None
    frequency: str = ""
    frequency_words: str = ""
    temporal_from: dt.date | None = None
    temporal_until: dt.date | None = None
    spatial: str = ""
    opening: Opening = Opening.RESTRICTED
    copies: tuple[Copy, ...] = ()
    landing_page: str = ""
    industry: str = ""
    region: str = ""
    licence: str = ""
    rights: str = ""
    row_count: int | None = None

    @property
    def contact(self) -> str:
        """How to reach the owner, in one line."""
        return ", ".join(part for part in (self.person, self.telephone, self.email) if part)

    @cached_property
    def digest(self) -> str:
        """Changes when, and only when, something that would be imported changed."""
        return hashlib.sha256(ENCODER.encode(self)).hexdigest()


class Taken(msgspec.Struct, frozen=True):
    """A record that was read, and what of it had to be left out."""

    record: Record
    place: Place
    remarks: tuple[Problem, ...] = ()


class Repeated(msgspec.Struct, frozen=True):
    """A record that stood in the same file before, word for word."""

    place: Place
    first: Place


class Reading(msgspec.Struct):
    """A whole catalogue being read.

    Attributes:
        format: "portal-cn", "dcat-us", "csv" or "xlsx".
        portal: identifier of the known portal whose table is used, or "".
        total: how many records there are, for the progress bar.
        items: Taken, Repeated and Refused in the file's order; read as they are asked for.
        notes: what was noticed about the file as a whole (columns nobody knows, rows above the header).
    """

    format: str
    total: int
    items: Iterator[Any]
    title: str = ""
    title_en: str = ""
    portal: str = ""
    region: str = ""
    encoding: str = "utf-8"
    notes: tuple[Problem, ...] = ()

    def of(self, portal: Any) -> Reading:
        """The same, known to come from a portal."""
        if portal:
            self.portal, self.region = portal.identifier, portal.region
            self.title, self.title_en = portal.title, portal.title_en
        return self


ENCODER = msgspec.json.Encoder(order="sorted")
