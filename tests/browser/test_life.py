"""Whole lives by hand: people in front of a browser, pressing only the buttons they are offered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.models import Dataset, Filing
from sharing.models import Grant, ShareRequest
from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_dataset_through_its_whole_life(people: Callable[..., Person]) -> None:
    dataset = Dataset.objects.get(title_en="CNC spindle log 2025")
    applicant, steward, head, consumer_head = map(people, ("applicant", "steward", "head", "consumer_head"))
    applicant.open(f"/datasets/{dataset.pk}/")
    applicant.press("Request access")
    for key, value in {
        "purpose": "predict bearing wear", "scenario": "workshop two", "legal_basis": "group agreement", "security": "isolated server",
        "ends": "2028-12-31",
    }.items():  # fmt: skip
        applicant.fill(key, value)
    applicant.press("Save the application")
    applicant.do("Submit")
    application = applicant.page.url
    consumer_head.page.goto(application)
    consumer_head.do("Endorse and send")
    case = ShareRequest.objects.order_by("-pk")[0]
    page = f"/share-requests/{case.pk}/"
    steward.open(page)
    steward.do("Recommend", outcome="agree", finding="in scope")
    head.open(page)
    head.do("Agree", finding="agreed")
    for side in (consumer_head, head):
        side.open(page)
        side.press("Read and sign")
        side.do("Sign")
    steward.open(page)
    steward.do("Deliver", distribution=str(dataset.distributions.get().pk))
    grant = Grant.objects.get(share_request=case)
    applicant.open(f"/grants/{grant.pk}/")
    with applicant.page.expect_download() as found:
        applicant.page.get_by_role("link", name=re.compile("^Download")).first.click()
    assert Path(found.value.path()).read_bytes().startswith(b"date,speed,load")
    applicant.open(page)
    applicant.do("Confirm the delivery")
    applicant.open(f"/grants/{grant.pk}/")
    applicant.do(
        "Report the use",
        period_from="2026-01-01",
        period_until="2026-01-31",
        scenario="wear of twelve spindles",
    )
    assert applicant.says("wear of twelve spindles")


def test_a_farmer_registers_with_one_button(people: Callable[..., Person]) -> None:
    farmer = people("farmer", viewport={"width": 390, "height": 844})
    farmer.open("/datasets/register/")
    farmer.fill("title", "soil moisture 2025")
    farmer.fill("sharing", "conditional")
    farmer.press("Sign and register")
    dataset = Dataset.objects.get(title="soil moisture 2025")
    assert dataset.state == "registered"
    assert dataset.opening == "non_public", "what nobody chose is not opened"
    assert farmer.page.url.endswith(f"/slips/{dataset.code}/")
    assert farmer.page.locator(".qr svg").is_visible()
    assert farmer.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the slip is wider than the phone"
    )
    visitor = people()
    visitor.open(f"/codes/{dataset.code}/")
    assert visitor.says("registered")


def test_a_filing_before_two_officers(people: Callable[..., Person]) -> None:
    filing = Filing.objects.get(state="filed")
    officer, second = people("officer"), people("second_officer")
    officer.open("/inbox/")
    officer.page.get_by_role("link", name=re.compile(filing.content["title"])).first.click()
    officer.do("Accept")
    officer.open(f"/filings/{filing.pk}/pass-filing/")
    officer.page.locator("main form.form .submit button").first.click()
    officer.page.wait_for_load_state()
    assert officer.says("Another officer")
    officer.trouble.clear()  # the browser notes the 403 itself
    second.open(f"/filings/{filing.pk}/")
    second.do("Pass the review")
    visitor = people()
    visitor.open(f"/notices/{filing.pk}/")
    assert visitor.says(filing.content["title"])
    assert visitor.says("Sign in to object")


def test_a_stale_page_submitted_twice_changes_nothing(people: Callable[..., Person]) -> None:
    filing = Filing.objects.get(state="filed")
    officer, second = people("officer"), people("second_officer")
    for who in (officer, second):
        who.open(f"/filings/{filing.pk}/accept-filing/")
    officer.page.locator("main form.form .submit button").first.click()
    officer.page.wait_for_load_state()
    second.page.locator("main form.form .submit button").first.click()
    second.page.wait_for_load_state()
    assert second.says("Nothing was changed")
    second.trouble.clear()  # the browser notes the refusal itself
    filing.refresh_from_db()
    assert filing.accepted_by.username == "officer"


def test_a_head_refuses_only_with_a_clause(people: Callable[..., Person]) -> None:
    case = ShareRequest.objects.filter(state="under_review", provider__name="示范机床厂").first()
    steward, head, applicant = people("steward"), people("head"), people("applicant")
    page = f"/share-requests/{case.pk}/"
    steward.open(page)
    steward.do("Recommend", outcome="agree", finding="in scope")
    head.open(page)
    head.press("Refuse")
    head.fill("finding", "not for this")
    head.page.locator("main form.form .submit button").first.click()
    head.page.wait_for_load_state()
    assert head.page.locator(".fault:visible, .alert:visible").count()
    head.trouble.clear()  # the browser notes the 422 itself
    head.page.locator("main [name='clauses'][value='business-secret']").check()
    head.page.locator("main form.form .submit button").first.click()
    head.page.wait_for_load_state()
    applicant.open(page)
    assert applicant.says("business-secret")
    assert applicant.page.get_by_role("link", name="Open a dispute").is_visible()
