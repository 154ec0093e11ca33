"""What the API shows of applications, requests, agreements, grants and side procedures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ledger.api.addresses import ROOT
from ledger.api.clocks import Clocked
from ledger.api.outputs import Link, Output, PersonName
from sharing.models import (
    Advice,
    Agreement,
    Application,
    ApplicationItem,
    Correction,
    Decision,
    Delivery,
    Dispute,
    Extension,
    Grant,
    MissingRequest,
    Recommendation,
    RouteStage,
    ShareRequest,
    Signature,
    StandingConsent,
    UseReport,
)
from sharing.models.wanted import WANTED


class ItemOutput(serializers.ModelSerializer):
    dataset = Link()

    class Meta:
        model = ApplicationItem
        fields = ("dataset", "fields")


class ApplicationOutput(Output):
    organisation = Link()
    submitted_by = PersonName()
    endorsed_by = PersonName()
    items = ItemOutput(many=True, read_only=True)
    share_requests = Link(many=True)

    class Meta:
        model = Application
        fields = (
            "organisation", *WANTED, "items", "share_requests", "submitted_by", "endorsed_by", "same_hand", "return_reason",
            "created_at", "submitted_at", "sent_at",
        )  # fmt: skip


class StageOutput(serializers.ModelSerializer):
    organisation = Link()
    label = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = RouteStage
        fields = (
            "position", "stage", "label", "side", "role", "organisation", "quorum", "decides", "optional", "clause", "skipped",
            "skip_reason", "opened_at", "done_at",
        )  # fmt: skip


class RecommendationOutput(serializers.ModelSerializer):
    by = PersonName()
    stage = serializers.CharField(source="stage.stage", read_only=True)

    class Meta:
        model = Recommendation
        fields = ("stage", "by", "outcome", "fields", "clauses", "conditions", "finding", "made_at")


class AdviceOutput(serializers.ModelSerializer):
    class Meta:
        model = Advice
        fields = ("role", "question", "asked_at", "answer", "answered_at")


class ExtensionOutput(serializers.ModelSerializer):
    class Meta:
        model = Extension
        fields = (
            "days",
            "clauses",
            "reason",
            "asked_at",
            "outcome",
            "answer",
            "decided_at",
            "old_due",
            "new_due",
        )


class DecisionOutput(serializers.ModelSerializer):
    decided_by = PersonName()

    class Meta:
        model = Decision
        fields = (
            "outcome", "clauses", "finding", "conditions", "fields", "row_scope", "ends", "decided_by", "consent_uid", "decided_at",
        )  # fmt: skip


class DeliveryOutput(serializers.ModelSerializer):
    href = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = (
            "id", "state", "name", "media_type", "size", "sha256", "address", "note", "fault", "contest_reason", "delivered_at",
            "href",
        )  # fmt: skip

    def get_href(self, obj: Delivery) -> str:
        """Where the file is fetched by GET, whole or by range; "" for an interface."""
        return f"{ROOT}grants/{obj.grant_id}/download/?delivery={obj.pk}" if obj.sha256 else ""


#: What the provider's house thinks among itself before it decides.
INTERNAL = {"recommendations", "advice"}


class ShareRequestOutput(Clocked):
    application = Link()
    dataset = Link()
    consumer = Link()
    provider = Link()
    authority = Link()
    requested_by = PersonName()
    endorsed_by = PersonName()
    stages = StageOutput(many=True, read_only=True)
    recommendations = RecommendationOutput(many=True, read_only=True)
    advice = AdviceOutput(many=True, read_only=True)
    extensions = ExtensionOutput(many=True, read_only=True)
    decision = DecisionOutput(read_only=True)
    agreement = Link()
    grant = Link()
    disputable = serializers.SerializerMethodField()

    class Meta:
        model = ShareRequest
        fields = (
            "application", "dataset", "consumer", "provider", "authority", "profile", "regime", "sharing", "dataset_revision", *WANTED, "fields",
            "gaps", "requested_by", "endorsed_by", "stages", "recommendations", "advice", "extensions", "decision", "agreement",
            "grant", "disputable", "clocks", "received_at", "decided_at", "ended_at",
        )  # fmt: skip

    def get_disputable(self, obj: ShareRequest) -> list[str]:
        """What about it may be disputed now."""
        return obj.grounds_of_dispute()

    def hides(self, obj: Any, actor: Any) -> set[str]:
        """The consumer reads the decision, not what led to it."""
        return INTERNAL if actor.organisation_id == obj.consumer_id else {"application"}


class SignatureOutput(serializers.ModelSerializer):
    organisation = Link()
    signed_by = PersonName()

    class Meta:
        model = Signature
        fields = ("side", "organisation", "signed_by", "signed_at", "digest")


class AgreementOutput(Output):
    share_request = Link()
    signatures = SignatureOutput(many=True, read_only=True)

    class Meta:
        model = Agreement
        fields = (
            "share_request", "text_zh", "text_en", "digest", "signatures", "decline_reason", "clauses", "proposed_at", "ended_at",
        )  # fmt: skip


class GrantOutput(Clocked):
    share_request = Link()
    dataset = Link()
    consumer = Link()
    provider = Link()
    deliveries = DeliveryOutput(many=True, read_only=True)
    live = serializers.SerializerMethodField()

    class Meta:
        model = Grant
        fields = (
            "share_request", "dataset", "consumer", "provider", "purpose", "scenario", "fields", "row_scope", "mode", "right",
            "conditions", "starts", "ends", "live", "reason", "clauses", "renewal_ends", "renewal_side", "deliveries", "deletion",
            "clocks", "granted_at", "suspended_at", "terminated_at", "ended_at",
        )  # fmt: skip

    def get_live(self, obj: Grant) -> bool:
        """Whether it carries today."""
        return obj.is_live()


class UseReportOutput(Output):
    grant = Link()

    class Meta:
        model = UseReport
        fields = (
            "grant", "period_from", "period_until", "scenario", "workshop", "models_trained", "computing", "effect", "reported_at",
        )  # fmt: skip


class StandingConsentOutput(Output):
    dataset = Link()
    set_by = PersonName()

    class Meta:
        model = StandingConsent
        fields = (
            "dataset",
            "circle",
            "fields",
            "starts",
            "ends",
            "set_by",
            "set_at",
            "decided_uid",
            "withdrawn_at",
        )


class CorrectionOutput(Clocked):
    grant = Link()

    class Meta:
        model = Correction
        fields = ("grant", "statement", "fields", "answer", "clocks", "reported_at", "answered_at", "told")


class DisputeOutput(Output):
    share_request = Link()
    authority = Link()

    class Meta:
        model = Dispute
        fields = (
            "share_request", "ground", "statement", "authority", "answer", "settlement", "opened_at", "answered_at", "ended_at",
        )  # fmt: skip


class MissingRequestOutput(Clocked):
    dataset = Link()
    consumer = Link()
    owner = Link()

    class Meta:
        model = MissingRequest
        fields = ("dataset", "consumer", "owner", "purpose", "answer", "clocks", "called_at", "answered_at")
