"""What can happen on the ground floor, and the words for it."""

from django.utils.translation import gettext_lazy as _

from ledger import parties, vocabulary
from ledger.actor import ROLE_LABELS
from ledger.models import AuditRun, Erasure, Mandate, Organisation
from ledger.parties import Side
from ledger.vocabulary import (
    QUIET,
    SIDES,
    register_events,
    register_labels,
    register_machines,
    register_needs,
)

register_events(
    {
        "log.heartbeat": _("The log is alive"),
        "log.key_added": _("Key of the log added"),
        "log.key_retired": _("Key of the log retired"),
        "log.policy_set": _("Policy of witnesses set"),
        "log.watched": _("Another log is watched"),
        "log.unwatched": _("Another log is watched no more"),
        "erasure.asked": _("Erasure asked for"),
        "entry.erased": _("Words of an entry erased"),
        "erasure.declined": _("Erasure declined"),
        "log.audit_failed": _("Check of the log or the book failed"),
        "demo.opened": _("Demonstration book opened"),
        "demo.clock_moved": _("Demonstration clock moved"),
        "clock.breached": _("Term breached"),
        "clock.recalculated": _("Due date recalculated"),
        "calendar.loaded": _("Holiday calendar loaded"),
        "person.registered": _("Person registered"),
        "person.password_changed": _("Password changed"),
        "person.reset_opened": _("Way to a new password opened by the operator"),
        "register.founded": _("Registry body set up"),
        "organisation.registered": _("Organisation registered"),
        "organisation.listed": _("Organisation taken over from a source catalogue"),
        "organisation.verified": _("Organisation verified"),
        "organisation.described": _("Organisation described"),
        "member.invited": _("Member invited"),
        "member.joined": _("Invitation accepted"),
        "role.granted": _("Role granted"),
        "role.withdrawn": _("Role withdrawn"),
        "role.delegated": _("Role delegated"),
        "delegation.withdrawn": _("Delegation withdrawn"),
        "mandate.offered": _("Mandate offered"),
        "mandate.accepted": _("Mandate accepted"),
        "mandate.declined": _("Mandate declined"),
        "mandate.withdrawn": _("Mandate withdrawn"),
        "mandate.resigned": _("Mandate resigned"),
        "work.handed_over": _("Work handed over"),
        "token.issued": _("API token issued"),
        "token.withdrawn": _("API token withdrawn"),
    }
)
register_labels("role", ROLE_LABELS.items())
register_labels(
    "side",
    {
        parties.Side.SELF: _("the organisation itself"),
        parties.Side.PRINCIPAL: _("principal"),
        parties.Side.AGENT: _("agent"),
        parties.Side.OWNER: _("owner"),
        parties.Side.CONSUMER: _("consumer"),
        parties.Side.BODY: _("registry body"),
        parties.Side.AUTHORITY: _("sharing authority"),
        parties.Side.PERSON: _("any person signed in"),
        parties.Side.ROBOT: _("the system"),
    }.items(),
)
register_labels("role", {"*": _("anybody"), "robot": _("on the date")}.items())
register_labels("audit", AuditRun.Verdict)
register_labels(
    "difference",
    {
        "changed": _("says something else"),
        "missing": _("is gone"),
        "unknown": _("was entered by nobody"),
    }.items(),
)
register_labels("organisation", {"verified": _("verified"), "unverified": _("unverified")}.items())
register_labels(
    "mandate",
    {
        parties.MandateState.OFFERED: _("offered"),
        parties.MandateState.ACCEPTED: _("accepted"),
        parties.MandateState.DECLINED: _("declined"),
        parties.MandateState.WITHDRAWN: _("withdrawn"),
        parties.MandateState.RESIGNED: _("resigned"),
    }.items(),
)
register_labels(
    "erasure",
    {
        parties.ErasureState.ASKED: _("asked for"),
        parties.ErasureState.DONE: _("erased"),
        parties.ErasureState.DECLINED: _("declined"),
    }.items(),
)
register_needs(
    {
        "other_hand": (
            _("Who asked for the erasure does not carry it out."),
            _("Let a second officer of the body decide."),
        ),
        "lender_holds_roles": (
            _("You can lend only roles that you hold yourself."),
            _("Whoever holds them lends them."),
        ),
        "period_is_open": (_("The last day of the mandate is over."), _("Ask the principal for a new one.")),
    }
)
vocabulary.TASKS["erasures"] = Erasure.objects.waiting_for
register_machines(parties.ORGANISATION, parties.MANDATE, parties.ERASURE)

SIDES[Organisation] = {Side.SELF: "pk"}
SIDES[Erasure] = {Side.BODY: "organisation"}
SIDES[Mandate] = {Side.PRINCIPAL: "principal", Side.AGENT: "agent"}
# Who comes, goes and holds which role is told to the person concerned; a new organisation has nobody else yet.
QUIET |= {
    "register.founded",
    "organisation.registered",
    "organisation.listed",
    "member.invited",
    "member.joined",
    "role.granted",
    "role.withdrawn",
    "role.delegated",
    "delegation.withdrawn",
    "work.handed_over",
    "token.issued",
    "token.withdrawn",
}
