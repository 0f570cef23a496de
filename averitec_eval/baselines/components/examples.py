"""Annotated claims as examples for a model: which training answers are like a text, and how they are shown.

As in HerO and the AVeriTeC baseline: each answer of a training claim makes one example; those whose answer is most like
the evidence at hand, by BM25, are shown, the most similar first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from averitec_eval.baselines.bm25 import Bm25Index, tokenizer
from averitec_eval.baselines.components.asking import head, one_line
from averitec_eval.baselines.components.base import Tools
from averitec_eval.records import Answer, GoldClaim

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


class ExampleIndex:
    """The examples, found by what their evidence says: BM25 over its words in small letters."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples
        self._tokenize = tokenizer("pinned")
        self._index = Bm25Index((example.evidence for example in examples), self._tokenize)

    def nearest(self, text: str, k: int) -> list[Example]:
        """The ``k`` examples whose evidence is most like ``text``, the most similar first, ties in file order."""
        return [self.examples[place] for place, _ in self._index.top(self._tokenize(text.lower()), k)]


def index_of(tools: Tools) -> ExampleIndex:
    """The index of the run's examples, made once."""
    index = tools.made.get("examples")
    if not isinstance(index, ExampleIndex):
        index = tools.made["examples"] = ExampleIndex(examples_of(tools.examples))
    return index


__all__ = ["Example", "ExampleIndex", "examples_of", "index_of"]
