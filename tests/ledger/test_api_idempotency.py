"""The same request twice is done once; a changed object refuses a stale command; what one has need not be
sent again.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIRequestFactory

from ledger.api.idempotency import digest_of
from ledger.clock import at, now
from ledger.models import IdempotentAnswer, Organisation
from ledger.models.idempotency import forget_old_answers
from tests.ledger.api_cast import FARM, Cast, url_of

MILL = {"name": "Mill", "kind": "individual"}


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast.gathered()


def test_it_does_a_repeated_request_once(cast: Cast) -> None:
    client = cast.client("stranger", **{"Idempotency-Key": "k-1"})
    first = client.post(FARM, MILL, format="json")
    second = client.post(FARM, {"kind": "individual", "name": "Mill"}, format="json")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert Organisation.objects.filter(name="Mill").count() == 1


def test_it_refuses_the_key_for_another_request(cast: Cast) -> None:
    client = cast.client("stranger", **{"Idempotency-Key": "k-1"})
    client.post(FARM, MILL, format="json")
    assert client.post(FARM, {**MILL, "name": "Other"}, format="json").status_code == 422
    assert client.post("/api/v1/tokens/", MILL, format="json").json()["code"] == "key_reused"
    assert not Organisation.objects.filter(name="Other").exists()


def test_a_refusal_frees_the_key(cast: Cast) -> None:
    client = cast.client("stranger", **{"Idempotency-Key": "k-1"})
    assert client.post(FARM, {"name": "Mill"}, format="json").status_code == 400
    assert client.post(FARM, MILL, format="json").status_code == 201


def test_keys_belong_to_people(cast: Cast) -> None:
    for name in ("stranger", "officer"):
        client = cast.client(name, **{"Idempotency-Key": "k-1"})
        assert client.post(FARM, {**MILL, "name": name}, format="json").status_code == 201


def test_it_refuses_a_key_that_is_none(cast: Cast) -> None:
    client = cast.client("stranger", **{"Idempotency-Key": "x" * 256})
    assert client.post(FARM, MILL, format="json").status_code == 400


def test_it_repeats_a_secret_but_does_not_keep_it_readable(cast: Cast) -> None:
    client = cast.client("admin", **{"Idempotency-Key": "k-1"})
    first, second = (client.post("/api/v1/tokens/", {"days": 3}, format="json").json() for _ in range(2))
    assert first["secret"] == second["secret"]
    kept = IdempotentAnswer.objects.get()
    assert first["secret"].encode() not in bytes(kept.answer)
    assert "k-1" not in kept.key


def test_it_forgets_after_two_days(cast: Cast) -> None:
    cast.client("stranger", **{"Idempotency-Key": "k-1"}).post(FARM, MILL, format="json")
    assert forget_old_answers() == 0
    with at(now() + dt.timedelta(hours=49)):
        assert forget_old_answers() == 1


def test_files_count_by_content_not_by_boundary() -> None:
    def digest(content: bytes) -> str:
        from rest_framework.parsers import MultiPartParser
        from rest_framework.request import Request

        sent = APIRequestFactory().post("/x/", {"title": "a", "file": SimpleUploadedFile("a.csv", content)})
        return digest_of(Request(sent, parsers=[MultiPartParser()]))

    assert digest(b"1,2") == digest(b"1,2")
    assert digest(b"1,2") != digest(b"1,3")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_done_once() -> None:
    cast = Cast.gathered()
    token, answers = cast.token("stranger"), []

    def send() -> None:
        from rest_framework.test import APIClient

        client = APIClient(headers={"Idempotency-Key": "k-1"})
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        answers.append(client.post(FARM, MILL, format="json"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Organisation.objects.filter(name="Mill").count() == 1


def test_it_refuses_a_stale_command(cast: Cast) -> None:
    admin = cast.client("admin")
    read = admin.get(url_of(cast.farm)).headers["ETag"]
    describe = url_of(cast.farm, "describe_organisation")
    assert (
        admin.post(describe, {"name_en": "Farm"}, format="json", headers={"If-Match": read}).status_code
        == 200
    )
    answer = admin.post(describe, {"name_en": "Garm"}, format="json", headers={"If-Match": read})
    assert answer.status_code == 412
    assert answer.headers["Content-Type"] == "application/problem+json"
    cast.farm.refresh_from_db()
    assert cast.farm.name_en == "Farm"
    for form in ("{}", "*", '"x", {}'):
        tag = form.format(admin.get(url_of(cast.farm)).headers["ETag"])
        sent = admin.post(describe, {"name_en": "Harm"}, format="json", headers={"If-Match": tag})
        assert sent.status_code == 200, tag


def test_an_answers_etag_serves_for_the_next_command(cast: Cast) -> None:
    admin, describe = cast.client("admin"), url_of(cast.farm, "describe_organisation")
    tag = admin.post(describe, {"name_en": "A"}, format="json").headers["ETag"]
    assert admin.post(describe, {"name_en": "B"}, format="json", headers={"If-Match": tag}).status_code == 200


def test_it_sends_nothing_where_nothing_changed(cast: Cast) -> None:
    admin = cast.client("admin")
    tag = admin.get(url_of(cast.farm)).headers["ETag"]
    same: Any = admin.get(url_of(cast.farm), headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    assert cast.client("officer").get(url_of(cast.farm), headers={"If-None-Match": tag}).status_code == 200
    admin.post(url_of(cast.farm, "describe_organisation"), {"name_en": "F"}, format="json")
    assert admin.get(url_of(cast.farm), headers={"If-None-Match": tag}).status_code == 200
