"""PURE: the code of a registered dataset. The layout is that of a draft (D1, section 4.3); the generator is one function."""

import secrets

from stdnum.iso7064 import mod_37_2

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RESOURCE = "7"
#: Owners without a credit code stand as this subject.
NOBODY = "0" * 18


def new_code(identifier: str, region: str, industry: str = "") -> str:
    """A fresh code of 32 characters: type 1, subject 18, region or industry 4, random 8, check 1.

    Args:
        identifier: the owner's credit code; anything else stands as zeros.
        region: GB/T 2260; its first four digits, or 00 + the industry's division where there is no region.
        industry: GB/T 4754, "A01" or "01".
    """
    subject = identifier if len(identifier) == 18 and identifier.isalnum() else NOBODY
    division = "".join(character for character in industry if character.isdigit())[:2].ljust(2, "0")
    place = region[:4] if region.strip("0") else f"00{division}"
    random = "".join(secrets.choice(ALPHABET) for _ in range(8))
    body = f"{RESOURCE}{subject}{place}{random}"
    return body + mod_37_2.calc_check_digit(body)


def is_valid(code: str) -> bool:
    """Whether a code's length and check character are right."""
    return len(code) == 32 and mod_37_2.is_valid(code)
