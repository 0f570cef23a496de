"""Evidence that submissions share: answers to the same claim that are the same or nearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from averitec_eval.audit.similar import similar_pairs
from averitec_eval.audit.texts import content_words, near
from averitec_eval.records import NO_ANSWER, Submission

LEAST_WORDS = 5
"""Content words from which an answer is compared: shorter ones agree by chance."""

Place = tuple[int, int]
"""A claim id, and the 0-based position of a piece of the claim's evidence."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one submission that are long enough to be compared: content words by claim and position."""

    name: str
    by_claim: Mapping[int, tuple[tuple[int, frozenset[str]], ...]] = field(repr=False)

    @property
    def number(self) -> int:
        """How many answers there are."""
        return sum(map(len, self.by_claim.values()))


def answers_of(submission: Submission, name: str | None = None) -> Answers:
    """The answers of a submission, plain strings of evidence among them."""
    # Systems that read the same pages quote the same sentences, within a submission too: each text is read once.
    known: dict[str, frozenset[str]] = {}
    found: dict[int, tuple[tuple[int, frozenset[str]], ...]] = {}
    for prediction in submission:
        texts = [*(pair.answer for pair in prediction.pairs()), *prediction.string_evidence]
        kept = []
        for position, text in enumerate(texts):
            words = known.get(text)
            if words is None:
                words = known[text] = frozenset() if text == NO_ANSWER else content_words(text)
            if len(words) >= LEAST_WORDS:
                kept.append((position, words))
        if kept:
            found[prediction.claim_id] = tuple(kept)
    return Answers(submission.name if name is None else name, found)


def shared_with(own: Answers, other: Answers) -> dict[Place, int]:
    """The places of ``own`` answers that ``other`` has for the same claim too, the same or nearly, each with the
    position of the first such answer there.
    """
    return shared_among((own, other)).get((0, 1), {})


def shared_among(many: Sequence[Answers]) -> dict[tuple[int, int], dict[Place, int]]:
    """What each two of many submissions share: (i, j) maps the places of i's answers that j has too to the first place
    there. All are compared at once, claim by claim, so that a text which a hundred systems quote is read once.
    """
    found: dict[tuple[int, int], dict[Place, int]] = {}
    for claim_id in sorted({claim_id for answers in many for claim_id in answers.by_claim}):
        owners: dict[frozenset[str], list[tuple[int, int]]] = {}
        for system, answers in enumerate(many):
            for position, words in answers.by_claim.get(claim_id, ()):
                owners.setdefault(words, []).append((system, position))

        def note(one: tuple[int, int], other: tuple[int, int], claim_id: int = claim_id) -> None:
            if one[0] != other[0]:
                places = found.setdefault((one[0], other[0]), {})
                place = (claim_id, one[1])
                places[place] = min(places.get(place, other[1]), other[1])

        texts = list(owners)
        for places in owners.values():
            if len(places) > 1:
                for one in places:
                    for other in places:
                        note(one, other)
        for first, second in similar_pairs(texts):
            if near(texts[first], texts[second]):
                for one in owners[texts[first]]:
                    for other in owners[texts[second]]:
                        note(one, other)
                        note(other, one)
    return found


__all__ = ["LEAST_WORDS", "Answers", "Place", "answers_of", "shared_among", "shared_with"]
