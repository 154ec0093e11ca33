"""Datasets and what belongs to them, and the one rule of who sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from catalog.filing import DATASET, OPEN, WITH_BODY, DatasetState
from ledger.access import GroupPermission, UserPermission
from ledger.actor import Actor, Role
from ledger.clock import today
from ledger.conditions import Facts, Level, Opening, Personal, Regime, Sharing
from ledger.identifiers import region_stem
from ledger.machine import Machine, Who
from ledger.models import Organisation
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile, pinned, profile_for

if TYPE_CHECKING:
    from catalog.models.filings import Filing

K = Organisation.Kind
#: Owner's kind → regime; data that arose from a public duty falls under the public regime whoever holds it.
REGIMES: dict[str, Regime] = {
    K.DEPARTMENT: Regime.GOVERNMENT,
    K.INSTITUTION: Regime.PUBLIC,
    K.OPERATOR: Regime.OPERATED,
}


class Circle(models.TextChoices):
    """Members of which verified organisations the sharing attribute speaks of."""

    DEPARTMENTS = "departments", _("departments and public institutions")
    GROUP = "group", _("members of the owner's group")
    VERIFIED = "verified", _("all verified organisations")
    NAMED = "named", _("named people only")


PUBLIC_KINDS = (K.DEPARTMENT, K.INSTITUTION)
#: Regime → the circle where the owner names none.
CIRCLES = {
    Regime.GOVERNMENT: Circle.DEPARTMENTS,
    Regime.PUBLIC: Circle.DEPARTMENTS,
    Regime.OPERATED: Circle.VERIFIED,
    Regime.PRIVATE: Circle.VERIFIED,
}

#: Further predicates of floors above: who else sees a dataset whole (grantees).
ALSO_SEEN_BY: list[Callable[[Actor], Q]] = []


def in_scope(body: Organisation) -> Q:
    """Datasets whose owner lies in the region of a registry body or authority."""
    return Q(owner__region__startswith=region_stem(body.region))


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Sets of datasets. Every read starts from `visible_to`."""

    def visible_to(self, actor: Actor) -> DatasetQuerySet:
        """Whatever this actor may see, if only as a stub (name, owner, reason, basis of what is not shared)."""
        return self.filter(self.whole_for(actor) | self.stub_for(actor))

    def readable_by(self, actor: Actor) -> DatasetQuerySet:
        """What this actor reads whole."""
        return self.filter(self.whole_for(actor))

    @staticmethod
    def whole_for(actor: Actor) -> Q:
        """The one predicate behind check, list, counts and explanation; built of EXISTS and constants only."""
        if actor.is_robot:
            return Q(pk__isnull=False)  # an empty Q would vanish beside another one
        shown, entered = Q(withheld_at=None), ~Q(state=DatasetState.DRAFT)
        listed = Q(state=DatasetState.LISTED)
        seen = shown & entered & (listed | ~Q(opening=Opening.NON_PUBLIC))
        if actor.user is None:
            return seen
        named = DatasetUserPermission.objects.filter(
            content_object=OuterRef("pk"), user=actor.user_id, permission__codename="view_dataset"
        )
        seen |= entered & shown & Q(Exists(named))
        organisation = actor.organisation
        if organisation is None:
            return seen
        if actor.roles:
            seen |= Q(owner=organisation)
        if organisation.is_verified and actor.roles:
            shared = shown & entered & ~Q(sharing=Sharing.NOT_SHARED)
            seen |= shared & in_circle(organisation)
        for also in ALSO_SEEN_BY:
            seen |= also(actor)
        return seen | watched_by(actor, organisation)

    @staticmethod
    def stub_for(actor: Actor) -> Q:
        """Not shared: members of the circle read name, owner, reason and basis (B 15)."""
        organisation = actor.organisation
        if organisation is None or not organisation.is_verified or not actor.roles:
            return Q(pk=None)
        registered = Q(withheld_at=None, sharing=Sharing.NOT_SHARED) & ~Q(state=DatasetState.DRAFT)
        return registered & in_circle(organisation)

    def requestable(self) -> DatasetQuerySet:
        """Registered, valid today, shared and not withheld."""
        return self.filter(state=DatasetState.REGISTERED, withheld_at=None, valid_until__gte=today()).exclude(
            sharing=Sharing.NOT_SHARED
        )


