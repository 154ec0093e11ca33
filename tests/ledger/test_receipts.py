"""Receipts: whoever acts can prove it to a stranger; what was said shows to those who may read it only."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from ledger import entry, keys, receipts
from ledger.commands import verify_organisation
from ledger.models import Event
from ledger.note import Signer
from ledger.proof import Proof
from ledger.sequencer import Sequencer, run_all
from ledger.verify import judge
from tests.ledger.api_cast import Cast, url_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return Cast.gathered()


@pytest.fixture
def act(cast: Cast) -> Event:
    """The farm is verified; the entry has its place."""
    verify_organisation(actor=cast.actor("officer"), organisation=cast.farm)
    run_all()
    return Event.objects.get(kind="organisation.verified")


def test_two_files_prove_an_act_without_the_site(client: Client, act: Event) -> None:
    proof = client.get(f"/log/receipt/{act.uid}")
    leaf = client.get(f"/log/entry/{act.uid}")
    assert (proof.status_code, leaf.status_code) == (200, 200)
    assert proof["Content-Type"].startswith("text/plain")
    assert proof["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in leaf["Cache-Control"]
    key = keys.load().signing[0]
    signed = Proof.parse(proof.content.decode()).check(leaf.content, key)
    assert signed.size == Event.objects.count()
    assert leaf.content == bytes(act.leaf)


def test_every_entry_has_its_proof_at_every_size(cast: Cast) -> None:
    checked = 0
    for step in (1, 2, 3, 5, 8):
        while Sequencer().step(step).count:
            pass
        with connection.cursor() as cursor:
            cursor.execute("SELECT e.uid, e.leaf FROM log_leaf l JOIN log_event e ON e.id = l.event_id")
            for uid, leaf in cursor.fetchall():
                found = receipts.proof_of(uid)
                assert found is not None
                found.check(bytes(leaf), keys.load().signing[0])
                checked += 1
    assert checked >= 5


def test_what_is_not_signed_yet_is_to_be_asked_for_again(client: Client, cast: Cast) -> None:
    event = Event.objects.order_by("-id")[0]
    answer = client.get(f"/log/receipt/{event.uid}")
    assert (answer.status_code, answer["Retry-After"]) == (404, "1")
    assert client.get(f"/log/entry/{event.uid}").status_code == 404
    pending = cast.client("admin").get(f"/api/v1/receipts/{event.uid}/")
    assert (pending.status_code, pending["Retry-After"], pending.json()["state"]) == (202, "1", "pending")
    assert client.get("/log/receipt/00000000-0000-0000-0000-000000000000").status_code == 404
    assert cast.client("admin").get("/api/v1/receipts/nonsense/").status_code == 404
    for wait in ("x", "-1", "1e9", "nan"):
        assert client.get(f"/log/receipt/{event.uid}?wait={wait}").status_code == 404


def test_it_can_be_waited_for(client: Client, cast: Cast) -> None:
    def sequence() -> None:
        time.sleep(0.2)
        Sequencer().step()
        connection.close()

    event = Event.objects.order_by("-id")[0]
    beside = threading.Thread(target=sequence)
    beside.start()
    assert client.get(f"/log/receipt/{event.uid}?wait=5").status_code == 200
    beside.join()


def test_the_answer_to_a_command_leads_to_its_receipt(cast: Cast) -> None:
    officer = cast.client("officer")
    answer = officer.post(url_of(cast.farm, "verify_organisation"), {}, format="json")
    run_all()
    assert answer.headers["Link"] == f'<{answer.json()["receipt"]}>; rel="receipt"'
    found = officer.get(answer.json()["receipt"]).json()["receipt"]
    leaf = found["leaf"].encode()
    Proof.parse(found["proof"]).check(leaf, keys.load().signing[0])
    assert entry.opens(
        entry.Leaf.parse(leaf).commit,
        base64.b64decode(found["body"]["key"]),
        found["body"]["content"].encode(),
    )
    assert json.loads(found["body"]["content"])["subject"] == f"organisation:{cast.farm.pk}"
    listed = officer.get("/api/v1/receipts/").json()["results"]
    assert listed[0]["url"] == answer.json()["receipt"]


def test_a_stranger_gets_the_proof_and_nothing_of_what_was_said(cast: Cast, act: Event) -> None:
    for name in ("", "stranger"):
        found = cast.client(name).get(f"/api/v1/receipts/{act.uid}/").json()["receipt"]
        assert (found["body"], found["disclosures"]) == (None, [])
        assert "organisation:" not in found["leaf"]
    assert cast.client("").get("/api/v1/receipts/").json()["results"] == []


def test_free_text_goes_to_the_side_that_wrote_it(cast: Cast) -> None:
    verify_organisation(actor=cast.actor("officer"), organisation=cast.farm)
    cast.letter("kept in the safe")
    run_all()
    event = Event.objects.get(kind="mandate.offered")
    own = cast.client("admin").get(f"/api/v1/receipts/{event.uid}/").json()["receipt"]
    assert [json.loads(one["content"]) for one in own["disclosures"]] == ["kept in the safe"]
    body = json.loads(own["body"]["content"])
    (shown,) = own["disclosures"]
    commit = entry.commitments_in(body)[shown["path"]]
    assert entry.opens(commit, base64.b64decode(shown["key"]), shown["content"].encode())
    for name in ("officer", "clerk", "stranger"):
        text = cast.client(name).get(f"/api/v1/receipts/{event.uid}/").content.decode()
        assert ("kept in the safe" in text) == (name == "clerk"), name


def test_the_file_is_downloaded_from_the_page(client: Client, cast: Cast, act: Event) -> None:
    client.force_login(cast.officer)
    client.post("/account/organisation/", {"organisation": cast.body.pk})
    answer = client.get(f"/log/entries/{act.uid}/receipt.json")
    assert answer["Content-Disposition"] == f'attachment; filename="{act.uid}.receipt.json"'
    assert answer.json()["body"] is not None
    assert Client().get(f"/log/entries/{act.uid}/receipt.json").json()["body"] is None
    assert client.get("/log/entries/00000000-0000-0000-0000-000000000000/receipt.json").status_code == 404


def test_a_receipt_takes_two_queries(act: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    fetch = receipts._fetch
    monkeypatch.setattr(receipts, "_fetch", lambda *query: asked.append(query[0]) or fetch(*query))
    assert receipts.proof_of(act.uid) is not None
    assert len(asked) == 2


def test_the_offline_verifier_accepts_what_is_handed_out(cast: Cast, act: Event, tmp_path: Path) -> None:
    key = str(keys.load().signing[0])
    for name in ("", "officer"):
        found = cast.client(name).get(f"/api/v1/receipts/{act.uid}/").json()["receipt"]
        (tmp_path / "r").write_text(json.dumps(found))
        code, report = judge(["--receipt", str(tmp_path / "r"), "--vkey", key])
        assert code == 0, report
        assert (report["body"] is None) == (name == "")
    (tmp_path / "r").write_text(json.dumps(found | {"leaf": found["leaf"].replace("verified", "described")}))
    assert judge(["--receipt", str(tmp_path / "r"), "--vkey", key])[0] == 1


def test_a_receipt_is_checked_by_dropping_it(client: Client, act: Event) -> None:
    def check(data: bytes) -> str:
        file = SimpleUploadedFile("r.receipt.json", data)
        answer = client.post("/log/check/", {"receipt": file}, headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        return answer.content.decode()

    assert "Check a receipt" in client.get("/log/check/", headers={"Accept-Language": "en"}).content.decode()
    good = client.get(f"/log/entries/{act.uid}/receipt.json").content
    assert "It holds" in check(good)
    assert "It does not hold" in check(good.replace(b"verified", b"described"))
    for junk in (
        b"",
        b"\0" * 1000,
        b"[" * 5000,
        b"{}",
        b"hello",
        Signer("a/b", b"x" * 32).sign("a/b\n0\n\n").encode(),
    ):
        page = check(junk)
        assert "It does not hold" in page
    other = json.loads(good) | {"origin": "elsewhere.example/log"}
    assert "elsewhere.example/log" in check(json.dumps(other).encode())
    assert client.post("/log/check/", {}).status_code == 200


def test_the_verifier_can_be_taken_away(client: Client) -> None:
    served = client.get("/log/verify.py")
    assert served.content == (settings.ROOT / "ledger" / "verify.py").read_bytes()
    assert "verify.py" in served["Content-Disposition"]
