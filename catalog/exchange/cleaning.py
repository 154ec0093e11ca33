"""Text as sources write it, made plain: markup, literal line breaks, printed lists, words for “nothing”."""

from __future__ import annotations

import ast
import datetime as dt
import html
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
BREAK = re.compile(r"<(?:br|/p|/li|/div|/tr|/h\d)\b[^<>]*>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+\d*);")
#: Backslashes that somebody's export wrote out instead of the line break or tab they stand for.
LITERAL = re.compile(r"\\r\\n|\\[nrt](?![a-z])")
#: Control characters, zero-width marks, half surrogate pairs: no part of a word, and NUL cannot be stored.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\ufeff\ud800-\udfff]")
SPACES = re.compile(r"[ \t\u00a0\u3000]+")
BLANK_LINES = re.compile(r"\s*\n\s*")
SEPARATORS = re.compile(r"[,，;；|\r\n\t]+")
#: The same with the enumeration comma, which some portals use inside one name.
ALL_SEPARATORS = re.compile(r"[,，;；|、\r\n\t]+")
TRAILING = " ,，;；、"
#: What people write where there is nothing to say.
NOTHING = frozenset(
    ["", "-", "--", "/", "\\", "无", "空", "暂无", "none", "null", "nil", "n/a", "na", "nan"]
) | frozenset(["not available", "true", "false", "undefined"])


def text(value: Any) -> str:
    """Any scalar as clean text of several lines; lists become lines; what is no text becomes ""."""
    match value:
        case str():
            return plain(value)
        case bool() | None | dict():
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case int() | float() | dt.date() | dt.datetime() | dt.time():
            return str(value)
        case list() | tuple():
            return "\n".join(part for part in map(text, value) if part)
    return ""


def plain(value: str) -> str:
    """Text without markup, entities, literal breaks, control characters and needless white space."""
    if "\\" in value:
        value = LITERAL.sub("\n", value)
    if "<" in value:
        value = MARKUP.sub("", BREAK.sub("\n", value))
    if "&" in value and ENTITY.search(value):
        value = html.unescape(value)
    if value.isprintable():  # most are: no breaks, no control characters, no spaces but plain ones
        return (SPACES.sub(" ", value) if "  " in value else value).strip()
    value = SPACES.sub(" ", CONTROL.sub("", value))
    return BLANK_LINES.sub("\n", value).strip(" \n\r")


def line(value: Any) -> str:
    """Clean text on one line, without trailing commas."""
    return text(value).replace("\n", " ").strip(TRAILING)


def said(value: Any) -> str:
    """One line, or "" where the source only says that there is nothing."""
    found = line(value)
    return "" if found.lower() in NOTHING else found


def has_control(value: Any) -> bool:
    """Whether control characters were taken out of a value."""
    return isinstance(value, str) and not value.isprintable() and CONTROL.search(value) is not None


def listed(value: Any, separators: re.Pattern[str] = SEPARATORS) -> tuple[str, ...]:
    """The words of a list, each once, whether it came as a list, as “['xls', 'csv']”, or with separators."""
    value = unquoted(value)
    parts: Iterable[Any] = value if isinstance(value, list | tuple) else separators.split(text(value))
    return tuple(dict.fromkeys(word for part in parts if (word := said(part))))


def unquoted(value: Any) -> Any:
    """A Python list that was printed into a string, as the list."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            return ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return value.strip("[]").replace("'", "").replace('"', "")
    return value


def folded(name: Any) -> str:
    """A column name as it is compared: full-width forms, case, spaces, brackets and stars do not matter."""
    wide = unicodedata.normalize("NFKC", line(name)).lower()
    return re.sub(r"\(.*?\)|\[.*?\]|[\s_*:：/-]+", "", wide)