def in_circle(organisation: Organisation) -> Q:
    """Datasets whose circle an organisation belongs to."""
    circle = Q(circle=Circle.VERIFIED)
    if organisation.kind in PUBLIC_KINDS:
        circle |= Q(circle=Circle.DEPARTMENTS)
    group = organisation.parent_id or organisation.pk
    owners = Organisation.objects.filter(Q(parent=group) | Q(pk=group), pk=OuterRef("owner_id"))
    return circle | (Q(circle=Circle.GROUP) & Q(Exists(owners)))


def watched_by(actor: Actor, organisation: Organisation) -> Q:
    """What officers and auditors of a body see: cases before it, and registered datasets in its region."""
    from catalog.models.filings import Filing

    if not actor.holds(Role.OFFICER, Role.AUDITOR):
        return Q(pk=None)
    before = Filing.objects.filter(dataset=OuterRef("pk"), body=organisation, state__in=WITH_BODY)
    watched = Q(Exists(before))
    if organisation.oversees(organisation.region):
        watched |= in_scope(organisation) & ~Q(state=DatasetState.DRAFT)
    return watched


class Dataset(Entered):
    """A data resource: its description, both axes, class, evidence and state."""

    PRIVATE = {"contact"}
    UNRECORDED = {"downloads": "open data is fetched without an account and counted without names"}
    machine: ClassVar[Machine] = DATASET

    class Frequency(models.TextChoices):
        """GB/T draft D2, table 4."""

        REAL_TIME = "realTime", _("real time")
        DAILY = "daily", _("daily")
        WEEKLY = "weekly", _("weekly")
        MONTHLY = "monthly", _("monthly")
        QUARTERLY = "quarterly", _("quarterly")
        SEMIANNUAL = "semiannual", _("every half year")
        ANNUAL = "annual", _("yearly")
        IRREGULAR = "irregular", _("irregular")
        HISTORICAL = "historical", _("historical, no longer updated")

    class Origin(models.TextChoices):
        """GB/T draft D2, table 2, with derived data told apart."""

        ORIGINAL = "original", _("original")
        COLLECTED = "collected", _("collected")
        TRADED = "traded", _("traded")
        DERIVED = "derived", _("derived")
        OTHER = "other", _("other")

    class Evidence(models.TextChoices):
        """What the verified assessments amount to, dates left aside."""

        COMPLETE = "complete", _("complete")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")

    code = models.CharField(_("code"), max_length=65, unique=True, null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=[(s, s) for s in DatasetState], default=DatasetState.DRAFT
    )
    title = models.CharField(_("title"), max_length=300)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    summary_en = models.TextField(_("English summary"), blank=True)
    owner = models.ForeignKey(
        Organisation, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="datasets"
    )
    contact = models.CharField(_("contact"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=5, blank=True)
    region = models.CharField(_("region"), max_length=6, blank=True)
    themes = models.JSONField(_("themes"), default=list, blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    language = models.CharField(_("language of the data"), max_length=20, default="zh")
    temporal_from = models.DateField(_("covers from"), null=True, blank=True)
    temporal_until = models.DateField(_("covers until"), null=True, blank=True)
    spatial = models.CharField(_("area covered"), max_length=300, blank=True)
    update_frequency = models.CharField(_("update frequency"), max_length=20, choices=Frequency, blank=True)
    row_count = models.BigIntegerField(_("number of records"), null=True, blank=True)
    origin = models.CharField(_("how it arose"), max_length=20, choices=Origin, default=Origin.COLLECTED)
    public_duty = models.BooleanField(_("arose from a public duty"), default=False)
    lawful_source = models.TextField(_("lawful source"), blank=True)
    rights = models.JSONField(_("rights held"), default=list, blank=True)
    permitted_scenarios = models.TextField(_("permitted scenarios"), blank=True)
    forbidden_scenarios = models.TextField(_("forbidden scenarios"), blank=True)
    licence = models.CharField(_("licence or terms"), max_length=300, blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)

    regime = models.CharField(_("regime"), max_length=12, choices=[(r, r) for r in Regime])
    profile = models.CharField(_("profile"), max_length=40, blank=True)
    opening = models.CharField(
        _("opening attribute"), max_length=12, choices=[(o, o) for o in Opening], default=Opening.NON_PUBLIC
    )
    sharing = models.CharField(
        _("sharing attribute"), max_length=16, choices=[(s, s) for s in Sharing], default=Sharing.CONDITIONAL
    )
    circle = models.CharField(_("circle"), max_length=12, choices=Circle, default=Circle.VERIFIED)
    sharing_conditions = models.TextField(_("conditions of use"), blank=True)
    sharing_reason = models.TextField(_("why it is not shared"), blank=True)
    sharing_basis = models.TextField(_("legal basis for not sharing"), blank=True)
    sharing_basis_kind = models.CharField(_("kind of legal basis"), max_length=30, blank=True)

    impacts = models.JSONField(_("impacts"), default=dict, blank=True)
    personal = models.CharField(
        _("personal information"), max_length=10, choices=[(p, p) for p in Personal], default=Personal.NONE
    )
    persons = models.BigIntegerField(_("people it is about"), default=0)
    cross_border = models.BooleanField(_("goes abroad"), default=False)
    level = models.CharField(
        _("sensitivity class"), max_length=10, choices=[(v, v) for v in Level], default=Level.GENERAL_1
    )
    derived_reason = models.TextField(_("approved reason for a lower class"), blank=True)

    evidence = models.CharField(max_length=10, choices=Evidence, default=Evidence.INCOMPLETE)
    evidence_until = models.DateField(null=True, blank=True)

    source = models.ForeignKey("catalog.CatalogueSource", null=True, blank=True, on_delete=models.PROTECT)
    source_key = models.CharField(max_length=300, blank=True)
    source_hash = models.CharField(max_length=64, blank=True)
    source_url = models.CharField(max_length=1000, blank=True)
    issued = models.DateField(_("issued"), null=True, blank=True)
    modified = models.DateField(_("modified"), null=True, blank=True)

    withheld_at = models.DateTimeField(null=True, blank=True)
    withheld_reason = models.TextField(blank=True)
    withheld_clauses = models.JSONField(default=list, blank=True)
    withheld_by_body = models.BooleanField(default=False)  # then only an officer shows it again
    registered_at = models.DateTimeField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    downloads = models.BigIntegerField(default=0, editable=False)  # of open data, counted without names

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("edit_dataset", "Can act on one dataset")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source=None), name="dataset_source_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="dataset_by_state"),  # the catalogue's first page
            models.Index(fields=["owner", "-id"], name="dataset_by_owner"),  # an owner's list
            models.Index(
                fields=["valid_until"], condition=Q(state="registered"), name="dataset_expiring"
            ),  # the robot
        ]

    def __str__(self) -> str:
        return self.title

    # What the machine asks -------------------------------------------------------------------------------------
    def positions(self, actor: Actor) -> Collection[Who]:
        """Owner's roles; officers of a competent body, unless the dataset is their own organisation's."""
        found = {Who(Side.PERSON, "*")} if actor.user else set()
        if actor.is_robot:
            found.add(Who(Side.ROBOT, "robot"))
        organisation = actor.organisation
        if organisation is None:
            return found
        if organisation.pk == self.owner_id:
            return found | {Who(Side.OWNER, role) for role in actor.roles}
        if organisation.oversees(self.owner.region):
            found |= {Who(Side.BODY, role) for role in actor.roles}
        return found

    def open_filing(self) -> Filing | None:
        """The filing under way, if any."""
        return self.filings.filter(state__in=OPEN).first()

    def nothing_is_filed(self, actor: Actor) -> bool:
        return self.open_filing() is None

    def is_shown(self, actor: Actor) -> bool:
        return self.withheld_at is None

    def is_withheld(self, actor: Actor) -> bool:
        return self.withheld_at is not None

    def shower_may(self, actor: Actor) -> bool:
        """What an officer hid, only an officer shows."""
        return not (self.withheld_by_body and actor.organisation_id == self.owner_id)

    def validity_is_over(self, actor: Actor) -> bool:
        return self.valid_until is not None and self.valid_until < today()

    # What policy asks ------------------------------------------------------------------------------------------
    def derived_regime(self) -> Regime:
        """Owner's kind and how the data arose decide; nobody picks it."""
        return (
            Regime.PUBLIC
            if self.public_duty and self.owner.kind not in REGIMES
            else REGIMES.get(self.owner.kind, Regime.PRIVATE)
        )

    def policy(self) -> Profile:
        """The profile the dataset stands under: the one it was registered with, else today's."""
        return pinned(self.profile) if self.profile else profile_for(self.regime, self.owner.region)

    def facts(self) -> Facts:
        """What a profile's conditions are weighed against."""
        return Facts(
            regime=Regime(self.regime),
            sharing=Sharing(self.sharing),
            level=Level(self.level),
            personal=Personal(self.personal),
            cross_border=self.cross_border,
            state_organ=self.owner.kind in PUBLIC_KINDS,
        )

    @property
    def is_open(self) -> bool:
        """Registered, valid today and open: anyone downloads it without a request."""
        return (
            self.state == DatasetState.REGISTERED
            and self.opening == Opening.PUBLIC
            and self.withheld_at is None
            and not self.validity_is_over(Actor.anonymous())
        )

    def is_whole_for(self, actor: Actor) -> bool:
        """Whether this actor reads all of it, or a stub."""
        return Dataset.objects.filter(pk=self.pk).filter(DatasetQuerySet.whole_for(actor)).exists()


