"""Registering, verifying and describing organisations."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.access import give_role
from ledger.actor import Actor, Role
from ledger.clock import now
from ledger.command import command, find, permit
from ledger.errors import BadShape, Fault, NotPermitted, PolicyRefused
from ledger.identifiers import BadIdentifier, region_names, region_stem, validate_uscc
from ledger.journal import record
from ledger.models import Membership, Organisation, User
from ledger.rows import Rows

#: What the registrant of a small organisation holds at once; officers and auditors are named separately.
PARTY_ROLES = (Role.STEWARD, Role.HEAD_FILING, Role.HEAD_SHARING, Role.APPLICANT, Role.ORG_ADMIN)


@command("organisation.registered", _("Register an organisation"))
def register_organisation(*, actor: Actor, name: str, kind: str, **described: Any) -> Organisation:
    """Register an organisation, unverified; the registrant becomes its administrator and holds its party's roles.

    Raises:
        NotPermitted: nobody is signed in.
        BadShape: a name is missing, or identifier or region cannot be.
        PolicyRefused: the identifier is registered already (R 2).
    """
    if actor.user is None:
        raise NotPermitted(_("Sign in first."), code="sign_in")
    values = checked(name=name, kind=kind, **described)
    rows = Rows()
    organisation = rows.create(Organisation, registered_at=now(), **values)
    rows.create(Membership, user=actor.user, organisation=organisation, joined_at=now())
    for role in PARTY_ROLES:
        give_role(actor.user, organisation, role)
    rows.facts[f"organisation/{organisation.pk}"]["roles"] = {
        actor.pseudonym: [role.value for role in PARTY_ROLES]
    }
    record(actor=actor, event="organisation.registered", subject=organisation, rows=rows)
    return organisation


@command("organisation.verified", _("Verify the organisation"))
def verify_organisation(
    *, actor: Actor, organisation: Organisation | int, parent: Organisation | None = None
) -> Organisation:
    """An officer of a competent body confirms that an organisation is who it says, and to which group it belongs.

    Raises:
        PolicyRefused: it has no identifier to verify (R 2).
    """
    found = find(Organisation, actor, organisation)
    permit(found, actor, "verify_organisation")
    if not found.identifier:
        raise PolicyRefused(
            _("An organisation without an identifier cannot be verified."),
            rule="R 2",
            code="no_identifier",
            remedy=_("Its administrator first enters the credit code or farm code."),
        )
    rows = Rows()
    rows.update(found, verified_at=now(), parent=parent or found.parent)
    record(actor=actor, event="organisation.verified", subject=found, rows=rows)
    return found


@command("organisation.described", _("Edit the organisation"))
def describe_organisation(
    *, actor: Actor, organisation: Organisation | int, **described: Any
) -> Organisation:
    """Change an organisation's own description. A new identifier, name or kind makes it unverified again."""
    found = find(Organisation, actor, organisation)
    permit(found, actor, "describe_organisation")
    values = checked(**{**{name: getattr(found, name) for name in CHECKED}, **described}, known=found)
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if VERIFIED & changed.keys():
        changed["verified_at"] = None
    rows = Rows()
    rows.update(found, **changed)
    record(actor=actor, event="organisation.described", subject=found, rows=rows)
    return found


@command("register.founded", _("Found the register"))
def found_register(*, actor: Actor, admin: User, name: str, kind: str, **described: Any) -> Organisation:
    """Enter a body (registry body, sharing authority) that nobody above could verify, with its first administrator.

    Only the system itself may: the operator by management command.

    Args:
        admin: becomes administrator and officer there.
    """
    if not actor.is_robot:
        raise NotPermitted(_("Only the operator may set up a registry body."), code="operator_only")
    rows = Rows()
    flags = {flag: bool(described.pop(flag, False)) for flag in ("registry_body", "sharing_authority")}
    values = checked(name=name, kind=kind, **described)
    body = rows.create(Organisation, registered_at=now(), verified_at=now(), **values, **flags)
    enter_founder(rows, body, admin, (Role.ORG_ADMIN, Role.OFFICER))
    record(actor=actor, event="register.founded", subject=body, rows=rows)
    return body


def enter_founder(rows: Rows, organisation: Organisation, user: User, roles: Collection[Role]) -> None:
    """The first member of an organisation, with their roles in the entry."""
    rows.create(Membership, user=user, organisation=organisation, joined_at=now())
    for role in roles:
        give_role(user, organisation, role)
    facts = rows.facts[f"organisation/{organisation.pk}"]
    facts["roles"] = {user.pseudonym_hex: sorted(role.value for role in roles)}


CHECKED = ("name", "name_en", "kind", "scheme", "identifier", "region", "industry", "contact")
#: What an officer has verified: a change of it is verified anew.
VERIFIED = {"name", "name_en", "kind", "identifier", "scheme", "region", "parent"}


def checked(known: Organisation | None = None, **values: Any) -> dict[str, Any]:
    """The values of an organisation with identifier and region checked; nothing else may be described."""
    if unknown := values.keys() - {*CHECKED, "parent"}:
        raise TypeError(f"not described by commands: {sorted(unknown)}")
    faults = []
    if not str(values.get("name", "")).strip():
        faults.append(Fault("/name", "required", _("Name the organisation.")))
    if values.get("kind") not in Organisation.Kind.values:
        faults.append(Fault("/kind", "choice", _("Choose what kind of organisation it is.")))
    scheme, identifier = values.get("scheme") or "none", (values.get("identifier") or "").strip()
    if scheme == Organisation.Scheme.USCC:
        try:
            identifier = validate_uscc(identifier)
        except BadIdentifier as bad:
            faults.append(Fault("/identifier", f"uscc_{bad.code}", uscc_words(bad)))
    elif scheme != Organisation.Scheme.NONE and not identifier:
        faults.append(Fault("/identifier", "required", _("Enter the identifier, or choose “no identifier”.")))
    region = values.get("region") or "000000"
    if not (len(region) == 6 and region.isdigit() and (not region_stem(region) or region_names(region))):
        faults.append(
            Fault("/region", "region", _("This is no region code of GB/T 2260: six digits, e.g. 340100."))
        )
    if faults:
        raise BadShape(_("Some fields need another look."), rule="R 2", errors=faults)
    values |= {"scheme": scheme, "identifier": "" if scheme == "none" else identifier, "region": region}
    twin = Organisation.objects.filter(scheme=scheme, identifier=values["identifier"]).exclude(
        pk=known.pk if known else 0
    )
    if values["identifier"] and twin.exists():
        raise PolicyRefused(
            _("This identifier is registered already."),
            rule="R 2",
            code="identifier_taken",
            pointer="/identifier",
            remedy=_("Ask the organisation's administrator for an invitation."),
        )
    return values


def uscc_words(bad: BadIdentifier) -> str:
    """What is wrong with a credit code, naming the character."""
    words = {
        "length": _("A credit code has 18 characters; this one has %(place)s."),
        "character": _(
            "Character %(place)s of the credit code cannot be: digits and letters without I, O, S, V, Z."
        ),
        "check": _(
            "The check character (18th) of the credit code must be %(expected)s; compare it with the licence."
        ),
    }
    return str(words[bad.code]) % {"place": bad.place, "expected": bad.expected}
