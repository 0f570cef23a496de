"""Chromium, and sites for it to open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser.driving import PATIENCE, Site, Visit, Visitor, open_site, serving
from browser.sites import mini_site, phased_site, real_site
from install_browser import NoBrowserError, find_browser, required
from playwright.sync_api import Browser, expect, sync_playwright

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that opens pages, so that `-m browser` selects them."""
    for item in items:
        if item.path.is_relative_to(HERE) and "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A running browser. Where none can be had tests are skipped with the reason, except in continuous integration.

    For one module only: while Playwright runs, its event loop keeps others from starting in this thread.
    """
    try:
        path = find_browser()
    except NoBrowserError as error:
        pytest.fail(str(error))
    if path is None:
        reason = "there is no Chromium: run `python tools/install_browser.py`, or set CHROMIUM to its path"
        if required():
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=path, timeout=4 * PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visitor]:
    """Opens sites: ``visit(base, **how)``. When the test ends, no page may have had anything to complain about."""
    visits: list[Visit] = []

    def begin(base: str, **how: Any) -> Visit:
        visits.append(open_site(chromium, base, **how))
        return visits[-1]

    yield begin
    for visit in visits:
        visit.page.context.close()
    assert [complaint for visit in visits for complaint in visit.complaints] == []


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves folders on the loopback interface until the test ends: ``serve(folder)`` gives the address."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serving(folder))


def served(folder: Path) -> Iterator[Site]:
    """The site in ``folder`` while it is served."""
    with serving(folder) as base:
        yield Site(folder, base)


@pytest.fixture(scope="session")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of the example submissions."""
    yield from served(mini_site(tmp_path_factory.mktemp("mini")))


@pytest.fixture(scope="session")
def phased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site of two phases, with hostile texts."""
    yield from served(phased_site(tmp_path_factory.mktemp("phased")))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[Site]:
    """The site of the real dev submissions."""
    yield from served(real_site(tmp_path_factory.mktemp("real"), data_dir))
