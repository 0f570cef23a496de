"""Scoring one claim: what a scorer does for each prediction, and all that a worker process needs to do the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from averitec_eval.records import GoldClaim, Prediction
from averitec_eval.scoring.evidence import (
    Matching,
    comparison_strings,
    gold_questions,
    match_evidence,
    predicted_questions,
)
from averitec_eval.scoring.justification import score_justification
from averitec_eval.scoring.profiles import FIRST_PAIRS, Profile
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.robust import match_robustly
from averitec_eval.text.meteor import Meteor, get_meteor


class ClaimScorer:
    """Scores single claims: a pure function of a prediction and its gold claim, which can be pickled.

    ``levels`` are those at which credit is reported, in rising order. ``meteor`` names the variant, ``pinned`` or
    ``nltk``, or is one. ``justified`` says whether justifications are scored. A variant given by name is sent to
    another process as that name, and made there from what is installed there.
    """

    __slots__ = ("_given", "_made", "justified", "levels", "profile")

    def __init__(
        self, profile: Profile, levels: tuple[float, ...], meteor: str | Meteor = "pinned", *, justified: bool = False
    ) -> None:
        self.profile = profile
        self.levels = levels
        self.justified = justified
        self._given = meteor
        self._made: Meteor | None = None

    @property
    def meteor(self) -> Meteor:
        """The METEOR variant. Raises ``UsageError`` or ``ResourceError`` where its name stands for none here."""
        if self._made is None:
            self._made = get_meteor(self._given) if isinstance(self._given, str) else self._given
        return self._made

    def __getstate__(self) -> tuple[Any, ...]:
        return self.profile, self.levels, self.justified, self._given

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.profile, self.levels, self.justified, self._given = state
        self._made = None

    def score(self, prediction: Prediction, claim: GoldClaim) -> ClaimScore:
        """What a prediction scores on its gold claim, which must have a question."""
        profile, meteor = self.profile, self.meteor
        predicted = comparison_strings(prediction.evidence, prediction.string_evidence)
        gold = comparison_strings(claim.questions)
        answers = self._match(predicted, gold, claim)
        questions = self._match(
            predicted_questions(prediction),
            gold_questions(claim.questions, unique=profile.unique_gold_questions),
            claim,
        )
        justification = None
        if self.justified and claim.justification is not None:
            justification = score_justification(prediction, claim.justification, meteor, profile)
        right = prediction.label is claim.label
        return ClaimScore(
            claim_id=claim.claim_id,
            gold=claim.label,
            predicted=prediction.label,
            evidence_q=questions.utility,
            evidence_qa=answers.utility,
            evidence_first=answers.first,
            pairs=answers.pairs,
            levels=self.levels,
            credit=tuple(right and profile.passes(answers.utility, level) for level in self.levels),
            justification=justification,
            n_predicted=len(predicted),
            n_counted=answers.counted,
            n_gold=len(gold),
        )

    def _match(self, predicted: Sequence[str], gold: Sequence[str], claim: GoldClaim) -> Matching:
        rules = self.profile.robust
        if rules is None:
            return match_evidence(predicted, gold, self.meteor, self.profile)
        return match_robustly(predicted, gold, claim.claim, self.meteor, rules)

    def missing(self, claim: GoldClaim) -> ClaimScore:
        """What a claim scores that has no prediction."""
        return ClaimScore(
            claim_id=claim.claim_id,
            gold=claim.label,
            predicted=None,
            evidence_q=0.0,
            evidence_qa=0.0,
            evidence_first=(0.0,) * len(FIRST_PAIRS),
            pairs=(),
            levels=self.levels,
            credit=(False,) * len(self.levels),
            justification=0.0 if self.justified else None,
            n_predicted=0,
            n_counted=0,
            n_gold=len(comparison_strings(claim.questions)),
        )


__all__ = ["ClaimScorer"]
