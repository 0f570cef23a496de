"""A fast function of one claim's prediction, as a training signal.

It gives the evidence score and the credit that scoring would give, to the last bit, without the parts of a report: no
matched pairs, no question-only score, no intervals. ``docs/python.md`` shows how to use it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from averitec_eval.errors import UsageError
from averitec_eval.records import Gold, Prediction, QAPair, Verdict
from averitec_eval.scoring.evidence import comparison_strings, evidence_utility
from averitec_eval.scoring.profiles import DEFAULT_PROFILE, Profile, check_levels, get_profile
from averitec_eval.scoring.robust import match_robustly
from averitec_eval.text.meteor import PinnedMeteor, get_meteor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pair = tuple[str, str] | QAPair
_LABELS = {verdict.value: verdict for verdict in Verdict}


@dataclass(frozen=True, slots=True)
class Reward:
    """What a prediction earns on its claim.

    ``evidence`` is the question-answer utility, in [0, 1]. ``label_correct`` says whether the verdict is right, and
    ``credit`` whether it is and the evidence passes the level: the claim's share in the AVeriTeC score.
    """

    evidence: float
    label_correct: bool
    credit: bool


@dataclass(frozen=True, slots=True)
class _GoldSide:
    """What a claim's predictions are compared with."""

    label: Verdict
    claim: str
    strings: tuple[str, ...]


class ClaimReward:
    """Rewards predictions on the claims of a gold set, which is prepared once.

    >>> from averitec_eval import mini_gold_path, read_gold
    >>> reward = ClaimReward(read_gold(mini_gold_path()))
    >>> reward(0, "Refuted", [("Who said so?", "Nobody said so.")]).label_correct
    True

    ``profile`` is a name or a ``Profile``; ``level``, in [0, 1), is where credit is given, the profile's headline level
    unless told otherwise; ``meteor`` is ``pinned`` or ``nltk``. An object can be pickled, such as for worker processes,
    and its calls can come from several threads. Raises ``UsageError`` for unknown names, a bad level, or gold that
    cannot be scored.
    """

    def __init__(
        self,
        gold: Gold,
        *,
        profile: str | Profile = DEFAULT_PROFILE,
        level: float | None = None,
        meteor: str = "pinned",
    ) -> None:
        self._profile = get_profile(profile) if isinstance(profile, str) else profile
        self._level = self._profile.headline_level if level is None else check_levels([level])[0]
        self._meteor = meteor
        self._gold = {
            claim.claim_id: _GoldSide(claim.label, claim.claim, tuple(comparison_strings(claim.questions)))
            for claim in gold
        }
        if not self._gold or not all(side.strings for side in self._gold.values()):
            raise UsageError("a gold set without claims, or claims without questions, cannot reward anything")
        self._evidence = self._prepared()

    def _prepared(self) -> dict[int, Callable[[Sequence[str]], float]]:
        """For each claim, what gives the utility of predicted strings."""
        profile, meteor = self._profile, get_meteor(self._meteor)
        rules = profile.robust

        def against(side: _GoldSide) -> Callable[[Sequence[str]], float]:
            if rules is not None:
                return lambda predicted: match_robustly(predicted, side.strings, side.claim, meteor, rules).utility
            pairwise: Callable[[Sequence[str]], NDArray[np.float64]]
            if isinstance(meteor, PinnedMeteor):
                pairwise = meteor.prepare(side.strings).pairwise
            else:

                def pairwise(predicted: Sequence[str]) -> NDArray[np.float64]:
                    return meteor.pairwise(predicted, side.strings)

            return lambda predicted: evidence_utility(pairwise(predicted[: profile.cap]), profile)

        return {claim_id: against(side) for claim_id, side in self._gold.items()}

    def __call__(self, claim_id: int, verdict: Verdict | str | None, pairs: Sequence[Pair]) -> Reward:
        """The reward of a verdict and of question-answer pairs, (question, answer) or ``QAPair``, in their order.

        ``verdict`` is a ``Verdict``, one of the four labels, or None where the system gave none that can be used: that
        is wrong, and its evidence is rewarded all the same. Raises ``UsageError`` for an unknown claim or label, and
        for a pair that is none.
        """
        if verdict is not None and not isinstance(verdict, Verdict):
            if not isinstance(verdict, str) or verdict not in _LABELS:
                raise UsageError(
                    f"the label {verdict!r} is none of {', '.join(_LABELS)}; give None for an answer without a verdict"
                )
            verdict = _LABELS[verdict]
        return self._reward(claim_id, verdict, [_string(pair) for pair in pairs])

    def of(self, prediction: Prediction) -> Reward:
        """The reward of a prediction of any format. Raises ``UsageError`` for an unknown claim."""
        strings = comparison_strings(prediction.evidence, prediction.string_evidence)
        return self._reward(prediction.claim_id, prediction.label, strings)

    def _reward(self, claim_id: int, verdict: Verdict | None, strings: Sequence[str]) -> Reward:
        side = self._gold.get(claim_id)
        if side is None:
            raise UsageError(f"claim id {claim_id} is not in the gold set")
        evidence = self._evidence[claim_id](strings) if strings else 0.0
        right = verdict is side.label
        return Reward(evidence, right, right and self._profile.passes(evidence, self._level))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_evidence"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._evidence = self._prepared()


def _string(pair: Pair) -> str:
    """What is compared of a pair."""
    if isinstance(pair, QAPair):
        return f"{pair.question} {pair.answer}"
    # A text has characters 0 and 1 too: taken for a pair, it would be rewarded for these.
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
        raise UsageError(f"found {type(pair).__name__} among the pairs, expected a question and an answer, both texts")
    return f"{pair[0]} {pair[1]}"


__all__ = ["ClaimReward", "Pair", "Reward"]
