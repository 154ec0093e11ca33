"""Taking over a source catalogue: its records become listed datasets, again and again without duplicates."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.bulk import Bulk
from catalog.exchange.record import Reading, Record, Repeated, Taken
from catalog.exchange.refusals import Refused
from catalog.exchange.report import Report
from catalog.filing import DatasetState
from catalog.listing import copied, described
from catalog.models import CatalogueSource, Dataset, Distribution
from catalog.models.datasets import CIRCLES
from ledger.actor import Actor
from ledger.clock import now
from ledger.command import command
from ledger.conditions import Regime
from ledger.errors import NotPermitted
from ledger.journal import gathered, record
from ledger.models import Organisation
from ledger.rows import Rows, key

#: Records read, compared and written together.
BATCH = 500


class Known(NamedTuple):
    """What stands here of a record already."""

    digest: str
    state: str
    owner_source: str


@command("catalogue.imported", _("Take over a source catalogue"))
def import_catalogue(
    *,
    actor: Actor,
    identifier: str,
    reading: Reading,
    title: str = "",
    owner_kind: str = Organisation.Kind.DEPARTMENT,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Report:
    """Take over every record that can be read; all of the file in one transaction.

    Args:
        identifier: the source's short name; the same one finds its records again.
        title: what the source is called, where the file does not say.
        owner_kind: what the organisations it names are.
        dry_run: only compare and count; nothing is written.
        progress: called with the number of records done since the last call.

    Raises:
        NotPermitted: only the operator takes over catalogues.
    """
    if not actor.is_robot:
        raise NotPermitted(_("Only the operator may take over a catalogue."), code="operator_only")
    began, cpu = time.perf_counter(), time.process_time()
    rows = Rows()
    report = Report.begin(identifier, reading, dry_run)
    if dry_run:
        count_only(identifier, reading, report, progress)
    else:
        source = source_of(rows, identifier, reading, title, owner_kind)
        intake = Intake(actor, source, rows, report)
        with gathered():
            for batch in batches(reading.items):
                intake.take(sorted_out(batch, report, intake.known))
                progress(len(batch))
            told(rows, source, report)
            record(actor=actor, event="catalogue.imported", subject=source, rows=rows)
    report.seconds, report.cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return report


def source_of(rows: Rows, identifier: str, reading: Reading, title: str, owner_kind: str) -> CatalogueSource:
    """The source, locked, so that two imports of it follow one another."""
    values: dict[str, Any] = {"format": reading.format, "imported_at": now()}
    found = CatalogueSource.objects.select_for_update().filter(identifier=identifier).first()
    if found:
        return rows.update(found, **values)
    values |= {"title": title or reading.title or identifier, "title_en": reading.title_en}
    values |= {"region": reading.region or "000000", "owner_kind": owner_kind}
    return rows.create(CatalogueSource, identifier=identifier, **values)


def told(rows: Rows, source: CatalogueSource, report: Report) -> None:
    """The counts stand in the import's own entry, beside the columns it changed."""
    rows.facts[key(source)]["report"] = report.counts | {"total": report.total}


def batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Items by the batch, read as they are needed."""
    each = iter(items)
    while batch := list(islice(each, BATCH)):
        yield batch


def count_only(identifier: str, reading: Reading, report: Report, progress: Callable[[int], None]) -> None:
    """What an import would do."""
    source = CatalogueSource.objects.filter(identifier=identifier).first()
    for batch in batches(reading.items):
        sorted_out(batch, report, lambda keys: known_of(source, keys) if source else {})
        progress(len(batch))


def known_of(source: CatalogueSource, keys: list[str]) -> dict[str, Known]:
    """What stands here under these keys of a source."""
    found = Dataset.objects.filter(source=source, source_key__in=keys)
    columns = ("source_key", "source_hash", "state", "owner__source")
    return {name: Known(*rest) for name, *rest in found.values_list(*columns)}


def sorted_out(
    batch: list[Any], report: Report, known: Callable[[list[str]], dict[str, Known]]
) -> tuple[list[Record], list[Record]]:
    """Count a batch and part it into what is new and what has changed."""
    here = known([item.record.key for item in batch if isinstance(item, Taken)])
    new: list[Record] = []
    changed: list[Record] = []
    report.total += len(batch)
    for item in batch:
        match item:
            case Refused():
                report.refused.append(item)
            case Repeated():
                report.repeated += 1
            case Taken():
                report.remarks.extend((item.place, remark) for remark in item.remarks)
                weigh(item.record, here.get(item.record.key), report, new, changed)
    return new, changed


def weigh(
    record: Record, known: Known | None, report: Report, new: list[Record], changed: list[Record]
) -> None:
    """Whether one record is new, the same, its owner's by now, or changed."""
    if known is None:
        report.taken += 1
        new.append(record)
    elif known.digest == record.digest:
        report.unchanged += 1
    elif known.state != DatasetState.LISTED or known.owner_source != report.source:
        report.kept += 1
    else:
        report.changed += 1
        changed.append(record)


