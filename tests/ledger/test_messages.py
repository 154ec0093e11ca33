"""The Chinese catalogue is complete; and the check that says so finds each kind of fault."""

from pathlib import Path

import polib
import pytest
from django.core.management import call_command

from ledger import translations
from ledger.management.commands.messages import collect, faults_of, merge

CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("Filing accepted")
_("Due on %(day)s "
  "at {hour}")
ngettext("%(n)d day", "%(n)d days", 3)
pgettext("verb", "Open")
_(name)
"""
PAGE = """
  {% load i18n %}
    <p>{% translate "Inbox" %} {{ _("Outbox") }}</p>
{% blocktranslate count n=rows|length trimmed %}
  {{ n }} row of {{ total }}
{% plural %}
  {{ n }} rows of {{ total }}
{% endblocktranslate %}
  <a title="{% translate "It's here" context "place" %}">(</a>
"""
ALL = {
    ("", "Filing accepted", ""),
    ("", "Due on %(day)s at {hour}", ""),
    ("", "%(n)d day", "%(n)d days"),
    ("verb", "Open", ""),
    ("", "Inbox", ""),
    ("", "Outbox", ""),
    ("", "%(n)s row of %(total)s", "%(n)s rows of %(total)s"),
    ("place", "It's here", ""),
}


@pytest.fixture
def floors(tmp_path: Path) -> Path:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "words.py").write_text(CODE)
    pages = tmp_path / "catalog" / "templates" / "catalog"
    pages.mkdir(parents=True)
    (pages / "list.html").write_text(PAGE)
    return tmp_path


def filled(floors: Path) -> polib.POFile:
    """A complete catalogue: every message translated by itself."""
    catalogue = merge(collect(floors), polib.POFile())
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"译 {entry.msgid_plural}"}
        else:
            entry.msgstr = f"译 {entry.msgid}"
    return catalogue


def test_every_text_of_ours_is_translated() -> None:
    call_command("messages", "--check")


def test_it_collects_from_code_and_pages(floors: Path) -> None:
    assert set(collect(floors)) == ALL


def test_it_names_what_is_missing(floors: Path) -> None:
    assert len(list(faults_of(collect(floors), polib.POFile()))) == len(ALL)


def test_it_finds_no_fault_in_a_complete_catalogue(floors: Path) -> None:
    assert list(faults_of(collect(floors), filled(floors))) == []


def test_it_finds_each_kind_of_fault(floors: Path) -> None:
    catalogue = filled(floors)
    catalogue.find("Inbox").msgstr = ""
    catalogue.find("Outbox").flags = ["fuzzy"]
    catalogue.find("Due on %(day)s at {hour}").msgstr = "%(date)s {hour}"
    catalogue.append(polib.POEntry(msgid="Gone", msgstr="没了"))
    kinds = sorted(fault.split(":")[0] for fault in faults_of(collect(floors), catalogue))
    assert kinds == ["fuzzy", "missing", "placeholders differ", "stale"]


def test_it_keeps_words_already_given(floors: Path) -> None:
    again = merge(collect(floors), filled(floors))
    assert list(faults_of(collect(floors), again)) == []


def test_it_compiles_only_what_is_stale(tmp_path: Path) -> None:
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Inbox", msgstr="收件箱"))
    catalogue.save(str(folder / "django.po"))
    assert translations.compile_stale(tmp_path) == [folder / "django.mo"]
    assert polib.mofile(str(folder / "django.mo")).find("Inbox").msgstr == "收件箱"
    assert translations.compile_stale(tmp_path) == []
