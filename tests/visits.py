"""Every address of the site is visited by some test: after a run of the whole suite the forgotten ones are named, and the
run fails. Each worker of a parallel run hands over what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.urls import URLPattern, URLResolver, get_resolver

VISITED: set[str] = set()
_resolve = BaseHandler.resolve_request


def noting(self: BaseHandler, request: Any) -> Any:
    """Resolve as always, and remember the route."""
    match = _resolve(self, request)
    VISITED.add(match.route)
    return match


BaseHandler.resolve_request = noting  # type: ignore[method-assign]


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route of the site with its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        part = str(entry.pattern)
        route = prefix + (part.removeprefix("^") if prefix else part)  # as Django joins them
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, entry


def forgotten() -> list[str]:
    """The routes no test has visited."""
    return sorted({route for route, _pattern in routes()} - VISITED)


def is_whole_run(config: pytest.Config) -> bool:
    """Nothing was chosen or left out."""
    chosen = any(
        config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "lf", "maxfail")
    )
    return config.args == config.getini("testpaths") and not chosen


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker is done: take over what it visited."""
    VISITED.update(getattr(node, "workeroutput", {}).get("visited", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over; the run itself is judged."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["visited"] = sorted(VISITED)
    elif is_whole_run(session.config) and forgotten():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the forgotten ones."""
    if is_whole_run(config) and (missing := forgotten()):
        terminalreporter.section("addresses no test has visited", red=True)
        for route in missing:
            terminalreporter.line(route or "/")
