"""Audits of judged submissions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cli.helpers import run
from leaderboard.helpers import entries

from averitec_eval import mini_gold_path, read_gold, read_submission, score
from averitec_eval.audit.run import probe_submission
from averitec_eval.records import Gold, Submission
from averitec_eval.scoring.ev2r import with_judgements
from averitec_eval.scoring.judgements import ClaimJudgement, FactCounts, JudgeIdentity, Judgement, judged, unscored
from averitec_eval.scoring.profiles import get_profile
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.runs import write_run

FINE = judged(FactCounts(4, 2, 4, 3))


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(mini_gold_path())


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Submission:
    path = tmp_path_factory.mktemp("judged") / "predictions.json"
    path.write_text(json.dumps(entries()), encoding="utf-8")
    return read_submission(path)


@pytest.fixture(scope="module")
def plain(submission: Submission, gold: Gold) -> Result:
    return score(submission, gold, profile="fever8-2025", intervals=None)


def judged_result(plain: Result, gold: Gold, odd: dict[int, tuple[Judgement, tuple[str, ...]]]) -> Result:
    """A result with judgements that are fine but for the ``odd`` ones, by place in the gold."""
    rules = get_profile("fever8-2025").ev2r
    assert rules is not None
    judgements = {
        claim.claim_id: ClaimJudgement(claim.claim_id, FINE, *odd.get(place, (FINE, ())))
        for place, claim in enumerate(gold)
    }
    return with_judgements(plain, gold, judgements, JudgeIdentity("a-judge"), rules)


def test_probes_of_judgements_count_claims(submission: Submission, gold: Gold, plain: Result) -> None:
    odd = {
        0: (unscored("timeout"), ()),
        1: (judged(FactCounts(1, 0, 0, 0)), ()),
        2: (FINE, ("the reply repeats\u202e the evidence",)),
        3: (FINE, ("counts contradict", "facts of another text")),
    }
    findings, skipped = probe_submission(
        submission, gold, profile="fever8-2025", judged=judged_result(plain, gold, odd)
    )
    found = {finding.probe: finding for finding in findings}
    ids = [claim.claim_id for claim in gold]
    assert found["judge.unscored"].value == 2 / 40
    assert found["judge.unscored"].flagged
    assert found["judge.unscored"].claims == tuple(ids[:2])
    assert [example.text for example in found["judge.unscored"].examples] == [
        "timeout",
        "no facts were counted in the reference evidence",
    ]
    assert found["judge.steered"].claims == tuple(ids[2:4])
    assert found["judge.steered"].sentence.startswith("2 of 40 claims have a reply that looks steered by the evidence.")
    assert "\u202e" not in found["judge.steered"].examples[0].text
    assert not [item for item in skipped if item.probe.startswith("judge.")]


def test_nothing_is_said_where_nothing_is_found_or_nobody_judged(
    submission: Submission, gold: Gold, plain: Result
) -> None:
    findings, _ = probe_submission(submission, gold, profile="fever8-2025", judged=judged_result(plain, gold, {}))
    assert [(f.probe, f.value, f.flagged) for f in findings if f.group == "judge"] == [
        ("judge.steered", 0.0, False),
        ("judge.unscored", 0.0, False),
    ]
    unjudged, skipped = probe_submission(submission, gold, profile="fever8-2025", judged=plain)
    assert [item.probe for item in skipped if item.probe.startswith("judge.")] == ["judge.steered", "judge.unscored"]
    assert [f for f in unjudged if f.group == "judge"] == []


def test_the_command_reads_a_run_folder_of_the_same_file(
    submission: Submission, gold: Gold, plain: Result, tmp_path: Path
) -> None:
    path = tmp_path / "predictions.json"
    path.write_text(json.dumps(entries()), encoding="utf-8")
    result = judged_result(plain, gold, {0: (unscored("timeout"), ())})
    write_run(tmp_path / "judged", result, submission, gold)
    ended = run(
        "audit", path, "--gold", "averitec-mini", "--profile", "fever8-2025", "--judged", tmp_path / "judged",
        "--format", "json",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    findings = {finding["probe"]: finding for finding in json.loads(ended.out)["findings"]}
    assert findings["judge.unscored"]["claims"] == [gold.claims[0].claim_id]

    write_run(tmp_path / "plain", plain, submission, gold)
    refused = run("audit", path, "--gold", "averitec-mini", "--judged", tmp_path / "plain")
    assert (refused.code, "has no judgements" in refused.err) == (2, True)
    other = replace(result, inputs=replace(result.inputs, submission_sha256="0" * 64))
    write_run(tmp_path / "other", other, submission, gold)
    refused = run("audit", path, "--gold", "averitec-mini", "--judged", tmp_path / "other")
    assert (refused.code, "another prediction file" in refused.err) == (2, True)
