"""What the script adds to the tables: sorting, filters, a choice of columns, tabs, and all of it in the address."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from browser.driving import Site, Visitor, axe_violations
from browser.links import read
from browser.sites import ROOT
from playwright.sync_api import Locator, Page, expect

TABLE = "#board-scores"


@pytest.fixture
def page(request: pytest.FixtureRequest, visit: Visitor, mini: Site) -> Page:
    """The first page of the mini board; from disk, where less is allowed than from a server."""
    return visit(mini.base if getattr(request, "param", "disk") == "server" else mini.disk).go("index.html")


anywhere = pytest.mark.parametrize("page", ["server", "disk"], indirect=True)


@pytest.fixture
def fresh(visit: Visitor) -> Callable[[Page], Page]:
    """Opens the address of a page as somebody else who was sent it."""

    def again(page: Page) -> Page:
        base, _, path = page.url.rpartition("/")
        return visit(f"{base}/").go(path)

    return again


def head(page: Page, key: str, table: str = TABLE) -> Locator:
    """The head of a column."""
    return page.locator(f"{table} thead th[data-key='{key}']")


def groups_of(page: Page, key: str, table: str = TABLE) -> list[list[str]]:
    """The texts of a column's cells as displayed, by group of rows; rows that are hidden are left out."""
    found: list[list[str]] = page.evaluate(
        """([table, key]) => {
            const t = document.querySelector(table);
            const at = [...t.tHead.rows[0].cells].findIndex(c => c.dataset.key === key);
            return [...t.tBodies].map(b => [...b.rows].filter(r => !('group' in r.dataset) && r.checkVisibility())
                .map(r => r.cells[at] && !('rest' in r.cells[at].dataset) ? r.cells[at].innerText.trim() : ''));
        }""",
        [table, key],
    )
    return found


def column(page: Page, key: str, table: str = TABLE) -> list[str]:
    """The same without the groups."""
    return list(itertools.chain.from_iterable(groups_of(page, key, table)))


def standings(page: Page) -> dict[str, tuple[str, str]]:
    """Each system's tier and rank as displayed."""
    places = zip(column(page, "tier"), column(page, "rank"), strict=True)
    return dict(zip(column(page, "system"), places, strict=True))


