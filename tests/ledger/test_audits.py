"""The daily checks: how a run is kept, when the next is due, what a finding leaves in the log, and who reads what."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from ledger import audits, journal
from ledger.clock import at
from ledger.models import AuditRun, Event, Head, Membership
from ledger.models.audits import AuditRun as Run
from ledger.past import Past
from ledger.sequencer import run_all
from tests.cast import Cast, day
from tests.log_tables import lifted

VERIFY, REPLAY = Run.Kind.VERIFY, Run.Kind.REPLAY
NOON = day("2026-09-17", "12:00")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(autouse=True)
def log_of_its_own(cast: Cast) -> Iterator[None]:
    """A sequenced log; the mark of what was signed goes with it."""
    run_all()
    yield
    (settings.VAR / "log" / "high_water").unlink(missing_ok=True)


def rename(cast: Cast, name: str) -> None:
    """What an operator does with psql."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_organisation SET name = %s WHERE id = %s", [name, cast.trader.organisation.pk]
        )


def findings() -> list[Past]:
    return [past for past in journal.history(Head.objects.get()) if past.kind == "log.audit_failed"]


# Runs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [VERIFY, REPLAY])
def test_a_sound_run_is_kept(cast: Cast, kind: str):
    with at(NOON):
        run = audits.conduct(kind)
    run.refresh_from_db()
    assert (run.kind, run.verdict, run.began_at, run.ended_at) == (kind, "sound", NOON, NOON)
    assert run.size == run.entries == Event.objects.count()
    assert (run.differences, run.found, run.finding, findings()) == (0, [], "", [])


def test_a_finding_is_kept_without_values_and_recorded_once(cast: Cast):
    rename(cast, "改名公司")
    run = audits.conduct(REPLAY)
    trader = cast.trader.organisation
    (named,) = run.found
    assert (run.verdict, run.differences) == ("faulty", 1)
    assert {name: named[name] for name in ("what", "model", "pk", "column")} == {
        "what": "changed", "model": "ledger.Organisation", "pk": str(trader.pk), "column": "name",
    }  # fmt: skip
    assert "改名公司" not in str(run.found)
    (entry,) = findings()
    assert entry.pseudonym == "robot"
    told = entry.facts[f"head/{Head.objects.get().pk}"]
    assert told == {"audit": "replay", "differences": 1, "finding": run.finding, "found": run.found}
    audits.conduct(REPLAY)
    assert len(findings()) == 1


def test_another_finding_is_recorded_anew_also_after_a_sound_run(cast: Cast):
    rename(cast, "改名公司")
    audits.conduct(REPLAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_membership SET joined_at = now() WHERE id = %s", [Membership.objects.first().pk]
        )
    assert audits.conduct(REPLAY).differences == 2
    assert len(findings()) == 2
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_membership WHERE id = %s", [Membership.objects.first().pk])
    audits.conduct(REPLAY)
    assert len(findings()) == 3


def test_what_comes_back_is_recorded_again(cast: Cast):
    name = cast.trader.organisation.name
    for other in ("改名公司", name, "改名公司"):
        rename(cast, other)
        audits.conduct(REPLAY)
    assert [run.verdict for run in AuditRun.objects.ended()] == ["faulty", "sound", "faulty"]
    assert len(findings()) == 2


def test_a_fault_of_the_log_is_recorded_too(cast: Cast):
    with lifted() as cursor:
        cursor.execute(
            "UPDATE log_body SET content = set_byte(content, 20, 65) WHERE event_uid = (SELECT uid FROM log_event LIMIT 1)"
        )
    run = audits.conduct(VERIFY)
    assert (run.verdict, run.differences, run.found[0]["what"]) == ("faulty", 1, "body")
    assert [entry.facts["head/1"]["audit"] for entry in findings()] == ["verify"]


def test_a_run_that_cannot_tell_is_kept_and_forgets_no_finding(cast: Cast):
    rename(cast, "改名公司")
    audits.conduct(REPLAY)
    with lifted() as cursor:
        cursor.execute("CREATE TEMP TABLE kept AS SELECT * FROM log_body LIMIT 1")
        cursor.execute("DELETE FROM log_body WHERE event_uid IN (SELECT event_uid FROM kept)")
    run = audits.conduct(REPLAY)
    assert (run.verdict, len(run.found)) == ("undecided", 1)
    with lifted() as cursor:
        cursor.execute("INSERT INTO log_body SELECT * FROM kept")
    assert audits.conduct(REPLAY).verdict == "faulty"
    assert len(findings()) == 1


