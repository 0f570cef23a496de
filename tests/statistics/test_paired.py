"""Paired tests against SciPy, statsmodels and enumeration of every possible swap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from simulated import simulate
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from strategies import credit_columns, probabilities, score_columns

from averitec_eval.errors import UsageError
from averitec_eval.statistics import (
    Settings,
    difference_intervals,
    discordant,
    holm,
    macro_f1_from_sums,
    mcnemar,
    on_grid,
    percentile,
    randomisation_p,
    resampled_sums,
    sign_flip_p,
    smallest_detectable,
    standard_errors,
    swapped_sums,
    win_tie_loss,
)

SIGMAS = 5


def rng(seed: int = 3) -> np.random.Generator:
    return Settings(seed=seed).generator()


def assert_monte_carlo(p: float, exact: float, resamples: int) -> None:
    """That p, counted with one more in both numbers, is within binomial error of the exact value."""
    error = np.sqrt(exact * (1 - exact) / resamples)
    assert abs(p - exact) <= SIGMAS * error + 2 / resamples


def test_mcnemar_is_scipys_and_statsmodels() -> None:
    small = list(itertools.product(range(25), repeat=2))
    large = np.random.default_rng(0).integers(0, 1_200, (60, 2)).tolist()
    wins, losses = np.array([*small[1:], *large]).T
    for p, a, b in zip(mcnemar(wins, losses), wins.tolist(), losses.tolist(), strict=True):
        np.testing.assert_allclose(p, stats.binomtest(a, a + b).pvalue, rtol=1e-9, atol=1e-300)
        np.testing.assert_allclose(p, statsmodels_mcnemar([[5, a], [b, 5]], exact=True).pvalue, rtol=1e-9)
    assert mcnemar(0, 0) == 1


@given(st.integers(0, 10**5), st.integers(0, 10**5))
def test_mcnemar_takes_no_side(wins: int, losses: int) -> None:
    assert mcnemar(wins, losses) == mcnemar(losses, wins)
    assert 0 <= mcnemar(wins, losses) <= 1
    assert mcnemar(wins, wins) == 1


def test_negative_counts_are_refused() -> None:
    with pytest.raises(UsageError, match="not negative"):
        mcnemar([1, -1], [2, 2])


@given(credit_columns())
def test_wins_of_all_pairs_are_those_of_each(credit: np.ndarray) -> None:
    wins = discordant(credit)
    for i, j in itertools.product(range(credit.shape[1]), repeat=2):
        won, tied, lost = win_tie_loss(credit[:, i], credit[:, j])
        assert (wins[i, j], wins[j, i]) == (won, lost)
        assert won == sum(a and not b for a, b in credit[:, [i, j]].tolist())
        assert won + tied + lost == len(credit)


def test_win_tie_loss_of_scores_and_unequal_claims() -> None:
    assert [int(x) for x in win_tie_loss([0.5, 0.2, 0.1], [0.5, 0.1, 0.4])] == [1, 1, 1]
    with pytest.raises(UsageError, match="same claims"):
        win_tie_loss([1, 2], [1, 2, 3])


@pytest.mark.parametrize(("n", "seed"), [(1, 0), (2, 1), (5, 2), (10, 3), (14, 4)])
def test_sign_flips_approach_every_possible_flip(n: int, seed: int) -> None:
    columns = on_grid(np.round(np.random.default_rng(seed).random((n, 2)), 1))
    difference = columns[:, 0] - columns[:, 1]
    flips = np.array(list(itertools.product([-1.0, 1.0], repeat=n)))
    exact = float((np.abs(flips @ difference) >= abs(difference.sum())).mean())
    if n > 1:  # SciPy takes no single claim
        scipy = stats.permutation_test(
            tuple(columns.T),
            lambda a, b, axis: np.sum(a - b, axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=np.inf,
        )
        assert scipy.pvalue == pytest.approx(exact, abs=1e-12)
    p = sign_flip_p(columns, [0], [1], 50_000, rng())[0]
    assert_monte_carlo(p, exact, 50_000)


@pytest.mark.parametrize("skill", [0.0, 0.06, 0.12])
def test_sign_flips_of_many_claims_agree_with_scipy(skill: float) -> None:
    evidence = simulate(500, (0.0, skill), np.random.default_rng(5)).evidence
    theirs = stats.permutation_test(
        tuple(evidence.T),
        lambda a, b, axis: np.mean(a, axis) - np.mean(b, axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=10_000,
        batch=500,
        rng=np.random.default_rng(1),
    ).pvalue
    p = sign_flip_p(evidence, [0], [1], 10_000, rng())[0]
    assert abs(p - theirs) <= SIGMAS * np.sqrt(2 * theirs * (1 - theirs) / 10_000) + 2e-4


def test_swaps_of_an_f1_approach_every_possible_swap() -> None:
    simulation = simulate(10, (0.0, 0.8), np.random.default_rng(12))
    hits, gold, predicted = simulation.f1_columns
    both = np.concatenate([hits, predicted], axis=2)

    def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        total = gold.sum(axis=0)
        return macro_f1_from_sums(a[..., :4], total, a[..., 4:]) - macro_f1_from_sums(b[..., :4], total, b[..., 4:])

    observed = difference(both[:, 0].sum(axis=0), both[:, 1].sum(axis=0))
    every = []
    for swaps in itertools.product([False, True], repeat=10):
        mask = np.array(swaps)[:, np.newaxis]
        sides = np.where(mask, both[:, 1], both[:, 0]), np.where(mask, both[:, 0], both[:, 1])
        every.append(difference(*(side.sum(axis=0) for side in sides)))
    exact = float((np.abs(every) >= abs(observed) - 1e-12).mean())
    samples = difference(*swapped_sums(both[:, 0], both[:, 1], 20_000, rng()))
    assert 0 < exact < 1
    assert_monte_carlo(float(randomisation_p([observed], samples[:, np.newaxis])[0]), exact, 20_000)


@given(score_columns(max_systems=5))
def test_all_pairs_at_once_are_each_pair_alone(columns: np.ndarray) -> None:
    first, second = np.triu_indices(columns.shape[1], 1)
    together = sign_flip_p(columns, first, second, 60, rng())
    for p, i, j in zip(together, first, second, strict=True):
        a, b = columns[:, [i]], columns[:, [j]]
        sums_a, sums_b = swapped_sums(a, b, 60, rng())
        observed = on_grid(a).sum(axis=0) - on_grid(b).sum(axis=0)
        assert p == randomisation_p(observed, sums_a - sums_b)[0]
        assert p == sign_flip_p(columns, [j], [i], 60, rng())[0]


def test_p_counts_ties_up_to_rounding_and_is_never_zero() -> None:
    samples = np.array([0.3, -0.3, 0.1 + 0.2, 0.29, 0.0])
    assert randomisation_p([0.3], samples[:, np.newaxis]).tolist() == [4 / 6]
    assert randomisation_p([-0.1 - 0.2], samples[:, np.newaxis]).tolist() == [4 / 6]
    assert randomisation_p([0.0], samples[:, np.newaxis]).tolist() == [1.0]
    assert randomisation_p([5.0], samples[:, np.newaxis]).tolist() == [1 / 6]


@given(score_columns(max_systems=3), st.integers(0, 2**32))
def test_identical_systems_are_identical_in_everything(columns: np.ndarray, seed: int) -> None:
    m = columns.shape[1]
    twice, pairs = np.hstack([columns, columns]), (np.arange(m), np.arange(m) + m)
    sums = resampled_sums(twice, 50, rng(seed))
    ends = percentile(sums, 0.95)
    assert ends[:, :m].tobytes() == ends[:, m:].tobytes()
    assert not difference_intervals(sums, *pairs, 0.95).any()
    assert (sign_flip_p(twice, *pairs, 50, rng(seed)) == 1).all()
    wins = discordant(twice > 0.25)
    assert (mcnemar(wins, wins.T)[pairs] == 1).all()
    assert np.isnan(smallest_detectable(standard_errors(twice, *pairs), 0.95)).all()


@given(score_columns(max_systems=6))
def test_turning_a_pair_round_negates_its_interval(columns: np.ndarray) -> None:
    first, second = np.triu_indices(columns.shape[1], 1)
    sums = resampled_sums(columns, 50, rng())
    low, high = difference_intervals(sums, first, second, 0.9)
    turned_low, turned_high = difference_intervals(sums, second, first, 0.9)
    np.testing.assert_allclose((turned_low, turned_high), (-high, -low), rtol=0, atol=1e-12)
    for ends, i, j in zip(np.transpose([low, high]), first, second, strict=True):
        np.testing.assert_array_equal(ends, percentile(sums[:, i] - sums[:, j], 0.9))


def test_more_pairs_than_fit_at_a_time() -> None:
    samples = np.random.default_rng(0).random((40, 20))
    first, second = np.triu_indices(20, 1)
    ends = difference_intervals(samples, first, second, 0.8)
    np.testing.assert_array_equal(ends, percentile(samples[:, first] - samples[:, second], 0.8))


@settings(max_examples=25)  # theirs takes 30 ms
@given(st.lists(probabilities | st.sampled_from([0.0, 0.01, 0.05, 1.0]), min_size=1, max_size=20))
def test_holm_is_that_of_statsmodels(p: list[float]) -> None:
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=0, atol=1e-12)


@given(st.lists(probabilities, max_size=20), st.randoms(use_true_random=False))
def test_holm_keeps_the_order_and_raises(p: list[float], random) -> None:  # type: ignore[no-untyped-def]
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
    order = random.sample(range(len(p)), len(p))
    np.testing.assert_array_equal(holm([p[place] for place in order]), adjusted[order])


@pytest.mark.parametrize("p", [[0.1, np.nan], [-0.1], [1.5], [[0.1]]])
def test_holm_takes_probabilities_only(p: list[float]) -> None:
    with pytest.raises(UsageError, match="from 0 to 1"):
        holm(p)


@pytest.mark.parametrize("n", [20, 500, 2_215])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_smallest_detectable_difference_is_that_of_statsmodels(n: int, power: float, level: float) -> None:
    columns = np.random.default_rng(n).random((n, 2))
    found = smallest_detectable(standard_errors(columns, [0], [1]), level, power)
    effect = found[0] / np.std(columns[:, 0] - columns[:, 1], ddof=1)
    # One sample of paired differences. A two-sided test at alpha is one-sided at alpha / 2 but for the chance of
    # finding the difference on the wrong side.
    theirs = NormalIndPower().power(effect, n, (1 - level) / 2, ratio=0, alternative="larger")
    assert theirs == pytest.approx(power, abs=1e-9)


def test_what_cannot_be_detected() -> None:
    assert np.isnan(standard_errors([[0.1, 0.2]], [0], [1])).all()
    assert np.isnan(smallest_detectable([np.nan, 0.0], 0.95)).all()
    with pytest.raises(UsageError, match="power"):
        smallest_detectable([0.1], 0.95, power=1.0)
