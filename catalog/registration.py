"""What registration brings about, whoever or whatever causes it: filing with a body, notice, code."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from catalog import codes, compliance, description
from catalog.filing import DatasetState
from catalog.filing import FilingState as S
from catalog.models import Dataset, Filing
from ledger import clocks
from ledger.calendar import calendar_for
from ledger.clock import now, today
from ledger.errors import PolicyRefused
from ledger.models import Organisation
from ledger.rows import Rows

CLOCKS = ("filing.accept", "filing.supplement", "filing.review", "filing.notice")


def file_with_body(rows: Rows, filing: Filing) -> None:
    """File with the nearest competent body, and start the acceptance clock (R 3, R 11).

    Raises:
        PolicyRefused: no body is competent for the owner's region.
    """
    owner = filing.dataset.owner
    bodies = Organisation.objects.bodies_for(owner)
    if not bodies and owner.registry_body and owner.is_verified:
        bodies = [owner]  # the topmost body: another of its officers, marked
    if not bodies:
        raise PolicyRefused(
            _("No registry body is set up for your organisation's region."),
            rule="R 3", clause="A 6", code="no_body",
            remedy=_("Ask the operator of this book to enter the body of your level."),
        )  # fmt: skip
    rows.update(filing, state=S.FILED, body=bodies[0])
    start_clock(rows, filing, "filing.accept")


def publish(rows: Rows, filing: Filing) -> None:
    """After the review: the public notice, or the code at once where the profile knows no notice."""
    if filing.policy().has_notice(filing.kind):
        pending = filing.open_objections().exists()  # raised before the notice was halted
        rows.update(filing, state=S.OBJECTION_PENDING if pending else S.IN_NOTICE, published_at=now())
        start_clock(rows, filing, "filing.notice")
        if pending and (clock := clocks.running(filing, "filing.notice")):
            clocks.pause(rows, clock)
    else:
        code_filing(rows, filing)


def code_filing(rows: Rows, filing: Filing, day: dt.date | None = None) -> None:
    """Complete a filing: lay its content over the dataset, give the code, begin the validity (R 19, 20)."""
    dataset, policy, first = filing.dataset, filing.policy(), day or today()
    rows.update(filing, state=S.CODED, ended_at=now())
    description.lay(rows, dataset, description.proposed(dataset, filing.content))
    limit = policy.limit("registration.validity")
    owner = dataset.owner
    rows.update(
        dataset,
        state=DatasetState.REGISTERED,
        code=dataset.code or fresh_code(owner, dataset),
        profile=filing.profile,
        registered_at=now(),
        valid_from=first,
        valid_until=calendar_for(policy.country).add(first, limit.amount, limit.unit).day,
        **compliance.summarised(dataset),
    )


def fresh_code(owner: Organisation, dataset: Dataset) -> str:
    """A code nobody has."""
    while True:
        code = codes.new_code(owner.identifier, dataset.region or owner.region, dataset.industry)
        if not Dataset.objects.filter(code=code).exists():
            return code


def start_clock(rows: Rows, filing: Filing, rule: str) -> None:
    """Start one of the filing's clocks under its own profile, if the profile has it."""
    policy = filing.policy()
    if policy.has_limit(rule):
        clocks.start(rows, filing, policy.limit(rule), rule=rule, profile=filing.profile)


def end_clock(rows: Rows, filing: Filing, rule: str) -> None:
    """A clock has done its work."""
    if clock := clocks.running(filing, rule):
        clocks.meet(rows, clock)


def end_clocks(rows: Rows, filing: Filing) -> None:
    """The case is over: no clock of it runs on."""
    for rule in CLOCKS:
        end_clock(rows, filing, rule)
