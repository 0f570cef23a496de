"""What components do with vectors of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.baselines.state import ClaimState, Query

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_BLOCK = 1 << 15
"""How many vectors are brought to length 1 at once: half a million of them are not copied whole."""


def full_queries(state: ClaimState) -> tuple[Query, ...]:
    """A claim's queries that are not blank; the claim where there is none."""
    return tuple(query for query in state.queries if query.text.strip()) or (Query(state.input.claim),)


def query_texts(state: ClaimState, prefix: str = "") -> list[str]:
    """The texts of ``full_queries``, each behind ``prefix``."""
    return [prefix + query.text for query in full_queries(state)]


def mean_vector(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of vectors: shape (1, dimensions). Its length does not matter to a cosine."""
    mean: NDArray[np.float32] = vectors.mean(axis=0, keepdims=True)
    return mean


def cosines(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cosine of each query with each vector, 0 where either has no direction: shape (queries, vectors).

    Rounded to six decimals: what sums in different orders differ in must not decide a ranking.
    """
    import numpy as np

    left = _unit(queries)
    result = np.zeros((len(queries), len(vectors)))
    for start in range(0, len(vectors), _BLOCK):
        part = slice(start, start + _BLOCK)
        result[:, part] = np.round(left @ _unit(vectors[part]).T, 6) + 0.0  # no minus zero
    return result


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    import numpy as np

    vectors = np.nan_to_num(np.asarray(vectors, np.float32), posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float64] = vectors.astype(np.float64) / np.where(lengths > 0, lengths, 1.0)
    return unit


__all__ = ["cosines", "full_queries", "mean_vector", "query_texts"]
