"""Take the pictures of the site that the README shows: ``docs/images``.

    python tools/screenshots.py [--out DIR]

The pictured board is the one that ``make run`` builds, of example submissions that were written for this project. Each
kind of page is pictured from disk, in a window of fixed size; the first one also in the dark scheme and on a telephone.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browser.driving import open_site  # noqa: E402
from cli.helpers import run  # noqa: E402
from install_browser import ADVICE, NoBrowserError, find_browser  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from averitec_eval.files import write_bytes  # noqa: E402

LIMIT = 200 * 1024
"""How many bytes a picture may have."""

COLOURS = 256
"""How many colours a picture keeps."""


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the page below the site's folder, perhaps with a fragment to scroll to, and the window."""

    name: str
    path: str
    width: int = 1280
    height: int = 860
    scheme: str = "light"


SHOTS = (
    Shot("board", "index.html"),
    Shot("board-dark", "index.html", scheme="dark"),
    Shot("board-phone", "index.html", width=390, height=844),
    Shot("system", "systems/overlap-ten.html"),
    Shot("claims", "claims/index.html"),
    Shot("claim", "claims/8.html", height=1000),
    Shot("evidence", "claims/8.html#s-overlap-ten"),
    Shot("compare", "compare/overlap/overlap-ten.html"),
    Shot("about", "about.html"),
)


def build(folder: Path) -> Path:
    """Build the board of ``make run`` below ``folder`` and give the folder of its site. Raises ``RuntimeError``."""
    for name in ("submissions", "leaderboard"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("site", "*.sqlite*"))
    ended = run("leaderboard", "build", folder / "leaderboard" / "leaderboard.yaml")
    if ended.code:
        raise RuntimeError(ended.err)
    return folder / "leaderboard" / "site"


def pictures(browser: Browser, site: Path) -> Iterator[tuple[str, bytes]]:
    """Each picture's name and its PNG. Raises ``RuntimeError`` if the browser complains about a page."""
    for shot in SHOTS:
        visit = open_site(
            browser,
            f"{site.as_uri()}/",
            scheme=shot.scheme,
            width=shot.width,
            height=shot.height,
            reduced_motion="reduce",
        )
        page = visit.go(shot.path)
        page.wait_for_load_state("networkidle")
        data = page.screenshot()
        page.context.close()
        if visit.complaints:
            raise RuntimeError(f"{shot.path}: {'; '.join(visit.complaints)}")
        yield shot.name, small(data)


def small(data: bytes) -> bytes:
    """A PNG with a palette, which takes a third of the bytes."""
    from PIL import Image

    picture = (
        Image.open(io.BytesIO(data))
        .convert("RGB")
        .quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    )
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Write the pictures; the exit code is 0, or 2 if there is no browser or a picture is too large."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", metavar="DIR", help="where they go")
    out: Path = parser.parse_args(arguments).out
    try:
        path = find_browser()
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 2
    if path is None:
        print(ADVICE, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for name, data in pictures(browser, build(Path(folder))):
            write_bytes(out / f"{name}.png", data)
            print(f"{out / name}.png: {len(data):,} bytes")
            if len(data) > LIMIT:
                print(f"{name}.png has more than {LIMIT:,} bytes", file=sys.stderr)
                return 2
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
