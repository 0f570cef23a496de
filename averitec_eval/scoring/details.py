"""The evidence of a prediction beside what it matched: what a claim page shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from averitec_eval.records import GoldClaim, Prediction
from averitec_eval.scoring.evidence import comparison_strings
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.strict import read_strictly, share, text, whole_number
from averitec_eval.text.meteor import Kind, align
from averitec_eval.text.spans import word_spans

KINDS: tuple[Kind, ...] = get_args(Kind)
"""The ways in which words match; stored marks name one by its place here."""


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

    def to_dict(self) -> dict[str, Any]:
        """The detail as a compact JSON object: texts, matches and marks are lists of their fields in order, a mark's
        kind is its place in ``KINDS``.
        """
        return {
            "claim_id": self.claim_id,
            "predicted": [[item.question, item.answer, item.url] for item in self.predicted],
            "matches": [
                [
                    match.predicted,
                    match.gold,
                    match.meteor,
                    *(
                        [[mark.start, mark.end, KINDS.index(mark.kind)] for mark in marks]
                        for marks in (match.predicted_marks, match.gold_marks)
                    ),
                ]
                for match in self.matches
            ],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ClaimDetail:
        """The detail that ``to_dict`` wrote as ``document``, equal to it.

        Raises ``ValueError`` if the document is not what ``to_dict`` writes of any detail.
        """
        return read_strictly("the evidence of a claim", _read_detail, document)


def predicted_texts(prediction: Prediction) -> tuple[PredictedText, ...]:
    """The predicted strings, as many and in the order as they are compared, those beyond a cap included."""
    return tuple(_predicted_texts(prediction))


def _predicted_texts(prediction: Prediction) -> Iterator[PredictedText]:
    for question in prediction.evidence:
        urls = [answer.source_url for answer in question.answers] or [None]
        for answer, url in zip(question.answer_texts(), urls, strict=True):
            yield PredictedText(question.question, answer, url)
    for string in prediction.string_evidence:
        yield PredictedText(None, string)


def claim_detail(prediction: Prediction, claim: GoldClaim, score: ClaimScore) -> ClaimDetail:
    """The evidence of a prediction with the words that matched the claim's gold strings, as ``score`` pairs them.

    Words are matched as the pinned METEOR matches them, whatever variant made the score. Raises ``ValueError`` if the
    score is not one of this prediction on this claim.
    """
    predicted, gold = predicted_texts(prediction), comparison_strings(claim.questions)
    found = score.claim_id, score.n_predicted, score.n_gold
    expected = claim.claim_id, len(predicted), len(gold)
    if found != expected or prediction.claim_id != claim.claim_id:
        raise ValueError(f"the score of claim {score.claim_id} is not that of this prediction")
    matches = []
    for pair in sorted(score.pairs, key=lambda pair: (-pair.meteor, pair.predicted)):
        candidate, reference = predicted[pair.predicted].text, gold[pair.gold]
        alignment = align(candidate, reference)
        predicted_marks = _marks(
            candidate, alignment.candidate, ((match.candidate, match.kind) for match in alignment.matches)
        )
        gold_marks = _marks(
            reference, alignment.reference, sorted((match.reference, match.kind) for match in alignment.matches)
        )
        matches.append(MatchDetail(pair.predicted, pair.gold, pair.meteor, predicted_marks, gold_marks))
    return ClaimDetail(claim.claim_id, predicted, tuple(matches))


def _marks(string: str, words: tuple[str, ...], matched: Iterable[tuple[int, Kind]]) -> tuple[Mark, ...]:
    """Marks of the words at the matched positions, which rise; neighbours of one kind share one if only white space
    is between them.
    """
    spans = word_spans(string, words)
    marks: list[Mark] = []
    last = -1
    for position, kind in matched:
        if position >= len(spans):
            break
        start, end = spans[position]
        # Words leave out nothing but white space, so words that follow each other have nothing else between them.
        if marks and position == last + 1 and marks[-1].kind == kind:
            start = marks.pop().start
        marks.append(Mark(start, end, kind))
        last = position
    return tuple(marks)


def _read_detail(document: Mapping[str, Any]) -> ClaimDetail:
    if set(document) != {"claim_id", "predicted", "matches"}:
        raise ValueError("its fields are others")
    predicted = tuple(_read_predicted(*item) for item in _list(document["predicted"]))
    matches = tuple(_read_match(predicted, *item) for item in _list(document["matches"]))
    order = [(-match.meteor, match.predicted) for match in matches]
    if order != sorted(order):
        raise ValueError("the matches are not in order")
    for side in ([match.predicted for match in matches], [match.gold for match in matches]):
        if len(set(side)) != len(side):
            raise ValueError("a string is matched twice")
    return ClaimDetail(whole_number(document["claim_id"]), predicted, matches)


def _read_predicted(question: Any, answer: Any, url: Any) -> PredictedText:
    return PredictedText(None if question is None else text(question), text(answer), None if url is None else text(url))


def _read_match(
    texts: tuple[PredictedText, ...], predicted: Any, gold: Any, meteor: Any, predicted_marks: Any, gold_marks: Any
) -> MatchDetail:
    if not 0 <= whole_number(predicted) < len(texts) or whole_number(gold) < 0:
        raise ValueError("a match of no string")
    marks = _read_marks(predicted_marks)
    if marks and marks[-1].end > len(texts[predicted].text):
        raise ValueError("a mark beyond the end of its string")
    return MatchDetail(predicted, gold, share(meteor), marks, _read_marks(gold_marks))


def _read_marks(document: Any) -> tuple[Mark, ...]:
    marks = []
    before = 0
    for start, end, kind in _list(document):
        if not before <= whole_number(start) < whole_number(end) or whole_number(kind) < 0:
            raise ValueError("marks are not in order")
        marks.append(Mark(start, end, KINDS[kind]))
        before = end
    return tuple(marks)


def _list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise TypeError("a list is something else")
    return value


__all__ = ["KINDS", "ClaimDetail", "Kind", "Mark", "MatchDetail", "PredictedText", "claim_detail", "predicted_texts"]
