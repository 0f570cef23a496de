"""Intervals and F1 against SciPy, statsmodels, scikit-learn and the score's own F1."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from simulated import simulate
from sklearn.metrics import f1_score
from statsmodels.stats.proportion import proportion_confint

from averitec_eval.errors import UsageError
from averitec_eval.records import Verdict
from averitec_eval.scoring.veracity import Confusion
from averitec_eval.statistics import (
    Interval,
    Settings,
    difference_intervals,
    f1_from_sums,
    macro_f1_from_sums,
    percentile,
    resampled_sums,
    wilson,
)

RESAMPLES = 10_000

# Both sides of a comparison are Monte Carlo. The standard deviation of a 2.5 % point of R normal samples is
# sqrt(.025 * .975 / R) / (normal density there) = 0.027 standard errors; of the difference of two, 0.038; five of
# those:
WITHIN = 0.19


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("n", [1, 2, 7, 100, 500, 2_215])
def test_wilson_is_that_of_scipy_and_statsmodels(n: int, level: float) -> None:
    successes = np.unique(np.linspace(0, n, 15).astype(int))
    low, high = wilson(successes, n, level)
    theirs = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    np.testing.assert_allclose((low, high), theirs, rtol=0, atol=1e-12)
    for k, *ends in zip(successes.tolist(), low, high, strict=True):
        scipy = stats.binomtest(k, n).proportion_ci(level, method="wilson")
        np.testing.assert_allclose(ends, (scipy.low, scipy.high), rtol=0, atol=1e-9)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.999))
def test_wilson_holds_the_proportion_and_mirrors(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    low, high = wilson(k, n, level)
    assert 0 <= low <= k / n <= high <= 1
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)
    mirrored = wilson(n - k, n, level)
    np.testing.assert_allclose((1 - high, 1 - low), mirrored, atol=1e-12)


@pytest.mark.parametrize(("successes", "n"), [(-1, 10), (11, 10), (0, 0), ([1, 2], [5, 1]), (np.nan, 5)])
def test_counts_that_are_no_proportion_are_refused(successes: object, n: object) -> None:
    with pytest.raises(UsageError, match="proportion"):
        wilson(successes, n, 0.95)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, np.nan])
def test_a_level_is_between_0_and_1(level: float) -> None:
    with pytest.raises(UsageError, match="level"):
        wilson(1, 2, level)
    with pytest.raises(UsageError, match="level"):
        percentile(np.ones((5, 2)), level)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_percentiles_are_numpys(level: float) -> None:
    samples = np.random.default_rng(0).standard_normal((999, 7))
    ends = percentile(samples, level)
    for column in range(7):
        expected = np.percentile(samples[:, column], [50 * (1 - level), 50 * (1 + level)])
        np.testing.assert_allclose(ends[:, column], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("n", "seed"), [(30, 1), (500, 2), (2_215, 3)])
def test_bootstrap_of_means_agrees_with_scipy(n: int, seed: int) -> None:
    evidence = simulate(n, (0.0, 0.3), np.random.default_rng(seed)).evidence
    sums = resampled_sums(evidence, RESAMPLES, Settings().generator())
    options = {"method": "percentile", "n_resamples": RESAMPLES, "rng": np.random.default_rng(1), "batch": 500}
    for column, ends in zip(evidence.T, percentile(sums / n, 0.95).T, strict=True):
        theirs = stats.bootstrap((column,), np.mean, **options)
        np.testing.assert_allclose(ends, theirs.confidence_interval, rtol=0, atol=WITHIN * theirs.standard_error)
    theirs = stats.bootstrap(
        tuple(evidence.T), lambda a, b, axis: np.mean(a, axis) - np.mean(b, axis), paired=True, **options
    )
    ours = difference_intervals(sums / n, [0], [1], 0.95)[:, 0]
    np.testing.assert_allclose(ours, theirs.confidence_interval, rtol=0, atol=WITHIN * theirs.standard_error)


def f1_sums(n: int, seed: int, resamples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gold and predicted labels of one system, and per resample the hits, gold and predicted of each label."""
    simulation = simulate(n, (0.0,), np.random.default_rng(seed))
    hits, gold, predicted = simulation.f1_columns
    columns = np.hstack([hits[:, 0], gold, predicted[:, 0]])
    sums = resampled_sums(columns, resamples, Settings(seed=seed).generator())
    return simulation.gold, simulation.predicted[:, 0], sums, columns


