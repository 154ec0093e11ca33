"""The catalogue's nouns in the REST API."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, QuerySet, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from catalog.compliance import with_status
from catalog.delivery import open_download
from catalog.models import Assessment, Dataset, Filing, Objection
from catalog.models.datasets import DatasetQuerySet
from catalog.serializers import outputs, shapes
from ledger.actor import Actor, Role
from ledger.api.nouns import Noun, extend, register
from ledger.api.queries import looked_up
from ledger.api.shapes import Empty


def dataset_rows(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Joins and annotations of a dataset's output."""
    whole = Case(
        When(DatasetQuerySet.whole_for(actor), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return (
        with_status(found)
        .annotate(whole=whole)
        .select_related("owner")
        .prefetch_related("fields", "distributions")
    )


def of_whole(lookup: str) -> Callable[[QuerySet[Any], str, Actor], QuerySet[Any]]:
    """A filter on a column that stubs hide: it passes them over, or it would tell what they hide."""
    return lambda found, value, actor: looked_up(found.filter(whole=True), lookup, value)


def filing_rows(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Joins and annotations of a filing's output."""
    whole = Exists(Filing.objects.whole_for(actor).filter(pk=OuterRef("pk")))
    return found.annotate(whole=whole).select_related("dataset__owner", "body")


def drafts(actor: Actor, name: str) -> bool:
    """Who may begin a dataset; one button for those who are steward and head."""
    steward = actor.organisation is not None and actor.holds(Role.STEWARD)
    return steward and (name != "register_own" or actor.holds(Role.HEAD_FILING))


def download(request: HttpRequest, obj: Dataset, actor: Actor) -> HttpResponseBase:
    """Open data: the file, by `?distribution=`; the first one by default."""
    return open_download(request, obj, request.GET.get("distribution", ""))


register(
    Noun(
        name="datasets", label=_("Data resources"), model=Dataset, argument="dataset", output=outputs.DatasetOutput, page="dataset",
        commands={
            "describe_dataset": shapes.DescribeDataset, "add_distribution": shapes.AddDistribution,
            "remove_distribution": shapes.RemoveDistribution, "add_relation": shapes.AddRelation,
            "share_dataset": shapes.ShareDataset, "file_assessment": shapes.FileAssessment, "draft_filing": Empty,
            "withhold_dataset": shapes.WithholdDataset, "lift_withholding": shapes.Reasoned, "discard_dataset": Empty,
        },
        creates={"create_dataset": shapes.CreateDataset, "register_own": shapes.RegisterOwn},
        may_create=drafts,
        filters={
            "state": "state", "owner": "owner", "regime": "regime", "sharing": "sharing", "code": "code",
            "level": of_whole("level"), "opening": of_whole("opening"), "industry": of_whole("industry"),
            "compliance": of_whole("compliance"), "source": of_whole("source__identifier"),
        },
        search=("title", "title_en"),
        list_fields=("code", "title", "title_en", "owner", "state", "level", "sharing", "opening", "regime", "compliance"),
        rows=dataset_rows,
        reads={"download": download},
    ),
    Noun(
        name="filings", label=_("Filings"), model=Filing, argument="filing", output=outputs.FilingOutput, page="filing",
        commands={
            "amend_filing": shapes.AmendFiling, "attach_material": shapes.AttachMaterial, "submit_filing": Empty,
            "endorse_filing": Empty, "return_filing": shapes.Reasoned, "accept_filing": Empty,
            "request_supplement": shapes.RequestSupplement, "decline_filing": shapes.DeclineFiling,
            "transfer_filing": shapes.TransferFiling, "resubmit_filing": Empty, "ask_clarification": shapes.AskClarification,
            "pass_filing": Empty, "refuse_filing": shapes.RefuseFiling, "explain_delay": shapes.Reasoned,
            "raise_objection": shapes.RaiseObjection, "halt_notice": shapes.Reasoned, "withdraw_filing": shapes.WithdrawFiling,
        },
        filters={"state": "state", "dataset": "dataset", "kind": "kind", "body": "body"},
        list_fields=("dataset", "kind", "state", "body", "filed_at"),
        rows=filing_rows,
    ),
    Noun(
        name="public-notices", label=_("Public notices"), model=Filing, argument="filing", output=outputs.NoticeOutput,
        rows=lambda found, actor: Filing.objects.in_notice().select_related("dataset__owner"), open=lambda obj, actor: [],
    ),
    Noun(
        name="objections", label=_("Objections"), model=Objection, argument="objection", output=outputs.ObjectionOutput, page="objection",
        commands={
            "answer_objection": shapes.AnswerObjection, "reject_inadmissible": shapes.RejectInadmissible,
            "dismiss_objection": shapes.DismissObjection, "uphold_objection": shapes.UpholdObjection,
        },
        filters={"filing": "filing", "state": "state"},
        rows=lambda found, actor: found.select_related("filing__dataset__owner", "filing__body"),
    ),
    Noun(
        name="assessments", label=_("Assessments"), model=Assessment, argument="assessment", output=outputs.AssessmentOutput,
        commands={"verify_assessment": Empty, "reject_assessment": shapes.RejectAssessment},
        filters={"dataset": "dataset", "state": "state", "kind": "kind"},
        rows=lambda found, actor: found.select_related("dataset__owner", "verified_by"),
    ),
)  # fmt: skip

extend("organisations", commands={"claim_listed": Empty})
