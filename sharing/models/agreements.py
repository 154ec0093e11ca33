"""Agreements: terms rendered from the request, whose hash both sides sign."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ledger import clocks
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.errors import Text
from ledger.machine import Machine, Move, Who
from ledger.models import Organisation, User
from ledger.models.entered import Entered
from ledger.parties import Side
from ledger.policy import Profile
from sharing.models.requests import ShareRequest
from sharing.models.route import OfRequestQuerySet
from sharing.workflow import AGREEMENT, AgreementState


class AgreementQuerySet(OfRequestQuerySet):
    """Sets of agreements; whoever sees the request sees its agreement."""

    def waiting_for(self, actor: Actor) -> AgreementQuerySet:
        """Those that the actor's side has not signed."""
        if not actor.organisation_id or not actor.holds(Role.HEAD_SHARING):
            return self.none()
        mine = Q(share_request__consumer=actor.organisation_id) | Q(
            share_request__provider=actor.organisation_id
        )
        signed = Signature.objects.filter(agreement=OuterRef("pk"), organisation=actor.organisation_id)
        return self.filter(mine, ~Exists(signed), state=AgreementState.PROPOSED)


class Agreement(Entered):
    """The terms in both languages, and the SHA-256 that both heads sign (R 50)."""

    PRIVATE = {"text_zh", "text_en", "decline_reason"}
    machine: ClassVar[Machine] = AGREEMENT

    share_request = models.OneToOneField(ShareRequest, on_delete=models.PROTECT, related_name="agreement")
    state = models.CharField(
        _("state"), max_length=12, choices=[(s, s) for s in AgreementState], default=AgreementState.PROPOSED
    )
    text_zh = models.TextField()
    text_en = models.TextField()
    digest = models.CharField(_("SHA-256 of the text"), max_length=64)
    decline_reason = models.TextField(_("why it was declined"), blank=True)
    clauses = models.JSONField(default=list)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.share_request)

    @property
    def text(self) -> str:
        """The terms in the reader's language; both bind."""
        return self.text_zh if (get_language() or "zh").startswith("zh") else self.text_en

    def policy(self) -> Profile:
        return self.share_request.policy()

    def positions(self, actor: Actor) -> Collection[Who]:
        return self.share_request.positions(actor)

    def conflict(self, actor: Actor, wanted: Move) -> Text:
        return self.share_request.conflict(actor, wanted)

    def side_of(self, actor: Actor) -> Side | None:
        """The side this actor signs for."""
        sides = {self.share_request.consumer_id: Side.CONSUMER, self.share_request.provider_id: Side.OWNER}
        return sides.get(actor.organisation_id)  # type: ignore[arg-type]

    # Conditions of moves --------------------------------------------------------------------------
    def is_in_time(self, actor: Actor) -> bool:
        """The term for signing still runs; a late robot keeps no offer alive."""
        return not self.signing_is_late(actor)

    def signing_is_late(self, actor: Actor) -> bool:
        clock = clocks.running(self.share_request, "request.agreement_lapse")
        return clock is not None and clock.is_overdue(now())

    def side_has_not_signed(self, actor: Actor) -> bool:
        side = self.side_of(actor)
        return side is not None and not self.signatures.filter(side=side).exists()


class Signature(Entered):
    """One side's signature: who, when, of which hash."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=12)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "side"], name="signature_once")]
