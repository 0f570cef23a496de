"""Agreement of judged runs of one submission: what counts, what is refused, how it is written down."""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator
from judge.keeping import half_right
from sklearn.metrics import cohen_kappa_score

from averitec_eval import mini_gold_path, read_gold, score
from averitec_eval.errors import UsageError
from averitec_eval.judge.agreement import agreement
from averitec_eval.scoring.ev2r import with_judgements
from averitec_eval.scoring.judgements import (
    ClaimJudgement,
    FactCounts,
    JudgeIdentity,
    Judgement,
    judged,
    unscored,
    without_evidence,
)
from averitec_eval.scoring.profiles import Ev2R
from averitec_eval.scoring.results import Result

GOLD = read_gold(mini_gold_path())
N = len(GOLD)


PLAIN = score(half_right(GOLD), GOLD, profile="fever8-2025", intervals=None)


def judgement(tenths: int | None) -> Judgement:
    """A judgement with so many tenths of recall; None: unscored."""
    return unscored("timeout") if tenths is None else judged(FactCounts(10, tenths, 10, tenths))


def run(recalls: Sequence[int | None], number: int = 0, plain: Result = PLAIN, model: str = "m") -> Result:
    """A judged run with these tenths of recall, in the order of the gold."""
    judgements = {
        claim.claim_id: ClaimJudgement(claim.claim_id, judgement(tenths), judgement(tenths))
        for claim, tenths in zip(GOLD, recalls, strict=True)
    }
    rules = Ev2R(withhold_above=0.2)
    return with_judgements(plain, GOLD, judgements, JudgeIdentity(model, {"temperature": 0.0}, run=number), rules)


def random_runs(count: int, seed: int, gaps: float = 0.1) -> dict[str, Result]:
    generator = random.Random(seed)
    return {
        f"run-{number}": run(
            [None if generator.random() < gaps else generator.randint(0, 10) for _ in range(N)], number
        )
        for number in range(count)
    }


def passes(result: Result) -> list[bool | None]:
    found = [claim.ev2r.qa.recall for claim in result.claims if claim.ev2r is not None]
    return [None if recall is None else recall > 0.5 for recall in found]


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_the_runs(seed: int) -> None:
    runs = random_runs(3, seed)
    found = agreement(runs)
    assert [(pair.a, pair.b) for pair in found.pairs] == [("run-0", "run-1"), ("run-0", "run-2"), ("run-1", "run-2")]
    for pair in found.pairs:
        both = [(x, y) for x, y in zip(passes(runs[pair.a]), passes(runs[pair.b]), strict=True) if None not in (x, y)]
        assert pair.n == len(both)
        assert pair.same == sum(x is y for x, y in both) / len(both)
        assert pair.kappa == pytest.approx(cohen_kappa_score([x for x, _ in both], [y for _, y in both]))
    everyone = list(zip(*map(passes, runs.values()), strict=True))
    disputed = [claim.claim_id for claim, said in zip(GOLD, everyone, strict=True) if True in said and False in said]
    assert [claim.claim_id for claim in found.disputed] == disputed
    assert found.n == sum(sum(value is not None for value in said) > 1 for said in everyone)
    assert found.n_common == sum(None not in said for said in everyone)
    headlines = [result.scores["ev2r@0.5"] for result in runs.values() if result.judge and not result.judge.withheld]
    assert list(found.headlines) == headlines
    assert found.spread == pytest.approx(max(headlines) - min(headlines))
    assert found.deviation == pytest.approx(statistics.stdev(headlines))
    right = [claim.label_correct for claim in PLAIN.claims]
    for each, result in zip(found.runs, runs.values(), strict=True):
        kept = [
            own and correct
            for own, said, correct in zip(passes(result), everyone, right, strict=True)
            if None not in said
        ]
        assert each.common == pytest.approx(sum(map(bool, kept)) / len(kept))


def test_runs_that_say_the_same_agree_fully() -> None:
    recalls = [index % 11 for index in range(N)]
    found = agreement({"a": run(recalls), "b": run(recalls, 1)})
    assert (found.alpha, found.alpha_credit, found.alpha_recall) == (1, 1, 1)
    assert found.pairs[0].kappa == found.pairs[0].same == 1
    assert (found.disputed, found.spread, found.pairs[0].difference) == ((), 0, 0)


