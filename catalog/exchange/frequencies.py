"""Update frequencies: words and ISO 8601 repeating intervals → the nine codes of the catalogue.

Where no code fits exactly the next slower one is taken, so that no record promises more than its source does:
every two weeks is monthly; anything slower than a year is irregular.
"""

from __future__ import annotations

import re
from typing import Any

from catalog.exchange.cleaning import said

DAYS = (
    ("realTime", 0.01),
    ("daily", 1),
    ("weekly", 7),
    ("monthly", 31),
    ("quarterly", 92),
    ("semiannual", 184),
    ("annual", 366),
)
INTERVAL = re.compile(
    r"R?\d*/?P(?:(?P<Y>[\d.]+)Y)?(?:(?P<M>[\d.]+)M)?(?:(?P<W>[\d.]+)W)?(?:(?P<D>[\d.]+)D)?"
    r"(?:T(?:(?P<h>[\d.]+)H)?(?:(?P<m>[\d.]+)M)?(?:(?P<s>[\d.]+)S)?)?$"
)
LENGTHS = {"Y": 365, "M": 30, "W": 7, "D": 1, "h": 1 / 24, "m": 1 / 1440, "s": 1 / 86400}
WORDS = {
    "realTime": "实时 即时 realtime real-time continuous continuouslyupdated continual",
    "daily": "每日 每天 日 每时 每小时 每工作日 hourly daily day",
    "weekly": "每周 周 每星期 weekly week semiweekly",
    "monthly": "每月 月 每旬 每半月 每两周 monthly month biweekly fortnightly semimonthly",
    "quarterly": "每季度 每季 季度 季 每两月 quarterly quarter bimonthly",
    "semiannual": "每半年 半年 每四月 semiannual semi-annual halfyearly biannual twiceayear",
    "annual": "每年 年 年度 每年度 一年 annual annually yearly year",
    "irregular": "不定期 其他 其它 每两年 每三年 每五年 按需 自定义 "
    "irregular irregularly asneeded biennial eventual other unknown varies",
    "historical": "历史 静态 一次性 不更新 不再更新 "
    "historical static never notupdated once archived notplanned",
}
CODES = {word: code for code, words in WORDS.items() for word in words.split()}


def read_frequency(value: Any) -> str | None:
    """A frequency's code; "" where nothing is said, None where what is said is not known."""
    words = said(value)
    if not words:
        return ""
    if found := INTERVAL.match(words):
        return of_interval(found)
    folded = words.lower().replace(" ", "").removesuffix("更新")
    return CODES.get(folded) or (words if words in WORDS else None)


def of_interval(found: re.Match[str]) -> str | None:
    """The next slower code for an interval; None for one of no length."""
    try:
        days = sum(float(number) * LENGTHS[unit] for unit, number in found.groupdict().items() if number)
    except ValueError:
        return None
    if not days:
        return None
    return next((code for code, most in DAYS if days <= most), "irregular")
