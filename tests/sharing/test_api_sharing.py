"""Sharing over HTTP: the same commands with the same refusals; actions; files by range under a live grant."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ledger.clock import at
from sharing import commands as do
from sharing.models import Download, Grant
from tests.cast import Cast, day
from tests.sharing import given
from tests.walk import Walker

NOW = day("2026-09-17")
API = "/api/v1/"


@pytest.fixture(autouse=True)
def thursday() -> Any:
    with at(NOW):
        yield


@pytest.fixture
def grant(cast: Cast) -> Grant:
    return given.grant(cast)


def names(walker: Walker, url: str) -> set[str]:
    return set(walker.actions(url))


def test_it_walks_a_request_from_wish_to_file(cast: Cast) -> None:
    wanted = given.dataset(cast)
    applicant, consumer_head = Walker.of(cast.department.applicant), Walker.of(cast.department.head)
    steward, head = Walker.of(cast.bureau.steward), Walker.of(cast.bureau.head)
    wish = {**given.DUTY, "ends": "2027-09-17", "items": [{"dataset": wanted.pk, "fields": []}]}
    application = applicant.create("applications", **wish)["url"]
    applicant.do(application, "submit_application")
    consumer_head.do(application, "endorse_application")
    request = applicant.get(application)["share_requests"][0]["url"]
    assert names(applicant, request) == {"withdraw_request"}
    assert "agree_request" not in names(head, request)
    steward.do(request, "recommend", outcome="agree", finding="适当")
    assert {"agree_request", "refuse_request", "ask_extension"} <= names(head, request)
    head.do(request, "agree_request")
    agreement = applicant.get(request)["agreement"]["url"]
    for signer in (head, consumer_head):
        signer.do(agreement, "sign_agreement", digest=signer.get(agreement)["digest"])
    distribution = wanted.distributions.get()
    steward.do(request, "deliver", distribution=distribution.pk)
    body = applicant.get(applicant.get(request)["grant"]["url"])
    assert (body["state"], body["live"]) == ("active", True)
    answer = applicant.client.get(body["deliveries"][0]["href"])
    assert b"".join(answer.streaming_content).startswith(b"station,moisture")


def test_it_answers_a_refusal_without_a_clause_as_a_policy_problem(cast: Cast) -> None:
    found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
    url = f"{API}share-requests/{found.pk}/"
    for body in ({"finding": "不同意"}, {"finding": "不同意", "clauses": ["B-27"]}):
        problem = Walker.of(cast.bureau.head).do(url, "refuse_request", 422, **body)
        assert problem["rule"] == "R 35"
        assert given.REFUSES in problem["clause"]
        assert problem["remedy"]
        assert problem["errors"][0]["pointer"] == "/clauses"
    assert Walker.of(cast.bureau.head).get(url)["state"] == "under_review"


@pytest.mark.parametrize(("who", "status"), [("department", 403), ("trader", 404)])
def test_it_forces_nothing_through(cast: Cast, who: str, status: int) -> None:
    found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
    walker = Walker.of(getattr(cast, who).head)
    walker.force(f"{API}share-requests/{found.pk}/", "agree_request", status)
    assert given.fresh(found).state == "under_review"


def test_it_names_the_field_of_a_date_that_does_not_exist(cast: Cast) -> None:
    walker = Walker.of(cast.department.applicant)
    problem = walker.create("applications", status=400, purpose="抗旱", ends="2027-02-30")
    assert problem["errors"][0]["pointer"] == "/ends"


def test_it_refuses_what_it_does_not_know(cast: Cast) -> None:
    walker = Walker.of(cast.department.applicant)
    problem = walker.create("applications", status=400, purpose="抗旱", porpoise="x")
    assert problem["errors"][0]["pointer"] == "/porpoise"


def test_it_hides_from_the_consumer_what_led_to_the_decision(cast: Cast) -> None:
    found = given.recommended(cast, given.sent(cast, given.dataset(cast)))
    url = f"{API}share-requests/{found.pk}/"
    assert "recommendations" not in Walker.of(cast.department.applicant).get(url)
    assert Walker.of(cast.bureau.head).get(url)["recommendations"][0]["finding"] == "适当"


def test_it_lists_only_what_one_may_see(cast: Cast) -> None:
    given.sent(cast, given.dataset(cast))
    for actor, count in (
        (cast.department.applicant, 1),
        (cast.bureau.steward, 1),
        (cast.trader.head, 0),
        (cast.visitor, 0),
    ):
        assert len(Walker.of(actor).get(f"{API}share-requests/")["results"]) == count


def test_it_resumes_a_download_by_range(cast: Cast, grant: Grant) -> None:
    client, url = Walker.of(cast.department.applicant).client, f"{API}grants/{grant.pk}/download/"
    whole = client.get(url)
    content = b"".join(whole.streaming_content)
    first = client.get(url, headers={"Range": "bytes=0-9"})
    rest = client.get(url, headers={"Range": "bytes=10-", "If-Range": first.headers["ETag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert b"".join(first.streaming_content) + b"".join(rest.streaming_content) == content
    assert rest.headers["Content-Range"] == f"bytes 10-{len(content) - 1}/{len(content)}"
    digest = base64.b64encode(bytes.fromhex(grant.deliveries.get().sha256)).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert [taken.first_byte for taken in Download.objects.order_by("pk")] == [0, 0, 10]


def test_it_refuses_a_range_outside_the_file(cast: Cast, grant: Grant) -> None:
    client = Walker.of(cast.department.applicant).client
    answer = client.get(f"{API}grants/{grant.pk}/download/", headers={"Range": "bytes=100000-"})
    assert answer.status_code == 416


@pytest.mark.parametrize(("delivery", "status"), [("0", 404), ("x", 400), ("9" * 40, 400)])
def test_it_refuses_a_delivery_that_is_none(cast: Cast, grant: Grant, delivery: str, status: int) -> None:
    Walker.of(cast.department.applicant).get(f"{API}grants/{grant.pk}/download/?delivery={delivery}", status)


def test_it_hands_out_nothing_to_others_nor_after_the_end(cast: Cast, grant: Grant) -> None:
    url = f"{API}grants/{grant.pk}/download/"
    applicant = Walker.of(cast.department.applicant)
    Walker.of(cast.trader.applicant).get(url, 404)
    Walker.of(cast.bureau.steward).get(url, 403)
    do.suspend_grant(actor=cast.bureau.head, grant=grant, reason="超范围", clauses=[given.SUSPENDS])
    applicant.get(url, 409)
    do.reinstate_grant(actor=cast.bureau.head, grant=grant)
    with at(day("2027-09-18", "00:00")):
        assert applicant.get(url, 409)["remedy"]
    assert not Download.objects.exists()


@pytest.mark.parametrize(
    "noun", ["applications", "share-requests", "agreements", "grants", "corrections", "disputes"]
)
def test_it_asks_few_questions_of_the_database_for_a_list(
    cast: Cast, noun: str, django_assert_max_num_queries: Any
) -> None:
    for _copy in range(3):
        given.request(cast, "granted")
    client = Walker.of(cast.department.head).client
    client.get(f"{API}{noun}/")
    with django_assert_max_num_queries(25):
        assert client.get(f"{API}{noun}/").status_code == 200