def test_a_run_that_never_varies_says_nothing() -> None:
    found = agreement({"a": run([10] * N), "b": run([10] * N, 1)})
    assert (found.alpha, found.alpha_recall, found.pairs[0].kappa, found.pairs[0].same) == (None, None, None, 1)
    assert any("says nothing" in sentence for sentence in found.sentences())


def test_claims_that_no_judge_saw_do_not_make_judges_agree() -> None:
    empty, missing = GOLD.claims[0].claim_id, GOLD.claims[1].claim_id
    plain = score(half_right(GOLD, without=[missing]), GOLD, profile="fever8-2025", intervals=None)
    rules = Ev2R(withhold_above=0.5)

    def judged_run(number: int, tenths: int) -> Result:
        judgements = {
            claim.claim_id: ClaimJudgement(claim.claim_id, judgement(tenths), judgement(tenths))
            for claim in GOLD
            if claim.claim_id != missing
        }
        judgements[empty] = ClaimJudgement(empty, without_evidence(), without_evidence())
        return with_judgements(plain, GOLD, judgements, JudgeIdentity("m", run=number), rules)

    found = agreement({"a": judged_run(0, 9), "b": judged_run(1, 1)})
    assert found.n == N - 2
    assert found.n_common == N
    assert found.pairs[0].same == 0
    assert found.runs[0].n == N - 2


def test_withheld_runs_have_no_headline_but_are_compared() -> None:
    generator = random.Random(3)
    full = [generator.randint(0, 10) for _ in range(N)]
    gaps = [None if index % 2 else value for index, value in enumerate(full)]
    found = agreement({"full": run(full), "gaps": run(gaps, 1)})
    assert found.runs[1].headline is None
    assert found.spread is None
    assert found.n == N - N // 2
    assert found.pairs[0].same == 1
    assert found.runs[0].common == found.runs[1].common


REFUSED: Mapping[str, tuple[dict[str, Result], str]] = {
    "one": ({"a": run([1] * N)}, "at least two"),
    "no judge": ({"a": run([1] * N), "b": PLAIN}, "no judge in b"),
    "same run": ({"a": run([1] * N), "b": run([1] * N)}, "same run of the same judge"),
    "other submission": (
        {
            "a": run([1] * N),
            "b": replace(run([1] * N, 1), inputs=replace(PLAIN.inputs, submission_sha256="cd" * 32)),
        },
        "different submissions",
    ),
    "other gold": (
        {"a": run([1] * N), "b": replace(run([1] * N, 1), inputs=replace(PLAIN.inputs, gold_sha256="cd" * 32))},
        "different gold",
    ),
    "other profile": (
        {"a": run([1] * N), "b": replace(run([1] * N, 1), profile="ev2r-2025-evalai")},
        "different profiles",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_compared_is_refused(case: str) -> None:
    runs, message = REFUSED[case]
    with pytest.raises(UsageError, match=message):
        agreement(runs)


def test_other_levels_are_other_rules() -> None:
    other = with_judgements(
        PLAIN, GOLD, {}, JudgeIdentity("m", {"temperature": 0.0}, run=1), Ev2R(withhold_above=1.0), levels=[0.4]
    )
    with pytest.raises(UsageError, match="different rules"):
        agreement({"a": run([1] * N), "b": other})


def test_different_judges_may_be_compared() -> None:
    found = agreement({"a": run([3] * N), "b": run([3] * N, model="another")})
    assert found.runs[0].judge != found.runs[1].judge


def test_the_json_form_follows_its_schema() -> None:
    from importlib import resources

    text = (resources.files("averitec_eval") / "schemas" / "agreement.schema.json").read_text("utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    for runs in (random_runs(4, 7), {"a": run([None] * N), "b": run([1] * N, 1)}):
        document = json.loads(agreement(runs).to_json())
        Draft202012Validator(schema).validate(document)
    assert agreement(random_runs(4, 7)).to_json() == agreement(random_runs(4, 7)).to_json()
