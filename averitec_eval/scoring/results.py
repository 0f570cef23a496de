"""Results: what scoring a submission gives, per claim and over all, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from averitec_eval.records import Verdict
from averitec_eval.scoring.evidence import MatchedPair
from averitec_eval.scoring.profiles import level_name
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.veracity import Confusion

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class ClaimScore:
    """The scores of one gold claim.

    ``predicted`` is None for a claim the submission leaves out; all its scores are 0. ``evidence_q`` and
    ``evidence_qa`` are the question-only and question-answer utilities in [0, 1], ``pairs`` the matched pairs of the
    latter. ``credit`` says of each of ``levels`` whether the claim counts there. ``justification`` is METEOR in [0,
    1], None where the profile or the gold has none. ``n_predicted`` counts the predicted question-answer strings, of
    which ``n_counted`` are compared with ``n_gold``.
    """

    claim_id: int
    gold: Verdict
    predicted: Verdict | None
    evidence_q: float
    evidence_qa: float
    pairs: tuple[MatchedPair, ...]
    levels: tuple[float, ...]
    credit: tuple[bool, ...]
    justification: float | None
    n_predicted: int
    n_counted: int
    n_gold: int

    @property
    def label_correct(self) -> bool:
        """Whether the predicted verdict is the gold verdict."""
        return self.predicted is self.gold

    @property
    def missing(self) -> bool:
        """Whether the submission leaves this claim out."""
        return self.predicted is None

    def to_dict(self) -> dict[str, Any]:
        """The claim as a JSON object."""
        return {
            "claim_id": self.claim_id,
            "missing": self.missing,
            "gold": self.gold.value,
            "predicted": None if self.predicted is None else self.predicted.value,
            "label_correct": self.label_correct,
            "evidence_q": self.evidence_q,
            "evidence_qa": self.evidence_qa,
            "credit": {level_name(level): credit for level, credit in zip(self.levels, self.credit, strict=True)},
            "justification": self.justification,
            "n_predicted": self.n_predicted,
            "n_counted": self.n_counted,
            "n_gold": self.n_gold,
            "pairs": [{"predicted": pair.predicted, "gold": pair.gold, "meteor": pair.meteor} for pair in self.pairs],
        }


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Scores over the claims of one claim type or fact-checking strategy. A claim may belong to several."""

    n: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was scored. The hashes are None for records that were not read from a file."""

    submission_sha256: str | None
    gold_sha256: str | None
    n_gold: int
    n_scored: int
    n_missing: int


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one submission.

    ``scores`` maps metric names to numbers in [0, 1] at full precision. ``headline`` is the name of the metric that
    ranks. ``by_type`` and ``by_strategy`` hold the same kind of scores over parts of the claims, empty where the gold
    does not say. ``thresholded_evidence_by_type`` is the organisers' figure "by type": level, then claim type, to the
    mean of the evidence score set to zero where it does not pass the level; the label plays no part in it.
    """

    profile: str
    signature: Signature
    inputs: Inputs
    levels: tuple[float, ...]
    headline: str
    scores: Mapping[str, float]
    confusion: Confusion
    by_type: Mapping[str, GroupScore]
    by_strategy: Mapping[str, GroupScore]
    thresholded_evidence_by_type: Mapping[str, Mapping[str, float]]
    claims: tuple[ClaimScore, ...]

    @property
    def complete(self) -> bool:
        """Whether every gold claim has a prediction. Only complete results are ranked."""
        return self.inputs.n_missing == 0

    @property
    def headline_score(self) -> float:
        """The score that ranks, in [0, 1]."""
        return self.scores[self.headline]

    def to_dict(self) -> dict[str, Any]:
        """The result as a JSON object, without the claims, as ``results.json`` holds it."""
        columns: tuple[Verdict | None, ...] = (*Verdict, None)
        inputs = self.inputs
        return {
            "schema_version": SCHEMA_VERSION,
            "profile": self.profile,
            "signature": str(self.signature),
            "inputs": {
                "submission_sha256": inputs.submission_sha256,
                "gold_sha256": inputs.gold_sha256,
                "n_gold": inputs.n_gold,
                "n_scored": inputs.n_scored,
                "n_missing": inputs.n_missing,
            },
            "complete": self.complete,
            "headline": self.headline,
            "levels": list(self.levels),
            "scores": dict(self.scores),
            "confusion": {
                "labels": [label.value for label in Verdict],
                "columns": ["missing" if label is None else label.value for label in columns],
                "counts": [[self.confusion.counts[gold][column] for column in columns] for gold in Verdict],
            },
            "by_claim_type": _groups_dict(self.by_type),
            "by_strategy": _groups_dict(self.by_strategy),
            "thresholded_evidence_by_type": {
                level: dict(values) for level, values in self.thresholded_evidence_by_type.items()
            },
        }

    def claim_dicts(self) -> Iterator[dict[str, Any]]:
        """Yield each claim's scores as a JSON object, in gold order."""
        return (claim.to_dict() for claim in self.claims)

    def to_frame(self) -> pd.DataFrame:
        """The scores as a pandas frame with the columns ``metric`` and ``score``, in reporting order."""
        import pandas as pd

        return pd.DataFrame({"metric": list(self.scores), "score": list(self.scores.values())})

    def claims_frame(self) -> pd.DataFrame:
        """The claims as a pandas frame, a row each in gold order, indexed by ``claim_id``; credit in columns
        ``credit@LEVEL``.
        """
        import pandas as pd

        rows = []
        for row in self.claim_dicts():
            credit = row.pop("credit")
            row.pop("pairs")
            rows.append({**row, **{f"credit@{level}": value for level, value in credit.items()}})
        return pd.DataFrame(rows).set_index("claim_id")


def _groups_dict(groups: Mapping[str, GroupScore]) -> dict[str, Any]:
    return {name: {"n": group.n, "scores": dict(group.scores)} for name, group in groups.items()}


__all__ = ["SCHEMA_VERSION", "ClaimScore", "GroupScore", "Inputs", "Result"]
