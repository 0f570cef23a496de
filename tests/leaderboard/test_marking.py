"""Evidence as HTML: nothing of it is markup, nothing of it is lost, and marks stand where they were put."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import marked_texts

from averitec_eval.leaderboard.marking import TAGS, clipped, marked, safe
from averitec_eval.scoring.details import Mark
from averitec_eval.validation.printable import printable


class Pieces(HTMLParser):
    """The text of HTML in pieces, each with the element it stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.pieces: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.pieces.append((self.open[-1] if self.open else "", data))


def pieces(text: str) -> Pieces:
    parser = Pieces()
    parser.feed(text)
    parser.close()
    assert not parser.open
    return parser


def plain(text: str) -> str:
    """What a page shows of a text that it does not mark."""
    return printable(text.replace("\n", " ").replace("\t", " ").replace("\r", " "))


@given(marked_texts())
def test_marked_text_reads_as_the_text(example: tuple[str, tuple[Mark, ...]]) -> None:
    text, marks = example
    parsed = pieces(marked(text, marks))
    assert "".join(data for _, data in parsed.pieces) == plain(text)
    assert parsed.seen <= set(TAGS.values())


@given(marked_texts())
def test_every_mark_holds_its_own_characters(example: tuple[str, tuple[Mark, ...]]) -> None:
    text, marks = example
    found: list[tuple[str, str]] = []
    for tag, data in pieces(marked(text, marks)).pieces:
        if tag:
            found.append((tag, data))
    wordy = [mark for mark in marks if any(map(str.isalnum, text[mark.start : mark.end]))]
    # A parser may give one text in several pieces.
    assert "".join(data for _, data in found) == "".join(plain(text[mark.start : mark.end]) for mark in wordy)
    assert {tag for tag, _ in found} == {TAGS[mark.kind] for mark in wordy}


@given(marked_texts(), st.integers(0, 60), st.integers(0, 60))
def test_two_parts_make_the_whole(example: tuple[str, tuple[Mark, ...]], cut: int, limit: int) -> None:
    text, marks = example
    cut = min(cut, len(text))
    whole = "".join(data for _, data in pieces(marked(text, marks, 0, cut) + marked(text, marks, cut)).pieces)
    assert whole == plain(text)
    shown = marked(text, marks, limit=limit)
    assert ("<small>+" in shown) == (len(text) > limit)
    start = "".join(data for tag, data in pieces(shown).pieces if tag != "small")
    assert start.removesuffix("… ") == plain(text[:limit]) or len(text) <= limit


def test_a_limit_says_what_was_left_out() -> None:
    text = "word " * 500
    assert marked(text, (Mark(0, 4, "exact"), Mark(2400, 2404, "stem")), limit=10) == (
        "<b>word</b> word … <small>+2,490</small>"
    )
    assert clipped(text, 10) == "word word… <small>+2,490</small>"
    assert clipped("short <b>", 10) == "short &lt;b&gt;"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\rd", "a b c d"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\u202egnp", "\\u202egnp"),
        ("\ud800", "\\ud800"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_unsafe_characters(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_mark_over_the_end_of_the_question_is_shown_on_both_sides() -> None:
    text = "Who won? Nobody won."
    marks = (Mark(4, 15, "exact"),)
    assert marked(text, marks, 0, 8) == "Who <b>won?</b>"
    assert marked(text, marks, 9) == "<b>Nobody</b> won."


def test_a_full_stop_is_not_marked() -> None:
    assert marked("So it is.", (Mark(0, 2, "exact"), Mark(8, 9, "exact"))) == "<b>So</b> it is."
