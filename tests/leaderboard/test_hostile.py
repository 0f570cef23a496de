"""A submission whose every text is an attack: it is shown, and does nothing, in whatever file of the site."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cli.helpers import run
from leaderboard.helpers import digests, entries, make

VISIBLE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>'",
    "</td></table></style></script><iframe src=//e.example>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}${7*7}",
    '=HYPERLINK("//e.example","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    "&lt;b&gt; &amp;#60; ]]> <!-- --!>",
    "a\\b`c`$d$ $\\frac{1}{0}$ %s %(x)s",
]
"""Attacks that a name may hold."""

INVISIBLE = [
    "\u202egnp.exe\u202c \u2066x\u2069",
    "a\u200bb\u200cc\u200dd\ufeffe\u00ade",
    "nul\u0000 bell\u0007 escape\u001b[31m \u009b31m \u2028\u2029",
    "lone \ud800 surrogate \udfff",
    "e" + "\u0301" * 200,
    "\ufdd0\uffff\U000e0041\U0010ffff",
    "\t=1+1",
    "long " * 19_000,
]
"""Attacks that only predictions may hold: settings with them are refused."""

SCORED = [attack for attack in INVISIBLE if "\ud800" not in attack]
"""Those that predictions may hold and be valid."""

ALLOWED = {
    *("html", "head", "meta", "title", "link", "script", "body", "header", "main", "footer", "nav", "section", "div"),
    *("article", "aside", "h1", "h2", "h3", "h4", "h5", "p", "span", "a", "ul", "ol", "li", "dl", "dt", "dd", "b", "i"),
    *("em", "strong", "small", "code", "pre", "q", "blockquote", "cite", "mark", "s", "u", "sup", "sub", "br", "wbr"),
    *(
        "hr",
        "abbr",
        "time",
        "bdi",
        "kbd",
        "var",
        "table",
        "caption",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
    ),
    *("td", "details", "summary", "figure", "figcaption", "picture", "img", "button", "label", "input", "select"),
    *("option", "optgroup", "fieldset", "legend", "output", "meter", "noscript", "template"),
    *("svg", "g", "rect", "line", "circle", "path", "text", "title", "desc", "polyline", "polygon"),
}

ADDRESSES = {"href", "src", "srcset", "action", "formaction", "xlink:href", "poster", "data", "background", "cite"}


class Page(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_entries(attacks: list[str]) -> list[dict[str, Any]]:
    """Valid predictions every free text of which is an attack."""
    made = entries(0.5)
    for number, entry in enumerate(made):
        attack = attacks[number % len(attacks)]
        for pair in entry["evidence"]:
            pair["question"] = f"{pair['question']} {attack}"
            pair["answer"] = f"{pair['answer']} {attack}"
            pair["url"] = attack if number % 2 else f"https://example.org/{attack}"
            pair["scraped_text"] = attack
        entry["justification"] = attack
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "submissions"
    make(root, "plain", entries(0.7))
    for number, attack in enumerate(VISIBLE):
        meta = {"description": f"{attack}\n\n{attack}", "hardware": attack, "models": [attack, f"{attack} 2"]}
        meta |= {"url": "https://example.org/a(b)?x=1&y=%3Cscript%3E", "phase": attack, "team": attack}
        others = SCORED if number == 0 else SCORED[:-1]  # scoring texts of 100 KB takes a while
        make(root, f"seen-{number}", hostile_entries([attack, *others]), name=attack, **meta)
    for number, attack in enumerate(INVISIBLE):
        make(root, f"unseen-{number}", entries(0.3), name=attack, team=attack, description=attack, url=attack)
        make(root, f"label-{number}", entries(0.3, label=attack))
    make(root, "surrogates", hostile_entries(INVISIBLE))
    for attack in (*VISIBLE[:3], "=1+1", "\u202efdp", "con", "a b", "index.html", "x.claims", "x", "X"):
        make(root, attack.replace("/", "_"), entries(0.2), name="a folder")
    make(root, "script-url", entries(0.2), url="javascript:alert(1)")
    make(root, "keys", entries(0.2), **{VISIBLE[0]: VISIBLE[1], "anon": INVISIBLE[0]})
    config = {"title": VISIBLE[0], "description": " ".join(VISIBLE), "submit": "\n".join(VISIBLE), "public": True}
    paths = {"gold": "averitec-mini", "submissions": "submissions", "site": "site"}
    (folder / "board.yaml").write_text(json.dumps(config | paths), encoding="utf-8")
    ended = run("leaderboard", "build", folder / "board.yaml")
    assert ended.code == 0, ended.err
    return folder / "site"


def pages(site: Path) -> list[tuple[str, str]]:
    found = [(str(path.relative_to(site)), path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))]
    assert len(found) > 100
    return found


def test_pages_hold_no_tag_attribute_or_address_of_a_stranger(site: Path) -> None:
    for name, text in pages(site):
        page = Page(text)
        for tag, attributes in page.tags:
            assert tag in ALLOWED, (name, tag)
            assert not [key for key in attributes if key.startswith("on") or key == "style"], (name, tag, attributes)
            for key in ADDRESSES & attributes.keys():
                check_address(name, tag, attributes, attributes[key] or "")
            if tag == "script":
                assert (attributes.get("src") or "").endswith("static/site.js"), (name, attributes)
        policies = [a.get("content") or "" for t, a in page.tags if t == "meta" and "http-equiv" in a]
        assert len(policies) == 1, name
        assert "default-src 'none'" in policies[0]
        assert "unsafe" not in policies[0]
        assert not re.search(r"<script[^>]*>\s*[^<\s]", text), name


def check_address(name: str, tag: str, attributes: dict[str, str | None], address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        assert tag == "a", (name, tag, address)
        assert parts.scheme in ("http", "https"), (name, address)
        assert {"nofollow", "noopener", "noreferrer"} <= set((attributes.get("rel") or "").split()), (name, address)
    else:
        assert "\\" not in address
        assert ":" not in address.partition("#")[0], (name, address)


def test_nothing_invisible_is_written_into_any_file(site: Path) -> None:
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8")
        strange = {
            c for c in set(text) - {"\n"} if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        }
        assert not strange, (path, strange)
        name = str(path.relative_to(site))
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", name), name


def test_names_are_shown_as_they_are(site: Path) -> None:
    text = Page((site / "index.html").read_text(encoding="utf-8")).text
    for attack in VISIBLE:
        assert attack in text
    for number, attack in enumerate(VISIBLE):
        document = json.loads((site / "board.json").read_text(encoding="utf-8"))
        entry = next(entry for entry in document["entries"] if entry["id"] == f"seen-{number}")
        assert (entry["name"], entry["team"], entry["hardware"]) == (attack, attack, attack)


def test_no_cell_of_a_csv_is_a_formula(site: Path) -> None:
    files = list(site.rglob("*.csv"))
    assert len(files) > 20
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path, cell)
                assert not cell.startswith("-") or re.fullmatch(r"-[0-9.e-]+", cell), (path, cell)
    names = [row["name"] for row in csv.DictReader(io.StringIO((site / "board.csv").read_text(encoding="utf-8")))]
    assert '\'=HYPERLINK("//e.example","x")' in names


def test_images_are_pictures_and_nothing_else(site: Path) -> None:
    for path in site.rglob("*.svg"):
        for element in ET.parse(path).iter():
            tag = element.tag.rpartition("}")[2]
            assert tag not in ("script", "foreignObject", "image", "a", "iframe"), (path, tag)
            for key, value in element.attrib.items():
                plain = key.rpartition("}")[2]
                assert not plain.startswith("on"), (path, key)
                if plain == "href":
                    assert value.startswith("#"), (path, value)


def test_no_two_submissions_share_a_file_even_where_capitals_do_not_count(site: Path) -> None:
    names = [name.lower() for name in digests(site)]
    assert len(names) == len(set(names))
    document = json.loads((site / "board.json").read_text(encoding="utf-8"))
    ids = [entry["id"] for entry in document["entries"]]
    assert len(ids) == len({id.lower() for id in ids})
    for entry in document["entries"]:
        if entry["scores"] is not None:
            assert (site / "systems" / f"{entry['id']}.html").is_file()
            assert (site / entry["results"]).is_file()


def test_a_page_stays_small_whatever_is_in_it(site: Path) -> None:
    index = (site / "index.html").stat().st_size
    assert index < 400_000, index
