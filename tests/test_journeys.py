"""The ten acceptance stories, walked by REST clients under the injected clock, each ending in a log that verifies and
tells the whole book."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from catalog.models import Dataset
from ledger.audit import Audit, Fault
from ledger.replay import Replay
from ledger.sequencer import run_all
from tests import make
from tests.cast import Cast, House
from tests.walk import Walker, on, robots


@pytest.fixture
def walk(cast: Cast) -> Any:
    """Clients by role: walk("bureau", "steward")."""

    def client(house: str, role: str = "") -> Walker:
        found = getattr(cast, house)
        return Walker.of(getattr(found, role) if role else found)

    return client


@pytest.fixture(autouse=True)
def _the_log_verifies(db: None) -> Any:
    """Whatever a story did, the log holds at its end; one altered byte is found, and where."""
    yield
    try:
        run_all()
        assert Audit().run().size > 0
        assert Replay().run().first == []
        with transaction.atomic():
            index = altered()
            with pytest.raises(Fault) as found:
                Audit().run()
            transaction.set_rollback(True)
        assert found.value.index == index
    finally:  # the rows are rolled back, so the mark of what was signed must go with them
        (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def altered() -> int:
    """Change one byte of the last body, as the owner of the tables could; returns the entry's index."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE log_body DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT l.idx, e.uid FROM log_leaf l JOIN log_event e ON e.id = l.event_id ORDER BY l.idx DESC LIMIT 1"
        )
        index, uid = cursor.fetchone()
        cursor.execute("UPDATE log_body SET content = set_byte(content, 20, 65) WHERE event_uid = %s", [uid])
    return int(index)


def clock_of(client: Walker, url: str, rule: str) -> dict[str, Any]:
    """The newest clock of a case under a rule."""
    return next(one for one in reversed(client.get(url)["clocks"]) if one["rule"] == rule)


def due(client: Walker, url: str, rule: str) -> str:
    """When a clock runs out."""
    return clock_of(client, url, rule)["due"]


def filed(cast: Cast, walk: Any, house: str = "bureau", **described: Any) -> str:
    """A department files with everything attached; returns the filing's address."""
    steward, head = walk(house, "steward"), walk(house, "head")
    dataset = steward.create("datasets", "create_dataset", **{**make.DESCRIBED, **described})
    steward.do(dataset["url"], "add_distribution", kind="file", file=make.csv_file())
    filing = steward.do(dataset["url"], "draft_filing")["url"]
    for key in steward.get(filing)["attachable"]:
        steward.do(filing, "attach_material", key=key, text="attached")
    steward.do(filing, "submit_filing")
    head.do(filing, "endorse_filing")
    return filing


def test_1_the_sole_member_registers_with_one_button(cast: Cast, walk: Any) -> None:
    with on("2026-10-10", "18:40"):
        farmer = walk("cooperative", "farmer")
        made = farmer.create(
            "datasets", "register_own", title="soil moisture 2025", sharing="conditional", summary="by field"
        )
        assert made["state"] == "registered"
        assert len(made["code"]) == 32
        history = farmer.get(f"/api/v1/entries/?subject=dataset:{made['id']}")["results"]
        assert [entry["body"]["marks"] for entry in history] == [["same_hand"]]
        assert farmer.get("/api/v1/public-notices/")["results"] == []
        assert walk("county", "officer").get("/api/v1/tasks/")["results"] == []
        slip = Walker.of(cast.visitor).client.get(f"/slips/{made['code']}/")
        assert slip.status_code == 200
        assert made["code"][:4] in slip.content.decode()


