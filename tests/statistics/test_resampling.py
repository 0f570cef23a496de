"""Resampled sums against enumeration, plain Python and themselves under every change that must not matter."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tracemalloc
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import score_columns

from averitec_eval import statistics
from averitec_eval.errors import UsageError
from averitec_eval.statistics import Settings, moved_sums, on_grid, resampled_sums, resampling, swapped_sums

SIGMAS = 5


def rng(seed: int = 7) -> np.random.Generator:
    return Settings(seed=seed).generator()


def assert_frequencies(sums: np.ndarray, expected: dict[tuple[float, ...], float]) -> None:
    """That rows of sums come up as often as expected, within binomial error, and no others do."""
    seen = Counter(map(tuple, sums.tolist()))
    assert set(seen) <= set(expected)
    for values, probability in expected.items():
        error = np.sqrt(len(sums) * probability * (1 - probability))
        assert abs(seen[values] - len(sums) * probability) <= SIGMAS * error + 1e-9, values


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_resamples_are_all_resamples_equally_often(n: int) -> None:
    columns = np.array([[1.0, 0.5], [10.0, 0.25], [100.0, 0.0], [1000.0, 1.0]])[:n]
    every = Counter(tuple(columns[list(rows)].sum(axis=0)) for rows in itertools.product(range(n), repeat=n))
    expected = {values: count / n**n for values, count in every.items()}
    assert_frequencies(resampled_sums(columns, 20_000, rng()), expected)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_moved_claims_are_all_subsets_equally_often(n: int) -> None:
    columns = 2.0 ** np.arange(n)[:, np.newaxis]
    assert_frequencies(moved_sums(columns, 40_000, rng()), {(float(k),): 2.0**-n for k in range(2**n)})


@pytest.mark.parametrize("n", [1, 2, 7, 64, 65])
def test_the_draws_are_the_raw_numbers_of_the_generator(n: int) -> None:
    """Plain Python from the raw stream: two claims from each 64-bit number, or 64 coins."""
    columns = np.random.default_rng(n).random((n, 2))
    exact = [[Fraction(value) for value in row] for row in on_grid(columns)]
    source = rng().bit_generator
    for row in resampled_sums(columns, 50, rng()).tolist():
        halves = [half for raw in source.random_raw((n + 1) // 2).tolist() for half in (raw % 2**32, raw >> 32)]
        drawn = [exact[half * n >> 32] for half in halves[:n]]
        assert row == [sum(column) for column in zip(*drawn, strict=True)]
    source = rng().bit_generator
    for row in moved_sums(columns, 50, rng()).tolist():
        coins = [raw >> place & 1 for raw in source.random_raw((n + 63) // 64).tolist() for place in range(64)]
        moved = [claim for claim, coin in zip(exact, coins, strict=False) if coin]
        assert row == [sum(claim[column] for claim in moved) for column in range(2)]


def test_a_seed_gives_these_sums_for_ever() -> None:
    columns = [[1.0], [10.0], [100.0], [1000.0]]
    assert resampled_sums(columns, 6, Settings(seed=20240).generator()).ravel().tolist() == [
        1210,
        1210,
        3100,
        40,
        1012,
        3001,
    ]
    assert moved_sums(columns, 6, Settings(seed=20240).generator()).ravel().tolist() == [
        1011,
        1101,
        1001,
        0,
        1010,
        1011,
    ]


@given(score_columns())
def test_sums_are_exact(columns: np.ndarray) -> None:
    """Whatever the order of additions: the sum of rounded values is a float, not the nearest one."""
    rounded = on_grid(columns)
    for column in rounded.T:
        assert sum(map(Fraction, column.tolist())) == Fraction(float(column.sum()))


@given(score_columns())
def test_rounding_is_slight_and_happens_once(columns: np.ndarray) -> None:
    rounded = on_grid(columns)
    assert np.abs(rounded - columns).max() <= 2.0**-33
    assert np.array_equal(on_grid(rounded), rounded)
    assert np.array_equal(on_grid(-columns), -rounded)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6, 1e12, 1e300])
def test_large_numbers_get_a_coarser_grid_that_is_still_exact(scale: float) -> None:
    column = np.random.default_rng(1).standard_normal(1000) * scale
    rounded = on_grid(column)
    assert np.abs(rounded - column).max() <= max(2.0**-33, 2.0**-40 * scale)
    assert sum(map(Fraction, rounded.tolist())) == Fraction(float(rounded.sum()))


@given(score_columns(), st.permutations(range(6)), st.integers(0, 2**64 - 1))
def test_order_and_company_of_columns_change_nothing(columns: np.ndarray, order: list[int], seed: int) -> None:
    order = [place for place in order if place < columns.shape[1]]
    for sums in (resampled_sums, moved_sums):
        together = sums(columns, 40, rng(seed))
        assert sums(columns[:, order], 40, rng(seed)).tobytes() == together[:, order].tobytes()
        assert sums(columns[:, :1], 40, rng(seed)).tobytes() == together[:, :1].tobytes()


@pytest.mark.parametrize("sums", [resampled_sums, moved_sums])
@pytest.mark.parametrize(
    "sizes",
    [
        {"_ROWS": 1, "_DRAW_CELLS": 1},
        {"_COUNT_CELLS": 1000, "_DRAW_CELLS": 300},
        {"_PRODUCT_CELLS": 1},
        {"_PRODUCT_CELLS": 5000, "_ROWS": 100},
        {"_DRAW_CELLS": 2**10},
    ],
)
def test_block_sizes_change_nothing(sums, sizes: dict[str, int], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    columns = np.random.default_rng(3).random((101, 5))
    expected = sums(columns, 307, rng())
    for name, size in sizes.items():
        monkeypatch.setattr(resampling, name, size)
    assert sums(columns, 307, rng()).tobytes() == expected.tobytes()


def test_more_resamples_begin_with_the_same_ones() -> None:
    columns = np.random.default_rng(3).random((50, 2))
    assert np.array_equal(resampled_sums(columns, 100, rng())[:30], resampled_sums(columns, 30, rng()))


EVERYTHING = """
import hashlib, numpy as np
from averitec_eval.statistics import *
columns = np.random.default_rng(5).random((700, 12))
settings, pairs = Settings(resamples=2000), np.triu_indices(12, 1)
sums = resampled_sums(columns, settings.resamples, settings.generator())
digest = hashlib.sha256(sums.tobytes())
digest.update(percentile(sums / 700, settings.level).tobytes())
digest.update(difference_intervals(sums, *pairs, settings.level).tobytes())
digest.update(sign_flip_p(columns, *pairs, settings.resamples, settings.generator()).tobytes())
for ends in rank_intervals(sums, settings.level):
    digest.update(ends.tobytes())
