"""Components of the pages. `{% load ledger_ui %}`; templates extend "ledger/base.html".

Words and colours
    {% badge "filing" filing.state %}    tone + icon + word; kinds are those in `pages.board.register_looks`
    {% icon "download" %} {% icon "x" size=14 %}  inline SVG, hidden from screen readers
    {% bilingual dataset "title" %}    main language first, the other small with its own lang=""
    {% bilingual dataset "title" link=url %}    the same with the first as a link
    {{ n|number }} {{ date|day }} {{ date|weekday }} {{ when|moment }} {{ bytes|filesize }} {{ code|grouped }}

Time
    {% clock clock %}    "Accept or return: by Tue 13 Oct · registry body", provisional, paused, overdue
    {% clock clock short=True %}     only the date, for tables
    {% timeline items %}    items: at, label, who, note, tone, icon, uid, clauses, marks (pages.history.Item)
    {% steps steps %}    steps: label, phase ("past" "now" "next" "failed"), note (pages.history.Step)

Forms (with `pages.forms.PageForm`, or any Django form)
    {% form_errors form %}    summary on top, links to the fields
    {% field form.title %}    label, help, control, fault; options: label= help= kind= rows= options= note=
    {% fields form "a" "b" %}    several; without names all that were not drawn yet

Acting
    {% actions deeds %}    buttons and links, primary first (pages.deeds.Deed)
    {% pager page %}    a Django Page
    {% facet "level" "Sensitivity" options %}     options: pages.forms.Option, note = count
    {% empty "inbox" "Nothing waits for you" "…text…" href label %}
    {% kpi label value note=… href=… tone=… %}    inside <dl class="kpis">
    {% alert "warn" "Title" %}…{% endalert %}     tones ok info warn bad
    {% card "Title" icon=… %}…{% endcard %}    a section with a heading
    {% row "Label" %}value{% endrow %}    inside <dl class="facts">
    {% meter parts %}    parts: (label, number, tone); a stacked bar with a legend

Tables: `<table class="table">`, each td with data-label, turns into cards on phones; the first cell is "lead".
Layout: <main> blocks `page` (whole), or `head_title head_sub head_actions crumbs content aside`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import lucide
from django import forms as django_forms
from django import template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from ledger.clock import now, today
from ledger.pages import board, forms
from ledger.policy import ProfileError, pinned

register = template.Library()
ZONE = ZoneInfo("Asia/Shanghai")
SOON = dt.timedelta(days=2)
TIMELINE = 8  # entries that stand open


@cache
def _svg(name: str, size: int) -> str:
    return lucide._render_icon(name, size, aria_hidden="true", focusable="false")


@register.simple_tag
def icon(name: str, size: int = 17) -> SafeString:
    """An icon of lucide's; it never carries meaning alone."""
    return mark_safe(_svg(str(name), int(size)))


@register.inclusion_tag("ledger/ui/badge.html")
def badge(kind: str, value: Any, title: str = "") -> dict[str, Any]:
    """A value of a closed set: colour, icon and word."""
    return {"look": board.look(kind, value), "title": title}


@register.filter
def label(value: Any, kind: str) -> str:
    """The word for a value of a closed set, without colour."""
    return str(board.look(kind, value).label)


# Numbers and dates -----------------------------------------------------------------------------------------
@register.filter
def number(value: Any) -> str:
    """A number with separators; both languages group by three."""
    if value in (None, ""):
        return "–"
    return f"{int(value) if isinstance(value, str) and value.isdigit() else value:,}"


@register.filter
def filesize(value: Any) -> str:
    """Bytes in a unit people read."""
    return filesizeformat(value) if value not in (None, "") else "–"


def local(value: dt.datetime | dt.date) -> dt.datetime | dt.date:
    """A moment in the book's zone; a date stays."""
    return timezone.localtime(value, ZONE) if isinstance(value, dt.datetime) else value


@register.filter
def day(value: dt.date | None) -> str:
    """A date: 13 Oct 2026, 2026年10月13日."""
    # Translators: a full date, in Django's date format
    return formats.date_format(local(value), pgettext("date", "j M Y")) if value else "–"


@register.filter
def weekday(value: dt.date | None) -> str:
    """A date near by, with its weekday; the year only when it is another one."""
    if not value:
        return "–"
    shown = local(value)
    # Translators: weekday and date, in Django's date format
    same, other = pgettext("date", "D j M"), pgettext("date", "D j M Y")
    return formats.date_format(shown, same if shown.year == today().year else other)


@register.filter
def moment(value: dt.datetime | None) -> str:
    """A date with its time in the book's zone."""
    # Translators: date and time, in Django's date format
    return formats.date_format(local(value), pgettext("date", "j M Y, H:i")) if value else "–"


