"""The bodies of the catalogue's commands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from catalog import compliance, description
from catalog.materials import material_keys, missing_groups
from catalog.models import Assessment, Dataset, Distribution, Filing, Relation
from catalog.models.datasets import Circle
from ledger.actor import Actor
from ledger.api.shapes import Choices, ClauseList, Empty, FieldRow, LongText, Ref, Shape, Upload, UserField
from ledger.conditions import Opening, Personal, Sharing
from ledger.models import Organisation
from ledger.vocabulary import LABELS

RIGHTS = [("hold", _("hold")), ("use", _("use")), ("business", _("operate as a business"))]
BASES = [
    ("law", _("law")),
    ("administrative_regulation", _("administrative regulation")),
    ("state_council_decision", _("State Council decision")),
    ("departmental_rule", _("departmental rule")),
]


HARM = [("none", _("no harm")), ("some", _("some harm")), ("much", _("serious harm"))]
IMPACT_WORDS = [
    ("national_security", _("national security")),
    ("economic_operation", _("the economy")),
    ("social_order", _("social order")),
    ("public_interest", _("the public interest")),
    ("organisation_rights", _("rights of organisations")),
    ("individual_rights", _("rights of individuals")),
]
DEGREE_WORDS = [
    ("none", _("none")),
    ("general", _("general")),
    ("serious", _("serious")),
    ("especially_serious", _("especially serious")),
]


def words(kind: str, values: Any) -> list[tuple[str, Any]]:
    """The choices of a closed set with their words."""
    return [(str(value), LABELS.get((kind, str(value)), str(value))) for value in values]


def text(label: Any, length: int, help_text: Any = "", **kwargs: Any) -> serializers.CharField:
    """An optional line of text."""
    return serializers.CharField(
        label=label, max_length=length, required=False, allow_blank=True, help_text=help_text, **kwargs
    )


def long(label: Any, help_text: Any = "") -> LongText:
    """An optional text of several lines."""
    return LongText(label=label, required=False, allow_blank=True, help_text=help_text)


class Described(Shape):
    """The description of a dataset, as the steward writes it."""

    title = serializers.CharField(label=_("title"), max_length=300, required=False)
    title_en = text(_("English title"), 300)
    summary = long(
        _("summary"), _("What is in it, in a few sentences. No personal data: the summary is published.")
    )
    summary_en = long(_("English summary"))
    contact = text(_("contact"), 300, _("An office address, not a private one."))
    industry = text(_("industry (GB/T 4754)"), 5, _("A letter and two digits, e.g. A01 for crops."))
    region = text(
        _("region (GB/T 2260)"), 6, _("Six digits, e.g. 340100; empty = that of your organisation.")
    )
    themes = serializers.ListField(
        child=serializers.CharField(max_length=100), label=_("themes"), required=False, max_length=20
    )
    keywords = serializers.ListField(
        child=serializers.CharField(max_length=100), label=_("keywords"), required=False, max_length=50
    )
    language = text(_("language of the data"), 20)
    temporal_from = serializers.DateField(label=_("covers from"), required=False, allow_null=True)
    temporal_until = serializers.DateField(label=_("covers until"), required=False, allow_null=True)
    spatial = text(_("area covered"), 300)
    update_frequency = serializers.ChoiceField(
        Dataset.Frequency.choices, label=_("update frequency"), required=False, allow_blank=True
    )
    row_count = serializers.IntegerField(
        label=_("number of records"), required=False, allow_null=True, min_value=0, max_value=2**53 - 1
    )
    origin = serializers.ChoiceField(Dataset.Origin.choices, label=_("how it arose"), required=False)
    public_duty = serializers.BooleanField(label=_("arose from a public duty"), required=False)
    lawful_source = long(_("lawful source"), _("By which right or law you hold it."))
    rights = Choices(choices=RIGHTS, label=_("rights held"), required=False)
    permitted_scenarios = long(_("permitted scenarios"))
    forbidden_scenarios = long(_("forbidden scenarios"))
    licence = text(_("licence or terms"), 300)
    version = text(_("version"), 40)
    opening = serializers.ChoiceField(
        [], label=_("opening attribute"), required=False, help_text=_("What the public reads.")
    )
    sharing = serializers.ChoiceField(
        [], label=_("sharing attribute"), required=False, help_text=_("What other organisations may get.")
    )
    circle = serializers.ChoiceField(Circle.choices, label=_("circle"), required=False)
    sharing_conditions = long(_("conditions of use"))
    sharing_reason = long(_("why it is not shared"))
    sharing_basis = long(_("legal basis for not sharing"))
    sharing_basis_kind = serializers.ChoiceField(
        BASES, label=_("kind of legal basis"), required=False, allow_blank=True
    )
    recognisable = serializers.BooleanField(label=_("Are people recognisable in it?"), required=False)
    harm = serializers.ChoiceField(
        HARM, label=_("What would a leak do?"), required=False, allow_blank=True, style={"radio": True}
    )
    many = serializers.BooleanField(label=_("Is it about many people or places?"), required=False)
    impacts = serializers.DictField(
        child=serializers.ChoiceField([one for one, _word in DEGREE_WORDS]), label=_("impacts"), required=False,
        help_text=_("For those who know the matrix of GB/T 43697: it wins over the three questions above."),
        style={"keys": IMPACT_WORDS, "values": DEGREE_WORDS},
    )  # fmt: skip
    personal = serializers.ChoiceField([], label=_("personal information"), required=False)
    persons = serializers.IntegerField(
        label=_("people it is about"), required=False, min_value=0, max_value=2**53 - 1
    )
    cross_border = serializers.BooleanField(label=_("goes abroad"), required=False)
    fields_ = FieldRow(many=True, required=False, label=_("fields"))
    secret = serializers.BooleanField(
        label=_("contains a state or work secret"),
        required=False,
        help_text=_("Then it is refused and nothing is stored."),
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """The choices get their words when asked for; `fields` is a word of the framework, hence the detour."""
        fields = super().get_fields()
        for name, kind, values in (
            ("opening", "opening", Opening),
            ("sharing", "sharing", Sharing),
            ("personal", "personal", Personal),
        ):
            # `get_fields` promises no more than Field; these three are choices.
            fields[name].choices = words(kind, values)  # type: ignore[attr-defined]
        fields["fields"] = fields.pop("fields_")
        return fields

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """A dataset's description, or what a filing proposes."""
        if isinstance(obj, Filing):
            return dict(obj.content)
        return description.snapshot(obj) if isinstance(obj, Dataset) else {}


