"""The sentence says what the score says, whatever the profile, and reads true where the two are close."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval import Gold, Prediction, Verdict
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.explain import credit_sentence, why
from averitec_eval.scoring.profiles import LEVELS, PROFILES
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.runs import claim_line
from averitec_eval.scoring.score import score_predictions

GOLD = gold_set(*(gold_claim(number, Verdict.REFUTED, ("a b", "c d")) for number in range(3)))
PREDICTIONS = (
    prediction(0, Verdict.REFUTED, ("a b", "c x")),
    prediction(1, Verdict.SUPPORTED, ("a b", "c d")),
)


def claim_of(evidence: float, *, right: bool = True) -> ClaimScore:
    predicted = prediction(0, Verdict.REFUTED if right else Verdict.SUPPORTED, ("a", "b"))
    score = ClaimScorer(PROFILES["averitec-2024"], LEVELS, OVERLAP).score(predicted, GOLD.claims[0])
    return replace(score, evidence_qa=evidence)


@pytest.mark.parametrize("profile", PROFILES)
def test_it_says_what_the_credit_says(profile: str) -> None:
    result = score_predictions(PREDICTIONS, GOLD, profile=profile, levels=(0.6,), meteor=OVERLAP)
    for claim in result.claims:
        for level, credit in zip(claim.levels, claim.credit, strict=True):
            sentence = credit_sentence(claim, level, PROFILES[profile].comparison)
            assert sentence.startswith("Credit: " if credit else "No credit: ")
            if not claim.missing:
                assert f"the label is {'right' if claim.label_correct else 'wrong'}" in sentence
    assert credit_sentence(result.claims[2], 0.25, "gt") == (
        "No credit: the submission has no prediction for this claim."
    )


@pytest.mark.parametrize(
    ("evidence", "right", "comparison", "sentence"),
    [
        (0.5, True, "gt", "Credit: the label is right and the evidence score 0.5000 is above 0.25."),
        (0.5, False, "gt", "No credit: the label is wrong but the evidence score 0.5000 is above 0.25."),
        (0.1, True, "gt", "No credit: the label is right but the evidence score 0.1000 is not above 0.25."),
        (0.1, False, "ge", "No credit: the label is wrong and the evidence score 0.1000 is not at least 0.25."),
        (0.25, True, "gt", "No credit: the label is right but the evidence score 0.2500 is not above 0.25."),
        (0.25, True, "ge", "Credit: the label is right and the evidence score 0.2500 is at least 0.25."),
        (0.250004, True, "gt", "Credit: the label is right and the evidence score 0.250004 is above 0.25."),
        (0.249996, True, "ge", "No credit: the label is right but the evidence score 0.249996 is not at least 0.25."),
    ],
)
def test_the_words(evidence: float, right: bool, comparison: str, sentence: str) -> None:
    assert credit_sentence(claim_of(evidence, right=right), 0.25, comparison) == sentence  # type: ignore[arg-type]


@given(
    evidence=st.floats(0, 1, allow_subnormal=False)
    | st.sampled_from([0.25, 0.25 + 2**-54, 0.25 - 2**-54, 0.12345, 1 / 3]),
    level=st.sampled_from((*LEVELS, 0.123456, 1 / 3)),
    comparison=st.sampled_from(["gt", "ge"]),
)
def test_the_figure_it_shows_is_on_the_side_it_says(evidence: float, level: float, comparison: str) -> None:
    sentence = credit_sentence(claim_of(evidence), level, comparison)  # type: ignore[arg-type]
    shown = float(re.findall(r"score ([0-9.]+) is", sentence)[0])
    assert sentence.startswith("Credit") == (shown >= level if comparison == "ge" else shown > level)
    assert shown == pytest.approx(evidence, abs=5e-5)


def test_a_line_of_a_run_gets_the_same_sentence_first() -> None:
    result = score_predictions(PREDICTIONS, GOLD, meteor=OVERLAP)
    lines = zip(result.claims, (*PREDICTIONS, None), GOLD, strict=True)
    for claim, predicted, gold in lines:
        sentences = why(claim_line(claim, predicted, gold), str(result.signature))
        assert sentences[0] == credit_sentence(claim, 0.25, "gt")
        assert len(sentences) == (1 if claim.missing else 2)


def test_more_gold_than_the_cap_is_said_to_be_a_ceiling() -> None:
    gold: Gold = gold_set(gold_claim(0, Verdict.REFUTED, *((str(number), "x") for number in range(16))))
    predicted: Prediction = prediction(0, Verdict.REFUTED, ("1", "x"))
    result = score_predictions([predicted], gold, meteor=OVERLAP)
    sentences = why(claim_line(result.claims[0], predicted, gold.claims[0]), str(result.signature))
    assert sentences[2] == "With 16 gold strings and a cap of 10, no evidence scores above 0.6250."
