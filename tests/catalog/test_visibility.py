"""Who sees a dataset: every kind of actor × state × opening × sharing × circle × hidden, against a table written apart."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import pytest

from catalog.models import Dataset
from catalog.models.datasets import DatasetQuerySet
from catalog.search import Query, search
from ledger.access import share_object
from ledger.actor import Actor, Role
from ledger.clock import at
from ledger.commands import withdraw_role
from tests.cast import FOUNDING, Cast, day

STATES = ("draft", "listed", "registered", "expired", "deregistered", "revoked")
OPENINGS = ("public", "restricted", "non_public")
SHARINGS = ("unconditional", "conditional", "not_shared")
CIRCLES = ("departments", "group", "verified", "named")


class Row(NamedTuple):
    """One dataset as the table knows it."""

    state: str
    opening: str
    sharing: str
    circle: str
    hidden: bool


#: Actor → which circles it stands in (the owner being one works of a group).
CIRCLES_OF = {
    "visitor": (),
    "stranger": (),
    "newcomer": (),  # not verified
    "idle": (),  # member of a verified organisation, without a role
    "department": ("departments", "verified"),
    "registry_steward": ("departments", "verified"),
    "trader": ("verified",),
    "sister": ("group", "verified"),
    "parent": ("group", "verified"),
}
OVERSEERS = ("county_officer", "city_officer", "city_auditor")


def sees(who: str, row: Row) -> str:
    """The rule of domain.md §3 in other words: "whole", "stub" or ""."""
    if who in ("robot", "owner"):
        return "whole"
    if row.state == "draft":
        return ""
    if who in OVERSEERS:
        return "whole"
    if row.hidden:
        return ""
    if row.state == "listed" or row.opening != "non_public" or who == "viewer":
        return "whole"
    if row.circle not in CIRCLES_OF.get(who, ()):
        return ""
    return "stub" if row.sharing == "not_shared" else "whole"


class World(NamedTuple):
    rows: dict[int, Row]
    actors: dict[str, Actor]


@pytest.fixture(scope="module")
def world(town: Cast) -> World:
    """One dataset of each kind; only here are rows written past the commands."""
    with at(FOUNDING):
        town.trader.join("idle", Role.APPLICANT)
        withdraw_role(
            actor=town.trader.admin,
            organisation=town.trader.organisation,
            user=town.trader.users["idle"],
            role="applicant",
        )
        kinds = [Row(*kind) for kind in product(STATES, OPENINGS, SHARINGS, CIRCLES, (False, True))]
        made = Dataset.objects.bulk_create(
            Dataset(
                owner=town.tools.organisation, title=f"number {place}", summary="quicksilver", regime="private",
                created_at=FOUNDING, state=row.state, opening=row.opening, sharing=row.sharing, circle=row.circle,
                withheld_at=FOUNDING if row.hidden else None, level="general_3",
            )
            for place, row in enumerate(kinds)
        )  # fmt: skip
        viewer = town.department.users["founder"]
        guest = Actor(user=viewer)
        for dataset in made:
            share_object("view_dataset", viewer, dataset)
        actors = {
            "visitor": town.visitor, "stranger": town.stranger, "newcomer": town.newcomer.founder, "idle": town.trader.idle,
            "department": town.department.applicant, "registry_steward": town.county.steward, "trader": town.trader.head,
            "sister": town.bearings.applicant, "parent": town.group.founder, "owner": town.tools.applicant, "viewer": guest,
            "county_officer": town.county.officer, "city_officer": town.city.officer, "city_auditor": town.city.auditor,
            "robot": town.robot,
        }  # fmt: skip
    return World({dataset.pk: row for dataset, row in zip(made, kinds, strict=True)}, actors)


WHO = [*CIRCLES_OF, *OVERSEERS, "owner", "viewer", "robot"]


def keys(found: Any) -> set[int]:
    return set(found.values_list("pk", flat=True))


@pytest.mark.parametrize("who", WHO)
def test_everyone_sees_exactly_what_the_table_says(world: World, db: None, who: str) -> None:
    actor, expected = world.actors[who], {pk: sees(who, row) for pk, row in world.rows.items()}
    visible, whole = keys(Dataset.objects.visible_to(actor)), keys(Dataset.objects.readable_by(actor))
    seen = {pk: "whole" if pk in whole else "stub" if pk in visible else "" for pk in world.rows}
    assert {world.rows[pk]: (seen[pk], word) for pk, word in expected.items() if seen[pk] != word} == {}


@pytest.mark.parametrize("who", WHO)
def test_list_count_facets_and_object_agree(world: World, db: None, who: str) -> None:
    """The book leaves drafts out; each way of asking gives the same set."""
    with at(day("2026-09-17")):
        actor = world.actors[who]
        expected = {pk: sees(who, row) for pk, row in world.rows.items() if row.state != "draft"}
        shown, cursor = {}, ""
        while True:
            page = search(actor, Query(after=cursor, size=200, facets=not cursor))
            if not cursor:
                first = page
            shown |= {row.pk: "whole" if row.whole else "stub" for row in page.rows}
            cursor = page.next
            if not cursor:
                break
        assert shown == {pk: word for pk, word in expected.items() if word}
        assert first.total == len(shown)
        assert sum(count for _value, count in first.facets["state"]) == first.total
        whole = sum(word == "whole" for word in shown.values())
        assert sum(count for _value, count in first.facets["level"]) == whole
        for dataset in Dataset.objects.filter(pk__in=list(shown)[::40]):
            assert dataset.is_whole_for(actor) == (shown[dataset.pk] == "whole")


def test_a_stub_is_found_by_its_title_only(world: World, db: None) -> None:
    """Neither words nor facets tell what a stub hides."""
    with at(day("2026-09-17")):
        actor = world.actors["trader"]
        assert any(not row.whole for row in search(actor, Query(text="number", size=200)).rows)
        assert all(row.whole for row in search(actor, Query(text="quicksilver", size=200)).rows)
        assert all(row.whole for row in search(actor, Query(filters={"level": ["general_3"]}, size=200)).rows)
        assert all(
            row.whole for row in search(actor, Query(filters={"opening": ["non_public"]}, size=200)).rows
        )


def test_a_lock_can_be_taken_on_whatever_is_seen(world: World, db: None) -> None:
    """PostgreSQL refuses FOR UPDATE with DISTINCT and on outer joins."""
    for actor in world.actors.values():
        found = Dataset.objects.visible_to(actor).select_for_update(of=("self",))
        assert found[:1] is not None
        list(found[:1])


def test_the_predicate_is_the_same_for_one_and_for_many(world: World, db: None) -> None:
    for actor in world.actors.values():
        many = keys(Dataset.objects.filter(DatasetQuerySet.whole_for(actor)))
        assert many == keys(Dataset.objects.readable_by(actor))
