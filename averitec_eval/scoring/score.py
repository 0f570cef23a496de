"""Scoring a submission against gold: join by claim id, score each claim, put the figures together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from averitec_eval.errors import InvalidSubmissionError, UsageError
from averitec_eval.records import Gold, GoldClaim, Prediction
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, FIRST_PAIRS, Profile, check_levels, get_profile, level_name
from averitec_eval.scoring.results import ClaimScore, GroupScore, Inputs, Result
from averitec_eval.scoring.signature import GOLD_DIGITS, Signature
from averitec_eval.scoring.veracity import Confusion
from averitec_eval.text.meteor import Meteor
from averitec_eval.version import __version__


class Scorer:
    """Scores predictions one at a time; the order in which they come changes nothing.

    >>> scorer = Scorer(gold)                       # doctest: +SKIP
    >>> for prediction in predictions:              # doctest: +SKIP
    ...     scorer.add(prediction)
    >>> scorer.result().headline_score              # doctest: +SKIP
    0.526

    ``profile`` is a name or a ``Profile``. ``levels`` are reported beside the profile's own; the first of them
    becomes the headline level. ``meteor`` names the variant, ``pinned`` or ``nltk``, or is one. Raises ``UsageError``
    for unknown names, bad levels or gold that cannot be scored.
    """

    def __init__(
        self,
        gold: Gold,
        *,
        profile: str | Profile = DEFAULT_PROFILE,
        levels: Sequence[float] = (),
        meteor: str | Meteor = "pinned",
    ) -> None:
        self._profile = get_profile(profile) if isinstance(profile, str) else profile
        asked = check_levels(levels)
        self._headline_level = asked[0] if asked else self._profile.headline_level
        self._levels = tuple(sorted({*self._profile.levels, *asked}))
        self._gold = gold
        self._claims = gold.by_id()
        if not gold.claims:
            raise UsageError("the gold set is empty: there is nothing to score against")
        if len(self._claims) != len(gold):
            raise UsageError("the gold set holds a claim id twice")
        empty = [claim.claim_id for claim in gold if not claim.questions]
        if empty:
            raise UsageError(f"gold claims without questions cannot be scored: {', '.join(map(str, empty[:10]))}")
        self._justified = self._profile.justification and all(c.justification is not None for c in gold)
        self._claim_scorer = ClaimScorer(self._profile, self._levels, meteor, justified=self._justified)
        self._meteor = self._claim_scorer.meteor
        self._scored: dict[int, ClaimScore] = {}

    @property
    def levels(self) -> tuple[float, ...]:
        """The levels at which the AVeriTeC score is reported, in rising order."""
        return self._levels

    @property
    def headline(self) -> str:
        """The name of the metric that ranks."""
        return self._profile.credit_metric(self._headline_level)

    @property
    def claim_scorer(self) -> ClaimScorer:
        """What scores each claim."""
        return self._claim_scorer

    def add(self, prediction: Prediction) -> ClaimScore:
        """Score one prediction and give its claim's scores.

        Raises ``InvalidSubmissionError`` for a claim id that is not in the gold or was added before.
        """
        score = self._claim_scorer.score(prediction, self.claim_of(prediction))
        self.put(score)
        return score

    def claim_of(self, prediction: Prediction) -> GoldClaim:
        """The gold claim that a prediction is joined with.

        Raises ``InvalidSubmissionError`` for a claim id that is not in the gold or has its scores already.
        """
        claim = self._claims.get(prediction.claim_id)
        if claim is None:
            raise InvalidSubmissionError(f"claim id {prediction.claim_id} is not in the gold set")
        if claim.claim_id in self._scored:
            raise InvalidSubmissionError(f"claim id {prediction.claim_id} is predicted twice")
        return claim

    def put(self, score: ClaimScore) -> None:
        """Take the scores of one predicted claim, made by this scorer's ``claim_scorer`` wherever that ran.

        Raises ``InvalidSubmissionError`` for a claim that has its scores already.
        """
        if score.claim_id in self._scored:
            raise InvalidSubmissionError(f"claim id {score.claim_id} is predicted twice")
        self._scored[score.claim_id] = score

    def missing(self, claim: GoldClaim) -> ClaimScore:
        """What a claim scores that has no prediction."""
        return self._claim_scorer.missing(claim)

    def result(self, submission_sha256: str | None = None) -> Result:
        """The result over all gold claims; those not added score 0 and are counted as missing.

        ``submission_sha256`` is recorded as the hash of what was scored.
        """
        claims = tuple(self._scored.get(claim.claim_id) or self.missing(claim) for claim in self._gold)
        return Result(
            profile=self._profile.name,
            signature=self.signature(),
            inputs=Inputs(
                submission_sha256=submission_sha256 or None,
                gold_sha256=self._gold.sha256 or None,
                n_gold=len(claims),
                n_scored=len(self._scored),
                n_missing=len(claims) - len(self._scored),
            ),
            levels=self._levels,
            headline=self.headline,
            scores=self._summary(claims),
            confusion=Confusion.of((claim.gold, claim.predicted) for claim in claims),
            by_type=self._grouped(claims, lambda claim: dict.fromkeys(claim.claim_types)),
            by_strategy=self._grouped(claims, lambda claim: dict.fromkeys(claim.strategies)),
            thresholded_evidence_by_type=self._thresholded(claims),
            claims=claims,
            first={k: GroupScore(len(claims), self._of_first(claims, index)) for index, k in enumerate(FIRST_PAIRS)},
        )

    def signature(self) -> Signature:
        """How this scorer scores."""
        profile, meteor = self._profile, self._meteor
        return Signature(
            profile=profile.name,
            level=level_name(self._headline_level),
            cmp=profile.comparison,
            cap="none" if profile.cap is None else str(profile.cap),
            meteor=meteor.name,
            tok=meteor.tokenizer,
            wn=meteor.wordnet,
            gold=self._gold.sha256[:GOLD_DIGITS] or "none",
            n=len(self._gold),
            version=__version__,
        )

    def _summary(self, claims: Sequence[ClaimScore]) -> dict[str, float]:
        confusion = Confusion.of((claim.gold, claim.predicted) for claim in claims)
        scores = {
            f"{self._profile.evidence_name}_q": _mean(claim.evidence_q for claim in claims),
            f"{self._profile.evidence_name}_qa": _mean(claim.evidence_qa for claim in claims),
        }
        for index, level in enumerate(self._levels):
            scores[self._profile.credit_metric(level)] = _mean(claim.credit[index] for claim in claims)
        scores["accuracy"] = confusion.accuracy()
        scores["macro_f1"] = confusion.macro_f1()
        for label in confusion.counts:
            scores[f"f1_{label.slug}"] = confusion.f1(label)
        if self._justified:
            scores["justification_meteor"] = _mean(claim.justification or 0.0 for claim in claims)
            for level in self._levels:
                # Whatever the label: the 2023 evaluator gates justifications by evidence alone.
                passed = ((c.justification or 0.0) if self._passes(c, level) else 0.0 for c in claims)
                scores[f"justification@{level_name(level)}"] = _mean(passed)
        return scores

    def _of_first(self, claims: Sequence[ClaimScore], index: int) -> dict[str, float]:
        """The scores of the first predicted strings, as many as ``FIRST_PAIRS`` has at ``index``."""
        scores = {f"{self._profile.evidence_name}_qa": _mean(claim.evidence_first[index] for claim in claims)}
        for level in self._levels:
            scores[self._profile.credit_metric(level)] = _mean(
                claim.label_correct and self._profile.passes(claim.evidence_first[index], level) for claim in claims
            )
        return scores

    def _passes(self, claim: ClaimScore, level: float) -> bool:
        return not claim.missing and self._profile.passes(claim.evidence_qa, level)

    def _grouped(
        self, claims: Sequence[ClaimScore], groups_of: Callable[[GoldClaim], Iterable[str]]
    ) -> dict[str, GroupScore]:
        return {
            name: GroupScore(len(members), self._summary(members))
            for name, members in group_members(self._gold, claims, groups_of).items()
        }

    def _thresholded(self, claims: Sequence[ClaimScore]) -> dict[str, dict[str, float]]:
        by_type = group_members(self._gold, claims, lambda claim: claim.claim_types)
        # A strict comparison whatever the profile's: that is how the scripts that print this figure set scores to zero.
        return {
            level_name(level): {
                name: _mean(c.evidence_qa if c.evidence_qa > level else 0.0 for c in members)
                for name, members in by_type.items()
            }
            for level in self._profile.thresholded_levels
        }


def group_members(
    gold: Iterable[GoldClaim], claims: Iterable[ClaimScore], groups_of: Callable[[GoldClaim], Iterable[str]]
) -> dict[str, list[ClaimScore]]:
    """The claims of each claim type or strategy that ``groups_of`` names, by name; claims are in gold order."""
    members: dict[str, list[ClaimScore]] = {}
    for claim, score in zip(gold, claims, strict=True):
        for name in groups_of(claim):
            members.setdefault(name, []).append(score)
    return dict(sorted(members.items()))


def _mean(values: Iterable[float]) -> float:
    # An exactly rounded sum does not depend on the order of the claims.
    numbers = list(values)
    return math.fsum(numbers) / len(numbers)


def score_predictions(
    predictions: Iterable[Prediction],
    gold: Gold,
    *,
    submission_sha256: str | None = None,
    profile: str | Profile = DEFAULT_PROFILE,
    levels: Sequence[float] = (),
    meteor: str | Meteor = "pinned",
) -> Result:
    """Score predictions against gold; see ``Scorer`` for the arguments and the errors raised."""
    scorer = Scorer(gold, profile=profile, levels=levels, meteor=meteor)
    for prediction in predictions:
        scorer.add(prediction)
    return scorer.result(submission_sha256)


__all__ = ["Scorer", "group_members", "score_predictions"]
