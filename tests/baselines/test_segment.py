"""Segmentation: nothing is lost, and each unit says where it comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from baselines.scripted import claim_state, codes
from hypothesis import given
from hypothesis import strategies as st
from strategies import free_texts

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.components.segment import Chunks, Sentences, WholeDocument, pieces
from averitec_eval.baselines.state import ClaimState, Document, Unit

PAGES = (
    Document(0, "u0", ("One. Two.", "", " Three. "), "why"),
    Document(3, "u3", ("", " ")),
    Document(4, "u4", ("Four is longer than the others.",)),
)


def state(*pages: Document) -> ClaimState:
    return replace(claim_state(), documents=pages)


def texts(after: ClaimState) -> list[tuple[str, int, int]]:
    return [(unit.text, unit.document, unit.sentence) for unit in after.units]


def test_passages_are_units_with_their_places() -> None:
    after = Sentences().run(state(*PAGES), Tools())
    assert texts(after) == [("One. Two.", 0, 0), ("Three.", 0, 2), ("Four is longer than the others.", 4, 0)]
    assert after.units[0] == Unit("One. Two.", "u0", 0, 0, "why")
    assert after.troubles == ()


def test_passages_are_taken_apart_on_demand() -> None:
    after = Sentences(split=True, max_chars=20).run(state(*PAGES), Tools())
    assert texts(after) == [
        ("One.", 0, 0),
        ("Two.", 0, 0),
        ("Three.", 0, 2),
        ("Four is longer than", 4, 0),
        ("the others.", 4, 0),
    ]


@pytest.mark.parametrize("join", [" ", "\n"])
def test_a_page_is_one_unit(join: str) -> None:
    after = WholeDocument(join=join).run(state(*PAGES), Tools())
    assert texts(after) == [(f"One. Two.{join}Three.", 0, 0), ("Four is longer than the others.", 4, 0)]


def test_of_a_long_page_the_beginning_counts() -> None:
    after = WholeDocument(max_chars=20).run(state(*PAGES), Tools())
    assert [unit.text for unit in after.units] == ["One. Two. Three.", "Four is longer than"]


def test_chunks_show_their_neighbours() -> None:
    page = Document(0, "u", tuple(f"Passage number {number}." for number in range(5)))
    after = Chunks(max_chars=40, context=1).run(state(page), Tools())
    assert [unit.sentence for unit in after.units] == [0, 2, 4]
    assert after.units[1].text == "Passage number 2. Passage number 3."
    assert after.units[1].evidence == " ".join(page.sentences)
    assert after.units[2].evidence == " ".join(page.sentences[2:])


@pytest.mark.parametrize("component", [Sentences(), Sentences(split=True), WholeDocument(), Chunks()])
def test_no_text_is_a_trouble(component: Sentences) -> None:
    for pages in ((), PAGES[1:2]):
        assert codes(component.run(state(*pages), Tools())) == ["no-units"]


@given(st.text(alphabet="ab ", max_size=200).map(str.strip), st.integers(5, 40))
def test_pieces_are_short_and_lose_only_spaces(text: str, most: int) -> None:
    found = list(pieces(text, most))
    assert all(0 < len(piece) <= most for piece in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


@given(st.lists(free_texts, max_size=8), st.integers(20, 60), st.integers(0, 2))
def test_no_segmentation_loses_or_invents_text(passages: list[str], most: int, context: int) -> None:
    before = state(Document(0, "u", tuple(passages)))
    whole = "".join("".join(passages).split())
    for component in (Sentences(), Sentences(max_chars=most), WholeDocument(), Chunks(most, context)):
        units = component.run(before, Tools()).units
        assert "".join("".join(unit.text for unit in units).split()) == whole
        assert all(unit.text == unit.text.strip() and unit.text for unit in units)
        if component != Sentences() and component != WholeDocument():
            assert all(len(unit.text) <= most for unit in units)
