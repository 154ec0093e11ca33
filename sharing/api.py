"""Sharing's nouns in the REST API."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from catalog import files
from ledger.actor import Actor, Role
from ledger.api.nouns import Noun, register
from ledger.api.shapes import Empty
from ledger.errors import BadShape, NotFound
from ledger.ranges import file_response
from sharing.delivery import hand_out
from sharing.models import (
    Agreement,
    Application,
    ApplicationItem,
    Correction,
    Dispute,
    Grant,
    MissingRequest,
    ShareRequest,
    StandingConsent,
    UseReport,
)
from sharing.serializers import applications, grants, outputs, share_requests

PARTIES = ("dataset__owner", "consumer", "provider", "authority")


def asks(actor: Actor, name: str) -> bool:
    """Who may begin an application."""
    return actor.organisation is not None and actor.holds(Role.APPLICANT)


def consents(actor: Actor, name: str) -> bool:
    """Who may agree beforehand."""
    return actor.organisation is not None and actor.holds(Role.HEAD_SHARING)


def application_rows(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Joins of an application's output."""
    items = Prefetch("items", ApplicationItem.objects.select_related("dataset"))
    requests = Prefetch("share_requests", ShareRequest.objects.select_related("dataset", "consumer"))
    return found.select_related("organisation", "submitted_by", "endorsed_by").prefetch_related(
        items, requests
    )


