"""The frame of pages, the filters of templates, and what they let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from leaderboard.reading import cells, every, one, sound

from averitec_eval.leaderboard import rendering
from averitec_eval.leaderboard.rendering import Crumb, Frame
from averitec_eval.leaderboard.view import Estimate, PublicSite

AROUND = Frame("A site", "Dev", "dev/", "signature", True, True, True)


def page(path: str, around: Frame = AROUND, trail: tuple[Crumb, ...] = ()) -> str:
    return rendering.render("base.html", path, around, trail)


def test_every_page_carries_the_policy_and_nothing_of_its_own_to_run() -> None:
    document = sound(page("dev/claims/3.html"))
    policy = one(document, "meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy == rendering.CONTENT_POLICY
    assert "'unsafe-inline'" not in policy
    assert one(document, "script").attributes["src"] == "../../static/site.js"
    assert one(document, "link", rel="stylesheet").attributes["href"] == "../../static/site.css"


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("index.html", "Leaderboard"),
        ("about.html", "About"),
        ("dev/claims/index.html", "Claims"),
        ("dev/claims/7.html", "Claims"),
        ("dev/compare/a/b.html", "Compare"),
        ("dev/systems/a.html", None),
    ],
)
def test_the_navigation_marks_where_the_reader_is_and_leads_to_the_board(path: str, current: str | None) -> None:
    navigation = one(sound(page(path)), "nav", aria_label="Site")
    marked = [link.text for link in every(navigation, "a") if "aria-current" in link.attributes]
    assert marked == ([current] if current else [])
    up = "../" * path.count("/")
    assert [link.attributes["href"] for link in every(navigation, "a")] == [
        f"{up}index.html",
        f"{up}dev/claims/index.html",
        f"{up}dev/compare/index.html",
        f"{up}about.html",
    ]


def test_a_board_without_public_claims_or_pairs_has_no_links_to_them() -> None:
    around = AROUND._replace(has_claims=False, has_comparisons=False)
    assert [link.text for link in every(one(sound(page("index.html", around)), "nav", aria_label="Site"), "a")] == [
        "Leaderboard",
        "About",
    ]


def test_breadcrumbs_lead_to_the_boards_section_and_end_at_the_page() -> None:
    trail = rendering.crumbs(AROUND, Crumb("Claims", "dev/claims/index.html"), Crumb("Claim 3", None))
    navigation = one(sound(page("dev/claims/3.html", trail=trail)), "nav", aria_label="Breadcrumb")
    assert [(a.text, a.attributes["href"]) for a in every(navigation, "a")] == [
        ("Dev", "../../index.html#board-dev"),
        ("Claims", "../../dev/claims/index.html"),
    ]
    assert one(navigation, "span", aria_current="page").text == "Claim 3"


def test_an_unknown_name_in_a_template_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.environment().from_string("{{ nobody_gave_this }}").render()


def test_a_site_without_boards_has_a_frame(site: PublicSite) -> None:
    empty = rendering.frame(PublicSite("Nothing yet", "", "", ()))
    assert (empty.site, empty.has_claims, empty.has_comparisons) == ("Nothing yet", False, False)
    whole = rendering.frame(site)
    assert (whole.board, whole.has_claims, whole.has_comparisons) == ("", True, True)
    assert rendering.frame(site, site.boards[0]).signature == site.boards[0].signature


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org/a?b=c&d=%22#e",
        "HTTPS://example.org/",
        "https://xn--bcher-kva.example/",
        "https://bücher.example/",
    ],
)
def test_plain_addresses_are_links(url: str) -> None:
    assert rendering.href(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript://example.org/%0aalert(1)",
        "java\nscript:alert(1)",
        " https://example.org",
        "https://exam\tple.org",
        "data:text/html,<script>alert(1)</script>",
        "//example.org/",
        "/path",
        "https:",
        "https:///path",
        "ftp://example.org/",
        "https://example.org/\u202egnp",
        "https://example.org/\u200b",
        'https://example.org/"onclick="alert(1)',
        "https://example.org/\\@evil.example",
        "https://[broken",
        "vbscript:x",
    ],
)
def test_anything_else_is_no_link(url: str | None) -> None:
    assert rendering.href(url) == ""
    assert "<a " not in str(
        rendering.environment()
        .from_string('{% import "macros.html" as m %}{{ m.external(url, "text") }}')
        .render(url=url)
    )


@given(st.text(max_size=80) | st.text("<>&\"'\u202e\u200b\x00\t\n ab", max_size=80))
def test_text_is_shown_whole_and_harmless(text: str) -> None:
    template = rendering.environment().from_string('<p title="{{ text|shown }}">{{ text|shown }}</p>')
    html = template.render(text=text)
    paragraph = one(sound(html), "p")
    assert "".join(map(str, paragraph.children)) == paragraph.attributes["title"] == rendering.shown(text)


@given(st.text(max_size=120) | st.text("ab<&\"'\n\r\t \u202e", max_size=120))
def test_paragraphs_keep_every_line_and_let_no_markup_through(text: str) -> None:
    html = str(rendering.paragraphs(text))
    document = sound(html)
    assert {element.tag for element in cells(document)} <= {"p"}
    lines = text.replace("\r\n", "\n").strip().replace("\t", " ").split("\n")
    shown = "".join(rendering.shown(line) for line in lines)
    assert "".join(document.text.split()) == "".join(shown.split())


@given(
    st.lists(
        st.sampled_from(
            ["https://example.org/a", "http://x.y/?a=1&b=2", "javascript:x", "<b>", "see", ")", ".", "\n\n", "\u202e"]
        )
    )
)
def test_addresses_in_the_organisers_text_become_safe_links(parts: list[str]) -> None:
    html = str(rendering.linked(" ".join(parts)))
    links = [link.attributes["href"] for link in every(sound(html), "a")]
    assert links == [part for part in parts if part.startswith("http")]


def test_an_address_ends_before_the_punctuation_after_it() -> None:
    html = str(rendering.linked("Look at https://example.org/x?y=1. (Or https://example.org/z)"))
    assert [link.text for link in every(sound(html), "a")] == ["https://example.org/x?y=1", "https://example.org/z"]


def test_numbers_are_written_as_people_read_them() -> None:
    assert rendering.figure(Estimate(0.5264, 0.48, 0.57)) == rendering.figure(0.5264) == "0.526"
    assert rendering.figure(None) == "–"
    assert rendering.interval(Estimate(0.5264, 0.482, 0.5688)) == "[0.482, 0.569]"
    assert rendering.interval(Estimate(0.5)) == rendering.interval(None) == ""
    assert (rendering.percent(0.0921), rendering.percent(None)) == ("9.2 %", "–")
    assert [rendering.number(value) for value in (12345, 0.0005, 41.5, 12345.6, 54.0)] == [
        "12,345",
        "0.0005",
        "41.5",
        "12,346",
        "54",
    ]
    assert rendering.metric_heading("averitec@0.25") == "@ 0.25"
    assert rendering.metric_heading("justification@0.3") == "Justification @ 0.3"
    assert rendering.metric_heading("hu_meteor_qa") == "Q + A"


@pytest.mark.parametrize(
    ("path", "other", "address"),
    [
        ("index.html", "about.html#ranks", "about.html#ranks"),
        ("dev/systems/a.html", "index.html#tab=board-dev&sort=-rank", "../../index.html#tab=board-dev&sort=-rank"),
        ("compare/a/b.html", "claims/12.html", "../../claims/12.html"),
        ("index.html", "systems/a?b#c.html", "systems/a%3Fb#c.html"),
    ],
)
def test_links_are_relative_to_the_page(path: str, other: str, address: str) -> None:
    assert rendering.relative(path, other) == address
