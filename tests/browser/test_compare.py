"""The choice of two systems to compare, and the way to the claims that decide."""

from __future__ import annotations

import pytest
from browser.driving import Site, Visitor
from browser.sites import pages_of
from playwright.sync_api import Page, expect


@pytest.fixture
def page(visit: Visitor, mini: Site) -> Page:
    """The index of the mini board's comparisons."""
    return visit(mini.disk).go("compare/index.html")


def ids(page: Page) -> list[str]:
    """The systems that can be chosen."""
    options = page.locator("[data-chooser] select").first.locator("option").all()
    return [option.get_attribute("value") or "" for option in options]


def test_two_systems_are_chosen_in_either_order(page: Page) -> None:
    first, second = page.locator("[data-chooser] select").all()
    button = page.locator("[data-chooser] button")
    a, b = sorted(ids(page))[1:3]
    for one, other in ((a, b), (b, a)):
        first.select_option(one)
        second.select_option(other)
        button.click()
        page.wait_for_url(f"**/compare/{a}/{b}.html")
        page.go_back()


def test_a_system_is_not_compared_with_itself(page: Page) -> None:
    for select in page.locator("[data-chooser] select").all():
        select.select_option(ids(page)[0])
    expect(page.locator("[data-chooser] button")).to_be_disabled()


def test_the_chooser_works_with_the_keyboard_alone(page: Page) -> None:
    first = page.locator("[data-chooser] select").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/*/*.html")


def test_every_pair_is_listed_filtered_and_sorted(page: Page) -> None:
    rows = page.locator("#pairs tbody tr")
    n = len(ids(page))
    assert rows.count() == n * (n - 1) // 2
    select = page.locator("[data-controls='pairs'] select")
    counts = []
    for outcome in ("significant", "not significant"):
        select.select_option(outcome)
        visible = page.locator("#pairs tbody tr:visible")
        counts.append(visible.count())
        assert {row.get_attribute("data-outcome") for row in visible.all()} <= {outcome}
    assert sum(counts) == rows.count()
    select.select_option("")
    head = page.locator("#pairs th[data-key='difference']")
    head.get_by_role("button").click()
    values = [
        float(value)
        for value in page.locator("#pairs tbody tr td:nth-of-type(1)").evaluate_all(
            "cells => cells.map(cell => cell.dataset.value)"
        )
    ]
    assert head.get_attribute("aria-sort") == "descending"
    assert values == sorted(values, reverse=True)


def test_without_scripts_the_list_leads_to_every_page(visit: Visitor, mini: Site) -> None:
    page = visit(mini.disk, scripts=False).go("compare/index.html")
    assert page.locator("[data-chooser]:visible, [data-controls]:visible").count() == 0
    links = {link.get_attribute("href") for link in page.locator("#pairs tbody a").all()}
    assert len(links) == len(pages_of(mini.folder, "compare"))
    page.locator("#pairs tbody a").first.click()
    page.wait_for_url("**/compare/*/*.html")


def test_deciding_claims_lead_to_their_pages(visit: Visitor, mini: Site) -> None:
    page = visit(mini.disk).go("compare/overlap/overlap-ten.html")
    link = page.locator("table.deciding a").first
    text = link.inner_text()
    link.click()
    page.wait_for_url("**/claims/*.html")
    assert page.locator("h1").inner_text() == text


def test_hidden_gold_has_comparisons_without_claims(visit: Visitor, phased: Site) -> None:
    for path in pages_of(phased.folder, "compare", "test/"):
        page = visit(phased.disk).go(path)
        assert page.locator("table.deciding, a[href*='claims/']").count() == 0
    assert pages_of(phased.folder, "claim", "test/") == []
