"""Reranking: the better ones first, ties as they were, and the old order where a model fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from baselines.scripted import candidates, claim_state, codes
from baselines.vectors import Looked, Rated, tools_of
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.baselines.components.base import Component
from averitec_eval.baselines.components.rerank import DenseMean, Pairs, Scorer
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import QA, ClaimState, Query

CLAIM = "claim"
FAULT = ModelError("connection", "no route")


def state(*texts: str, queries: tuple[str, ...] = (CLAIM,)) -> ClaimState:
    return claim_state(CLAIM, candidates=candidates(*texts), queries=tuple(map(Query, queries)))


def texts(after: ClaimState) -> list[str]:
    return [candidate.unit.text for candidate in after.candidates]


def answered(*answers: str) -> ClaimState:
    return claim_state(CLAIM, qa=tuple(QA(f"Q{place}?", answer) for place, answer in enumerate(answers)))


def test_vectors_of_all_queries_are_averaged() -> None:
    model = Looked({CLAIM: (1, 0), "passage": (0, 1), "x": (1, 0.1), "y": (0.1, 1), "between": (0.7, 0.7)})
    tools = tools_of(model)
    assert texts(DenseMean().run(state("x", "y", "between"), tools)) == ["x", "between", "y"]
    after = DenseMean(k=2).run(state("x", "y", "between", queries=(CLAIM, " ", "passage")), tools)
    assert texts(after) == ["between", "x"]
    assert after.candidates[0].score == pytest.approx(1.0)


def test_a_model_that_scores_pairs_sees_claim_and_text() -> None:
    model = Rated({"a": 0.1, "b": 0.9, "c": 0.5})
    after = Scorer(k=2).run(state("a", "b", "c"), tools_of(ranker=model))
    assert [(one.unit.text, one.score) for one in after.candidates] == [("b", 0.9), ("c", 0.5)]
    assert model.asked == [(CLAIM, "a"), (CLAIM, "b"), (CLAIM, "c")]
    assert texts(Scorer(first=1).run(state("a", "b"), tools_of(ranker=model))) == ["a"]


def test_scores_that_are_no_numbers_come_last_and_can_be_written() -> None:
    model = Rated({"a": float("nan"), "b": float("-inf"), "c": -1.0, "d": float("inf")})
    after = Scorer().run(state("a", "b", "c", "d"), tools_of(ranker=model))
    assert texts(after) == ["d", "c", "a", "b"]
    json.dumps([one.score for one in after.candidates], allow_nan=False)


def test_pairs_are_scored_with_question_and_answer() -> None:
    model = Rated({"Q0? a": 0.1, "Q1? b": 0.9})
    after = Pairs().run(answered("a", "b"), tools_of(ranker=model))
    assert [(pair.answer, pair.score) for pair in after.qa] == [("b", 0.9), ("a", 0.1)]
    marked = Rated({"Q0? </s> a": 0.0})
    Pairs(separator=" </s> ").run(answered("a"), tools_of(ranker=marked))
    assert marked.asked == [(CLAIM, "Q0? </s> a")]


def test_an_answer_is_kept_once_unless_as_published() -> None:
    model = Rated({"Q0? Yes.": 0.2, "Q1? no": 0.1, "Q2? yes": 0.9})
    assert [pair.answer for pair in Pairs().run(answered("Yes.", "no", "yes"), tools_of(ranker=model)).qa] == [
        "yes",
        "no",
    ]
    tools = tools_of(ranker=model, compat=["repeated-answers"])
    assert [pair.answer for pair in Pairs(k=2).run(answered("Yes.", "no", "yes"), tools).qa] == ["yes", "Yes."]


@pytest.mark.parametrize(
    ("component", "before"),
    [
        (DenseMean(k=2), state("a", "b", "c")),
        (Scorer(k=2), state("a", "b", "c")),
        (Pairs(k=2), answered("a", "b", "c")),
    ],
)
def test_the_order_stays_where_a_model_fails(component: Component, before: ClaimState) -> None:
    after = component.run(before, tools_of(Looked({}, FAULT), Rated({}, FAULT)))
    assert (after.candidates, after.qa) == (before.candidates[:2], before.qa[:2])
    assert codes(after) == ["model-connection"]
    assert "no route" in after.troubles[0].detail


@pytest.mark.parametrize("component", [DenseMean(), Scorer(), Pairs()])
def test_nothing_to_rank_is_a_trouble(component: Component) -> None:
    assert codes(component.run(state(), tools_of(Looked({}), Rated({})))) == ["no-candidates"]


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=9), st.integers(1, 10))
def test_ties_keep_their_order(scores: list[float], k: int) -> None:
    names = [str(place) for place in range(len(scores))]
    model = Rated(dict(zip(names, scores, strict=True)))
    after = Scorer(k=k).run(state(*names), tools_of(ranker=model))
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:k]
    assert texts(after) == [names[place] for place in expected]
    assert replace(after, candidates=()) == replace(state(*names), candidates=())
