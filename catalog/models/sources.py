"""Source catalogues: whose lists were taken over, so that a second import finds what the first one made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.actor import Actor
from ledger.models import Organisation
from ledger.models.entered import Entered


class CatalogueSourceQuerySet(models.QuerySet["CatalogueSource"]):
    """Sets of source catalogues."""

    def visible_to(self, actor: Actor) -> CatalogueSourceQuerySet:
        """All of them: where a listed record comes from is public."""
        return self


class CatalogueSource(Entered):
    """A portal or feed whose records stand here as listed datasets."""

    identifier = models.SlugField(_("identifier"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=300)
    title_en = models.CharField(_("English title"), max_length=300, blank=True)
    region = models.CharField(_("region (GB/T 2260)"), max_length=6, default="000000")
    #: What the organisations are that it names; nothing in a record says so.
    owner_kind = models.CharField(
        _("kind of its owners"),
        max_length=20,
        choices=Organisation.Kind,
        default=Organisation.Kind.DEPARTMENT,
    )
    format = models.CharField(_("format"), max_length=20)
    imported_at = models.DateTimeField(_("last import"))

    objects = CatalogueSourceQuerySet.as_manager()

    class Meta:
        ordering = ["identifier"]

    def __str__(self) -> str:
        return self.title
