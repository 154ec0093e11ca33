"""The components of the pages: what people read, and what a screen reader gets."""

import datetime as dt
import re
from types import SimpleNamespace

import lucide
import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from rest_framework import serializers

from ledger import vocabulary
from ledger.actor import Actor
from ledger.api.shapes import ClauseList, FieldRow, LongText, Shape
from ledger.clock import at
from ledger.errors import Fault, PolicyRefused
from ledger.pages import board, history
from ledger.pages.deeds import Deed, deeds
from ledger.pages.forms import PageForm, control
from ledger.templatetags import ledger_ui

NOON = dt.datetime(2026, 10, 9, 4, 0, tzinfo=dt.UTC)


def draw(source, language="en", **context):
    with translation.override(language):
        return Template("{% load ledger_ui %}" + source).render(Context(context))


def a_clock(**changed):
    known = {
        "rule": "filing.accept",
        "basis": "art. 10",
        "profile": "",
        "kind": "maximum",
        "due": dt.date(2026, 10, 13),
        "provisional": False,
        "met_at": None,
        "breached_at": None,
        "cancelled_at": None,
        "running_since": dt.date(2026, 10, 8),
    } | changed
    clock = SimpleNamespace(**known)
    clock.is_overdue = lambda moment: moment.date() > clock.due
    return clock


class Note(Shape):
    """A shape with one field of most kinds."""

    title = serializers.CharField(max_length=20, help_text="what people call it")
    text = LongText(required=False)
    level = serializers.ChoiceField([("a", "low"), ("b", "high")])
    since = serializers.DateField(required=False)
    clauses = ClauseList(required=False)
    columns = FieldRow(many=True, required=False)


def posted(**values):
    return RequestFactory().post("/", values)


def test_every_state_has_a_look_and_every_look_a_word_and_an_icon():
    for kind, values in board.looks().items():
        for value, (_tone, icon) in values.items():
            assert (kind, value) in vocabulary.LABELS, f"{kind} {value} has no word"
            lucide._render_icon(icon, 16)


def test_no_value_that_has_a_word_is_without_a_look():
    for kind, values in board.looks().items():
        assert {value for known, value in vocabulary.LABELS if known == kind} == set(values), kind


def test_a_badge_shows_colour_icon_and_word_together():
    drawn = draw('{% badge "organisation" "verified" %}')
    assert "tone-ok" in drawn
    assert 'aria-hidden="true"' in drawn
    assert "verified" in drawn


def test_a_value_nobody_registered_shows_as_its_own_word():
    assert "whatever" in draw('{% badge "organisation" "whatever" %}')


def test_a_bilingual_text_marks_the_other_language():
    thing = SimpleNamespace(title="土壤墒情", title_en="Soil moisture")
    assert re.sub(r"\s+", " ", draw('{% bilingual t "title" %}', "en", t=thing)).startswith(
        '<span class="first">Soil'
    )
    assert '<small class="second" lang="zh-Hans">土壤墒情' in draw('{% bilingual t "title" %}', "en", t=thing)
    assert '<small class="second" lang="en">Soil' in draw('{% bilingual t "title" %}', "zh-hans", t=thing)


def test_a_text_only_in_the_other_language_says_so():
    thing = SimpleNamespace(title="土壤墒情", title_en="")
    assert '<span class="first" lang="zh-Hans">土壤墒情' in draw('{% bilingual t "title" %}', "en", t=thing)


def test_numbers_and_dates_are_for_people():
    assert draw("{{ n|number }}", n=12_345_678) == "12,345,678"
    assert draw("{{ d|moment }}", d=dt.datetime(2026, 10, 8, 16, 30, tzinfo=dt.UTC)) == "9 Oct 2026, 00:30"
    with at(NOON):
        assert draw("{{ d|weekday }}", d=dt.date(2026, 10, 13)) == "Tue 13 Oct"
        assert draw("{{ d|weekday }}", d=dt.date(2027, 1, 8)) == "Fri 8 Jan 2027"


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "running"),
        ({"due": dt.date(2026, 10, 10)}, "soon"),
        ({"due": dt.date(2026, 10, 8)}, "overdue"),
        ({"running_since": None}, "paused"),
        ({"met_at": NOON}, "met"),
        ({"cancelled_at": NOON}, "cancelled"),
        ({"breached_at": NOON}, "breached"),
        ({"kind": "minimum", "due": dt.date(2026, 10, 8)}, "running"),
    ],
)
def test_it_reads_a_clock(changed, state):
    with at(NOON):
        assert ledger_ui.clock_state(a_clock(**changed)) == state


def test_a_clock_says_what_by_when_and_that_a_date_may_move():
    with at(NOON):
        drawn = draw("{% clock c %}", c=a_clock(provisional=True))
    assert "By Tue 13 Oct" in drawn
    assert "provisional" in drawn
    assert "provisional" not in draw("{% clock c %}", c=a_clock())


def test_a_fault_is_tied_to_its_field():
    form = PageForm(Note, posted(level="a"), Actor.anonymous())
    assert not form.is_valid()
    drawn = draw("{% form_errors form %}{% field form.title %}", form=form)
    assert 'href="#f-title"' in drawn
    assert 'aria-describedby="f-title-help f-title-error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="f-title-error"' in drawn
    assert form.status == 400


