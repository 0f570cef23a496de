"""The static site: plain HTML that opens from disk, with the numbers beside it as JSON and CSV.

Everything is made from the public view. A file whose inputs, and the code that makes it, are those of the build before
is not made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.errors import OutputError, UnreadableError
from averitec_eval.files import remove_scratch, sha256_of, write_if_changed
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.exports import export_pages
from averitec_eval.leaderboard.manifest import MANIFEST, Output, manifest, read_outputs
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.view import PublicSite

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_RENDERERS = ("jinja2", "markupsafe")
"""Libraries whose version can change a page."""

_APART = frozenset({"__pycache__", "examples", "data", "cli", "baselines", "judge", "audit", "platforms"})
"""Folders of the package that hold no code, or none that a site is made by."""


def write_site(site: PublicSite, directory: Path, *, anew: bool = False) -> list[Path]:
    """Write the site into ``directory`` and give the paths of its files, the manifest last.

    Of the folder's earlier contents, the files that its manifest lists are the site's: one that was made from the same
    inputs and holds what it was given is left alone, unless ``anew``, and those that belong to the site no longer are
    removed. Nothing else is touched. While the manifest does not fit the files, a build was cut short. Raises
    ``OutputError``.
    """
    before = read_outputs(directory)
    folders: set[Path] = set()
    outputs: dict[str, Output] = {}
    for page in site_pages(site):
        if page.path in outputs or page.path == MANIFEST:
            raise ValueError(f"two files of the site are called {page.path}")
        folder = (directory / page.path).parent
        if folder not in folders:
            remove_scratch(folder)
            folders.add(folder)
        made_from = digest(page)
        known = before.get(page.path)
        if anew or known is None or known.made_from != made_from or not _holds(directory / page.path, known.sha256):
            data = page.render()
            # Text from submissions may hold lone surrogates, which UTF-8 cannot: they become question marks.
            data = data.encode("utf-8", errors="replace") if isinstance(data, str) else data
            # Flushing hundreds of files takes longer than making them. A crash of the machine that loses one is seen
            # by the next build: the file is not what the manifest says.
            write_if_changed(directory / page.path, data, durable=False)
            known = Output(hashlib.sha256(data).hexdigest(), made_from)
        outputs[page.path] = known
    for path in before.keys() - outputs.keys():
        _remove(directory, path)
    write_if_changed(directory / MANIFEST, to_json(manifest(site, outputs)).encode("ascii"))
    return [directory / name for name in (*outputs, MANIFEST)]


def site_pages(site: PublicSite) -> Iterator[Page]:
    """Every file of the site but the manifest. There are images only where matplotlib is installed."""
    from averitec_eval.leaderboard.charts import Charts
    from averitec_eval.leaderboard.drawing import available
    from averitec_eval.leaderboard.figures import figure_pages
    from averitec_eval.leaderboard.pages import pages

    charts = Charts() if available() else None
    static = resources.files("averitec_eval.leaderboard") / "static"
    for asset in sorted(static.iterdir(), key=lambda asset: asset.name):
        yield Page(f"static/{asset.name}", (), asset.read_bytes)
    for board in site.boards:
        yield from export_pages(board)
        if charts is not None:
            yield from figure_pages(board, charts)
    yield from pages(site, charts)


def digest(page: Page) -> str:
    """A SHA-256 in hex that stands for all a page is made from: what it shows, and the code that writes it."""
    return hashlib.sha256(repr((code_digest(), page.path, page.inputs)).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """A SHA-256 in hex of this package's code, templates and assets, and of the versions of what renders them."""
    hashed = hashlib.sha256()
    for name in _RENDERERS:
        hashed.update(f"{name} {metadata.version(name)}\n".encode())
    for path, data in _code(resources.files("averitec_eval"), ""):
        hashed.update(f"{path} {len(data)}\n".encode() + data)
    return hashed.hexdigest()


def _code(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            if item.name not in _APART:
                yield from _code(item, f"{path}{item.name}/")
        elif not item.name.startswith("."):
            yield path + item.name, item.read_bytes()


def _holds(path: Path, sha256: str) -> bool:
    try:
        return sha256_of(path) == sha256
    except UnreadableError:
        return False


def _remove(directory: Path, path: str) -> None:
    """Remove a file that is no longer the site's, and the folders that it leaves empty."""
    target = directory / path
    root = directory.resolve()
    if not target.parent.resolve().is_relative_to(root) or target.is_dir():
        return
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{target}: cannot be removed: {error.strerror or error}") from error
    with suppress(OSError):  # a folder that is not empty stays, and another build may be at it
        for folder in target.parents:
            if folder.resolve() == root:
                break
            folder.rmdir()


__all__ = ["code_digest", "digest", "site_pages", "write_site"]
