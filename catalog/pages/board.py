"""How the catalogue's states look, what its clocks ask for, and its places in the navigation."""

from django.utils.translation import gettext_lazy as _

from ledger.pages.board import ClockWords, NavItem, register_clocks, register_looks, register_nav

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
register_looks("assessment", {"filed": ("info", "file-clock"), "verified": ("ok", "circle-check"), "rejected": ("bad", "circle-x")})
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
register_looks("opening", {"public": ("ok", "globe"), "restricted": ("warn", "key-round"), "non_public": ("mute", "eye-off")})
register_looks(
    "sharing", {"unconditional": ("ok", "share-2"), "conditional": ("info", "handshake"), "not_shared": ("mute", "ban")}
)
register_clocks(
    {
        "filing.accept": ClockWords(_("Accept, or say what is missing"), _("registry body"), _("The breach is entered in the log.")),
        "filing.review": ClockWords(_("Finish the review"), _("registry body"), _("The registry body must explain the delay.")),
        "filing.notice": ClockWords(_("Public notice"), _("anybody may object"), _("Then the code is issued.")),
        "filing.supplement": ClockWords(_("Supply what is missing"), _("the registrant"), _("A reminder is sent.")),
    }
)

register_nav(
    NavItem("datasets", _("Data resources"), "database", 10),
    NavItem("notices", _("Public notices"), "megaphone", 40),
)