@register.simple_tag
def when(value: dt.datetime | dt.date | None) -> str:
    """The same inside <time>, for machines too."""
    if not value:
        return "–"
    text = moment(value) if isinstance(value, dt.datetime) else day(value)
    return format_html('<time datetime="{}">{}</time>', local(value).isoformat(), text)


@register.filter
def grouped(code: str | None) -> str:
    """A long code in groups of four, easier to compare."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4)) if code else ""


# Two languages ---------------------------------------------------------------------------------------------
@register.inclusion_tag("ledger/ui/bilingual.html")
def bilingual(obj: Any, attribute: str, link: str = "") -> dict[str, Any]:
    """A text in the reader's language, below it the other one."""
    texts = [("zh-Hans", getattr(obj, attribute, "")), ("en", getattr(obj, f"{attribute}_en", ""))]
    if (get_language() or "").startswith("en"):
        texts.reverse()
    found = [(lang, text) for lang, text in texts if text]
    if len(found) == 2 and found[0][1] == found[1][1]:  # a source that knows one language only
        found = found[:1]
    page = "en" if (get_language() or "").startswith("en") else "zh-Hans"
    marked = [(lang if lang != page else "", text) for lang, text in found]
    return {
        "first": marked[0] if marked else ("", ""),
        "second": marked[1] if marked[1:] else None,
        "link": link,
    }


@register.simple_tag
def text_in(obj: Any, attribute: str) -> str:
    """A text in the reader's language, or in the one there is."""
    plain, english = getattr(obj, attribute, ""), getattr(obj, f"{attribute}_en", "")
    return (english or plain) if (get_language() or "").startswith("en") else (plain or english)


# Time ------------------------------------------------------------------------------------------------------
def clock_state(clock: Any) -> str:
    """Where a clock stands, for people."""
    if clock.cancelled_at:
        return "cancelled"
    if clock.met_at:
        return "met"
    if clock.breached_at and clock.kind == "maximum":
        return "breached"
    if clock.running_since is None:
        return "paused"
    if clock.kind == "maximum" and clock.is_overdue(now()):
        return "overdue"
    soon = clock.kind == "maximum" and clock.due - today() <= SOON
    return "soon" if soon else "running"


@register.inclusion_tag("ledger/ui/clock.html")
def clock(clock: Any, short: bool = False) -> dict[str, Any]:
    """What is due, by whom, by when, and what happens otherwise."""
    state = clock_state(clock)
    return {
        "clock": clock,
        "state": state,
        "look": board.look("clock", state),
        "words": board.clock_words(clock.rule),
        "short": short,
        "is_notice": clock.kind == "minimum",
        "basis": basis(clock),
    }


def basis(clock: Any) -> str:
    """The article behind a clock in the reader's language; as recorded where the profile is not at hand."""
    try:
        profile = pinned(clock.profile)
        return profile.cite(profile.limit(clock.rule), get_language() or "zh")
    except (LookupError, ProfileError):
        return str(clock.basis)


