"""What more question-answer pairs add: the first k of a submission score as the file would that holds no others."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from scoring.helpers import OVERLAP
from strategies import gold_with_predictions

from averitec_eval import Gold, Prediction, Result, Scorer, Settings, mini_gold_path, read_gold, read_submission, score
from averitec_eval.scoring.profiles import FIRST_PAIRS, PROFILES
from averitec_eval.scoring.uncertainty import with_intervals

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = Settings(resamples=200)


def scored(gold: Gold, predictions: tuple[Prediction, ...], profile: str, meteor: Any = OVERLAP) -> Result:
    scorer = Scorer(gold, profile=profile, levels=[0.25, 0.37, 0.0], meteor=meteor)
    for prediction in predictions:
        scorer.add(prediction)
    return with_intervals(scorer.result(), gold, SETTINGS)


def cut(prediction: Prediction, k: int) -> Prediction:
    """The prediction with its first k questions, each of which has one answer, and none of its plain strings."""
    assert all(len(question.answers) == 1 for question in prediction.evidence)
    assert not prediction.string_evidence
    return replace(prediction, evidence=prediction.evidence[:k])


def assert_first(result: Result, k: int, shorter: Result) -> None:
    """That the first k pairs of a result, and their intervals, are the scores of a shorter submission."""
    part = result.first[k]
    assert part.n == len(result.claims)
    credit = (name for name in result.scores if name.startswith(f"{result.credit_name}@"))
    assert set(part.scores) == {result.evidence_metrics[1], *credit}
    assert part.scores == {name: shorter.scores[name] for name in part.scores}
    assert part.intervals == {name: shorter.intervals[name] for name in part.scores}
    index = FIRST_PAIRS.index(k)
    assert [c.evidence_first[index] for c in result.claims] == [c.evidence_qa for c in shorter.claims]


@pytest.mark.parametrize("profile", PROFILES)
@given(case=gold_with_predictions())
@settings(max_examples=10)
def test_the_first_pairs_score_what_a_shorter_submission_scores(
    profile: str, case: tuple[Gold, tuple[Prediction, ...]]
) -> None:
    gold, predictions = case
    # The last claim is left out, for a missing claim must stay without credit at any level.
    for some in (predictions, predictions[:-1]):
        result = scored(gold, some, profile)
        for k in FIRST_PAIRS:
            assert_first(result, k, scored(gold, tuple(cut(prediction, k) for prediction in some), profile))


@pytest.mark.parametrize("name", ["overlap-ten", "partial"])
def test_a_file_that_was_really_cut(name: str, tmp_path: Path) -> None:
    source = ROOT / "submissions" / name / "predictions.json"
    result = score(source, mini_gold_path(), intervals=SETTINGS)
    path = tmp_path / "predictions.json"
    for k in FIRST_PAIRS:
        entries = json.loads(source.read_text(encoding="utf-8"))
        path.write_text(json.dumps([{**entry, "evidence": entry["evidence"][:k]} for entry in entries]))
        assert_first(result, k, score(path, mini_gold_path(), intervals=SETTINGS))


@pytest.mark.parametrize("name", ["hero_8b.json", "fever8_baseline_2025.csv"])
def test_real_submissions_that_were_cut(data_dir: Path, name: str) -> None:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    submission = read_submission(data_dir / "submissions" / name)
    whole = scored(gold, submission.predictions, "averitec-2024", "pinned")
    for k in (1, 3):
        shorter = tuple(cut(prediction, k) for prediction in submission)
        assert_first(whole, k, scored(gold, shorter, "averitec-2024", "pinned"))
    assert whole.first[10].scores["hu_meteor_qa"] == whole.scores["hu_meteor_qa"]
    assert whole.first[10].intervals["hu_meteor_qa"] == whole.intervals["hu_meteor_qa"]


@given(case=gold_with_predictions())
@settings(max_examples=30)
def test_more_pairs_never_lower_a_recall(case: tuple[Gold, tuple[Prediction, ...]]) -> None:
    result = scored(*case, "averitec-2024")
    for shorter, longer in itertools.pairwise(FIRST_PAIRS):
        for name, value in result.first[shorter].scores.items():
            assert value <= result.first[longer].scores[name] + 1e-12


def test_it_is_read_back_and_other_numbers_of_pairs_are_refused() -> None:
    result = score(ROOT / "submissions" / "overlap-ten" / "predictions.json", mini_gold_path(), intervals=SETTINGS)
    document = json.loads(json.dumps(result.to_dict()))
    assert Result.from_dict(document, result.claims).first == result.first
    claim = json.loads(json.dumps(result.claims[0].to_dict()))
    assert type(result.claims[0]).from_dict(claim) == result.claims[0]
    for wrong in ({}, {"1": 0.1}, {str(k): 0.1 for k in (*FIRST_PAIRS, 20)}):
        with pytest.raises(ValueError, match="not the scores of a claim"):
            type(result.claims[0]).from_dict({**claim, "evidence_first": wrong})


def test_a_frame_of_claims_has_a_column_for_each() -> None:
    result = score(ROOT / "submissions" / "overlap-ten" / "predictions.json", mini_gold_path(), intervals=None)
    frame = result.claims_frame()
    for k in FIRST_PAIRS:
        assert frame[f"evidence_first@{k}"].mean() == pytest.approx(result.first[k].scores["hu_meteor_qa"])
