"""The code of a registered dataset: its layout, and that one wrong character is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.codes import ALPHABET, NOBODY, is_valid, new_code
from tests.cast import credit_code


@given(number=st.integers(0, 99_999), region=st.from_regex(r"[1-6][0-9]{5}", fullmatch=True))
def test_it_has_the_layout_of_the_draft(number: int, region: str) -> None:
    code = new_code(credit_code(number), region)
    assert (code[0], code[1:19], code[19:23], len(code)) == ("7", credit_code(number), region[:4], 32)
    assert is_valid(code)


def test_owners_without_a_credit_code_and_region() -> None:
    code = new_code("", "000000", "A01")
    assert (code[1:19], code[19:23]) == (NOBODY, "0001")
    assert is_valid(code)
    assert is_valid(new_code("HH-12", "", ""))


@given(place=st.integers(0, 30), replaced=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(place: int, replaced: str) -> None:
    code = new_code(credit_code(7), "340121")
    wrong = code[:place] + replaced + code[place + 1 :]
    assert is_valid(wrong) == (wrong == code)


@given(place=st.integers(0, 30))
def test_two_neighbours_changed_about_are_found(place: int) -> None:
    code = new_code(credit_code(7), "340121")
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(wrong) == (wrong == code)


def test_codes_differ() -> None:
    assert len({new_code(credit_code(7), "340121") for _turn in range(1000)}) == 1000
