"""Which facts of one side the other supports, by their words, what they are about, their numbers and their polarity.

A fact is supported by the fact of the other side that comes nearest, if that is near enough. How near one comes is the
share of the fact's content words that it holds, mixed with the likeness of both as vectors, less a penalty for numbers
that it lacks. A near fact that gives other numbers, or says the opposite, contradicts; if nothing that does not
contradict comes nearer, the fact is not supported. ``docs/ev2r-lite.md`` defines it all and says how it compares with
real judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from averitec_eval.judge.lite.facts import MOST_FACTS, Fact, fact_of, facts_of_pair, facts_of_text
from averitec_eval.judge.visible import visible
from averitec_eval.records import GoldClaim, Prediction
from averitec_eval.scoring.judgements import (
    ClaimJudgement,
    FactCounts,
    JudgeIdentity,
    Judgement,
    judged,
    without_evidence,
)
from averitec_eval.scoring.profiles import Ev2R

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from averitec_eval.baselines.ports import Embedder

NAME = "ev2r-lite"
VERSION = 1
"""Raised whenever any figure can change."""

_EMBEDDING = "wordllama l2_supercat 256"


@dataclass(frozen=True, slots=True)
class Measure:
    """The parameters, chosen once on the recorded replies of one judge.

    ``words``: the weight of shared words; the rest is that of the vectors' likeness. ``number``: what is taken off
    where none of a fact's numbers is there, in part where some are. ``contradiction``: from which nearness on other
    numbers or the other polarity contradict. ``threshold``: above which nearness a fact is supported. All in [0, 1].
    """

    words: float = 0.4
    number: float = 0.1
    contradiction: float = 0.7
    threshold: float = 0.4


@dataclass(frozen=True)
class LiteJudge:
    """A judge of the same form as others, for who has none: no reply, no network, the same figures every time.

    Its vectors are those of ``embedder``, by default WordLlama of the extra ``local``, which is loaded when it is first
    needed; then ``ResourceError`` is raised where it is missing.
    """

    measure: Measure = Measure()
    embedder: Embedder | None = None
    _loaded: list[Embedder] = field(default_factory=list, init=False, repr=False, compare=False)

    def identity(self) -> JudgeIdentity:
        """Who judges: the proxy, with its parameters. It may not decide ranks."""
        parameters: dict[str, str | int | float | bool] = {
            "version": VERSION,
            "words": self.measure.words,
            "number": self.measure.number,
            "contradiction": self.measure.contradiction,
            "threshold": self.measure.threshold,
            "embedding": _EMBEDDING if self.embedder is None else self.embedder.name,
        }
        return JudgeIdentity(NAME, parameters, {}, metric_name="ev2r_lite", fit=False)

    def judge(self, prediction: Prediction, claim: GoldClaim, rules: Ev2R) -> ClaimJudgement:
        """The judgement of a prediction, under the same rules as any judge's. Only ``visible`` text counts."""
        asked = _distinct(fact_of(visible(question.question)) for question in claim.questions)
        questions = [text for question in prediction.evidence if (text := visible(question.question).strip())]
        asking = _distinct(map(fact_of, questions[: rules.cap]))
        known = _distinct(
            fact
            for question in claim.questions
            for answer in list(question.answer_texts())[: None if rules.answers == "all" else 1]
            for fact in facts_of_pair(question.question, answer)
        )
        texts = [*((pair.question, pair.answer) for pair in prediction.pairs())]
        texts += [("", text) for text in prediction.string_evidence]
        shown = [(question, answer) for question, answer in texts if visible(question + answer).strip()]
        found = _distinct(
            fact
            for question, answer in shown[: rules.cap]
            for fact in (facts_of_pair(question, answer) if question else facts_of_text(answer))
        )
        return ClaimJudgement(
            claim.claim_id,
            self._compare(asking, asked) if questions else without_evidence(),
            self._compare(found, known) if shown else without_evidence(),
        )

    def _compare(self, predicted: Sequence[Fact], reference: Sequence[Fact]) -> Judgement:
        """How many facts of each side the other supports."""
        import numpy as np

        likeness = np.zeros((len(reference), len(predicted)))
        if reference and predicted:
            vectors = self._embedder().embed([fact.text for fact in (*reference, *predicted)]).astype(np.float64)
            # Rounded, so that another order of summing on another machine decides nothing.
            likeness = np.round(vectors[: len(reference)] @ vectors[len(reference) :].T, 4)
        return judged(
            FactCounts(
                len(predicted),
                self.supported(predicted, reference, likeness.T),
                len(reference),
                self.supported(reference, predicted, likeness),
            )
        )

    def supported(self, facts: Sequence[Fact], others: Sequence[Fact], likeness: NDArray[np.float64]) -> int:
        """How many of ``facts`` are supported by ``others``; ``likeness`` has the shape (facts, others)."""
        return sum(self._is_supported(fact, others, row) for fact, row in zip(facts, likeness.tolist(), strict=True))

    def _is_supported(self, fact: Fact, others: Sequence[Fact], likeness: Sequence[float]) -> bool:
        measure = self.measure
        against, best, reached = 0.0, 0.0, 0.0
        for other, alike in zip(others, likeness, strict=True):
            shared = len(fact.words & other.words) / len(fact.words) if fact.words else 0.0
            near = measure.words * shared + (1 - measure.words) * alike
            same = len(fact.numbers & other.numbers)
            if near >= measure.contradiction and (
                fact.negated != other.negated or (fact.numbers and other.numbers and not same)
            ):
                against = max(against, near)
                continue
            lacking = 1 - same / len(fact.numbers) if fact.numbers else 0.0
            best = max(best, near)
            reached = max(reached, near - measure.number * lacking)
        return reached > measure.threshold and best >= against

    def _embedder(self) -> Embedder:
        if self.embedder is not None:
            return self.embedder
        if not self._loaded:
            from averitec_eval.baselines.models.embeddings import WordLlama

            self._loaded.append(WordLlama())
        return self._loaded[0]


def _distinct(facts: Iterable[Fact]) -> list[Fact]:
    """The first facts, each text once."""
    return list({fact.text: fact for fact in islice(facts, MOST_FACTS) if fact.words or fact.numbers}.values())


__all__ = ["NAME", "VERSION", "LiteJudge", "Measure"]
