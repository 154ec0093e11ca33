"""What a filing must bring, by the groups of its profile (R 8, R 9)."""

from __future__ import annotations

from catalog.models import Filing
from ledger.policy import Group

#: Groups without which a filing is not taken at all; the others are asked for by the officer, once (R 9).
CORE_GROUPS = ("review", "evidence")


def groups(filing: Filing) -> list[Group]:
    """The groups the filing's profile asks for."""
    return filing.policy().groups_for(filing.kind, filing.dataset.regime)


def has(filing: Filing, key: str) -> bool:
    """Whether a key is filled, by the description proposed or by a material attached."""
    return bool(filing.content.get(key) or filing.materials.get(key) or owner_says(filing, key))


def owner_says(filing: Filing, key: str) -> bool:
    """Keys the registered organisation itself answers: "owner.identifier"."""
    head, _dot, column = key.partition(".")
    return head == "owner" and bool(getattr(filing.dataset.owner, column, ""))


def missing_groups(filing: Filing) -> list[Group]:
    """Every group with a gap, complete, in the profile's order."""
    return [
        group
        for group in groups(filing)
        if not all(has(filing, key) for key in group.needs)
        or (group.any_of and not any(has(filing, key) for key in group.any_of))
    ]


def material_keys(filing: Filing) -> list[str]:
    """What may be attached: the keys of the groups that are no columns of the description."""
    keys = [key for group in groups(filing) for key in (*group.needs, *group.any_of)]
    return [key for key in dict.fromkeys(keys) if key not in filing.content and "." not in key]
