"""METEOR: its formula, its stages, its alignments, and what holds of it for any two texts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import awkward_texts

from averitec_eval.errors import UsageError
from averitec_eval.text.meteor import Alignment, Match, PinnedMeteor, align, get_meteor, meteor
from averitec_eval.text.words import lower_words

small_texts = st.lists(
    st.sampled_from(["dog", "dogs", "hound", "cat", "run", "runs", "running", ".", "the"]), max_size=8
).map(" ".join)
texts = awkward_texts | small_texts


@pytest.mark.parametrize(
    ("words", "score"),
    [(1, 0.5), (2, 0.9375), (3, 1 - 0.5 / 27), (10, 1 - 0.5 / 1000)],
)
def test_a_text_against_itself_loses_the_penalty_of_one_chunk(words: int, score: float) -> None:
    text = " ".join("abcdefghij"[:words])
    assert meteor(text, text) == score


def test_each_stage_takes_what_the_stage_before_left() -> None:
    alignment = align("The dogs ran from physicians", "the dog fled from a doctor")
    assert alignment == Alignment(
        candidate=("the", "dogs", "ran", "from", "physicians"),
        reference=("the", "dog", "fled", "from", "a", "doctor"),
        matches=(Match(0, 0, "exact"), Match(1, 1, "stem"), Match(3, 3, "exact"), Match(4, 5, "synonym")),
        chunks=3,
        precision=4 / 5,
        recall=4 / 6,
        fmean=(4 / 5 * (4 / 6)) / (0.9 * (4 / 5) + (1 - 0.9) * (4 / 6)),
        penalty=0.5 * (3 / 4) ** 3,
        score=(1 - 0.5 * (3 / 4) ** 3) * ((4 / 5 * (4 / 6)) / (0.9 * (4 / 5) + (1 - 0.9) * (4 / 6))),
    )


@pytest.mark.parametrize(
    ("candidate", "reference", "kind"),
    [
        ("Dog", "dog", "exact"),
        ("running", "runs", "stem"),
        ("car", "auto", "synonym"),
        ("auto", "car", "synonym"),
        # Synonyms are looked up for stems: those of "physicians" and "doctors" happen to be words.
        ("physicians", "doctors", "synonym"),
        # "happi", the stem of "happy", is in no synset, so "glad" is not found.
        ("happy", "glad", None),
    ],
)
def test_kinds_of_match(candidate: str, reference: str, kind: str | None) -> None:
    assert [match.kind for match in align(candidate, reference).matches] == ([kind] if kind else [])


def test_words_are_matched_from_the_last_one_back() -> None:
    matches = align("the cat the", "the dog the cat the").matches
    assert [(match.candidate, match.reference) for match in matches] == [(0, 2), (1, 3), (2, 4)]
    assert [(m.candidate, m.reference) for m in align("a a", "a").matches] == [(1, 0)]


@pytest.mark.parametrize(
    ("candidate", "reference"), [("", ""), ("", "word"), ("word", ""), (" \n", "word"), ("a", "b")]
)
def test_nothing_in_common_scores_zero(candidate: str, reference: str) -> None:
    assert meteor(candidate, reference) == 0.0
    assert align(candidate, reference).score == 0.0


@pytest.mark.parametrize(("candidates", "references"), [(0, 0), (0, 2), (3, 0), (3, 2)])
def test_shape(candidates: int, references: int) -> None:
    scores = PinnedMeteor().pairwise(["a word"] * candidates, ["a word"] * references)
    assert scores.shape == (candidates, references)
    assert scores.dtype == np.float64


@settings(deadline=None)
@given(candidate=texts, reference=texts)
def test_score_is_in_range_and_the_alignment_explains_it(candidate: str, reference: str) -> None:
    alignment = align(candidate, reference)
    score = meteor(candidate, reference)
    assert 0 <= score < 1
    assert alignment.score == score == (1 - alignment.penalty) * alignment.fmean
    assert alignment.candidate == tuple(lower_words(candidate))
    assert alignment.reference == tuple(lower_words(reference))
    assert 0 <= alignment.penalty <= 0.5
    for positions in zip(*((match.candidate, match.reference) for match in alignment.matches), strict=True):
        assert len(set(positions)) == len(positions)
    assert [match.candidate for match in alignment.matches] == sorted(match.candidate for match in alignment.matches)
    if alignment.matches:
        assert alignment.precision == len(alignment.matches) / len(alignment.candidate)
        assert alignment.recall == len(alignment.matches) / len(alignment.reference)
        assert math.isclose(1 / alignment.fmean, 0.9 / alignment.recall + 0.1 / alignment.precision)
        runs = zip(alignment.matches, alignment.matches[1:], strict=False)
        breaks = sum(b.candidate - a.candidate != 1 or b.reference - a.reference != 1 for a, b in runs)
        assert alignment.chunks == 1 + breaks


@settings(deadline=None)
@given(candidates=st.lists(texts, max_size=5), references=st.lists(texts, max_size=5))
def test_the_rest_of_a_call_does_not_change_a_pair(candidates: list[str], references: list[str]) -> None:
    """What is prepared for all references of a call, and what earlier calls left behind, changes no score."""
    together = PinnedMeteor().pairwise(candidates, references)
    apart = [[meteor(candidate, reference) for reference in references] for candidate in candidates]
    assert together.tolist() == apart


@settings(deadline=None)
@given(text=texts)
def test_a_text_matches_all_of_itself(text: str) -> None:
    words = lower_words(text)
    alignment = align(text, text)
    assert [(match.candidate, match.reference, match.kind) for match in alignment.matches] == [
        (k, k, "exact") for k in range(len(words))
    ]


def test_variants_are_got_by_name() -> None:
    pinned = get_meteor("pinned")
    assert (pinned.name, pinned.tokenizer, pinned.wordnet) == ("pinned", "nltk-3.9-rules", "3.0")
    with pytest.raises(UsageError, match="'pinned' or 'nltk'"):
        get_meteor("nltk-3.9")