@register.inclusion_tag("ledger/ui/timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, Any]:
    """What happened, newest first; the older part is folded away."""
    rows = list(items)
    return {"head": rows[:TIMELINE], "tail": rows[TIMELINE:]}


@register.inclusion_tag("ledger/ui/proven.html")
def proven(items: Iterable[Any]) -> dict[str, Any]:
    """Up to which signed tree the acts on a case are proven; the newest one leads to its receipt."""
    rows = [item for item in items if item.uid]
    signed = [item.checkpoint for item in rows if item.checkpoint is not None]
    whole = len(signed) == len(rows)
    return {
        "newest": rows[0] if rows else None,
        "checkpoint": max(signed, default=0),
        "whole": whole,
        "count": len(rows),
    }


@register.inclusion_tag("ledger/ui/steps.html")
def steps(steps: Sequence[Any]) -> dict[str, Any]:
    """The way of a case: what is past, where it stands, what comes."""
    return {"steps": steps}


# Forms -----------------------------------------------------------------------------------------------------
@register.inclusion_tag("ledger/ui/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """Every fault of a form with a link to its field, and the rule and remedy of a refusal."""
    if isinstance(form, django_forms.BaseForm):
        faults = [
            (f"f-{name}" if name != "__all__" else "", form[name].label if name != "__all__" else "", text)
            for name, texts in form.errors.items()
            for text in texts
        ]
        return {"faults": faults, "refusal": None}
    return {"faults": form.faults if form else [], "refusal": form.refusal if form else None}


@register.inclusion_tag("ledger/ui/field.html")
def field(control: Any, **given: Any) -> dict[str, Any]:
    """A control with label, help and fault. `kind` picks another one, `note` stands at its end (a unit)."""
    drawn = forms.from_django(control) if isinstance(control, django_forms.BoundField) else control
    note, rows = given.pop("note", ""), given.pop("rows", 4)
    attrs = {name: given.pop(name) for name in ("placeholder", "accept", "autocomplete") if name in given}
    if given.get("kind") == "radios":
        given["options"] = [option for option in drawn.options if option.value]
    if given or attrs:
        drawn = forms.Control(**{**vars(drawn), **given, "attrs": {**drawn.attrs, **attrs}})
    return {"c": drawn, "note": note, "rows": rows}


@register.inclusion_tag("ledger/ui/fields.html")
def fields(form: Any, *names: str) -> dict[str, Any]:
    """Several controls one below the other."""
    return {"controls": [form[name] for name in names] if names else list(form)}


# Acting ----------------------------------------------------------------------------------------------------
@register.inclusion_tag("ledger/ui/actions.html", takes_context=True)
def actions(context: template.Context, deeds: Iterable[Any]) -> dict[str, Any]:
    """What may be done now: one primary button, the rest quiet, the grave ones last."""
    ordered = sorted(deeds, key=lambda deed: (not deed.primary, deed.grave))
    return {"deeds": ordered, "csrf_token": context.get("csrf_token"), "request": context.get("request")}


@register.inclusion_tag("ledger/ui/pager.html", takes_context=True)
def pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Where one is in a list, and the way on."""
    return {"page": page, "request": context["request"]}


@register.inclusion_tag("ledger/ui/facet.html")
def facet(name: str, legend: str, options: Iterable[Any], shown: int = 8) -> dict[str, Any]:
    """One group of filters with counts; the long tail is folded away."""
    rows = list(options)
    return {"name": name, "legend": legend, "head": rows[:shown], "tail": rows[shown:]}


@register.inclusion_tag("ledger/ui/empty.html")
def empty(icon: str, title: str, text: str = "", href: str = "", label: str = "") -> dict[str, Any]:
    """Nothing here, why, and what to do next."""
    return {"icon": icon, "title": title, "text": text, "href": href, "label": label}


@register.inclusion_tag("ledger/ui/kpi.html")
def kpi(label: str, value: Any, note: str = "", href: str = "", tone: str = "") -> dict[str, Any]:
    """A figure with its name."""
    return {"label": label, "value": value, "note": note, "href": href, "tone": tone}


@register.inclusion_tag("ledger/ui/meter.html")
def meter(parts: Iterable[tuple[str, int, str]], title: str = "") -> dict[str, Any]:
    """A bar of parts with their legend; drawn as SVG so that it prints and needs no style attribute."""
    rows = [row for row in parts if row[1]]
    total, offset, drawn = sum(row[1] for row in rows) or 1, 0.0, []
    for name, amount, tone in rows:
        width = 100 * amount / total
        drawn.append((name, amount, tone, f"{offset:.3f}", f"{width:.3f}"))
        offset += width
    return {"parts": drawn, "title": title}


@register.simple_block_tag
def alert(content: str, tone: str, title: str = "") -> SafeString:
    """A message that stands on the page."""
    icons = {"ok": "circle-check", "info": "info", "warn": "triangle-alert", "bad": "octagon-alert"}
    heading = format_html("<strong>{}</strong>", title) if title else ""
    role = "alert" if tone == "bad" else "note"
    return format_html(
        '<div class="alert tone-{}" role="{}">{}<div>{}<div>{}</div></div></div>',
        tone,
        role,
        icon(icons[tone], 20),
        heading,
        mark_safe(content),
    )


@register.simple_block_tag
def card(content: str, title: str = "", icon: str = "", id: str = "", flush: bool = False) -> SafeString:
    """A section with a heading; `flush` lets a table touch the edges."""
    drawn = mark_safe(_svg(icon, 18)) if icon else ""
    heading = format_html("<h2>{}{}</h2>", drawn, title) if title else ""
    named = format_html(' id="{}"', id) if id else ""
    body = mark_safe(content)
    return format_html(
        '<section class="card{}"{}>{}{}</section>', " flush" if flush else "", named, heading, body
    )


@register.simple_block_tag
def row(content: str, term: str) -> SafeString:
    """One line of a description list; left out when there is nothing to say."""
    if not strip_tags(content).strip() and "<svg" not in content:
        return mark_safe("")
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", term, mark_safe(content))


@register.filter
def missing(text: Any) -> Any:
    """A text, or the word for its absence."""
    return text or _("not stated")
