"""Judged results: from kept replies alone, the same wherever they are made, and never a silent 0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from judge.keeping import half_right, keep, reply_text

from averitec_eval import mini_gold_path, read_gold, score
from averitec_eval.errors import UsageError
from averitec_eval.json_output import to_json
from averitec_eval.judge import prompting
from averitec_eval.judge.prompting import JudgePrompts
from averitec_eval.judge.records import Ask
from averitec_eval.judge.replies import Replies
from averitec_eval.judge.run import (
    LITE,
    LOCAL,
    ev2r_rules,
    judge_identity,
    judge_result,
    numbered,
    opened_replies,
    run_judge,
    write_judged,
)
from averitec_eval.scoring.results import Result
from averitec_eval.scoring.runs import read_run

GOLD = read_gold(mini_gold_path())
N = len(GOLD)
IDS = [claim.claim_id for claim in GOLD]
PROMPTS = JudgePrompts.load()
JUDGE = judge_identity("some-model", PROMPTS)
WHOLE = half_right(GOLD)
PROFILE = "fever8-2025"


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with Replies(tmp_path / "replies.sqlite") as store:
        yield store


def tenths(ask: Ask) -> int:
    """A count of supported facts that differs from claim to claim and kind to kind."""
    return (3 * IDS.index(ask.claim_id) + (ask.kind == "qa")) % 11


def by_claim(ask: Ask) -> Iterable[str]:
    yield reply_text(ask.kind, tenths(ask))


def result_of(replies: Replies | None, submission: object = WHOLE, **options: object) -> Result:
    arguments: dict[str, object] = {"identity": JUDGE, "prompts": PROMPTS, "intervals": None, **options}
    return judge_result(submission, GOLD, replies=replies, **arguments)  # type: ignore[arg-type]


def faults(result: Result) -> dict[int, str]:
    return {
        claim.claim_id: claim.ev2r.qa.fault
        for claim in result.claims
        if claim.ev2r is not None and claim.ev2r.qa.status == "unscored"
    }


def test_scores_are_what_kept_replies_count(replies: Replies) -> None:
    assert keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, by_claim) == 2 * N
    result = result_of(replies)
    qa = [(3 * index + 1) % 11 / 10 for index in range(N)]
    questions = [3 * index % 11 / 10 for index in range(N)]
    assert result.scores["ev2r_qa_recall"] == pytest.approx(sum(qa) / N)
    assert result.scores["ev2r_q_recall"] == pytest.approx(sum(questions) / N)
    assert result.scores["ev2r_qa_precision"] == pytest.approx(0.5)
    expected = sum(recall > 0.5 and claim.label_correct for recall, claim in zip(qa, result.claims, strict=True)) / N
    assert result.headline == "ev2r@0.5"
    assert result.headline_score == expected
    plain = score(WHOLE, GOLD, profile=PROFILE, intervals=None)
    assert {metric: result.scores[metric] for metric in plain.scores} == plain.scores


def test_without_replies_nothing_is_zero(replies: Replies) -> None:
    result = result_of(replies)
    assert faults(result) == dict.fromkeys(IDS, "not-asked")
    assert not [metric for metric in result.scores if metric.startswith("ev2r")]
    assert result.judge is not None
    assert result.judge.withheld
    assert result.headline == "averitec@0.25"
    assert result_of(None).to_dict() == result.to_dict()


def test_faults_are_named(replies: Replies) -> None:
    result = result_of(replies, faults={(IDS[0], "qa"): "timeout", (IDS[1], "questions"): "refused"})
    assert faults(result)[IDS[0]] == "timeout"
    assert faults(result)[IDS[1]] == "not-asked"
    judged = result.claims[1].ev2r
    assert judged is not None
    assert judged.questions.fault == "refused"


def test_the_first_reply_that_can_be_used_counts(replies: Replies) -> None:
    def attempts(ask: Ask) -> Iterable[str]:
        yield "I cannot help with that."
        if ask.claim_id != IDS[0]:
            yield reply_text(ask.kind, 7)
            yield reply_text(ask.kind, 1)

    keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, attempts)
    result = result_of(replies)
    assert faults(result) == {IDS[0]: "no-counts"}
    assert {claim.ev2r.qa.recall for claim in result.claims[1:] if claim.ev2r is not None} == {0.7}


def test_replies_of_other_judges_do_not_count(replies: Replies, tmp_path: Path) -> None:
    keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, by_claim)
    shipped = Path(prompting.__file__).parent / "prompts" / "ev2r-qa.txt"
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "ev2r-qa.txt").write_text(shipped.read_text("utf-8") + "\nBe strict.\n", "utf-8")
    own = JudgePrompts.load(tmp_path / "own")
    for other, prompts in (
        (judge_identity("another-model", PROMPTS), PROMPTS),
        (judge_identity("some-model", PROMPTS, temperature=0.5), PROMPTS),
        (numbered(JUDGE, 1), PROMPTS),
    ):
        assert len(faults(result_of(replies, identity=other, prompts=prompts))) == N
    changed = result_of(replies, identity=judge_identity("some-model", own), prompts=own)
    assert len(faults(changed)) == N
    # Only what the changed prompt asks is open: the questions were asked in the same words.
    assert all(claim.ev2r is not None and claim.ev2r.questions.status == "scored" for claim in changed.claims)
    signatures = {str(result.signature) for result in (changed, result_of(replies))}
    assert len(signatures) == 2


def test_a_changed_claim_leaves_the_replies_to_others(replies: Replies) -> None:
    keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, by_claim)
    first, *others = WHOLE.predictions
    pair = replace(first.evidence[0], question="What else is known?")
    changed = replace(WHOLE, predictions=(replace(first, evidence=(pair,)), *others))
    assert faults(result_of(replies, changed)) == {first.claim_id: "not-asked"}


def test_missing_claims_and_claims_without_evidence_have_no_recall_to_ask_for(replies: Replies) -> None:
    submission = half_right(GOLD, without=IDS[:1], empty=IDS[1:2])
    assert keep(replies, submission, GOLD, JUDGE, PROMPTS, by_claim) == 2 * (N - 2)
    result = result_of(replies, submission)
    assert faults(result) == {}
    assert [claim.ev2r.qa.recall for claim in result.claims[:2] if claim.ev2r is not None] == [0, 0]
    assert not result.complete


def test_levels_and_profiles(replies: Replies) -> None:
    keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, lambda ask: [reply_text(ask.kind, 5)])
    assert result_of(replies).headline_score == 0
    # The first answer of each gold question only: where there is but one, the words and so the replies are the same.
    official = result_of(replies, profile="ev2r-2025-evalai", levels=[0.45])
    assert official.judge is not None
    assert official.headline == "ev2r@0.45" or official.judge.withheld
    assert "ev2r@0.45" in result_of(replies, levels=[0.45]).scores
    with pytest.raises(UsageError, match=r"averitec-2024.*fever8-2025, ev2r-2025-evalai"):
        result_of(replies, profile="averitec-2024")
    assert ev2r_rules(PROFILE).comparison == "gt"


def test_a_run_folder_holds_the_judgements(replies: Replies, tmp_path: Path) -> None:
    submission = half_right(GOLD, without=IDS[2:3])
    keep(replies, submission, GOLD, JUDGE, PROMPTS, by_claim)
    result = result_of(replies, submission)
    write_judged(tmp_path / "run", result, submission, GOLD)
    read = read_run(tmp_path / "run")
    assert read == result
    line = json.loads((tmp_path / "run" / "claims.jsonl").read_text("utf-8").splitlines()[0])
    assert line["ev2r"]["qa"]["recall"] == 0.1


def test_an_exported_file_gives_the_same_bytes(replies: Replies, tmp_path: Path) -> None:
    from averitec_eval.judge.exchange import export_replies

    keep(replies, WHOLE, GOLD, JUDGE, PROMPTS, by_claim)
    expected = to_json(result_of(replies).to_dict())
    for name, counts_only in (("replies.jsonl", False), ("counts.jsonl.gz", True)):
        export_replies(replies, tmp_path / name, counts_only=counts_only)
        with opened_replies(tmp_path / name) as read:
            assert to_json(result_of(read).to_dict()) == expected
    with opened_replies(replies.path) as read:
        assert to_json(result_of(read).to_dict()) == expected


def test_nobody_is_asked_without_a_chat(replies: Replies) -> None:
    run = run_judge(WHOLE, GOLD, identity=JUDGE, prompts=PROMPTS, replies=replies, chat=None, intervals=None)
    assert run.asked is None
    assert len(faults(run.result)) == N
    with pytest.raises(UsageError, match="limit"):
        run_judge(WHOLE, GOLD, identity=JUDGE, prompts=PROMPTS, replies=replies, chat=None, limit=0)


def test_the_proxy_and_the_local_model_may_not_rank() -> None:
    lite = judge_identity(LITE, PROMPTS)
    assert (lite.model, lite.metric_name, lite.fit) == (LITE, "ev2r_lite", False)
    assert not judge_identity(LOCAL, PROMPTS).fit
    assert JUDGE.fit


def test_the_proxy_judges_every_claim_without_replies() -> None:
    submission = half_right(GOLD, without=IDS[:1], empty=IDS[1:2])
    result = result_of(None, submission, identity=judge_identity(LITE, PROMPTS))
    assert faults(result) == {}
    assert result.headline == "ev2r_lite@0.5"
    assert 0 < result.scores["ev2r_lite_qa_recall"] <= 1
    assert to_json(result.to_dict()) == to_json(
        result_of(None, submission, identity=judge_identity(LITE, PROMPTS)).to_dict()
    )


def test_official_figures_stand_beside_the_judges(data_dir: Path, replies: Replies) -> None:
    gold = read_gold(data_dir / "averitec" / "solution_dev.csv")
    path = data_dir / "submissions" / "fever8_baseline_2025.csv"
    oracle = json.loads((data_dir / "oracle" / "fever8_baseline_2025.official2025.json").read_text("utf-8"))
    from averitec_eval.api import read_predictions
    from averitec_eval.files import sha256_of

    keep(
        replies,
        read_predictions(path, sha256_of(path)),
        gold,
        JUDGE,
        PROMPTS,
        lambda ask: [reply_text(ask.kind, ask.claim_id % 11)],
    )
    result = judge_result(path, gold, profile=PROFILE, identity=JUDGE, prompts=PROMPTS, replies=replies, intervals=None)
    assert result.scores["hu_meteor_q"] == pytest.approx(oracle["q"], abs=1e-12)
    assert result.scores["hu_meteor_qa"] == pytest.approx(oracle["qa"], abs=1e-12)
    assert result.scores["averitec@0.25"] == oracle["averitec_025"]
    recalls = [claim.claim_id % 11 / 10 for claim in gold]
    assert result.scores["ev2r_qa_recall"] == pytest.approx(sum(recalls) / len(gold))
    right = [claim.label_correct for claim in result.claims]
    assert result.headline_score == sum(r > 0.5 and ok for r, ok in zip(recalls, right, strict=True)) / len(gold)
