"""Cohen's kappa and Krippendorff's alpha against statsmodels, scikit-learn, NLTK and a published example."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from averitec_eval.errors import UsageError
from averitec_eval.statistics.agreement import cohen_kappa, krippendorff_alpha

NAN = math.nan
TWO_RATERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)
TABLES = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=raters, max_size=raters), min_size=1, max_size=12
    )
)
KRIPPENDORFF_2011 = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""The reliability data of "Computing Krippendorff's Alpha-Reliability" (2011), part C."""


@given(TWO_RATERS)
def test_kappa_is_that_of_scikit_learn_and_statsmodels(pairs: list[tuple[int, int]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    ours = cohen_kappa(a, b)
    if len({*a, *b}) == 1:
        assert ours is None
        return
    assert ours is not None
    assert ours == pytest.approx(cohen_kappa_score(a, b), abs=1e-12)
    counts = [[pairs.count((x, y)) for y in range(3)] for x in range(3)]
    assert ours == pytest.approx(cohens_kappa(counts, return_results=False), abs=1e-12)
    assert ours == cohen_kappa(b, a)


def test_kappa_leaves_out_what_either_leaves_open() -> None:
    assert cohen_kappa([1, 0, 1, NAN, 0], [1, 0, 0, 1, NAN]) == cohen_kappa([1, 0, 1], [1, 0, 0])
    assert cohen_kappa([NAN], [1]) is None
    assert cohen_kappa([], []) is None


def test_one_who_never_varies_agrees_with_another_by_chance_alone() -> None:
    assert cohen_kappa([1, 1, 1, 1], [1, 1, 0, 1]) == 0
    assert cohen_kappa([1, 1], [0, 0]) == 0


def test_the_published_example() -> None:
    assert krippendorff_alpha(KRIPPENDORFF_2011, "nominal") == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(KRIPPENDORFF_2011, "interval") == pytest.approx(0.849, abs=5e-4)


@given(TABLES)
def test_alpha_is_that_of_nltk(items: list[list[int | None]]) -> None:
    from nltk.metrics.agreement import AnnotationTask
    from nltk.metrics.distance import binary_distance, interval_distance

    ratings = np.array([[NAN if value is None else value for value in item] for item in items], dtype=float).T
    triples = [(rater, item, v) for item, vs in enumerate(items) for rater, v in enumerate(vs) if v is not None]
    pairable = [v for vs in items if sum(v is not None for v in vs) > 1 for v in vs if v is not None]
    for scale, distance in (("nominal", binary_distance), ("interval", interval_distance)):
        ours = krippendorff_alpha(ratings, scale)  # type: ignore[arg-type]
        if len(set(pairable)) < 2:
            assert ours is None
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = AnnotationTask(triples, distance=distance).alpha()
        assert ours == pytest.approx(theirs, abs=1e-9)


@given(TABLES, st.floats(-100, 100), st.floats(0.1, 10))
def test_alpha_knows_neither_order_nor_unit(items: list[list[int | None]], move: float, unit: float) -> None:
    ratings = np.array([[NAN if value is None else value for value in item] for item in items], dtype=float).T
    alpha = krippendorff_alpha(ratings, "interval")
    for other in (ratings[::-1], ratings[:, ::-1], ratings * unit + move):
        assert krippendorff_alpha(other, "interval") == (None if alpha is None else pytest.approx(alpha, abs=1e-6))
    if alpha is not None:
        assert alpha <= 1


def test_raters_of_different_items_are_refused() -> None:
    with pytest.raises(UsageError, match="same items"):
        cohen_kappa([1, 0], [1])
    with pytest.raises(UsageError, match="table"):
        krippendorff_alpha([1, 0], "nominal")
