"""What a judge's judgements add to a result, worked out by hand, and how that is written down and read back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from scoring.judging import JUDGE, LENIENT, every_case, facts, judged_result, of_claim, result_of, small_gold

from averitec_eval.errors import UsageError
from averitec_eval.json_output import to_json
from averitec_eval.scoring.ev2r import judge_field, prompts_field, with_judgements
from averitec_eval.scoring.judgements import FactCounts, JudgeIdentity, Judgement, unscored
from averitec_eval.scoring.profiles import PROFILES, Ev2R
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.uncertainty import with_intervals
from averitec_eval.statistics import Settings, wilson


def test_means_are_over_the_claims_that_have_the_figure() -> None:
    result, _ = every_case()
    # QA recalls: 3/4, 2/4, 1 (clipped from 5/4), 0 without evidence, 1, and 0 of the claim left out.
    assert result.scores["ev2r_qa_recall"] == (0.75 + 0.5 + 1 + 0 + 1 + 0) / 6
    # Question recalls: 1, 1/2, 0, 1 (claim 4), 1 (claim 6), 0 of the claim left out; 2, 5 and 7 have none.
    assert result.scores["ev2r_q_recall"] == (1 + 0.5 + 0 + 1 + 1 + 0) / 6
    # Precisions: 2/2, 1/2, 1 (clipped from 9/3), 0/2; 3, 5, 6, 7 and 8 have none.
    assert result.scores["ev2r_qa_precision"] == (1 + 0.5 + 1 + 0) / 4


def test_credit_needs_a_right_verdict_and_a_recall_above_the_level() -> None:
    result, _ = every_case()
    credit = [claim.ev2r.credit[claim.ev2r.levels.index(0.5)] for claim in result.claims if claim.ev2r]
    assert credit == [True, False, True, False, None, None, False, None, False]
    assert result.headline == "ev2r@0.5"
    assert result.headline_score == 2 / 6
    assert result.scores["ev2r@0.4"] == 3 / 6
    at_least, _ = every_case(replace(LENIENT, comparison="ge"))
    assert at_least.headline_score == 3 / 6


def test_the_summary_counts_every_claim_once() -> None:
    result, _ = every_case()
    judge = result.judge
    assert judge is not None
    assert (judge.n, judge.n_missing, judge.n_judged, judge.failure_rate) == (9, 1, 6, 3 / 9)
    assert judge.unscored_claims == (5, 7)
    assert judge.no_reference_claims == (4,)
    assert judge.steered_claims == (5,)
    qa, questions = judge.counts["qa"], judge.counts["questions"]
    assert (qa.asked, qa.scored, qa.no_evidence, qa.no_reference_facts) == (6, 4, 1, 1)
    assert qa.unscored == {"no-counts": 1, "not-asked": 1}
    assert (qa.clipped, qa.repaired) == (1, 1)
    assert questions.unscored == {"not-asked": 1, "timeout": 1}
    assert questions.no_reference_facts == 1
    for counts in (qa, questions):
        assert counts.scored + counts.no_evidence + counts.no_reference_facts + counts.n_unscored == 8
    # Of the claims without a recall 4, 5 and 7 have the right verdict.
    assert judge.bounds == (2 / 9, 5 / 9)


def test_the_scores_that_need_no_judge_are_untouched() -> None:
    result, gold = every_case()
    plain = result_of(gold, [True] * 6 + [False, True, None])
    assert {metric: result.scores[metric] for metric in plain.scores} == plain.scores
    assert (result.evidence_headline, result.credit_name) == ("averitec@0.25", "averitec")
    assert result.evidence_metrics == plain.evidence_metrics == ("hu_meteor_q", "hu_meteor_qa")
    assert result.signature.without_judge() == plain.signature
    assert result.first == plain.first
    assert result.levels == plain.levels


def test_a_judge_that_fails_too_often_gives_no_headline() -> None:
    strict, _ = every_case(Ev2R(withhold_above=0.3))
    assert strict.judge is not None
    assert strict.judge.withheld
    assert strict.headline == "averitec@0.25"
    assert not any(metric.startswith("ev2r@") for metric in strict.scores)
    assert "ev2r_qa_recall" in strict.scores
    assert strict.judge.headline == "ev2r@0.5"
    assert strict.judge.bounds == (2 / 9, 5 / 9)
    assert (
        "3 of 9 claims have no recall by the judge, which is 33.33 %; at most 30 % may" in strict.judge.withheld_text()
    )


@pytest.mark.parametrize(("failures", "withheld"), [(0, False), (5, False), (6, True), (100, True)])
def test_the_stated_rate_is_still_allowed(failures: int, withheld: bool) -> None:
    judgements = [unscored("timeout") if i < failures else facts(1, 1) for i in range(100)]
    result = judged_result(judgements, rules=Ev2R())
    assert result.judge is not None
    assert result.judge.withheld is withheld
    assert ("ev2r@0.5" in result.scores) is not withheld
    assert ("ev2r_qa_recall" in result.scores) is (failures < 100)


def test_a_submission_judged_whole_is_scored_as_the_organisers_do() -> None:
    recalls = [facts(k, 4) for k in (0, 1, 2, 3, 4)]
    right = [True, True, True, True, False]
    for profile, credit in (("fever8-2025", 1 / 5), ("ev2r-2025-evalai", 2 / 5)):
        rules = PROFILES[profile].ev2r
        assert rules is not None
        result = judged_result(recalls, right=right, rules=rules)
        assert result.headline_score == credit
        assert result.judge is not None
        assert result.judge.bounds == (credit, credit)


def test_further_levels_are_reported_and_the_first_ranks() -> None:
    result, _ = every_case(levels=(0.45, 0.2))
    assert result.headline == "ev2r@0.45"
    assert [metric for metric in result.scores if metric.startswith("ev2r@")] == [
        f"ev2r@{level}" for level in (0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.7)
    ]
    with pytest.raises(UsageError, match="level"):
        every_case(levels=(1.5,))


def test_groups_have_the_metrics_that_some_claim_of_theirs_has() -> None:
    result, _ = every_case()
    even, odd = result.by_type["Event"], result.by_type["Numerical"]
    assert (even.n, odd.n) == (5, 4)
    assert even.scores["ev2r_qa_recall"] == (0.75 + 1 + 1 + 0) / 4
    assert even.scores["ev2r@0.5"] == 2 / 4
    assert odd.scores["ev2r_qa_recall"] == (0.5 + 0) / 2
    assert odd.scores["ev2r@0.5"] == 0.0
    half = judged_result({i: facts(1, 1) if i % 2 else unscored("timeout") for i in range(4)})
    assert not any(metric.startswith("ev2r@") for metric in half.by_type["Event"].scores)
    assert half.by_type["Numerical"].scores["ev2r@0.5"] == 1.0


def test_a_claim_without_evidence_has_a_recall_of_zero_though_nobody_was_asked() -> None:
    gold = small_gold(2)
    result = result_of(gold, [True, True])
    bare = replace(result, claims=(replace(result.claims[0], n_predicted=0, n_counted=0, pairs=()), result.claims[1]))
    judged = with_judgements(bare, gold, {}, JUDGE, LENIENT)
    assert [claim.ev2r.qa.status for claim in judged.claims if claim.ev2r] == ["scored", "unscored"]
    assert judged.scores["ev2r_qa_recall"] == 0.0


@pytest.mark.parametrize("rules", [LENIENT, Ev2R(), Ev2R(comparison="ge", answers="first", cap=10)])
def test_what_is_written_reads_back(rules: Ev2R) -> None:
    judged, gold = every_case(rules)
    for result in (judged, with_intervals(judged, gold, Settings(resamples=200))):
        claims = tuple(ClaimScore.from_dict(json.loads(to_json(line))) for line in result.claim_dicts())
        assert claims == result.claims
        assert Result.from_dict(json.loads(to_json(result.to_dict())), claims) == result


def test_documents_without_a_judge_say_nothing_of_one() -> None:
    result = result_of(small_gold(2), [True, False])
    assert "judge" not in result.to_dict()
    assert "ev2r" not in next(result.claim_dicts())
    assert "judge" not in str(result.signature)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("judge", "n_judged"), 7),
        (("judge", "withheld"), True),
        (("judge", "bounds"), [0.0, 1.0]),
        (("judge", "counts", "qa", "scored"), 5),
        (("judge", "unscored_claims"), []),
        (("judge", "comparison"), "ge "),
        (("judge", "fit"), 1),
        (("judge", "extra"), 1),
        (("judge", "levels"), [0.5]),
    ],
)
def test_a_summary_that_its_claims_contradict_is_refused(path: tuple[str, ...], value: object) -> None:
    result, _ = every_case()
    document = json.loads(to_json(result.to_dict()))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ValueError, match="not a result"):
        Result.from_dict(document, result.claims)


def test_judged_claims_need_their_judge_and_a_judge_its_claims() -> None:
    result, _ = every_case()
    document = json.loads(to_json(result.to_dict()))
    with pytest.raises(ValueError, match="not judged"):
        Result.from_dict(document, tuple(replace(claim, ev2r=None) for claim in result.claims))
    del document["judge"]
    with pytest.raises(ValueError, match="names no judge"):
        Result.from_dict(document, result.claims)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("recall", 0.8),
        ("recall", None),
        ("status", "unscored"),
        ("flags", ["shiny"]),
        ("fault", "timeout"),
        ("counts", {"predicted": 2, "predicted_supported": 2, "reference": 4, "reference_supported": -3}),
        ("counts", {"predicted": 2.0, "predicted_supported": 2, "reference": 4, "reference_supported": 3}),
        ("counts", {"predicted": 1, "predicted_supported": -1, "reference": 1, "reference_supported": True}),
    ],
)
def test_a_judgement_that_contradicts_itself_is_refused(field: str, value: object) -> None:
    result, _ = every_case()
    document = json.loads(to_json(result.claims[0].to_dict()))
    document["ev2r"]["qa"][field] = value
    with pytest.raises(ValueError, match="not the scores of a claim"):
        ClaimScore.from_dict(document)
    document = json.loads(to_json(result.claims[0].to_dict()))
    document["ev2r"]["credit"]["0.5"] = None
    with pytest.raises(ValueError, match="contradicts its recall"):
        ClaimScore.from_dict(document)


def test_what_cannot_be_joined_is_refused() -> None:
    gold = small_gold(2)
    result = result_of(gold, [True, True])
    with pytest.raises(UsageError, match="not in the gold: 7"):
        with_judgements(result, gold, {7: of_claim(7, facts(1, 1))}, JUDGE, LENIENT)
    with pytest.raises(UsageError, match="another claim"):
        with_judgements(result, gold, {0: of_claim(1, facts(1, 1))}, JUDGE, LENIENT)
    with pytest.raises(UsageError, match="other claims"):
        with_judgements(result, small_gold(3), {}, JUDGE, LENIENT)
    with pytest.raises(UsageError, match="named ev2r"):
        with_judgements(result, gold, {}, replace(JUDGE, metric_name="averitec"), LENIENT)
    judged = with_judgements(result, gold, {}, JUDGE, LENIENT)
    with pytest.raises(UsageError, match=r"already, those of vendor/Judge-1 70B"):
        with_judgements(judged, gold, {}, JUDGE, LENIENT)
    wrong = Judgement("scored", FactCounts(1, 1, 2, 1), 1.0, 1.0)
    with pytest.raises(ValueError, match="contradicts"):
        with_judgements(result, gold, {0: of_claim(0, wrong)}, JUDGE, LENIENT)
    with pytest.raises(ValueError, match="contradicts"):
        with_judgements(result, gold, {0: of_claim(0, unscored(""))}, JUDGE, LENIENT)


def test_the_signature_names_model_parameters_and_prompts_but_not_the_run() -> None:
    assert judge_field(JUDGE).startswith("vendor-Judge-1-70B+")
    same = replace(JUDGE, run=3, parameters=dict(reversed(list(JUDGE.parameters.items()))))
    assert judge_field(same) == judge_field(JUDGE)
    assert prompts_field(same) == prompts_field(JUDGE)
    warmer = replace(JUDGE, parameters={**JUDGE.parameters, "temperature": 1})
    other = replace(JUDGE, model="vendor/Judge-1-70B")
    assert len({judge_field(judge) for judge in (JUDGE, warmer, other)}) == 3
    reworded = replace(JUDGE, prompts={**JUDGE.prompts, "qa": ("ev2r-qa", 1, "3" * 64)})
    renamed = replace(JUDGE, prompts={**JUDGE.prompts, "qa": ("organisers", 9, "2" * 64)})
    assert prompts_field(reworded) != prompts_field(JUDGE) == prompts_field(renamed)
    assert prompts_field(JudgeIdentity("lite")) == "none"
    result, _ = every_case()
    assert str(result.signature).endswith(f"|judge:{judge_field(JUDGE)}|prompts:{prompts_field(JUDGE)}")


@pytest.mark.parametrize("model", ["", "模型", "a" * 500, "a|b:c d\n", "../x", "\ud800"])
def test_any_model_name_gives_a_signature_that_reads_back(model: str) -> None:
    result = judged_result([facts(1, 1)], judge=replace(JUDGE, model=model))
    assert Signature.parse(str(result.signature)) == result.signature
    assert len(str(result.signature)) < 260


def test_intervals_are_of_the_claims_that_are_judged() -> None:
    judged, gold = every_case()
    result = with_intervals(judged, gold, Settings(resamples=400))
    assert set(result.intervals) == set(result.scores)
    headline = result.intervals["ev2r@0.5"]
    low, high = wilson(2, 6, 0.95)
    assert (headline.method, headline.n, headline.low, headline.high) == ("wilson", 6, float(low), float(high))
    recall = result.intervals["ev2r_qa_recall"]
    assert (recall.method, recall.n) == ("bootstrap", 6)
    assert recall.low < result.scores["ev2r_qa_recall"] < recall.high
    assert result.intervals["ev2r_qa_precision"].n == 4
    assert result.by_type["Event"].intervals["ev2r@0.5"].n == 4
    assert result.by_type["Event"].intervals["averitec@0.25"].n == 5
    plain = with_intervals(result_of(gold, [True] * 6 + [False, True, None]), gold, Settings(resamples=400))
    assert {metric: result.intervals[metric] for metric in plain.intervals} == plain.intervals
