"""Results: what scoring a submission gives, per claim and over all, and how it is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from averitec_eval.json_output import to_json
from averitec_eval.records import Verdict
from averitec_eval.scoring.evidence import MatchedPair
from averitec_eval.scoring.judged import JudgedClaim, JudgeSummary
from averitec_eval.scoring.profiles import FIRST_PAIRS, level_name
from averitec_eval.scoring.signature import Signature
from averitec_eval.scoring.strict import read_strictly, share, shares, truth, whole_number
from averitec_eval.scoring.veracity import Confusion
from averitec_eval.statistics.intervals import Interval

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 2
"""Version of the JSON form of results; every change of its fields raises it, for stored documents depend on it."""


@dataclass(frozen=True, slots=True)
class ClaimScore:
    """The scores of one gold claim.

    ``predicted`` is None for a claim the submission leaves out; all its scores are 0. ``evidence_q`` and
    ``evidence_qa`` are the question-only and question-answer utilities in [0, 1], ``pairs`` the matched pairs of the
    latter. ``evidence_first`` is what ``evidence_qa`` would be if only the first k predicted strings counted, for each
    k of ``FIRST_PAIRS``; the profile's cap holds all the same. ``credit`` says of each of ``levels`` whether the claim
    counts there. ``justification`` is METEOR in [0, 1], None where the profile or the gold has none. ``n_predicted``
    counts the predicted question-answer strings, of which ``n_counted`` are compared with ``n_gold``. ``ev2r`` is what
    a judge said of the claim, None where there is no judge.
    """

    claim_id: int
    gold: Verdict
    predicted: Verdict | None
    evidence_q: float
    evidence_qa: float
    evidence_first: tuple[float, ...]
    pairs: tuple[MatchedPair, ...]
    levels: tuple[float, ...]
    credit: tuple[bool, ...]
    justification: float | None
    n_predicted: int
    n_counted: int
    n_gold: int
    ev2r: JudgedClaim | None = None

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
            "evidence_first": {str(k): value for k, value in zip(FIRST_PAIRS, self.evidence_first, strict=True)},
            "credit": {level_name(level): credit for level, credit in zip(self.levels, self.credit, strict=True)},
            "justification": self.justification,
            "n_predicted": self.n_predicted,
            "n_counted": self.n_counted,
            "n_gold": self.n_gold,
            "pairs": [{"predicted": pair.predicted, "gold": pair.gold, "meteor": pair.meteor} for pair in self.pairs],
            **({} if self.ev2r is None else {"ev2r": self.ev2r.to_dict()}),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ClaimScore:
        """The claim that ``to_dict`` wrote as ``document``, equal to it; keys beside its own are passed over.

        Raises ``ValueError`` if the document is not exactly what ``to_dict`` writes.
        """
        return read_strictly("the scores of a claim", _read_claim, document)


@dataclass(frozen=True, slots=True)
class GroupScore:
    """Scores over the ``n`` claims of one claim type or fact-checking strategy, with their intervals.

    A claim may belong to several. The scores of the first predicted strings of all claims have this form too.
    """

    n: int
    scores: Mapping[str, float]
    intervals: Mapping[str, Interval] = field(default_factory=dict)


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
    ``first`` says what more evidence adds: for each k of ``FIRST_PAIRS`` the question-answer score and the AVeriTeC
    scores that would come about if only the first k predicted strings of each claim counted. ``intervals`` holds a
    confidence interval for each score and ``thresholded_intervals`` one for each of the organisers' figures, once
    ``averitec_eval.scoring.uncertainty`` has made them. ``judge`` says who judged the evidence, None where nobody did;
    ``averitec_eval.scoring.ev2r`` adds the scores of one.
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
    first: Mapping[int, GroupScore] = field(default_factory=dict)
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    thresholded_intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    judge: JudgeSummary | None = None

    @property
    def complete(self) -> bool:
        """Whether every gold claim has a prediction. Only complete results are ranked."""
        return self.inputs.n_missing == 0

    @property
    def credit_name(self) -> str:
        """What the names of the shares of claims with credit begin with that need no judge, such as ``averitec``."""
        return self.evidence_headline.partition("@")[0]

    @property
    def evidence_headline(self) -> str:
        """The credit metric that ranks where no judge's does, such as ``averitec@0.25``."""
        level = f"@{self.signature.level}"
        return next(
            metric for metric in self.scores if metric.endswith(level) and not metric.startswith("justification")
        )

    @property
    def evidence_metrics(self) -> tuple[str, str]:
        """The names of the question-only and the question-answer score, such as ``hu_meteor_q``, ``hu_meteor_qa``."""
        both = next(metric for metric in self.scores if metric.endswith("_qa"))
        return both.removesuffix("a"), both

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
            "intervals": _intervals_dict(self.intervals),
            "confusion": {
                "labels": [label.value for label in Verdict],
                "columns": ["missing" if label is None else label.value for label in columns],
                "counts": [[self.confusion.counts[gold][column] for column in columns] for gold in Verdict],
            },
            "by_claim_type": _groups_dict(self.by_type),
            "by_strategy": _groups_dict(self.by_strategy),
            "first_pairs": _groups_dict({str(k): group for k, group in self.first.items()}),
            "thresholded_evidence_by_type": {
                level: dict(values) for level, values in self.thresholded_evidence_by_type.items()
            },
            "thresholded_intervals": {
                level: _intervals_dict(intervals) for level, intervals in self.thresholded_intervals.items()
            },
            **({} if self.judge is None else {"judge": self.judge.to_dict()}),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], claims: tuple[ClaimScore, ...]) -> Result:
        """The result that ``to_dict`` wrote as ``document``, equal to it, with its claims in gold order.

        Raises ``ValueError`` if the document is not exactly what ``to_dict`` writes or the claims are not its own.
        """
        result = read_strictly("a result", lambda value: _read_result(value, claims), document)
        if to_json(result.to_dict(), indent=None) != to_json(document, indent=None):
            raise ValueError("not a result as this version of the package writes it")
        return result

    def _repr_html_(self) -> str:
        """The result as notebooks show it: its scores, the other tables folded away, and its signature."""
        from averitec_eval.scoring.notebook import result_html

        return result_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The result in a line, as IPython shows it where there are no tables; a stored notebook holds this too."""
        inputs = self.inputs
        printer.text(
            f"<Result of {self.profile}: {self.headline} {self.headline_score:.4f}, "
            f"{inputs.n_scored} of {inputs.n_gold} claims scored>"
        )

    def claim_dicts(self) -> Iterator[dict[str, Any]]:
        """Yield each claim's scores as a JSON object, in gold order."""
        return (claim.to_dict() for claim in self.claims)

    def to_frame(self) -> pd.DataFrame:
        """The scores as a pandas frame with the columns ``metric``, ``score``, ``low`` and ``high``."""
        import pandas as pd

        intervals = [self.intervals.get(metric) for metric in self.scores]
        return pd.DataFrame(
            {
                "metric": list(self.scores),
                "score": list(self.scores.values()),
                "low": [None if interval is None else interval.low for interval in intervals],
                "high": [None if interval is None else interval.high for interval in intervals],
            }
        )

    def claims_frame(self) -> pd.DataFrame:
        """The claims as a pandas frame, a row each in gold order, indexed by ``claim_id``; credit in columns
        ``credit@LEVEL``, the evidence score of the first k strings in columns ``evidence_first@k``.
        """
        import pandas as pd

        rows = []
        for row in self.claim_dicts():
            row.pop("pairs")
            for name in ("credit", "evidence_first"):
                row.update({f"{name}@{key}": value for key, value in row.pop(name).items()})
            rows.append(row)
        return pd.DataFrame(rows).set_index("claim_id")


