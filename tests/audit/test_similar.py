from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from strategies import word_set_lists

from averitec_eval.audit.similar import similar_pairs
from averitec_eval.audit.texts import jaccard


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.8, 1.0])
@given(sets=word_set_lists)
def test_finds_exactly_the_similar_pairs(sets: list[frozenset[str]], threshold: float) -> None:
    expected = [
        (i, j)
        for (i, one), (j, other) in combinations(enumerate(sets), 2)
        if one and other and jaccard(one, other) >= threshold
    ]
    assert sorted(similar_pairs(sets, threshold)) == expected