def test_2_a_filing_runs_its_terms(cast: Cast, walk: Any) -> None:
    with on("2026-09-17"):
        filing = filed(cast, walk, "city_bureau")
        officer = walk("city", "officer")
        assert due(officer, filing, "filing.accept") == "2026-09-21"
    with on("2026-09-21"):
        officer.do(filing, "request_supplement", gaps=["one", "two", "three"])
    with on("2026-09-22"):
        steward = walk("city_bureau", "steward")
        steward.do(filing, "amend_filing", summary="completed")
        steward.do(filing, "resubmit_filing")
        assert due(officer, filing, "filing.accept") == "2026-09-28"
        refused = officer.do(filing, "request_supplement", 422, gaps=["three", "four"])
        assert refused["rule"] == "R 9"
        assert "four" in refused["detail"]
    with on("2026-09-28"):
        officer.do(filing, "accept_filing")
        assert due(officer, filing, "filing.review") == "2026-10-30"
        assert "pass_filing" in officer.actions(filing)
        assert officer.do(filing, "pass_filing", 403)["remedy"]
    with on("2026-10-30"):
        walk("city", "second_officer").do(filing, "pass_filing")
        assert due(officer, filing, "filing.notice") == "2026-11-13"
    robots("2026-11-13", "23:59")
    assert officer.get(filing)["state"] == "in_notice"
    robots("2026-11-14")
    with on("2026-11-14", "09:00"):
        done = officer.get(filing)
        assert done["state"] == "coded"
        dataset = officer.get(done["dataset"]["url"])
        assert (dataset["state"], dataset["valid_from"]) == ("registered", "2026-11-14")


def test_3_objections_pause_the_notice(cast: Cast, walk: Any) -> None:
    officer, second = walk("city", "officer"), walk("city", "second_officer")
    with on("2026-01-30"):
        filing = filed(cast, walk, "city_bureau")
        assert due(officer, filing, "filing.accept") == "2026-02-04"
    with on("2026-02-04"):
        officer.do(filing, "accept_filing")
        assert due(officer, filing, "filing.review") == "2026-03-10"
    with on("2026-03-10"):
        second.do(filing, "pass_filing")
        assert due(officer, filing, "filing.notice") == "2026-03-24"
    objections = []
    for date, who in (
        ("2026-03-17", Walker.of(cast.stranger)),
        ("2026-03-18", walk("cooperative", "farmer")),
    ):
        with on(date):
            body = {
                "real_name": "person",
                "ground": f"ground {date}",
                "statement": "ours",
                "evidence": make.csv_file("proof.csv"),
            }
            objections.append(who.do(filing, "raise_objection", **body)["url"])
            without = {**body, "ground": "other"} | {"real_name": ""}
            assert who.do(filing, "raise_objection", 400, **without)["errors"][0]["pointer"] == "/real_name"
    assert clock_of(officer, filing, "filing.notice")["used"] == 4
    with on("2026-03-19"):
        walk("city_bureau", "steward").do(objections[0], "answer_objection", answer="measured by ourselves")
        officer.do(objections[0], "dismiss_objection", clauses=["A-12"], finding="not shown")
    robots("2026-03-31")
    assert officer.get(filing)["state"] == "objection_pending"
    with on("2026-03-20"):
        officer.do(objections[1], "dismiss_objection", clauses=["A-12"], finding="not shown")
        assert due(officer, filing, "filing.notice") == "2026-03-30"
    robots("2026-03-30", "23:59")
    assert officer.get(filing)["state"] == "in_notice"
    robots("2026-03-31")
    assert officer.get(filing)["state"] == "coded"


def registered(cast: Cast, house: House, date: str = "2026-01-08", **described: Any) -> Dataset:
    """A registered dataset with a file, from before the story."""
    with on(date):
        return make.registered(cast, house, file=True, **described)


WISH = {
    "purpose": "drought plan", "scenario": "flood and drought control", "legal_basis": "duty of the department", "mode": "file",
    "right": "use", "security": "internal network", "ends": "2027-06-30",
}  # fmt: skip


def requested(walk: Any, dataset: Dataset, house: str = "department", **wish: Any) -> str:
    """A department applies and its head endorses; returns the request's address."""
    applicant, head = walk(house, "applicant"), walk(house, "head")
    application = applicant.create("applications", **{**WISH, **wish}, items=[{"dataset": dataset.pk}])["url"]
    applicant.do(application, "submit_application")
    head.do(application, "endorse_application")
    return head.get(application)["share_requests"][0]["url"]


