"""Evidence that submissions share: answers to the same claim that are the same or nearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from averitec_eval.audit.similar import similar_pairs
from averitec_eval.audit.texts import content_words, near
from averitec_eval.records import NO_ANSWER, Submission

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_WORDS = 5
"""Content words from which an answer is compared: shorter ones agree by chance."""

Place = tuple[int, int]
"""A claim id, and the 0-based position of a piece of the claim's evidence."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one submission, by claim: positions and texts. Plain strings of evidence are among them.

    Only texts are kept, which the submission holds anyway: the words of a hundred submissions would fill the memory.
    """

    name: str
    by_claim: Mapping[int, tuple[tuple[int, str], ...]] = field(repr=False)

    @property
    def number(self) -> int:
        """How many answers are long enough to be compared; counted each time it is asked for."""
        texts = (text for answers in self.by_claim.values() for _, text in answers)
        return sum(len(content_words(text)) >= LEAST_WORDS for text in texts)


def answers_of(submission: Submission, name: str | None = None) -> Answers:
    """The answers of a submission, questions without one left out."""
    found = {}
    for prediction in submission:
        texts = [*(pair.answer for pair in prediction.pairs()), *prediction.string_evidence]
        found[prediction.claim_id] = tuple((place, text) for place, text in enumerate(texts) if text != NO_ANSWER)
    return Answers(submission.name if name is None else name, found)


class _Claim:
    """The answers of several submissions to one claim. ``sets`` are the different sets of content words in them,
    ``pieces`` lists for each submission the positions of its answers and which set each has.
    """

    __slots__ = ("pieces", "sets")

    def __init__(self, claim_id: int, many: Sequence[Answers]) -> None:
        # Systems that read the same pages quote the same sentences: each text is read once.
        known: dict[str, frozenset[str]] = {}
        index: dict[frozenset[str], int] = {}
        self.pieces: list[list[tuple[int, int]]] = []
        for answers in many:
            own = []
            for position, text in answers.by_claim.get(claim_id, ()):
                words = known.get(text)
                if words is None:
                    words = known[text] = content_words(text)
                if len(words) >= LEAST_WORDS:
                    own.append((position, index.setdefault(words, len(index))))
            self.pieces.append(own)
        self.sets = list(index)

    def near(self) -> list[tuple[int, int]]:
        """The pairs of different sets that are those of near-duplicates."""
        return [(i, j) for i, j in similar_pairs(self.sets) if near(self.sets[i], self.sets[j])]


def shared_with(own: Answers, other: Answers) -> dict[Place, int]:
    """The places of ``own`` answers that ``other`` has for the same claim too, the same or nearly, each with the
    position of the first such answer there.
    """
    found: dict[Place, int] = {}
    for claim_id in sorted(own.by_claim.keys() & other.by_claim.keys()):
        claim = _Claim(claim_id, (own, other))
        mine, theirs = claim.pieces
        first: dict[int, int] = {}
        for position, which in reversed(theirs):
            first[which] = position
        there = dict(first)
        for i, j in claim.near():
            for one, like in ((i, j), (j, i)):
                if like in first:
                    there[one] = min(there.get(one, first[like]), first[like])
        found.update(((claim_id, position), there[which]) for position, which in mine if which in there)
    return found


def shared_counts(many: Sequence[Answers]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many answers each of n submissions has that are long enough to be compared, shape (n,), and how many of
    i's answers j has too, at [i, j] of shape (n, n): the length of ``shared_with(i, j)``.

    All are compared at once, claim by claim; memory does not grow with the number of claims.
    """
    import numpy as np

    n = len(many)
    numbers, counts = np.zeros(n, np.int64), np.zeros((n, n), np.int64)
    for claim_id in sorted({claim_id for answers in many for claim_id in answers.by_claim}):
        claim = _Claim(claim_id, many)
        if not claim.sets:
            continue
        size = len(claim.sets)
        own = np.zeros((n, size), np.int64)
        for system, pieces in enumerate(claim.pieces):
            for _, which in pieces:
                own[system, which] += 1
        has = own > 0
        held = has.copy()
        for i, j in claim.near():
            held[:, i] |= has[:, j]
            held[:, j] |= has[:, i]
        numbers += own.sum(axis=1)
        # Exact in floating point: the numbers are small, and only there is the product fast.
        counts += (own.astype(np.float64) @ held.T.astype(np.float64)).astype(np.int64)
    return numbers, counts


__all__ = ["LEAST_WORDS", "Answers", "Place", "answers_of", "shared_counts", "shared_with"]
