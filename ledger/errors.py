"""The ways a command says no. Each carries the words a person needs: what, by which rule, and what to do instead."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Fault:
    """One fault in what was sent: where (JSON pointer), a stable code, and the words."""

    pointer: str
    code: str
    message: Text


class Refusal(Exception):
    """A command's refusal; nothing was changed.

    Args:
        detail: what is wrong, in the reader's language.
        code: stable word for programs.
        rule: the requirement or article that refuses, e.g. "R 34".
        clause: the clause of law or profile behind the rule.
        remedy: what the reader can do instead.
        errors: faults by field.
    """

    status = 400
    title: Text = _("The request is not valid")

    def __init__(
        self,
        detail: Text = "",
        *,
        code: str = "",
        rule: str = "",
        clause: str = "",
        remedy: Text = "",
        pointer: str = "",
        errors: Sequence[Fault] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail or self.title
        self.code = code or type(self).__name__.lower()
        self.rule, self.clause, self.remedy = rule, clause, remedy
        self.errors = list(errors) or ([Fault(pointer, self.code, self.detail)] if pointer else [])


class BadShape(Refusal):
    """400: a field is missing, malformed or of the wrong type."""


class NotPermitted(Refusal):
    """403: visible, but this actor may not."""

    status = 403
    title = _("You may not do this")


class NotFound(Refusal):
    """404: there is nothing here that this actor may see."""

    status = 404
    title = _("Nothing here that you may see")


class WrongState(Refusal):
    """409: allowed, but not now."""

    status = 409
    title = _("Not possible in this state")


class StaleObject(Refusal):
    """412: the object changed since it was read (RFC 9110 §13)."""

    status = 412
    title = _("Somebody changed this meanwhile")


class PolicyRefused(Refusal):
    """422: a rule of the profile refuses; names rule, clause and remedy."""

    status = 422
    title = _("A rule refuses this")