def test_4_a_supplement_pauses_the_reply(cast: Cast, walk: Any) -> None:
    dataset = registered(cast, cast.bureau)
    steward, head, applicant = (
        walk("bureau", "steward"),
        walk("bureau", "head"),
        walk("department", "applicant"),
    )
    with on("2026-09-17"):
        request = requested(walk, dataset)
        assert due(applicant, request, "request.reply.conditional") == "2026-10-08"
    with on("2026-09-21"):
        steward.do(request, "ask_supplement", gaps=["which stations", "which months"])
        assert clock_of(applicant, request, "request.reply.conditional")["used"] == 3
    with on("2026-09-24"):
        applicant.do(
            request, "resubmit_request", answers=[{"gap": "which stations", "answer": "all of them"}]
        )
        assert due(applicant, request, "request.reply.conditional") == "2026-10-12"
        steward.do(request, "recommend", outcome="agree", finding="in scope")
        assert "refuse_request" not in head.actions(request)
        assert "ask_supplement" in head.actions(request)
        steward.force(request, "refuse_request", 403, clauses=["B-25"], finding="no")


def test_5_one_extension(cast: Cast, walk: Any) -> None:
    dataset = registered(cast, cast.bureau)
    steward, head, applicant, officer = (
        walk("bureau", "steward"),
        walk("bureau", "head"),
        walk("department", "applicant"),
        walk("city", "officer"),
    )
    with on("2026-09-17"):
        request = requested(walk, dataset)
        steward.do(request, "recommend", outcome="agree", finding="in scope")
        assert due(head, request, "request.reply.conditional") == "2026-10-08"
    with on("2026-09-29"):
        head.do(request, "ask_extension", days=10, clauses=["B-21"], reason="stations are being moved")
    with on("2026-09-30"):
        officer.do(request, "consent_extension")
        assert due(applicant, request, "request.reply.conditional") == "2026-10-21"
        head.force(request, "ask_extension", 422, days=1, clauses=["B-21"], reason="again")
    with on("2026-10-21"):
        head.do(request, "agree_request")
        assert due(applicant, request, "request.delivery") == "2026-11-18"
    with on("2026-10-26"):
        sign(walk, request, "bureau")
        assert applicant.get(request)["state"] == "granted"
        assert due(applicant, request, "request.delivery") == "2026-11-18"


def sign(walk: Any, request: str, provider: str, consumer: str = "department") -> None:
    """Both heads sign the same text."""
    for house in (consumer, provider):
        head = walk(house, "head")
        agreement = head.get(request)["agreement"]["url"]
        head.do(agreement, "sign_agreement", digest=head.get(agreement)["digest"])


def test_6_unconditional_sharing(cast: Cast, walk: Any) -> None:
    open_to_all = {"sharing": "unconditional", "sharing_conditions": ""}
    dataset = registered(cast, cast.bureau, **open_to_all)
    consented = registered(cast, cast.bureau, **open_to_all, title="with standing consent")
    applicant = walk("department", "applicant")
    with on("2026-04-29"):
        walk("bureau", "head").create("standing-consents", dataset=consented.pk, circle="departments")
    with on("2026-04-30"):
        request = requested(walk, dataset)
        assert due(applicant, request, "request.reply.unconditional") == "2026-05-06"
        at_once = applicant.get(requested(walk, consented))
        assert at_once["state"] == "granted"
        assert at_once["agreement"] is None
    robots("2026-05-07")
    with on("2026-05-07", "09:00"):
        assert clock_of(applicant, request, "request.reply.unconditional")["breached_at"].startswith(
            "2026-05-07T00:00:00"
        )
        assert "open_dispute" in applicant.actions(request)
    with on("2026-05-08"):
        assert (
            due(
                applicant,
                requested(walk, registered(cast, cast.bureau, **open_to_all, title="third")),
                "request.reply.unconditional",
            )
            == "2026-05-09"
        )