class Intake:
    """Writes records of one source by the batch, each with an entry of its own that names the import as cause."""

    def __init__(self, actor: Actor, source: CatalogueSource, cause: Rows, report: Report) -> None:
        self.actor, self.source, self.cause, self.report = actor, source, cause.uid, report
        named = Organisation.objects.filter(source=source.identifier)
        self.owners = {owner.name: owner for owner in named}
        self.bulk: dict[type[models.Model], Bulk[Any]] = {
            model: Bulk(model) for model in (Organisation, Dataset, Distribution)
        }

    def known(self, keys: list[str]) -> dict[str, Known]:
        """What stands here under these keys."""
        return known_of(self.source, keys)

    def take(self, sorted_out: tuple[list[Record], list[Record]]) -> None:
        """Write what is new and what has changed."""
        new, changed = sorted_out
        self.enter_owners({each.owner: each for each in new + changed if each.owner not in self.owners})
        if new:
            self.list_new(new)
        if changed:
            self.list_again(changed)

    def enter_owners(self, unknown: dict[str, Record]) -> None:
        """Enter organisations the source names for the first time, unverified."""
        owners = [self.owner(record) for record in unknown.values()]
        entered = [stamped(owner) for owner in owners]
        self.write(Organisation, owners, entered)
        for owner, rows in zip(owners, entered, strict=True):
            record(actor=self.actor, event="organisation.listed", subject=owner, rows=rows, cause=self.cause)
            self.owners[owner.name] = owner
        self.report.organisations += len(owners)

    def owner(self, record: Record) -> Organisation:
        """An organisation as far as a record names it."""
        return Organisation(
            name=record.owner,
            name_en=record.owner if record.language == "en" else "",
            kind=self.source.owner_kind,
            region=self.source.region,
            source=self.source.identifier,
            registered_at=now(),
        )

    def list_new(self, records: list[Record]) -> None:
        """Make listed datasets with their distributions."""
        datasets = [self.dataset(each) for each in records]
        entries = [stamped(dataset) for dataset in datasets]
        self.write(Dataset, datasets, entries)
        self.copy_all(datasets, records, entries)
        self.tell(datasets, entries)

    def dataset(self, record: Record) -> Dataset:
        """A listed dataset as its source describes it."""
        made = Dataset(
            state=DatasetState.LISTED, source=self.source, source_key=record.key,
            owner=self.owners[record.owner], created_at=now(), **described(record, self.source),
        )  # fmt: skip
        made.regime = made.derived_regime()
        made.circle = CIRCLES[Regime(made.regime)]
        return made

    def list_again(self, records: list[Record]) -> None:
        """Lay changed records over the datasets they became before; only what differs is written and told."""
        by_key = {each.key: each for each in records}
        locked = (
            Dataset.objects.select_for_update()
            .filter(source=self.source, source_key__in=by_key)
            .order_by("pk")
        )
        datasets = list(locked)
        ordered = [by_key[dataset.source_key] for dataset in datasets]
        entries = [stamped(dataset) for dataset in datasets]
        touched: set[str] = {"entry_uid"}
        for dataset, each, rows in zip(datasets, ordered, entries, strict=True):
            new = described(each, self.source) | {"owner": self.owners[each.owner]}
            differing = [name for name, value in new.items() if getattr(dataset, name) != value]
            for name in differing:
                setattr(dataset, name, new[name])
            rows.note(dataset, [*differing, "entry_uid"])
            touched.update(differing)
        Dataset.objects.bulk_update(datasets, sorted(touched), batch_size=BATCH)
        self.replace_copies(datasets, ordered, entries)
        self.tell(datasets, entries)

    def replace_copies(self, datasets: list[Dataset], records: list[Record], entries: list[Rows]) -> None:
        """Write distributions anew; the entry says which are gone."""
        place = {dataset.pk: rows for dataset, rows in zip(datasets, entries, strict=True)}
        gone = Distribution.objects.filter(dataset__in=datasets)
        for each in gone:
            place[each.dataset_id].facts[key(each)] = {"deleted": True}
        gone.delete()
        self.copy_all(datasets, records, entries)

    def copy_all(self, datasets: list[Dataset], records: list[Record], entries: list[Rows]) -> None:
        """Write the distributions of a batch in one statement."""
        made = [
            (copied(dataset, copy), rows)
            for dataset, each, rows in zip(datasets, records, entries, strict=True)
            for copy in each.copies
        ]
        for distribution, rows in made:
            distribution.entry_uid = rows.uid
        self.write(
            Distribution, [distribution for distribution, _rows in made], [rows for _copy, rows in made]
        )

    def write(self, model: type[models.Model], objects: Sequence[Any], entries: Sequence[Rows]) -> None:
        """Write rows of one model, and note each in its entry."""
        bulk = self.bulk[model]
        bulk.insert(objects)
        for each, rows in zip(objects, entries, strict=True):
            bulk.note(rows, each)

    def tell(self, datasets: list[Dataset], entries: list[Rows]) -> None:
        """One entry a dataset."""
        for dataset, rows in zip(datasets, entries, strict=True):
            record(actor=self.actor, event="dataset.listed", subject=dataset, rows=rows, cause=self.cause)


def stamped(obj: models.Model) -> Rows:
    """The rows of an entry of its own, its uid already on the object."""
    rows = Rows()
    # Every model with an entry has the column; Django knows no type for "has this field".
    obj.entry_uid = rows.uid  # type: ignore[attr-defined]
    return rows