class DatasetUserPermission(UserPermission):
    """Object permissions of single people on a dataset: named viewers, delegates."""

    UNRECORDED = {"*": "entries tell the named viewers: `viewer` of the dataset"}

    content_object = models.ForeignKey(Dataset, on_delete=models.CASCADE)


class DatasetGroupPermission(GroupPermission):
    """Object permissions of groups on a dataset."""

    UNRECORDED = {"*": "no command writes it, and no check asks it"}

    content_object = models.ForeignKey(Dataset, on_delete=models.CASCADE)


class Field(models.Model):
    """A column or data item, with its level and category of personal information."""

    UNRECORDED = {"*": "entries tell the list as it stands: `fields` of the dataset"}

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(_("type"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=[(v, v) for v in Level], blank=True)
    personal = models.CharField(
        _("personal information"), max_length=10, choices=[(p, p) for p in Personal], blank=True
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="field_name_once")]

    def __str__(self) -> str:
        return self.name


class Distribution(Entered):
    """How the data can be had: a file kept here, an interface, or a batch."""

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        INTERFACE = "interface", _("interface")
        BATCH = "batch", _("batch")

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="distributions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("title"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=40, blank=True)
    media_type = models.CharField(_("media type"), max_length=120, blank=True)
    size = models.BigIntegerField(_("size in bytes"), null=True, blank=True)
    checksum = models.CharField(_("SHA-256"), max_length=64, blank=True)
    address = models.CharField(_("address"), max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title or self.format


class Relation(models.Model):
    """A related dataset; lineage says how the one arose from the other (R 45)."""

    class Kind(models.TextChoices):
        MASKED = "masked", _("masked from")
        LABEL = "label", _("labels of")
        STATISTICAL = "statistical", _("statistics of")
        FUSED = "fused", _("fused from")
        RELATED = "related", _("related to")

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="relations")
    related = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="related_from")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "related", "kind"], name="relation_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.related}"
