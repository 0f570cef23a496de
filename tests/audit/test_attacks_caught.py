"""Every attack brings up findings of its own kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audit.probing import PLACES, claim_text, gold_of
from audit.probing import submission_of as made

from averitec_eval.audit.attacks import ATTACKS, attack
from averitec_eval.audit.run import probe_submission
from averitec_eval.records import Prediction, QAPair, Submission, Verdict

CAUGHT = {
    "duplicate": {"stuffing.pairs", "stuffing.questions", "stuffing.answers"},
    "template": {
        "filler.templates",
        "filler.pairs",
        "echo.questions",
        "echo.answers",
        "echo.copied",
        "filler.verdicts",
    },
    "echo": {"echo.answers", "echo.copied"},
    "stuff": {"stuffing.overlap", "stuffing.questions"},
    "majority-label": {"filler.verdicts"},
}


def _told(number: int) -> list[QAPair]:
    deeds = ("signed a lease on", "measured", "sold tickets for", "wrote a letter about")
    return [
        QAPair(
            f"What did clerk {place} have to do with permit {number}?",
            f"Clerk {place} of office {number}{at} {deeds[at]} the quay beside warehouse {number}{at} that spring.",
            f"https://{place.lower()}{number}.example/",
        )
        for at, place in enumerate(PLACES[:4])
    ]


@pytest.fixture(scope="module")
def submission() -> Submission:
    plain = made(*(_told(number) for number in range(12)))
    labels = [list(Verdict)[number % 4] for number in range(12)]
    predictions = [replace(p, label=label) for p, label in zip(plain, labels, strict=True)]
    return replace(plain, predictions=tuple(replace(p, claim=claim_text(p.claim_id)) for p in predictions))


def _flagged(predictions: tuple[Prediction, ...], submission: Submission) -> set[str]:
    findings, _ = probe_submission(replace(submission, predictions=predictions), gold_of(claims=12))
    return {finding.probe for finding in findings if finding.flagged}


def test_every_attack_is_looked_for() -> None:
    assert set(CAUGHT) == set(ATTACKS)


@pytest.mark.parametrize("name", CAUGHT)
def test_attack_is_caught_and_the_submission_itself_is_quiet(name: str, submission: Submission) -> None:
    assert _flagged(submission.predictions, submission) == set()
    attacked = tuple(attack(submission.predictions, gold_of(claims=12), name))
    assert CAUGHT[name] <= _flagged(attacked, submission)
