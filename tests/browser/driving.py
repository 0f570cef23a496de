"""Sites served and opened in Chromium, with everything noted that a browser complains about."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

BELOW = "/some/place/"
"""Where on its host a site is served: it has to work below any path."""

WIDTH, HEIGHT = 1280, 900
PHONE = 320

PATIENCE = 30_000
"""How many milliseconds to wait for the browser at most: a busy machine is no defect."""


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder below ``BELOW``, and nothing at any other path."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        if not path.startswith(BELOW):
            return str(Path(self.directory) / "nothing" / "here")
        return super().translate_path(path[len(BELOW) - 1 :])

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A server of ``folder`` on the loopback interface while the context lasts; gives the address of the folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{BELOW}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Visit:
    """A page opened from ``base``, the address of a site, and what the browser had to complain about."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(self.base):
            self.complaints.append(f"off the site: {request.url}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still loading, which is no failure.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url} ({request.failure})")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def go(self, path: str) -> Page:
        """Open a page of the site, given its path below the site's folder and perhaps a fragment."""
        self.page.goto(self.base + path)
        return self.page


Visitor = Callable[..., Visit]
"""Opens the site at an address: ``visit(base, **how)``."""


@dataclass(frozen=True)
class Site:
    """A site that was built: its folder, and the address at which it is served."""

    folder: Path
    base: str

    @property
    def disk(self) -> str:
        """The address of the same site without a server."""
        return f"{self.folder.as_uri()}/"


def open_site(
    browser: Browser,
    base: str,
    *,
    scripts: bool = True,
    scheme: str = "light",
    width: int = WIDTH,
    height: int = HEIGHT,
    **options: Any,
) -> Visit:
    """A fresh browser profile with one blank page that is to visit the site at ``base``."""
    context: BrowserContext = browser.new_context(
        java_script_enabled=scripts,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": height},
        **options,
    )
    context.set_default_timeout(PATIENCE)
    return Visit(context.new_page(), base)


def axe_violations(page: Page) -> list[str]:
    """What axe-core, with all its default rules and best practices, finds wrong with the page as it is displayed.

    Only a page with scripts can be examined. The source goes in past the page's content policy, as from developer
    tools. Nothing is preloaded: from disk the policy forbids the script to read the style sheet again.
    """
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    assert found["passes"], "axe examined nothing"
    return [
        f"{rule['id']} ({rule['impact']}), {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def views(page: Page) -> Iterator[Page]:
    """The page with each of its tabs picked in turn, and all its folds open, so that what they hide is seen too."""
    for tab in page.get_by_role("tab").all() or [None]:
        if tab is not None:
            tab.click()
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
        yield page


def overflow(page: Page) -> list[str]:
    """By how much the page is wider than the window, and the elements that stick out; empty where it fits."""
    return list(
        page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth;
                const width = document.documentElement.scrollWidth;
                if (width <= room) return [];
                const out = [...document.body.querySelectorAll('*')]
                    .filter(e => e.getBoundingClientRect().right > room + 1)
                    .map(e => `${e.tagName}.${e.getAttribute('class')} ${Math.round(e.getBoundingClientRect().right)}`);
                return [`${width} px in ${room} px`, ...out.slice(0, 12)];
            }"""
        )
    )
