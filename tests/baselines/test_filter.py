"""Filters: the claim is no evidence for itself, and nothing is evidence twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from baselines.scripted import candidates, claim_state, codes
from hypothesis import given
from hypothesis import strategies as st
from strategies import free_texts, store_texts

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.components.filter import Duplicates, NearClaim, bare, tfidf_cosine
from averitec_eval.baselines.state import ClaimState

CLAIM = "The old stone bridge over the river was closed for good in 2018."


def state(*texts: str, claim: str = CLAIM) -> ClaimState:
    return claim_state(claim, candidates=candidates(*texts))


def texts(after: ClaimState) -> list[str]:
    return [candidate.unit.text for candidate in after.candidates]


@given(store_texts.map(" ".join), store_texts.map(" ".join))
def test_tfidf_equals_that_of_scikit_learn(first: str, second: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    try:
        rows = TfidfVectorizer().fit_transform([first, second]).toarray()
    except ValueError:  # no word of two letters
        assert tfidf_cosine(first, second) == 0.0
        return
    assert tfidf_cosine(first, second) == pytest.approx(float(rows[0] @ rows[1]), abs=1e-9)


@given(free_texts, free_texts)
def test_tfidf_is_a_cosine(first: str, second: str) -> None:
    assert 0.0 <= tfidf_cosine(first, second) <= 1.0 + 1e-12
    assert tfidf_cosine(first, second) == pytest.approx(tfidf_cosine(second, first))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (CLAIM, False),
        (f'"{CLAIM.upper()}"', False),
        ("In 2018, the old stone bridge over the river was closed for good.", False),  # the same words
        (f"So: {CLAIM}", False),
        (f"{CLAIM} The council opened a wooden footbridge beside it three years later.", True),
        ("The bridge reopened.", True),
        ("Closed.", True),
        ("?!", False),
    ],
)
def test_the_claim_itself_is_no_evidence(text: str, kept: bool) -> None:
    other = "A footbridge was built."
    assert texts(NearClaim().run(state(text, other), Tools())) == ([text] if kept else []) + [other]


def test_the_filter_of_the_competition_drops_more() -> None:
    longer = f"{CLAIM} The council opened a wooden footbridge beside it three years later."
    tools = Tools(compat=frozenset(["containing-or-short"]))
    other = "A footbridge of wood was built beside it with money that the whole town had given."
    assert texts(NearClaim().run(state(longer, "The bridge reopened.", other), tools)) == [other]


def test_filters_stop_at_the_number_wanted_or_where_nothing_is_left() -> None:
    many = [f"Text number {number}." for number in range(5)]
    assert texts(NearClaim(keep=2).run(state(CLAIM, *many), Tools())) == many[:2]
    assert texts(NearClaim(keep=9).run(state(CLAIM, *many), Tools())) == many
    after = NearClaim().run(state(CLAIM), Tools())
    assert (texts(after), codes(after)) == ([], ["no-candidates"])
    assert NearClaim().run(state(), Tools()).troubles == ()


def test_a_claim_without_words_filters_nothing_but_texts_without_words() -> None:
    assert texts(NearClaim().run(state("a", "", "I am", claim="?"), Tools())) == ["a", "I am"]


def test_duplicates_are_dropped_whatever_their_case_and_punctuation() -> None:
    after = Duplicates().run(state("It is  shut.", "it is shut", "It's shut", "It is shut!", "open"), Tools())
    assert texts(after) == ["It is  shut.", "It's shut", "open"]


def test_near_duplicates_are_dropped_on_demand() -> None:
    found = ("one two three four", "one two three five", "six")
    assert texts(Duplicates(overlap=0.6).run(state(*found), Tools())) == ["one two three four", "six"]
    assert texts(Duplicates(overlap=0.7).run(state(*found), Tools())) == list(found)


def test_duplicates_are_judged_by_what_later_stages_see() -> None:
    before = state("one", "two")
    shown = tuple(replace(one, unit=replace(one.unit, shown="a summary")) for one in before.candidates)
    assert texts(Duplicates().run(replace(before, candidates=shown), Tools())) == ["one"]


@given(store_texts, st.sampled_from([0.3, 0.8, 1.0]), st.none() | st.integers(1, 5))
def test_filters_keep_order_and_are_done_after_once(found: list[str], overlap: float, keep: int | None) -> None:
    for component in (Duplicates(keep=keep, overlap=overlap), NearClaim(keep=keep)):
        once = component.run(state(*found), Tools())
        assert component.run(once, Tools()).candidates == once.candidates
        places = [candidate.unit.document for candidate in once.candidates]
        assert places == sorted(places)
        assert keep is None or len(places) <= keep
    kept = [bare(text).split() for text in texts(Duplicates().run(state(*found), Tools()))]
    assert all(one not in kept[:number] for number, one in enumerate(kept))
