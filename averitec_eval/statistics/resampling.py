"""Sums over resampled claims, and over claims whose two systems are swapped at random.

Every figure of this task is a function of column sums over claims: a mean is a sum divided by the number of claims,
an F1 comes from three sums. So a resample is no more than how often each claim was drawn, and the sums of all systems
over all resamples are one matrix product (multiplicities, times columns).

Two choices make the results the same to the last bit on any machine, with any number of threads, any block size and
any order of columns. The numbers drawn are the raw output of the bit generator, whose stream NumPy keeps stable
between versions. And the columns are rounded to a grid of multiples of 2**-32, on which every partial sum is exact in
float64, so that the order of additions does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

DEFAULT_LEVEL = 0.95
DEFAULT_RESAMPLES = 10_000
DEFAULT_SEED = 20240
MAX_RESAMPLES = 1_000_000

GRID_BITS = 32
"""Columns are rounded to multiples of 2**-32, which moves a value by 1.2e-10 at most."""

_FLOAT_BITS = 53
_ROWS = 1024
"""Resamples at a time: products of fewer rows keep several threads waiting for each other."""
_COUNT_CELLS = 2**25
"""Multiplicities held at a time, a byte each."""
_PRODUCT_CELLS = 2**21
"""Cells of the left factor of one matrix product: 16 MB."""
_DRAW_CELLS = 2**16
"""Numbers drawn at a time: few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How intervals and tests are made: the ``level`` of confidence, in (0, 1); the number of ``resamples``; the
    ``seed`` of the generator, at least 0.

    Raises ``UsageError`` that names every setting out of its range.
    """

    level: float = DEFAULT_LEVEL
    resamples: int = DEFAULT_RESAMPLES
    seed: int = DEFAULT_SEED

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.level < 1:
            problems.append(f"the level of confidence must be between 0 and 1, such as 0.95, not {self.level}")
        if not _is_count(self.resamples) or not 1 <= self.resamples <= MAX_RESAMPLES:
            problems.append(f"the number of resamples must be from 1 to {MAX_RESAMPLES:,}, not {self.resamples}")
        if not _is_count(self.seed) or not 0 <= self.seed < 2**64:
            problems.append(f"the seed must be a whole number from 0 to 2**64 - 1, not {self.seed}")
        if problems:
            raise UsageError("; ".join(problems))

    def generator(self) -> np.random.Generator:
        """A fresh generator from the seed: PCG64, by name, because NumPy may change its default."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(self.seed))


def on_grid(columns: npt.ArrayLike) -> Floats:
    """Columns as resampling sees them: an array (n, k) or (n,), each value rounded to a multiple of 2**-32.

    A column whose sum of magnitudes could pass 2**20 gets the finest coarser grid on which it is still exact; scores
    in [0, 1] would take a million claims. Raises ``UsageError`` for no rows, or a value that is not finite.
    """
    import numpy as np

    values = np.asarray(columns, dtype=np.float64)
    if values.ndim not in (1, 2) or not len(values):
        raise UsageError(f"resampling needs an array of at least one claim (row); found shape {values.shape}")
    if not np.isfinite(values).all():
        raise UsageError("resampling needs finite numbers; found an infinite one or one that is not a number")
    # A column's own grid, so that no column depends on which others stand beside it.
    largest = np.maximum(values.max(axis=0), -values.min(axis=0)) * len(values)
    bits = np.minimum(GRID_BITS, _FLOAT_BITS - 1 - np.frexp(largest)[1])
    rounded: Floats = np.ldexp(values, bits)
    np.rint(rounded, out=rounded)
    np.ldexp(rounded, -bits, out=rounded)
    return rounded


def resampled_sums(columns: npt.ArrayLike, resamples: int, rng: np.random.Generator) -> Floats:
    """Column sums over bootstrap resamples of the claims.

    ``columns`` has a row for each claim and a column for each quantity, (n, k). Gives an array (resamples, k): row r
    holds the sums over the r-th draw of n claims with replacement, the same draw for every column. The generator and
    n alone decide the draws. A claim's chance of being drawn differs from 1/n by n / 2**32 of itself at most.
    Raises ``UsageError`` as ``on_grid`` does, for less than one resample and for a generator of 32-bit numbers.
    """
    return _products(columns, resamples, rng, _multiplicities)


