"""Comparing systems on the same claims: exact McNemar, randomisation, Holm's adjustment, what could be detected.

McNemar (1947), "Note on the sampling error of the difference between correlated proportions", Psychometrika 12;
Noreen (1989), "Computer-Intensive Methods for Testing Hypotheses", on randomisation; Holm (1979), "A simple
sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError
from averitec_eval.statistics.intervals import percentile, two_sided_z
from averitec_eval.statistics.resampling import moved_sums, on_grid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

# Two ways to the same F1 difference may part in the last bits; a tie must count as a tie.
_RELATIVE_TIE, _ABSOLUTE_TIE = 1e-12, 1e-14

_PAIRS_AT_A_TIME = 64


def discordant(credit: npt.ArrayLike, present: npt.ArrayLike | None = None) -> Integers:
    """Who beats whom on how many claims, for credits of 0 and 1 (n, m), a column for each system.

    Gives an array (m, m) that holds in row i, column j the number of claims with credit for i and none for j:
    ``mcnemar(wins, wins.T)`` are the p-values of all pairs. Where ``present`` (n, m) is 0 it is unknown whether the
    system has credit; a pair is compared on the claims that are known of both.
    """
    import numpy as np

    won = np.asarray(credit, dtype=bool).astype(np.float64)
    known = np.ones_like(won) if present is None else np.asarray(present, dtype=bool).astype(np.float64)
    wins: Integers = ((won * known).T @ (known * (1 - won))).astype(np.int64)
    return wins


def win_tie_loss(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Integers, Integers, Integers]:
    """On how many claims (rows) ``a`` is above, equal to and below ``b``, for each column there is."""
    import numpy as np

    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise UsageError(f"systems are compared on the same claims; found {a.shape} and {b.shape} of them")
    wins, losses = (a > b).sum(axis=0), (a < b).sum(axis=0)
    return wins, len(a) - wins - losses, losses


def mcnemar(wins: npt.ArrayLike, losses: npt.ArrayLike) -> Floats:
    """The exact two-sided p-value of McNemar's test, in (0, 1], elementwise.

    ``wins`` counts the claims that only the first system gets, ``losses`` those that only the second gets. If neither
    is better, a coin decides each of them: p is the binomial chance of a split at least as uneven, 1 where there is
    nothing to split.
    """
    import numpy as np
    from scipy.special import bdtr

    wins, losses = np.asarray(wins).astype(np.int64), np.asarray(losses).astype(np.int64)
    if (wins < 0).any() or (losses < 0).any():
        raise UsageError("McNemar's test takes numbers of claims, which are not negative")
    p: Floats = np.minimum(1.0, 2 * np.asarray(bdtr(np.minimum(wins, losses).astype(np.float64), wins + losses, 0.5)))
    return p


def randomisation_p(observed: npt.ArrayLike, samples: npt.ArrayLike) -> Floats:
    """The two-sided p-value of a randomisation test, in (0, 1].

    ``observed`` are differences between two systems (m,), ``samples`` the same differences after random swaps
    (resamples, m). p = (1 + number of samples at least as far from 0) / (1 + resamples), which cannot be 0; samples
    within rounding of the observed difference count.
    """
    import numpy as np

    distance = np.abs(np.asarray(observed, dtype=np.float64))
    samples = np.asarray(samples, dtype=np.float64)
    reached = np.abs(samples) >= distance - (_RELATIVE_TIE * distance + _ABSOLUTE_TIE)
    p: Floats = (1 + reached.sum(axis=0)) / (1 + len(samples))
    return p


def sign_flip_p(
    columns: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, resamples: int, rng: np.random.Generator
) -> Floats:
    """Randomisation p-values of the differences of means, for many pairs of systems with the same swaps.

    ``columns`` (n, m) holds a score of each system for each claim; ``first`` and ``second`` (P,) say which columns
    each pair compares, such as ``numpy.triu_indices(m, 1)``. Gives P values in (0, 1]. To swap the two systems of a
    claim is to flip the sign of its difference.
    """
    import numpy as np

    values = on_grid(columns)
    totals = values.sum(axis=0)
    # What a system has over what it gave away: the difference of two systems after the swap is that of these.
    kept = np.ascontiguousarray((totals - 2 * moved_sums(values, resamples, rng)).T)
    first, second = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
    p = np.empty(len(first))
    for index, (i, j) in enumerate(zip(first, second, strict=True)):
        p[index] = randomisation_p(totals[i] - totals[j], kept[i] - kept[j])
    return p


def difference_intervals(samples: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike, level: float) -> Floats:
    """Percentile intervals of the differences between systems, (2, P): the low and the high ends.

    ``samples`` (resamples, m) holds a figure of each system over the same resamples of the claims; ``first`` and
    ``second`` (P,) say which columns each pair compares, first minus second.
    """
    import numpy as np

    by_system = np.ascontiguousarray(np.asarray(samples, dtype=np.float64).T)
    first, second = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
    ends = np.empty((2, len(first)))
    for start in range(0, len(first), _PAIRS_AT_A_TIME):
        part = slice(start, start + _PAIRS_AT_A_TIME)
        ends[:, part] = percentile((by_system[first[part]] - by_system[second[part]]).T, level)
    return ends


def holm(p_values: npt.ArrayLike) -> Floats:
    """Holm's adjusted p-values, in the order given: each at least the raw one and at most 1.

    Rejecting where the adjusted value is below alpha keeps the chance of any false rejection among them below alpha,
    whatever their dependence. Raises ``UsageError`` for a value outside [0, 1].
    """
    import numpy as np

    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise UsageError("p-values must be a list of numbers from 0 to 1")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def standard_errors(columns: npt.ArrayLike, first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Standard errors of the differences of means (P,), from the spread of the paired differences.

    ``columns`` (n, m) and the pairs are as for ``sign_flip_p``. NaN for a single claim, which has no spread.
    """
    import numpy as np

    values = np.asarray(columns, dtype=np.float64)
    n = len(values)
    errors = np.full(len(np.asarray(first)), np.nan)
    if n > 1:
        for index, (i, j) in enumerate(zip(np.asarray(first), np.asarray(second), strict=True)):
            errors[index] = np.std(values[:, i] - values[:, j], ddof=1) / np.sqrt(n)
    return errors


def smallest_detectable(standard_error: npt.ArrayLike, level: float, power: float = 0.8) -> Floats:
    """The smallest true difference that a two-sided test at ``1 - level`` would find with probability ``power``.

    ``standard_error`` is that of the paired difference; for an F1, the standard deviation of its bootstrap samples.
    Normal approximation: (z of the level + z of the power) standard errors. NaN where the two systems never differ,
    since what they would do on other claims cannot be told from that.
    """
    import numpy as np
    from scipy.special import ndtri

    if not 0.5 <= power < 1:
        raise UsageError(f"the power must be from 0.5 to below 1, such as 0.8, not {power}")
    error = np.asarray(standard_error, dtype=np.float64)
    return np.where(error > 0, (two_sided_z(level) + float(ndtri(power))) * error, np.nan)
