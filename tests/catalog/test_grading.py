"""The sensitivity class: over the whole matrix, every category of personal information, around every threshold."""

from __future__ import annotations

from itertools import product

import pytest

from catalog.grading import DEGREES, OBJECTS, grade, impacts_from_questions
from ledger.conditions import Level, Personal
from ledger.policy import profile

L = Level
#: GB/T 43697 as one reads it: object × (general, serious, especially serious).
MATRIX = {
    "national_security": (L.IMPORTANT, L.CORE, L.CORE),
    "economic_operation": (L.GENERAL_4, L.IMPORTANT, L.CORE),
    "social_order": (L.GENERAL_4, L.IMPORTANT, L.CORE),
    "public_interest": (L.GENERAL_4, L.IMPORTANT, L.CORE),
    "organisation_rights": (L.GENERAL_2, L.GENERAL_3, L.GENERAL_4),
    "individual_rights": (L.GENERAL_2, L.GENERAL_3, L.GENERAL_4),
}
FLOOR = {
    Personal.NONE: L.GENERAL_1,
    Personal.STAFF: L.GENERAL_2,
    Personal.ORDINARY: L.GENERAL_2,
    Personal.SENSITIVE: L.GENERAL_4,
}
GRADINGS = [profile(name).grading for name in ("cn", "plain")]


def expected(impact: str, degree: str) -> Level:
    return L.GENERAL_1 if degree == "none" else MATRIX[impact][DEGREES.index(degree) - 1]


@pytest.mark.parametrize("grading", GRADINGS)
def test_the_matrix_with_every_category(grading: object) -> None:
    for impact, degree, personal in product(OBJECTS, DEGREES, Personal):
        found = grade(grading, {impact: degree}, [], personal, 0)  # type: ignore[arg-type]
        assert found.level == max(expected(impact, degree), FLOOR[personal], key=lambda level: level.rank)
        assert found.steps[0].level == found.level


def test_the_highest_impact_decides() -> None:
    for (one, first), (two, second) in product(product(OBJECTS, DEGREES), repeat=2):
        if one != two:
            found = grade(GRADINGS[0], {one: first, two: second}, [], Personal.NONE, 0).level
            assert found == max(expected(one, first), expected(two, second), key=lambda level: level.rank)


def test_the_highest_field_decides() -> None:
    for level, category in product(["", *L], ["", *Personal]):
        found = grade(GRADINGS[0], {}, [("a", "", ""), ("b", level, category)], Personal.NONE, 0).level
        by_level = Level(level) if level else L.GENERAL_1
        by_category = FLOOR[Personal(category)] if category else L.GENERAL_1
        assert found == max(by_level, by_category, key=lambda one: one.rank)


@pytest.mark.parametrize(
    ("personal", "persons", "level"),
    [
        (Personal.NONE, 10**9, L.GENERAL_1),
        (Personal.STAFF, 10**9, L.GENERAL_2),
        (Personal.ORDINARY, 1_000_000, L.GENERAL_2),
        (Personal.ORDINARY, 1_000_001, L.IMPORTANT),
        (Personal.ORDINARY, 10_000_000, L.IMPORTANT),
        (Personal.ORDINARY, 10_000_001, L.CORE),
        (Personal.SENSITIVE, 100_000, L.GENERAL_4),
        (Personal.SENSITIVE, 100_001, L.IMPORTANT),
        (Personal.SENSITIVE, 1_000_000, L.IMPORTANT),
        (Personal.SENSITIVE, 1_000_001, L.CORE),
    ],
)
def test_around_the_thresholds(personal: Personal, persons: int, level: Level) -> None:
    assert grade(GRADINGS[0], {}, [], personal, persons).level == level


def test_three_plain_questions_fill_the_matrix() -> None:
    for recognisable, harm, many in product((False, True), ("none", "some", "much"), (False, True)):
        impacts = impacts_from_questions(recognisable, harm, many)
        assert set(impacts) <= set(OBJECTS)
        assert set(impacts.values()) <= set(DEGREES)
        assert ("individual_rights" in impacts) == recognisable
    quiet = impacts_from_questions(False, "none", False)
    assert grade(GRADINGS[0], quiet, [], Personal.NONE, 0).level == L.GENERAL_1
