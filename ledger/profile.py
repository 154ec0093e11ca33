"""PURE: what a jurisdiction profile is: every limit, clause, ground, route and duty as data with its source,
and the questions one asks of it. No rule is decided here; ledger.policy reads the files.
"""

import re
from enum import StrEnum
from typing import Any, Literal

import msgspec

from ledger.conditions import Facts, Level, Regime, holds


class Confidence(StrEnum):
    """How well a value is established; `own` is a choice of this project, not law."""

    FULL_TEXT = "F"
    DRAFT = "D"
    SECONDARY = "S"
    RECOLLECTION = "R"
    NOT_FOUND = "X"
    TESTED = "T"
    OWN = "own"


class Unit(StrEnum):
    WORKING_DAYS = "WD"
    CALENDAR_DAYS = "CD"
    MONTHS = "M"
    YEARS = "Y"


class Act(StrEnum):
    """The decisions that stand only on a clause."""

    AGREE = "agree"
    REFUSE = "refuse"
    NARROW = "narrow"
    EXTEND = "extend"
    DECLINE_EXTENSION = "decline_extension"
    DECLINE_AGREEMENT = "decline_agreement"
    PUT_ON_NOTICE = "put_on_notice"
    SUSPEND = "suspend"
    TERMINATE = "terminate"
    REVOKE = "revoke"
    WITHHOLD = "withhold"
    NOT_ACCEPT = "not_accept"
    REFUSE_FILING = "refuse_filing"
    TRANSFER_FILING = "transfer_filing"
    EXPLAIN_DELAY = "explain_delay"
    HALT_NOTICE = "halt_notice"
    UPHOLD_OBJECTION = "uphold_objection"
    DISMISS_OBJECTION = "dismiss_objection"
    REJECT_OBJECTION = "reject_objection"
    DEREGISTER = "deregister"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Labelled(Strict, frozen=True, kw_only=True):
    label_en: str
    label_zh: str

    def label(self, language: str = "en") -> str:
        return self.label_zh if language.startswith("zh") else self.label_en


class Cited(Labelled, frozen=True, kw_only=True):
    """A value with its origin; `source` is a key of the profile's [sources]."""

    article: str
    source: str
    confidence: Confidence
    note: str = ""


class Source(Strict, frozen=True, kw_only=True):
    title_zh: str
    title_en: str

    def title(self, language: str = "en") -> str:
        return self.title_zh if language.startswith("zh") else self.title_en


class Limit(Cited, frozen=True, kw_only=True):
    """A term. `maximum`: not later (or not more) than; `minimum`: at least; `reminder`: nobody misses it."""

    amount: int
    unit: Unit
    kind: Literal["maximum", "minimum", "reminder"]
    key: str = ""


class Clause(Cited, frozen=True, kw_only=True):
    acts: frozenset[Act]
    text_en: str = ""
    text_zh: str = ""
    id: str = ""

    def text(self, language: str = "en") -> str:
        return (self.text_zh if language.startswith("zh") else self.text_en) or self.label(language)


class Reason(Cited, frozen=True, kw_only=True):
    """A reason code for turning a filing down; the entry cites its clause."""

    acts: frozenset[Act]
    clause: str
    code: str = ""


class Group(Cited, frozen=True, kw_only=True):
    """A required group of a filing: every key of `needs`, and one of `any_of` if given, must be filled."""

    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("initial",)
    regimes: tuple[Regime, ...] = (Regime.PUBLIC, Regime.GOVERNMENT, Regime.OPERATED)
    id: str = ""


class Notice(Strict, frozen=True, kw_only=True):
    """The public notice: for which kinds of filing, and exactly which fields it shows."""

    kinds: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    article: str = ""
    source: str = ""
    confidence: Confidence = Confidence.OWN


class Registration(Strict, frozen=True, kw_only=True):
    """How filings are handled. `different_officers`: accept, pass and re-examination by different people."""

    needs_officer: bool = False
    different_officers: bool = False
    deem_withdrawn: bool = False
    refuse_repeat_objection: bool = False
    deficiency_tolerance: bool = False
    article: str = ""
    source: str = ""
    confidence: Confidence = Confidence.OWN


class Assessment(Cited, frozen=True, kw_only=True):
    """A kind of assessment demanded when all of `when` hold; `before` says of what it is the condition."""

    when: tuple[str, ...] = ()
    before: Literal["filing", "sharing"] = "filing"
    valid_years: int
    exemption: bool = False
    self_declared: bool = False
    clause: str = ""
    kind: str = ""


class Bar(Cited, frozen=True, kw_only=True):
    """What may not be shared through the book at all; lifted only by the named assessment, if any."""

    when: tuple[str, ...]
    rule: str
    clause: str
    lifted_by: str = ""
    remedy_en: str = ""
    remedy_zh: str = ""

    def remedy(self, language: str = "en") -> str:
        return self.remedy_zh if language.startswith("zh") else self.remedy_en


class Stage(Labelled, frozen=True, kw_only=True):
    """One step of a route. Only a stage that `decides` agrees or refuses; the others recommend."""

    id: str
    side: Literal["provider", "consumer", "authority"]
    role: str
    quorum: Literal["any", "all"] | int = "any"
    when: tuple[str, ...] = ()
    decides: bool = False
    optional: bool = False
    clause: str = ""


