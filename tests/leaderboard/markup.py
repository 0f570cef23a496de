"""Reading the pages that a test made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from averitec_eval.leaderboard.page import Page

VOID = {"meta", "link", "br", "img", "input", "line", "circle", "rect"}
CLOSED_BY = {"li": {"li"}, "p": {"p", "div", "ol", "ul", "li", "table", "section", "dl", "h2", "h3"}}
"""Elements whose end may be left out, and what ends them."""


@dataclass
class Element:
    """An element with its attributes, its children and the text in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of this tag within it, in order; ``class_`` stands for the attribute of that name."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if element.tag == tag
            and all(value in element.attributes.get(name, "").split() for name, value in wanted.items())
        ]

    def walk(self) -> Iterator[Element]:
        """Every element within it, in order."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    @property
    def text(self) -> str:
        """All text in it, white space as a browser shows it."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.path = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while tag in CLOSED_BY.get(self.path[-1].tag, ()):
            self.path.pop()
        if tag == "li" and self.path[-1].tag == "p":
            self.path.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.path[-1].children.append(element)
        if tag not in VOID:
            self.path.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.path[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.path[-1].tag != tag and self.path[-1].tag in CLOSED_BY:
            self.path.pop()
        assert self.path.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.path[-1].children.append(data)


def parse(html: str) -> Element:
    """The document; fails where elements are not nested as they should be."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert [element.tag for element in builder.path] == ["document"]
    return builder.path[0]


def drawn(pages: Iterable[Page]) -> dict[str, Element]:
    """The pages by path, rendered and read."""
    made: dict[str, Element] = {}
    for page in pages:
        html = page.render()
        assert isinstance(html, str)
        assert page.path not in made
        made[page.path] = parse(html)
    return made


def links(page: Element, path: str) -> list[str]:
    """Where the links of the page at ``path`` lead: paths below the site's folder, or whole addresses."""
    found = []
    for element in page.all("a"):
        address = element.attributes["href"]
        parts = urlsplit(address)
        if parts.scheme:
            assert parts.scheme in ("http", "https")
            assert element.attributes["rel"] == "nofollow noopener noreferrer"
            found.append(address)
        else:
            found.append(normpath(join(dirname(path), unquote(parts.path))) if parts.path else path)
    return found


def harmless(page: Element) -> None:
    """Fail where a page holds anything that runs, or a style or an address of its own."""
    for element in page.walk():
        assert element.tag not in {"style", "iframe", "object", "embed", "form", "base"}
        assert element.tag != "script" or element.attributes["src"].endswith("static/site.js")
        for name in element.attributes:
            assert not name.startswith("on")
            assert name not in {"style", "srcdoc", "action", "formaction"}
