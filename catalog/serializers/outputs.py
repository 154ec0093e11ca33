"""What the API shows of the catalogue's objects."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rest_framework import serializers

from catalog import compliance, description
from catalog.materials import material_keys, missing_groups
from catalog.models import Assessment, Dataset, Distribution, Field, Filing, Objection
from ledger.actor import Actor
from ledger.api.clocks import Clocked
from ledger.api.outputs import Link, Output, PersonName


class FieldOutput(serializers.ModelSerializer):
    class Meta:
        model = Field
        fields = description.FIELD_COLUMNS


class DistributionOutput(serializers.ModelSerializer):
    class Meta:
        model = Distribution
        fields = ("id", "kind", "title", "format", "media_type", "size", "checksum", "address")


#: What a stub shows of a dataset that is not shared.
STUB = (
    "id",
    "url",
    "state",
    "entry",
    "code",
    "title",
    "title_en",
    "owner",
    "sharing",
    "sharing_reason",
    "sharing_basis",
    "regime",
)


class DatasetOutput(Output):
    owner = Link()
    items = FieldOutput(source="fields", many=True, read_only=True)
    distributions = DistributionOutput(many=True, read_only=True)
    compliance = serializers.SerializerMethodField()

    class Meta:
        model = Dataset
        fields = (
            "code", "title", "title_en", "owner", "summary", "summary_en", "contact", "industry", "region", "themes", "keywords",
            "language", "temporal_from", "temporal_until", "spatial", "update_frequency", "row_count", "origin", "lawful_source",
            "rights", "permitted_scenarios", "forbidden_scenarios", "licence", "version", "regime", "profile", "opening",
            "sharing", "circle", "sharing_conditions", "sharing_reason", "sharing_basis", "sharing_basis_kind", "level",
            "personal", "cross_border", "compliance", "registered_at", "valid_from", "valid_until", "issued", "modified",
            "source_url", "downloads", "items", "distributions",
        )  # fmt: skip

    def get_compliance(self, obj: Dataset) -> str:
        """The derived status."""
        return str(getattr(obj, "compliance", "") or compliance.status(obj))

    def hides(self, obj: Any, actor: Actor) -> Collection[str]:
        """A stub shows name, owner, reason and basis."""
        whole = obj.whole if hasattr(obj, "whole") else obj.is_whole_for(actor)
        return () if whole else set(self.fields) - set(STUB)


class FilingOutput(Clocked):
    dataset = Link()
    body = Link()
    missing = serializers.SerializerMethodField()
    attachable = serializers.SerializerMethodField()

    class Meta:
        model = Filing
        fields = (
            "dataset", "kind", "profile", "body", "content", "materials", "missing", "attachable", "clocks", "same_hand", "gaps", "reason_code", "reason",
            "clauses", "clarification", "delay_reason", "filed_at", "accepted_at", "published_at", "ended_at",
        )  # fmt: skip

    def get_missing(self, obj: Filing) -> list[str]:
        """Groups of materials still missing."""
        return [group.id for group in missing_groups(obj)]

    def get_attachable(self, obj: Filing) -> list[str]:
        """Keys of the materials that may be attached."""
        return material_keys(obj)

    def hides(self, obj: Any, actor: Actor) -> Collection[str]:
        """Who is no party sees that it is in notice; the notice itself is its own noun."""
        return () if obj.whole else set(self.fields) - {"id", "url", "state", "kind", "published_at"}


class ObjectionOutput(Output):
    filing = Link()

    class Meta:
        model = Objection
        fields = (
            "filing",
            "real_name",
            "contact",
            "ground",
            "statement",
            "evidence",
            "answer",
            "finding",
            "clauses",
            "raised_at",
            "decided_at",
        )


class AssessmentOutput(Output):
    dataset = Link()
    verified_by = PersonName()

    class Meta:
        model = Assessment
        fields = (
            "dataset", "kind", "conclusion", "assessor", "self_declared", "file", "carried_out", "expires", "finding",
            "verified_by", "verified_at",
        )  # fmt: skip


class NoticeOutput(Output):
    """Exactly the four fields of the notice (R 13), under the address of the filing."""

    registrant = serializers.CharField(source="dataset.owner.name", read_only=True)
    type = serializers.CharField(source="get_kind_display", read_only=True)
    name = serializers.SerializerMethodField()
    summary = serializers.SerializerMethodField()

    class Meta:
        model = Filing
        fields = ("registrant", "type", "name", "summary")

    def get_name(self, obj: Filing) -> str:
        """The data's name, as proposed."""
        return str(obj.content.get("title", ""))

    def get_summary(self, obj: Filing) -> str:
        """The content summary, as proposed."""
        return str(obj.content.get("summary", ""))
