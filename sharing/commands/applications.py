"""The consumer's side of an application: draft, amend, submit, endorse, return, copy, discard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from catalog.files import store
from catalog.models import Dataset
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, Fault, NotPermitted
from ledger.journal import record
from ledger.models import Organisation
from ledger.rows import Rows
from sharing import policy
from sharing.commands.openings import open_request
from sharing.models import Application, ApplicationItem
from sharing.models.wanted import WANTED, wanted_of
from sharing.workflow import ApplicationState as S

#: What of a form is drafted: datasets with the fields wanted.
Items = Sequence[dict[str, Any]]


@command("application.drafted", _("Ask for access"))
def create_application(*, actor: Actor, items: Items = (), **wanted: Any) -> Application:
    """Draft an application for one or many datasets.

    Raises:
        NotPermitted: the actor does not ask for an organisation.
        PolicyRefused: a dataset may not be asked for; names rule and remedy.
    """
    house = asking_house(actor)
    rows = Rows()
    application = rows.create(
        Application, organisation=house, handler=actor.user, created_at=now(), **known(wanted)
    )
    lay_items(rows, actor, application, items)
    record(actor=actor, event="application.drafted", subject=application, rows=rows)
    return application


@command("application.amended", _("Change the application"))
def amend_application(
    *, actor: Actor, application: Application | int, items: Items | None = None, **wanted: Any
) -> Application:
    """Change what a draft asks for; `items` replaces the whole list."""
    found = find(Application, actor, application)
    permit(found, actor, "amend_application")
    rows = Rows()
    rows.update(found, **known(wanted))
    if items is not None:
        for item in found.items.all():
            rows.delete(item)
        lay_items(rows, actor, found, items)
    record(actor=actor, event="application.amended", subject=found, rows=rows)
    return found


@command("application.document_attached", _("Attach a document"))
def attach_document(*, actor: Actor, application: Application | int, file: UploadedFile) -> Application:
    """Attach a document (a mandate, a plan, a consent); every request made from the application carries it."""
    found = find(Application, actor, application)
    permit(found, actor, "attach_document")
    kept = store(file)
    others = [one for one in found.attachments if one["sha256"] != kept.sha256]
    rows = Rows()
    rows.update(found, attachments=[*others, {"name": kept.name, "media_type": kept.media_type, **kept.fact}])
    record(actor=actor, event="application.document_attached", subject=found, rows=rows)
    return found


@command("application.submitted", _("Submit"))
def submit_application(*, actor: Actor, application: Application | int) -> Application:
    """Hand the application to the head; where the applicant is the head, submitting is endorsing.

    Raises:
        PolicyRefused: it is not complete (R 33), or a dataset may not be asked for.
    """
    found = find(Application, actor, application)
    permit(found, actor, "submit_application")
    demand_ready(found)
    rows = Rows()
    rows.update(found, submitted_by=actor.user, submitted_at=now())
    if Role.HEAD_SHARING in actor.roles:
        return send(rows, actor, found, "application.submitted")
    rows.update(found, state=S.AWAITING_HEAD)
    record(actor=actor, event="application.submitted", subject=found, rows=rows)
    return found


@command("application.endorsed", _("Endorse and send"))
def endorse_application(*, actor: Actor, application: Application | int) -> Application:
    """The head endorses: one request per dataset goes out, and the clocks start."""
    found = find(Application, actor, application)
    permit(found, actor, "endorse_application")
    demand_ready(found)
    return send(Rows(), actor, found, "application.endorsed")


@command("application.returned", _("Return to the applicant"))
def return_application(*, actor: Actor, application: Application | int, reason: str) -> Application:
    """Give it back with the reason."""
    found = find(Application, actor, application)
    move = permit(found, actor, "return_application")
    rows = Rows()
    rows.update(found, state=move.target, return_reason=reason)
    record(actor=actor, event="application.returned", subject=found, rows=rows)
    return found


@command("application.discarded", _("Discard"))
def discard_application(*, actor: Actor, application: Application | int) -> Application:
    """Give up an application that has not left the house."""
    found = find(Application, actor, application)
    move = permit(found, actor, "discard_application")
    rows = Rows()
    rows.update(found, state=move.target)
    record(actor=actor, event="application.discarded", subject=found, rows=rows)
    return found


@command("application.drafted", _("Copy as a new one"))
def copy_application(*, actor: Actor, application: Application | int) -> Application:
    """Draft a new application with the words of an old one, without what can no longer be asked for."""
    found = find(Application, actor, application)
    permit(found, actor, "copy_application")
    rows = Rows()
    copy = rows.create(
        Application,
        organisation=found.organisation,
        handler=actor.user,
        copied_from=found,
        created_at=now(),
        **wanted_of(found),
    )
    requestable = Dataset.objects.visible_to(actor).requestable()
    for item in found.items.filter(dataset__in=requestable):
        rows.create(ApplicationItem, application=copy, dataset=item.dataset, fields=item.fields)
    record(actor=actor, event="application.drafted", subject=copy, rows=rows)
    return copy


def asking_house(actor: Actor) -> Organisation:
    """The organisation the actor asks for.

    Raises:
        NotPermitted: nobody is signed in, or the role is missing.
    """
    if actor.organisation is None or not actor.holds(Role.APPLICANT):
        raise NotPermitted(
            _("Only an applicant of an organisation may ask for data."),
            code="role_missing",
            remedy=_("Ask an administrator of your organisation for the role."),
        )
    return actor.organisation


def known(wanted: dict[str, Any]) -> dict[str, Any]:
    """The columns of what is wanted; None leaves a column as it is.

    Raises:
        BadShape: a name that is none of them.
    """
    if unknown := sorted(set(wanted) - set(WANTED)):
        raise BadShape(
            _("Unknown: %(names)s.") % {"names": ", ".join(unknown)}, code="unknown", pointer=f"/{unknown[0]}"
        )
    return {name: value for name, value in wanted.items() if value is not None or name in ("starts", "ends")}


def lay_items(rows: Rows, actor: Actor, application: Application, items: Items) -> None:
    """Write the datasets asked for, each checked at once.

    Raises:
        BadShape: a dataset nobody showed this actor, or one named twice.
        PolicyRefused: one that may not be asked for.
    """
    seen: set[int] = set()
    for place, item in enumerate(items):
        pointer = f"/items/{place}/dataset"
        wanted = item["dataset"]
        pk = wanted.pk if isinstance(wanted, Dataset) else wanted
        dataset = Dataset.objects.visible_to(actor).filter(pk=pk).select_related("owner").first()
        if dataset is None or dataset.pk in seen:
            words = (
                _("There is no such dataset that you may see.")
                if dataset is None
                else _("This dataset is named twice.")
            )
            raise BadShape(words, errors=[Fault(pointer, "dataset", words)], code="dataset")
        seen.add(dataset.pk)
        policy.demand_requestable(dataset, application.organisation, pointer)
        fields = policy.demand_fields(dataset, item.get("fields") or [], f"/items/{place}/fields")
        rows.create(ApplicationItem, application=application, dataset=dataset, fields=fields)


def demand_ready(application: Application) -> None:
    """Complete, and every dataset may still be asked for.

    Raises:
        PolicyRefused: naming what is missing.
    """
    items = list(application.items.select_related("dataset__owner"))
    policy.demand_complete(application, [item.dataset for item in items])
    for place, item in enumerate(items):
        policy.demand_requestable(item.dataset, application.organisation, f"/items/{place}/dataset")


def send(rows: Rows, actor: Actor, application: Application, event: str) -> Application:
    """Endorse and open one request per dataset, in the same transaction."""
    by_one = application.submitted_by_id == actor.user_id
    rows.update(application, state=S.SENT, endorsed_by=actor.user, same_hand=by_one, sent_at=now())
    marks = ["same_hand"] if by_one else []
    record(actor=actor, event=event, subject=application, rows=rows, marks=marks)
    # Datasets are locked in the order of their keys: nobody withholds one between the check and the request.
    wanted = application.items.values("dataset")
    list(Dataset.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
    for item in application.items.select_related("dataset__owner").order_by("dataset_id"):
        open_request(actor, application, item, rows.uid)
    return application
