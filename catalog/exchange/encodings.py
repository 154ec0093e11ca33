"""Which encoding a text file has: UTF-8, UTF-16 or GB18030, proved by decoding all of it.

A file that only nearly decodes is refused with row and byte; nothing is ever replaced by question marks.
"""

from __future__ import annotations

import codecs
import re
from itertools import pairwise
from typing import NamedTuple

from catalog.exchange.refusals import FileRefused, Place

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: A line “speaks UTF-8” with this many three-byte characters: by chance a GB18030 line does not.
TELLING = 2
#: Share of two-byte characters in the GB 2312 block (both bytes from A1 on) in real Chinese text; Latin-1,
#: Big5 or Shift-JIS read as GB18030 stay far below.
GB2312_SHARE = 0.9
#: Hanzi any Chinese listing is full of; Cyrillic or Korean read as GB18030 lies in the block but hits few.
USUAL = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
    "信无息件放条业局市区每县务政合管建企工暂江安保单育设公资化名产全服农机州社监文体综通场计水城教构项源证目交级表阳统环标题提供位属领域更新数据"
)
USUAL_SHARE = 0.1
#: Below this many hanzi their frequency tells nothing; the header row decides.
ENOUGH = 12
THREE_BYTES = re.compile(rb"[\xe2-\xef][\x80-\xbf]{2}")
GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
GB2312_PAIR = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
HAN = re.compile("[\u4e00-\u9fff]")
#: UTF-8 bytes taken for Latin-1: a lead byte's character, then as many trail bytes' as it demands.
TWICE_LATIN = re.compile(
    "[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3}"
)
#: What such text cannot do without; plain text, which is nearly all of it, is passed by these alone.
LEAD_LATIN = re.compile("[\u00c2-\u00f4]")
LEAD_GB = re.compile(
    "[" + "".join(bytes([a, b]).decode("gb18030") for a in range(0xE4, 0xEA) for b in range(0x80, 0xC0)) + "]"
)
LOST = re.compile("\ufffd|锟斤拷")
#: Windows-1252 has printable characters where Latin-1 has control characters.
WINDOWS = {
    ord(char): byte for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", "ignore"))
}


class Text(NamedTuple):
    """Decoded text and the encoding it was proved to have."""

    text: str
    encoding: str


