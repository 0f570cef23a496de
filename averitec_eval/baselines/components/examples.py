"""Annotated claims as examples for a model: which training answers are like a text, and how they are shown.

As in HerO and the AVeriTeC baseline: each answer of a training claim makes one example; those whose answer is most like
the evidence at hand, by BM25, are shown, the most similar first.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from averitec_eval.baselines.components.asking import head, one_line
from averitec_eval.baselines.components.base import Tools
from averitec_eval.records import Answer, GoldClaim
from averitec_eval.text.words import WordTokenizer

_K1, _B, _EPSILON = 1.5, 0.75, 0.25
_SHORTEST_EVIDENCE = 40


@dataclass(frozen=True, slots=True)
class Example:
    """A claim, a text that is evidence on it, and the question that this evidence answers."""

    claim: str
    evidence: str
    question: str

    def shown(self, most: int, *, with_claim: bool, cut_whole: bool = False) -> str:
        """The example as a prompt shows it, in at most about ``most`` characters.

        The evidence is cut so that the question is always whole; ``cut_whole`` cuts the end off instead, whatever
        stands there, as HerO's published code does it.
        """
        before = f"Claim: {self.claim}\nEvidence: " if with_claim else "Evidence: "
        after = f"\nQuestion: {self.question}"
        if cut_whole:
            return f"{before}{self.evidence}{after}"[:most]
        room = max(most - len(before) - len(after), _SHORTEST_EVIDENCE)
        return f"{before}{head(self.evidence, room)}{after}"


def examples_of(claims: Iterable[GoldClaim]) -> list[Example]:
    """One example for each answer: Boolean answers with their explanation, unanswerable questions not at all."""
    found = []
    for claim in claims:
        for question in claim.questions:
            for answer in question.answers:
                text = _evidence(answer)
                if text and question.question.strip():
                    found.append(Example(one_line(claim.claim), text, one_line(question.question)))
    return found


def _evidence(answer: Answer) -> str:
    if answer.answer_type == "Unanswerable":
        return ""
    text = one_line(answer.text)
    if answer.answer_type == "Boolean" and answer.boolean_explanation:
        return f"{text}, because {one_line(answer.boolean_explanation).lower()}"
    return text


@dataclass(slots=True)
class ExampleIndex:
    """The examples, found by what their evidence says: BM25 (Okapi) over its words in small letters.

    Words that stand in more than half of the examples weigh a quarter of the mean weight, as in ``rank_bm25``.
    """

    examples: Sequence[Example]
    _tokenize: WordTokenizer = field(default_factory=lambda: WordTokenizer(str.lower))
    _postings: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        counts = [Counter(self._tokenize(example.evidence)) for example in self.examples]
        lengths = [sum(count.values()) for count in counts]
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        where: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                where[word].append((number, times))
        weights = {word: math.log((len(counts) - len(at) + 0.5) / (len(at) + 0.5)) for word, at in where.items()}
        floor = _EPSILON * sum(weights.values()) / len(weights) if weights else 0.0
        for word, at in where.items():
            weight = weights[word] if weights[word] >= 0 else floor
            self._postings[word] = [
                (number, weight * times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * lengths[number] / mean)))
                for number, times in at
            ]

    def nearest(self, text: str, k: int) -> list[Example]:
        """The ``k`` examples whose evidence is most like ``text``, the most similar first, ties in file order."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in self._tokenize(text):
            for number, score in self._postings.get(word, ()):
                scores[number] += score
        order = sorted(range(len(self.examples)), key=lambda number: (-scores[number], number))
        return [self.examples[number] for number in order[:k]]


def index_of(tools: Tools) -> ExampleIndex:
    """The index of the run's examples, made once."""
    index = tools.made.get("examples")
    if not isinstance(index, ExampleIndex):
        index = tools.made["examples"] = ExampleIndex(examples_of(tools.examples))
    return index


__all__ = ["Example", "ExampleIndex", "examples_of", "index_of"]
