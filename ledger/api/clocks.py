"""The clocks of a case in its output: both sides see the same ones."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.api.outputs import Output
from ledger.clock import now
from ledger.models import Clock


class ClockOutput(serializers.ModelSerializer):
    """One term: by which rule, until when, and how it went."""

    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Clock
        fields = (
            "rule", "basis", "kind", "unit", "amount", "extended", "started", "running_since", "used", "due", "provisional",
            "overdue", "met_at", "breached_at", "cancelled_at",
        )  # fmt: skip

    def get_overdue(self, obj: Clock) -> bool:
        """Its last day is over and nobody acted."""
        return obj.is_overdue(now())


class Clocked(Output):
    """An output of a case with clocks; name `clocks` in no list: it costs a query an object."""

    clocks = serializers.SerializerMethodField()

    @extend_schema_field(ClockOutput(many=True))
    def get_clocks(self, obj: Any) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return list(ClockOutput(Clock.objects.of(obj).order_by("pk"), many=True).data)
