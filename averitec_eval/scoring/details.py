"""The evidence of a prediction beside what it matched: what a claim page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["exact", "stem", "synonym"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``start`` to ``end`` (exclusive) of a compared string: a run of words that matched in one way."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class PredictedText:
    """One predicted string as compared: the question, a space and the answer; a plain string is all ``answer`` and has
    None for a question.
    """

    question: str | None
    answer: str
    url: str | None = None

    @property
    def text(self) -> str:
        """The string that is compared; marks count its characters."""
        return self.answer if self.question is None else f"{self.question} {self.answer}"


@dataclass(frozen=True, slots=True)
class MatchDetail:
    """A matched pair: 0-based positions of the predicted and the gold string, their METEOR in [0, 1], and the matched
    words of both sides.
    """

    predicted: int
    gold: int
    meteor: float
    predicted_marks: tuple[Mark, ...]
    gold_marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """The evidence of one claim's prediction, all of it in file order, and its matches, best first."""

    claim_id: int
    predicted: tuple[PredictedText, ...]
    matches: tuple[MatchDetail, ...]


__all__ = ["ClaimDetail", "Kind", "Mark", "MatchDetail", "PredictedText"]