def test_a_refusal_stands_at_its_field_with_rule_and_remedy():
    form = PageForm(Note, posted(title="x", level="a"), Actor.anonymous())
    assert form.is_valid()
    form.refuse(
        PolicyRefused(
            "No.",
            rule="R 34",
            clause="B 21",
            remedy="Name one.",
            errors=[Fault("/clauses/0", "c", "Not this one.")],
        )
    )
    drawn = draw("{% form_errors form %}{% field form.clauses %}", form=form)
    assert form.status == 422
    for words in ("No.", "R 34", "B 21", "Name one.", "Not this one.", 'href="#f-clauses"'):
        assert words in drawn


def test_what_was_typed_stands_there_again():
    form = PageForm(
        Note, posted(title="a <b>", level="b", clauses="B 21\nB 22", since="2026-02-30"), Actor.anonymous()
    )
    assert not form.is_valid()
    drawn = draw("{% fields form %}", form=form)
    assert 'value="a &lt;b&gt;"' in drawn
    assert "B 21\nB 22" in drawn
    assert 'value="2026-02-30"' in drawn
    assert re.search(r'value="b" checked', drawn)


def test_lines_and_rows_become_lists():
    form = PageForm(
        Note,
        posted(
            title="x",
            level="a",
            clauses=" B 21 \n\n",
            **{"columns[0]name": "moisture", "columns[0]unit": "%", "columns[3]name": ""},
        ),
        Actor.anonymous(),
    )
    assert form.is_valid(), form.faults
    assert form.values["clauses"] == ["B 21"]
    assert form.values["columns"] == [{"name": "moisture", "unit": "%"}]


def test_an_empty_optional_date_is_not_a_fault():
    form = PageForm(Note, posted(title="x", level="a", since=""), Actor.anonymous())
    assert form.is_valid(), form.faults
    assert "since" not in form.values


def test_a_password_never_comes_back():
    drawn = control("password", serializers.CharField(style={"input_type": "password"}), "secret", [])
    assert drawn.kind == "password"
    assert drawn.value == ""


def test_a_field_without_a_control_is_a_loud_mistake():
    with pytest.raises(LookupError, match="no control for"):
        control("x", serializers.ModelField(model_field=None), "", [])


def test_actions_show_the_primary_first_and_the_grave_last():
    found = [
        Deed("b", "Refuse", "/b/", grave=True),
        Deed("c", "Ask", "/c/"),
        Deed("a", "Accept", "/a/", primary=True, is_post=True),
    ]
    drawn = draw("{% actions deeds %}", deeds=found, csrf_token="token")
    assert drawn.index("Accept") < drawn.index("Ask") < drawn.index("Refuse")
    assert 'name="csrfmiddlewaretoken" value="token"' in drawn
    assert "btn grave" in drawn


def test_commands_become_buttons():
    found = {
        deed.name: deed
        for deed in deeds(["withdraw_token", "issue_token"], "/tokens/1/", primary=["issue_token"])
    }
    assert found["withdraw_token"].grave
    assert found["issue_token"].primary
    assert found["issue_token"].href == "/tokens/1/issue-token/"


def test_stations_mark_past_now_next_and_failed():
    path = [("a", "A"), ("b", "B"), ("c", "C")]
    assert [step.phase for step in history.stations(path, "b")] == ["past", "now", "next"]
    assert [step.phase for step in history.stations(path, "b", failed=True)] == ["past", "failed", "next"]
    assert [step.phase for step in history.stations(path, "c")] == ["past", "past", "past"]
    assert 'aria-current="step"' in draw("{% steps s %}", s=history.stations(path, "b"))


def test_a_meter_adds_up():
    widths = [
        float(found)
        for found in re.findall(
            r'width="([\d.]+)"', draw("{% meter p %}", p=[("a", 1, "ok"), ("b", 2, "bad"), ("c", 0, "info")])
        )
    ]
    assert len(widths) == 2
    assert sum(widths) == pytest.approx(100, abs=0.01)


def test_an_empty_row_is_left_out():
    assert "dt" not in draw('{% row "Region" %} {% endrow %}')
    assert "<dd>340100</dd>" in draw('{% row "Region" %}340100{% endrow %}')


def test_nothing_is_chosen_for_people():
    """A careless owner who leaves a list alone has chosen nothing: neither to open data nor a ground to refuse."""

    class Wish(Shape):
        opening = serializers.ChoiceField([(one, one) for one in "abcdefg"], required=False)
        ground = serializers.ChoiceField([(one, one) for one in "abcdefg"])
        kind = serializers.ChoiceField([(one, one) for one in "abcdefg"], default="c")

    form = PageForm(Wish, RequestFactory().get("/"), Actor.anonymous())
    chosen = {
        name: [option.value for option in form[name].options if option.chosen]
        for name in ("opening", "ground", "kind")
    }
    assert chosen == {"opening": [""], "ground": [""], "kind": ["c"]}
    sent = PageForm(Wish, posted(opening="", ground="b", kind=""), Actor.anonymous())
    assert sent.is_valid()
    assert sent.values == {"ground": "b", "kind": "c"}
