"""A real submission of the 2025 task, judged by counts that real judges gave: its other figures stay the oracle's."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from judge.recorded import recorded_replies
from scoring.judging import JUDGE, of_claim

from averitec_eval import ClaimScore, Result, read_gold, score
from averitec_eval.json_output import to_json
from averitec_eval.scoring.ev2r import with_judgements
from averitec_eval.scoring.judgements import FactCounts, judged
from averitec_eval.scoring.profiles import PROFILES


def test_the_figures_of_the_2025_evaluator_stand_beside_a_judges(data_dir: Path) -> None:
    oracle = json.loads((data_dir / "oracle" / "fever8_baseline_2025.official2025.json").read_text())
    gold, rules = read_gold(data_dir / "averitec" / "solution_dev.csv"), PROFILES["fever8-2025"].ev2r
    assert rules is not None
    plain = score(data_dir / "submissions" / "fever8_baseline_2025.csv", gold, profile="fever8-2025", intervals=None)
    # The replies are about other evidence; what is tested is the arithmetic on counts as judges really give them.
    replies = itertools.cycle(recorded_replies(data_dir))
    responses = {claim.claim_id: next(replies).response for claim in gold}
    result = with_judgements(
        plain,
        gold,
        {
            claim_id: of_claim(
                claim_id,
                judged(
                    FactCounts(
                        response["facts count predicted evidence"],
                        response["support predicted evidence"],
                        response["facts count reference evidence"],
                        response["support reference evidence"],
                    )
                ),
            )
            for claim_id, response in responses.items()
        },
        JUDGE,
        rules,
    )
    for metric, expected in (("hu_meteor_q", "q"), ("hu_meteor_qa", "qa"), ("averitec@0.25", "averitec_025")):
        assert result.scores[metric] == pytest.approx(oracle[expected], rel=0, abs=1e-12)
    # Worked out again without any of the code above.
    ratios = {
        claim_id: min(response["support reference evidence"] / response["facts count reference evidence"], 1)
        for claim_id, response in responses.items()
        if response["facts count reference evidence"]
    }
    right = {claim.claim_id for claim in plain.claims if claim.label_correct}
    credit = [claim_id in right and ratio > 0.5 for claim_id, ratio in ratios.items()]
    assert len(ratios) < len(gold)
    assert result.headline == "ev2r@0.5"
    assert result.headline_score == pytest.approx(sum(credit) / len(ratios), rel=0, abs=1e-12)
    assert result.scores["ev2r_qa_recall"] == pytest.approx(sum(ratios.values()) / len(ratios), rel=0, abs=1e-12)
    assert result.judge is not None
    assert set(result.judge.no_reference_claims) == set(responses) - set(ratios)
    # One of the recorded judges supports a fact by half.
    assert any(isinstance(response["support predicted evidence"], float) for response in responses.values())
    claims = tuple(ClaimScore.from_dict(json.loads(to_json(line))) for line in result.claim_dicts())
    assert Result.from_dict(json.loads(to_json(result.to_dict())), claims) == result
