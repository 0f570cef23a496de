"""Joining, missing claims, levels, groups: the scorer over small sets whose figures are worked out by hand."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval.errors import InvalidSubmissionError, UsageError
from averitec_eval.records import Gold, Prediction, Verdict
from averitec_eval.scoring.profiles import LEVELS, PROFILES
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.score import Scorer, score_predictions

GOLD = gold_set(
    gold_claim(7, Verdict.SUPPORTED, ("a b", "c d"), claim_types=("T",), strategies=("S",)),
    gold_claim(3, Verdict.REFUTED, ("e", "f"), ("g", "h"), claim_types=("T", "U")),
    gold_claim(5, Verdict.CONFLICTING, ("i", "j")),
)
PREDICTIONS = (
    prediction(3, Verdict.REFUTED, ("e", "f")),
    prediction(5, Verdict.REFUTED, ("i", "j")),
    prediction(7, Verdict.SUPPORTED, ("a b", "c x")),
)


def score(predictions: tuple[Prediction, ...] = PREDICTIONS, gold: Gold = GOLD, **options: object) -> Result:
    return score_predictions(predictions, gold, meteor=OVERLAP, **options)  # type: ignore[arg-type]


def test_figures_by_hand() -> None:
    result = score()
    # Claim 7 shares three of five words; claim 3 matches one of two gold strings whole; claim 5 all, wrongly labelled.
    assert [claim.evidence_qa for claim in result.claims] == [0.6, 0.5, 1.0]
    assert [claim.evidence_q for claim in result.claims] == [1.0, 0.5, 1.0]
    assert [claim.claim_id for claim in result.claims] == [7, 3, 5]
    assert result.scores["hu_meteor_qa"] == pytest.approx(0.7)
    assert result.scores["averitec@0.25"] == pytest.approx(2 / 3)
    assert result.scores["averitec@0.5"] == pytest.approx(1 / 3), "0.5 is not above 0.5"
    assert result.scores["accuracy"] == pytest.approx(2 / 3)
    assert result.headline == "averitec@0.25"
    assert result.complete


def test_at_least_instead_of_above() -> None:
    result = score(profile=replace(PROFILES["averitec-2024"], comparison="ge"))
    assert result.scores["averitec@0.5"] == pytest.approx(2 / 3)
    assert result.signature.cmp == "ge"


def test_a_missing_claim_scores_zero_and_is_counted() -> None:
    result = score(PREDICTIONS[:2])
    assert (result.inputs.n_gold, result.inputs.n_scored, result.inputs.n_missing) == (3, 2, 1)
    assert not result.complete
    assert result.claims[0].missing
    assert result.scores["hu_meteor_qa"] == pytest.approx((0 + 0.5 + 1) / 3)
    assert result.scores["averitec@0.25"] == pytest.approx(1 / 3)
    assert result.scores["accuracy"] == pytest.approx(1 / 3)
    assert result.confusion.counts[Verdict.SUPPORTED][None] == 1


def test_a_missing_claim_gets_no_credit_even_at_level_zero_and_at_least() -> None:
    result = score((), profile=replace(PROFILES["averitec-2024"], comparison="ge"), levels=(0.0,))
    assert result.scores["averitec@0.0"] == 0


@pytest.mark.parametrize(("extra", "message"), [(PREDICTIONS[0], "twice"), (prediction(99), "not in the gold")])
def test_duplicate_and_unknown_ids_are_errors(extra: Prediction, message: str) -> None:
    with pytest.raises(InvalidSubmissionError, match=message):
        score((*PREDICTIONS, extra))


@given(st.randoms(use_true_random=False))
def test_the_order_of_predictions_changes_nothing(shuffler: random.Random) -> None:
    shuffled = list(PREDICTIONS)
    shuffler.shuffle(shuffled)
    assert score(tuple(shuffled)) == score()


def test_levels_asked_for_come_beside_the_profiles_own_and_the_first_ranks() -> None:
    result = score(levels=(0.55, 0.1))
    assert result.headline == "averitec@0.55"
    assert result.signature.level == "0.55"
    assert result.levels == (0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.55)


@pytest.mark.parametrize("level", [-0.1, 1.0, float("nan"), float("inf"), "0.3", None, True])
def test_a_level_outside_its_range_is_a_usage_error(level: object) -> None:
    with pytest.raises(UsageError, match="level"):
        score(levels=(level,))


def test_scores_by_type_count_a_claim_in_each_of_its_types() -> None:
    result = score()
    assert {name: group.n for name, group in result.by_type.items()} == {"T": 2, "U": 1}
    assert result.by_type["T"].scores["hu_meteor_qa"] == pytest.approx(0.55)
    assert result.by_type["U"].scores["averitec@0.25"] == 1
    assert {name: group.n for name, group in result.by_strategy.items()} == {"S": 1}


def test_the_organisers_figure_by_type_ignores_labels_and_thresholds_evidence() -> None:
    wrong = tuple(replace(p, label=Verdict.NOT_ENOUGH_EVIDENCE) for p in PREDICTIONS)
    for predictions in (PREDICTIONS, wrong):
        result = score(predictions, profile=replace(PROFILES["averitec-2024"], thresholded_levels=(0.5,)))
        assert result.thresholded_evidence_by_type == {"0.5": {"T": pytest.approx(0.3), "U": 0.0}}


def test_justifications_are_scored_where_profile_and_gold_have_them() -> None:
    gold = gold_set(*(replace(claim, justification="because x") for claim in GOLD))
    given_one = (replace(PREDICTIONS[0], justification="because y"), *PREDICTIONS[1:])
    result = score(given_one, gold, profile="paper-2023")
    by_id = {claim.claim_id: claim for claim in result.claims}
    assert by_id[3].justification == pytest.approx(1 / 3)
    # Without a justification the evidence strings stand in: "a b c x" shares x with "because x".
    assert by_id[7].justification == pytest.approx(1 / 5)
    assert by_id[5].justification == 0
    assert result.scores["justification_meteor"] == pytest.approx((1 / 3 + 1 / 5) / 3)
    # At 0.5 only claims 7 and 5 have enough evidence; the labels do not matter.
    assert result.scores["justification@0.5"] == pytest.approx((1 / 5) / 3)
    assert "justification_meteor" not in score(given_one, gold).scores
    assert "justification_meteor" not in score(given_one, GOLD, profile="paper-2023").scores


def test_an_empty_justification_is_a_justification() -> None:
    gold = gold_set(*(replace(claim, justification="because x") for claim in GOLD))
    empty = tuple(replace(p, justification="") for p in PREDICTIONS)
    assert score(empty, gold, profile="paper-2023").scores["justification_meteor"] == 0


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_scores_and_reports_all_levels(name: str) -> None:
    result = score(profile=name)
    profile = PROFILES[name]
    assert {profile.credit_metric(level) for level in profile.levels} <= set(result.scores)
    assert profile.levels == LEVELS or profile.robust is not None
    assert result.signature.profile == name
    json.dumps(result.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (gold_set(), "empty"),
        (gold_set(GOLD.claims[0], GOLD.claims[0]), "twice"),
        (gold_set(replace(GOLD.claims[0], questions=())), "without questions"),
    ],
)
def test_gold_that_cannot_be_scored_against_is_a_usage_error(gold: Gold, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Scorer(gold, meteor=OVERLAP)


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'averitec-2024'"):
        score(profile="averitec2024")


def test_frames_hold_every_figure() -> None:
    result = score(PREDICTIONS[:2])
    frame = result.to_frame()
    assert dict(zip(frame["metric"], frame["score"], strict=True)) == dict(result.scores)
    claims = result.claims_frame()
    assert list(claims.index) == [7, 3, 5]
    assert list(claims["credit@0.25"]) == [False, True, False]
    assert claims.loc[7, "missing"]
