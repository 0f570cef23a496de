"""Judged results whose every figure can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction

from averitec_eval.records import Gold, Verdict
from averitec_eval.scoring.ev2r import with_judgements
from averitec_eval.scoring.judgements import (
    REPAIRED,
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
from averitec_eval.scoring.score import score_predictions

JUDGE = JudgeIdentity(
    "vendor/Judge-1 70B",
    {"temperature": 0, "max_tokens": 3000, "seed": 0},
    {"questions": ("ev2r-questions", 1, "1" * 64), "qa": ("ev2r-qa", 1, "2" * 64)},
)
LENIENT = Ev2R(withhold_above=0.9)

SUPPORTED, REFUTED = Verdict.SUPPORTED, Verdict.REFUTED


def facts(supported: int, of: int, predicted: tuple[int, int] = (1, 2), *flags: str) -> Judgement:
    """A judgement by what it counts: ``supported`` reference facts ``of`` so many, then the predicted ones."""
    return judged(FactCounts(predicted[1], predicted[0], of, supported), *flags)


def of_claim(claim_id: int, qa: Judgement, questions: Judgement | None = None, *steered: str) -> ClaimJudgement:
    return ClaimJudgement(claim_id, questions or facts(1, 1), qa, steered)


TYPES = ("Event", "Numerical")


def small_gold(n: int = 8) -> Gold:
    """Claims 0, 1, ... all Refuted, the even ones of one type and the odd ones of another, the first of no other."""
    return gold_set(*(gold_claim(i, REFUTED, ("q", "a"), claim_types=(TYPES[i % 2],)) for i in range(n)))


def result_of(gold: Gold, right: Sequence[bool | None], *, profile: str = "fever8-2025") -> Result:
    """A result in which each claim's verdict is right, wrong or (None) left out."""
    predictions = [
        prediction(claim.claim_id, REFUTED if good else SUPPORTED, ("q", "a"))
        for claim, good in zip(gold, right, strict=True)
        if good is not None
    ]
    return score_predictions(predictions, gold, profile=profile, meteor=OVERLAP, submission_sha256="ef" * 32)


def judged_result(
    recalls: Mapping[int, Judgement] | Sequence[Judgement],
    *,
    right: Sequence[bool | None] | None = None,
    rules: Ev2R = LENIENT,
    judge: JudgeIdentity = JUDGE,
    levels: Sequence[float] = (),
) -> Result:
    """A result judged by these question-answer judgements, by claim id; all verdicts are right if not said."""
    by_id = recalls if isinstance(recalls, Mapping) else dict(enumerate(recalls))
    gold = small_gold(len(right) if right is not None else max(by_id) + 1)
    result = result_of(gold, right if right is not None else [True] * len(gold))
    judgements = {claim_id: of_claim(claim_id, qa) for claim_id, qa in by_id.items()}
    return with_judgements(result, gold, judgements, judge, rules, levels=levels)


EVERY_CASE: Mapping[int, ClaimJudgement] = {
    0: of_claim(0, facts(3, 4, (2, 2))),
    1: of_claim(1, facts(2, 4), facts(1, 2)),
    2: of_claim(2, facts(5, 4, (9, 3), REPAIRED), unscored("timeout")),
    3: of_claim(3, without_evidence(), without_evidence()),
    4: of_claim(4, facts(0, 0, (0, 2))),
    5: of_claim(5, unscored("no-counts"), facts(0, 0), "reply repeats the evidence"),
    6: of_claim(6, facts(1, 1, (0, 0))),
}
"""Of the eight claims of ``small_gold``: one for each thing that can become of a judgement; the last is not asked."""


def every_case(rules: Ev2R = LENIENT, levels: Sequence[float] = ()) -> tuple[Result, Gold]:
    """The claims of ``EVERY_CASE`` judged, the verdicts of 6 wrong and 7 right, and one more left out."""
    gold = small_gold(9)
    result = result_of(gold, [True] * 6 + [False, True, None])
    return with_judgements(result, gold, EVERY_CASE, JUDGE, rules, levels=levels), gold