class AgreementRule(Strict, frozen=True, kw_only=True):
    """Whether a signed agreement is demanded before a grant, and whether a standing consent stands for it."""

    demanded: bool
    signatures: Literal["none", "both_heads"] = "both_heads"
    standing_consent_suffices: bool = True
    article: str = ""
    source: str = ""
    confidence: Confidence = Confidence.OWN


class Floor(Cited, frozen=True, kw_only=True):
    level: Level


class Scale(Cited, frozen=True, kw_only=True):
    """More than `persons` people of this kind raise the class to `level`."""

    persons: int
    personal: Literal["ordinary", "sensitive"]
    level: Level


class Grading(Strict, frozen=True, kw_only=True):
    """Impact matrix (object × degree → class), floors and scale thresholds; no harm is general_1."""

    matrix: dict[str, dict[str, Level]] = {}
    floors: dict[str, Floor] = {}
    scales: dict[str, Scale] = {}
    source: str = ""
    article: str = ""
    confidence: Confidence = Confidence.OWN


#: "art. 9(1)", "art. 3, 6", "art. 14-16": how the files name articles.
ARTICLE = re.compile(r"art\. ([\d, -]+)(?:\((\d+)\))?")


def article_zh(found: re.Match[str]) -> str:
    """An article as Chinese statutes cite it: 第9条第（1）项."""
    numbers = found[1].strip(" ,").replace(", ", "、").replace("-", "至")
    return f"第{numbers}条" + (f"第（{found[2]}）项" if found[2] else "")


class Profile(Strict, frozen=True, kw_only=True):
    id: str
    number: int
    label_en: str
    label_zh: str
    inherits: str = ""
    abstract: bool = False
    country: str = "CN"
    zone: str = "Asia/Shanghai"
    regimes: tuple[Regime, ...] = ()
    regions: tuple[str, ...] = ()
    sources: dict[str, Source] = {}
    limits: dict[str, Limit] = {}
    groups: dict[str, Group] = {}
    reasons: dict[str, Reason] = {}
    clauses: dict[str, Clause] = {}
    assessments: dict[str, Assessment] = {}
    bars: dict[str, Bar] = {}
    routes: dict[str, tuple[Stage, ...]] = {}
    agreements: dict[str, AgreementRule] = {}
    registration: Registration = Registration()
    notice: Notice = Notice()
    grading: Grading = Grading()

    @property
    def version(self) -> str:
        return f"{self.id}@{self.number}"

    def label(self, language: str = "en") -> str:
        return self.label_zh if language.startswith("zh") else self.label_en

    def limit(self, key: str) -> Limit:
        return self._get("limits", key)

    def has_limit(self, key: str) -> bool:
        return key in self.limits

    def clause(self, id: str) -> Clause:
        return self._get("clauses", id)

    def clauses_for(self, act: str) -> list[Clause]:
        """What may ground this act, in the order of the file: the choices of a decision form."""
        return [clause for clause in self.clauses.values() if act in clause.acts]

    def grounds(self, act: str, ids: list[str] | tuple[str, ...]) -> bool:
        """Do these clauses (at least one, all known) ground the act?"""
        return bool(ids) and all(id in self.clauses and act in self.clauses[id].acts for id in ids)

    def reason(self, code: str) -> Reason:
        return self._get("reasons", code)

    def reasons_for(self, act: str) -> list[Reason]:
        return [reason for reason in self.reasons.values() if act in reason.acts]

    def cite(self, item: Any, language: str = "en") -> str:
        """The origin of a value as people write it: "Regulation on …, art. 21"."""
        title = self.sources[item.source].title(language) if item.source in self.sources else ""
        if language.startswith("zh"):
            return title + ARTICLE.sub(article_zh, item.article) if ARTICLE.search(item.article) else title
        return " ".join(part for part in (title, item.article) if part)

    def groups_for(self, kind: str, regime: str) -> list[Group]:
        return [group for group in self.groups.values() if kind in group.kinds and regime in group.regimes]

    def has_notice(self, kind: str) -> bool:
        return kind in self.notice.kinds

    def assessments_for(self, facts: Facts, before: str = "filing") -> list[Assessment]:
        return [a for a in self.assessments.values() if a.before == before and holds(a.when, facts)]

    def bars_for(self, facts: Facts) -> list[Bar]:
        return [bar for bar in self.bars.values() if holds(bar.when, facts)]

    def stages(self, regime: str, sharing: str) -> tuple[Stage, ...]:
        """The route for this regime and sharing attribute; () where nothing can be asked for."""
        return self.routes.get(f"{regime}.{sharing}", self.routes.get(sharing, ()))

    def agreement(self, regime: str, sharing: str) -> AgreementRule:
        found = self.agreements.get(f"{regime}.{sharing}", self.agreements.get(sharing))
        return found or AgreementRule(demanded=True)

    def _get(self, section: str, key: str) -> Any:
        try:
            return getattr(self, section)[key]
        except KeyError:
            raise LookupError(f"profile {self.version} has no {section}.{key}") from None
