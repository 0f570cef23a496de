"""What a judge said of the evidence of claims, as scores see it: counts of atomic facts, or why there are none.

Ev2R (Akhtar et al., 2024) splits the reference evidence and the predicted evidence of a claim into atomic facts and
counts how many of each side the other side supports. ``averitec_eval.judge`` makes these records; nothing here knows
where they come from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["questions", "qa"]
KINDS: tuple[Kind, ...] = ("questions", "qa")
"""What a judgement is about: the questions alone, or questions with their answers."""

Status = Literal["scored", "no-reference-facts", "unscored"]

CLIPPED_REFERENCE = "clipped-reference"
CLIPPED_PREDICTED = "clipped-predicted"
REPAIRED = "repaired"
NO_EVIDENCE = "no-evidence"
FLAGS = (CLIPPED_REFERENCE, CLIPPED_PREDICTED, REPAIRED, NO_EVIDENCE)
"""What may be noted of a judgement: more facts supported than counted on a side, and cut down to that count; a reply
that was not JSON as it stood; no predicted evidence, which can support nothing, so that no judge was asked.
"""


@dataclass(frozen=True, slots=True)
class FactCounts:
    """The four counts of a reply, as they stand in it: at least 0, the facts of each side whole numbers.

    Real judges count a fact that is partly supported as a half, so that supported facts may be a fraction.
    """

    predicted: int
    predicted_supported: float
    reference: int
    reference_supported: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said of one claim's questions, or of its question-answer pairs.

    ``recall`` is the share of reference facts that the predicted evidence supports and ``precision`` the share of
    predicted facts that the reference supports, both in [0, 1]. ``recall`` is a number exactly where ``status`` is
    ``scored``; ``precision`` may be None all the same, where no predicted fact was counted. ``no-reference-facts`` is a
    reply that counts none. ``unscored`` has a ``fault`` that says why, such as ``not-asked``, ``timeout`` or
    ``no-counts``. ``counts`` are as the judge gave them, before any were clipped. ``flags`` are of ``FLAGS``.
    """

    status: Status
    counts: FactCounts | None = None
    recall: float | None = None
    precision: float | None = None
    fault: str = ""
    flags: tuple[str, ...] = ()


def judged(counts: FactCounts, *flags: str) -> Judgement:
    """The judgement that counts give. Where a side has more supported facts than facts, it is clipped and flagged."""
    noted = list(flags)
    if counts.reference_supported > counts.reference:
        noted.append(CLIPPED_REFERENCE)
    if counts.predicted_supported > counts.predicted:
        noted.append(CLIPPED_PREDICTED)
    precision = min(counts.predicted_supported / counts.predicted, 1.0) if counts.predicted else None
    ordered = tuple(flag for flag in FLAGS if flag in noted)
    if not counts.reference:
        return Judgement("no-reference-facts", counts, None, precision, flags=ordered)
    return Judgement(
        "scored", counts, min(counts.reference_supported / counts.reference, 1.0), precision, flags=ordered
    )


def unscored(fault: str) -> Judgement:
    """A judgement that there is none of."""
    return Judgement("unscored", fault=fault)


def without_evidence() -> Judgement:
    """The judgement of a prediction that gives no evidence: nothing is supported, whoever would judge it."""
    return Judgement("scored", recall=0.0, flags=(NO_EVIDENCE,))


@dataclass(frozen=True, slots=True)
class ClaimJudgement:
    """The judgements of one claim; ``steered`` are reasons to think that evidence told the judge what to say."""

    claim_id: int
    questions: Judgement
    qa: Judgement
    steered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeIdentity:
    """Who judged, and by which words. Scores of different identities are never compared or put in one column.

    ``model`` is its name as it was asked for, ``parameters`` what it was asked with, ``prompts`` the name, version and
    SHA-256 (hex) of each prompt by kind. ``metric_name`` begins the names of its metrics: ``ev2r``, or ``ev2r_lite``
    for the proxy that is no language model. ``fit`` is False for a judge that may not decide ranks. ``run`` numbers the
    runs of one judge on the same evidence, from 0.
    """

    model: str
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    prompts: Mapping[Kind, tuple[str, int, str]] = field(default_factory=dict)
    metric_name: str = "ev2r"
    fit: bool = True
    run: int = 0


__all__ = [
    "CLIPPED_PREDICTED",
    "CLIPPED_REFERENCE",
    "FLAGS",
    "KINDS",
    "NO_EVIDENCE",
    "REPAIRED",
    "ClaimJudgement",
    "FactCounts",
    "JudgeIdentity",
    "Judgement",
    "Kind",
    "Status",
    "judged",
    "unscored",
    "without_evidence",
]
