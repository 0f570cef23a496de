"""Small gold sets and predictions, written for these tests, and shorthand to bend them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, Question, Submission, Verdict
from averitec_eval.validation import Report

CLAIMS = (
    ("The Kessan lighthouse was lit by electricity before any other on the coast.", Verdict.SUPPORTED),
    ("Ferry tickets to Orrin have doubled in price since 2015.", Verdict.REFUTED),
    ("The mayor of Tallow promised to plant nine thousand trees.", Verdict.NOT_ENOUGH_EVIDENCE),
    ("A third of Velmar's beehives were lost last winter.", Verdict.CONFLICTING),
    ("Nobody has crossed the Drune marsh on foot since 1931.", Verdict.REFUTED),
    ("The Saltmoor choir has sung for three popes.", Verdict.SUPPORTED),
)


def pair(question: str, answer: str, url: str | None = "https://archive.example/page") -> Question:
    """A question with one answer."""
    return Question(question, (Answer(answer, source_url=url),))


def make_gold(size: int = len(CLAIMS), first_id: int = 0) -> Gold:
    """A gold set of the first claims above."""
    return Gold(
        tuple(
            GoldClaim(
                first_id + i, text, label, (pair(f"What do the records say of case {i}?", f"Record {i} agrees."),)
            )
            for i, (text, label) in enumerate(CLAIMS[:size])
        ),
        "0" * 64,
    )


def perfect(gold: Gold) -> tuple[Prediction, ...]:
    """A prediction for each gold claim in which nothing is wrong."""
    return tuple(
        Prediction(
            claim.claim_id,
            list(Verdict)[place % 4],
            (pair(f"Who wrote about number {place}?", f"Witness {place} did."), pair("Where?", f"In volume {place}.")),
            claim=claim.claim,
        )
        for place, claim in enumerate(gold)
    )


def submit(predictions: Iterable[Prediction], form: str = "2024-json") -> Submission:
    """A submission of these predictions."""
    return Submission(tuple(predictions), "1" * 64, form)


def with_evidence(prediction: Prediction, *questions: Question) -> Prediction:
    """The same prediction with other evidence."""
    return replace(prediction, evidence=questions)


def counts(report: Report) -> dict[str, int]:
    """Code -> number of occurrences."""
    return {group.code: group.count for group in report.groups}
