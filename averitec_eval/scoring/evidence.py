"""HU-METEOR: how well predicted evidence covers the annotators', for one claim.

The strings of both sides are compared pairwise with METEOR (candidate: predicted, reference: gold) and joined one to
one so that the sum is largest (Hungarian method); the sum is divided by the number of gold strings. See section 4 of
Schlichtkrull et al. (2023), "AVeriTeC: A Dataset for Real-world Claim Verification with Evidence from the Web".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from averitec_eval.records import Prediction, Question
from averitec_eval.scoring.profiles import FIRST_PAIRS, Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from averitec_eval.text.meteor import Meteor


@dataclass(frozen=True, slots=True)
class MatchedPair:
    """One predicted string joined with one gold string: their 0-based positions and their METEOR, in [0, 1]."""

    predicted: int
    gold: int
    meteor: float


@dataclass(frozen=True, slots=True)
class Matching:
    """The best one-to-one matching of one claim: its utility u(P, G) and the pairs, by predicted position.

    ``first`` holds the utilities that the first k predicted strings alone would have, for each k of ``FIRST_PAIRS``.
    ``counted`` is the number of predicted strings that were compared.
    """

    utility: float
    pairs: tuple[MatchedPair, ...] = ()
    first: tuple[float, ...] = (0.0,) * len(FIRST_PAIRS)
    counted: int = 0


def comparison_strings(evidence: Sequence[Question], string_evidence: Sequence[str] = ()) -> list[str]:
    """The strings that the Q+A score compares: question, space, answer for each answer; then the plain strings."""
    strings = [f"{question.question} {answer}" for question in evidence for answer in question.answer_texts()]
    strings.extend(string_evidence)
    return strings


def predicted_questions(prediction: Prediction) -> list[str]:
    """The strings of a prediction that the question-only score compares.

    Each question once, however many answers it has. Where the file lists no pairs at all, the comparison strings
    stand in.
    """
    if not prediction.lists_pairs:
        return comparison_strings(prediction.evidence, prediction.string_evidence)
    return [question.question for question in prediction.evidence]


def gold_questions(questions: Sequence[Question], *, unique: bool) -> list[str]:
    """The gold questions; with ``unique``, each text only where it first stands."""
    texts = [question.question for question in questions]
    return list(dict.fromkeys(texts)) if unique else texts


def match_evidence(predicted: Sequence[str], gold: Sequence[str], meteor: Meteor, profile: Profile) -> Matching:
    """Match predicted strings with gold strings and give the utility, in [0, 1].

    Only the first ``profile.cap`` predicted strings count; the gold side is never cut. Without predicted strings the
    utility is 0. What fewer predicted strings would score is equal to the last bit to matching a list that was cut.
    Raises ``ValueError`` if there are no gold strings, for then the utility is not defined.
    """
    if not gold:
        raise ValueError("a gold claim without questions has no evidence score")
    counted = predicted if profile.cap is None else predicted[: profile.cap]
    if not counted:
        return Matching(0.0)
    scores = meteor.pairwise(counted, gold)
    utility, pairs = _assign(scores, profile)
    first = (_assign(scores[:k], profile)[0] if k < len(counted) else utility for k in FIRST_PAIRS)
    return Matching(utility, pairs, tuple(first), len(counted))


def evidence_utility(scores: NDArray[np.float64], profile: Profile) -> float:
    """The utility of the best matching, in [0, 1], from the METEOR of each counted string with each gold string.

    Without counted strings it is 0.
    """
    return _assign(scores, profile)[0] if len(scores) else 0.0


def _assign(scores: NDArray[np.float64], profile: Profile) -> tuple[float, tuple[MatchedPair, ...]]:
    """The utility and the pairs of the best matching, from the METEOR of each predicted with each gold string."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(scores, maximize=True)
    matched = scores[rows, columns]
    # The product with the reciprocal, not the quotient: the last bit decides whether a score is above a level.
    utility = float(matched.sum() * (1 / float(scores.shape[1] if profile.divide_by == "gold" else scores.shape[0])))
    pairs = zip(rows.tolist(), columns.tolist(), matched.tolist(), strict=True)
    return utility, tuple(MatchedPair(*pair) for pair in pairs)


__all__ = [
    "MatchedPair",
    "Matching",
    "comparison_strings",
    "evidence_utility",
    "gold_questions",
    "match_evidence",
    "predicted_questions",
]