class CreateDataset(Described):
    title = serializers.CharField(label=_("title"), max_length=300)


class DescribeDataset(Described):
    pass


class RegisterOwn(CreateDataset):
    pass


class AmendFiling(Described):
    pass


class AddDistribution(Shape):
    kind = serializers.ChoiceField(Distribution.Kind.choices, label=_("kind"), default=Distribution.Kind.FILE)
    title = text(_("title"), 300)
    file = Upload(label=_("file"), required=False, allow_null=True)
    address = text(_("address"), 2000, _("For an interface or batch: where it is, beginning with https://."))
    format = text(_("format"), 40)


class RemoveDistribution(Shape):
    distribution = serializers.IntegerField(label=_("file or interface"))


class AddRelation(Shape):
    related = serializers.IntegerField(label=_("other dataset (its number)"))
    kind = serializers.ChoiceField(Relation.Kind.choices, label=_("kind"))


class ShareDataset(Shape):
    viewer = UserField(anywhere=True, label=_("person (user name)"))


class Grounded(Shape):
    """Clauses of the profile and words."""

    act = ""
    clauses = ClauseList()

    def get_fields(self) -> dict[str, serializers.Field]:
        """With an object at hand, the clauses that ground this act become the choices."""
        fields = super().get_fields()
        case = self.context.get("object")
        if case is not None and hasattr(case, "policy") and self.act:
            language = get_language() or "en"
            able = [
                (clause.id, f"{clause.id} · {clause.label(language)}")
                for clause in case.policy().clauses_for(self.act)
            ]
            fields["clauses"] = Choices(choices=able, label=_("clauses"), required=True)
        return fields


