"""Profiles: load, inherit, refuse the looser, pin a version, find that of a case. Data: profiles/*.toml."""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from ledger.conditions import CONDITIONS, Facts, Level, Opening, Personal, Regime, Sharing
from ledger.profile import (
    Act,
    AgreementRule,
    Assessment,
    Bar,
    Clause,
    Confidence,
    Grading,
    Group,
    Limit,
    Notice,
    Profile,
    Reason,
    Registration,
    Stage,
    Unit,
)
from ledger.stricter import looser

__all__ = [
    "Act",
    "AgreementRule",
    "Assessment",
    "Bar",
    "Clause",
    "Confidence",
    "Facts",
    "Grading",
    "Group",
    "Level",
    "Limit",
    "Notice",
    "Opening",
    "Personal",
    "Profile",
    "ProfileError",
    "Reason",
    "Regime",
    "Registration",
    "Sharing",
    "Shelf",
    "Stage",
    "Unit",
    "pinned",
    "profile",
    "profile_for",
    "profiles",
]

SHIPPED = Path(__file__).parent / "profiles"
#: Sections that map keys to values: merged key by key, so that a child overrides or adds and can never drop.
KEYED = ("limits", "groups", "reasons", "clauses", "assessments", "bars", "routes", "agreements", "sources")
#: The field in which a value carries its own key.
OWN_KEY = {"limits": "key", "clauses": "id", "reasons": "code", "groups": "id", "assessments": "kind"}
#: Not inherited: they say what a file is.
OWN = ("abstract", "regions", "regimes", "inherits")
#: Where a private case falls, and where one falls that no other profile claims.
PRIVATE, NATIONAL = "plain", "cn"


class ProfileError(Exception):
    """A profile file that cannot be used; says which file and which key."""


class Shelf:
    """The profiles of one folder, all versions."""

    def __init__(self, folder: Path) -> None:
        self.raw = {f"{data.get('id')}@{data.get('number')}": (path, data) for path, data in files(folder)}
        self.versions: dict[str, Profile] = {}
        for version in self.raw:
            self.read(version)

    def read(self, version: str, heirs: tuple[str, ...] = ()) -> Profile:
        """One version with all it inherits; read once."""
        if version in self.versions:
            return self.versions[version]
        path, data = self.raw[version]
        if version in heirs:
            raise ProfileError(f"{path.name}: inherits: {' → '.join((*heirs, version))} is a circle")
        merged, parent = data, None
        if wanted := data.get("inherits"):
            if wanted not in self.raw:
                raise ProfileError(
                    f"{path.name}: inherits: there is no profile {wanted!r}; write it as id@number"
                )
            parent = self.read(wanted, (*heirs, version))
            merged = merge(inherited(self.merged(wanted)), data)
        self.versions[version] = built = build(path, merged)
        check_references(path, built)
        if parent and (places := list(looser(built, parent))):
            raise ProfileError(f"{path.name}: {', '.join(places)}: looser than {parent.version}, its parent")
        return built

    def merged(self, version: str) -> dict[str, Any]:
        """The raw data of a version over that of its ancestors."""
        data = self.raw[version][1]
        wanted = data.get("inherits")
        return merge(inherited(self.merged(wanted)), data) if wanted else data

    def profile(self, name: str) -> Profile:
        found = [profile for profile in self.versions.values() if profile.id == name]
        if not found:
            raise LookupError(f"there is no profile {name!r}")
        return max(found, key=lambda profile: profile.number)

    def pinned(self, version: str) -> Profile:
        try:
            return self.versions[version]
        except KeyError:
            raise LookupError(f"there is no profile version {version!r}") from None

    def profiles(self) -> list[Profile]:
        names = sorted({profile.id for profile in self.versions.values() if not profile.abstract})
        return [self.profile(name) for name in names]

    def profile_for(self, regime: str, region: str) -> Profile:
        """Private cases: the owner's own rules; others: the profile of the nearest region around theirs."""
        if regime == Regime.PRIVATE:
            return self.profile(PRIVATE)
        near = [
            (len(prefix), profile.id)
            for profile in self.profiles()
            for prefix in profile.regions
            if region.startswith(prefix) and regime in profile.regimes
        ]
        return self.profile(max(near)[1] if near else NATIONAL)


def files(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob("*.toml")):
        try:
            yield path, tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ProfileError(f"{path.name}: {error}") from None


def inherited(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in OWN}


