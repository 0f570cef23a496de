"""Finding things in the pages that a test made, and whatever in them could do harm."""

from __future__ import annotations

from urllib.parse import urlsplit

from leaderboard.markup import Element, harmless, parse

REL = {"nofollow", "noopener", "noreferrer"}
LOADING = frozenset({"href", "src", "xlink:href", "data", "poster", "srcset"})


def sound(html: str | bytes) -> Element:
    """The document of a page that holds nothing to run, load or frame, hides no character and leads nowhere unsafe."""
    assert isinstance(html, str)
    hidden = {character for character in html if not character.isprintable() and character != "\n"}
    assert {character for character in hidden if character.isascii() or not character.isspace()} == set()
    document = parse(html)
    harmless(document)
    for element in document.walk():
        for name in LOADING & element.attributes.keys():
            value = element.attributes[name]
            scheme = urlsplit(value).scheme.lower()
            if scheme or value.startswith("//"):
                assert (element.tag, name) == ("a", "href"), f"{element.tag} {name} {value!r}"
                assert scheme in ("http", "https"), value
                assert set(element.attributes["rel"].split()) >= REL, value
    return document


def every(element: Element, tag: str, **attributes: str) -> list[Element]:
    """The elements below ``element`` of this tag whose attributes hold these words; ``aria_label`` is aria-label."""
    return element.all(tag, **{name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})


def one(element: Element, tag: str, **attributes: str) -> Element:
    """The only such element."""
    (found,) = every(element, tag, **attributes)
    return found


def cells(row: Element) -> list[Element]:
    """The cells of a table's row, heads included."""
    return [child for child in row.children if isinstance(child, Element)]


def rows(table: Element) -> list[list[str]]:
    """The texts of a table's cells, row by row, heads included."""
    return [[cell.text for cell in cells(row)] for row in table.all("tr")]


def width(row: Element) -> int:
    """How many columns a row fills."""
    return sum(int(cell.attributes.get("colspan", 1)) for cell in cells(row))