def moved_sums(columns: npt.ArrayLike, resamples: int, rng: np.random.Generator) -> Floats:
    """Column sums over random halves of the claims: an array (resamples, k).

    Each claim is in with probability 1/2, the same claims for every column. ``after_swap`` makes the sums of any two
    systems out of it whose claims in these halves were swapped: one call serves all pairs of systems.
    """
    return _products(columns, resamples, rng, _coins)


def after_swap(total_a: Floats, moved_a: Floats, total_b: Floats, moved_b: Floats) -> tuple[Floats, Floats]:
    """The sums of two systems after the claims in the moved halves changed sides.

    Totals are the sums over all claims of columns on the grid (k,), the moved sums (resamples, k) come from one call
    of ``moved_sums``. Gives both sums, each (resamples, k).
    """
    change = moved_b - moved_a
    return total_a + change, total_b - change


def swapped_sums(a: npt.ArrayLike, b: npt.ArrayLike, resamples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Sums for a randomisation test of two systems, whose columns are ``a`` and ``b``, (n, k) each.

    In each of the resamples every claim is swapped between the two with probability 1/2, in all columns at once.
    Gives both sums, each (resamples, k). Raises ``UsageError`` as ``on_grid`` does, and where the shapes differ.
    """
    import numpy as np

    a, b = on_grid(a), on_grid(b)
    if a.shape != b.shape or a.ndim != 2:
        raise UsageError(f"paired columns must have one shape (claims, columns); found {a.shape} and {b.shape}")
    moved = moved_sums(np.hstack([a, b]), resamples, rng)
    k = a.shape[1]
    return after_swap(a.sum(axis=0), moved[:, :k], b.sum(axis=0), moved[:, k:])


def _products(
    columns: npt.ArrayLike,
    resamples: int,
    rng: np.random.Generator,
    draw: Callable[[int, int, np.random.Generator], npt.NDArray[np.generic]],
) -> Floats:
    import numpy as np

    right = on_grid(columns)
    if right.ndim != 2:
        raise UsageError(f"columns must have the shape (claims, columns); found {right.shape}")
    if resamples < 1:
        raise UsageError(f"the number of resamples must be at least 1, not {resamples}")
    if isinstance(rng.bit_generator, np.random.MT19937):
        raise UsageError("MT19937 gives 32 bits at a time; resampling needs a generator that gives 64, such as PCG64")
    n = len(right)
    sums = np.zeros((resamples, right.shape[1]))
    rows = max(1, min(resamples, _ROWS, _COUNT_CELLS // n))
    # A byte is enough: the chance that any claim comes up 256 times in a resample is below 1e-500.
    weights = np.empty((rows, n), dtype=np.uint8)
    step, width = max(1, _DRAW_CELLS // n), max(1, _PRODUCT_CELLS // rows)
    for start in range(0, resamples, rows):
        block, block_sums = weights[: resamples - start], sums[start : start + rows]
        for row in range(0, len(block), step):
            part = block[row : row + step]
            part[...] = draw(len(part), n, rng)
        for claim in range(0, n, width):
            block_sums += block[:, claim : claim + width].astype(np.float64) @ right[claim : claim + width]
    return sums


# Each row takes whole raw numbers, so that the draws do not depend on how many rows are drawn at a time.


def _multiplicities(rows: int, n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """How often each of n claims comes up in n draws: (rows, n)."""
    import numpy as np

    halves = _raw(rows, (n + 1) // 2, rng).view("<u4")[:, :n]
    # A 32-bit number r stands for the claim r * n / 2**32, rounded down.
    drawn = ((halves.astype(np.uint64) * np.uint64(n)) >> np.uint64(32)).view(np.int64)
    drawn += np.arange(0, rows * n, n)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)


def _coins(rows: int, n: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A 0 or 1 for each of n claims: (rows, n)."""
    import numpy as np

    octets = _raw(rows, (n + 63) // 64, rng).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=n, bitorder="little")


def _raw(rows: int, numbers: int, rng: np.random.Generator) -> npt.NDArray[np.uint64]:
    raw = rng.bit_generator.random_raw(rows * numbers)
    return raw.astype("<u8", copy=False).reshape(rows, numbers)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
