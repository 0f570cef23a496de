"""What an audit finds: facts about a submission's evidence, never verdicts on its authors.

An audit runs probes, each of which measures one thing and says which claims it concerns, and scores altered copies of
the submission beside the official figure. Nothing here changes a score, a rank or a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA_VERSION = 1
"""Version of the JSON form; every change of its fields raises it."""

MOST_EXAMPLES = 5
"""How many examples of a finding are kept."""

Group = Literal["stuffing", "echo", "filler", "copying", "leakage", "sources", "judge"]
Unit = Literal["share", "count", "ratio"]


@dataclass(frozen=True, slots=True)
class Example:
    """One thing that a probe saw: the claim, and what was seen there in printable text of at most 200 characters."""

    claim_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one probe measured.

    ``probe`` is its name, such as ``stuffing.exact``; ``value`` its number, a share in [0, 1], a count or a ratio by
    ``unit``; ``threshold`` the number from which it is worth a look, and ``flagged`` says whether ``value`` reaches it.
    ``claims`` are the ids of the claims concerned, in rising order, ``examples`` the first few. ``sentence`` says it
    all for people, in neutral words.
    """

    probe: str
    group: Group
    title: str
    value: float
    unit: Unit
    threshold: float
    flagged: bool
    claims: tuple[int, ...]
    sentence: str
    examples: tuple[Example, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return {
            "probe": self.probe,
            "group": self.group,
            "title": self.title,
            "value": self.value,
            "unit": self.unit,
            "threshold": self.threshold,
            "flagged": self.flagged,
            "claims": list(self.claims),
            "sentence": self.sentence,
            "examples": [{"claim_id": example.claim_id, "text": example.text} for example in self.examples],
        }


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The headline score of an altered copy of the submission beside the official one.

    ``gap`` is ``official`` - ``score`` with the ends of its paired bootstrap interval. ``changed`` are the ids of the
    claims whose evidence or verdict the alteration touches.
    """

    name: str
    title: str
    metric: str
    official: float
    score: float
    gap: float
    gap_low: float
    gap_high: float
    changed: tuple[int, ...]
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """The counterfactual as a JSON object."""
        return {
            "name": self.name,
            "title": self.title,
            "metric": self.metric,
            "official": self.official,
            "score": self.score,
            "gap": self.gap,
            "gap_low": self.gap_low,
            "gap_high": self.gap_high,
            "changed": list(self.changed),
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """A probe that did not run, and what it lacks, such as a knowledge store."""

    probe: str
    reason: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one submission.

    ``signature`` is that of the official score and ``official`` its headline. ``robust`` holds the scores of the
    profile ``robust`` by metric name, its headline first, each as value, low, high. ``submission_sha256`` and
    ``gold_sha256`` are None for records that were not read from a file.
    """

    signature: str
    headline: str
    official: float
    findings: tuple[Finding, ...]
    counterfactuals: tuple[Counterfactual, ...] = ()
    robust: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    submission_sha256: str | None = None
    gold_sha256: str | None = None

    @property
    def flagged(self) -> tuple[Finding, ...]:
        """The findings that reach their threshold."""
        return tuple(finding for finding in self.findings if finding.flagged)

    def to_dict(self) -> dict[str, Any]:
        """The audit as a JSON object; ``schemas/audit.schema.json`` describes it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "signature": self.signature,
            "submission_sha256": self.submission_sha256,
            "gold_sha256": self.gold_sha256,
            "headline": self.headline,
            "official": self.official,
            "findings": [finding.to_dict() for finding in self.findings],
            "counterfactuals": [item.to_dict() for item in self.counterfactuals],
            "robust": {name: {"value": v, "low": low, "high": high} for name, (v, low, high) in self.robust.items()},
            "skipped": [{"probe": item.probe, "reason": item.reason} for item in self.skipped],
        }


__all__ = [
    "MOST_EXAMPLES",
    "SCHEMA_VERSION",
    "Audit",
    "Counterfactual",
    "Example",
    "Finding",
    "Group",
    "Skipped",
    "Unit",
]
