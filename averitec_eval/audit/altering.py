"""Altered copies of predictions: evidence left out, or its texts written anew. The records given are never changed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from averitec_eval.records import Answer, Prediction, QAPair, Question


def without_strings(prediction: Prediction, positions: Collection[int]) -> Prediction:
    """The prediction without some of its compared strings: its question-answer pairs and then its plain strings, by
    0-based position.
    """
    if not positions:
        return prediction
    evidence: list[Question] = []
    position = 0
    for question in prediction.evidence:
        answers = question.answers
        kept = tuple(answer for at, answer in enumerate(answers, start=position) if at not in positions)
        if kept or (not answers and position not in positions):
            evidence.append(question if kept == answers else replace(question, answers=kept))
        position += max(1, len(answers))
    strings = prediction.string_evidence
    return replace(
        prediction,
        evidence=tuple(evidence),
        string_evidence=tuple(text for at, text in enumerate(strings, start=position) if at not in positions),
    )


def rewritten(prediction: Prediction, rewrite: Callable[[str], str]) -> Prediction:
    """The prediction with every question, answer, explanation and plain string rewritten; the same object where none
    changes.
    """
    changed = replace(
        prediction,
        evidence=tuple(
            Question(rewrite(question.question), tuple(_rewritten(answer, rewrite) for answer in question.answers))
            for question in prediction.evidence
        ),
        string_evidence=tuple(map(rewrite, prediction.string_evidence)),
    )
    return prediction if changed == prediction else changed


def _rewritten(answer: Answer, rewrite: Callable[[str], str]) -> Answer:
    explanation = answer.boolean_explanation
    return replace(
        answer,
        text=rewrite(answer.text),
        boolean_explanation=None if explanation is None else rewrite(explanation),
    )


def with_pairs(prediction: Prediction, pairs: Collection[QAPair]) -> Prediction:
    """The prediction with these question-answer pairs for its evidence, and no plain strings."""
    return replace(
        prediction, evidence=tuple(pair.as_question() for pair in pairs), string_evidence=(), lists_pairs=True
    )


__all__ = ["rewritten", "with_pairs", "without_strings"]
