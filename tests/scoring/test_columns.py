"""Every figure of a result comes back from the sums of its columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval.errors import UsageError
from averitec_eval.records import Verdict
from averitec_eval.scoring.columns import (
    COUNT,
    check_metric,
    claim_columns,
    columns_of,
    from_sums,
    is_proportion,
)
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.score import score_predictions

LABELS = st.sampled_from(Verdict)
ANSWERS = st.sampled_from(["a", "a b", "a b c d", "x"])
CLAIMS = st.lists(st.tuples(LABELS, LABELS, ANSWERS, st.booleans()), min_size=1, max_size=12)


def result_of(claims: list[tuple[Verdict, Verdict, str, bool]], profile: str = "paper-2023") -> Result:
    """A result over claims of these gold and predicted labels and answers; a claim may be missing."""
    gold = gold_set(
        *(
            replace(gold_claim(number, label, ("q", "a b")), justification="a reason")
            for number, (label, _, _, _) in enumerate(claims)
        )
    )
    predictions = [
        prediction(number, label, ("q", answer)) for number, (_, label, answer, there) in enumerate(claims) if there
    ]
    return score_predictions(predictions, gold, profile=profile, meteor=OVERLAP)


@pytest.mark.parametrize("profile", ["paper-2023", "evalai-2024-draft"])
@given(claims=CLAIMS)
def test_every_score_is_a_function_of_its_columns_sums(
    profile: str, claims: list[tuple[Verdict, Verdict, str, bool]]
) -> None:
    result = result_of(claims, profile)
    columns = claim_columns(result)
    for metric, value in result.scores.items():
        sums = {name: columns[name].sum() for name in columns_of(metric)}
        arrays = {name: np.array([total, total]) for name, total in sums.items()}
        assert from_sums(metric, arrays) == pytest.approx([value, value], abs=1e-12), metric


def test_columns_are_in_gold_order_and_of_one_length() -> None:
    result = result_of(
        [(Verdict.SUPPORTED, Verdict.SUPPORTED, "a b", True), (Verdict.REFUTED, Verdict.REFUTED, "x", False)]
    )
    columns = claim_columns(result)
    assert {array.shape for array in columns.values()} == {(2,)}
    assert columns[COUNT].tolist() == [1, 1]
    assert columns["accuracy"].tolist() == [1, 0]
    assert columns["predicted_refuted"].tolist() == [0, 0], "a missing claim is predicted nothing"


def test_undefined_figures() -> None:
    nothing = {name: np.zeros(1) for name in (*columns_of("macro_f1"), *columns_of("hu_meteor_q"))}
    assert from_sums("f1_refuted", nothing).tolist() == [0.0]
    assert np.isnan(from_sums("hu_meteor_q", nothing)).all()


def test_which_metrics_are_proportions() -> None:
    result = result_of([(Verdict.SUPPORTED, Verdict.SUPPORTED, "a", True)])
    assert {metric for metric in result.scores if is_proportion(metric)} == {
        "accuracy",
        *(metric for metric in result.scores if metric.startswith("averitec@")),
    }


def test_an_unknown_metric_is_named_with_the_nearest() -> None:
    result = result_of([(Verdict.SUPPORTED, Verdict.SUPPORTED, "a", True)])
    assert check_metric("accuracy", result) == "accuracy"
    with pytest.raises(UsageError, match=r"Did you mean 'averitec@0\.25'"):
        check_metric("averitec@.25", result)
