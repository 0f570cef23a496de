"""Robust evidence: a companion of HU-METEOR that repetition, padding and the claim itself do not raise.

``docs/robust.md`` defines it. Like HU-METEOR it joins predicted with gold strings one to one; unlike it, precision
counts as well as recall, near-duplicates count once, and the claim's own words earn nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from averitec_eval.scoring.evidence import MatchedPair, Matching
from averitec_eval.scoring.profiles import FIRST_PAIRS, Robust
from averitec_eval.text.content import content_words, own_words, plain_words, stems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from averitec_eval.text.meteor import Meteor

LEAST_GOLD_WORDS = 2
"""A gold string with fewer words of its own keeps the claim's: a single word would be guessed too easily."""


def match_robustly(
    predicted: Sequence[str], gold: Sequence[str], claim: str, meteor: Meteor, rules: Robust
) -> Matching:
    """Match the distinct predicted strings with the gold strings and give the robust utility, in [0, 1].

    ``claim`` is the text whose words earn nothing. The pairs name positions in ``predicted``; those whose similarity
    is below ``rules.floor`` are no pairs. All predicted strings count as compared. Raises ``ValueError`` if there are
    no gold strings, for then the utility is not defined.
    """
    if not gold:
        raise ValueError("a gold claim without questions has no evidence score")
    known = stems(content_words(claim))
    words = [own_words(text, known) for text in predicted]
    kept = distinct([stems(own) for own in words], rules.near_duplicate)
    if not kept:
        return Matching(0.0)
    scores = similarities([" ".join(words[index]) for index in kept], [_reduced(text, known) for text in gold], meteor)
    scores[scores < rules.floor] = 0.0
    utility, pairs = _assign(scores, kept, rules)
    # The strings kept of the first k are the first ones kept of all.
    among = [sum(index < k for index in kept) for k in FIRST_PAIRS]
    first = tuple(_assign(scores[:k], kept, rules)[0] if k < len(kept) else utility for k in among)
    return Matching(utility, pairs, first, len(predicted))


def _reduced(text: str, known: frozenset[str]) -> str:
    """A gold string as it is compared."""
    own = own_words(text, known)
    return " ".join(own if len(own) >= LEAST_GOLD_WORDS else content_words(text) or plain_words(text))


def similarities(predicted: Sequence[str], gold: Sequence[str], meteor: Meteor) -> NDArray[np.float64]:
    """The harmonic mean of METEOR in both directions, (predicted, gold): METEOR alone is nine parts recall, so that a
    string which holds everything would match everything.
    """
    import numpy as np

    there, back = meteor.pairwise(predicted, gold), meteor.pairwise(gold, predicted).T
    total = there + back
    mean: NDArray[np.float64] = np.divide(2 * there * back, total, out=np.zeros_like(total), where=total > 0)
    return mean


def distinct(sets: Sequence[frozenset[str]], threshold: float) -> list[int]:
    """Positions of the sets that no earlier one nearly equals: whose Jaccard similarity with each is below
    ``threshold``, in (0, 1]. Empty sets are equal.

    An earlier set counts whether or not it was itself like one before it, so that what nearly repeats any string of a
    list is never distinct.
    """
    kept: list[int] = []
    seen: set[frozenset[str]] = set()
    holders: dict[str, list[frozenset[str]]] = {}
    for index, current in enumerate(sets):
        if current in seen:
            continue
        seen.add(current)
        # Two sets that are so similar share one of the first words of both, in whatever common order.
        most_other = len(current) - math.ceil(threshold * len(current) - 1e-9)
        prefix = sorted(current)[: most_other + 1]
        others = {other for word in prefix for other in holders.get(word, ())}
        if not any(len(current & other) >= threshold * len(current | other) for other in others):
            kept.append(index)
        for word in prefix:
            holders.setdefault(word, []).append(current)
    return kept


def _assign(scores: NDArray[np.float64], kept: Sequence[int], rules: Robust) -> tuple[float, tuple[MatchedPair, ...]]:
    """The utility and the pairs of the best matching of distinct predicted (rows) with gold strings (columns)."""
    from scipy.optimize import linear_sum_assignment

    if not len(scores):
        return 0.0, ()
    rows, columns = linear_sum_assignment(scores, maximize=True)
    matched = scores[rows, columns]
    weight = rules.beta**2
    utility = float((1 + weight) * matched.sum() / (weight * scores.shape[1] + scores.shape[0]))
    joined = zip(rows.tolist(), columns.tolist(), matched.tolist(), strict=True)
    return utility, tuple(MatchedPair(kept[row], column, value) for row, column, value in joined if value > 0)


__all__ = ["LEAST_GOLD_WORDS", "distinct", "match_robustly", "similarities"]
