"""Turning the SVG that matplotlib writes into one that a page can show: text stays text, light and dark, no inline
styles, the same bytes every time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_FONT = re.compile(r"(?P<style>italic |oblique )?(?P<weight>bold |\d+ )?(?P<size>[\d.]+px) .*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_SHOWN_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"


def tidy_svg(made: bytes, title: str, description: str, dark: Mapping[str, str]) -> bytes:
    """The SVG document ``made`` by matplotlib, rewritten.

    Styles become presentation attributes, so that a strict Content-Security-Policy takes nothing away; a style sheet
    inside replaces each colour by what ``dark`` says where the reader prefers dark paper. The page's own font family
    takes the place of the one it was laid out with. ``title`` and ``description`` are what screen readers say.
    """
    root = ElementTree.fromstring(made)
    rules = "".join(
        f'[{kind}="{light}"]{{{kind}:{shade}}}' for light, shade in dark.items() for kind in ("fill", "stroke")
    )
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        "width": root.attrib["width"],
        "height": root.attrib["height"],
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": "title desc",
        "font-family": _SHOWN_FONTS,
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    lines = [
        f"<svg{_written(attributes)}>",
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(description)}</desc>',
        f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>",
        *(line for child in root for line in _lines(child, frozenset(_targets(root)))),
        "</svg>",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _targets(root: ElementTree.Element) -> Iterator[str]:
    """The ids that something refers to; the others only name matplotlib's parts."""
    for element in root.iter():
        for value in element.attrib.values():
            yield from re.findall(r"(?:^|url\()#([^)]+)", value)


def _lines(element: ElementTree.Element, targets: frozenset[str]) -> Iterator[str]:
    name = element.tag.removeprefix(_SVG)
    if name in ("style", "metadata", "title", "desc"):
        return
    attributes = _attributes(element, targets)
    if name == "path" and attributes.get("fill") == "none" and "stroke" not in attributes and "id" not in attributes:
        return  # the invisible frames of figure and axes
    if name == "text":
        yield f"<text{_written(attributes)}>{escape(''.join(element.itertext()))}</text>"
        return
    children = [line for child in element for line in _lines(child, targets)]
    if not children and name in ("g", "defs"):
        return
    if name == "g" and not attributes:
        yield from children
    elif children:
        yield f"<{name}{_written(attributes)}>"
        yield from children
        yield f"</{name}>"
    else:
        yield f"<{name}{_written(attributes)}/>"


def _attributes(element: ElementTree.Element, targets: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        if name == "style":
            found.update(_presentation(value))
        elif name == "id":
            if value in targets:
                found["id"] = value
        elif name == _HREF:
            found["xlink:href"] = value
        elif not (name == "transform" and value.startswith("rotate(-0 ")):
            found[name] = value
    return {name: value if name in ("id", "xlink:href") else _short(value) for name, value in found.items()}


def _presentation(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = (part.strip() for part in declaration.partition(":"))
        if not colon or name == "font-family":
            continue
        if name != "font":
            yield name, value
        elif match := _FONT.fullmatch(value):  # how versions before 3.10 write it
            parts = {"font-style": match["style"], "font-weight": match["weight"], "font-size": match["size"]}
            yield from ((part, text.strip()) for part, text in parts.items() if text)


def _short(value: str) -> str:
    """A value with two decimals, a hundredth of a point, and single spaces."""
    return " ".join(_NUMBER.sub(_rounded, value).split())


def _rounded(match: re.Match[str]) -> str:
    number = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())


__all__ = ["tidy_svg"]
