"""Who acts, for whom, in which roles. Commands take an Actor, never an HTTP request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ledger.roles import Role

__all__ = ["ROLE_LABELS", "Actor", "Role"]

if TYPE_CHECKING:
    from ledger.models import Mandate, Organisation, User


ROLE_LABELS = {
    Role.STEWARD: _("data steward"),
    Role.HEAD_FILING: _("head (filings)"),
    Role.HEAD_SHARING: _("head (sharing)"),
    Role.APPLICANT: _("applicant"),
    Role.OFFICER: _("compliance officer"),
    Role.AGENT: _("agent"),
    Role.AUDITOR: _("auditor"),
    Role.ORG_ADMIN: _("organisation administrator"),
}


@dataclass(frozen=True)
class Actor:
    """A person acting for an organisation, a person alone, a visitor, or the robot.

    Attributes:
        user: the person; None for a visitor and for the robot.
        organisation: whom they act for; None when they act in their own name.
        roles: roles held there now, delegated ones included.
        delegated: the roles among them that are lent, by a delegation or a mandate.
        scopes: None for a browser session; for a token the nouns it may write ("*" = all).
        mandate: the letter under which an agent acts for the organisation; None for its own people.
    """

    user: User | None = None
    organisation: Organisation | None = None
    roles: frozenset[Role] = frozenset()
    delegated: frozenset[Role] = frozenset()
    scopes: frozenset[str] | None = None
    mandate: Mandate | None = None
    is_robot: bool = False
    _names: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def robot(cls) -> Actor:
        """The system itself: what a date or a standing consent brings about."""
        return cls(is_robot=True)

    @classmethod
    def anonymous(cls) -> Actor:
        """A visitor without an account."""
        return cls()

    @property
    def is_anonymous(self) -> bool:
        return self.user is None and not self.is_robot

    @property
    def organisation_id(self) -> int | None:
        return self.organisation.pk if self.organisation else None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def pseudonym(self) -> str:
        """The name that stands in the log; the table that maps it to a person is erasable."""
        if self.user is None:
            return "robot" if self.is_robot else "anonymous"
        return self.user.pseudonym_hex

    def holds(self, *roles: Role) -> bool:
        """Whether any of `roles` is held in the organisation acted for."""
        return bool(self.roles.intersection(roles))
