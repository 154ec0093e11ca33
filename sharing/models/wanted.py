"""What a consumer wants: the same words on the application and on each request made from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypedDict

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.machine import Who
from ledger.models.entered import Entered
from ledger.parties import Side

#: Free text a consumer writes; in entries it stands as commitments.
FREE_TEXT = {"purpose", "scenario", "legal_basis", "personal_ground", "row_scope", "security", "attachments"}


class Stamp(TypedDict):
    """What every entry of a case carries beside its facts."""

    profile: str
    dataset: str


class Wanted(Entered):
    """Purpose, scenario, basis, scope, mode and term of use (B art. 20)."""

    class Mode(models.TextChoices):
        INTERFACE = "interface", _("service interface")
        BATCH = "batch", _("batch exchange")
        FILE = "file", _("file download")

    class Right(models.TextChoices):
        READ = "read", _("read only")
        USE = "use", _("use inside one's own house")
        BUSINESS = "business", _("pass on with credit")

    purpose = models.TextField(_("purpose"), blank=True)
    scenario = models.TextField(_("scenario of use"), blank=True)
    legal_basis = models.TextField(_("basis"), blank=True)
    personal_ground = models.TextField(_("ground for personal information"), blank=True)
    row_scope = models.TextField(_("which records"), blank=True)
    mode = models.CharField(_("mode of sharing"), max_length=10, choices=Mode, default=Mode.FILE)
    right = models.CharField(_("right asked for"), max_length=10, choices=Right, default=Right.USE)
    starts = models.DateField(_("from (empty: from delivery)"), null=True, blank=True)
    ends = models.DateField(_("until"), null=True, blank=True)
    cross_border = models.BooleanField(_("data will leave the country"), default=False)
    security = models.TextField(_("security measures"), blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def onward_use(self) -> bool:
        """Whether results or data go on to third parties."""
        return self.right == self.Right.BUSINESS


#: The columns above, in the order of the form.
WANTED = (
    "purpose",
    "scenario",
    "legal_basis",
    "personal_ground",
    "row_scope",
    "mode",
    "right",
    "starts",
    "ends",
    "cross_border",
    "security",
    "attachments",
)


def wanted_of(source: Wanted) -> dict[str, Any]:
    """The words of an application or request, to be copied."""
    return {name: getattr(source, name) for name in WANTED}


def base_positions(actor: Actor) -> set[Who]:
    """Where anybody stands: the robot as robot, a person as person."""
    if actor.is_robot:
        return {Who(Side.ROBOT, "robot")}
    return {Who(Side.PERSON, "*")} if actor.user else set()


def side_positions(actor: Actor, side: Side) -> Collection[Who]:
    """The actor's roles on one side."""
    return {Who(side, role) for role in actor.roles}
