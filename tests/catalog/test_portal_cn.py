"""Records of Chinese portals: the known tables, a portal never seen, and what sources write badly."""

import datetime as dt
import json
from typing import Any

import pytest

from catalog.exchange.portal_cn import PORTALS
from catalog.exchange.reading import read_catalogue
from catalog.exchange.record import Record, Repeated, Taken
from catalog.exchange.refusals import Refused
from ledger.conditions import Opening

LUZHOU = {
    "标题": "农贸市场信息",
    "数据主题": "商业、贸易",
    "数据领域": "市场监管",
    "提供方": "市商务局",
    "联系电话": "0830-1234567",
    "更新周期": "每年",
    "关键字": "市场,价格、蔬菜",
    "资源摘要": "名称、地址",
    "开放条件": "有条件开放",
    "详情页网址": "https://data.luzhou.cn/portal/service_detail?id=8a3f00ff&type=opendata",
    "发布时间": "2023-6-16",
    "更新时间": "2023-06-17",
    "数据格式": "['api']",
}
STRANGER = {
    "数据名称": "耕地质量监测",
    "数源单位": "农业农村局",
    "简介": "土壤监测点位",
    "更新周期": "每季度",
    "开放属性": "不予开放",
    "格式": "xlsx、csv",
}


def items(*records: Any) -> list[Taken | Repeated | Refused]:
    return list(read_catalogue(json.dumps(records, ensure_ascii=False).encode()).items)


def taken(**changes: Any) -> Taken:
    [found] = items(LUZHOU | changes)
    assert isinstance(found, Taken)
    return found


def refused(record: Any) -> Refused:
    [found] = items(record)
    assert isinstance(found, Refused)
    return found


def test_it_reads_a_known_portal() -> None:
    assert taken().record == Record(
        key="8a3f00ff",
        title="农贸市场信息",
        owner="市商务局",
        summary="名称、地址",
        telephone="0830-1234567",
        keywords=("市场", "价格", "蔬菜"),
        themes=("商业、贸易", "市场监管"),
        issued=dt.date(2023, 6, 16),
        modified=dt.date(2023, 6, 17),
        frequency="annual",
        frequency_words="每年",
        opening=Opening.RESTRICTED,
        copies=taken().record.copies,
        landing_page="https://data.luzhou.cn/portal/service_detail?id=8a3f00ff&type=opendata",
        region="510500",
    )
    assert [(copy.kind, copy.format) for copy in taken().record.copies] == [("interface", "API")]


def test_it_reads_a_portal_never_seen_by_known_names() -> None:
    [found] = items(STRANGER)
    assert isinstance(found, Taken)
    record = found.record
    assert (record.title, record.owner, record.key) == (
        "耕地质量监测",
        "农业农村局",
        "农业农村局/耕地质量监测",
    )
    assert (record.frequency, record.opening) == ("quarterly", Opening.NON_PUBLIC)
    assert [copy.format for copy in record.copies] == ["XLSX", "CSV"]


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.identifier)
def test_every_portal_table_names_a_title_an_owner_and_a_page(portal: Any) -> None:
    fields = set(portal.columns.values())
    assert {"title", "owner", "landing_page", "issued", "modified", "opening", "formats"} <= fields
    assert portal.key.groups == 1
    assert portal.region.endswith("00")


def test_it_finds_the_list_inside_an_interface_answer() -> None:
    raw = json.dumps({"code": 200, "data": {"total": 1, "rows": [STRANGER]}}).encode()
    assert len(list(read_catalogue(raw).items)) == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("邮政局所_1995\\n年份,汽车邮路", "邮政局所_1995\n年份,汽车邮路"),
        ("<p>价格&nbsp;信息</p><script>x()</script><b>每周</b>", "价格 信息\n每周"),
        ("温度 <5 ℃ 的天数", "温度 <5 ℃ 的天数"),
        ("暂无", ""),
        ("无", ""),
        ("\u200b\ufeff空气质量\u0000", "空气质量"),
        ("半个字符\ud83d", "半个字符"),
    ],
)
def test_it_cleans_a_summary(written: str, read: str) -> None:
    [found] = list(read_catalogue(json.dumps([LUZHOU | {"资源摘要": written}]).encode()).items)
    assert isinstance(found, Taken)
    assert found.record.summary == read


