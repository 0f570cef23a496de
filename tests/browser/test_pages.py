"""Every kind of page of a site: sound in a browser, readable by all, within a telephone's width, and whole on paper."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from browser.driving import PHONE, Site, Visit, Visitor, axe_violations, overflow, views
from browser.links import defects
from browser.sites import ATTACK, KINDS, pages_of

HIDDEN = ("system", "compare-index", "compare")
"""The kinds of page of a board whose gold is hidden; the first page and the one about the site belong to no board."""

PLACES = [("mini", "", kind) for kind in KINDS]
PLACES += [("phased", "dev/", kind) for kind in KINDS]
PLACES += [("phased", "test/", kind) for kind in HIDDEN]


HARMLESS = [("phased", "dev/", kind) for kind in ("about", "claims", "compare-index", "compare")]
"""Pages of a board with hostile texts that show few of them; the same kinds of the other board are looked at anyway."""


def at(places: list[tuple[str, str, str]], slow: Sequence[tuple[str, str, str]] = ()) -> pytest.MarkDecorator:
    """Runs a test at each of these places, at the ``slow`` ones only among the slow tests."""
    params = [
        pytest.param(
            *place,
            marks=pytest.mark.slow if place in slow else (),
            id="-".join(part.strip("/") for part in place if part),
        )
        for place in places
    ]
    return pytest.mark.parametrize(("name", "folder", "kind"), params)


every_place = at(PLACES, slow=HARMLESS)
every_kind = at(PLACES[: len(KINDS)])


@pytest.fixture
def site(request: pytest.FixtureRequest, name: str) -> Site:
    """The site that a test's parameter names."""
    found: Site = request.getfixturevalue(name)
    return found


def picked(site: Site, kind: str, folder: str) -> list[str]:
    """The pages of a kind to look at: the first and the last, and of systems one without scores."""
    paths = pages_of(site.folder, kind, folder)
    assert paths, f"the site has no {kind} page"
    chosen = {paths[0], paths[-1]}
    if kind == "system":
        results = {path.stem for path in (site.folder / folder / "results").glob("*.json")}
        unscored = [path for path in paths if path.rpartition("/")[2].removesuffix(".html") not in results]
        assert unscored, "the site has no system without scores"
        chosen.add(unscored[0])
    return sorted(chosen)


@every_place
def test_axe_finds_nothing(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    look_at_with_axe(visit(site.base), picked(site, kind, folder))


@every_kind
def test_axe_finds_nothing_in_the_dark_scheme(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    look_at_with_axe(visit(site.base, scheme="dark"), picked(site, kind, folder))


def look_at_with_axe(visit: Visit, paths: list[str]) -> None:
    """Fails with what axe finds wrong with these pages."""
    for path in paths:
        for view in views(visit.go(path)):
            assert axe_violations(view) == [], path


@every_place
def test_the_page_is_no_wider_than_a_telephone(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    opened = visit(site.base, width=PHONE, height=640)
    for path in picked(site, kind, folder):
        for view in views(opened.go(path)):
            assert overflow(view) == [], path


@every_kind
def test_the_page_opens_from_disk_without_network(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    opened = visit(site.disk, offline=True)
    for path in picked(site, kind, folder):
        page = opened.go(path)
        assert page.title()
        assert page.locator("h1").count() == 1
        assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", "the style sheet is not applied"


@every_kind
def test_paper_shows_the_whole_page(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    """On paper nothing scrolls, so nothing may be cut off, and what only a screen needs is left out."""
    opened = visit(site.base, width=794, height=1123)
    for path in picked(site, kind, folder):
        page = opened.go(path)
        page.emulate_media(media="print")
        clipped = page.evaluate(
            """[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility()
                && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1).length"""
        )
        assert clipped == 0, f"{path}: a table is cut off on paper"
        assert page.locator("body > header nav").is_hidden(), f"{path}: the navigation is printed"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )


@every_kind
def test_nothing_moves_where_motion_is_unwanted(visit: Visitor, site: Site, folder: str, kind: str) -> None:
    opened = visit(site.base, reduced_motion="reduce")
    page = opened.go(picked(site, kind, folder)[0])
    moving = page.evaluate(
        """[...document.querySelectorAll('*')].map(e => getComputedStyle(e))
            .filter(s => s.transitionDuration.split(',').concat(s.animationDuration.split(','))
                .some(t => parseFloat(t) > 0.01) || s.scrollBehavior === 'smooth').length"""
    )
    assert moving == 0


@pytest.mark.parametrize("name", ["mini", "phased"])
def test_every_link_leads_somewhere_and_every_page_is_linked(site: Site) -> None:
    wrong, reached = defects(site.folder)
    assert wrong == []
    files = {path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*") if path.is_file()}
    assert files - reached == set()


@pytest.mark.parametrize("name", ["phased"])
@pytest.mark.parametrize("folder", ["dev/", "test/"])
def test_hostile_texts_are_only_text(visit: Visitor, site: Site, folder: str) -> None:
    opened = visit(site.base)
    for kind in KINDS if folder == "dev/" else HIDDEN:
        for path in picked(site, kind, folder):
            page = opened.go(path)
            assert page.title() != "run"
            assert page.locator("[onload], [onerror], [style], script:not([src]), style").count() == 0
            schemes = page.evaluate("[...new Set([...document.links].map(a => a.protocol))]")
            assert set(schemes) <= {"http:", "https:"}
    page = opened.go(f"{folder}systems/{folder.strip('/')}-attack.html")
    assert ATTACK[0] in page.locator("h1").inner_text()


@pytest.mark.slow
def test_the_board_of_the_real_data_is_sound(visit: Visitor, real: Site) -> None:
    wrong, _ = defects(real.folder)
    assert wrong == []
    for scheme in ("light", "dark"):
        opened, narrow = visit(real.base, scheme=scheme), visit(real.disk, scheme=scheme, width=PHONE, offline=True)
        for kind in KINDS:
            paths = pages_of(real.folder, kind)
            chosen = sorted({paths[0], paths[len(paths) // 2], paths[-1]})
            look_at_with_axe(opened, chosen)
            for path in chosen:
                for view in views(narrow.go(path)):
                    assert overflow(view) == [], path
