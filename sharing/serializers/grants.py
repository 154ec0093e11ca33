"""The shapes of the commands on agreements, grants, standing consents and side procedures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.models import Dataset
from catalog.models.datasets import Circle
from ledger.actor import Actor
from ledger.api.shapes import LongText, Ref, Shape, Upload
from ledger.policy import Act
from sharing.models import Agreement, Grant
from sharing.serializers.fields import Grounded, Names, Scoped, day, long
from sharing.workflow import CorrectionState


class SignAgreement(Shape):
    digest = serializers.CharField(
        label=_("SHA-256 of the text"),
        max_length=64,
        help_text=_("The checksum shown with the text you have read."),
    )

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """The checksum of the text on the page."""
        return {"digest": obj.digest} if isinstance(obj, Agreement) else {}


class DeclineAgreement(Grounded):
    act = Act.DECLINE_AGREEMENT
    reason = long(_("reason"))


class PutOnNotice(Grounded):
    act = Act.PUT_ON_NOTICE
    reason = LongText(label=_("what must be mended"))


class SuspendGrant(Grounded):
    act = Act.SUSPEND
    reason = LongText(label=_("what must be mended"))
    mend_days = serializers.IntegerField(
        label=_("working days to mend"), required=False, allow_null=True, min_value=1, max_value=366
    )


class TerminateGrant(Grounded):
    act = Act.TERMINATE
    reason = long(_("reason"))


class GiveReason(Shape):
    reason = long(_("reason"))


class RenewGrant(Shape):
    ends = serializers.DateField(label=_("new last day"))

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """The day the other side proposed."""
        return {"ends": obj.renewal_ends} if isinstance(obj, Grant) and obj.renewal_ends else {}


class FileDeletion(Shape):
    statement = LongText(label=_("how the data was disposed of"))
    file = Upload(label=_("proof"), required=False, allow_null=True)


class ReportUse(Shape):
    period_from = serializers.DateField(label=_("from"))
    period_until = serializers.DateField(label=_("until"))
    scenario = LongText(label=_("production scenario"))
    workshop = serializers.CharField(
        label=_("field or workshop"), max_length=200, required=False, allow_blank=True
    )
    models_trained = long(_("models trained"))
    computing = long(_("computing resource used"))
    effect = long(_("effect measured"))


class ReportError(Scoped):
    statement = LongText(label=_("what is wrong"))
    fields_ = Names(label=_("fields"))


class AnswerError(Shape):
    outcome = serializers.ChoiceField(
        [
            (CorrectionState.CORRECTED.value, _("corrected")),
            (CorrectionState.DECLINED.value, _("right as it stands")),
        ],
        label=_("outcome"),
    )
    answer = LongText(label=_("answer"))


class AnswerDispute(Shape):
    answer = LongText(label=_("answer"))


class Settle(Shape):
    settlement = LongText(label=_("settlement"))


class SetStandingConsent(Shape):
    dataset = Ref(model=Dataset, label=_("data resource"))
    circle = serializers.ChoiceField(Circle.choices, label=_("circle"))
    fields_ = Names(label=_("fields (none named = all)"))
    starts = day(_("first day"))
    ends = day(_("last day"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a word of the framework, hence the detour."""
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class RequestMissing(Shape):
    dataset = Ref(model=Dataset, label=_("data resource"))
    purpose = LongText(label=_("what it is needed for"))


class AnswerMissing(Shape):
    outcome = serializers.ChoiceField(
        [("promised", _("we will register it")), ("declined", _("we will not"))], label=_("outcome")
    )
    answer = LongText(label=_("answer"))
