"""Credit codes and places: one wrong character is found and named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.identifiers import (
    ALPHABET,
    BadIdentifier,
    check_character,
    region_names,
    region_stem,
    validate_uscc,
    within,
)

codes = st.text(ALPHABET, min_size=17, max_size=17).map(lambda first: first + check_character(first))


@given(codes)
def test_a_whole_code_passes_in_any_case(code: str) -> None:
    assert validate_uscc(f" {code.lower()} ") == code


@given(codes, st.integers(0, 17), st.characters(codec="utf-8"))
def test_one_changed_character_is_found_and_named(code: str, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    if wrong.strip().upper() == code:
        return
    with pytest.raises(BadIdentifier) as raised:
        validate_uscc(wrong)
    bad = raised.value
    if bad.code == "character":
        assert bad.place == place + 1
    elif bad.code == "check":
        assert (bad.place, bad.expected) == (18, check_character(wrong.upper()[:17]))
    else:
        assert bad.code == "length"


@given(st.text(max_size=40))
def test_nothing_typed_breaks_it(text: str) -> None:
    """Either a code or a fault with a name."""
    try:
        found = validate_uscc(text)
    except BadIdentifier as bad:
        found = {"length": "", "character": "", "check": ""}[bad.code]
    assert len(found) in (0, 18)


def test_letters_may_stand_in_front() -> None:
    """GB 32100 allows them in the first eight places."""
    first = "A1BC3D4EMA2XTETT0"
    assert validate_uscc(first + check_character(first))


def test_places_lie_in_one_another() -> None:
    assert region_names("340121")[0] == "安徽省"
    assert (region_stem("340000"), region_stem("340100"), region_stem("000000")) == ("34", "3401", "")
    assert within("340121", "340100")
    assert within("340121", "000000")
    assert not within("340100", "340121")
    assert not within("350121", "340000")
