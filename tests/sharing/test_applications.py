"""Applications: drafted, submitted, endorsed into one request per dataset, returned, copied, discarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ledger.clock import at
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused, WrongState
from ledger.models import Clock
from sharing import commands as do
from sharing.models import Application, Grant, ShareRequest
from tests import make
from tests.cast import Cast, day
from tests.sharing import given
from tests.walk import Walker

NOW = day("2026-09-17")


@pytest.fixture(autouse=True)
def thursday() -> Any:
    with at(NOW):
        yield


def test_it_sends_one_request_per_dataset_and_starts_their_clocks(cast: Cast) -> None:
    first, second = given.dataset(cast), given.dataset(cast, title="乡镇气象观测", **given.UNCONDITIONAL)
    items = [{"dataset": first, "fields": ["moisture"]}, {"dataset": second.pk}]
    ends = day("2027-09-17").date()
    draft = do.create_application(actor=cast.department.applicant, items=items, ends=ends, **given.DUTY)
    do.submit_application(actor=cast.department.applicant, application=draft)
    assert given.fresh(draft).state == "awaiting_head"
    do.endorse_application(actor=cast.department.head, application=draft)
    made = {found.dataset_id: found for found in ShareRequest.objects.filter(application=draft)}
    assert set(made) == {first.pk, second.pk}
    assert made[first.pk].fields == ["moisture"]
    assert made[second.pk].fields == ["station", "moisture"]
    assert given.due(made[first.pk], "request.reply.conditional") == day("2026-10-08").date()
    assert given.due(made[second.pk], "request.reply.unconditional") == day("2026-09-18").date()
    assert made[first.pk].dataset_revision == first.entry_uid
    assert made[first.pk].profile.startswith("cn@")


def test_it_records_the_endorsement_and_each_request_as_its_consequence(cast: Cast) -> None:
    found = given.sent(cast, given.dataset(cast))
    events = given.events(found.application)
    assert events == ["application.drafted", "application.submitted", "application.endorsed"]
    assert given.events(found) == ["request.received"]


def test_it_endorses_with_the_same_hand_in_a_house_of_one(cast: Cast) -> None:
    wanted = given.dataset(cast, cast.tools)
    draft = do.create_application(
        actor=cast.cooperative.farmer,
        items=[{"dataset": wanted}],
        purpose="维修参考",
        ends=day("2027-01-01").date(),
    )
    do.submit_application(actor=cast.cooperative.farmer, application=draft)
    found = given.fresh(draft)
    assert (found.state, found.same_hand) == ("sent", True)
    assert given.events(found) == ["application.drafted", "application.submitted"]
    assert ShareRequest.objects.filter(application=draft).count() == 1


def test_it_records_the_skipped_stage_with_its_reason(cast: Cast) -> None:
    found = given.sent(cast, given.dataset(cast))
    stages = {stage.stage: stage for stage in found.stages.all()}
    assert (stages["sensitive"].skipped, stages["sensitive"].skip_reason) == (
        True,
        "sensitive_personal_information",
    )
    assert stages["steward"].opened_at is not None
    assert stages["head"].opened_at is None


@pytest.mark.parametrize("missing", ["purpose", "scenario", "legal_basis", "ends"])
def test_it_names_what_is_missing_when_submitted(cast: Cast, missing: str) -> None:
    draft = given.application(cast, given.dataset(cast), **{missing: None if missing == "ends" else ""})
    with pytest.raises(PolicyRefused) as refusal:
        do.submit_application(actor=cast.department.applicant, application=draft)
    assert [fault.pointer for fault in refusal.value.errors] == [f"/{missing}"]
    assert refusal.value.rule == "R 33"
    assert given.fresh(draft).state == "draft"


def test_it_refuses_ones_own_organisations_dataset(cast: Cast) -> None:
    mine = given.dataset(cast)
    with pytest.raises(PolicyRefused) as refusal:
        do.create_application(actor=cast.bureau.applicant, items=[{"dataset": mine}], **given.DUTY)
    assert refusal.value.code == "own_dataset"
    assert refusal.value.remedy
    assert refusal.value.errors[0].pointer == "/items/0/dataset"
    assert not Application.objects.exists()


def test_it_refuses_a_draft_dataset_to_its_strangers_as_unknown(cast: Cast) -> None:
    hidden = make.dataset(cast.bureau)
    with pytest.raises(BadShape):
        do.create_application(actor=cast.department.applicant, items=[{"dataset": hidden}], **given.DUTY)


def test_it_refuses_what_is_not_shared_with_its_basis(cast: Cast) -> None:
    basis = {"sharing_reason": "法律禁止", "sharing_basis": "统计法第九条", "sharing_basis_kind": "law"}
    closed = given.dataset(cast, sharing="not_shared", sharing_conditions="", **basis)
    with pytest.raises(PolicyRefused) as refusal:
        do.create_application(actor=cast.department.applicant, items=[{"dataset": closed}], **given.DUTY)
    assert (refusal.value.code, refusal.value.rule) == ("not_shared", "R 29")
    assert "统计法第九条" in str(refusal.value.detail)


def test_it_refuses_an_expired_registration_even_before_the_robot_came(cast: Cast) -> None:
    old = given.dataset(cast)
    with at(day("2029-05-02")), pytest.raises(PolicyRefused) as refusal:
        do.create_application(actor=cast.department.applicant, items=[{"dataset": old}], **given.DUTY)
    assert refusal.value.code == "expired"


def test_it_refuses_an_unverified_organisation(cast: Cast) -> None:
    wanted = given.dataset(cast)
    with pytest.raises(PolicyRefused) as refusal:
        do.create_application(actor=cast.newcomer.founder, items=[{"dataset": wanted}], **given.DUTY)
    assert refusal.value.code == "not_verified"


def test_it_refuses_fields_the_dataset_does_not_have(cast: Cast) -> None:
    with pytest.raises(PolicyRefused) as refusal:
        given.application(cast, given.dataset(cast), fields=["moisture", "身份证号"])
    assert refusal.value.errors[0].pointer == "/items/0/fields"


def test_it_asks_only_for_those_who_hold_the_role(cast: Cast) -> None:
    wanted = given.dataset(cast)
    for actor in (cast.department.steward, cast.stranger, cast.visitor):
        with pytest.raises(NotPermitted):
            do.create_application(actor=actor, items=[{"dataset": wanted}], **given.DUTY)


def test_it_endorses_only_by_the_sharing_head(cast: Cast) -> None:
    draft = given.application(cast, given.dataset(cast))
    do.submit_application(actor=cast.department.applicant, application=draft)
    with pytest.raises(NotPermitted):
        do.endorse_application(actor=cast.department.applicant, application=draft)
    with pytest.raises(NotFound):
        do.endorse_application(actor=cast.bureau.head, application=draft)
    assert not ShareRequest.objects.exists()


def test_it_is_sent_once(cast: Cast) -> None:
    found = given.sent(cast, given.dataset(cast))
    with pytest.raises(WrongState):
        do.endorse_application(actor=cast.department.head, application=found.application)
    assert ShareRequest.objects.count() == 1


def test_it_goes_back_to_the_applicant_with_the_reason(cast: Cast) -> None:
    draft = given.application(cast, given.dataset(cast))
    do.submit_application(actor=cast.department.applicant, application=draft)
    do.return_application(actor=cast.department.head, application=draft, reason="范围过大")
    found = given.fresh(draft)
    assert (found.state, found.return_reason) == ("draft", "范围过大")
    do.amend_application(actor=cast.department.applicant, application=draft, row_scope="只要2025年")
    assert given.fresh(draft).row_scope == "只要2025年"


def test_it_copies_an_old_one_without_what_can_no_longer_be_asked_for(cast: Cast) -> None:
    found = given.sent(cast, given.dataset(cast))
    copy = do.copy_application(actor=cast.department.applicant, application=found.application)
    assert (copy.state, copy.purpose, copy.copied_from_id) == (
        "draft",
        given.DUTY["purpose"],
        found.application_id,
    )
    assert [item.dataset_id for item in copy.items.all()] == [found.dataset_id]
    with at(day("2029-05-02")):
        late = do.copy_application(actor=cast.department.applicant, application=found.application)
    assert not late.items.exists()


def test_it_is_discarded_by_its_applicant(cast: Cast) -> None:
    draft = given.application(cast, given.dataset(cast))
    do.discard_application(actor=cast.department.applicant, application=draft)
    with pytest.raises(WrongState):
        do.submit_application(actor=cast.department.applicant, application=draft)


def test_it_undoes_everything_when_the_entry_cannot_be_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = given.application(cast, given.dataset(cast))
    do.submit_application(actor=cast.department.applicant, application=draft)

    def broken(**kwargs: Any) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("sharing.commands.openings.record", broken)
    with pytest.raises(OSError, match="full"):
        do.endorse_application(actor=cast.department.head, application=draft)
    assert given.fresh(draft).state == "awaiting_head"
    assert not ShareRequest.objects.exists()
    assert not Clock.objects.filter(rule__startswith="request").exists()
    assert not Grant.objects.exists()


def test_it_carries_its_documents_to_the_provider(cast: Cast) -> None:
    draft = given.application(cast, given.dataset(cast))
    with pytest.raises(NotPermitted):
        do.attach_document(actor=cast.department.head, application=draft, file=make.csv_file("mandate.csv"))
    with pytest.raises(BadShape):
        do.attach_document(
            actor=cast.department.applicant, application=draft, file=make.csv_file("mandate.exe")
        )
    for _twice in range(2):
        do.attach_document(
            actor=cast.department.applicant, application=draft, file=make.csv_file("mandate.csv")
        )
    do.submit_application(actor=cast.department.applicant, application=draft)
    do.endorse_application(actor=cast.department.head, application=draft)
    found = ShareRequest.objects.get(application=draft)
    assert [one["name"] for one in found.attachments] == ["mandate.csv"]
    url = f"/api/v1/share-requests/{found.pk}/document/?sha256={found.attachments[0]['sha256']}"
    answer = Walker.of(cast.bureau.steward).client.get(url)
    assert b"".join(answer.streaming_content).startswith(b"station")
    Walker.of(cast.trader.applicant).get(url, 404)
    Walker.of(cast.bureau.steward).get(url[:-1] + "x", 404)


def test_it_shows_its_documents_on_both_pages(cast: Cast, client: Client) -> None:
    draft = given.application(cast, given.dataset(cast))
    do.attach_document(actor=cast.department.applicant, application=draft, file=make.csv_file("mandate.csv"))
    do.submit_application(actor=cast.department.applicant, application=draft)
    do.endorse_application(actor=cast.department.head, application=draft)
    found = ShareRequest.objects.get(application=draft)
    for user, page in (
        (cast.department.users["applicant"], f"/applications/{draft.pk}/"),
        (cast.bureau.users["steward"], f"/share-requests/{found.pk}/"),
    ):
        client.force_login(user, backend="ledger.signin.LockoutBackend")
        assert "mandate.csv" in client.get(page).content.decode()
