"""Describing datasets, their files and relations; hiding them; taking over listed ones."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog import compliance, description
from catalog.files import store
from catalog.models import Dataset, Distribution, Relation
from ledger.access import share_object
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, NotFound, NotPermitted, PolicyRefused
from ledger.journal import record
from ledger.models import Organisation, User
from ledger.policy import profile_for
from ledger.rows import Rows


@command("dataset.created", _("Describe a dataset"))
def create_dataset(*, actor: Actor, secret: bool = False, **described: Any) -> Dataset:
    """Begin a draft for the organisation one acts for.

    Raises:
        NotPermitted: one is no steward there.
        BadShape, PolicyRefused: see catalog.description.
    """
    rows = Rows()
    dataset = begun(rows, actor, secret, described)
    record(actor=actor, event="dataset.created", subject=dataset, rows=rows)
    return dataset


def begun(rows: Rows, actor: Actor, secret: bool, described: dict[str, Any]) -> Dataset:
    """A new draft with its description laid over it."""
    if actor.organisation is None or not actor.holds(Role.STEWARD):
        raise NotPermitted(
            _("Only a data steward of an organisation may describe its datasets."),
            code="role_missing",
            remedy=_(
                "Ask an administrator of your organisation for the role, or register your organisation."
            ),
        )
    description.unspoken_secret(secret)
    description.checked({"title": "", **described})
    dataset = rows.create(Dataset, owner=actor.organisation, created_at=now(), title=described["title"])
    description.lay(rows, dataset, described)
    return dataset


@command("dataset.described", _("Edit the description"))
def describe_dataset(
    *, actor: Actor, dataset: Dataset | int, secret: bool = False, **described: Any
) -> Dataset:
    """Change the description of a draft or of a listed dataset one has claimed."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "describe_dataset")
    description.unspoken_secret(secret)
    description.checked(
        {"temporal_from": found.temporal_from, "temporal_until": found.temporal_until} | described
    )
    rows = Rows()
    description.lay(rows, found, described)
    rows.update(found, **compliance.summarised(found))
    record(actor=actor, event="dataset.described", subject=found, rows=rows)
    return found


@command("dataset.discarded", _("Discard the draft"))
def discard_dataset(*, actor: Actor, dataset: Dataset | int) -> None:
    """Throw a draft away; the entry that it existed stays."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "discard_dataset")
    if found.filings.exists():
        raise PolicyRefused(
            _("This dataset was filed before; it cannot be thrown away."),
            code="was_filed",
            remedy=_("Leave it as a draft, or file it again."),
        )
    rows = Rows()
    rows.delete(found)
    record(actor=actor, event="dataset.discarded", subject=found, rows=rows)


@command("distribution.added", _("Add a file or interface"))
def add_distribution(
    *,
    actor: Actor,
    dataset: Dataset | int,
    kind: str,
    title: str = "",
    file: UploadedFile | None = None,
    address: str = "",
    format: str = "",
) -> Dataset:
    """Add a way to get the data: an uploaded file, or the address of an interface or batch.

    Raises:
        BadShape: a file is damaged, too large or of a type not taken; or neither file nor address is there.
    """
    found = find(Dataset, actor, dataset)
    permit(found, actor, "add_distribution")
    if kind == Distribution.Kind.FILE and file is None:
        raise BadShape(_("Choose the file."), code="required", pointer="/file")
    if (address or kind != Distribution.Kind.FILE) and not address.startswith(
        ("http://", "https://", "sftp://", "ftps://")
    ):
        raise BadShape(_("Enter the address, beginning with https://."), code="required", pointer="/address")
    rows = Rows()
    values: dict[str, Any] = {"title": title, "address": address, "format": format}
    if file is not None:
        kept = store(file)
        values |= {"size": kept.size, "checksum": kept.sha256, "media_type": kept.media_type}
        values |= {"title": title or kept.name, "format": format or kept.name.rsplit(".", 1)[-1].upper()}
    rows.create(Distribution, dataset=found, kind=kind, **values)
    rows.update(found)
    record(actor=actor, event="distribution.added", subject=found, rows=rows, dataset=found.code or "")
    return found


@command("distribution.removed", _("Remove a file or interface"))
def remove_distribution(*, actor: Actor, dataset: Dataset | int, distribution: int) -> Dataset:
    """Remove one distribution of a draft."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "remove_distribution")
    gone = found.distributions.select_for_update().filter(pk=distribution).first()
    if gone is None:
        raise NotFound(_("This dataset has no such file or interface."))
    rows = Rows()
    rows.delete(gone)
    rows.update(found)
    record(actor=actor, event="distribution.removed", subject=found, rows=rows)
    return found


