"""Organisations: shapes, output, noun."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.actor import ROLE_LABELS, Actor
from ledger.api.nouns import Noun, register
from ledger.api.outputs import Link, Output
from ledger.api.shapes import Choices, LongText, OrganisationField, Shape, UserField, role_list
from ledger.clock import today
from ledger.models import Organisation
from ledger.parties import ENTRUSTED


class RegisterOrganisation(Shape):
    """An organisation as its registrant describes it."""

    name = serializers.CharField(max_length=300, label=_("name"))
    kind = serializers.ChoiceField(Organisation.Kind.choices, label=_("kind"))
    name_en = serializers.CharField(max_length=300, required=False, allow_blank=True, label=_("English name"))
    scheme = serializers.ChoiceField(
        Organisation.Scheme.choices, required=False, label=_("identifier scheme")
    )
    identifier = serializers.CharField(max_length=64, required=False, allow_blank=True, label=_("identifier"))
    region = serializers.CharField(
        max_length=6,
        required=False,
        label=_("region (GB/T 2260)"),
        help_text=_("Six digits, e.g. 340100; 000000 = the whole country."),
    )
    industry = serializers.CharField(
        max_length=5, required=False, allow_blank=True, label=_("industry (GB/T 4754)")
    )
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True, label=_("contact"))


class DescribeOrganisation(RegisterOrganisation):
    """What changes; the rest stays."""

    name = serializers.CharField(max_length=300, required=False, label=_("name"))
    kind = serializers.ChoiceField(Organisation.Kind.choices, required=False, label=_("kind"))


class VerifyOrganisation(Shape):
    """An officer may name the group it belongs to."""

    parent = OrganisationField(required=False, label=_("group it belongs to"))


class InviteMember(Shape):
    roles = role_list()
    addressee = serializers.CharField(max_length=200, label=_("for whom"))


class OneRole(Shape):
    """A member and a role."""

    user = UserField(label=_("member"))
    role = serializers.ChoiceField(list(ROLE_LABELS.items()), label=_("role"))


class Delegate(Shape):
    receiver = UserField(label=_("colleague"))
    roles = role_list()
    starts = serializers.DateField(label=_("first day"))
    ends = serializers.DateField(label=_("last day"))
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, label=_("reason"))


class WithdrawDelegation(Shape):
    delegation = serializers.IntegerField(min_value=1, label=_("delegation"))


class HandOverWork(Shape):
    leaver = UserField(label=_("who leaves"))
    successor = UserField(label=_("who takes over"))


class GiveMandate(Shape):
    """Whom one entrusts, with what, for how long."""

    agent = OrganisationField(label=_("agent"))
    roles = Choices(
        choices=[(role, ROLE_LABELS[role]) for role in ENTRUSTED],
        label=_("roles entrusted"),
        allow_empty=False,
    )
    starts = serializers.DateField(label=_("first day"))
    ends = serializers.DateField(label=_("last day"))
    letter = LongText(
        required=False,
        allow_blank=True,
        label=_("words of the letter"),
        help_text=_(
            "What the agent may do and what not; or the number of the signed letter and where it is kept."
        ),
    )


class OrganisationOutput(Output):
    """An organisation as the public register shows it; the contact only to people signed in."""

    parent = Link()

    class Meta:
        model = Organisation
        fields = [
            "name",
            "name_en",
            "kind",
            "scheme",
            "identifier",
            "region",
            "industry",
            "parent",
            "contact",
            "registry_body",
            "sharing_authority",
            "source",
            "registered_at",
            "verified_at",
        ]

    def hides(self, obj: Organisation, actor: Actor) -> Collection[str]:
        return () if actor.user or actor.is_robot else ("contact",)


def delegations(request: Request, organisation: Organisation, actor: Actor) -> Response:
    """The delegations of an organisation in force or to come, for its members."""
    if actor.organisation_id != organisation.pk or not actor.roles or actor.mandate:
        return Response({"results": []})
    lent = organisation.delegations.filter(withdrawn_at=None, ends__gte=today()).select_related(
        "giver", "receiver"
    )
    return Response({"results": [delegation_of(one) for one in lent.order_by("pk")]})


def delegation_of(one: Any) -> dict[str, Any]:
    people = {"giver": one.giver.username, "receiver": one.receiver.username}
    return {
        "id": one.pk,
        **people,
        "roles": one.roles,
        "starts": one.starts,
        "ends": one.ends,
        "reason": one.reason,
    }


register(
    Noun(
        name="organisations",
        label=_("Organisations"),
        model=Organisation,
        argument="organisation",
        output=OrganisationOutput,
        commands={
            "verify_organisation": VerifyOrganisation,
            "describe_organisation": DescribeOrganisation,
            "invite_member": InviteMember,
            "grant_role": OneRole,
            "withdraw_role": OneRole,
            "delegate": Delegate,
            "withdraw_delegation": WithdrawDelegation,
            "hand_over_work": HandOverWork,
            "give_mandate": GiveMandate,
        },
        creates={"register_organisation": RegisterOrganisation},
        filters={
            "kind": "kind",
            "scheme": "scheme",
            "identifier": "identifier",
            "region": "region__startswith",
            "registry_body": "registry_body",
            "sharing_authority": "sharing_authority",
            "state": lambda found, value, actor: found.filter(verified_at__isnull=value != "verified"),
        },
        search=("name", "name_en", "identifier"),
        order="pk",
        orders=("name",),
        rows=lambda found, actor: found.select_related("parent"),
        reads={"delegations": delegations},
    )
)