def test_bootstrap_of_macro_f1_agrees_with_scipy() -> None:
    gold, predicted, sums, _ = f1_sums(500, 4, RESAMPLES)

    def macro(rows: np.ndarray, axis: int) -> np.ndarray:
        g, p = gold[rows], predicted[rows]
        each = [
            2 * ((g == label) & (p == label)).sum(axis) / ((g == label).sum(axis) + (p == label).sum(axis))
            for label in range(4)
        ]
        return np.mean(each, axis=0)

    theirs = stats.bootstrap(
        (np.arange(500),), macro, method="percentile", n_resamples=RESAMPLES, rng=np.random.default_rng(2), batch=500
    )
    ours = percentile(macro_f1_from_sums(sums[:, :4], sums[:, 4:8], sums[:, 8:]), 0.95)
    np.testing.assert_allclose(ours, theirs.confidence_interval, rtol=0, atol=WITHIN * theirs.standard_error)


@pytest.mark.parametrize("n", [3, 20, 500])
def test_f1_of_single_resamples_is_scikit_learns(n: int) -> None:
    """The claims of each resample are written out, as often as drawn, and scored from labels."""
    gold, predicted, sums, columns = f1_sums(n, 11, 20)
    times = resampled_sums(np.eye(n), 20, Settings(seed=11).generator()).astype(int)
    for row, counts in zip(sums, times, strict=True):
        g, p = np.repeat(gold, counts), np.repeat(predicted, counts)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = f1_score(g, p, labels=range(4), average=None, zero_division=0)
        np.testing.assert_allclose(f1_from_sums(row[:4], row[4:8], row[8:]), expected, rtol=0, atol=1e-12)
        np.testing.assert_allclose(macro_f1_from_sums(row[:4], row[4:8], row[8:]), np.mean(expected), atol=1e-12)
        np.testing.assert_allclose(row, counts @ columns, rtol=0, atol=0)


@given(st.lists(st.tuples(st.sampled_from(Verdict), st.sampled_from([*Verdict, None])), min_size=1, max_size=60))
def test_f1_is_the_scores_own_to_the_last_bit(labels: list[tuple[Verdict, Verdict | None]]) -> None:
    confusion = Confusion.of(labels)
    hits = [sum(g is p is label for g, p in labels) for label in Verdict]
    gold = [sum(g is label for g, _ in labels) for label in Verdict]
    predicted = [sum(p is label for _, p in labels) for label in Verdict]
    assert f1_from_sums(hits, gold, predicted).tolist() == [confusion.f1(label) for label in Verdict]
    assert float(macro_f1_from_sums(hits, gold, predicted)) == confusion.macro_f1()


def test_f1_takes_gold_of_all_systems_at_once() -> None:
    hits, predicted = np.array([[[1, 2], [3, 0]]]), np.array([[[2, 2], [3, 9]]])
    assert f1_from_sums(hits, [[4, 2]], predicted).tolist() == [[[2 / 6, 1.0], [6 / 7, 0.0]]]


@pytest.mark.parametrize(
    "interval",
    [Interval(0.1, 0.2, "wilson", 0.95, 500), Interval(0.1, 0.2, "bootstrap", 0.9, 40, 10_000, 20240)],
)
def test_an_interval_goes_to_json_and_back(interval: Interval) -> None:
    document = interval.to_dict()
    assert list(document) == ["low", "high", "method", "level", "n", "resamples", "seed"]
    assert Interval.from_dict(document) == interval
