"""Handing over what was granted, through the system: deliver, confirm, contest, download."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog.files import open_file, store
from catalog.models import Distribution
from ledger.actor import Actor
from ledger.clock import now, today
from ledger.command import command, find, permit
from ledger.errors import BadShape, NotFound, PolicyRefused
from ledger.journal import record
from ledger.ranges import wanted
from ledger.rows import Rows
from sharing import timing
from sharing.models import Delivery, Download, Grant, ShareRequest

SAMPLE = 1 << 16


@command("request.delivered", _("Deliver"))
def deliver(
    *,
    actor: Actor,
    share_request: ShareRequest | int,
    distribution: Distribution | int | None = None,
    file: UploadedFile | None = None,
    address: str = "",
    note: str = "",
) -> ShareRequest:
    """Hand over a distribution of the dataset, a file made for this grant, or the address of an interface.

    Raises:
        BadShape: nothing, or more than one of them.
        PolicyRefused: it holds more than was granted (R 37).
    """
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "deliver")
    grant = Grant.objects.select_for_update().get(share_request=found)
    if sum(map(bool, (distribution, file, address))) != 1:
        raise BadShape(
            _("Choose one: a file of the dataset, a new file, or an address."), code="one", pointer="/file"
        )
    content = of_distribution(grant, distribution) if distribution else of_upload(grant, file, address)
    rows = Rows()
    rows.create(Delivery, grant=grant, note=note, delivered_by=actor.user, delivered_at=now(), **content)
    if grant.starts is None:
        rows.update(grant, starts=today(found.policy().zone))
    rows.update(found, state=move.target)
    timing.meet(rows, found, "request.delivery")
    record(actor=actor, event="request.delivered", subject=found, rows=rows, **found.stamp)
    return found


@command("delivery.confirmed", _("Confirm the delivery"))
def confirm_delivery(*, actor: Actor, share_request: ShareRequest | int) -> ShareRequest:
    """Say that what came is what was granted."""
    found = find(ShareRequest, actor, share_request)
    permit(found, actor, "confirm_delivery")
    rows = Rows()
    rows.update(last(found), state=Delivery.State.CONFIRMED, settled_at=now())
    rows.update(found)
    record(actor=actor, event="delivery.confirmed", subject=found, rows=rows, **found.stamp)
    return found


@command("delivery.contested", _("Contest the delivery"))
def contest_delivery(
    *, actor: Actor, share_request: ShareRequest | int, fault: str, reason: str
) -> ShareRequest:
    """Say that it is wrong, empty or damaged: the delivery is due as before."""
    found = find(ShareRequest, actor, share_request)
    move = permit(found, actor, "contest_delivery")
    rows = Rows()
    rows.update(
        last(found),
        state=Delivery.State.CONTESTED,
        fault=Delivery.Fault(fault),
        contest_reason=reason,
        settled_at=now(),
    )
    rows.update(found, state=move.target)
    timing.reopen(rows, found, "request.delivery")
    record(actor=actor, event="delivery.contested", subject=found, rows=rows, **found.stamp)
    return found


@command("grant.downloaded", _("Download"))
def download(*, actor: Actor, grant: Grant | int, delivery: int | None = None, part: str = "") -> Delivery:
    """Take a delivered file out under a live grant; every taking-out is an entry.

    Args:
        delivery: which one; the newest where none is named.
        part: the part asked for, in the words of RFC 9110: "bytes=10-".

    Raises:
        NotFound: no such file was delivered under this grant.
    """
    found = find(Grant, actor, grant)
    permit(found, actor, "download")
    kept = found.deliveries.exclude(state=Delivery.State.CONTESTED).exclude(sha256="").order_by("-pk")
    chosen = kept.first() if delivery is None else kept.filter(pk=delivery).first()
    if chosen is None:
        raise NotFound(_("No such file was delivered under this grant."))
    rows = Rows()
    span = wanted(part, chosen.size or 0) if part else None
    rows.create(
        Download,
        grant=found,
        delivery=chosen,
        by=actor.user,
        sha256=chosen.sha256,
        first_byte=span[0] if isinstance(span, tuple) else 0,
        downloaded_at=now(),
    )
    record(actor=actor, event="grant.downloaded", subject=found, rows=rows, **found.stamp)
    return chosen


def last(share_request: ShareRequest) -> Delivery:
    """The delivery in question, locked."""
    found = Delivery.objects.filter(grant__share_request=share_request).order_by("-pk")
    return found.select_for_update(of=("self",))[0]


def is_whole(grant: Grant) -> bool:
    """Whether everything in the dataset was granted."""
    known = set(grant.dataset.fields.values_list("name", flat=True))
    return not grant.row_scope and known <= set(grant.fields)


def of_distribution(grant: Grant, distribution: Distribution | int) -> dict[str, Any]:
    """What a distribution of the dataset hands over.

    Raises:
        BadShape: it is none of this dataset's.
        PolicyRefused: the grant covers less than the file.
    """
    pk = distribution.pk if isinstance(distribution, Distribution) else distribution
    found = grant.dataset.distributions.filter(pk=pk).first()
    if found is None:
        raise BadShape(
            _("This is no file or interface of the dataset."), code="choice", pointer="/distribution"
        )
    if found.kind == Distribution.Kind.FILE and not is_whole(grant):
        raise PolicyRefused(
            _("The grant covers part of the dataset; this file holds all of it."), rule="R 37", clause="B-25",
            code="wider_than_granted", pointer="/distribution",
            remedy=_("Deliver a file made for this grant."),
        )  # fmt: skip
    return {
        "distribution": found,
        "name": found.title or f"{grant.dataset.code or found.pk}.{found.format.lower() or 'bin'}",
        "media_type": found.media_type,
        "size": found.size,
        "sha256": found.checksum,
        "address": found.address,
    }


def of_upload(grant: Grant, file: UploadedFile | None, address: str) -> dict[str, Any]:
    """What an uploaded file or an address hands over; a table is looked at for columns nobody granted."""
    if file is None:
        return {"address": address}
    kept = store(file)
    if kept.media_type == "text/csv":
        refuse_other_columns(grant, kept.sha256)
    return {"name": kept.name, "media_type": kept.media_type, "size": kept.size, "sha256": kept.sha256}


def refuse_other_columns(grant: Grant, sha256: str) -> None:
    """A column of the dataset that was not granted does not leave the house.

    Raises:
        PolicyRefused: naming the column.
    """
    with open_file(sha256) as stream:
        sample = stream.read(SAMPLE)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = sample.decode(encoding, "strict" if len(sample) < SAMPLE else "ignore")
            break
        except UnicodeDecodeError:
            continue
    else:
        return
    header = {name.strip() for name in next(csv.reader(io.StringIO(text)), [])}
    known = set(grant.dataset.fields.values_list("name", flat=True))
    if wider := sorted((header & known) - set(grant.fields)):
        raise PolicyRefused(
            _("The file holds columns that were not granted: %(columns)s.") % {"columns": ", ".join(wider)},
            rule="R 37", clause="B-25", code="wider_than_granted", pointer="/file",
            remedy=_("Leave these columns out and deliver again."),
        )  # fmt: skip