@pytest.mark.parametrize(
    ("written", "formats"),
    [
        ("['xls', 'xml', '其他']", ["XLS", "XML", ""]),
        (["xls", "xls"], ["XLS"]),
        ("xml|xls|csv", ["XML", "XLS", "CSV"]),
        ("['broken", ["['BROKEN"]),
        ([], []),
        (None, []),
    ],
)
def test_it_reads_formats_however_they_are_listed(written: Any, formats: list[str]) -> None:
    assert [copy.format for copy in taken(数据格式=written).record.copies] == formats


def test_it_strips_trailing_full_width_commas() -> None:
    record = taken(数据主题="民生服务，教育科技，", 标题="学校名单，").record
    assert record.themes[:2] == ("民生服务", "教育科技")
    assert record.title == "学校名单"


@pytest.mark.parametrize(
    ("written", "date", "code"),
    [
        ("2023-6-16", dt.date(2023, 6, 16), None),
        ("2023年6月16日", dt.date(2023, 6, 16), None),
        ("2023/06/16 09:30:00", dt.date(2023, 6, 16), None),
        ("20230616", dt.date(2023, 6, 16), None),
        ("1686873600000", dt.date(2023, 6, 16), None),
        ("2016-04-14T19:48:05.433640-03:00", dt.date(2016, 4, 14), None),
        ("2023-02-30", None, "date_unreal"),
        ("2016-04-54T19:48:05", None, "date_unreal"),
        ("2023-13-01", None, "date_unreal"),
        ("去年", None, "date_unreadable"),
        ("2019", dt.date(2019, 1, 1), "date_coarse"),
        ("2023-06-16 25:61", dt.date(2023, 6, 16), "time_unreal"),
        (None, None, None),
        ("", None, None),
    ],
)
def test_it_reads_dates_and_names_those_that_do_not_exist(
    written: Any, date: dt.date | None, code: str | None
) -> None:
    found = taken(发布时间=written)
    assert found.record.issued == date
    assert [(remark.code, remark.field) for remark in found.remarks] == ([(code, "发布时间")] if code else [])


def test_it_notes_an_opening_it_does_not_understand() -> None:
    found = taken(开放条件="看心情")
    assert found.record.opening == Opening.RESTRICTED
    assert [(remark.code, remark.value) for remark in found.remarks] == [("opening_unknown", "看心情")]
    assert taken(开放条件="").remarks[0].code == "opening_unstated"


@pytest.mark.parametrize("missing", ["标题", "提供方"])
@pytest.mark.parametrize("nothing", ["", None, " ", "暂无", {}])
def test_it_rejects_a_record_without_title_or_owner(missing: str, nothing: Any) -> None:
    found = refused(LUZHOU | {missing: nothing})
    assert (found.reason, found.problems[0].field) == ("required", missing)
    assert (found.place.record, found.place.key) == (1, "8a3f00ff")
    assert found.message
    assert found.remedy


@pytest.mark.parametrize("wrong", ["text", 5, None, ["list"]])
def test_it_rejects_what_is_no_record_and_goes_on(wrong: Any) -> None:
    first, second = items(wrong, LUZHOU)
    assert isinstance(first, Refused)
    assert (first.reason, first.place.record) == ("not_a_record", 1)
    assert isinstance(second, Taken)


def test_it_rejects_a_garbled_or_damaged_title() -> None:
    garbled = "农贸市场信息".encode().decode("latin-1")
    assert refused(LUZHOU | {"标题": garbled}).reason == "mojibake"
    assert refused(LUZHOU | {"标题": "农贸\ufffd场"}).reason == "replaced_characters"
    assert refused(LUZHOU | {"标题": "长" * 301}).reason == "too_long"


def test_it_tells_a_repetition_from_a_second_record_with_the_same_key() -> None:
    first, again, other = items(LUZHOU, LUZHOU, LUZHOU | {"标题": "另一个"})
    assert isinstance(first, Taken)
    assert isinstance(again, Repeated)
    assert (again.place.record, again.first.record) == (2, 1)
    assert isinstance(other, Refused)
    assert (other.reason, other.place.record, other.place.key) == ("key_twice", 3, "8a3f00ff")


def test_it_leaves_a_wrong_address_out() -> None:
    found = taken(详情页网址="javascript:alert(1)")
    assert found.record.landing_page == ""
    assert ("address", "详情页网址") in [(remark.code, remark.field) for remark in found.remarks]


def test_the_digest_follows_the_content() -> None:
    assert taken().record.digest == taken(发布时间="2023-06-16").record.digest
    assert taken().record.digest != taken(资源摘要="名称、地址、电话").record.digest