def test_7_refusals_have_clauses_and_approvals_lapse(cast: Cast, walk: Any) -> None:
    fields = [{"name": f"f{number}", "type": "number"} for number in range(20)]
    dataset = registered(cast, cast.bureau, fields=fields)
    steward, head, applicant = (
        walk("bureau", "steward"),
        walk("bureau", "head"),
        walk("department", "applicant"),
    )
    with on("2026-09-17"):
        first, second = requested(walk, dataset), requested(walk, dataset, purpose="another")
        for request in (first, second):
            steward.do(request, "recommend", outcome="agree", finding="in scope")
        refused = head.do(first, "refuse_request", 422, clauses=[], finding="not for this purpose")
        assert refused["rule"] == "R 35"
        assert refused["remedy"]
        head.do(first, "refuse_request", clauses=["B-25"], finding="not for this purpose")
        assert "open_dispute" in applicant.actions(first)
        page = session(cast.department, "applicant").get(first.replace("/api/v1", ""))
        assert "B-25" in page.content.decode()
    with on("2026-10-08"):
        head.do(
            second,
            "agree_request",
            fields=[field["name"] for field in fields[:12]],
            clauses=["B-25"],
            finding="twelve are enough",
        )
        assert due(applicant, second, "request.delivery") == "2026-11-04"
    robots("2026-10-21", "23:00")
    assert applicant.get(second)["state"] == "approved"
    robots("2026-10-22")
    with on("2026-10-22"):
        lapsed = applicant.get(second)
        assert lapsed["state"] == "lapsed"
        assert lapsed["grant"] is None
        application = lapsed["application"]["url"]
        assert applicant.do(application, "copy_application")["state"] == "draft"


def session(house: House, role: str) -> Any:
    """A browser's session of a person, without a browser."""
    from django.test import Client

    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(house.users[role], backend="ledger.signin.LockoutBackend")
    return client


def test_8_what_the_public_sees_of_a_notice(cast: Cast, walk: Any) -> None:
    hidden = {"opening": "non_public", "title": "household register", "summary": "by village"}
    officer, visitor = walk("city", "officer"), Walker.of(cast.visitor)
    with on("2026-05-06"):
        filing = filed(cast, walk, "city_bureau", **hidden)
        officer.do(filing, "accept_filing")
    with on("2026-05-11"):
        walk("city", "second_officer").do(filing, "pass_filing")
        number = filing.rstrip("/").rsplit("/", 1)[1]
        notice = visitor.get(f"/api/v1/public-notices/{number}/")
        assert {name for name in notice if name not in ("id", "url", "state", "entry", "actions")} == {
            "registrant",
            "type",
            "name",
            "summary",
        }
        assert visitor.get("/api/v1/datasets/?q=household")["results"] == []
    with on("2026-05-12"):
        officer.do(filing, "halt_notice", reason="identity numbers in the summary")
        visitor.get(f"/api/v1/public-notices/{number}/", 404)
        assert Walker.of(cast.visitor).client.get(f"/notices/{number}/").status_code == 404
    for date in ("2026-05-26", "2026-06-30"):
        robots(date)
    assert officer.get(filing)["state"] == "in_review"


def test_8_the_circle_finds_what_the_public_does_not(cast: Cast, walk: Any) -> None:
    with on("2026-05-06"):
        dataset = registered(cast, cast.bureau, opening="non_public", title="household register")
        found = walk("department", "applicant").get("/api/v1/datasets/?q=household")["results"]
        assert [one["id"] for one in found] == [dataset.pk]
        assert walk("department", "applicant").get(f"/api/v1/datasets/{dataset.pk}/")["summary"]
        assert walk("cooperative", "farmer").get("/api/v1/datasets/?q=household")["results"] == []
        walk("cooperative", "farmer").get(f"/api/v1/datasets/{dataset.pk}/", 404)


def test_9_one_officer_and_her_own_case(cast: Cast, walk: Any) -> None:
    officer = walk("county", "officer")
    with on("2026-06-01"):
        filing = filed(cast, walk)
        officer.do(filing, "accept_filing")
        officer.do(filing, "pass_filing")
        assert officer.get(filing)["same_hand"] is True
        own = filed(cast, walk, "county")
        refused = officer.force(own, "accept_filing", 403)
        assert "own case" in refused["detail"]
        tasks = walk("city", "officer").get("/api/v1/tasks/")["results"]
        assert own in [task["url"] for task in tasks]


