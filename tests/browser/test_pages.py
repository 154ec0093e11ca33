"""Every page in both languages, light and dark, on a desk and on a phone: axe finds nothing, nothing leaves our host, and
in either language nothing overflows at either width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import Page

from catalog.models import Dataset, Filing, Objection
from ledger.models import Erasure, Mandate, Organisation
from sharing.models import Agreement, Application, Correction, Grant, ShareRequest
from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
ENGLISH, CHINESE = "en-GB", "zh-CN"
WIDTHS = 1280, 390


def addresses() -> dict[str, list[str]]:
    """Who looks at which pages; "" is a visitor."""
    dataset = Dataset.objects.get(title_en="CNC spindle log 2025")
    request = ShareRequest.objects.filter(dataset=dataset)
    refused, mandate = ShareRequest.objects.get(state="refused"), Mandate.objects.get()
    return {
        "": [
            "/", "/datasets/", "/datasets/?q=zzz", f"/datasets/{dataset.pk}/", "/notices/", f"/notices/{Filing.objects.in_notice()[0].pk}/",
            f"/codes/{dataset.code}/", "/sign-in/", "/sign-up/", "/account/reset/", "/log/", "/log/?since=2030-01-01", "/log/checkpoints/", "/organisations/",
            f"/organisations/{dataset.owner_id}/", "/log/audits/", "/log/witnesses/", "/log/check/", f"/log/entries/{dataset.entry_uid}/",
        ],
        "applicant": [
            "/inbox/", "/requests/", f"/applications/apply/?dataset={dataset.pk}", f"/applications/{Application.objects.filter(organisation__name='示范轴承厂')[0].pk}/",
            f"/share-requests/{request.first().pk}/", f"/share-requests/{refused.pk}/", f"/grants/{Grant.objects.filter(consumer__name='示范轴承厂')[0].pk}/",
            f"/agreements/{Agreement.objects.first().pk}/", f"/corrections/{Correction.objects.first().pk}/", "/account/", "/account/password/",
            "/messages/",
        ],
        "bureau_steward": [
            "/datasets/mine/", "/datasets/register/", f"/filings/{Filing.objects.get(state='supplement_requested').pk}/",
            f"/filings/{Filing.objects.get(state='draft').pk}/amend-filing/",
        ],
        "officer": [
            "/inbox/", "/messages/", f"/filings/{Filing.objects.get(state='in_review').pk}/", f"/filings/{Filing.objects.get(state='filed').pk}/request-supplement/",
            f"/objections/{Objection.objects.get(state='raised').pk}/", f"/slips/{dataset.code}/", f"/erasures/{Erasure.objects.get().pk}/",
            f"/erasures/new/ask-erasure/?event_uid={dataset.entry_uid}", f"/log/entries/{dataset.entry_uid}/",
        ],
        "farmer": ["/datasets/register/"],
        "agent": ["/account/", f"/mandates/{mandate.pk}/", f"/organisations/{mandate.agent_id}/", f"/organisations/{mandate.agent_id}/give-mandate/"],
        "auditor": ["/log/", "/log/audits/"],
        "org_admin": [f"/organisations/{dataset.owner_id}/"],
    }  # fmt: skip


def checked() -> None:
    """Daily checks of which one found something, so that their page has all it can show."""
    Organisation.objects.filter(pk=Mandate.objects.get().agent_id).update(contact="tampered with")
    call_command("audit")


def faults(person: Person, path: str) -> list[str]:
    """What axe and a ruler find on a page."""
    page = person.open(path)
    window = page.viewport_size
    found = Axe().run(page, options=WCAG).response["violations"]
    nodes = [f"{path}: {one['id']} {node['html'][:150]}" for one in found for node in one["nodes"][:2]]
    wide = [f"{path}: wider than {width}" for width in WIDTHS if is_too_wide(page, width)]
    if window:
        page.set_viewport_size(window)
    return nodes + wide


def is_too_wide(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [(CHINESE, "light", WIDTHS[0]), (ENGLISH, "dark", WIDTHS[1])]
)
def test_pages_are_accessible(people: Callable[..., Person], locale: str, scheme: str, width: int) -> None:
    checked()
    found = []
    for username, paths in addresses().items():
        person = people(
            username, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        for path in paths:
            found += faults(person, path)
    assert found == []


def test_the_keyboard_reaches_the_content_first(people: Callable[..., Person]) -> None:
    page = people().open("/datasets/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_the_language_changes_and_stays(people: Callable[..., Person]) -> None:
    visitor = people()
    page = visitor.open("/datasets/")
    page.get_by_role("button", name="中文").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert visitor.open("/notices/").locator("h1").inner_text() == "公示"


def test_facets_narrow_the_list(people: Callable[..., Person]) -> None:
    visitor = people()
    page = visitor.open("/datasets/")
    total = page.locator("#found tbody tr").count()
    with page.expect_response(lambda answer: "regime=private" in answer.url):
        page.get_by_label("private data").check()
    page.wait_for_function(f"document.querySelectorAll('#found tbody tr').length < {total}")
    assert "regime=private" in page.url
