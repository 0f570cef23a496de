"""Ranks, rank intervals and tiers of results."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval import Result, Settings, Standing, UsageError, Verdict, rank, read_gold, score
from averitec_eval.scoring.score import score_predictions

FEW = Settings(resamples=200)
N = 60
GOLD = gold_set(*(gold_claim(number, Verdict.REFUTED, ("q", "a b c d")) for number in range(N)))


def system(right: set[int] | range, answer: str = "a b c d") -> Result:
    """A result that gets these claims and no others."""
    label = {True: Verdict.REFUTED, False: Verdict.SUPPORTED}
    predictions = [prediction(number, label[number in right], ("q", answer)) for number in range(N)]
    return score_predictions(predictions, GOLD, meteor=OVERLAP)


def ranks(results: dict[str, Result]) -> dict[str, tuple[int, int]]:
    return {standing.name: (standing.rank, standing.tier) for standing in rank(results, FEW)}


def test_equal_scores_share_rank_and_tier_and_are_ordered_by_evidence_then_name() -> None:
    results = {
        "b": system(range(30)),
        "a": system(range(20, 50)),
        "less evidence": system(range(10, 40), "a b c"),
        "best": system(range(55)),
        "last": system(range(3)),
    }
    standings = rank(results, FEW)
    assert [standing.name for standing in standings] == ["best", "a", "b", "less evidence", "last"]
    assert [standing.rank for standing in standings] == [1, 2, 2, 2, 5]
    assert [standing.tier for standing in standings] == [1, 2, 2, 2, 3]
    assert standings[0].score == pytest.approx(55 / N)


def test_tiers_do_not_chain() -> None:
    # Each system is close to its neighbours, and the last far from the first.
    results = {f"s{k}": system(range(60 - 6 * k)) for k in range(8)}
    standings = rank(results, FEW)
    tiers = [standing.tier for standing in standings]
    assert tiers == sorted(tiers)
    assert len(set(tiers)) > 1
    pairs = len(results) * (len(results) - 1) / 2
    anchor: Standing = standings[0]
    for standing in standings:
        if standing.tier != anchor.tier:
            anchor = standing
        lost = round((anchor.score - standing.score) * N)
        # Nested systems differ in one direction only; unadjusted times the number of pairs bounds Holm from above.
        if lost and binomtest(0, lost, 0.5).pvalue * pairs < 0.05:
            pytest.fail(f"{standing.name} is significantly worse than the best of its tier")


@given(st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_submissions_changes_nothing(shuffler: random.Random) -> None:
    results = {f"s{k}": system(set(shuffler.sample(range(N), 20 + 3 * k))) for k in range(6)}
    shuffled = list(results.items())
    shuffler.shuffle(shuffled)
    assert rank(dict(shuffled), FEW) == rank(results, FEW)


def test_identical_systems_stand_alike() -> None:
    copies = {name: system(range(25)) for name in "abc"}
    assert ranks(copies) == {"a": (1, 1), "b": (1, 1), "c": (1, 1)}
    assert {(s.rank_low, s.rank_high) for s in rank(copies, FEW)} == {(1, 1)}


def test_a_rank_interval_contains_its_rank_and_stays_on_the_board() -> None:
    results = {f"s{k}": system(set(random.Random(k).sample(range(N), 25 + k))) for k in range(7)}
    for standing in rank(results, FEW):
        assert 1 <= standing.rank_low <= standing.rank <= standing.rank_high <= 7


def test_one_system_and_none() -> None:
    assert ranks({"only": system(range(5))}) == {"only": (1, 1)}
    assert rank({}) == ()


def test_results_that_cannot_be_ranked_together_are_named_with_the_reason() -> None:
    whole = system(range(5))
    partial = score_predictions([prediction(0, Verdict.REFUTED, ("q", "a"))], GOLD, meteor=OVERLAP)
    other = replace(whole, signature=replace(whole.signature, profile="paper-2023"))
    with pytest.raises(UsageError) as caught:
        rank({"whole": whole, "partial": partial, "other": other})
    assert "partial is incomplete: 59 claims" in str(caught.value)
    assert "whole and other were not scored in the same way" in str(caught.value)


def test_the_real_systems_fall_into_two_tiers(data_dir: Path) -> None:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    files = ("hero_8b.json", "hero_70b.json", "baseline_2024.json", "fever8_baseline_2025.csv")
    results = {name: score(data_dir / "submissions" / name, gold, intervals=None) for name in files}
    standings = rank(results)
    assert [standing.name for standing in standings] == [
        "fever8_baseline_2025.csv",
        "hero_70b.json",
        "hero_8b.json",
        "baseline_2024.json",
    ]
    assert [standing.tier for standing in standings] == [1, 1, 1, 2]
    assert [standing.rank for standing in standings] == [1, 2, 3, 4]
    assert (standings[3].rank_low, standings[3].rank_high) == (4, 4)
    assert standings[1].rank_low == 1
    assert standings[1].rank_high == 3
