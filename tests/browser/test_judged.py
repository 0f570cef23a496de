"""A board with a judge: its pages as a browser shows them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from browser.conftest import served
from browser.driving import PHONE, Site, Visitor, axe_violations, overflow, views
from browser.sites import build
from leaderboard.judged import MODEL, write_judged

PAGES = ("index.html", "systems/half.html", "systems/lost.html")
"""Those that show what other boards do not have."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of a board with a judge that could not use all replies about one submission."""
    folder = tmp_path_factory.mktemp("judged")
    path = write_judged(folder, {"good": 1.0, "half": 0.5, "lost": 0.8}, unusable={"half": 1, "lost": 5})
    keys = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**keys, "site": str(folder / "site")}), encoding="utf-8")
    yield from served(build(path))


def test_axe_finds_nothing(visit: Visitor, judged: Site) -> None:
    opened = visit(judged.base)
    for path in PAGES:
        for view in views(opened.go(path)):
            assert axe_violations(view) == [], path


def test_pages_are_no_wider_than_a_telephone(visit: Visitor, judged: Site) -> None:
    opened = visit(judged.base, width=PHONE, height=640)
    for path in PAGES:
        for view in views(opened.go(path)):
            assert overflow(view) == [], path


def test_the_board_names_its_judge_and_leads_to_what_it_said(visit: Visitor, judged: Site) -> None:
    page = visit(judged.disk, offline=True).go("index.html")
    page.locator("dl.facts a", has_text=MODEL).click()
    assert page.locator("#judge").is_visible()
    page.go_back()
    page.locator("tbody.unscored a", has_text="lost").click()
    assert "gave a recall to 35 of 40 claims" in page.locator("section[aria-labelledby=judge]").inner_text()


def test_the_column_of_claims_without_recall_can_be_chosen(visit: Visitor, judged: Site) -> None:
    page = visit(judged.base).go("index.html")
    place = page.locator("thead th").evaluate_all("ths => ths.findIndex(th => th.dataset.key === 'unjudged')")
    cell = page.locator("tbody.ranked tr", has_text="half").locator("> *").nth(place)
    assert not cell.is_visible()
    page.locator("details.menu summary").click()
    page.get_by_label("Claims without recall").check()
    assert cell.is_visible()
    assert cell.inner_text() == "1"
