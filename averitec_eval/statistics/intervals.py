"""Confidence intervals: Wilson's for proportions, the bootstrap's percentiles for everything else.

Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22; Efron and Tibshirani
(1993), "An Introduction to the Bootstrap", chapter 13.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of one figure: from ``low`` to ``high`` by ``method``, at ``level`` in (0, 1), over ``n``
    claims. ``resamples`` and ``seed`` are those of the bootstrap, None for Wilson's.
    """

    low: float
    high: float
    method: Literal["wilson", "bootstrap"]
    level: float
    n: int
    resamples: int | None = None
    seed: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The interval as a JSON object with a key for each field."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Interval:
        """The interval of such an object."""
        return cls(**document)


def wilson(successes: npt.ArrayLike, n: npt.ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Wilson's score interval of a proportion: the ends, low and high, in [0, 1], in the shape of the input.

    Raises ``UsageError`` unless 0 <= successes <= n and n > 0.
    """
    import numpy as np

    k, n = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not ((k >= 0) & (k <= n) & (n > 0)).all():
        raise UsageError("a proportion needs 0 <= successes <= n and n > 0")
    z = two_sided_z(level)
    centre = k + z * z / 2
    spread = z * np.sqrt(k * (n - k) / n + z * z / 4)
    # At the ends of [0, 1] both terms are equal on paper; rounding must not leave a proportion outside its interval.
    low = np.where(k == 0, 0.0, (centre - spread) / (n + z * z))
    high = np.where(k == n, 1.0, (centre + spread) / (n + z * z))
    return low, high


def percentile(samples: npt.ArrayLike, level: float) -> Floats:
    """Percentile intervals of bootstrap samples (resamples, m): an array (2, m), the low and the high ends.

    Between two samples the percentile is interpolated linearly.
    """
    import numpy as np

    _check_level(level)
    ends: Floats = np.quantile(np.asarray(samples, dtype=np.float64), [(1 - level) / 2, (1 + level) / 2], axis=0)
    return ends


def f1_from_sums(hits: npt.ArrayLike, gold: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """F1 of a label, in [0, 1], from the numbers of claims where it is right, in the gold, and predicted.

    Arrays of any shapes that go together. 0 where the label is neither in the gold nor predicted.
    """
    import numpy as np

    hits, both = np.asarray(hits, dtype=np.float64), np.asarray(gold, np.float64) + np.asarray(predicted, np.float64)
    hits, both = np.broadcast_arrays(hits, both)
    f1: Floats = np.divide(2 * hits, both, out=np.zeros(both.shape), where=both > 0)
    return f1


def macro_f1_from_sums(hits: npt.ArrayLike, gold: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """The mean F1 of all labels, in [0, 1]; the labels are the last axis of each array."""
    f1 = f1_from_sums(hits, gold, predicted)
    # One after the other, as the score itself is summed, so that the two agree to the last bit.
    total: Floats = f1[..., 0]
    for label in range(1, f1.shape[-1]):
        total = total + f1[..., label]
    mean: Floats = total / f1.shape[-1]
    return mean


def two_sided_z(level: float) -> float:
    """The standard normal quantile that leaves (1 - level) / 2 above it: 1.96 at 0.95."""
    from scipy.special import ndtri

    _check_level(level)
    return float(ndtri((1 + level) / 2))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise UsageError(f"the level of confidence must be between 0 and 1, such as 0.95, not {level}")
