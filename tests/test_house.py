"""The house holds: floors, names, sizes; whoever adds a command and forgets half of it reads here what is missing."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from importlinter.cli import lint_imports

from ledger import permissions, vocabulary
from ledger.api import nouns

FLOORS = ("ledger", "catalog", "sharing")
FORBIDDEN = {"utils.py", "helpers.py", "common.py", "core.py", "services.py", "base.py"}
#: A function longer than this is two functions.
LONGEST = 60


def sources() -> Iterator[Path]:
    """Every module of ours, migrations left out."""
    for floor in FLOORS:
        for path in sorted((settings.ROOT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sources()}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(settings.ROOT)}:{node.lineno} {node.name}", node


def test_nothing_imports_from_a_floor_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.ROOT)
    assert lint_imports(config_filename=str(settings.ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_module_is_named_for_nothing() -> None:
    assert [str(path) for path in TREES if path.name in FORBIDDEN] == []


def test_every_module_says_what_lives_in_it() -> None:
    silent = [str(path) for path, tree in TREES.items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_function_is_too_long(record_property: pytest.RecordProperty) -> None:  # type: ignore[name-defined]
    lengths = sorted(((node.end_lineno or 0) - node.lineno + 1, where) for where, node in functions())
    record_property("median function", lengths[len(lengths) // 2][0])
    record_property("longest function", lengths[-1])
    assert [(length, where) for length, where in lengths if length > LONGEST] == []


def test_every_argument_has_a_type() -> None:
    """Signatures are typed, `self` and `cls` apart."""
    bare = [
        where
        for where, node in functions()
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.annotation is None and argument.arg not in ("self", "cls")
    ]
    assert bare == []


def calls_of(name: str) -> set[str]:
    """Every plain name called in a command and in whatever it calls in its floor's commands."""
    function = inspect.unwrap(vocabulary.COMMANDS[name].call)
    floor = function.__module__.partition(".")[0]
    bodies: dict[str, list[ast.FunctionDef]] = {}
    for path, tree in TREES.items():
        if path.relative_to(settings.ROOT).parts[0] == floor:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    bodies.setdefault(node.name, []).append(node)
    found, queue = set(), [function.__name__]
    while queue:
        for body in bodies.get(queue.pop(), []):
            called = {
                node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                for node in ast.walk(body)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
            }
            queue += called - found
            found |= called
    return found


@pytest.mark.parametrize("name", sorted(vocabulary.COMMANDS))
def test_every_command_records(name: str) -> None:
    command = vocabulary.COMMANDS[name]
    assert command.event in vocabulary.EVENTS
    assert "record" in calls_of(name)


@pytest.mark.parametrize("name", sorted(vocabulary.COMMANDS))
def test_every_command_takes_keywords_and_an_actor(name: str) -> None:
    parameters = inspect.signature(inspect.unwrap(vocabulary.COMMANDS[name].call)).parameters
    assert "actor" in parameters
    kinds = {one.kind for one in parameters.values()}
    assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


MOVES = {name: machine for machine in vocabulary.MACHINES.values() for name in machine.moves}


def test_every_move_has_a_command() -> None:
    assert set(MOVES) - set(vocabulary.COMMANDS) == set()


def test_every_command_on_an_object_is_in_a_machine() -> None:
    """What takes a case that has states is a move of it, or it creates something beside it."""
    created = {name for noun in nouns.all_nouns() for name in noun.creates}
    cases = set(vocabulary.MACHINES)
    loose = [
        name
        for name, command in vocabulary.COMMANDS.items()
        if name not in MOVES
        and name not in created
        and {one.replace("_", "") for one in inspect.signature(inspect.unwrap(command.call)).parameters}
        & cases
    ]
    assert loose == []


def test_every_move_a_person_makes_has_a_door() -> None:
    """A command of somebody's can be given through the API; the robot's cannot."""
    offered = set(nouns.shapes()) | {name for noun in nouns.all_nouns() for name in noun.reads}
    for name, machine in MOVES.items():
        people = {who for who in machine.moves[name].who if who.side != "robot"}
        assert bool(people) == (name in offered), name


def test_every_condition_has_words() -> None:
    needs = {
        need
        for machine in vocabulary.MACHINES.values()
        for move in machine.moves.values()
        for need in move.needs
    }
    assert needs - set(vocabulary.NEEDS) == set()
    assert set(vocabulary.NEEDS) - needs == set()


def test_every_state_has_a_word() -> None:
    nameless = [
        (noun, state)
        for noun, machine in vocabulary.MACHINES.items()
        for state in machine.states
        if (noun, state) not in vocabulary.LABELS
    ]
    assert nameless == []


def test_every_event_is_used() -> None:
    """Each name stands somewhere else than in the list of names."""
    used = {
        node.value
        for path, tree in TREES.items()
        if path.name != "events.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(vocabulary.EVENTS) - used == set()


def test_every_handled_model_says_for_whom() -> None:
    for model in vocabulary.HANDLED:
        assert str(model._default_manager.filter(handler=None, **{model.handled_for: None}).query)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_permission_table_is_fresh() -> None:
    said = "run `python manage.py permission_table` and commit docs/permissions.md"
    assert permissions.PATH.read_text(encoding="utf-8") == permissions.table(), said
