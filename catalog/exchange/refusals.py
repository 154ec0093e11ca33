"""Why a file, a record or a value is not taken: stable codes; words and remedy in the reader's language."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.errors import Text

#: Code → (what is wrong, what to do). “%(value)s” is what stood there.
REASONS: dict[str, tuple[Text, Text]] = {
    # The file as a whole.
    "file_empty": (_("The file is empty."), _("Export it again.")),
    "file_too_large": (
        _("The file is larger than %(value)s."),
        _("Split it and import the parts one after the other."),
    ),
    "nul_byte": (
        _("A NUL byte stands in the text (%(value)s in all)."),
        _("The file is damaged or no text; export it again as UTF-8."),
    ),
    "cut_character": (
        _("The file ends in the middle of a character: it was cut off."),
        _("Copy or download it again and compare the sizes."),
    ),
    "cut_row": (
        _("The file breaks off in its last row."),
        _("Copy or download it again and compare the sizes."),
    ),
    "mixed_encodings": (
        _("Up to here the text is %(value)s, from here on it is another encoding."),
        _("Two files were joined; convert each to UTF-8 first."),
    ),
    "encoding_unknown": (
        _("These bytes are neither UTF-8, UTF-16 nor GB18030 text."),
        _("Save the file as UTF-8 (in a spreadsheet program: “CSV UTF-8”)."),
    ),
    "mojibake": (
        _("Text was encoded twice; it should probably read “%(value)s”."),
        _("Go back to the original file and save it once as UTF-8."),
    ),
    "replaced_characters": (
        _("Characters were lost in an earlier conversion (“%(value)s”)."),
        _("Go back to the original file and save it once as UTF-8."),
    ),
    "json_broken": (
        _("This is no complete JSON: %(value)s."),
        _("The file was cut off or damaged; download it again."),
    ),
    "workbook_unreadable": (
        _("The workbook cannot be opened: %(value)s."),
        _("Remove its password, or save it again as .xlsx or CSV."),
    ),
    "workbook_too_large": (
        _("The workbook unpacks to more than %(value)s."),
        _("Save the sheet as CSV and import that."),
    ),
    "header_unknown": (
        _("No header row was found: no row among the first %(value)s names a title and an owner."),
        _("Name the columns, e.g. 标题, 提供单位, or title, publisher."),
    ),
    "format_unknown": (
        _("Neither a known portal's JSON, data.json, CSV nor a workbook."),
        _("Name it with --format."),
    ),
    "format_mismatch": (
        _("The file is not of the format %(value)s."),
        _("Leave --format out, or name the right one."),
    ),
    "no_records": (
        _("The list of records is missing: %(value)s."),
        _("A data.json has a “dataset” list; a portal's export is one list of records."),
    ),
    # One record.
    "not_a_record": (
        _("A %(value)s stands where a record should."),
        _("Each entry of the list must be an object."),
    ),
    "required": (_("It is missing."), _("Add it at the source and import again.")),
    "too_long": (_("It is longer than %(value)s characters."), _("Shorten it at the source.")),
    "key_twice": (
        _("Another record with the same identifier, but other content, came before: %(value)s."),
        _("Give each record its own identifier at the source."),
    ),
    "columns_differ": (
        _("The row has %(value)s columns."),
        _("Look for an unquoted delimiter or a row cut off, and correct it."),
    ),
    "quote_open": (_("A quotation mark is opened and never closed."), _("Close or remove it.")),
    # One value, left out while its record is taken.
    "date_unreal": (_("There is no such date: %(value)s."), _("Correct it at the source.")),
    "date_unreadable": (_("This is no date: %(value)s."), _("Write it as 2026-01-31.")),
    "date_coarse": (_("Only %(value)s is given; its first day was taken."), _("Write it as 2026-01-31.")),
    "time_unreal": (
        _("The time of day cannot be read: %(value)s; the date was taken."),
        _("Write it as 2026-01-31T09:00:00Z."),
    ),
    "order": (_("The end lies before the beginning: %(value)s."), _("Swap or correct them at the source.")),
    "email": (_("This is no e-mail address: %(value)s."), _("Give one address, name@example.org.")),
    "address": (_("This is no web address: %(value)s."), _("Begin it with https://.")),
    "number": (_("This is no whole number: %(value)s."), _("Write digits only.")),
    "wrong_type": (_("A %(value)s stands where text should."), _("Correct the type at the source.")),
    "region": (_("This is no region code of GB/T 2260: %(value)s."), _("Six digits, e.g. 340100.")),
    "frequency_unknown": (
        _("This update frequency is not known: %(value)s."),
        _("Use e.g. R/P1M, monthly or 每月."),
    ),
    "opening_unstated": (
        _("Whether it is open is not said; it is treated as restricted."),
        _("State the opening attribute at the source."),
    ),
    "opening_unknown": (
        _("This opening attribute is not known: %(value)s; it is treated as restricted."),
        _("Use public, restricted public or non-public; 无条件开放, 有条件开放 or 不予开放."),
    ),
    "control_characters": (_("Control characters were removed."), _("Remove them at the source.")),
    "shortened": (_("It was cut to %(value)s characters."), _("Shorten it at the source.")),
    # Things worth knowing about the file.
    "columns_unknown": (
        _("These columns are not known and were left out: %(value)s."),
        _("Rename them if they matter."),
    ),
    "rows_above": (_("%(value)s rows above the header were left out."), _("Nothing to do.")),
    "sheets_left": (
        _("These sheets were left out: %(value)s."),
        _("Import them one by one as CSV if they matter."),
    ),
}  # fmt: skip


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something stands in a file. Rows, records and bytes are counted from 1."""

    record: int | None = None
    row: int | None = None
    byte: int | None = None
    sheet: str = ""
    key: str = ""

    def __str__(self) -> str:
        words = [
            gettext("sheet “%(sheet)s”") % {"sheet": self.sheet} if self.sheet else "",
            gettext("row %(row)d") % {"row": self.row} if self.row else "",
            gettext("record %(record)d") % {"record": self.record} if self.record and not self.row else "",
            gettext("byte %(byte)d") % {"byte": self.byte} if self.byte else "",
            f"({self.key})" if self.key else "",
        ]
        return " ".join(word for word in words if word) or gettext("the file")


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong with one field: a code of `REASONS`, and the value that stood there."""

    code: str
    field: str = ""
    value: str = ""

    @property
    def message(self) -> str:
        said = str(REASONS[self.code][0]) % {"value": self.value}
        return f"{self.field}: {said}" if self.field else said

    @property
    def remedy(self) -> str:
        return str(REASONS[self.code][1])


class Refused(msgspec.Struct, frozen=True):
    """A record, or a whole file, that is not taken; the first problem is the reason."""

    place: Place
    problems: tuple[Problem, ...]

    @property
    def reason(self) -> str:
        return self.problems[0].code

    @property
    def message(self) -> str:
        return " ".join(problem.message for problem in self.problems)

    @property
    def remedy(self) -> str:
        return self.problems[0].remedy


class FileRefused(Exception):
    """The whole file is refused; nothing of it is taken."""

    def __init__(self, code: str, place: Place = Place(), value: object = "") -> None:  # noqa: B008 - frozen
        self.refused = Refused(place, (Problem(code, value=str(value)),))
        super().__init__(code)

    def __str__(self) -> str:
        return f"{self.refused.place}: {self.refused.message} {self.refused.remedy}"
