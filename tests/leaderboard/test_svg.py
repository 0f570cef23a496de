"""What matplotlib writes, made fit for a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from averitec_eval.leaderboard.svg import tidy_svg

SVG = "{http://www.w3.org/2000/svg}"


def tidy(body: str, **dark: str) -> str:
    made = f"""<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="10pt" height="5pt" viewBox="0 0 10 5"
 xmlns="http://www.w3.org/2000/svg"><metadata>made at noon</metadata>
<defs><style type="text/css">*{{stroke-linejoin: round}}</style></defs>{body}</svg>"""
    text = tidy_svg(made.encode(), "A <title>", "What & why", dark).decode()
    ElementTree.fromstring(text)
    return text


def test_styles_become_attributes() -> None:
    text = tidy('<path d="M 0 0" style="fill: none; stroke: #ff0000; stroke-width: 1.5"/>')
    assert '<path d="M 0 0" fill="none" stroke="#ff0000" stroke-width="1.5"/>' in text
    assert "style=" not in text


@pytest.mark.parametrize(
    "style",
    [
        "font-size: 8.5px; font-weight: bold; font-family: 'DejaVu Sans', serif; text-anchor: end",
        "font: bold 8.5px 'DejaVu Sans', serif; text-anchor: end",
    ],
)
def test_both_ways_of_writing_a_font_come_to_the_same(style: str) -> None:
    text = tidy(f'<text style="{style}" x="1" y="2" transform="rotate(-0 1 2)">a &lt;b&gt; &amp; c</text>')
    found = ElementTree.fromstring(text).find(f"{SVG}text")
    assert found is not None
    assert dict(found.attrib) == {"font-size": "8.5px", "font-weight": "bold", "text-anchor": "end", "x": "1", "y": "2"}
    assert found.text == "a <b> & c"


def test_colours_change_on_dark_screens_only() -> None:
    text = tidy('<path d="M 0 0" style="fill: #ffffff"/>', **{"#ffffff": "#111111"})
    style = re.search("<style>(.*)</style>", text)
    assert style is not None
    assert style[1].startswith("@media screen and (prefers-color-scheme:dark){")
    assert '[fill="#ffffff"]{fill:#111111}' in style[1]
    assert '[stroke="#ffffff"]{stroke:#111111}' in style[1]


def test_only_ids_that_something_refers_to_stay() -> None:
    body = (
        '<g id="line2d_1"><defs><path id="m1" d="M 0 0"/></defs><use xlink:href="#m1" x="3"/></g>'
        '<g id="x" clip-path="url(#c)"><path d="M 1 1"/></g><clipPath id="c"><rect x="0"/></clipPath>'
    )
    text = tidy(body)
    assert set(re.findall(r'id="([^"]+)"', text)) == {"title", "desc", "m1", "c"}
    assert 'xlink:href="#m1"' in text
    assert 'clip-path="url(#c)"' in text


def test_what_shows_nothing_goes() -> None:
    text = tidy('<g id="a"><g id="b"><path d="M 0 0" style="fill: none"/></g></g>')
    assert "<g" not in text
    assert "<path" not in text
    assert "noon" not in text
    assert "linejoin: round" not in text


def test_numbers_have_two_decimals_and_paths_one_line() -> None:
    text = tidy('<path d="M 0.123456 200 \nL -0.001 1e5 3.10000\n" style="fill: #000000"/>')
    assert 'd="M 0.12 200 L 0 1e5 3.1"' in text


def test_it_names_itself_for_screen_readers() -> None:
    root = ElementTree.fromstring(tidy(""))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "title desc"
    assert [child.text for child in root][:2] == ["A <title>", "What & why"]
