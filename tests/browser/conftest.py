"""A browser, a served demonstration book, and people who only see pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import Browser, Page, sync_playwright

from ledger import follow, messages, sequencer
from ledger.models import User
from sharing.management.commands.demo import ACCOUNTS_FILE
from tests.chromium import find_chromium

# Playwright keeps an event loop in this thread; Django is told that its queries are safe beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield found
        found.close()


@dataclass
class Person:
    """Somebody in front of a browser.

    Attributes:
        page: their tab, English unless said otherwise.
        trouble: what the console complained of, and requests that left our own host.
    """

    page: Page
    base: str
    trouble: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page; it must be there."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def press(self, name: str) -> None:
        """Press a button, or a link that looks like one, by its words."""
        button = self.page.get_by_role("button", name=name, exact=True)
        target = button if button.count() else self.page.get_by_role("link", name=name, exact=True)
        target.first.click()
        self.page.wait_for_load_state()

    def do(self, name: str, **fields: Any) -> None:
        """A command: press its button on the case, fill the form, press again."""
        self.press(name)
        for key, value in fields.items():
            self.fill(key, value)
        self.page.locator("main form.form .submit button").first.click()
        self.page.wait_for_load_state()
        assert not self.page.locator(".fault:visible").count(), self.page.locator("main").inner_text()[:1500]

    def fill(self, key: str, value: Any) -> None:
        """Fill one control, whatever it is."""
        control = self.page.locator(f"main [name='{key}']").first
        kind = control.evaluate("node => node.type")
        if kind == "file":
            control.set_input_files(value)
        elif kind in ("radio", "checkbox"):
            self.page.locator(f"main [name='{key}'][value='{value}']").check()
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)

    def says(self, text: str) -> bool:
        """Whether the page shows some words."""
        return text in self.page.locator("main").inner_text()


@pytest.fixture
def book(live_server: Any) -> dict[str, str]:
    """The demonstration book, sequenced, told of and served; user name → password."""
    call_command("demo", quiet=True, verbosity=0)
    sequencer.run_all()
    follow.catch_up(messages.NAME)
    lines = (settings.VAR / ACCOUNTS_FILE).read_text(encoding="utf-8").splitlines()
    return dict(line.split()[:2] for line in lines)


@pytest.fixture
def people(browser: Browser, live_server: Any, book: dict[str, str]) -> Iterator[Callable[..., Person]]:
    """people("steward") is signed in; people() is a visitor. Nobody may leave our host or upset the console."""
    known: dict[str, Person] = {}

    def enter(username: str = "", locale: str = "en-GB", **options: Any) -> Person:
        key = f"{username}{locale}{options}"
        if key not in known:
            known[key] = tab(browser, live_server.url, locale, **options)
            if username:
                sign_in(known[key], username, book[username])
        return known[key]

    yield enter
    for person in known.values():
        person.page.context.close()
        assert person.trouble == []


def tab(browser: Browser, base: str, locale: str, **options: Any) -> Person:
    """A fresh browser context of its own cookies."""
    context = browser.new_context(locale=locale, **options)
    context.set_default_timeout(8000)
    person = Person(context.new_page(), base)
    person.page.on("console", lambda line: person.trouble.append(line.text) if line.type == "error" else None)
    person.page.on(
        "request", lambda sent: person.trouble.append(sent.url) if is_abroad(sent.url, base) else None
    )
    return person


def is_abroad(url: str, base: str) -> bool:
    """Whether a request leaves our own host."""
    return not url.startswith((base, "data:", "blob:"))


def sign_in(person: Person, username: str, password: str) -> None:
    """As anyone does."""
    person.open("/sign-in/")
    person.fill("username", username)
    person.fill("password", password)
    person.page.locator("main form button").first.click()
    person.page.wait_for_load_state()
    assert User.objects.get(username=username).last_login
