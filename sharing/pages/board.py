"""How requests and grants look, what their clocks ask for, where their pages are."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.pages.board import (
    ClockWords,
    NavItem,
    register_addresses,
    register_clocks,
    register_consequences,
    register_icons,
    register_looks,
    register_nav,
)

register_looks(
    "application",
    {
        "draft": ("mute", "pencil"),
        "awaiting_head": ("info", "pen-line"),
        "sent": ("ok", "send"),
        "discarded": ("mute", "trash-2"),
    },
)
register_looks(
    "sharerequest",
    {
        "under_review": ("info", "search-check"),
        "supplement_requested": ("warn", "file-question-mark"),
        "approved": ("info", "signature"),
        "granted": ("info", "package"),
        "delivered": ("ok", "package-check"),
        "refused": ("bad", "circle-x"),
        "lapsed": ("mute", "hourglass"),
        "withdrawn": ("mute", "undo-2"),
        "deemed_withdrawn": ("mute", "undo-2"),
    },
)
register_looks(
    "agreement",
    {
        "proposed": ("info", "signature"),
        "in_force": ("ok", "handshake"),
        "declined": ("bad", "circle-x"),
        "lapsed": ("mute", "hourglass"),
    },
)
register_looks(
    "grant",
    {
        "active": ("ok", "key-round"),
        "on_notice": ("warn", "triangle-alert"),
        "suspended": ("bad", "circle-pause"),
        "expired": ("mute", "calendar-x"),
        "closing": ("warn", "eraser"),
        "closed": ("mute", "archive"),
    },
)
register_looks(
    "correction",
    {"reported": ("warn", "bug"), "corrected": ("ok", "circle-check"), "declined": ("mute", "circle-x")},
)
register_looks(
    "dispute",
    {
        "negotiation": ("warn", "messages-square"),
        "mediation": ("warn", "scale"),
        "before_government": ("warn", "landmark"),
        "settled": ("ok", "handshake"),
        "withdrawn": ("mute", "undo-2"),
    },
)
register_looks(
    "missingrequest",
    {
        "called": ("warn", "megaphone"),
        "promised": ("ok", "circle-check"),
        "declined": ("bad", "circle-x"),
        "withdrawn": ("mute", "undo-2"),
    },
)
register_looks("standingconsent", {"standing": ("ok", "circle-check"), "withdrawn": ("mute", "undo-2")})

REPLY = ClockWords(
    _("Reply to the request"),
    _("the provider"),
    _("The breach is entered and the applicant may open a dispute."),
)
register_clocks(
    {
        "request.reply.conditional": REPLY,
        "request.reply.unconditional": REPLY,
        "request.supplement": ClockWords(
            _("Complete the request"), _("the applicant"), _("The term of the reply is paused meanwhile.")
        ),
        "request.delivery": ClockWords(
            _("Deliver the data"),
            _("the provider"),
            _("The breach is entered and the applicant may open a dispute."),
        ),
        "request.agreement_lapse": ClockWords(
            _("Sign the agreement"), _("both heads"), _("Then the approval lapses.")
        ),
        "grant.mend": ClockWords(
            _("Mend what was found"), _("the grantee"), _("Then the grant may be terminated.")
        ),
        "grant.deletion": ClockWords(
            _("Show that the data is disposed of"), _("the grantee"), _("The breach is entered in the log.")
        ),
        "missing.answer": ClockWords(
            _("Answer the call for data"), _("the owner"), _("The breach is entered in the log.")
        ),
        "correction": ClockWords(
            _("Verify and correct"), _("the provider"), _("The breach is entered in the log.")
        ),
    }
)
register_addresses(
    {
        "application": lambda application: reverse("application", args=[application.pk]),
        "sharerequest": lambda request: reverse("share-request", args=[request.pk]),
        "agreement": lambda agreement: reverse("agreement", args=[agreement.pk]),
        "grant": lambda grant: reverse("grant", args=[grant.pk]),
        "usereport": lambda report: reverse("grant", args=[report.grant_id]),
        "correction": lambda ticket: reverse("correction", args=[ticket.pk]),
        "missingrequest": lambda call: reverse("missing-request", args=[call.pk]),
        "dispute": lambda dispute: reverse("dispute", args=[dispute.pk]),
        "standingconsent": lambda consent: reverse("dataset", args=[consent.dataset_id]),
    }
)
register_consequences(
    {
        "submit_application": _("It goes to your head; where you are the head, it is sent at once."),
        "endorse_application": _(
            "One request a dataset goes out; this is the moment of receipt and the terms start."
        ),
        "ask_supplement": _(
            "The term of the reply is paused. Later you may ask only for what is still missing from this list."
        ),
        "agree_request": _("The term of delivery starts today, whenever the signatures come."),
        "refuse_request": _("The applicant reads clause and finding, and may dispute it."),
        "sign_agreement": _("With the second signature the grant begins."),
        "deliver": _("The applicant can take the data out and must confirm or contest it."),
        "suspend_grant": _("Downloads stop at once; the grantee has a term to mend."),
        "terminate_grant": _("The grantee must show that the data is disposed of."),
        "withdraw_request": _("The request ends; it can be copied as a new one."),
    }
)
register_icons(
    {
        "submit_application": "send",
        "endorse_application": "stamp",
        "recommend": "thumbs-up",
        "agree_request": "check",
        "refuse_request": "x",
        "ask_supplement": "file-question-mark",
        "ask_extension": "calendar-plus",
        "deliver": "package",
        "confirm_delivery": "package-check",
        "sign_agreement": "signature",
        "report_use": "chart-line",
        "report_error": "bug",
        "copy_application": "copy",
        "open_dispute": "scale",
    }
)
register_nav(NavItem("requests", _("Requests"), "send", 30, signed_in=True))
