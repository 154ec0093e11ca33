"""The shapes of the commands on requests. Whether what is sent fits is the commands' question."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.models import Distribution
from ledger.actor import ROLE_LABELS, Actor, Role
from ledger.api.shapes import LongText, Row, Shape, Upload
from ledger.policy import Act
from ledger.vocabulary import label
from sharing.models import Delivery, Outcome, ShareRequest
from sharing.serializers.applications import WantedShape
from sharing.serializers.fields import Clauses, Grounded, Names, Scoped, day, long


class AskSupplement(Shape):
    gaps = serializers.ListField(
        child=serializers.CharField(max_length=300), label=_("what is missing"), allow_empty=False, max_length=50,
        help_text=_("Everything at once, one a line: later only what is still missing from this list may be asked for."),
    )  # fmt: skip

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """What is still missing from the list."""
        return {"gaps": [gap["gap"] for gap in obj.gaps if not gap["answered"]]} if obj else {}


class Answer(Row):
    """The answer to one item of the list."""

    gap = serializers.CharField(max_length=300, label=_("what was asked"))
    answer = LongText(label=_("answer"), allow_blank=True)


class ResubmitRequest(WantedShape):
    answers = Answer(many=True, label=_("answers"), required=False, max_length=50)  # type: ignore[call-arg]

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """The words as sent, and the list to be answered."""
        if obj is None:
            return {}
        asked = [{"gap": gap["gap"], "answer": gap["answer"]} for gap in obj.gaps]
        return super().prefill(obj, actor) | {"answers": asked}


class Recommend(Scoped, Grounded):
    outcome = serializers.ChoiceField(Outcome.choices, label=_("recommendation"))
    finding = long(_("finding"))
    fields_ = Names(label=_("fields"))
    conditions = long(_("conditions"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """The clauses of a refusal or narrowing."""
        fields = super().get_fields()
        case = self.context.get("object")
        if isinstance(case, ShareRequest):
            able, language = case.policy().clauses.values(), get_language() or "zh"
            fitting = [one for one in able if one.acts & {Act.REFUSE, Act.NARROW}]
            fields["clauses"] = Clauses([(one.id, f"{one.id} · {one.label(language)}") for one in fitting])
        return fields


ADVISERS = (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.OFFICER)


class AskAdvice(Shape):
    role = serializers.ChoiceField([(role.value, ROLE_LABELS[role]) for role in ADVISERS], label=_("whom"))
    question = LongText(label=_("question"))


class Advise(Shape):
    answer = LongText(label=_("answer"))


class AgreeRequest(Scoped, Grounded):
    fields_ = Names(label=_("fields granted (none named = all asked for)"))
    row_scope = LongText(label=_("records granted"), required=False, allow_blank=True, allow_null=True)
    ends = day(_("until"))
    conditions = long(_("conditions"))
    finding = long(_("finding"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """Agreeing to less rests on clauses that narrow; agreeing in full may cite one that agrees."""
        fields = super().get_fields()
        case = self.context.get("object")
        if isinstance(case, ShareRequest):
            able, language = case.policy().clauses.values(), get_language() or "zh"
            fitting = [one for one in able if one.acts & {Act.AGREE, Act.NARROW}]
            fields["clauses"] = Clauses([(one.id, f"{one.id} · {one.label(language)}") for one in fitting])
        return fields

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """All that was asked for."""
        return {"fields": obj.fields, "row_scope": obj.row_scope, "ends": obj.ends} if obj else {}


class RefuseRequest(Grounded):
    act = Act.REFUSE
    finding = long(_("finding"), _("Why, in words the applicant can answer."))


class AskExtension(Grounded):
    act = Act.EXTEND
    days = serializers.IntegerField(label=_("working days"), min_value=1, max_value=366)
    reason = LongText(label=_("reason"))


class ConsentExtension(Shape):
    answer = long(_("remark"))


class DeclineExtension(Grounded):
    act = Act.DECLINE_EXTENSION
    answer = long(_("answer"))


class Deliver(Shape):
    distribution = serializers.PrimaryKeyRelatedField(
        queryset=Distribution.objects.none(),
        required=False,
        allow_null=True,
        label=_("file or interface of the dataset"),
    )
    file = Upload(label=_("a file made for this grant"), required=False, allow_null=True)
    address = serializers.CharField(
        label=_("address of an interface"), max_length=2000, required=False, allow_blank=True
    )
    note = long(_("note"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the request at hand, the dataset's files and interfaces are the choices."""
        fields = super().get_fields()
        case = self.context.get("object")
        if isinstance(case, ShareRequest):
            fields["distribution"].queryset = case.dataset.distributions.all()  # type: ignore[attr-defined]
        return fields


class ContestDelivery(Shape):
    fault = serializers.ChoiceField(Delivery.Fault.choices, label=_("what is wrong"))
    reason = LongText(label=_("reason"))


class WithdrawRequest(Shape):
    reason = long(_("reason"))


class OpenDispute(Shape):
    ground = serializers.CharField(label=_("about"), max_length=20, required=False, allow_blank=True)
    statement = LongText(label=_("statement"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the request at hand, its grounds are the choices."""
        fields = super().get_fields()
        case = self.context.get("object")
        if isinstance(case, ShareRequest):
            able = [(ground, label("ground", ground)) for ground in case.grounds_of_dispute()]
            fields["ground"] = serializers.ChoiceField(
                able, label=_("about"), required=False, allow_blank=True
            )
        return fields
