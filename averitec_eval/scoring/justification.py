"""Justification METEOR of the 2023 evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.records import Prediction
from averitec_eval.scoring.evidence import comparison_strings

if TYPE_CHECKING:
    from averitec_eval.scoring.profiles import Profile
    from averitec_eval.text.meteor import Meteor


def justification_text(prediction: Prediction, profile: Profile) -> str:
    """What is compared with the gold justification: the justification, or without one the counted evidence strings."""
    if prediction.justification is not None:
        return prediction.justification
    return " ".join(comparison_strings(prediction.evidence, prediction.string_evidence)[: profile.cap])


def score_justification(prediction: Prediction, gold_justification: str, meteor: Meteor, profile: Profile) -> float:
    """METEOR of the predicted justification against the gold one, in [0, 1]."""
    return meteor.single(justification_text(prediction, profile), gold_justification)


__all__ = ["justification_text", "score_justification"]
