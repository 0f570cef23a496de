"""How far raters agree beyond chance: Cohen's kappa for two, Krippendorff's alpha for any number with gaps.

Cohen (1960), "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20;
Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability". Both are 1 where all agree, 0 where they agree as
often as chance would have it, and below 0 where they agree less often. Neither says anything where every rating is the
same: chance alone explains it, and the coefficient is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Scale = Literal["nominal", "interval"]


def cohen_kappa(a: npt.ArrayLike, b: npt.ArrayLike) -> float | None:
    """Cohen's kappa of two raters, at most 1. Items that either leaves open (NaN) do not count.

    ``a`` and ``b`` hold a category for each item, as numbers. None where no item is rated by both or chance alone makes
    them agree on all. Raises ``UsageError`` for raters of different numbers of items.
    """
    import numpy as np

    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise UsageError(f"two raters rate the same items; found {first.shape} and {second.shape} of them")
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    n = len(first)
    # Whole numbers all the way: whether chance alone makes them agree must not hang on a last bit.
    by_chance = sum(int((first == value).sum()) * int((second == value).sum()) for value in np.unique(first))
    if by_chance == n * n:
        return None
    agreed = int((first == second).sum())
    return (n * agreed - by_chance) / (n * n - by_chance)


def krippendorff_alpha(ratings: npt.ArrayLike, scale: Scale) -> float | None:
    """Krippendorff's alpha, at most 1, of ratings (raters, items) with NaN where a rater leaves an item open.

    ``nominal`` ratings are alike or not; ``interval`` ratings differ by the square of their distance. Items with fewer
    than two ratings do not count. None where nothing is left or all that is left is alike. Raises ``UsageError`` for
    anything that is not a table.
    """
    import numpy as np

    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:
        raise UsageError(f"ratings are a table of raters and items; found {table.ndim} dimensions")
    given = (~np.isnan(table)).sum(axis=0)
    table, given = table[:, given >= 2], given[given >= 2]
    pooled = table[~np.isnan(table)]
    n = len(pooled)
    if n == 0 or bool((pooled == pooled[0]).all()):
        return None
    if scale == "interval":
        # Distances do not change when all values move; near 0 their squares lose the least.
        pooled = pooled - pooled.mean()
        table = table - np.nanmean(table)
        within = given * np.nansum(table**2, axis=0) - np.nansum(table, axis=0) ** 2
        expected = n * float((pooled**2).sum()) - float(pooled.sum()) ** 2
    else:
        values, totals = np.unique(pooled, return_counts=True)
        within = (given**2).astype(np.float64)
        for value in values:
            within -= (table == value).sum(axis=0) ** 2
        expected = float(n * n - (totals**2).sum())
    observed = float((within / (given - 1)).sum())
    return 1 - (n - 1) * observed / expected


__all__ = ["Scale", "cohen_kappa", "krippendorff_alpha"]