class WithholdDataset(Grounded):
    act = "withhold"
    reason = LongText(label=_("reason"))


class Reasoned(Shape):
    reason = LongText(label=_("reason"))


class WithdrawFiling(Shape):
    reason = long(_("reason"))


class AttachMaterial(Shape):
    key = serializers.CharField(max_length=60, label=_("material"))
    text = long(_("statement"))
    file = Upload(label=_("file"), required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With a filing at hand, the keys its profile asks for become the choices."""
        fields = super().get_fields()
        filing = self.context.get("object")
        if isinstance(filing, Filing):
            fields["key"] = serializers.ChoiceField(
                words("material", material_keys(filing)), label=_("material")
            )
        return fields


class RequestSupplement(Shape):
    gaps = serializers.ListField(
        child=serializers.CharField(max_length=300), label=_("what is missing"), allow_empty=False, max_length=50,
        help_text=_("Everything at once, one a line: later only what is still missing from this list may be asked for."),
    )  # fmt: skip

    @classmethod
    def prefill(cls, obj: Any, actor: Actor) -> dict[str, Any]:
        """What the profile finds missing."""
        return {"gaps": [group.label(get_language() or "en") for group in missing_groups(obj)]} if obj else {}


class TurnDown(Shape):
    """A reason code of the profile and words."""

    act = ""
    reason_code = serializers.CharField(max_length=40, label=_("reason code"))
    reason = LongText(label=_("reason"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """With a filing at hand, its profile's reasons become the choices."""
        fields = super().get_fields()
        filing = self.context.get("object")
        if isinstance(filing, Filing):
            language = get_language() or "en"
            able = [(one.code, one.label(language)) for one in filing.policy().reasons_for(self.act)]
            fields["reason_code"] = serializers.ChoiceField(able, label=_("reason code"))
        return fields


class DeclineFiling(TurnDown):
    act = "not_accept"


class RefuseFiling(TurnDown):
    act = "refuse_filing"


class TransferFiling(Shape):
    body = Ref(model=Organisation, among={"registry_body": True}, label=_("registry body"))
    reason = LongText(label=_("reason"))


class AskClarification(Shape):
    question = LongText(label=_("question"))


class RaiseObjection(Shape):
    real_name = serializers.CharField(max_length=100, label=_("real name"))
    contact = text(_("contact"), 200)
    ground = serializers.CharField(max_length=100, label=_("ground"))
    statement = LongText(label=_("statement"))
    evidence = Upload(label=_("evidence"))


class AnswerObjection(Shape):
    answer = LongText(label=_("answer"))


class SettleObjection(Grounded):
    finding = LongText(label=_("finding"))


class RejectInadmissible(SettleObjection):
    act = "reject_objection"


class DismissObjection(SettleObjection):
    act = "dismiss_objection"


class UpholdObjection(SettleObjection):
    act = "uphold_objection"


class FileAssessment(Shape):
    kind = serializers.CharField(max_length=40, label=_("kind"))
    conclusion = serializers.ChoiceField(Assessment.Conclusion.choices, label=_("conclusion"))
    assessor = serializers.CharField(max_length=200, label=_("assessor"))
    carried_out = serializers.DateField(label=_("carried out on"))
    file = Upload(label=_("report"), required=False, allow_null=True)
    finding = long(_("finding"))

    def get_fields(self) -> dict[str, serializers.Field]:
        """With a dataset at hand, the kinds its profile demands become the choices."""
        fields = super().get_fields()
        dataset = self.context.get("object")
        if isinstance(dataset, Dataset):
            language = get_language() or "en"
            able = [(demand.kind, demand.label(language)) for demand in compliance.demanded(dataset)]
            fields["kind"] = serializers.ChoiceField(able, label=_("kind"))
        return fields


class RejectAssessment(Shape):
    finding = LongText(label=_("finding"))


class ClaimListed(Empty):
    pass
