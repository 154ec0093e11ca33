"""PURE: is a profile nowhere looser than the one it inherits from? Each section has its own comparison; what
cannot be compared counts as looser. Merging already makes it impossible to drop an inherited key.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from ledger.profile import Bar, Clause, Grading, Group, Limit, Notice, Profile, Reason, Registration, Stage

#: Switches that, once on, stay on. The others may be set either way by whoever inherits.
GUARDS = ("needs_officer", "different_officers")
#: Switches that loosen when turned on.
LEEWAYS = ("deficiency_tolerance",)


def limit(child: Limit, parent: Limit) -> bool:
    """Same unit and sense; a maximum not longer, a minimum not shorter. Reminders bind nobody."""
    if parent.kind == "reminder":
        return True
    if (child.unit, child.kind) != (parent.unit, parent.kind):
        return False
    return child.amount <= parent.amount if parent.kind == "maximum" else child.amount >= parent.amount


def clause(child: Clause, parent: Clause) -> bool:
    return child.acts <= parent.acts


def reason(child: Reason, parent: Reason) -> bool:
    return child.acts <= parent.acts


def group(child: Group, parent: Group) -> bool:
    """Asks for at least the same, of at least the same filings."""
    return (
        set(child.needs) >= set(parent.needs)
        and (set(child.any_of) <= set(parent.any_of) if parent.any_of else True)
        and set(child.kinds) >= set(parent.kinds)
        and set(child.regimes) >= set(parent.regimes)
    )


def assessment(child: Any, parent: Any) -> bool:
    """Demanded in at least the same cases, for no longer, with no exemption the parent does not know."""
    return (
        set(child.when) <= set(parent.when)
        and child.before == parent.before
        and child.valid_years <= parent.valid_years
        and child.exemption <= parent.exemption
        and child.self_declared <= parent.self_declared
    )


def bar(child: Bar, parent: Bar) -> bool:
    return set(child.when) <= set(parent.when) and child.lifted_by in ("", parent.lifted_by)


def weight(stage: Stage) -> float:
    """How many must answer, for comparing quorums."""
    return {"any": 1.0, "all": float("inf")}.get(str(stage.quorum)) or float(stage.quorum)


def stage(child: Stage, parent: Stage) -> bool:
    return (
        (child.side, child.role, child.decides) == (parent.side, parent.role, parent.decides)
        and weight(child) >= weight(parent)
        and set(child.when) <= set(parent.when)
        and child.optional <= parent.optional
    )


def route(child: tuple[Stage, ...], parent: tuple[Stage, ...]) -> bool:
    """Every stage of the parent, in its order; stages of one's own may come between."""
    names = [inherited.id for inherited in parent]
    kept = [own for own in child if own.id in names]
    return [own.id for own in kept] == names and all(map(stage, kept, parent))


def agreement(child: Any, parent: Any) -> bool:
    """What is unconditional stays so (B 15): an agreement neither appears nor disappears."""
    return child.demanded == parent.demanded


def registration(child: Registration, parent: Registration) -> bool:
    kept = all(getattr(child, name) >= getattr(parent, name) for name in GUARDS)
    return kept and all(getattr(child, name) <= getattr(parent, name) for name in LEEWAYS)


def notice(child: Notice, parent: Notice) -> bool:
    return set(child.kinds) >= set(parent.kinds) and set(child.fields) >= set(parent.fields)


def grading(child: Grading, parent: Grading) -> bool:
    """No cell and no floor lower, no threshold higher."""
    cells = (
        child.matrix[impact][degree].rank >= level.rank
        for impact, degrees in parent.matrix.items()
        for degree, level in degrees.items()
    )
    floors = (child.floors[key].level.rank >= floor.level.rank for key, floor in parent.floors.items())
    scales = (
        child.scales[key].persons <= scale.persons and child.scales[key].level.rank >= scale.level.rank
        for key, scale in parent.scales.items()
    )
    return all(chain(cells, floors, scales))


#: Section → comparison, for sections that map keys to values and for single ones.
KEYED: dict[str, Callable[[Any, Any], bool]] = {
    "limits": limit,
    "clauses": clause,
    "reasons": reason,
    "groups": group,
    "assessments": assessment,
    "bars": bar,
    "routes": route,
    "agreements": agreement,
}
SINGLE: dict[str, Callable[[Any, Any], bool]] = {
    "registration": registration,
    "notice": notice,
    "grading": grading,
}


def looser(child: Profile, parent: Profile) -> Iterator[str]:
    """The keys at which `child` is looser than `parent`."""
    for section, compare in KEYED.items():
        own = getattr(child, section)
        pairs = getattr(parent, section).items()
        yield from (f"{section}.{key}" for key, value in pairs if not compare(own[key], value))
    for section, compare in SINGLE.items():
        if not compare(getattr(child, section), getattr(parent, section)):
            yield section
