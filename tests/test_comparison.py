"""Comparisons: figures by hand and against independent implementations, views, and what cannot be compared."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from scipy.stats import binomtest
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction
from sklearn.metrics import f1_score

from averitec_eval import Comparison, Gold, Result, Settings, UsageError, Verdict, compare, read_gold, score
from averitec_eval.scoring.score import score_predictions

FEW = Settings(resamples=200, seed=7)
LABELS = list(Verdict)


def gold_of(n: int) -> Gold:
    return gold_set(*(gold_claim(number, LABELS[number % 4], ("q", "a b c d")) for number in range(n)))


def system(gold: Gold, labels: list[Verdict], answers: list[str]) -> Result:
    """A result with these labels and answers, claim by claim."""
    predictions = [
        prediction(claim.claim_id, label, ("q", answer))
        for claim, label, answer in zip(gold, labels, answers, strict=True)
    ]
    return score_predictions(predictions, gold, meteor=OVERLAP)


def random_systems(n: int, count: int, seed: int = 1) -> dict[str, Result]:
    rng, gold = np.random.default_rng(seed), gold_of(n)
    answers = ["a b c d", "a b c", "a b", "a", "x"]
    return {
        f"system {k}": system(
            gold,
            [claim.label if rng.random() < 0.6 else LABELS[rng.integers(4)] for claim in gold],
            [answers[rng.integers(5)] for _ in range(n)],
        )
        for k in range(count)
    }


def test_credit_is_compared_with_mcnemars_exact_test() -> None:
    results = random_systems(80, 2)
    (pair,) = compare(results, settings=FEW).pairs
    credit = [[claim.credit[claim.levels.index(0.25)] for claim in result.claims] for result in results.values()]
    wins = sum(a and not b for a, b in zip(*credit, strict=True))
    losses = sum(b and not a for a, b in zip(*credit, strict=True))
    assert (pair.wins, pair.ties, pair.losses) == (wins, 80 - wins - losses, losses)
    assert pair.p == pytest.approx(binomtest(wins, wins + losses, 0.5).pvalue, abs=1e-12)
    assert pair.test == "mcnemar-exact"
    assert pair.difference == pytest.approx((wins - losses) / 80)
    assert set(pair.won_by_a) == {i for i in range(80) if credit[0][i] and not credit[1][i]}
    assert len(pair.won_by_b) == losses
    assert pair.ci_low <= pair.difference <= pair.ci_high


def test_evidence_is_compared_by_flipping_signs() -> None:
    results = random_systems(12, 2, seed=3)
    many = Settings(resamples=20_000)
    (pair,) = compare(results, metrics=["hu_meteor_qa"], settings=many).pairs
    a, b = ([claim.evidence_qa for claim in result.claims] for result in results.values())
    difference = np.array(a) - np.array(b)
    signs = np.array(np.meshgrid(*[[-1, 1]] * 12)).reshape(12, -1)
    exact = (np.abs(difference @ signs) >= abs(difference.sum()) - 1e-12).mean()
    assert pair.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-3)
    assert pair.test == "randomisation"


def test_f1_is_compared_by_swapping_outputs() -> None:
    results = random_systems(10, 2, seed=5)
    (pair,) = compare(results, metrics=["macro_f1"], settings=Settings(resamples=20_000)).pairs
    gold, a, b = (
        np.array([label.value for label in labels])
        for labels in (
            [claim.gold for claim in results["system 0"].claims],
            *([claim.predicted for claim in result.claims if claim.predicted] for result in results.values()),
        )
    )
    names = [label.value for label in Verdict]

    def macro(predicted: np.ndarray) -> float:
        return float(f1_score(gold, predicted, labels=names, average="macro", zero_division=0))

    observed = macro(a) - macro(b)
    assert pair.difference == pytest.approx(observed, abs=1e-12)
    reached = 0
    for bits in range(2**10):
        swap = np.array([bits >> k & 1 for k in range(10)], dtype=bool)
        reached += abs(macro(np.where(swap, b, a)) - macro(np.where(swap, a, b))) >= abs(observed) - 1e-12
    exact = reached / 2**10
    assert pair.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-3)


def test_p_values_are_adjusted_over_the_family_shown() -> None:
    results = random_systems(60, 4)
    everything = compare(results, metrics=["averitec@0.25", "accuracy"], settings=FEW)
    assert len(everything.pairs) == 12
    raw = sorted(pair.p for pair in everything.pairs)
    expected, running = {}, 0.0
    for index, p in enumerate(raw):
        running = max(running, min(1.0, (12 - index) * p))
        expected[p] = running
    assert all(pair.p_adjusted == pytest.approx(expected[pair.p]) for pair in everything.pairs)
    to_one = compare(results, baseline="system 2", settings=FEW)
    assert [(pair.a, pair.b) for pair in to_one.pairs] == [(f"system {k}", "system 2") for k in (0, 1, 3)]
    alone = compare({name: results[name] for name in ("system 0", "system 2")}, settings=FEW)
    assert alone.pairs[0].p_adjusted == alone.pairs[0].p == to_one.pairs[0].p


def test_a_system_against_its_copy() -> None:
    result = next(iter(random_systems(30, 1).values()))
    for metric in ("averitec@0.25", "hu_meteor_q", "macro_f1"):
        (pair,) = compare({"a": result, "b": result}, metrics=[metric], settings=FEW).pairs
        assert (pair.difference, pair.ci_low, pair.ci_high, pair.p) == (0, 0, 0, 1)
        assert pair.smallest_detectable is None
        assert not pair.significant


@given(seed=st.integers(0, 1000), metric=st.sampled_from(["averitec@0.25", "hu_meteor_qa", "f1_refuted", "macro_f1"]))
@settings(max_examples=25)
def test_turning_a_pair_round_turns_its_figures_round(seed: int, metric: str) -> None:
    results = random_systems(20, 2, seed=seed)
    (there,) = compare(results, metrics=[metric], settings=FEW).pairs
    (back,) = compare(dict(reversed(results.items())), metrics=[metric], settings=FEW).pairs
    assert back.difference == -there.difference
    assert (back.ci_low, back.ci_high) == pytest.approx((-there.ci_high, -there.ci_low), abs=1e-12)
    assert back.p == there.p
    assert (back.wins, back.losses) == (there.losses, there.wins)


def test_other_systems_change_no_difference_and_no_raw_p() -> None:
    results = random_systems(40, 4)
    alone = compare({name: results[name] for name in ("system 1", "system 3")}, metrics=["hu_meteor_qa"], settings=FEW)
    among = compare(results, metrics=["hu_meteor_qa"], settings=FEW)
    (one,) = alone.pairs
    (same,) = (pair for pair in among.pairs if (pair.a, pair.b) == (one.a, one.b))
    assert replace(same, p_adjusted=0, significant=False) == replace(one, p_adjusted=0, significant=False)


def test_the_json_follows_the_schema_and_every_view_holds_every_pair() -> None:
    comparison = compare(random_systems(40, 3), metrics=["averitec@0.25", "macro_f1"], settings=FEW)
    document = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    text = (resources.files("averitec_eval") / "schemas" / "comparison.schema.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(text))
    Draft202012Validator(json.loads(text)).validate(document)
    rows = list(csv.DictReader(io.StringIO(comparison.to_csv())))
    assert [float(row["p"]) for row in rows] == [pair.p for pair in comparison.pairs]
    frame = comparison.to_frame()
    assert list(frame["difference"]) == [pair.difference for pair in comparison.pairs]
    assert comparison.to_markdown().count("\n") == len(comparison.pairs) + 2
    assert comparison.to_latex().count(r"\\") == len(comparison.pairs) + 1
    assert len(comparison.sentences()) == len(comparison.pairs)


def test_a_notebook_shows_names_escaped() -> None:
    results = dict(zip(["<script>x</script>", "b\u202e"], random_systems(10, 2).values(), strict=True))
    shown = compare(results, settings=FEW)._repr_html_()
    assert "<script>" not in shown
    assert "\u202e" not in shown


def test_the_sentence_says_who_by_how_much_and_whether_it_counts() -> None:
    (pair,) = compare(random_systems(50, 2), settings=FEW).pairs
    fixed = replace(pair, difference=-0.02, score_a=0.5, score_b=0.52, ci_low=-0.05, ci_high=0.01, p_adjusted=0.3)
    assert replace(fixed, significant=False).sentence(0.95, 6) == (
        "system 0 scores 0.020 lower than system 1 on averitec@0.25 (0.500 against 0.520 on 50 claims); the 95 % "
        "interval of the difference is [-0.050, 0.010], and the difference is not significant (exact "
        "McNemar test, p = 0.3000, Holm-adjusted over 6 comparisons)."
    )
    strong = replace(fixed, p_adjusted=0.00001, significant=True).sentence(0.95, 1)
    assert strong.endswith("the difference is significant (exact McNemar test, p < 0.0001).")


def test_what_cannot_be_compared_is_said_with_every_reason() -> None:
    gold = gold_of(8)
    labels, answers = [claim.label for claim in gold], ["a"] * 8
    one = system(gold, labels, answers)
    other_profile = replace(one, signature=replace(one.signature, profile="paper-2023", meteor="nltk"))
    other_gold = replace(one, inputs=replace(one.inputs, gold_sha256="ef" * 32))
    with pytest.raises(UsageError) as caught:
        compare({"one": one, "two": other_profile, "three": other_gold})
    for part in (
        "profile is averitec-2024 for one and paper-2023 for two",
        "meteor is",
        "one and three were not scored",
    ):
        assert part in str(caught.value)
    with pytest.raises(UsageError, match="at least two"):
        compare({"one": one})
    with pytest.raises(UsageError, match="none of the systems"):
        compare({"one": one, "two": one}, baseline="three")
    with pytest.raises(UsageError, match=r"Did you mean 'averitec@0\.25'"):
        compare({"one": one, "two": one}, metrics=["averitec@.25"])


@pytest.fixture(scope="module")
def real(data_dir: Path) -> Comparison:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    files = ("hero_70b.json", "hero_8b.json", "baseline_2024.json", "fever8_baseline_2025.csv")
    results = {name.split(".")[0]: score(data_dir / "submissions" / name, gold, intervals=None) for name in files}
    return compare(results)


def test_hero_70b_and_8b_are_not_separable_and_the_2024_baseline_is(real: Comparison) -> None:
    by_names = {(pair.a, pair.b): pair for pair in real.pairs}
    close = by_names["hero_70b", "hero_8b"]
    assert close.difference == pytest.approx(0.018)
    assert not close.significant
    assert close.ci_low < 0 < close.ci_high
    for pair in real.pairs:
        assert pair.significant == ("baseline_2024" in (pair.a, pair.b))
