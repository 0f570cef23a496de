"""The checks of the site see what they are there to see: each finds what is wrong with a page made for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser.driving import axe_violations, open_site, overflow
from playwright.sync_api import Browser, Error

GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Good</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Good</h1><p>Text.</p>{}</main></body></html>"""

FORBIDDEN = "<meta http-equiv='Content-Security-Policy' content=\"style-src 'none'\"><p style='color:red'>Red.</p>"


def write(folder: Path, body: str) -> Path:
    """A folder with one page, a sound one with ``body`` put in."""
    (folder / "index.html").write_text(GOOD.format(body), encoding="utf-8")
    return folder


@pytest.mark.parametrize("disk", [True, False], ids=["disk", "server"])
def test_a_sound_page_raises_no_complaint(
    chromium: Browser, serve: Callable[[Path], str], tmp_path: Path, disk: bool
) -> None:
    site = write(tmp_path, "")
    visit = open_site(chromium, f"{site.as_uri()}/" if disk else serve(site), width=320)
    page = visit.go("index.html")
    assert page.title() == "Good"
    assert axe_violations(page) == []
    assert overflow(page) == []
    assert visit.complaints == []
    assert visit.requests == [visit.base + "index.html"]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<script>console.error('oh')</script>", "console error: oh"),
        ("<script>console.warn('oh')</script>", "console warning: oh"),
        ("<script>nothing.here</script>", "script error"),
        ("<script src='absent.js'></script>", "404"),
        ("<script src='/site.js'></script>", "off the site"),
        ("<img alt='' src='http://other.invalid/x.png'>", "off the site"),
        (
            "<meta http-equiv='Content-Security-Policy' content=\"style-src 'none'\"><p style='color:red'>x",
            "console error",
        ),
    ],
)
def test_a_complaint_is_noted(
    chromium: Browser, serve: Callable[[Path], str], tmp_path: Path, body: str, complaint: str
) -> None:
    visit = open_site(chromium, serve(write(tmp_path, body)))
    visit.go("index.html")
    assert [said for said in visit.complaints if complaint in said]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", "image-alt"),
        ("<p style='color:#bbb'>Faint.</p>", "color-contrast"),
        ("<h4>Too deep</h4>", "heading-order"),
    ],
)
def test_axe_finds_what_is_wrong(chromium: Browser, tmp_path: Path, body: str, rule: str) -> None:
    page = open_site(chromium, f"{write(tmp_path, body).as_uri()}/").go("index.html")
    assert [found.split()[0] for found in axe_violations(page)] == [rule]


def test_axe_sees_the_dark_scheme(chromium: Browser, tmp_path: Path) -> None:
    style = "<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style>"
    site = f"{write(tmp_path, style).as_uri()}/"
    assert axe_violations(open_site(chromium, site).go("index.html")) == []
    assert axe_violations(open_site(chromium, site, scheme="dark").go("index.html"))


def test_a_page_that_is_too_wide_is_found_with_what_sticks_out(chromium: Browser, tmp_path: Path) -> None:
    write(tmp_path, "<p class='wide' style='width:500px'>Wide.</p>")
    visit = open_site(chromium, f"{tmp_path.as_uri()}/", width=320)
    found = overflow(visit.go("index.html"))
    assert found[0].endswith("in 320 px")
    assert found[1].startswith("P.wide")


def test_nothing_beside_the_site_is_served(chromium: Browser, serve: Callable[[Path], str], tmp_path: Path) -> None:
    base = serve(write(tmp_path, ""))
    visit = open_site(chromium, base)
    visit.page.goto(base.replace("/some/place/", "/index.html"))
    assert any(said.startswith("404") for said in visit.complaints)


def test_scripts_can_be_off_and_the_network_away(chromium: Browser, tmp_path: Path) -> None:
    write(tmp_path, "<script>document.title = 'Run'</script>")
    visit = open_site(chromium, f"{tmp_path.as_uri()}/", scripts=False, offline=True)
    assert visit.go("index.html").title() == "Good"
    with pytest.raises(Error):
        visit.page.goto("http://127.0.0.1:9/")
