"""Retrieval: which units are found, in which order, and what stands in where something fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from baselines.scripted import claim_state, codes
from baselines.vectors import Looked, tools_of
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import query_words, store_texts, vectors

from averitec_eval.baselines.components.base import Component, Tools
from averitec_eval.baselines.components.retrieve import Bm25, Dense, Mmr, distinct
from averitec_eval.baselines.components.vectors import cosines
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import ClaimState, Query, Unit


def searching(texts: list[str] | tuple[str, ...], *queries: Query | str) -> ClaimState:
    units = tuple(Unit(text, f"u{place}", place) for place, text in enumerate(texts))
    asked = tuple(Query(query) if isinstance(query, str) else query for query in queries)
    return replace(claim_state(queries=asked), units=units)


def places(state: ClaimState) -> list[int]:
    return [candidate.unit.document for candidate in state.candidates]


# A word that most texts hold weighs next to nothing by Okapi's weights, so small stores are searched by Lucene's here.
STORE = ("the red house", "a blue car", "The red car ", "the RED car", "green grass")


def test_equal_texts_are_found_once() -> None:
    bm25 = Bm25(k=9, idf="lucene")
    assert places(bm25.run(searching(STORE, "red car"), Tools())) == [2, 0, 1, 4]
    assert places(replace(bm25, dedup="none").run(searching(STORE, "red car"), Tools()))[:2] == [2, 3]
    assert len(distinct(searching(STORE).units, "exact")) == 5


def test_case_counts_on_demand() -> None:
    state = searching(STORE, "RED")
    assert places(Bm25(k=1, dedup="none", lowercase=False).run(state, Tools())) == [3]
    assert places(Bm25(k=3, dedup="none", idf="lucene").run(state, Tools())) == [0, 2, 3]


def test_units_without_a_word_of_the_query_are_left_out_on_demand() -> None:
    assert places(Bm25(k=9, matching=True).run(searching(STORE, "grass"), Tools())) == [4]


def test_a_query_that_matches_nothing_is_a_trouble_and_gives_the_first_units() -> None:
    after = Bm25(k=2).run(searching(STORE, "absent"), Tools())
    assert (places(after), codes(after)) == ([0, 1], ["no-match"])
    after = Bm25(k=2, matching=True).run(searching(STORE, "absent"), Tools())
    assert (places(after), codes(after)) == ([], ["no-match"])


def test_the_published_sorting_takes_the_last_units() -> None:
    after = Bm25(k=2, dedup="none").run(searching(STORE, "absent"), tools_of(compat=["no-match-takes-last"]))
    assert places(after) == [4, 3]


def test_queries_keep_their_case_on_demand() -> None:
    state = searching(STORE, "RED grass")
    assert places(Bm25(k=1).run(state, tools_of(compat=["lowercase-units-only"]))) == [4]


def test_union_gives_each_query_its_budget_and_each_unit_once() -> None:
    state = searching(STORE, Query("red house", budget=2), Query("red car", budget=2), Query("grass", budget=1))
    bm25 = Bm25(k=5, merge="union", dedup="none")
    assert places(bm25.run(state, Tools())) == [0, 2, 3, 4]
    assert places(replace(bm25, k=3).run(state, Tools())) == [0, 2, 3]
    assert places(bm25.run(state, tools_of(compat=["union-keeps-repeats"]))) == [0, 2, 2, 3, 4]


def test_concatenation_makes_one_query_of_all() -> None:
    state = searching(STORE, "blue", "grass")
    assert set(places(Bm25(k=2).run(state, Tools()))) == {1, 4}


@given(store_texts, query_words, st.integers(1, 9), st.sampled_from(["concatenate", "union"]))
def test_more_candidates_begin_with_fewer(texts: list[str], words: list[str], k: int, merge: str) -> None:
    state = searching(texts, " ".join(words), "w1 w2")
    few = Bm25(k=k, merge=merge, matching=True).run(state, Tools())
    more = Bm25(k=k + 3, merge=merge, matching=True).run(state, Tools())
    assert len(few.candidates) <= k
    assert few.candidates[: len(few.candidates)] == more.candidates[: len(few.candidates)] or merge == "union"
    assert len({candidate.unit.document for candidate in more.candidates}) == len(more.candidates)


@given(store_texts, query_words)
def test_retrieval_is_the_same_each_time(texts: list[str], words: list[str]) -> None:
    state = searching(texts, " ".join(words))
    assert Bm25().run(state, Tools()) == Bm25().run(state, Tools())


@pytest.mark.parametrize("component", [Bm25(), Dense(), Mmr()])
def test_no_units_is_a_trouble(component: Component) -> None:
    after = component.run(searching((), "query"), tools_of(Looked({})))
    assert (after.candidates, codes(after)) == ((), ["no-units"])


def looked(rows: NDArray[np.float32]) -> tuple[ClaimState, Looked]:
    """A state whose units are numbered texts with these vectors, and whose query is the first of them."""
    texts = [str(number) for number in range(len(rows))]
    return searching(texts, "0"), Looked({text: row.tolist() for text, row in zip(texts, rows, strict=True)})


@given(vectors, st.integers(1, 14))
def test_dense_retrieval_sorts_by_cosine_and_ties_by_place(rows: NDArray[np.float32], k: int) -> None:
    state, model = looked(rows)
    found = [candidate.score for candidate in Dense(k=k).run(state, tools_of(model)).candidates]
    scores = [_cosine(rows[0], row) for row in rows]
    expected = sorted(range(len(rows)), key=lambda place: (-round(scores[place], 6), place))[:k]
    assert places(Dense(k=k).run(state, tools_of(model))) == expected
    np.testing.assert_allclose(found, [scores[place] for place in expected], atol=1e-6)


def _cosine(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    length = float(np.linalg.norm(one.astype(float)) * np.linalg.norm(two.astype(float)))
    return float(one.astype(float) @ two.astype(float)) / length if length else 0.0


@given(vectors, st.integers(1, 6), st.integers(1, 12), st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_mmr_agrees_with_its_definition(rows: NDArray[np.float32], k: int, fetch: int, balance: float) -> None:
    state, model = looked(rows)
    found = places(Mmr(k=k, fetch=fetch, balance=balance).run(state, tools_of(model)))
    near = np.round([[_cosine(one, two) for two in rows] for one in rows], 6)
    pool = sorted(range(len(rows)), key=lambda place: (-near[0, place], place))[: max(fetch, k)]
    chosen: list[int] = []
    while pool and len(chosen) < k:
        gains = [
            balance * near[0, place] - (1 - balance) * max((near[place, other] for other in chosen), default=0.0)
            for place in pool
        ]
        # Gains that differ by rounding alone may be taken in any order: follow the component's choice among them.
        assert gains[pool.index(found[len(chosen)])] >= max(gains) - 1e-5
        chosen.append(found[len(chosen)])
        pool.remove(chosen[-1])
    assert found == chosen


def test_the_mean_of_queries_differs_from_each_alone() -> None:
    model = Looked({"a": (1, 0), "b": (0, 1), "between": (0.7, 0.7), "x": (1, 0.1), "y": (0.1, 1)})
    state = searching(("x", "y", "between"), "a", "b")
    assert places(Dense(k=1).run(state, tools_of(model))) == [2]
    assert places(Dense(k=2, merge="per-query").run(state, tools_of(model))) == [0, 2]
    budgets = replace(state, queries=(Query("a", budget=1), Query(" "), Query("b", budget=1)))
    assert places(Dense(k=9, merge="per-query").run(budgets, tools_of(model))) == [0, 1]


def test_queries_carry_the_models_instruction() -> None:
    model = Looked({"find: a": (1, 0), "x": (1, 0)})
    Dense(query_prefix="find: ").run(searching(("x",), "a"), tools_of(model))
    assert model.asked == ["find: a", "x"]


@pytest.mark.parametrize("component", [Dense(k=2), Mmr(k=2)])
def test_words_stand_in_for_a_model_that_fails(component: Component) -> None:
    model = Looked({}, ModelError("timeout", "slow"))
    after = component.run(searching(STORE, "grass"), tools_of(model))
    assert (places(after)[0], codes(after)) == (4, ["model-timeout"])
    assert "BM25" in after.troubles[0].detail


def test_vectors_that_are_no_numbers_have_no_direction() -> None:
    rows = np.array([[np.nan, 1], [np.inf, 0], [0, 0], [3, 4]], np.float32)
    found = cosines(np.array([[0, 1]], np.float32), rows)
    assert found.tolist() == [[1.0, 0.0, 0.0, 0.8]]