def merge(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    """The child's file over its parent's, key by key; a value is replaced whole, with its source."""
    merged = parent | child
    for section in KEYED:
        if section in parent or section in child:
            merged[section] = parent.get(section, {}) | child.get(section, {})
    for section in ("registration", "notice"):
        merged[section] = parent.get(section, {}) | child.get(section, {})
    merged["grading"] = merge_grading(parent.get("grading", {}), child.get("grading", {}))
    return merged


def merge_grading(parent: dict[str, Any], child: dict[str, Any]) -> dict[str, Any]:
    merged = parent | child
    for part in ("floors", "scales"):
        merged[part] = parent.get(part, {}) | child.get(part, {})
    rows, own = parent.get("matrix", {}), child.get("matrix", {})
    merged["matrix"] = {impact: rows.get(impact, {}) | own.get(impact, {}) for impact in rows | own}
    return merged


def build(path: Path, data: dict[str, Any]) -> Profile:
    """A profile from merged data, each value checked on its own so that a fault is named by its key."""
    hints = get_type_hints(Profile)
    values = dict(data)
    for section in KEYED:
        kind = get_args(hints[section])[1]
        values[section] = {
            key: with_key(section, key, convert(path, f"{section}.{key}", raw, kind))
            for key, raw in data.get(section, {}).items()
        }
    for name in set(values) - set(hints):
        raise ProfileError(f"{path.name}: unknown key {name!r}")
    plain = {
        name: convert(path, name, value, hints[name]) for name, value in values.items() if name not in KEYED
    }
    try:
        return Profile(**(values | plain))
    except TypeError as error:
        raise ProfileError(f"{path.name}: {error}") from None


def with_key(section: str, key: str, value: Any) -> Any:
    return msgspec.structs.replace(value, **{OWN_KEY[section]: key}) if section in OWN_KEY else value


def convert(path: Path, key: str, raw: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise ProfileError(f"{path.name}: {key}: {error}") from None


def check_references(path: Path, profile: Profile) -> None:
    """Every name used is defined; a route decides once, at its end; an authority's stage needs a clause."""
    for key, item in conditional(profile):
        for name in item.when:
            known(path, key, "condition", name, CONDITIONS)
    for key, item in cited(profile):
        if getattr(item, "source", ""):
            known(path, key, "source", item.source, profile.sources)
        if getattr(item, "clause", ""):
            known(path, key, "clause", item.clause, profile.clauses)
    for name, stages in profile.routes.items():
        if [stage.decides for stage in stages] != [False] * (len(stages) - 1) + [True]:
            raise ProfileError(f"{path.name}: routes.{name}: exactly the last stage decides")
        if any(stage.when for stage in stages if stage.decides):
            raise ProfileError(f"{path.name}: routes.{name}: the deciding stage cannot have a condition")
        if any(stage.side == "authority" and not stage.clause for stage in stages):
            raise ProfileError(f"{path.name}: routes.{name}: a stage of an authority needs a clause")


def known(path: Path, key: str, kind: str, name: str, among: Any) -> None:
    if name not in among:
        raise ProfileError(f"{path.name}: {key}: unknown {kind} {name!r}")


def conditional(profile: Profile) -> Iterator[tuple[str, Any]]:
    for section in ("assessments", "bars"):
        yield from ((f"{section}.{key}", item) for key, item in getattr(profile, section).items())
    for name, stages in profile.routes.items():
        yield from ((f"routes.{name}.{stage.id}", stage) for stage in stages)


def cited(profile: Profile) -> Iterator[tuple[str, Any]]:
    yield from conditional(profile)
    for section in ("limits", "groups", "reasons", "clauses", "agreements"):
        yield from ((f"{section}.{key}", item) for key, item in getattr(profile, section).items())
    yield from (
        ("registration", profile.registration),
        ("notice", profile.notice),
        ("grading", profile.grading),
    )
    for part in (profile.grading.floors, profile.grading.scales):
        yield from ((f"grading.{key}", item) for key, item in part.items())


@lru_cache(maxsize=1)
def shipped() -> Shelf:
    return Shelf(SHIPPED)


def profile(name: str) -> Profile:
    """The newest version of a profile."""
    return shipped().profile(name)


def pinned(version: str) -> Profile:
    """The version a case was filed under, e.g. "cn@1"."""
    return shipped().pinned(version)


def profile_for(regime: str, region: str) -> Profile:
    """The profile a case falls under; nobody picks it."""
    return shipped().profile_for(regime, region)


def profiles() -> list[Profile]:
    """All profiles a case can fall under, newest versions."""
    return shipped().profiles()