def _groups_dict(groups: Mapping[str, GroupScore]) -> dict[str, Any]:
    return {
        name: {"n": group.n, "scores": dict(group.scores), "intervals": _intervals_dict(group.intervals)}
        for name, group in groups.items()
    }


def _intervals_dict(intervals: Mapping[str, Interval]) -> dict[str, Any]:
    return {metric: interval.to_dict() for metric, interval in intervals.items()}


def _read_claim(document: Mapping[str, Any]) -> ClaimScore:
    predicted = document["predicted"]
    credit: dict[str, Any] = document["credit"]
    first: dict[str, Any] = document["evidence_first"]
    if tuple(first) != tuple(map(str, FIRST_PAIRS)):
        raise ValueError("the evidence scores of the first strings are not those that are reported")
    justification = document["justification"]
    score = ClaimScore(
        claim_id=whole_number(document["claim_id"]),
        gold=Verdict(document["gold"]),
        predicted=None if predicted is None else Verdict(predicted),
        evidence_q=share(document["evidence_q"]),
        evidence_qa=share(document["evidence_qa"]),
        evidence_first=tuple(map(share, first.values())),
        pairs=tuple(
            MatchedPair(whole_number(pair["predicted"]), whole_number(pair["gold"]), share(pair["meteor"]))
            for pair in document["pairs"]
        ),
        levels=tuple(map(float, credit)),
        credit=tuple(map(truth, credit.values())),
        justification=None if justification is None else share(justification),
        n_predicted=whole_number(document["n_predicted"]),
        n_counted=whole_number(document["n_counted"]),
        n_gold=whole_number(document["n_gold"]),
        ev2r=None if "ev2r" not in document else JudgedClaim.from_dict(document["ev2r"]),
    )
    if (score.missing, score.label_correct) != (truth(document["missing"]), truth(document["label_correct"])):
        raise ValueError("the verdicts contradict what is said of them")
    return score


