"""Describing datasets, their files and relations; hiding and showing them; one button for the small."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import commands as do
from catalog.filing import DatasetState as D
from catalog.filing import FilingState as S
from catalog.models import Dataset, Distribution, Filing
from ledger import vocabulary
from ledger.actor import Role
from ledger.clock import at
from ledger.commands import hand_over_work
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.replay import Replay
from ledger.rows import Rows
from tests import make
from tests.cast import Cast, day
from tests.proof import events_of, last_entry, last_event, refused, undone
from tests.sharing import given


@pytest.fixture(autouse=True)
def september() -> Any:
    with at(day("2026-09-17")):
        yield


def test_it_drafts_for_the_organisation_one_acts_for(cast: Cast) -> None:
    made = make.dataset(cast.bureau)
    assert (made.state, made.regime, made.circle) == (D.DRAFT, "government", "departments")
    assert last_event().kind == "dataset.created"
    facts = last_entry(made).facts[f"dataset/{made.pk}"]
    assert facts["title"] == make.DESCRIBED["title"]
    assert [row["name"] for row in facts["fields"]] == ["station", "moisture"]
    assert "contact" not in facts  # free text with people in it stands apart, so that it can be erased


def test_only_a_steward_drafts(cast: Cast) -> None:
    for actor in (cast.bureau.head, cast.bureau.applicant, cast.stranger, cast.visitor, cast.robot):
        refused(NotPermitted, do.create_dataset, actor=actor, title="x")


def test_a_failed_record_undoes_the_draft(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    undone(monkeypatch, do.create_dataset, actor=cast.tools.steward, title="x")
    undone(monkeypatch, do.register_own, actor=cast.cooperative.farmer, title="x")


def test_it_names_every_fault_of_a_description_at_once(cast: Cast) -> None:
    said = refused(
        BadShape, do.create_dataset, actor=cast.tools.steward, title="  ", region="12", temporal_from=day("2026-02-01").date(),
        temporal_until=day("2026-01-01").date(), impacts={"moon": "general"}, fields=[{"name": "a"}, {"name": "a"}],
    )  # fmt: skip
    found = {(fault.pointer, fault.code) for fault in said.errors}
    assert found == {
        ("/title", "required"), ("/region", "region"), ("/temporal_until", "order"), ("/impacts", "impact"), ("/fields", "twice"),
    }  # fmt: skip


def test_a_state_secret_is_refused_and_not_stored(cast: Cast) -> None:
    said = refused(
        PolicyRefused, do.create_dataset, "secret", actor=cast.bureau.steward, secret=True, title="x"
    )
    assert said.rule == "R 32"


@pytest.mark.parametrize(
    ("described", "code"),
    [
        ({"sharing": "not_shared", "sharing_conditions": ""}, "basis_missing"),
        ({"sharing": "not_shared", "sharing_reason": "r", "sharing_basis": "b", "sharing_basis_kind": "departmental_rule"}, "basis_kind"),
        ({"sharing": "conditional", "sharing_conditions": ""}, "conditions_missing"),
        ({"sharing": "unconditional"}, "conditions_given"),
    ],
)  # fmt: skip
def test_the_rules_on_sharing_bind_departments(cast: Cast, described: dict[str, str], code: str) -> None:
    said = refused(
        PolicyRefused, do.create_dataset, code, actor=cast.bureau.steward, **{**make.DESCRIBED, **described}
    )
    assert said.rule in ("R 29", "R 30")
    assert str(said.remedy)
    private = {name: value for name, value in described.items() if name != "contact"}
    assert do.create_dataset(actor=cast.tools.steward, title="own", **private).regime == "private"


def test_data_from_a_public_duty_is_public_whoever_holds_it(cast: Cast) -> None:
    made = do.create_dataset(
        actor=cast.tools.steward, title="x", public_duty=True, sharing_conditions="用于统计"
    )
    assert (made.regime, made.circle) == ("public", "departments")


def test_a_partial_edit_keeps_the_rest(cast: Cast) -> None:
    made = do.create_dataset(
        actor=cast.tools.steward, title="x", circle="group", temporal_from=day("2026-02-01").date()
    )
    changed = do.describe_dataset(actor=cast.tools.steward, dataset=made, summary="每日")
    assert (changed.circle, changed.title, changed.summary) == ("group", "x", "每日")
    refused(
        BadShape, do.describe_dataset, actor=cast.tools.steward, dataset=made, temporal_until=day("2026-01-01").date()
    )  # fmt: skip


def test_describing_asks_role_state_and_sight(cast: Cast) -> None:
    made = make.dataset(cast.bureau)
    refused(NotPermitted, do.describe_dataset, actor=cast.bureau.head, dataset=made, title="y")
    refused(NotFound, do.describe_dataset, actor=cast.department.steward, dataset=made, title="y")
    do.draft_filing(actor=cast.bureau.steward, dataset=made)
    refused(
        WrongState,
        do.describe_dataset,
        "nothing_is_filed",
        actor=cast.bureau.steward,
        dataset=made,
        title="y",
    )


def test_the_class_follows_from_the_description(cast: Cast) -> None:
    made = do.create_dataset(actor=cast.tools.steward, title="x")
    assert made.level == "general_1"
    fields = [{"name": "id", "personal": "sensitive"}]
    assert do.describe_dataset(actor=cast.tools.steward, dataset=made, fields=fields).level == "general_4"
    assert do.describe_dataset(actor=cast.tools.steward, dataset=made, title="y").level == "general_4"
    assert do.describe_dataset(actor=cast.tools.steward, dataset=made, fields=[]).level == "general_1"


def test_discarding_leaves_the_entry(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make.private_dataset(cast.tools)
    refused(NotPermitted, do.discard_dataset, actor=cast.tools.head, dataset=made)
    refused(NotFound, do.discard_dataset, actor=cast.trader.steward, dataset=made)
    undone(monkeypatch, do.discard_dataset, actor=cast.tools.steward, dataset=made)
    do.discard_dataset(actor=cast.tools.steward, dataset=made)
    assert not Dataset.objects.filter(pk=made.pk).exists()
    assert last_entry(made).facts == {f"dataset/{made.pk}": {"deleted": True}}


def test_discarding_tells_of_all_that_goes_with_it(cast: Cast) -> None:
    steward = cast.tools.steward
    made, other = make.private_dataset(cast.tools), make.private_dataset(cast.tools, title="另一")
    do.add_distribution(actor=steward, dataset=made, kind="file", file=make.csv_file())
    do.add_relation(actor=steward, dataset=made, related=other.pk, kind="masked")
    do.add_relation(actor=steward, dataset=other, related=made.pk, kind="related")
    rows = [*Distribution.objects.filter(dataset=made), *made.relations.all(), *other.relations.all()]
    do.share_dataset(actor=steward, dataset=made, viewer=cast.trader.users["steward"])
    do.discard_dataset(actor=steward, dataset=made)
    gone = {f"{row._meta.model_name}/{row.pk}" for row in (made, *rows)}
    assert last_entry(made).facts == {name: {"deleted": True} for name in gone}
    assert len(gone) == 4
    assert Replay().run().first == []


def test_a_distribution_removed_leaves_its_deliveries(cast: Cast) -> None:
    """A delivery outlives the distribution it was taken from; the entry tells what it lost."""
    delivery = given.grant(cast).deliveries.get()
    assert delivery.distribution is not None
    rows = Rows()
    rows.delete(delivery.distribution)
    assert rows.facts[f"delivery/{delivery.pk}"] == {"distribution": None}
    delivery.refresh_from_db()
    assert delivery.distribution is None


def test_what_was_filed_is_not_discarded(cast: Cast) -> None:
    filing = make.filing(cast, S.WITHDRAWN)
    refused(
        PolicyRefused, do.discard_dataset, "was_filed", actor=cast.bureau.steward, dataset=filing.dataset_id
    )


def test_files_and_addresses_are_added_and_removed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made, steward = make.private_dataset(cast.tools), cast.tools.steward
    refused(BadShape, do.add_distribution, "required", actor=steward, dataset=made, kind="file")
    refused(
        BadShape,
        do.add_distribution,
        "required",
        actor=steward,
        dataset=made,
        kind="interface",
        address="gopher:x",
    )
    refused(
        NotPermitted,
        do.add_distribution,
        actor=cast.tools.head,
        dataset=made,
        kind="file",
        file=make.csv_file(),
    )
    refused(
        NotFound,
        do.add_distribution,
        actor=cast.trader.steward,
        dataset=made,
        kind="file",
        file=make.csv_file(),
    )
    undone(monkeypatch, do.add_distribution, actor=steward, dataset=made, kind="file", file=make.csv_file())
    do.add_distribution(actor=steward, dataset=made, kind="file", file=make.csv_file())
    kept = do.add_distribution(
        actor=steward, dataset=made, kind="interface", address="https://example.org/api"
    )
    first, second = kept.distributions.all()
    assert (first.format, first.title, len(first.checksum)) == ("CSV", "soil.csv", 64)
    refused(NotFound, do.remove_distribution, actor=steward, dataset=made, distribution=2**40)
    do.remove_distribution(actor=steward, dataset=made, distribution=second.pk)
    assert last_entry(made).facts[f"distribution/{second.pk}"] == {"deleted": True}
    assert list(kept.distributions.all()) == [first]


def test_relations_name_only_what_one_may_see(cast: Cast) -> None:
    mine, hidden = make.private_dataset(cast.tools), make.private_dataset(cast.trader)
    steward = cast.tools.steward
    other = make.private_dataset(cast.tools, title="other")
    for wrong in (hidden.pk, mine.pk, 2**40):
        refused(
            BadShape, do.add_relation, "related", actor=steward, dataset=mine, related=wrong, kind="masked"
        )
    do.add_relation(actor=steward, dataset=mine, related=other.pk, kind="masked")
    refused(
        PolicyRefused, do.add_relation, "twice", actor=steward, dataset=mine, related=other.pk, kind="masked"
    )
    assert events_of(mine)[-1] == "relation.added"


def test_a_named_viewer_reads_all_of_it(cast: Cast) -> None:
    made = make.registered(cast, cast.tools, opening="non_public", circle="named")
    assert not Dataset.objects.visible_to(cast.stranger).filter(pk=made.pk).exists()
    refused(NotPermitted, do.share_dataset, actor=cast.tools.head, dataset=made, viewer=cast.stranger.user)
    do.share_dataset(actor=cast.tools.steward, dataset=made, viewer=cast.stranger.user)
    assert Dataset.objects.readable_by(cast.stranger).filter(pk=made.pk).exists()
    assert last_entry(made).facts[f"dataset/{made.pk}"]["viewer"] == cast.stranger.pseudonym


def test_hiding_needs_a_clause_and_is_at_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make.registered(cast, cast.tools, opening="public")
    head = cast.tools.head
    grounds = {"clauses": ["quality"], "reason": "正在更正"}
    assert Dataset.objects.visible_to(cast.visitor).filter(pk=made.pk).exists()
    refused(NotPermitted, do.withhold_dataset, actor=cast.tools.steward, dataset=made, **grounds)
    refused(NotPermitted, do.withhold_dataset, actor=cast.trader.head, dataset=made, **grounds)
    refused(
        PolicyRefused, do.withhold_dataset, "clause_missing", actor=head, dataset=made, clauses=[], reason="x"
    )
    refused(
        PolicyRefused,
        do.withhold_dataset,
        "clause_missing",
        actor=head,
        dataset=made,
        clauses=["purpose"],
        reason="x",
    )
    undone(monkeypatch, do.withhold_dataset, actor=head, dataset=made, **grounds)
    hidden = do.withhold_dataset(actor=head, dataset=made, **grounds)
    assert not Dataset.objects.visible_to(cast.visitor).filter(pk=made.pk).exists()
    assert not hidden.is_open
    refused(WrongState, do.withhold_dataset, "is_shown", actor=head, dataset=made, **grounds)
    shown = do.lift_withholding(actor=head, dataset=made, reason="已更正")
    assert shown.is_open
    refused(WrongState, do.lift_withholding, "is_withheld", actor=head, dataset=made, reason="x")


def test_what_an_officer_hid_only_an_officer_shows(cast: Cast) -> None:
    made = make.registered(cast, cast.tools, opening="public")
    do.withhold_dataset(actor=cast.county.officer, dataset=made, clauses=["quality"], reason="含个人信息")
    refused(WrongState, do.lift_withholding, "shower_may", actor=cast.tools.head, dataset=made, reason="x")
    assert do.lift_withholding(actor=cast.county.officer, dataset=made, reason="已核实").is_open


def test_open_data_ends_with_its_registration(cast: Cast) -> None:
    """A late robot keeps no expired file on offer."""
    made = make.registered(cast, cast.tools, opening="public")
    assert made.is_open
    assert made.valid_until is not None
    with at(day(made.valid_until.isoformat(), "23:59")):
        assert made.is_open
    with at(day("2029-09-18", "00:01")):
        assert not made.is_open
        refused(NotPermitted, do.expire_dataset, actor=cast.tools.head, dataset=made)
        assert do.expire_dataset(actor=cast.robot, dataset=made).state == D.EXPIRED
        refused(WrongState, do.expire_dataset, actor=cast.robot, dataset=made)


def test_one_button_is_for_those_who_hold_both_roles(cast: Cast) -> None:
    refused(PolicyRefused, do.register_own, "role_missing", actor=cast.tools.steward, title="x")
    refused(NotPermitted, do.register_own, actor=cast.tools.head, title="x")
    cast.bureau.join("both", Role.STEWARD, Role.HEAD_FILING)
    refused(PolicyRefused, do.register_own, "needs_body", actor=cast.bureau.both, **make.DESCRIBED)


def test_a_private_filing_is_coded_when_the_head_endorses(cast: Cast) -> None:
    made = make.registered(cast, cast.tools)
    filing = Filing.objects.get(dataset=made)
    assert (made.state, filing.state, filing.body, filing.profile) == (D.REGISTERED, S.CODED, None, "plain@1")
    assert len(made.code or "") == 32
    assert events_of(filing) == ["filing.drafted", "filing.submitted", "filing.endorsed"]
    assert not Filing.objects.in_notice().exists()


def test_a_leavers_cases_are_handed_over_only_here(cast: Cast) -> None:
    """What the same person handles for another organisation stays with them."""
    leaver = cast.tools.users["steward"]
    cast.trader.join("guest", Role.STEWARD, user=leaver)
    here = do.draft_filing(actor=cast.tools.steward, dataset=make.private_dataset(cast.tools))
    there = do.draft_filing(
        actor=cast.trader.guest, dataset=do.create_dataset(actor=cast.trader.guest, title="x")
    )
    hand_over_work(
        actor=cast.tools.admin,
        organisation=cast.tools.organisation,
        leaver=leaver,
        successor=cast.tools.users["head"],
    )
    assert Filing.objects.get(pk=here.pk).handler == cast.tools.users["head"]
    assert Filing.objects.get(pk=there.pk).handler == leaver


def test_a_verified_organisation_takes_over_the_records_that_name_it(cast: Cast) -> None:
    """The rows stand as an import leaves them."""
    organisation = cast.trader.organisation
    named = type(organisation).objects.create(
        name=organisation.name, kind="enterprise", source="portal", registered_at=day("2026-09-01")
    )
    listed = Dataset.objects.create(
        owner=named, title="x", state=D.LISTED, regime="private", created_at=day("2026-09-01")
    )
    call = vocabulary.COMMANDS["claim_listed"].call
    refused(NotPermitted, call, actor=cast.tools.steward, organisation=organisation)
    refused(
        PolicyRefused, call, "nothing_listed", actor=cast.tools.steward, organisation=cast.tools.organisation
    )
    refused(WrongState, call, actor=cast.newcomer.founder, organisation=cast.newcomer.organisation)
    call(actor=cast.trader.steward, organisation=organisation)
    assert Dataset.objects.get(pk=listed.pk).owner == organisation
    assert do.draft_filing(actor=cast.trader.steward, dataset=listed).state == S.DRAFT
