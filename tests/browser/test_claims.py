"""The index of claims with its filters, and the way through the pages of claims."""

from __future__ import annotations

from collections import Counter

import pytest
from browser.driving import Site, Visitor
from browser.sites import pages_of
from playwright.sync_api import Locator, Page, expect

from averitec_eval import mini_gold_path, read_gold


@pytest.fixture
def page(visit: Visitor, mini: Site) -> Page:
    """The index of the mini board's claims."""
    return visit(mini.disk).go("claims/index.html")


def shown(page: Page) -> list[str]:
    """The ids of the claims that are displayed, in order."""
    ids: list[str] = page.evaluate(
        """[...document.querySelectorAll('#claims tbody tr')].filter(r => r.checkVisibility())
            .map(r => r.cells[0].innerText.trim())"""
    )
    return ids


def choices(page: Page, name: str) -> tuple[Locator, list[str]]:
    """A filter and the values that it offers."""
    select = page.locator(f"select[data-filter='{name}']")
    values = [option.get_attribute("value") or "" for option in select.locator("option").all()]
    return select, [value for value in values if value]


def test_every_claim_is_there_with_its_verdict(page: Page) -> None:
    gold = list(read_gold(mini_gold_path()))
    assert shown(page) == [str(claim.claim_id) for claim in gold]
    for claim in gold[::7]:
        expect(page.locator("#claims tbody tr").nth(claim.claim_id or 0)).to_contain_text(claim.label.value)


@pytest.mark.parametrize("name", ["label", "type", "difficulty", "disagreement"])
def test_a_filter_shows_the_claims_it_names_and_all_its_values_cover_all(page: Page, name: str) -> None:
    everything = shown(page)
    select, values = choices(page, name)
    assert len(values) >= 2
    covered: Counter[str] = Counter()
    for value in values:
        select.select_option(value)
        rows = shown(page)
        marked = page.locator("#claims tbody tr:visible")
        assert all(value in (row.get_attribute(f"data-{name}") or "").split("|") for row in marked.all())
        covered.update(rows)
    assert set(covered) == set(everything)
    if name != "type":  # A claim has one value of each, but may be of several types.
        assert set(covered.values()) == {1}
    select.select_option("")
    assert shown(page) == everything


def test_filters_narrow_together_and_the_address_keeps_them(page: Page, visit: Visitor, mini: Site) -> None:
    label, _ = choices(page, "label")
    label.select_option("Refuted")
    refuted = shown(page)
    difficulty, values = choices(page, "difficulty")
    kept = []
    for value in values:
        difficulty.select_option(value)
        rows = shown(page)
        assert set(rows) <= set(refuted)
        kept += rows
        if rows:
            other = visit(mini.disk).go(f"claims/index.html#{page.url.partition('#')[2]}")
            assert shown(other) == rows
            expect(other.get_by_role("status")).to_contain_text(f"{len(rows)} of 40")
    assert sorted(kept) == sorted(refuted)
    page.get_by_role("button", name="Reset").click()
    assert len(shown(page)) == 40


def test_words_of_a_claim_find_it(page: Page) -> None:
    claim = list(read_gold(mini_gold_path()))[11]
    page.locator("[data-search]").fill(" ".join(reversed(claim.claim.upper().split()[:6])))
    assert str(claim.claim_id) in shown(page)
    assert len(shown(page)) < 40


def test_neighbours_lead_through_all_claims_and_back(visit: Visitor, mini: Site) -> None:
    page = visit(mini.disk).go("claims/index.html")
    page.locator("#claims tbody a").first.click()
    assert page.locator("a[rel=prev]").count() == 0
    seen = [page.url]
    for _ in range(3):
        page.locator("a[rel=next]").first.click()
        seen.append(page.url)
    for address in reversed(seen[:-1]):
        page.locator("a[rel=prev]").first.click()
        assert page.url == address
    last = max(pages_of(mini.folder, "claim"), key=lambda path: int(path.split("/")[1].split(".")[0]))
    page = visit(mini.disk).go(last)
    assert page.locator("a[rel=next]").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_evidence_opens_from_the_table_of_systems(visit: Visitor, mini: Site, scripts: bool) -> None:
    page = visit(mini.disk, scripts=scripts, height=300, reduced_motion="reduce").go("claims/0.html")
    folds = page.locator("details.run")
    assert folds.count() == page.locator("table.onclaim tbody tr").count() >= 5
    page.locator("table.onclaim tbody tr").nth(1).get_by_role("link", name="Evidence").click()
    expect(folds.nth(1).locator("summary + *")).to_be_in_viewport()
    expect(folds.nth(1).locator("summary")).to_be_in_viewport(ratio=1)
    closed = folds.nth(2)
    closed.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(closed.locator("summary + *")).to_be_visible()


def test_kinds_of_match_differ_by_more_than_colour(visit: Visitor, mini: Site) -> None:
    page = visit(mini.disk).go("claims/0.html")
    signs = page.locator(".pairs.key > *").all()
    assert len(signs) == 3
    looks = [
        sign.evaluate(
            "e => { const s = getComputedStyle(e); return [s.textDecorationStyle, s.textDecorationLine,"
            " s.borderBottomStyle, s.borderBottomWidth, s.fontWeight, s.fontStyle].join(' '); }"
        )
        for sign in signs
    ]
    assert len(set(looks)) == 3


def test_without_scripts_all_claims_are_listed(visit: Visitor, mini: Site) -> None:
    page = visit(mini.disk, scripts=False).go("claims/index.html")
    assert page.locator("#claims tbody tr:visible").count() == 40
    assert page.locator("[data-controls]:visible").count() == 0