def _read_result(document: Mapping[str, Any], claims: tuple[ClaimScore, ...]) -> Result:
    inputs = Inputs(**document["inputs"])
    levels = tuple(document["levels"])
    if len(claims) != inputs.n_gold or any(claim.levels != levels for claim in claims):
        raise ValueError("the claims are not those of the result")
    judge = None if "judge" not in document else JudgeSummary.from_dict(document["judge"], claims)
    if judge is None and any(claim.ev2r is not None for claim in claims):
        raise ValueError("the claims are judged and the result names no judge")
    columns: tuple[Verdict | None, ...] = (*Verdict, None)
    counts = {
        gold: dict(zip(columns, row, strict=True))
        for gold, row in zip(Verdict, document["confusion"]["counts"], strict=True)
    }
    return Result(
        profile=document["profile"],
        signature=Signature.parse(document["signature"]),
        inputs=inputs,
        levels=levels,
        headline=document["headline"],
        scores=shares(document["scores"]),
        confusion=Confusion(counts),
        by_type=_read_groups(document["by_claim_type"]),
        by_strategy=_read_groups(document["by_strategy"]),
        thresholded_evidence_by_type={
            level: shares(values) for level, values in document["thresholded_evidence_by_type"].items()
        },
        claims=claims,
        first={int(k): group for k, group in _read_groups(document["first_pairs"]).items()},
        intervals=_read_intervals(document["intervals"]),
        thresholded_intervals={
            level: _read_intervals(intervals) for level, intervals in document["thresholded_intervals"].items()
        },
        judge=judge,
    )


def _read_groups(groups: Mapping[str, Any]) -> dict[str, GroupScore]:
    return {
        name: GroupScore(whole_number(group["n"]), shares(group["scores"]), _read_intervals(group["intervals"]))
        for name, group in groups.items()
    }


def _read_intervals(intervals: Mapping[str, Any]) -> dict[str, Interval]:
    return {metric: Interval.from_dict(interval) for metric, interval in intervals.items()}


__all__ = ["SCHEMA_VERSION", "ClaimScore", "GroupScore", "Inputs", "Result"]
