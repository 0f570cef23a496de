"""The documentation site: built without a warning, whole, and without anything from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import docs_site
import pytest

import averitec_eval

ROOT = Path(__file__).resolve().parents[2]
PAGES = {*docs_site.COPIED.values(), *(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md"))}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    ended = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    return folder


class Loaded(HTMLParser):
    """The addresses that a page makes a browser load, and the ids of its elements."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        sources = [values.get("src"), values.get("href") if tag == "link" else None]
        self.addresses += [source for source in sources if source]


def test_every_page_is_there_and_in_the_navigation(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    for page in PAGES:
        name = page.removesuffix(".md") + ".html"
        assert (site / name).is_file()
        assert f'href="{name}"' in home, name


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = Loaded(page).addresses
        assert loaded
        assert [address for address in loaded if re.match(r"([a-z]+:)?//", address)] == [], page.name


def test_every_exported_name_is_described(site: Path) -> None:
    described = Loaded(site / "api.html").ids
    names = {name for name in averitec_eval.__all__ if not name.startswith("_")}
    assert {name for name in names if not any(each.rpartition(".")[2] == name for each in described)} == set()


def test_every_schema_is_shown(site: Path) -> None:
    shown = (site / "schemas.html").read_text(encoding="utf-8")
    assert all(path.name in shown for path in (ROOT / "averitec_eval" / "schemas").glob("*.json"))


@pytest.mark.parametrize(
    ("page", "written", "turned"),
    [
        ("index.md", "[a](docs/scoring.md#x)", "[a](scoring.md#x)"),
        ("index.md", "[![p](docs/images/board.png)](docs/site.md)", "[![p](images/board.png)](site.md)"),
        ("index.md", "[a](https://fever.ai) [b](#here)", "[a](https://fever.ai) [b](#here)"),
        ("index.md", "[LICENSE](LICENSE)", "LICENSE"),
        ("benchmarks.md", "[a](../README.md#figures)", "[a](index.md#figures)"),
        ("systems/hero.md", "[a](../scoring.md)", "[a](../scoring.md)"),
        ("systems/hero.md", "```text\n[a](nowhere.md)\n```\n", "```text\n[a](nowhere.md)\n```\n"),
    ],
)
def test_links_are_turned_to_where_the_site_has_their_pages(page: str, written: str, turned: str) -> None:
    known = {"index.md", "scoring.md", "site.md", "images/board.png", "systems/hero.md"}
    assert docs_site.turned(written, page, known) == turned


def test_a_property_says_what_it_may_be_and_whether_it_is_needed() -> None:
    schema = {"required": ["version", "kind"]}
    row = docs_site.property_row
    assert row("version", {"const": 1}, schema) == "- `version` (always `1`, required)\n"
    assert row("kind", {"enum": ["a", None]}, schema) == '- `kind` (one of `"a"`, `null`, required)\n'
    assert row("n", {"type": ["integer", "null"], "description": "How many."}, schema) == (
        "- `n` (integer or null): How many.\n"
    )
    assert row("any", True, schema) == "- `any`\n"
