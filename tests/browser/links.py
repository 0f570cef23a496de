"""The links of a site, read without a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

REFERENCES = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src", "use": "href"}
STATE = ("=", "&")
"""What marks a fragment that is no element's id but the state of a page, such as its filters."""


@dataclass
class Document(HTMLParser):
    """The ids and the references of a page, and ids that occur more than once."""

    ids: set[str] = field(default_factory=set)
    twice: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    rel: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("id")
        if name is not None:
            if name in self.ids:
                self.twice.append(name)
            self.ids.add(name)
        target = values.get(REFERENCES.get(tag, ""))
        if target is not None:
            self.references.append((tag, target))
            self.rel[target] = values.get("rel") or ""


def read(path: Path) -> Document:
    """The document in an HTML file."""
    document = Document()
    document.feed(path.read_text(encoding="utf-8"))
    document.close()
    return document


def defects(site: Path, start: str = "index.html") -> tuple[list[str], set[str]]:
    """Follow every link from the first page; gives what is wrong and the paths of all files that were reached."""
    documents: dict[str, Document] = {}
    wrong: list[str] = []
    wanted: list[tuple[str, str, str]] = []
    waiting, reached = [start], {start}
    while waiting:
        path = waiting.pop()
        if not path.endswith(".html"):
            continue
        documents[path] = read(site / path)
        wrong += [f"{path}: the id {name} occurs more than once" for name in documents[path].twice]
        for _, reference in documents[path].references:
            parts = urlsplit(reference)
            if parts.scheme in ("http", "https"):
                if not {"nofollow", "noopener", "noreferrer"} <= set(documents[path].rel[reference].split()):
                    wrong.append(f"{path}: {reference} leads off the site without rel attributes")
                continue
            if parts.scheme or parts.netloc or parts.path.startswith("/") or parts.query:
                wrong.append(f"{path}: {reference} is no relative link")
                continue
            target = inside(path, unquote(parts.path))
            if target is None or not (site / target).is_file():
                wrong.append(f"{path}: {reference} leads nowhere")
                continue
            wanted.append((path, target, unquote(parts.fragment)))
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    wrong += [
        f"{path}: {target} has no element {fragment}"
        for path, target, fragment in wanted
        if fragment and not any(mark in fragment for mark in STATE) and fragment not in documents[target].ids
    ]
    return sorted(set(wrong)), reached


def inside(path: str, reference: str) -> str | None:
    """The path below the site's folder that a relative reference in the file ``path`` means; None outside of it."""
    steps = list(PurePosixPath(path).parent.parts) if reference else list(PurePosixPath(path).parts)
    for step in reference.split("/") if reference else ():
        if step == "..":
            if not steps:
                return None
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)
