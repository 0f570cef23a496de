"""Ranks against SciPy, tiers against their definition and against examples worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata
from strategies import score_columns, scored_pairs

from averitec_eval.errors import UsageError
from averitec_eval.statistics import (
    Settings,
    adjusted_matrix,
    competition_ranks,
    holm,
    rank_intervals,
    resampled_sums,
    tiers,
)

ALPHA = 0.05


@pytest.mark.parametrize(
    ("scores", "ranks"),
    [
        ([0.9, 0.5, 0.5, 0.1], [1, 2, 2, 4]),
        ([0.1, 0.5, 0.9, 0.5], [4, 2, 1, 2]),
        ([0.3, 0.3, 0.3], [1, 1, 1]),
        ([0.3], [1]),
        ([], []),
        ([[1.0, 2.0], [2.0, 1.0]], [[2, 1], [1, 2]]),
    ],
)
def test_ranks_by_hand(scores: list[float], ranks: list[int]) -> None:
    assert competition_ranks(scores).tolist() == ranks


@given(score_columns())
def test_ranks_are_scipys(scores: np.ndarray) -> None:
    np.testing.assert_array_equal(competition_ranks(scores), rankdata(-scores, method="min", axis=1))


def test_scores_that_are_no_numbers_have_no_rank() -> None:
    with pytest.raises(UsageError, match="not a number"):
        competition_ranks([0.1, np.nan])
    with pytest.raises(UsageError, match="not a number"):
        tiers([0.1, np.nan], np.ones((2, 2)))


@given(score_columns(), st.sampled_from([0.5, 0.8, 0.95]), st.permutations(range(6)))
def test_rank_intervals_hold_the_rank_and_follow_the_systems(
    columns: np.ndarray, level: float, order: list[int]
) -> None:
    scores, sums = columns.mean(axis=0), resampled_sums(columns, 60, Settings().generator())
    low, high = rank_intervals(sums, level, scores)
    ranks = competition_ranks(scores)
    assert ((low >= 1) & (low <= ranks) & (ranks <= high) & (high <= len(scores))).all()
    narrow_low, narrow_high = rank_intervals(sums, level)
    assert ((low <= narrow_low) & (narrow_high <= high)).all()
    assert low.dtype == high.dtype == np.int64
    order = [place for place in order if place < len(scores)]
    again = rank_intervals(sums[:, order], level, scores[order])
    np.testing.assert_array_equal(again, (low[order], high[order]))


def test_rank_intervals_hold_their_share_of_the_resamples() -> None:
    sums = resampled_sums(np.random.default_rng(2).random((60, 8)), 4_000, Settings().generator())
    low, high = rank_intervals(sums, 0.9)
    ranks = rankdata(-sums, method="min", axis=1)
    for column in range(8):
        assert ((ranks[:, column] >= low[column]) & (ranks[:, column] <= high[column])).mean() >= 0.9
        assert (ranks[:, column] < low[column]).mean() <= 0.05
        assert (ranks[:, column] > high[column]).mean() <= 0.05


def test_systems_that_always_win_have_a_narrow_interval() -> None:
    columns = np.array([[1.0, 0.5, 0.5, 0.0]] * 30)
    low, high = rank_intervals(resampled_sums(columns, 200, Settings().generator()), 0.95)
    assert low.tolist() == high.tolist() == [1, 2, 2, 4]


def matrix(size: int, significant: set[tuple[int, int]], p: float = 1e-6) -> np.ndarray:
    """P-values of 1 but for the pairs named."""
    values = np.ones((size, size))
    for i, j in significant:
        values[i, j] = values[j, i] = p
    return values


@pytest.mark.parametrize(
    ("scores", "significant", "expected"),
    [
        pytest.param([0.5], set(), [1], id="one system"),
        pytest.param([], set(), [], id="none"),
        pytest.param([0.5, 0.4, 0.3], set(), [1, 1, 1], id="nothing significant"),
        pytest.param([0.3, 0.5, 0.4], {(1, 0)}, [2, 1, 1], id="not in score order"),
        # Each neighbour is close to the next; only the fixed anchor keeps them apart.
        pytest.param([0.5, 0.4, 0.3, 0.2, 0.1], {(0, 2), (0, 3), (0, 4), (2, 4)}, [1, 1, 2, 2, 3], id="a chain"),
        # The third differs from the second, which anchors nothing.
        pytest.param([0.5, 0.4, 0.3], {(1, 2)}, [1, 1, 1], id="not the anchor"),
        # Whoever comes after the first system that differs is judged by the next anchor alone.
        pytest.param([0.5, 0.4, 0.3], {(0, 1)}, [1, 2, 2], id="contiguous"),
        pytest.param([0.5, 0.4, 0.4, 0.3], {(0, 1)}, [1, 2, 2, 2], id="equal scores go together"),
        pytest.param([0.5, 0.5, 0.4], {(0, 2)}, [1, 1, 1], id="one of two anchors beats it"),
        pytest.param([0.5, 0.5, 0.4], {(0, 2), (1, 2)}, [1, 1, 2], id="both anchors beat it"),
        pytest.param([0.5, 0.5], {(0, 1)}, [1, 1], id="equal scores though they differ"),
    ],
)
def test_tiers_by_hand(scores: list[float], significant: set[tuple[int, int]], expected: list[int]) -> None:
    assert tiers(scores, matrix(len(scores), significant)) == expected


def test_tiers_adjust_for_all_pairs() -> None:
    """0.02 is significant in one comparison, not among three; 0.016 is, because the other two are given up first."""
    scores = [0.5, 0.4, 0.3]
    assert tiers(scores[:2], matrix(2, {(0, 1)}, 0.02)) == [1, 2]
    assert tiers(scores, matrix(3, {(0, 2)}, 0.02)) == [1, 1, 1]
    assert tiers(scores, matrix(3, {(0, 2)}, 0.016)) == [1, 1, 2]
    assert tiers(scores, matrix(3, {(0, 2)}, 0.016), alpha=0.04) == [1, 1, 1]


@given(scored_pairs())
def test_tiers_are_as_they_are_defined(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, p = case
    tier, adjusted = np.array(tiers(scores, p, ALPHA)), adjusted_matrix(p)
    order = np.argsort(-scores, kind="stable")
    assert tier[order[0]] == 1
    assert set(np.diff(tier[order])) <= {0, 1}
    for i, j in itertools.combinations(range(len(scores)), 2):
        assert scores[i] != scores[j] or tier[i] == tier[j]
    for number in range(1, tier.max() + 1):
        members = np.flatnonzero(tier == number)
        anchors = members[scores[members] == scores[members].max()]
        for member in np.setdiff1d(members, anchors):
            assert not all(adjusted[anchor, member] < ALPHA for anchor in anchors)
        following = np.flatnonzero(tier == number + 1)
        if len(following):
            heads = following[scores[following] == scores[following].max()]
            assert any(all(adjusted[anchor, head] < ALPHA for anchor in anchors) for head in heads)


@given(scored_pairs(), st.randoms(use_true_random=False))
def test_the_order_of_systems_changes_no_tier(case: tuple[np.ndarray, np.ndarray], random) -> None:  # type: ignore[no-untyped-def]
    scores, p = case
    order = random.sample(range(len(scores)), len(scores))
    expected = tiers(scores, p, ALPHA)
    assert tiers(scores[order], p[np.ix_(order, order)], ALPHA) == [expected[place] for place in order]


@given(scored_pairs())
def test_the_adjusted_matrix_is_holm_over_the_pairs(case: tuple[np.ndarray, np.ndarray]) -> None:
    _, p = case
    adjusted = adjusted_matrix(p)
    np.testing.assert_array_equal(adjusted, adjusted.T)
    np.testing.assert_array_equal(adjusted[np.triu_indices(len(p), 1)], holm(p[np.triu_indices(len(p), 1)]))
    assert (np.diag(adjusted) == 1).all()


@pytest.mark.parametrize("p", [np.ones(3), np.ones((2, 3)), [[1.0, 0.1], [0.2, 1.0]], np.full((2, 2), np.nan)])
def test_matrices_that_are_not_of_pairs_are_refused(p: object) -> None:
    with pytest.raises(UsageError, match="symmetric"):
        tiers([0.1, 0.2], p)  # type: ignore[arg-type]


def test_a_matrix_of_other_systems_is_refused() -> None:
    with pytest.raises(UsageError, match="3 scores"):
        tiers([0.1, 0.2, 0.3], np.ones((2, 2)))
