"""Bad input, one by one: each has its own clear refusal naming field, rule and remedy in the reader's language, changes
nothing, and the log still verifies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.audit import Audit
from ledger.sequencer import run_all
from tests import make
from tests.cast import Cast, credit_code
from tests.proof import nothing_changes
from tests.walk import Walker, on

WISH = {
    "purpose": "drought plan", "scenario": "drought control", "legal_basis": "duty", "mode": "file", "right": "use",
    "security": "internal network", "ends": "2027-06-30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _the_log_verifies(db: None) -> Iterator[None]:
    with on("2026-03-02"):
        yield
        try:
            run_all()
            Audit().run()
        finally:
            (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


@pytest.fixture
def steward(cast: Cast) -> Walker:
    return Walker.of(cast.bureau.steward)


@pytest.fixture
def draft(cast: Cast) -> str:
    return f"/api/v1/datasets/{make.dataset(cast.bureau).pk}/"


def pointers(refusal: dict[str, Any]) -> list[str]:
    """The fields a refusal names."""
    return [fault["pointer"] for fault in refusal["errors"]]


def cut_off() -> SimpleUploadedFile:
    """A workbook that lost its second half on the way."""
    whole = make.xlsx_file().read()
    return SimpleUploadedFile("soil.xlsx", whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (SimpleUploadedFile("soil.exe", b"MZ"), ".csv"),
        (SimpleUploadedFile("soil.csv", b""), "empty"),
        (SimpleUploadedFile("soil.xlsx", b"station,moisture\n"), "damaged"),
        (SimpleUploadedFile("soil.csv", b"a,b\n1\x00,2\n"), "NUL"),
        (cut_off(), "cut off"),
    ],
    ids=["wrong type", "empty", "not what it says", "NUL bytes", "cut off"],
)
def test_a_file_that_cannot_be_taken(
    steward: Walker, draft: str, file: SimpleUploadedFile, word: str
) -> None:
    file.seek(0)
    with nothing_changes():
        refused = steward.force(draft, "add_distribution", 400, kind="file", file=file)
    assert "/file" in pointers(refused)
    assert word in str(refused)


def test_a_file_over_the_limit(steward: Walker, draft: str, settings: Any) -> None:
    settings.MAX_UPLOAD = 10
    with nothing_changes():
        refused = steward.force(draft, "add_distribution", 400, kind="file", file=make.csv_file())
    assert "/file" in pointers(refused)


def test_a_credit_code_with_a_wrong_check_character(cast: Cast) -> None:
    right = credit_code(77)
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    body = {"name": "工厂", "kind": "enterprise", "scheme": "uscc", "identifier": wrong, "region": "340121"}
    stranger = Walker.of(cast.stranger)
    with nothing_changes():
        refused = stranger.post("/api/v1/organisations/", 400, body)
    assert pointers(refused) == ["/identifier"]
    assert right[-1] in refused["errors"][0]["message"]


def test_a_date_that_does_not_exist(steward: Walker) -> None:
    with nothing_changes():
        refused = steward.post("/api/v1/datasets/", 400, {"title": "soil", "temporal_from": "2026-02-30"})
    assert pointers(refused) == ["/temporal_from"]


def test_it_speaks_the_readers_language(cast: Cast) -> None:
    chinese = Walker.of(cast.bureau.steward)
    chinese.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    refused = chinese.post("/api/v1/datasets/", 400, {"title": "  "})
    assert any("一" <= character <= "鿿" for character in refused["errors"][0]["message"])


def test_a_request_for_ones_own_dataset(cast: Cast) -> None:
    dataset, applicant = make.registered(cast, cast.bureau), Walker.of(cast.bureau.applicant)
    with nothing_changes():
        refused = applicant.post("/api/v1/applications/", 422, {**WISH, "items": [{"dataset": dataset.pk}]})
    assert refused["remedy"]


def sent(cast: Cast) -> str:
    """A request of one department to another, ready to be decided."""
    dataset = make.registered(cast, cast.bureau)
    applicant, head = Walker.of(cast.department.applicant), Walker.of(cast.department.head)
    application = applicant.create("applications", **WISH, items=[{"dataset": dataset.pk}])["url"]
    applicant.do(application, "submit_application")
    head.do(application, "endorse_application")
    request = head.get(application)["share_requests"][0]["url"]
    Walker.of(cast.bureau.steward).do(request, "recommend", outcome="agree", finding="in scope")
    return str(request)


def test_a_decision_by_the_requester(cast: Cast) -> None:
    request, head = sent(cast), Walker.of(cast.department.head)
    with nothing_changes():
        refused = head.force(request, "agree_request", 403)
    assert refused["remedy"]


def test_a_second_decision(cast: Cast) -> None:
    request, head = sent(cast), Walker.of(cast.bureau.head)
    head.do(request, "agree_request")
    with nothing_changes():
        refused = head.force(request, "refuse_request", 409, clauses=["B-25"], finding="no")
    assert refused["remedy"]


def test_a_stale_object(cast: Cast) -> None:
    request, head = sent(cast), Walker.of(cast.bureau.head)
    old = head.client.get(request)["ETag"]
    Walker.of(cast.bureau.head).do(request, "ask_advice", role="steward", question="is it complete?")
    with nothing_changes():
        answer = head.client.post(f"{request}agree_request/", {}, format="json", headers={"If-Match": old})
    assert answer.status_code == 412


@pytest.mark.parametrize(
    "forced", [{"state": "registered"}, {"code": "7" * 32}, {"owner": 1}, {"level": "general_1"}]
)
def test_a_state_forced_through_the_api(steward: Walker, draft: str, forced: dict[str, Any]) -> None:
    with nothing_changes():
        refused = steward.force(draft, "describe_dataset", 400, **forced)
    assert pointers(refused) == [f"/{next(iter(forced))}"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_objects_change_by_commands_only(steward: Walker, draft: str, method: str) -> None:
    with nothing_changes():
        assert (
            getattr(steward.client, method)(draft, {"state": "registered"}, format="json").status_code == 405
        )
