"""Ev2R scores: what the judgements of a submission's evidence add to its result.

Ev2R is reference-based evaluation of evidence by atomic facts (Akhtar et al., 2024); the 2025 shared task ranks by the
share of claims whose verdict is right and whose question-answer recall passes a level.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from averitec_eval.errors import UsageError
from averitec_eval.records import Gold, GoldClaim
from averitec_eval.scoring.judged import JudgedClaim, JudgeSummary, check_judgement
from averitec_eval.scoring.judgements import ClaimJudgement, JudgeIdentity, unscored, without_evidence
from averitec_eval.scoring.profiles import Ev2R, check_levels
from averitec_eval.scoring.results import ClaimScore, GroupScore, Result
from averitec_eval.scoring.score import group_members

_METRIC_NAME = re.compile(r"ev2r(_[a-z0-9]+)*")
_SLUG_CHARS = 40


def with_judgements(
    result: Result,
    gold: Gold,
    judgements: Mapping[int, ClaimJudgement],
    judge: JudgeIdentity,
    rules: Ev2R,
    *,
    levels: Sequence[float] = (),
) -> Result:
    """The result with a judge's scores beside its own.

    ``judgements`` are by claim id. A claim with a prediction that has none is unscored as ``not-asked``, or has a
    recall of 0 where it predicts no evidence at all; a claim without a prediction has a recall of 0 whatever is said
    of it. ``levels`` are reported beside those of the ``rules``; the first of them becomes the headline level.

    ``PREFIX_q_recall``, ``PREFIX_qa_recall`` and ``PREFIX_qa_precision`` are means over the claims that have the
    figure; ``PREFIX@LEVEL`` are shares of the claims that have a question-answer recall. PREFIX is the judge's
    ``metric_name``. Where more than ``rules.withhold_above`` of the gold claims have no recall, the shares are left
    out and the headline stays what it was; otherwise it becomes ``PREFIX@LEVEL``. Groups of claims get the same
    metrics, but for those that none of their claims has. Intervals that the result had are dropped.

    Raises ``UsageError`` for gold that is not the result's, judgements of claims that are not in it, bad levels, a
    judge whose metrics' name is not of the form ``ev2r`` or ``ev2r_...``, and a result that has a judge already;
    ``ValueError`` for a judgement that contradicts itself.
    """
    _check(result, gold, judgements, judge)
    asked = check_levels(levels)
    level = asked[0] if asked else rules.headline_level
    every = tuple(sorted({*rules.levels, rules.headline_level, *asked}))
    claims = tuple(
        replace(claim, ev2r=_judged_claim(claim, judgements.get(claim.claim_id), rules, every))
        for claim in result.claims
    )
    summary = JudgeSummary.of(claims, judge, rules, every, level)
    return replace(
        result,
        signature=replace(result.signature, judge=judge_field(judge), prompts=prompts_field(judge)),
        headline=result.headline if summary.withheld else summary.headline,
        scores={**result.scores, **ev2r_scores(claims, summary)},
        by_type=_grouped(result.by_type, gold, claims, summary, lambda claim: dict.fromkeys(claim.claim_types)),
        by_strategy=_grouped(result.by_strategy, gold, claims, summary, lambda claim: dict.fromkeys(claim.strategies)),
        claims=claims,
        first={k: replace(group, intervals={}) for k, group in result.first.items()},
        intervals={},
        thresholded_intervals={},
        judge=summary,
    )


def _check(result: Result, gold: Gold, judgements: Mapping[int, ClaimJudgement], judge: JudgeIdentity) -> None:
    if not _METRIC_NAME.fullmatch(judge.metric_name):
        raise UsageError(f"the metrics of a judge are named ev2r or ev2r_..., not '{judge.metric_name}'")
    if result.judge is not None:
        raise UsageError(f"this result has the scores of a judge already, those of {result.judge.identity.model}")
    ids = [claim.claim_id for claim in result.claims]
    if ids != [claim.claim_id for claim in gold]:
        raise UsageError("the gold is not that of the result: it holds other claims, or in another order")
    unknown = sorted(set(judgements) - set(ids))
    if unknown:
        raise UsageError(f"judgements of claims that are not in the gold: {', '.join(map(str, unknown[:10]))}")
    if any(claim_id != judgement.claim_id for claim_id, judgement in judgements.items()):
        raise UsageError("a judgement stands under the id of another claim")


def _judged_claim(
    claim: ClaimScore, found: ClaimJudgement | None, rules: Ev2R, levels: tuple[float, ...]
) -> JudgedClaim:
    steered: tuple[str, ...] = ()
    if claim.missing:
        questions = qa = without_evidence()
    elif found is None:
        questions = qa = unscored("not-asked") if claim.n_predicted else without_evidence()
    else:
        questions, qa, steered = check_judgement(found.questions), check_judgement(found.qa), found.steered
    recall = qa.recall
    credit = tuple(None if recall is None else claim.label_correct and rules.passes(recall, level) for level in levels)
    return JudgedClaim(questions, qa, levels, credit, tuple(steered))


def ev2r_scores(claims: Sequence[ClaimScore], summary: JudgeSummary) -> dict[str, float]:
    """The judge's metrics over some of the claims of a result, but for those that none of these claims has."""
    name = summary.identity.metric_name
    found = [claim.ev2r for claim in claims if claim.ev2r is not None]
    scores = {
        f"{name}_q_recall": _mean(claim.questions.recall for claim in found),
        f"{name}_qa_recall": _mean(claim.qa.recall for claim in found),
        f"{name}_qa_precision": _mean(claim.qa.precision for claim in found),
    }
    if not summary.withheld:
        for index, level in enumerate(summary.levels):
            scores[summary.credit_metric(level)] = _mean(claim.credit[index] for claim in found)
    return {metric: score for metric, score in scores.items() if score is not None}


def _mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values there are, None of none. An exactly rounded sum is the same in any order."""
    numbers = [value for value in values if value is not None]
    return math.fsum(numbers) / len(numbers) if numbers else None


def _grouped(
    groups: Mapping[str, GroupScore],
    gold: Gold,
    claims: Sequence[ClaimScore],
    summary: JudgeSummary,
    groups_of: Callable[[GoldClaim], Iterable[str]],
) -> dict[str, GroupScore]:
    members = group_members(gold, claims, groups_of)
    return {
        name: GroupScore(group.n, {**group.scores, **ev2r_scores(members[name], summary)})
        for name, group in groups.items()
    }


def judge_field(judge: JudgeIdentity) -> str:
    """The judge as signatures name it: its model, and the first digits of a hash over model and parameters.

    Which of several runs of the same judge it was is no part of it.
    """
    said = json.dumps([judge.model, dict(judge.parameters)], sort_keys=True, separators=(",", ":"))
    # A plus sign in the model's name would look like the one that comes before the hash.
    slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", judge.model).strip("-")[:_SLUG_CHARS] or "model"
    return f"{slug}+{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def prompts_field(judge: JudgeIdentity) -> str:
    """The prompts as signatures name them: the first digits of a hash over all of them, ``none`` where there is none.

    Names and versions are no part of it: the same words are the same prompts.
    """
    if not judge.prompts:
        return "none"
    said = json.dumps({kind: sha256 for kind, (_, _, sha256) in judge.prompts.items()}, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


__all__ = ["ev2r_scores", "judge_field", "prompts_field", "with_judgements"]
