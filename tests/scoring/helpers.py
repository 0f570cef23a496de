"""Small records and a METEOR stand-in whose values can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, QAPair, Question, Submission, Verdict


class OverlapMeteor:
    """Share of the words two texts have in common (Jaccard): simple, symmetric, and 1 for equal texts."""

    name = "overlap"
    tokenizer = "split"
    wordnet = "none"

    def single(self, candidate: str, reference: str) -> float:
        left, right = set(candidate.split()), set(reference.split())
        return len(left & right) / len(left | right) if left | right else 0.0

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.array([[self.single(c, r) for r in references] for c in candidates], dtype=np.float64)


OVERLAP = OverlapMeteor()


def gold_claim(claim_id: int, label: Verdict = Verdict.REFUTED, *pairs: tuple[str, str], **more: object) -> GoldClaim:
    questions = tuple(Question(question, (Answer(answer),)) for question, answer in pairs or (("q", "a"),))
    return GoldClaim(claim_id, f"claim {claim_id}", label, questions, **more)  # type: ignore[arg-type]


def gold_set(*claims: GoldClaim) -> Gold:
    return Gold(claims, sha256="ab" * 32)


def prediction(claim_id: int, label: Verdict = Verdict.REFUTED, *pairs: tuple[str, str], **more: object) -> Prediction:
    evidence = tuple(QAPair(question, answer).as_question() for question, answer in pairs)
    return Prediction(claim_id, label, evidence, **more)  # type: ignore[arg-type]


def submission(*predictions: Prediction) -> Submission:
    return Submission(predictions, sha256="cd" * 32, format="2024-json", name="made by a test")
