"""PURE: the sensitivity class, computed from impacts, fields, personal information and scale, with its steps (R 43-45)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ledger.conditions import Level, Personal
from ledger.policy import Grading

#: Impact objects and degrees of GB/T 43697-2024, as the profile's matrix names them.
OBJECTS = (
    "national_security",
    "economic_operation",
    "social_order",
    "public_interest",
    "organisation_rights",
    "individual_rights",
)
DEGREES = ("none", "general", "serious", "especially_serious")


@dataclass(frozen=True)
class Step:
    """One reason for a class: which rule gave which level."""

    rule: str
    subject: str
    level: Level


@dataclass(frozen=True)
class Grade:
    """The computed class and every step that led to it, the decisive one first."""

    level: Level
    steps: tuple[Step, ...]


def grade(
    grading: Grading,
    impacts: Mapping[str, str],
    fields: Iterable[tuple[str, str, str]],
    personal: Personal,
    persons: int,
) -> Grade:
    """Compute the class; the highest step wins (就高从严).

    Args:
        grading: matrix, floors and thresholds of the profile.
        impacts: impact object → degree.
        fields: (name, level or "", category of personal information) of each field.
        personal: personal information in the dataset as a whole.
        persons: how many people it is about; 0 = not known or none.
    """
    steps = [Step("start", "", Level.GENERAL_1)]
    for impacted, degree in impacts.items():
        if degree in grading.matrix.get(impacted, {}):
            steps.append(Step("matrix", f"{impacted}/{degree}", grading.matrix[impacted][degree]))
    worst = personal
    for name, level, category in fields:
        if level:
            steps.append(Step("field", name, Level(level)))
        if category:
            worst = max(worst, Personal(category), key=list(Personal).index)
    if floor := grading.floors.get(f"personal_{worst}") or grading.floors.get(str(worst)):
        steps.append(Step("floor", str(worst), floor.level))
    for name, scale in grading.scales.items():
        if persons > scale.persons and list(Personal).index(worst) >= list(Personal).index(
            Personal(scale.personal)
        ):
            steps.append(Step("scale", name, scale.level))
    steps.sort(key=lambda step: -step.level.rank)
    return Grade(steps[0].level, tuple(steps))


def impacts_from_questions(recognisable: bool, harm: str, many: bool) -> dict[str, str]:
    """Fill the matrix from the three plain questions, for those who do not know it.

    Args:
        recognisable: are people recognisable in it?
        harm: "none", "some" or "much": what a leak would do to those concerned.
        many: does it cover many people or places?
    """
    degree = {"none": "none", "some": "general", "much": "serious"}[harm]
    impacts = {"organisation_rights": degree}
    if recognisable:
        impacts["individual_rights"] = degree if degree != "none" else "general"
    if many and degree != "none":
        impacts["public_interest"] = "general"
    return impacts
