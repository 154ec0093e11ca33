"""PURE: the named conditions a profile may use (in routes, assessments, bars), tested on the facts of a case.

A profile can only combine these names; what a name means is decided here and nowhere else.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Regime(StrEnum):
    PUBLIC = "public"
    GOVERNMENT = "government"
    OPERATED = "operated"
    PRIVATE = "private"


class Sharing(StrEnum):
    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


class Opening(StrEnum):
    PUBLIC = "public"
    RESTRICTED = "restricted"
    NON_PUBLIC = "non_public"


class Personal(StrEnum):
    """Personal information in the data, least first; `staff` is that of the owner's own employees."""

    NONE = "none"
    STAFF = "staff"
    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"


class Level(StrEnum):
    """Sensitivity classes, least first; `rank` orders them."""

    GENERAL_1 = "general_1"
    GENERAL_2 = "general_2"
    GENERAL_3 = "general_3"
    GENERAL_4 = "general_4"
    IMPORTANT = "important"
    CORE = "core"

    @property
    def rank(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one dataset or one request when a profile is asked about it."""

    regime: Regime = Regime.PRIVATE
    sharing: Sharing = Sharing.CONDITIONAL
    level: Level = Level.GENERAL_1
    personal: Personal = Personal.NONE
    cross_border: bool = False
    onward_use: bool = False
    batch: bool = False
    separate_steward: bool = True
    state_organ: bool = False


CONDITIONS: dict[str, Callable[[Facts], bool]] = {
    "personal_information": lambda f: f.personal is not Personal.NONE,
    "no_personal_information": lambda f: f.personal is Personal.NONE,
    "sensitive_personal_information": lambda f: f.personal is Personal.SENSITIVE,
    "important": lambda f: f.level is Level.IMPORTANT,
    "important_or_core": lambda f: f.level.rank >= Level.IMPORTANT.rank,
    "core": lambda f: f.level is Level.CORE,
    "at_most_general_2": lambda f: f.level.rank <= Level.GENERAL_2.rank,
    "above_general_2": lambda f: f.level.rank > Level.GENERAL_2.rank,
    "cross_border": lambda f: f.cross_border,
    "onward_use": lambda f: f.onward_use,
    "batch": lambda f: f.batch,
    "unconditional": lambda f: f.sharing is Sharing.UNCONDITIONAL,
    "conditional": lambda f: f.sharing is Sharing.CONDITIONAL,
    "not_shared": lambda f: f.sharing is Sharing.NOT_SHARED,
    "separate_steward": lambda f: f.separate_steward,
    "state_organ": lambda f: f.state_organ,
    "public": lambda f: f.regime is Regime.PUBLIC,
    "government": lambda f: f.regime is Regime.GOVERNMENT,
    "operated": lambda f: f.regime is Regime.OPERATED,
    "private": lambda f: f.regime is Regime.PRIVATE,
}


def first_false(names: Iterable[str], facts: Facts) -> str:
    """The first of these conditions that does not hold, or "" when all do."""
    return next((name for name in names if not CONDITIONS[name](facts)), "")


def holds(names: Iterable[str], facts: Facts) -> bool:
    return first_false(names, facts) == ""