# When ----------------------------------------------------------------------------------------------------------


def test_each_is_due_once_in_a_day(cast: Cast):
    with at(NOON):
        assert audits.due() == [VERIFY, REPLAY]
        audits.conduct(VERIFY)
        assert audits.due() == [REPLAY]
    with at(NOON + audits.EVERY - dt.timedelta(minutes=1)):
        assert audits.due() == [REPLAY]
    with at(NOON + audits.EVERY):
        assert audits.due() == [VERIFY, REPLAY]


def test_one_broken_off_is_begun_again_after_an_hour(cast: Cast):
    AuditRun.objects.create(kind=VERIFY, began_at=NOON)
    with at(NOON + dt.timedelta(minutes=59)):
        assert audits.due() == [REPLAY]
    with at(NOON + audits.AGAIN):
        assert audits.due() == [VERIFY, REPLAY]


def test_the_command_runs_what_is_due(cast: Cast):
    said = io.StringIO()
    call_command("audit", stdout=said)
    count = Event.objects.count()
    assert said.getvalue() == "".join(
        f"{kind}: sound, {count} entries, 0 differences\n" for kind in (VERIFY, REPLAY)
    )
    call_command("audit")
    assert AuditRun.objects.count() == 2
    call_command("audit", "--now", stdout=said)
    assert AuditRun.objects.count() == 4


# Pages ---------------------------------------------------------------------------------------------------------


def shown(client: Client, path: str = "/log/audits/") -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_run_the_page_says_so(client: Client, cast: Cast):
    assert "No check has ended yet" in shown(client)
    AuditRun.objects.create(kind=VERIFY, began_at=NOON)
    assert "No check has ended yet" in shown(client)


def test_everybody_reads_the_verdict(client: Client, cast: Cast):
    for kind in (VERIFY, REPLAY):
        audits.conduct(kind)
    text = shown(client)
    for words in ("The log by itself", "The book against the log", "sound"):
        assert words in text
    text = shown(client, "/log/")
    assert 'href="/log/audits/"' in text
    assert text.count("sound") == 2


def reader(client: Client, cast: Cast, house: str, role: str) -> Client:
    client.force_login(getattr(cast, house).users[role], backend="ledger.signin.LockoutBackend")
    return client


def test_what_was_found_is_for_auditors_who_oversee(client: Client, cast: Cast):
    rename(cast, "改名公司")
    audits.conduct(REPLAY)
    cast.trader.join("auditor", "auditor")  # of an enterprise: it oversees nobody
    for house, role in (("trader", "auditor"), ("trader", "admin"), ("city", "officer")):
        text = shown(reader(client, cast, house, role))
        assert "does not fit" in text
        assert "ledger.Organisation" not in text, (house, role)
    text = shown(reader(client, cast, "city", "auditor"))
    assert f"ledger.Organisation {cast.trader.organisation.pk} name" in text
    assert "says something else" in text
    assert "改名公司" not in text
    entry = AuditRun.objects.get().found[0]["uid"]
    assert Event.objects.get(uid=entry).kind.startswith("organisation.")
    assert "/log/entries/" in text


def test_a_fault_of_the_log_is_shown_in_its_words(client: Client, cast: Cast):
    with lifted() as cursor:
        cursor.execute(
            "DELETE FROM log_body WHERE event_uid = (SELECT uid FROM log_event ORDER BY id LIMIT 1)"
        )
    for kind in (VERIFY, REPLAY):
        audits.conduct(kind)
    text = shown(reader(client, cast, "city", "auditor"))
    assert "body&#x27;s row is gone" in text
    assert "could not tell" in text


def test_many_runs_are_read_page_by_page(client: Client, cast: Cast):
    for hour in range(25):
        moment = NOON + dt.timedelta(hours=hour)
        AuditRun.objects.create(kind=VERIFY, began_at=moment, ended_at=moment, verdict="sound", size=hour)
    assert client.get("/log/audits/").context["page"].object_list[0].size == 24
    assert client.get("/log/audits/?page=2").context["page"].object_list[-1].size == 0
