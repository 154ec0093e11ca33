"""Every command, event, condition and state has its word in both languages: read from the compiled messages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from ledger import vocabulary
from ledger.errors import Text

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def every_word() -> dict[str, Text]:
    """What people read of the vocabulary, by its place."""
    found: dict[str, Text] = {f"event {name}": label for name, label in vocabulary.EVENTS.items()}
    found |= {f"command {name}": command.label for name, command in vocabulary.COMMANDS.items()}
    found |= {f"label {kind}.{value}": label for (kind, value), label in vocabulary.LABELS.items()}
    for name, (message, remedy) in vocabulary.NEEDS.items():
        found |= {f"need {name}": message, f"remedy {name}": remedy}
    return found


WORDS = every_word()


def test_every_word_is_english_without_translation() -> None:
    with translation.override("en"):
        assert [place for place, word in WORDS.items() if not str(word) or CHINESE.search(str(word))] == []


def test_every_word_is_chinese_in_chinese() -> None:
    with translation.override("zh-hans"):
        assert [place for place, word in WORDS.items() if not CHINESE.search(str(word))] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_placeholder_is_left_in_a_button(language: str) -> None:
    with translation.override(language):
        assert [command.name for command in vocabulary.COMMANDS.values() if "%" in str(command.label)] == []
