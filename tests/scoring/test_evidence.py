"""Strings that are compared, and the matching, checked against trying every assignment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, OverlapMeteor, gold_claim, prediction

from averitec_eval.records import Answer, Prediction, Question, Verdict
from averitec_eval.scoring.evidence import (
    comparison_strings,
    gold_questions,
    match_evidence,
    predicted_questions,
)
from averitec_eval.scoring.profiles import FIRST_PAIRS, PROFILES, Profile

PROFILE = PROFILES["averitec-2024"]
TEXTS = st.lists(st.sampled_from("abcdefg"), max_size=5).map(" ".join)


@pytest.mark.parametrize(
    ("question", "strings"),
    [
        (Question("Q?", (Answer("A"),)), ["Q? A"]),
        (Question("Q?", (Answer("A"), Answer("B"))), ["Q? A", "Q? B"]),
        (Question("Q?"), ["Q? No answer could be found."]),
        (Question("Q?", (Answer("Yes", "Boolean", "It is so."),)), ["Q? Yes. It is so."]),
        (Question("Q?", (Answer("Yes", "Boolean"),)), ["Q? Yes"]),
        (Question("Q?", (Answer("A", "Extractive", "not compared"),)), ["Q? A"]),
        (Question("Q?", (Answer("No answer", "Unanswerable"),)), ["Q? No answer"]),
        (Question("", (Answer(""),)), [" "]),
    ],
)
def test_comparison_strings(question: Question, strings: list[str]) -> None:
    assert comparison_strings((question,)) == strings


def test_plain_strings_come_after_the_pairs() -> None:
    assert comparison_strings((Question("Q?", (Answer("A"),)),), ("s", "t")) == ["Q? A", "s", "t"]


def test_a_question_with_two_answers_counts_once_among_the_questions() -> None:
    evidence = (Question("Q?", (Answer("A"), Answer("B"))),)
    assert predicted_questions(Prediction(0, Verdict.REFUTED, evidence)) == ["Q?"]


def test_plain_strings_stand_in_for_questions_only_where_no_pairs_are_listed() -> None:
    without = Prediction(0, Verdict.REFUTED, string_evidence=("s",), lists_pairs=False)
    assert predicted_questions(without) == ["s"]
    assert predicted_questions(replace(without, lists_pairs=True)) == []


def test_repeated_gold_questions_count_once_where_the_profile_says_so() -> None:
    questions = (Question("Q?"), Question("R?"), Question("Q?"))
    assert gold_questions(questions, unique=False) == ["Q?", "R?", "Q?"]
    assert gold_questions(questions, unique=True) == ["Q?", "R?"]


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=4))
def test_the_matching_is_the_best_of_all_assignments(predicted: list[str], gold: list[str]) -> None:
    scores = OVERLAP.pairwise(predicted, gold)
    short, wide = (scores, scores.T)[:: 1 if len(predicted) <= len(gold) else -1]
    best = max(
        sum(short[row, column] for row, column in enumerate(columns))
        for columns in itertools.permutations(range(wide.shape[0]), short.shape[0])
    )
    matching = match_evidence(predicted, gold, OVERLAP, PROFILE)
    assert matching.utility == pytest.approx(best / len(gold), abs=1e-12)
    assert sum(pair.meteor for pair in matching.pairs) == pytest.approx(best, abs=1e-12)
    assert len({pair.gold for pair in matching.pairs}) == len(matching.pairs) == min(len(predicted), len(gold))


@given(st.lists(TEXTS, min_size=1, max_size=6), st.lists(TEXTS, min_size=1, max_size=4), TEXTS)
def test_more_evidence_never_lowers_a_recall(predicted: list[str], gold: list[str], extra: str) -> None:
    before = match_evidence(predicted, gold, OVERLAP, PROFILE).utility
    assert match_evidence([*predicted, extra], gold, OVERLAP, PROFILE).utility >= before - 1e-12


def test_only_the_first_ten_predicted_strings_count_and_gold_is_never_cut() -> None:
    gold = [f"word{number}" for number in range(16)]
    assert match_evidence(gold, gold, OVERLAP, PROFILE).utility == pytest.approx(10 / 16)
    assert match_evidence(["x"] * 10 + gold, gold, OVERLAP, PROFILE).utility == 0
    uncapped = PROFILES["evalai-2024-draft"]
    assert match_evidence(["x"] * 16 + gold, gold, OVERLAP, uncapped).utility == pytest.approx(16 / 32)


def test_no_predicted_strings_score_zero_and_no_gold_strings_are_an_error() -> None:
    assert match_evidence([], ["a"], OVERLAP, PROFILE).utility == 0
    with pytest.raises(ValueError, match="no evidence score"):
        match_evidence(["a"], [], OVERLAP, PROFILE)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@given(
    predicted=st.lists(TEXTS, max_size=14),
    gold=st.lists(TEXTS, min_size=1, max_size=4),
)
def test_the_first_strings_score_what_a_list_that_was_cut_scores(
    profile: Profile, predicted: list[str], gold: list[str]
) -> None:
    matching = match_evidence(predicted, gold, OVERLAP, profile)
    cut = [match_evidence(predicted[:k], gold, OVERLAP, profile).utility for k in FIRST_PAIRS]
    assert list(matching.first) == cut


def test_no_pair_is_compared_twice_for_the_first_strings() -> None:
    calls = []

    class Counted(OverlapMeteor):
        def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> npt.NDArray[np.float64]:
            calls.append((len(candidates), len(references)))
            return super().pairwise(candidates, references)

    match_evidence(["a"] * 14, ["a", "b"], Counted(), PROFILE)
    assert calls == [(10, 2)]


def test_helpers_make_what_they_say() -> None:
    assert comparison_strings(gold_claim(1, Verdict.REFUTED, ("a", "b")).questions) == ["a b"]
    assert comparison_strings(prediction(1, Verdict.REFUTED, ("a", "b")).evidence) == ["a b"]