def decode(raw: bytes) -> Text:
    """Decode a text file, or refuse it as a whole.

    Raises:
        FileRefused: empty, NUL bytes, cut in a character, two encodings joined, none of ours, encoded twice.
    """
    if not raw.strip():
        raise FileRefused("file_empty")
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            return checked(strict(raw[len(bom) :], encoding, len(bom)), encoding)
    if encoding := bare_utf16(raw):
        return checked(strict(raw, encoding), encoding)
    refuse_nul(raw)
    try:
        return checked(raw.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return checked(not_utf8(raw, error), "gb18030")


def bare_utf16(raw: bytes) -> str:
    """UTF-16 without a byte order mark: every ASCII character brings a NUL, always on the same side."""
    even, odd = raw[0::2].count(0), raw[1::2].count(0)
    if len(raw) % 2 or even + odd < len(raw) / 50 or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def strict(raw: bytes, encoding: str, skipped: int = 0) -> str:
    """Decode in the encoding the file's first bytes claim."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        code = "cut_character" if ends_early(error, raw) else "encoding_unknown"
        row = raw[: error.start].decode(encoding, "replace").count("\n") + 1
        raise FileRefused(code, Place(row=row, byte=skipped + error.start + 1))
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise FileRefused("nul_byte", Place(row=row), text.count("\0"))
    return text


def ends_early(error: UnicodeDecodeError, raw: bytes) -> bool:
    """Whether only the last character is at fault, for want of bytes."""
    return error.end >= len(raw) and error.reason in (
        "unexpected end of data", "incomplete multibyte sequence", "truncated data",
    )  # fmt: skip


def refuse_nul(raw: bytes) -> None:
    """NUL bytes stand in no text of ours; PostgreSQL could not keep them either."""
    at = raw.find(b"\0")
    if at >= 0:
        raise FileRefused("nul_byte", Place(row=row_of(raw, at), byte=at + 1), raw.count(b"\0"))


def row_of(raw: bytes, at: int) -> int:
    """The line a byte stands in, from 1."""
    return raw.count(b"\n", 0, at) + 1


def not_utf8(raw: bytes, error: UnicodeDecodeError) -> str:
    """GB18030 text, if that is what it is; otherwise the reason why not."""
    refuse_joined(raw)
    if ends_early(error, raw) and THREE_BYTES.search(raw):
        raise FileRefused("cut_character", Place(row=row_of(raw, error.start), byte=error.start + 1))
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError as wrong:
        if ends_early(wrong, raw) and is_chinese(raw[: wrong.start]):
            raise FileRefused("cut_character", Place(row=row_of(raw, wrong.start), byte=wrong.start + 1))
        at = min(wrong.start, error.start)
        raise FileRefused("encoding_unknown", Place(row=row_of(raw, at), byte=at + 1))
    if not is_chinese(raw):
        raise FileRefused("encoding_unknown", Place(row=row_of(raw, error.start), byte=error.start + 1))
    return text


def is_chinese(raw: bytes) -> bool:
    """Whether bytes that could be GB18030 look like Chinese rather than like another encoding misread."""
    pairs = GB_PAIR.findall(raw)
    if sum(1 for pair in pairs if GB2312_PAIR.fullmatch(pair)) < GB2312_SHARE * len(pairs):
        return False
    hanzi = HAN.findall(raw.decode("gb18030", "ignore"))
    return len(hanzi) < ENOUGH or sum(1 for sign in hanzi if sign in USUAL) >= USUAL_SHARE * len(hanzi)


def refuse_joined(raw: bytes) -> None:
    """Refuse lines of UTF-8 beside lines of GB18030; a line feed is a trail byte in neither."""
    at, spoken = 0, []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if voice := encoding_of_line(line):
            spoken.append((voice, number, at + first_high(line) + 1))
        at += len(line) + 1
    for (before, _, _), (after, number, byte) in pairwise(spoken):
        if before != after:
            raise FileRefused("mixed_encodings", Place(row=number, byte=byte), before.upper())


def first_high(line: bytes) -> int:
    """Where the first byte beyond ASCII stands in a line."""
    return next((index for index, byte in enumerate(line) if byte > 0x7F), 0)


def encoding_of_line(line: bytes) -> str:
    """What one line certainly is; "" where it could be either or is neither."""
    if line.isascii():
        return ""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030" if decodes(line, "gb18030") and is_chinese(line) else ""
    return "utf-8" if len(THREE_BYTES.findall(line)) >= TELLING else ""


def decodes(raw: bytes, encoding: str) -> bool:
    """Whether bytes are valid in an encoding."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def checked(text: str, encoding: str) -> Text:
    """Refuse text that was garbled before it was saved: most lines beyond ASCII can be read back."""
    garbled = strange = 0
    first = None
    # not splitlines(): it breaks at U+0085, which garbled text is full of
    for number, line in enumerate(text.split("\n"), 1):
        if line.isascii():
            continue
        strange += 1
        if meant := mended(line):
            garbled += 1
            first = first or (number, meant)
    if first and garbled * 2 > strange:
        raise FileRefused("mojibake", Place(row=first[0]), first[1][:60])
    return Text(text, encoding)


def mended(text: str) -> str:
    """What text that was encoded twice was meant to say; "" if it was not."""
    if LEAD_LATIN.search(text) and TWICE_LATIN.search(text.translate(WINDOWS)):
        back = unlatin(text)
        if back and len(back) < len(text):
            return back
    if LEAD_GB.search(text) and len(LEAD_GB.findall(text)) * 5 >= len(HAN.findall(text)) >= 4:
        return ungb(text)
    return ""


def unlatin(text: str) -> str:
    """Undo UTF-8 taken for Latin-1 or Windows-1252; "" where that is not what happened."""
    try:
        return text.translate(WINDOWS).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return ""


def ungb(text: str) -> str:
    """Undo UTF-8 taken for GB18030 (“鏍囬”), which drops odd bytes on the way; "" if it was not."""
    back = text.encode("gb18030", "replace").decode("utf-8", "replace")
    whole, broken = len(HAN.findall(back)), back.count("\ufffd")
    return back if whole and whole >= 2 * broken else ""


def lost(text: str) -> str:
    """The trace of characters that an earlier conversion threw away, if any."""
    found = LOST.search(text)
    return found.group() if found else ""
