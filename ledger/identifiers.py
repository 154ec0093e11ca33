"""PURE: identifiers of organisations and places, with errors that name the character (GB 32100-2015, GB/T 2260)."""

import re
from functools import cache

from stdnum import numdb

#: GB 32100-2015: digits and letters without I, O, S, V, Z.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = [pow(3, place, 31) for place in range(17)]


class BadIdentifier(ValueError):
    """An identifier that cannot be; says where."""

    def __init__(self, code: str, place: int | None = None, expected: str = "") -> None:
        super().__init__(code)
        self.code, self.place, self.expected = code, place, expected


def check_character(first17: str) -> str:
    """The check character of a unified social credit code (MOD 31)."""
    total = sum(
        ALPHABET.index(character) * weight for character, weight in zip(first17, WEIGHTS, strict=True)
    )
    return ALPHABET[-total % 31]


def validate_uscc(code: str) -> str:
    """Return the credit code in capitals.

    Raises:
        BadIdentifier: `length`, `character` (with the place, from 1) or `check` (with the expected character).
    """
    code = code.strip().upper()
    if len(code) != 18:
        raise BadIdentifier("length", len(code))
    for place, character in enumerate(code, 1):
        if character not in ALPHABET:
            raise BadIdentifier("character", place)
    if code[17] != (expected := check_character(code[:17])):
        raise BadIdentifier("check", 18, expected)
    return code


@cache
def region_names(code: str) -> tuple[str, ...]:
    """The names of a GB/T 2260 code, province first; empty where the table does not know it."""
    parts = [props for _part, props in numdb.get("cn/loc").info(code) if props]
    names = [re.sub(r"\[[^]]*\]", "", name).split(",")[0] for props in parts for name in props.values()]
    return tuple(dict.fromkeys(names))


def region_stem(code: str) -> str:
    """The digits of a GB/T 2260 code that count: "340100" → "3401", "000000" → ""."""
    while code.endswith("00"):
        code = code[:-2]
    return code


def within(region: str, scope: str) -> bool:
    """Whether `region` lies in the subtree of `scope`; the empty stem is the whole country."""
    return region.startswith(region_stem(scope))
