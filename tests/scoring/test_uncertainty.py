"""Intervals of results: every reported figure has one, by the right method, and it is what resampling gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval import Gold, Result, Settings, Verdict
from averitec_eval.scoring.score import score_predictions
from averitec_eval.scoring.uncertainty import with_intervals

LABELS = list(Verdict)
ANSWERS = ["a b c d", "a b c", "a b", "a", "x"]
N = 60


@pytest.fixture(scope="module")
def gold() -> Gold:
    return gold_set(
        *(
            replace(
                gold_claim(number, LABELS[number % 4], ("q", "a b c d")),
                claim_types=("T",) if number % 3 else ("T", "U"),
                strategies=("S",) if number % 2 else (),
                justification="because",
            )
            for number in range(N)
        )
    )


def scored(gold: Gold, seed: int = 0, profile: str = "paper-2023") -> Result:
    rng = np.random.default_rng(seed)
    predictions = [
        prediction(claim.claim_id, LABELS[rng.integers(4)], ("q", ANSWERS[rng.integers(5)])) for claim in gold
    ]
    return score_predictions(predictions, gold, profile=profile, meteor=OVERLAP)


def test_every_reported_figure_has_an_interval_around_it(gold: Gold) -> None:
    result = with_intervals(scored(gold), gold, Settings(resamples=500))
    assert set(result.intervals) == set(result.scores)
    for group in (*result.by_type.values(), *result.by_strategy.values()):
        assert set(group.intervals) == set(group.scores)
        assert {interval.n for interval in group.intervals.values()} == {group.n}
    figures = result.thresholded_evidence_by_type
    assert {level: set(values) for level, values in figures.items()} == {
        level: set(values) for level, values in result.thresholded_intervals.items()
    }
    for metric, interval in result.intervals.items():
        assert interval.low <= result.scores[metric] <= interval.high, metric
        assert interval.method == ("wilson" if metric == "accuracy" or metric.startswith("averitec") else "bootstrap")
        assert (interval.seed is None) == (interval.method == "wilson")
    for level, values in figures.items():
        for name, value in values.items():
            interval = result.thresholded_intervals[level][name]
            assert interval.low <= value <= interval.high


def test_shares_have_wilsons_interval(gold: Gold) -> None:
    result = with_intervals(scored(gold), gold, Settings(resamples=10))
    right = round(result.scores["accuracy"] * N)
    expected = binomtest(right, N).proportion_ci(method="wilson")
    interval = result.intervals["accuracy"]
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_means_have_the_bootstraps(gold: Gold) -> None:
    settings = Settings(resamples=20_000)
    result = with_intervals(scored(gold), gold, settings)
    rng = np.random.default_rng(99)
    evidence = np.array([claim.evidence_qa for claim in result.claims])
    in_group = np.array([number % 3 == 0 for number in range(N)])
    drawn = rng.integers(0, N, size=(20_000, N))
    error = 4 * evidence.std() / np.sqrt(N) * 0.03
    whole = np.quantile(evidence[drawn].mean(axis=1), [0.025, 0.975])
    interval = result.intervals["hu_meteor_qa"]
    assert [interval.low, interval.high] == pytest.approx(whole, abs=error)
    # Of a group's claims as many are drawn as happen to be.
    sums, counts = (evidence * in_group)[drawn].sum(axis=1), in_group[drawn].sum(axis=1)
    interval = result.by_type["U"].intervals["hu_meteor_qa"]
    assert [interval.low, interval.high] == pytest.approx(np.quantile(sums / counts, [0.025, 0.975]), abs=3 * error)
    thresholded = np.where(evidence > 0.3, evidence, 0.0)
    interval = result.thresholded_intervals["0.3"]["T"]
    assert [interval.low, interval.high] == pytest.approx(
        np.quantile(thresholded[drawn].mean(axis=1), [0.025, 0.975]), abs=3 * error
    )


def test_identical_systems_get_identical_intervals_and_seeds_decide(gold: Gold) -> None:
    first, same = (with_intervals(scored(gold, 1), gold, Settings(resamples=300)) for _ in range(2))
    assert first == same
    other = with_intervals(scored(gold, 1), gold, Settings(resamples=300, seed=1))
    assert other.intervals["hu_meteor_qa"] != first.intervals["hu_meteor_qa"]
    assert other.intervals["accuracy"] == first.intervals["accuracy"]


def test_a_group_that_no_resample_holds_has_no_bootstrap_interval() -> None:
    gold = gold_set(*(gold_claim(number, Verdict.REFUTED) for number in range(40)))
    rare = gold_set(replace(gold.claims[0], claim_types=("rare",)), *gold.claims[1:])
    for seed, drawn in ((3, False), (5, True)):
        settings = Settings(resamples=1, seed=seed)
        result = with_intervals(scored(rare, profile="averitec-2024"), rare, settings)
        assert "accuracy" in result.by_type["rare"].intervals
        assert ("hu_meteor_qa" in result.by_type["rare"].intervals) is drawn
        assert ("rare" in result.thresholded_intervals["0.25"]) is drawn


def test_a_result_with_intervals_reads_back(gold: Gold) -> None:
    result = with_intervals(scored(gold), gold, Settings(resamples=50))
    assert Result.from_dict(result.to_dict(), result.claims) == result
