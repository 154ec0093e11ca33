"""import_catalogue: from a file to listed datasets, again and again, as a command and on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog.commands import import_catalogue
from catalog.exchange.reading import read_catalogue
from catalog.exchange.report import Report
from catalog.models import CatalogueSource, Dataset, Distribution
from ledger import journal
from ledger.actor import Actor
from ledger.errors import NotPermitted
from ledger.journal import history
from ledger.models import Organisation
from ledger.models.log import Disclosure, Event
from ledger.replay import Replay
from tests.cast import Cast, house

pytestmark = pytest.mark.django_db


def record(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "标题": f"第{number}号土壤监测点",
        "提供方": "市农业农村局",
        "数据主题": "农业、水利",
        "更新周期": "每月",
        "资源摘要": "墒情与养分",
        "联系电话": "0830-1234567",
        "开放条件": "无条件开放",
        "详情页网址": f"https://data.luzhou.cn/portal/service_detail?id=a{number}&type=opendata",
        "发布时间": "2026-3-2",
        "更新时间": "2026-3-2",
        "数据格式": "['xls', 'csv']",
        **changes,
    }


def taken_over(*records: Any, source: str = "luzhou", **options: Any) -> Report:
    reading = read_catalogue(json.dumps(records, ensure_ascii=False).encode())
    return import_catalogue(actor=Actor.robot(), identifier=source, reading=reading, **options)


def counts(report: Report) -> dict[str, int]:
    return {name: count for name, count in report.counts.items() if count}


def test_it_works() -> None:
    report = taken_over(record(1), record(2))
    assert counts(report) == {"taken": 2}
    dataset = Dataset.objects.get(source_key="a1")
    assert (dataset.state, dataset.title, dataset.opening) == ("listed", "第1号土壤监测点", "public")
    assert (dataset.update_frequency, dataset.region, dataset.regime) == ("monthly", "510500", "government")
    assert dataset.source is not None
    assert (dataset.source.identifier, dataset.source.title) == ("luzhou", "泸州市公共数据开放平台")
    assert [copy.format for copy in dataset.distributions.all()] == ["XLS", "CSV"]


def test_it_enters_owners_unverified_and_once_a_source() -> None:
    assert taken_over(record(1), record(2)).organisations == 1
    assert taken_over(record(3)).organisations == 0
    assert taken_over(record(1), source="elsewhere").organisations == 1
    owners = Organisation.objects.filter(name="市农业农村局").order_by("pk")
    assert [(owner.source, owner.is_verified) for owner in owners] == [
        ("luzhou", False),
        ("elsewhere", False),
    ]


def test_it_records_an_entry_for_each_dataset_caused_by_the_import() -> None:
    taken_over(record(1), record(2))
    source = CatalogueSource.objects.get()
    [imported] = history(source)
    assert (imported.kind, imported.uid) == ("catalogue.imported", source.entry_uid)
    assert imported.facts[f"cataloguesource/{source.pk}"]["report"]["taken"] == 2
    for dataset in Dataset.objects.all():
        [entry] = history(dataset)
        assert (entry.kind, entry.uid, entry.body["cause"]) == (
            "dataset.listed",
            dataset.entry_uid,
            imported.uid.hex,
        )
        facts = entry.facts[f"dataset/{dataset.pk}"]
        assert (facts["title"], facts["state"], facts["source_key"]) == (
            dataset.title,
            "listed",
            dataset.source_key,
        )
        for copy in dataset.distributions.all():
            assert entry.facts[f"distribution/{copy.pk}"]["format"] == copy.format
    [entered] = history(Organisation.objects.get(source="luzhou"))
    assert (entered.kind, entered.body["cause"]) == ("organisation.listed", imported.uid.hex)


def test_it_keeps_contacts_out_of_the_body() -> None:
    taken_over(record(1))
    dataset = Dataset.objects.get()
    [entry] = history(dataset)
    assert "0830-1234567" not in json.dumps(entry.body)
    apart = Disclosure.objects.get(event_uid=entry.uid, path=f"dataset/{dataset.pk}/contact")
    assert b"0830-1234567" in bytes(apart.content)


def test_it_changes_nothing_the_second_time() -> None:
    taken_over(record(1), record(2))
    before = {row["id"]: row for row in Dataset.objects.values()}
    entries = Event.objects.count()
    assert counts(taken_over(record(2), record(1))) == {"unchanged": 2}
    assert {row["id"]: row for row in Dataset.objects.values()} == before
    assert Event.objects.count() == entries + 1  # the import itself


def test_it_writes_only_what_differs() -> None:
    taken_over(record(1), record(2))
    dataset = Dataset.objects.get(source_key="a1")
    again = record(1, 资源摘要="墒情、养分、酸碱度", 提供方="市水务局", 数据格式="['csv']")
    assert counts(taken_over(again, record(2))) == {"changed": 1, "unchanged": 1}
    _first, second = history(dataset)
    facts = second.facts[f"dataset/{dataset.pk}"]
    assert set(facts) == {"summary", "owner", "source_hash", "entry_uid"}
    dataset.refresh_from_db()
    assert (dataset.summary, dataset.owner.name, dataset.entry_uid) == (
        "墒情、养分、酸碱度",
        "市水务局",
        second.uid,
    )
    assert [copy.format for copy in dataset.distributions.all()] == ["CSV"]
    gone = [name for name, columns in second.facts.items() if columns == {"deleted": True}]
    assert len(gone) == 2
    assert Distribution.objects.count() == 3


def test_it_leaves_records_alone_that_their_owner_took_over(cast: Cast) -> None:
    from catalog.commands import claim_listed

    taken_over(record(1), record(2, 提供方="市水务局"))
    owner = house(7701, "市农业农村局", "department", cast.county)
    claim_listed(actor=owner.admin, organisation=owner.organisation)
    changed = [record(1, 资源摘要="别的"), record(2, 提供方="市水务局", 资源摘要="别的")]
    assert counts(taken_over(*changed)) == {"kept": 1, "changed": 1}
    dataset = Dataset.objects.get(source_key="a1")
    assert (dataset.summary, dataset.owner) == ("墒情与养分", owner.organisation)


def test_it_refuses_one_record_and_takes_the_others() -> None:
    report = taken_over(record(1), record(2, 标题=""), "text", record(3, 提供方=None), record(4), record(4))
    assert counts(report) == {"taken": 2, "repeated": 1, "refused": 3}
    assert report.total == 6 == sum(report.counts.values())
    assert report.reasons == {"required": 2, "not_a_record": 1}
    assert [refusal.place.record for refusal in report.refused] == [2, 3, 4]


def test_it_takes_a_record_whose_date_does_not_exist_and_says_so() -> None:
    report = taken_over(record(1, 发布时间="2026-02-30"))
    assert counts(report) == {"taken": 1}
    assert report.omissions == {("date_unreal", "发布时间"): 1}
    assert Dataset.objects.get().issued is None


def test_a_dry_run_writes_nothing() -> None:
    taken_over(record(1))
    entries, datasets = Event.objects.count(), Dataset.objects.count()
    report = taken_over(record(1, 资源摘要="别的"), record(2), dry_run=True)
    assert counts(report) == {"taken": 1, "changed": 1}
    assert (Event.objects.count(), Dataset.objects.count()) == (entries, datasets)
    assert counts(taken_over(record(1), source="new", dry_run=True)) == {"taken": 1}
    assert not CatalogueSource.objects.filter(identifier="new").exists()


@pytest.mark.parametrize("actor", [Actor.anonymous(), Actor()])
def test_it_requires_the_operator(actor: Actor) -> None:
    reading = read_catalogue(json.dumps([record(1)]).encode())
    with pytest.raises(NotPermitted):
        import_catalogue(actor=actor, identifier="luzhou", reading=reading)
    assert not Dataset.objects.exists()


def test_a_failed_record_undoes_the_whole_import(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(waiting: Any) -> list[int]:
        raise RuntimeError("the log cannot be written")

    monkeypatch.setattr(journal, "_insert", fail)
    with pytest.raises(RuntimeError):
        taken_over(record(1))
    assert not Dataset.objects.exists()
    assert not Organisation.objects.filter(source="luzhou").exists()
    assert not CatalogueSource.objects.exists()


def test_it_takes_more_than_a_batch() -> None:
    many = [record(number) for number in range(1203)]
    assert counts(taken_over(*many)) == {"taken": 1203}
    assert Event.objects.filter(kind="dataset.listed").count() == 1203
    changed = [record(number, 资源摘要=f"第{number}") for number in range(1203)]
    assert counts(taken_over(*changed)) == {"changed": 1203}
    assert Replay().run().first == []


def test_a_listed_dataset_is_seen_by_everybody_and_not_requestable() -> None:
    taken_over(record(1, 开放条件="不予开放"))
    assert Dataset.objects.visible_to(Actor.anonymous()).count() == 1
    assert not Dataset.objects.requestable().exists()


# The command line ------------------------------------------------------------------------------------------


def run(file: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_catalogue", str(file), "--as", "luzhou", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    file = tmp_path / "数据 目录.json"
    file.write_text(json.dumps([record(1), record(2, 标题="")], ensure_ascii=False), encoding="utf-8")
    return file


def test_the_command_reports_counts_and_places(portal: Path, tmp_path: Path) -> None:
    shown = run(portal, "--report", str(tmp_path / "report.json"))
    assert "a2" in shown
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (told["taken"], told["refused"], told["total"]) == (1, 1, 2)
    assert told["refused_by_reason"] == {"required": 1}
    [refusal] = told["refusals"]
    assert (refusal["record"], refusal["key"]) == (2, "a2")
    assert {"code", "field", "message", "remedy"} <= set(refusal["reasons"][0])


def test_the_command_refuses_a_bad_file_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cut.json"
    file.write_text('[{"标题": "甲", "提供', encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        run(file, "--report", str(tmp_path / "report.json"))
    assert caught.value.returncode == 1
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["file_refused"]["reasons"][0]["code"] == "json_broken"
    assert not CatalogueSource.objects.exists()


@pytest.mark.parametrize("identifier", ["", "Luzhou", "泸州", "a b", "-a", "a" * 65])
def test_the_command_refuses_a_bad_identifier(portal: Path, identifier: str) -> None:
    with pytest.raises(CommandError):
        call_command("import_catalogue", str(portal), f"--as={identifier}", stdout=io.StringIO())


def test_the_command_refuses_a_missing_or_too_large_file(portal: Path, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(CommandError):
        run(tmp_path / "nowhere.json")
    settings.MAX_UPLOAD = 100
    with pytest.raises(CommandError):
        run(portal)
    assert not Dataset.objects.exists()


def test_the_command_insists_on_a_format(portal: Path) -> None:
    with pytest.raises(CommandError):
        run(portal, "--format", "dcat-us")
    run(portal, "--format", "portal-cn")
    assert Dataset.objects.count() == 1