def request_rows(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Joins of a request's output."""
    joined = found.select_related(*PARTIES, "decision__decided_by", "agreement__share_request", "grant")
    people = joined.select_related("requested_by", "endorsed_by")
    return people.prefetch_related(
        "stages__organisation", "recommendations__by", "recommendations__stage", "advice", "extensions"
    )


def grant_rows(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Joins of a grant's output."""
    return found.select_related(
        *PARTIES, "share_request__consumer", "share_request__provider", "share_request__dataset"
    ).prefetch_related("deliveries")


def fetch(request: HttpRequest, obj: Grant, actor: Actor) -> HttpResponseBase:
    """A delivered file, by `?delivery=`; the newest by default.

    Raises:
        BadShape: no number.
    """
    wanted = request.GET.get("delivery", "")
    if wanted and not (wanted.isdecimal() and len(wanted) < 19):
        raise BadShape(_("The number of a delivery."), code="number", pointer="/delivery")
    return hand_out(request, actor, obj.pk, int(wanted) if wanted else None)


def document(request: HttpRequest, obj: Application | ShareRequest, actor: Actor) -> HttpResponseBase:
    """An attached document, by `?sha256=`.

    Raises:
        NotFound: none of this checksum is attached.
    """
    wanted = request.GET.get("sha256", "")
    found = next((one for one in obj.attachments if one["sha256"] == wanted), None)
    if found is None:
        raise NotFound()
    kept = files.path(found["sha256"])
    return file_response(request, kept, name=found["name"], media_type=found["media_type"], sha256=wanted)


register(
    Noun(
        name="applications", label=_("Applications"), model=Application, argument="application", page="application",
        output=outputs.ApplicationOutput, rows=application_rows, reads={"document": document},
        creates={"create_application": applications.CreateApplication}, may_create=asks,
        commands={
            "amend_application": applications.AmendApplication, "attach_document": applications.AttachDocument, "submit_application": Empty, "endorse_application": Empty,
            "return_application": applications.ReturnApplication, "discard_application": Empty, "copy_application": Empty,
        },
        filters={"state": "state", "dataset": "items__dataset"},
        list_fields=("organisation", "purpose", "ends", "created_at", "sent_at"),
    ),
    Noun(
        name="share-requests", label=_("Requests"), model=ShareRequest, argument="share_request", page="share-request",
        output=outputs.ShareRequestOutput, rows=request_rows, reads={"document": document},
        commands={
            "ask_supplement": share_requests.AskSupplement, "resubmit_request": share_requests.ResubmitRequest, "ask_advice": share_requests.AskAdvice,
            "advise": share_requests.Advise, "recommend": share_requests.Recommend, "agree_request": share_requests.AgreeRequest,
            "refuse_request": share_requests.RefuseRequest, "ask_extension": share_requests.AskExtension,
            "consent_extension": share_requests.ConsentExtension, "decline_extension": share_requests.DeclineExtension,
            "deliver": share_requests.Deliver, "confirm_delivery": Empty, "contest_delivery": share_requests.ContestDelivery,
            "withdraw_request": share_requests.WithdrawRequest, "open_dispute": share_requests.OpenDispute,
        },
        filters={
            "state": "state", "dataset": "dataset", "consumer": "consumer", "provider": "provider",
            "application": "application",
        },
        list_fields=("dataset", "consumer", "provider", "purpose", "received_at", "decided_at"),
    ),
    Noun(
        name="agreements", label=_("Agreements"), model=Agreement, argument="agreement", page="agreement",
        output=outputs.AgreementOutput,
        rows=lambda found, actor: found.select_related(
            "share_request__dataset", "share_request__consumer", "share_request__provider"
        ).prefetch_related("signatures__organisation", "signatures__signed_by"),
        commands={"sign_agreement": grants.SignAgreement, "decline_agreement": grants.DeclineAgreement},
        filters={"state": "state", "share_request": "share_request"},
        list_fields=("share_request", "digest", "proposed_at"),
    ),
    Noun(
        name="grants", label=_("Grants"), model=Grant, argument="grant", page="grant", output=outputs.GrantOutput,
        rows=grant_rows, reads={"download": fetch},
        commands={
            "put_on_notice": grants.PutOnNotice, "lift_notice": Empty, "suspend_grant": grants.SuspendGrant,
            "reinstate_grant": grants.GiveReason, "terminate_grant": grants.TerminateGrant, "renew_grant": grants.RenewGrant,
            "close_grant": grants.GiveReason, "file_deletion": grants.FileDeletion, "report_use": grants.ReportUse,
            "report_error": grants.ReportError,
        },
        filters={
            "state": "state", "dataset": "dataset", "consumer": "consumer", "provider": "provider",
            "share_request": "share_request",
        },
        list_fields=("dataset", "consumer", "provider", "starts", "ends", "live"),
    ),
    Noun(
        name="use-reports", label=_("Use reports"), model=UseReport, argument="use_report", output=outputs.UseReportOutput,
        rows=lambda found, actor: found.select_related("grant__dataset", "grant__consumer"),
        open=lambda obj, actor: [], filters={"grant": "grant"},
    ),
    Noun(
        name="standing-consents", label=_("Standing consents"), model=StandingConsent, argument="standing_consent",
        output=outputs.StandingConsentOutput,
        rows=lambda found, actor: found.select_related("dataset__owner", "set_by"),
        creates={"set_standing_consent": grants.SetStandingConsent}, may_create=consents,
        commands={"withdraw_standing_consent": Empty}, filters={"dataset": "dataset", "state": "state"},
    ),
    Noun(
        name="corrections", label=_("Corrections"), model=Correction, argument="correction", page="correction",
        output=outputs.CorrectionOutput, commands={"answer_error": grants.AnswerError},
        rows=lambda found, actor: found.select_related("grant__dataset", "grant__consumer", "grant__share_request__dataset"),
        filters={"state": "state", "grant": "grant"}, list_fields=("grant", "reported_at", "answered_at"),
    ),
    Noun(
        name="disputes", label=_("Disputes"), model=Dispute, argument="dispute", page="dispute", output=outputs.DisputeOutput,
        rows=lambda found, actor: found.select_related(
            "share_request__dataset", "share_request__consumer", "share_request__provider", "authority"
        ),
        commands={
            "answer_dispute": grants.AnswerDispute, "escalate_dispute": Empty, "settle_dispute": grants.Settle,
            "conclude_mediation": grants.Settle, "withdraw_dispute": Empty,
        },
        filters={"state": "state", "share_request": "share_request"},
        list_fields=("share_request", "ground", "opened_at", "ended_at"),
    ),
    Noun(
        name="missing-requests", label=_("Calls for data"), model=MissingRequest, argument="missing_request", page="missing-request",
        output=outputs.MissingRequestOutput, creates={"request_missing": grants.RequestMissing}, may_create=asks,
        commands={"answer_missing": grants.AnswerMissing, "withdraw_missing": Empty},
        rows=lambda found, actor: found.select_related("dataset__owner", "consumer", "owner"),
        filters={"state": "state", "dataset": "dataset"}, list_fields=("dataset", "consumer", "owner", "called_at", "answered_at"),
    ),
)  # fmt: skip