@command("relation.added", _("Relate to another dataset"))
def add_relation(*, actor: Actor, dataset: Dataset | int, related: int, kind: str) -> Dataset:
    """Say from which dataset this one arose, or to which it is related; only to what one may see (R 45)."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "add_relation")
    other = Dataset.objects.visible_to(actor).filter(pk=related).first()
    if other is None or other.pk == found.pk:
        raise BadShape(
            _("There is no such other dataset that you may see."), code="related", pointer="/related"
        )
    if found.relations.filter(related=other, kind=kind).exists():
        raise PolicyRefused(_("This relation stands already."), code="twice", pointer="/related")
    rows = Rows()
    rows.create(Relation, dataset=found, related=other, kind=kind)
    record(actor=actor, event="relation.added", subject=found, rows=rows, dataset=found.code or "")
    return found


@command("dataset.shown_to", _("Name a viewer"))
def share_dataset(*, actor: Actor, dataset: Dataset | int, viewer: User) -> Dataset:
    """Let one named person read the whole entry, whatever its axes say."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "share_dataset")
    rows = Rows()
    share_object("view_dataset", viewer, found)
    rows.facts[f"dataset/{found.pk}"] = {"viewer": viewer.pseudonym_hex}
    record(actor=actor, event="dataset.shown_to", subject=found, rows=rows, dataset=found.code or "")
    return found


@command("dataset.withheld", _("Hide at once"))
def withhold_dataset(*, actor: Actor, dataset: Dataset | int, clauses: list[str], reason: str) -> Dataset:
    """Hide a dataset at once and stop its downloads; grounds are clauses of its profile.

    Raises:
        PolicyRefused: the clauses do not ground it.
    """
    found = find(Dataset, actor, dataset)
    permit(found, actor, "withhold_dataset")
    grounded(found, "withhold", clauses)
    rows = Rows()
    by_body = actor.organisation_id != found.owner_id
    rows.update(
        found, withheld_at=now(), withheld_reason=reason, withheld_clauses=clauses, withheld_by_body=by_body
    )
    record(
        actor=actor,
        event="dataset.withheld",
        subject=found,
        rows=rows,
        dataset=found.code or "",
        clauses=clauses,
    )
    return found


@command("dataset.shown", _("Show again"))
def lift_withholding(*, actor: Actor, dataset: Dataset | int, reason: str) -> Dataset:
    """Show a hidden dataset again. What an officer hid, only an officer shows."""
    found = find(Dataset, actor, dataset)
    permit(found, actor, "lift_withholding")
    rows = Rows()
    rows.update(found, withheld_at=None, withheld_reason=reason, withheld_clauses=[], withheld_by_body=False)
    record(actor=actor, event="dataset.shown", subject=found, rows=rows, dataset=found.code or "")
    return found


@command("dataset.claimed", _("Take over listed records"))
def claim_listed(*, actor: Actor, organisation: Organisation | int) -> Organisation:
    """A verified organisation takes over, in bulk, the imported records that name it.

    Raises:
        PolicyRefused: no record names it.
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "claim_listed")
    named = (
        Organisation.objects.filter(name=found.name, verified_at=None).exclude(source="").exclude(pk=found.pk)
    )
    listed = list(Dataset.objects.select_for_update().filter(owner__in=named, state="listed").order_by("pk"))
    if not listed:
        raise PolicyRefused(
            _("No listed record names your organisation."),
            code="nothing_listed",
            remedy=_(
                "Records are matched by the exact name; ask an officer if yours is spelled differently."
            ),
        )
    rows = Rows()
    for dataset in listed:
        dataset.owner = found
        regime = dataset.derived_regime()
        rows.update(dataset, owner=found, regime=regime)
    record(actor=actor, event="dataset.claimed", subject=found, rows=rows)
    return found


def grounded(dataset: Dataset, act: str, clauses: list[str]) -> None:
    """Refuse an act whose clauses do not ground it under the dataset's profile.

    Raises:
        PolicyRefused: naming the clauses that would do.
    """
    policy = dataset.policy() if dataset.profile else profile_for(dataset.regime, dataset.owner.region)
    if not policy.grounds(act, clauses):
        able = ", ".join(clause.id for clause in policy.clauses_for(act))
        raise PolicyRefused(
            _("This act needs a clause that grounds it."),
            rule="R 35", code="clause_missing", pointer="/clauses",
            remedy=_("Choose at least one of: %(able)s.") % {"able": able},
        )  # fmt: skip
