"""How the catalogue's states look, what its clocks ask for, and its places in the navigation."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.pages import inbox
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
    "dataset",
    {
        "draft": ("mute", "pencil"),
        "listed": ("mute", "list"),
        "registered": ("ok", "badge-check"),
        "expired": ("warn", "calendar-x"),
        "deregistered": ("mute", "archive"),
        "revoked": ("bad", "ban"),
    },
)
register_looks(
    "filing",
    {
        "draft": ("mute", "pencil"),
        "awaiting_head": ("info", "pen-line"),
        "filed": ("info", "inbox"),
        "supplement_requested": ("warn", "file-question-mark"),
        "in_review": ("info", "search-check"),
        "in_notice": ("info", "megaphone"),
        "objection_pending": ("warn", "scale"),
        "coded": ("ok", "badge-check"),
        "not_accepted": ("bad", "file-x"),
        "refused": ("bad", "circle-x"),
        "terminated": ("bad", "octagon-x"),
        "withdrawn": ("mute", "undo-2"),
        "deemed_withdrawn": ("mute", "undo-2"),
    },
)
register_looks(
    "objection",
    {
        "raised": ("warn", "scale"),
        "answered": ("info", "message-square"),
        "inadmissible": ("mute", "circle-x"),
        "upheld": ("bad", "gavel"),
        "dismissed": ("ok", "circle-check"),
    },
)
register_looks(
    "assessment",
    {"filed": ("info", "file-clock"), "verified": ("ok", "circle-check"), "rejected": ("bad", "circle-x")},
)
register_looks(
    "compliance",
    {
        "compliant": ("ok", "circle-check"),
        "expiring": ("warn", "clock-alert"),
        "incomplete": ("info", "circle-dashed"),
        "lapsed": ("bad", "calendar-x"),
        "failed": ("bad", "circle-x"),
    },
)
register_looks(
    "level",
    {
        "general_1": ("mute", "leaf"),
        "general_2": ("info", "building-2"),
        "general_3": ("info", "lock"),
        "general_4": ("warn", "lock-keyhole"),
        "important": ("warn", "shield"),
        "core": ("bad", "shield-alert"),
    },
)
register_looks(
    "opening",
    {"public": ("ok", "globe"), "restricted": ("warn", "key-round"), "non_public": ("mute", "eye-off")},
)
register_looks(
    "sharing",
    {"unconditional": ("ok", "share-2"), "conditional": ("info", "handshake"), "not_shared": ("mute", "ban")},
)
register_clocks(
    {
        "filing.accept": ClockWords(
            _("Accept, or say what is missing"), _("registry body"), _("The breach is entered in the log.")
        ),
        "filing.review": ClockWords(
            _("Finish the review"), _("registry body"), _("The registry body must explain the delay.")
        ),
        "filing.notice": ClockWords(
            _("Public notice"), _("anybody may object"), _("Then the code is issued.")
        ),
        "filing.supplement": ClockWords(
            _("Supply what is missing"), _("the registrant"), _("A reminder is sent.")
        ),
    }
)

register_nav(
    NavItem("datasets", _("Data resources"), "database", 10),
    NavItem("inbox", _("My tasks"), "inbox", 20, signed_in=True, count=inbox.count),
    NavItem("notices", _("Public notices"), "megaphone", 40),
)

register_addresses(
    {
        "dataset": lambda dataset: reverse("dataset", args=[dataset.pk]),
        "filing": lambda filing: reverse("filing", args=[filing.pk]),
        "objection": lambda objection: reverse("objection", args=[objection.pk]),
        "assessment": lambda assessment: reverse("dataset", args=[assessment.dataset_id]),
    }
)
register_consequences(
    {
        "submit_filing": _("It goes to the head; where you are the head, it goes on at once."),
        "endorse_filing": _(
            "It goes to the registry body, which answers within three working days; without a body the code is issued at once."
        ),
        "accept_filing": _("The term of the review starts."),
        "request_supplement": _(
            "The registrant sees the whole list at once. Later you may ask only for what is still missing from it."
        ),
        "pass_filing": _("The public notice starts; after ten full working days the code is issued."),
        "halt_notice": _("The notice is hidden at once and the review starts again."),
        "raise_objection": _("The notice pauses until the registry body has examined it."),
        "uphold_objection": _("The registration ends."),
        "withhold_dataset": _("Nobody but you and the officers sees it from now on; downloads stop."),
        "draft_filing": _("The description as it stands is what the filing proposes."),
    }
)
register_icons(
    {
        "draft_filing": "file-plus",
        "describe_dataset": "pencil",
        "add_distribution": "upload",
        "file_assessment": "file-check",
        "submit_filing": "send",
        "endorse_filing": "stamp",
        "accept_filing": "check",
        "pass_filing": "check-check",
        "attach_material": "paperclip",
        "raise_objection": "scale",
    }
)
