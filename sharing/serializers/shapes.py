"""The shapes of sharing's commands: what may be sent. Whether it fits is the commands' question."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog.models import Dataset, Distribution
from catalog.models.datasets import Circle
from ledger.actor import ROLE_LABELS, Actor, Role
from ledger.api.shapes import Choices, LongText, Ref, Row, Shape, Upload
from ledger.policy import Act
from ledger.vocabulary import label
from sharing.models import Agreement, Delivery, Grant, Outcome, ShareRequest
from sharing.models.wanted import Wanted
from sharing.workflow import CorrectionState


def long(label: Any, help_text: Any = "") -> LongText:
    """An optional text of several lines."""
    return LongText(label=label, required=False, allow_blank=True, help_text=help_text)


def day(label: Any, help_text: Any = "", **kwargs: Any) -> serializers.DateField:
    """A date that may be left out."""
    return serializers.DateField(label=label, required=False, allow_null=True, help_text=help_text, **kwargs)


class Clauses(Choices):
    """Clauses of the case's profile. None, or unfit ones, are the command's refusal, which names those that fit."""

    def __init__(self, choices: Any = (), **kwargs: Any) -> None:
        kwargs.setdefault("label", _("clauses"))
        super().__init__(choices=choices, required=False, allow_empty=True, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Their identifiers as sent."""
        if isinstance(data, str) or not hasattr(data, "__iter__"):
            self.fail("not_a_list", input_type=type(data).__name__)
        return [str(one)[:60] for one in data][:20]


class Names(Choices):
    """Fields of a dataset by name; unknown ones are the command's refusal."""

    def __init__(self, choices: Any = (), **kwargs: Any) -> None:
        super().__init__(choices=choices, required=False, allow_empty=True, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """The names as sent."""
        if isinstance(data, str) or not hasattr(data, "__iter__"):
            self.fail("not_a_list", input_type=type(data).__name__)
        return [str(one)[:200] for one in data][:2000]


class Grounded(Shape):
    """A decision that rests on clauses; with the case at hand those that ground the act are offered."""

    act: ClassVar[Act | None] = None
    clauses = Clauses()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The clauses of the case's own profile, in the reader's language."""
        fields = super().get_fields()
        case = self.context.get("object")
        if self.act and case is not None and hasattr(case, "policy"):
            language = get_language() or "zh"
            able = case.policy().clauses_for(self.act)
            fields["clauses"] = Clauses([(one.id, f"{one.id} · {one.label(language)}") for one in able])
        return fields


class Scoped(Shape):
    """Offers the fields of the request at hand."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """The names of the fields asked for."""
        fields = super().get_fields()
        case = self.context.get("object")
        if "fields_" in fields:
            label = fields.pop("fields_").label
            fields["fields"] = Names([(name, name) for name in getattr(case, "fields", [])], label=label)
        return fields


# Applications ---------------------------------------------------------------------------------------------


class Item(Row):
    """One dataset asked for, with the fields wanted; none named = all of them."""

    dataset = Ref(model=Dataset, label=_("data resource"))
    fields_ = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=2000,
        label=_("fields (none named = all)"),
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """`fields` is a word of the framework, hence the detour."""
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class WantedShape(Shape):
    """What is wanted, in the words of the consumer."""

    purpose = long(_("purpose"), _("What the data is for; the owner decides on this."))
    scenario = long(_("scenario of use"), _("Who works with it, where, on what."))
    legal_basis = long(
        _("basis"), _("The duty or rule it is needed for; for private data it may stay empty.")
    )
    personal_ground = long(
        _("ground for personal information"),
        _("Only if people are recognisable: the legal ground or separate consent."),
    )
    row_scope = long(_("which records"), _("Leave empty for all."))
    mode = serializers.ChoiceField(Wanted.Mode.choices, label=_("mode of sharing"), required=False)
    right = serializers.ChoiceField(Wanted.Right.choices, label=_("right asked for"), required=False)
    starts = day(_("from (empty: from delivery)"))
    ends = day(_("until"), _("The last day of use."))
    cross_border = serializers.BooleanField(label=_("data will leave the country"), required=False)
    security = long(_("security measures"))

    @classmethod
    def prefill(cls, obj: models.Model | None, actor: Actor) -> dict[str, Any]:
        """What the application or request says now."""
        return {name: getattr(obj, name) for name in WORDS} if obj else {}


WORDS = (
    "purpose", "scenario", "legal_basis", "personal_ground", "row_scope", "mode", "right", "starts", "ends", "cross_border",
    "security",
)  # fmt: skip


class CreateApplication(WantedShape):
    items = Item(many=True, label=_("data resources"), required=False, max_length=50)  # type: ignore[call-arg]


class AmendApplication(CreateApplication):
    @classmethod
    def prefill(cls, obj: models.Model | None, actor: Actor) -> dict[str, Any]:
        """The draft as it stands."""
        if obj is None:
            return {}
        items = [{"dataset": item.dataset_id, "fields": item.fields} for item in obj.items.all()]  # type: ignore[attr-defined]
        return super().prefill(obj, actor) | {"items": items}


class AttachDocument(Shape):
    file = Upload(label=_("document"))


class ReturnApplication(Shape):
    reason = LongText(label=_("reason"))


# Requests -------------------------------------------------------------------------------------------------


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


# Agreements, grants ---------------------------------------------------------------------------------------


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


# Side procedures, standing consents -----------------------------------------------------------------------


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
