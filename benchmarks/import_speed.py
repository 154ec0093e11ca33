"""How fast catalogues come in, beside one row at a time through the ORM, in the same run on the same records.

    python -m benchmarks.import_speed [--records 2000] [--rounds 3]

Three ways, interleaved, each in a transaction that is rolled back; medians:
- ours: `import_catalogue`, each dataset with its entry in the log;
- per row: the same records read by the same reader, then `save()` for each row, without any log;
- per row with entry: the same, and `record()` for each dataset.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ledger.settings")
ROOT = Path(__file__).resolve().parent.parent


def records(count: int) -> bytes:
    """A portal's export: 40 departments, two formats each record."""
    return json.dumps(
        [
            {
                "标题": f"第{number}号监测点逐月土壤墒情与养分记录",
                "提供方": f"第{number % 40}农业农村局",
                "数据主题": "农业、水利",
                "数据领域": "工业农业",
                "更新周期": "每月",
                "关键字": "土壤,墒情,养分",
                "资源摘要": f"监测点编号、经纬度、土层深度、含水量、有机质、全氮、速效磷、速效钾（第{number}号）",
                "联系电话": "0830-1234567",
                "开放条件": "无条件开放",
                "详情页网址": f"https://data.luzhou.cn/portal/service_detail?id={number:032x}&type=opendata",
                "发布时间": "2026-3-2",
                "更新时间": "2026-3-2",
                "数据格式": "['xls', 'csv']",
            }
            for number in range(count)
        ],
        ensure_ascii=False,
    ).encode()


def ours(raw: bytes) -> None:
    from catalog.commands import import_catalogue
    from catalog.exchange.reading import read_catalogue
    from ledger.actor import Actor

    import_catalogue(actor=Actor.robot(), identifier="benchmark", reading=read_catalogue(raw))


def per_row(raw: bytes, *, entry: bool) -> None:
    """What one writes first: look up, save, save."""
    from catalog.exchange.reading import read_catalogue
    from catalog.exchange.record import Taken
    from catalog.listing import copied, described
    from catalog.models import CatalogueSource, Dataset, Distribution
    from ledger.actor import Actor
    from ledger.clock import now
    from ledger.journal import record
    from ledger.models import Organisation
    from ledger.rows import Rows

    source = CatalogueSource.objects.create(identifier="benchmark", title="Benchmark", imported_at=now())
    for item in read_catalogue(raw).items:
        assert isinstance(item, Taken)
        owner, _new = Organisation.objects.get_or_create(
            name=item.record.owner,
            source="benchmark",
            defaults={"kind": "department", "registered_at": now()},
        )
        rows = Rows()
        values = described(item.record, source) | {"source": source, "owner": owner, "created_at": now()}
        found = Dataset.objects.filter(source=source, source_key=item.record.key).first()
        assert found is None
        dataset = rows.create(
            Dataset, state="listed", regime="government", source_key=item.record.key, **values
        )
        for each in item.record.copies:
            made = copied(dataset, each)
            rows.create(
                Distribution, dataset=dataset, kind=made.kind, format=made.format, address=made.address
            )
        if entry:
            record(actor=Actor.robot(), event="dataset.listed", subject=dataset, rows=rows)


WAYS: dict[str, Callable[[bytes], None]] = {
    "ours": ours,
    "per row": lambda raw: per_row(raw, entry=False),
    "per row with entry": lambda raw: per_row(raw, entry=True),
}


def timed(way: Callable[[bytes], None], raw: bytes) -> float:
    """Seconds of one round, undone afterwards."""
    from django.db import transaction

    with transaction.atomic():
        began = time.perf_counter()
        way(raw)
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--records", type=int, default=2000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    from ledger import postgres

    postgres.ensure()
    django.setup()
    raw = records(given.records)
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    for _round in range(given.rounds):
        for name, way in WAYS.items():
            taken[name].append(timed(way, raw))
    medians = {name: given.records / statistics.median(seconds) for name, seconds in taken.items()}
    print("| way | records/s | beside ours |\n|---|---|---|")
    for name, speed in medians.items():
        print(f"| {name} | {speed:,.0f} | {medians['ours'] / speed:.1f}× |")


if __name__ == "__main__":
    main()
