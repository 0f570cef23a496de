"""Counterfactual scores are those of really altered submissions, and only what changes is scored again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction
from strategies import free_predictions

from averitec_eval import read_gold, read_submission
from averitec_eval.audit.altering import rewritten, without_strings
from averitec_eval.audit.counterfactuals import counterfactuals, majority, repeated_strings, shuffled
from averitec_eval.audit.records import Counterfactual
from averitec_eval.errors import UsageError
from averitec_eval.records import Answer, Gold, Prediction, QAPair, Question, Verdict
from averitec_eval.scoring.evidence import comparison_strings
from averitec_eval.scoring.score import score_predictions
from averitec_eval.statistics import Settings

SETTINGS = Settings(resamples=200)
ANSWER = "Grumman engineers assembled the lunar spacecraft at Bethpage"


def strings_of(one: Prediction) -> list[str]:
    return comparison_strings(one.evidence, one.string_evidence)


def by_name(predictions: list[Prediction], gold: Gold) -> dict[str, Counterfactual]:
    result = score_predictions(predictions, gold)
    return {item.name: item for item in counterfactuals(predictions, gold, result, settings=SETTINGS)}


@given(free_predictions(), st.sets(st.integers(0, 9)))
@settings(max_examples=60)
def test_strings_are_left_out_by_their_places(predictions: tuple[Prediction, ...], positions: set[int]) -> None:
    for one in predictions:
        expected = [text for at, text in enumerate(strings_of(one)) if at not in positions]
        assert strings_of(without_strings(one, positions)) == expected


@given(free_predictions())
@settings(max_examples=40)
def test_rewriting_reaches_every_string_and_gives_back_what_it_does_not_change(
    predictions: tuple[Prediction, ...],
) -> None:
    for one in predictions:
        assert rewritten(one, str) is one
        assert rewritten(rewritten(one, lambda text: f"{text}x"), lambda text: text[:-1]) == one


def test_repeated_strings_and_telling_answers_are_found_and_short_answers_are_not() -> None:
    one = prediction(
        0,
        Verdict.REFUTED,
        ("Who built it?", ANSWER),
        ("Which company made it?", f"{ANSWER}."),
        ("Was it so?", "Yes"),
        ("Did it fly?", "Yes"),
        ("Did it fly?", "Yes"),
    )
    assert repeated_strings(one) == {1, 4}
    assert repeated_strings(replace(one, evidence=one.evidence[:1])) == frozenset()


def test_repetition_and_echo_cost_what_they_earned() -> None:
    pairs = [("Who built the lander?", ANSWER), ("Where was it built?", f"{ANSWER} there.")]
    gold = gold_set(
        gold_claim(0, Verdict.REFUTED, *pairs), gold_claim(1, Verdict.SUPPORTED, ("What is it?", "claim 1 is it"))
    )
    predictions = [
        prediction(0, Verdict.REFUTED, pairs[0], pairs[0]),
        prediction(1, Verdict.SUPPORTED, ("Really?", "Yes, claim 1.")),
    ]
    found = by_name(predictions, gold)
    again = score_predictions([replace(predictions[0], evidence=predictions[0].evidence[:1]), predictions[1]], gold)
    once = found["duplicates-once"]
    assert (once.changed, once.score, once.metric) == ((0,), again.headline_score, "averitec@0.25")
    assert once.gap == once.official - once.score
    echo = found["claim-removed"]
    plain = score_predictions([predictions[0], prediction(1, Verdict.SUPPORTED, ("Really?", "Yes,"))], gold)
    assert (echo.changed, echo.score) == ((1,), plain.headline_score)
    assert echo.score < echo.official


def test_the_first_pairs_and_the_majority_label_need_no_scoring() -> None:
    gold = gold_set(
        gold_claim(0, Verdict.REFUTED, ("Who built it?", ANSWER)),
        gold_claim(1, Verdict.REFUTED, ("Who built it?", ANSWER)),
        gold_claim(2, Verdict.SUPPORTED, ("Who built it?", ANSWER)),
    )
    predictions = [
        prediction(0, Verdict.SUPPORTED, ("Why?", "No idea"), ("Who built it?", ANSWER)),
        prediction(2, Verdict.SUPPORTED, ("Why?", "No idea"), ("Who built it?", ANSWER)),
    ]
    found = by_name(predictions, gold)
    assert majority(gold) is Verdict.REFUTED
    assert found["first-1"].score == 0
    assert found["first-1"].changed == (0, 2)
    assert (found["first-2"].gap, found["first-2"].changed) == (0.0, ())
    label = found["majority-label"]
    assert (label.official, label.score, label.changed) == (1 / 3, 1 / 3, (0, 2))
    assert label.gap_low < 0 < label.gap_high


@given(st.integers(2, 30), st.integers(0, 2**63))
def test_no_claim_keeps_its_evidence_when_shuffled(size: int, seed: int) -> None:
    predictions = [prediction(n, Verdict.REFUTED, (f"question {n}", "a")) for n in range(size)]
    moved = shuffled(predictions, Settings(seed=seed).generator())
    assert [one.claim_id for one in moved] == list(range(size))
    assert all(one.evidence != before.evidence for one, before in zip(moved, predictions, strict=True))
    assert {one.evidence for one in moved} == {one.evidence for one in predictions}
    assert moved == shuffled(predictions, Settings(seed=seed).generator())


def test_one_prediction_cannot_be_shuffled() -> None:
    assert "shuffled" not in by_name([prediction(0)], gold_set(gold_claim(0)))


def test_questions_without_answers_keep_their_place() -> None:
    one = Prediction(0, Verdict.REFUTED, (Question("a"), Question("b", (Answer("1"), Answer("2")))), ("plain",))
    assert strings_of(without_strings(one, {0, 2})) == ["b 1", "plain"]
    assert strings_of(without_strings(one, {1, 2, 3})) == ["a No answer could be found."]


@pytest.mark.parametrize("name", ["baseline_2024", "hero_8b"])
def test_on_real_submissions_they_are_the_scores_of_altered_files(data_dir: Path, name: str) -> None:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    claims = gold.claims[:40]
    part = Gold(claims, gold.sha256)
    ids = {claim.claim_id for claim in claims}
    predictions = [one for one in read_submission(data_dir / "submissions" / f"{name}.json") if one.claim_id in ids]
    # An added copy of the first pair, and the claim behind it.
    texts = part.by_id()
    padded = [
        replace(
            one,
            evidence=(
                *one.evidence[:2],
                one.evidence[0],
                QAPair("So?", texts[one.claim_id].claim).as_question(),
            ),
        )
        for one in predictions
    ]
    result = score_predictions(padded, part)
    found = {item.name: item for item in counterfactuals(padded, part, result, settings=SETTINGS)}
    once = score_predictions([without_strings(one, repeated_strings(one)) for one in padded], part)
    assert found["duplicates-once"].score == once.headline_score
    assert found["duplicates-once"].changed == tuple(sorted(ids))
    assert found["claim-removed"].changed == tuple(sorted(ids))
    for k in (1, 2, 3):
        cut = score_predictions([replace(one, evidence=one.evidence[:k]) for one in padded], part)
        assert found[f"first-{k}"].score == cut.headline_score
    assert found["shuffled"].score < found["shuffled"].official or result.headline_score == 0
    for item in found.values():
        assert item.gap == pytest.approx(item.official - item.score)
        assert item.gap_low <= item.gap + 1e-9
        assert item.gap <= item.gap_high + 1e-9


def test_another_variant_of_meteor_needs_its_name() -> None:
    result = score_predictions([prediction(0)], gold_set(gold_claim(0)), meteor=OVERLAP)
    with pytest.raises(UsageError, match="overlap"):
        counterfactuals([prediction(0, Verdict.REFUTED, ("q", "claim 0"))], gold_set(gold_claim(0)), result)
