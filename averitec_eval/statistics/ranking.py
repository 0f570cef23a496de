"""Ranks, rank intervals and tiers: which places of a board the claims can tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError
from averitec_eval.statistics.intervals import percentile
from averitec_eval.statistics.paired import holm

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


def competition_ranks(scores: npt.ArrayLike) -> Integers:
    """Ranks 1, 2, 2, 4 along the last axis: one more than the number of systems that score strictly higher.

    Raises ``UsageError`` for a score that is not a number.
    """
    import numpy as np

    values = np.moveaxis(np.atleast_1d(np.asarray(scores, dtype=np.float64)), -1, 0)
    if np.isnan(values).any():
        raise UsageError("a score that is not a number cannot be ranked")
    values = np.ascontiguousarray(values)
    ranks = np.ones(values.shape, dtype=np.int64)
    for system, value in enumerate(values):
        ranks[system] += (values > value).sum(axis=0)
    return np.moveaxis(ranks, 0, -1)


def rank_intervals(
    resampled_scores: npt.ArrayLike, level: float, scores: npt.ArrayLike | None = None
) -> tuple[Integers, Integers]:
    """The percentile interval of each system's rank over joint resamples of the claims: best and worst rank, (m,).

    ``resampled_scores`` (resamples, m) holds the ranking figure of each system over the same resamples. Percentiles
    that fall between two ranks are widened to whole ones. With the observed ``scores`` (m,) the interval is widened
    to contain the rank shown, which many equal scores could otherwise leave outside: fifty systems that share rank 1
    hardly ever share it in a resample.
    """
    import numpy as np

    ends = percentile(competition_ranks(resampled_scores), level)
    low, high = np.floor(ends[0]).astype(np.int64), np.ceil(ends[1]).astype(np.int64)
    if scores is not None:
        ranks = competition_ranks(scores)
        low, high = np.minimum(low, ranks), np.maximum(high, ranks)
    return low, high


def adjusted_matrix(p_values: npt.ArrayLike) -> Floats:
    """Holm's adjustment over all pairs of a symmetric matrix of p-values (m, m); the diagonal becomes 1."""
    import numpy as np

    p = np.asarray(p_values, dtype=np.float64)
    if p.ndim != 2 or p.shape[0] != p.shape[1] or not np.array_equal(p, p.T):
        raise UsageError(f"p-values of all pairs must be a symmetric square; found shape {p.shape}")
    adjusted = np.ones_like(p)
    upper = np.triu_indices(len(p), 1)
    adjusted[upper] = adjusted.T[upper] = holm(p[upper])
    return adjusted


def tiers(scores: npt.ArrayLike, p_values: npt.ArrayLike, alpha: float = 0.05) -> list[int]:
    """The tier of each system, from 1, in the order of ``scores`` (m,).

    The best system anchors tier 1. Going down, the first system that differs significantly from the anchor starts the
    next tier and anchors it. The anchor is fixed, so tiers cannot chain: whoever shares a tier is not significantly
    different from the best of it. Equal scores share a tier, which ends above all of them if it ends above one;
    where several share the top of a tier, the next one starts where all of them are beaten.

    ``p_values`` (m, m) are raw p-values of all pairs, adjusted here by Holm over all of them: which system is the
    anchor is only known from the same data, so every pair might have been tested. With no true difference at all, the
    chance of a second tier is at most ``alpha``.
    """
    import numpy as np

    values = np.asarray(scores, dtype=np.float64)
    adjusted = adjusted_matrix(p_values)
    if adjusted.shape != (*values.shape, *values.shape):
        raise UsageError(f"{values.size} scores need a p-value for each pair of them; found {adjusted.shape}")
    if np.isnan(values).any():
        raise UsageError("a score that is not a number cannot be ranked")
    tier_of = np.zeros(len(values), dtype=np.int64)
    tier, anchors = 0, np.array([], dtype=np.intp)
    for value in np.unique(values)[::-1]:
        group = np.flatnonzero(values == value)
        if not len(anchors) or (adjusted[np.ix_(anchors, group)].max(axis=0) < alpha).any():
            tier, anchors = tier + 1, group
        tier_of[group] = tier
    return [int(number) for number in tier_of]
