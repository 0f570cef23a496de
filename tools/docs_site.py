"""What the documentation site has besides docs/: the README and its neighbours, the schemas and the Python interface.

MkDocs calls the functions named ``on_...`` (mkdocs.yml). Nothing is written into docs/: the pages exist while the site
is built. Links are written for whoever reads the repository; where they lead to a file that the site has under another
name they are turned there, and where they leave the documentation only their text stays.
"""

from __future__ import annotations

import ast
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "averitec_eval"
COPIED = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "NOTICE": "notice.md",
    "submissions/README.md": "submissions-folder.md",
}
"""Files of the repository, relative to its root, and the pages that they become."""

LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^][]|!\[[^][]*\]\([^()]*\))*)\]\((?P<target>[^()\s]+)\)")
FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)

PYTHON = """\
# Python interface

What `from averitec_eval import ...` gives. Records are frozen, and nothing here prints, downloads or reads the clock.
"""
SCHEMAS = """\
# Schemas

JSON Schemas (draft 2020-12) of what the commands read and write. They come with the package: `averitec_eval/schemas`.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and put pages that mkdocs.yml does not name under "More"."""
    from mkdocs.structure.files import File

    for path, text in generated().items():
        files.append(File.generated(config, path, content=text))
    named = set(pages_of(config.nav))
    others = [file.src_uri for file in files.documentation_pages() if file.src_uri not in named]
    if others and config.nav is not None:
        config.nav.append({"More": sorted(others)})
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A page with the links that its place on the site needs."""
    return turned(markdown, page.file.src_uri, {file.src_uri for file in files})


def pages_of(nav: Any) -> Iterator[str]:
    """The pages that a navigation names."""
    if isinstance(nav, str):
        yield nav
    for item in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from pages_of(item)


def generated() -> dict[str, str]:
    """The text of every page that is not in docs/, by its path."""
    pages = {page: (ROOT / source).read_text(encoding="utf-8") for source, page in COPIED.items()}
    pages["notice.md"] = f"# Notices\n\n```text\n{pages['notice.md']}```\n"
    return {**pages, "schemas.md": schemas_page(), "api.md": python_page()}


def turned(markdown: str, page: str, known: set[str]) -> str:
    """Markdown whose links lead from ``page`` to pages among ``known``; examples of code are left as they are."""
    sources = {target: source for source, target in COPIED.items()}
    place = sources.get(page, f"docs/{page}")

    def turn(match: re.Match[str]) -> str:
        text = LINK.sub(turn, match["text"])
        target, mark, anchor = match["target"].partition("#")
        if re.match(r"[a-z]+:", target) or not target:
            return f"{match['image']}[{text}]({match['target']})"
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(place), target))
        there = COPIED.get(meant, meant.removeprefix("docs/"))
        if there not in known:
            return text
        return f"{match['image']}[{text}]({posixpath.relpath(there, posixpath.dirname(page) or '.')}{mark}{anchor})"

    parts = FENCE.split(markdown)
    return "".join(part if number % 2 else LINK.sub(turn, part) for number, part in enumerate(parts))


def schemas_page() -> str:
    """Every schema of the package: what it is of, its properties, and its text."""
    parts = [SCHEMAS]
    for path in sorted((PACKAGE / "schemas").glob("*.schema.json")):
        text = path.read_text(encoding="utf-8")
        schema = json.loads(text)
        parts.append(f"## {path.name}\n\n{schema.get('title', '')}\n\n{schema.get('description', '')}\n\n")
        parts += [property_row(name, each, schema) for name, each in schema.get("properties", {}).items()]
        parts.append(f'\n??? note "The whole schema"\n    ```json\n{indented(text)}    ```\n\n')
    return "".join(parts)


def property_row(name: str, value: Any, schema: dict[str, Any]) -> str:
    """One property of a schema as an item of a list."""
    kind = value.get("type", "") if isinstance(value, dict) else ""
    facts = [" or ".join(kind) if isinstance(kind, list) else kind]
    about = value.get("description", "") if isinstance(value, dict) else ""
    if isinstance(value, dict) and "const" in value:
        facts.append(f"always `{json.dumps(value['const'])}`")
    if isinstance(value, dict) and "enum" in value:
        facts.append("one of " + ", ".join(f"`{json.dumps(each)}`" for each in value["enum"]))
    facts.append("required" if name in schema.get("required", ()) else "")
    bracket = ", ".join(filter(None, facts))
    return f"- `{name}`{f' ({bracket})' if bracket else ''}{': ' if about else ''}{about}\n"


def indented(text: str) -> str:
    """Text four spaces further in."""
    return "".join(f"    {line}\n" for line in text.splitlines())


def python_page() -> str:
    """All exported names under the modules that define them, in the order of the package's own imports."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    parts = [PYTHON]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [alias.name for alias in node.names if not alias.name.startswith("_")]
            if names:
                parts.append(f"\n## {node.module.removeprefix('averitec_eval.')}\n\n")
                parts += [f"::: averitec_eval.{name}\n" for name in names]
    return "".join(parts)