digest.update(macro_f1_from_sums(sums[:, :4], sums[:, 4:8], sums[:, 8:]).tobytes())
print(digest.hexdigest())
"""


def test_the_number_of_threads_changes_nothing() -> None:
    digests = set()
    for threads in ("1", "2", "3"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        command = [sys.executable, "-c", EVERYTHING]
        digests.add(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64


@given(score_columns(max_systems=3), st.randoms(use_true_random=False))
def test_a_swap_moves_nothing_in_or_out(a: np.ndarray, random) -> None:  # type: ignore[no-untyped-def]
    b = a[random.sample(range(len(a)), len(a))]
    sums_a, sums_b = swapped_sums(a, b, 30, rng())
    assert np.array_equal(sums_a + sums_b, np.broadcast_to((on_grid(a) + on_grid(b)).sum(axis=0), sums_a.shape))
    other_b, other_a = swapped_sums(b, a, 30, rng())
    assert np.array_equal(sums_a, other_a)
    assert np.array_equal(sums_b, other_b)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_swaps_are_all_swaps_equally_often(n: int) -> None:
    generator = np.random.default_rng(n)
    a, b = map(on_grid, generator.random((2, n, 2)))
    every: Counter[tuple[float, ...]] = Counter()
    for swaps in itertools.product([False, True], repeat=n):
        mask = np.array(swaps)[:, np.newaxis]
        every[tuple(np.hstack([np.where(mask, b, a).sum(axis=0), np.where(mask, a, b).sum(axis=0)]))] += 1
    sums = np.hstack(swapped_sums(a, b, 20_000, rng()))
    assert_frequencies(sums, {values: count / 2**n for values, count in every.items()})


@pytest.mark.parametrize(("n", "resamples", "k"), [(400_000, 40, 1), (3, 200_000, 1), (2_215, 1_000, 20)])
def test_memory_is_bounded_whatever_the_number_of_claims(n: int, resamples: int, k: int) -> None:
    columns = np.random.default_rng(0).random((n, k))
    tracemalloc.start()
    try:
        sums = resampled_sums(columns, resamples, rng())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - sums.nbytes < 80e6


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"level": 0.0}, ["level"]),
        ({"level": 1.0}, ["level"]),
        ({"level": float("nan")}, ["level"]),
        ({"level": 95}, ["level"]),
        ({"resamples": 0}, ["resamples"]),
        ({"resamples": 10**9}, ["resamples"]),
        ({"resamples": 0.5}, ["resamples"]),
        ({"resamples": True}, ["resamples"]),
        ({"seed": -1}, ["seed"]),
        ({"seed": 2**64}, ["seed"]),
        ({"level": -1, "resamples": -1, "seed": -1}, ["level", "resamples", "seed"]),
    ],
)
def test_settings_out_of_range_are_all_named(settings: dict[str, float], found: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        Settings(**settings)  # type: ignore[arg-type]
    parts = str(error.value).split("; ")
    assert len(parts) == len(found)
    assert all(name in part for name, part in zip(found, parts, strict=True))


@pytest.mark.parametrize("columns", [np.empty((0, 3)), 1.0, [[np.nan]], [[np.inf]], np.ones((2, 2, 2))])
@pytest.mark.parametrize("sums", [resampled_sums, moved_sums])
def test_arrays_that_cannot_be_resampled_are_refused(sums, columns: object) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        sums(columns, 10, rng())


@pytest.mark.parametrize("sums", [resampled_sums, moved_sums])
def test_no_resamples_and_short_numbers_are_refused(sums) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="at least 1"):
        sums([[1.0]], 0, rng())
    with pytest.raises(UsageError, match="32 bits"):
        sums([[1.0]], 10, np.random.Generator(np.random.MT19937(1)))


def test_one_dimension_and_unequal_pairs_are_refused() -> None:
    with pytest.raises(UsageError, match=r"shape \(claims, columns\)"):
        resampled_sums([1.0, 2.0], 10, rng())
    with pytest.raises(UsageError, match="one shape"):
        swapped_sums([[1.0]], [[1.0, 2.0]], 10, rng())


def test_everything_exported_is_there_and_explained() -> None:
    for name in statistics.__all__:
        assert name.isupper() or getattr(statistics, name).__doc__, name