def state(page: Page) -> dict[str, str]:
    """What the address holds of the page's state."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).fragment).items()}


def in_order(texts: list[str], numeric: bool, descending: bool) -> bool:
    """Whether cells are in order, those without value last."""
    shown = [text for text in texts if text not in ("", "–")]
    if texts[: len(shown)] != shown:
        return False
    keys = [float(re.findall(r"[0-9]+(?:\.[0-9]+)?", text)[0]) if numeric else text.casefold() for text in shown]
    return keys == sorted(keys, reverse=descending)


@pytest.mark.parametrize("key", ["score", "system", "rank", "hu_meteor_q", "accuracy", "seconds", "date"])
def test_sorting_orders_rows_within_their_groups_and_changes_no_rank(page: Page, key: str) -> None:
    before, members = standings(page), [sorted(group) for group in groups_of(page, "system")]
    assert len(before) == len(list((ROOT / "submissions").glob("*/submission.yaml")))
    seen = set()
    for _ in range(2):
        head(page, key).get_by_role("button").click()
        direction = head(page, key).get_attribute("aria-sort")
        assert page.locator(f"{TABLE} thead th[aria-sort]").count() == 1
        seen.add(direction)
        for group in groups_of(page, key):
            assert in_order(group, key not in ("system", "date"), direction == "descending"), (direction, group)
        assert standings(page) == before
        assert [sorted(group) for group in groups_of(page, "system")] == members
    assert seen == {"ascending", "descending"}


def test_sorting_is_told_and_reset_brings_the_order_back(page: Page) -> None:
    start = column(page, "system")
    status = page.locator("[data-controls='board-scores']").get_by_role("status")
    assert head(page, "score").get_attribute("aria-sort") == "descending"
    head(page, "system").get_by_role("button").click()
    expect(status).to_contain_text("Sorted by System, ascending")
    assert column(page, "system") != start
    page.get_by_role("button", name="Reset").first.click()
    assert column(page, "system") == start
    assert head(page, "score").get_attribute("aria-sort") == "descending"
    assert urlsplit(page.url).fragment == ""


def test_every_column_can_be_sorted_with_the_keyboard_alone(page: Page) -> None:
    page.locator("[data-controls='board-scores'] [data-search]").focus()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        key = page.evaluate("document.activeElement.closest('thead th')?.dataset.key || ''")
        if key:
            reached.append(key)
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {key} is invisible"
            page.keyboard.press("Enter")
            first = head(page, key).get_attribute("aria-sort")
            page.keyboard.press("Space")
            assert {first, head(page, key).get_attribute("aria-sort")} == {"ascending", "descending"}
            assert page.evaluate("document.activeElement.closest('th')?.dataset.key") == key, "the focus is lost"
        elif reached:
            break
    sortable = page.locator(f"{TABLE} thead th[data-sort]:visible")
    assert reached == [cell.get_attribute("data-key") for cell in sortable.all()]


def test_the_keyboard_reaches_the_content_and_scrolls_the_table(visit: Visitor, mini: Site) -> None:
    page = visit(mini.base, width=400).go("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    region = page.locator(".scroll").filter(has=page.locator(TABLE))
    region.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(1000):
        if page.evaluate("document.activeElement.scrollLeft > 0"):
            return
        page.wait_for_timeout(20)
    pytest.fail("the arrow key does not scroll the table")


def test_the_text_filter_finds_systems_teams_and_models_and_hides_empty_groups(page: Page) -> None:
    search = page.locator("[data-controls='board-scores'] [data-search]")
    before = standings(page)
    search.fill("  ORACLE ")
    assert column(page, "system")
    assert all("Oracle" in name for name in column(page, "system"))
    assert page.locator(f"{TABLE} tbody:visible").count() == 1
    assert all(before[name] == place for name, place in standings(page).items())
    search.fill("nothing has this name")
    assert column(page, "system") == []
    expect(page.locator("[data-controls='board-scores']").get_by_role("status")).to_contain_text("No row")
    search.fill("")
    assert standings(page) == before


def test_columns_can_be_chosen_and_cells_stay_below_their_heads(page: Page) -> None:
    menu = page.locator("[data-controls='board-scores'] [data-columns]")
    menu.locator("summary").click()
    boxes = menu.get_by_role("checkbox")
    assert boxes.count() >= 5
    hidden = page.locator(f"{TABLE} thead th:not(:visible)")
    assert hidden.count() >= 1, "every column is shown at the start: some are there to be chosen"
    for box in boxes.all():
        box.click()
    expect(head(page, "accuracy")).to_be_hidden()
    for box in boxes.all():
        box.set_checked(True)
    assert hidden.count() == 0
    lines = page.evaluate(
        """table => [...document.querySelector(table).rows].map(r => [...r.cells].filter(c => c.checkVisibility())
            .reduce((n, c) => n + c.colSpan, 0))""",
        TABLE,
    )
    assert len(set(lines)) == 1, "rows differ in how many columns they fill"
    page.keyboard.press("Escape")
    expect(boxes.first).to_be_hidden()


@anywhere
def test_the_address_restores_the_whole_state_for_others(page: Page, fresh: Callable[[Page], Page]) -> None:
    page.locator("[data-controls='board-scores'] [data-search]").fill("overlap")
    menu = page.locator("[data-controls='board-scores'] [data-columns]")
    menu.locator("summary").click()
    menu.get_by_role("checkbox").first.click()
    page.keyboard.press("Escape")
    for _ in range(2):
        head(page, "system").get_by_role("button").click()
    assert state(page)["sort"] == "-system"
    assert state(page)["q"] == "overlap"
    assert state(page)["columns"]
    other = fresh(page)
    for look in (standings, lambda page: groups_of(page, "system")):
        assert look(other) == look(page)
    assert (
        other.locator(f"{TABLE} thead th:visible").all_inner_texts()
        == page.locator(f"{TABLE} thead th:visible").all_inner_texts()
    )
    assert head(other, "system").get_attribute("aria-sort") == "descending"
    assert other.locator("[data-controls='board-scores'] [data-search]").input_value() == "overlap"


@pytest.mark.parametrize(
    "fragment",
    ["sort=nothing&q=", "columns=nothing,,&weights=nothing", "tab=nothing&sort=-", "%zz", "=&=", "constructor=1"],
)
def test_an_address_that_means_nothing_shows_the_whole_table(
    page: Page, visit: Visitor, mini: Site, fragment: str
) -> None:
    other = visit(mini.base).go(f"index.html#{fragment}")
    assert standings(other) == standings(page)
    assert other.locator(f"{TABLE} thead th:visible").count() == page.locator(f"{TABLE} thead th:visible").count()


@anywhere
def test_tabs_are_real_tabs_that_arrow_keys_walk(page: Page, fresh: Callable[[Page], Page]) -> None:
    tabs = page.get_by_role("tab")
    assert tabs.count() == 3
    panels = page.get_by_role("tabpanel")
    assert panels.count() == 1
    tabs.first.focus()
    for key, at in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowRight", 0), ("ArrowLeft", 2), ("Home", 0), ("End", 2)):
        page.keyboard.press(key)
        expect(tabs.nth(at)).to_be_focused()
        assert [tab.get_attribute("aria-selected") for tab in tabs.all()].index("true") == at
        assert panels.count() == 1
        assert panels.first.get_attribute("aria-labelledby") == tabs.nth(at).get_attribute("id")
    expect(panels.first).to_contain_text("Published figures, not scored here")
    assert axe_violations(page) == []
    expect(fresh(page).get_by_role("tabpanel")).to_contain_text("Published 2025")


def test_the_published_table_sorts_and_keeps_its_own_state(page: Page, fresh: Callable[[Page], Page]) -> None:
    page.get_by_role("tab", name="Published 2024").click()
    table = page.locator("table.published:visible")
    table.get_by_role("button", name="Team").click()
    names = table.locator("tbody th").all_inner_texts()
    assert [name.split()[0] for name in names] == ["Baseline", "First", "Second"]
    assert fresh(page).locator("table.published:visible tbody th").all_inner_texts() == names
    page.get_by_role("tab").first.click()
    assert head(page, "score").get_attribute("aria-sort") == "descending"
    assert "sort" not in state(page)


def test_going_back_shows_the_state_of_the_address(visit: Visitor, mini: Site) -> None:
    page = visit(mini.base).go("index.html#sort=system")
    first = column(page, "system")
    page.goto(f"{mini.base}index.html#sort=-system")
    assert column(page, "system") != first
    page.go_back()
    assert column(page, "system") == first


def test_two_phases_are_two_tabs_and_each_entry_says_why_it_takes_no_rank(visit: Visitor, phased: Site) -> None:
    page = visit(phased.base).go("index.html")
    assert page.get_by_role("tab").all_inner_texts() == ["Development", "Test"]
    for name in ("Development", "Test"):
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tabpanel").locator("table.board tbody tr").first).to_be_visible()
    assert "Finals" not in page.content()


@pytest.mark.parametrize("name", ["mini", "phased"])
def test_without_scripts_every_row_and_section_is_there(
    request: pytest.FixtureRequest, visit: Visitor, name: str
) -> None:
    site: Site = request.getfixturevalue(name)
    page, scripted = (visit(site.disk, scripts=scripts).go("index.html") for scripts in (False, True))
    sections = page.locator("main section[data-panel]")
    assert sections.count() == scripted.get_by_role("tab").count()
    for section in sections.all():
        expect(section).to_be_visible()
    rows = page.locator("main table.board tbody tr")
    assert rows.count() == scripted.locator("main table.board tbody tr").count()
    assert all(row.is_visible() for row in rows.all())
    assert page.locator("[data-controls]:visible, [role=tablist]").count() == 0, "controls that do nothing are shown"
    for link in page.locator("[data-tabs] a").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        assert target in read(site.folder / "index.html").ids
        link.click()
        assert urlsplit(page.url).fragment == target