def test_9_listed_records_are_claimed_and_filed(cast: Cast, walk: Any, tmp_path: Any) -> None:
    import csv

    from django.core.management import call_command

    bureau = cast.bureau.organisation
    path = tmp_path / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["标题", "提供单位", "摘要", "更新时间", "开放条件"])
        writer.writerow(["农机补贴目录", bureau.name, "补贴机具", "2026-01-02", "无条件开放"])
        writer.writerow(["鱼塘分布", "别的单位", "鱼塘", "2026-01-02", "无条件开放"])
    with on("2026-06-01"):
        call_command("import_catalogue", str(path), "--as", "county-portal", verbosity=0)
        admin = walk("bureau", "admin")
        admin.do(f"/api/v1/organisations/{bureau.pk}/", "claim_listed")
        steward = walk("bureau", "steward")
        mine = steward.get(f"/api/v1/datasets/?owner={bureau.pk}&state=listed")["results"]
        assert [one["title"] for one in mine] == ["农机补贴目录"]
        dataset = mine[0]["url"]
        steward.do(
            dataset,
            "describe_dataset",
            **{name: make.DESCRIBED[name] for name in ("summary", "sharing_conditions", "lawful_source")},
        )
        assert steward.do(dataset, "draft_filing")["state"] == "draft"


def test_10_delivery_under_a_live_grant(cast: Cast, walk: Any) -> None:
    dataset = registered(cast, cast.bureau)
    steward, head, applicant = (
        walk("bureau", "steward"),
        walk("bureau", "head"),
        walk("department", "applicant"),
    )
    with on("2026-03-02"):
        request = requested(walk, dataset, ends="2026-06-30")
        steward.do(request, "recommend", outcome="agree", finding="in scope")
        head.do(request, "agree_request")
        sign(walk, request, "bureau")
        distribution = steward.get(f"/api/v1/datasets/{dataset.pk}/")["distributions"][0]
        steward.do(request, "deliver", distribution=distribution["id"])
        grant = applicant.get(request)["grant"]["url"]
        first = applicant.client.get(f"{grant}download/", headers={"Range": "bytes=0-9"})
        rest = applicant.client.get(
            f"{grant}download/", headers={"Range": "bytes=10-", "If-Range": first["ETag"]}
        )
        assert (first.status_code, rest.status_code) == (206, 206)
        whole = b"".join(first.streaming_content) + b"".join(rest.streaming_content)
        assert hashlib.sha256(whole).hexdigest() == distribution["checksum"]
        applicant.do(request, "confirm_delivery")
        walk("trader", "applicant").get(f"{grant}download/", 404)
        steward.get(f"{grant}download/", 403)
    with on("2026-07-01", "00:00"):
        assert applicant.get(f"{grant}download/", 409)["remedy"]


def test_10_open_data_needs_nobody(cast: Cast) -> None:
    dataset = registered(cast, cast.bureau, opening="public", sharing="unconditional", sharing_conditions="")
    visitor = Walker.of(cast.visitor)
    answer = visitor.client.get(f"/api/v1/datasets/{dataset.pk}/download/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"station,moisture")


def test_10_a_year_without_a_calendar_is_provisional(cast: Cast, walk: Any) -> None:
    from ledger.calendars import load

    dataset = registered(cast, cast.bureau)
    with on("2026-12-24"):
        request = requested(walk, dataset)
        applicant = walk("department", "applicant")
        clock = clock_of(applicant, request, "request.reply.conditional")
        assert (clock["due"], clock["provisional"]) == ("2027-01-08", True)
        load(year=2027, off=["2027-01-01", "2027-01-04"], on=["2027-01-09"], source="a notice")
        clock = clock_of(applicant, request, "request.reply.conditional")
        assert (clock["due"], clock["provisional"]) == ("2027-01-09", False)
        entry = applicant.get(
            f"/api/v1/entries/?subject=sharerequest:{request.rstrip('/').rsplit('/', 1)[1]}&type=clock.recalculated"
        )["results"][0]
        facts = next(iter(entry["body"]["facts"].values()))
        assert (facts["due_before"], facts["due"]) == ("2027-01-08", "2027-01-09")
