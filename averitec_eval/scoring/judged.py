"""Judgements as results hold them: those of each claim with the credit they give, and what became of all of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from averitec_eval.scoring.judgements import (
    CLIPPED_PREDICTED,
    CLIPPED_REFERENCE,
    FLAGS,
    KINDS,
    NO_EVIDENCE,
    REPAIRED,
    FactCounts,
    JudgeIdentity,
    Judgement,
    Kind,
    judged,
    unscored,
    without_evidence,
)
from averitec_eval.scoring.profiles import Comparison, Ev2R, level_name
from averitec_eval.scoring.strict import share, text, truth, whole_number

if TYPE_CHECKING:
    from averitec_eval.scoring.results import ClaimScore

NOT_ASKED = "not-asked"
"""What the faults of claims begin with that no judge was asked about."""


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """What a judge said of one claim, and the credit that gives.

    ``credit`` says of each of ``levels`` whether the claim counts there: its verdict is right and its question-answer
    recall passes. It is None throughout where there is no recall. A claim without a prediction has a recall of 0.
    ``steered`` are reasons to think that evidence told the judge what to say.
    """

    questions: Judgement
    qa: Judgement
    levels: tuple[float, ...]
    credit: tuple[bool | None, ...]
    steered: tuple[str, ...] = ()

    def of(self, kind: Kind) -> Judgement:
        """The judgement of one kind."""
        return self.qa if kind == "qa" else self.questions

    def to_dict(self) -> dict[str, Any]:
        """The claim's judgements as a JSON object."""
        return {
            **{kind: _judgement_dict(self.of(kind)) for kind in KINDS},
            "credit": {level_name(level): credit for level, credit in zip(self.levels, self.credit, strict=True)},
            "steered": list(self.steered),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> JudgedClaim:
        """What ``to_dict`` wrote as ``document``. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for all else."""
        credit: dict[str, Any] = document["credit"]
        claim = cls(
            questions=_read_judgement(document["questions"]),
            qa=_read_judgement(document["qa"]),
            levels=tuple(map(float, credit)),
            credit=tuple(None if value is None else truth(value) for value in credit.values()),
            steered=tuple(map(text, document["steered"])),
        )
        if (None in claim.credit) != (claim.qa.recall is None) and claim.levels:
            raise ValueError("the credit of a claim contradicts its recall")
        if claim.to_dict() != document:
            raise ValueError("the judgements of a claim have other fields")
        return claim


@dataclass(frozen=True, slots=True)
class KindCounts:
    """What became of the judgements of one kind, over the claims that have a prediction.

    ``scored`` are those to which the judge gave a recall, ``no_evidence`` those that had nothing to judge (recall 0),
    ``no_reference_facts`` those whose reply counts no reference fact; ``unscored`` holds the others by fault. Of the
    first, ``clipped`` had more supported facts than facts on some side. ``repaired`` replies were not JSON as they
    stood.
    """

    scored: int = 0
    no_evidence: int = 0
    no_reference_facts: int = 0
    unscored: Mapping[str, int] = field(default_factory=dict)
    clipped: int = 0
    repaired: int = 0

    @property
    def n_unscored(self) -> int:
        """How many are unscored, whatever the fault."""
        return sum(self.unscored.values())

    @property
    def asked(self) -> int:
        """How many the judge was asked about."""
        answered = self.scored + self.no_reference_facts
        return answered + sum(count for fault, count in self.unscored.items() if not fault.startswith(NOT_ASKED))

    @classmethod
    def of(cls, judgements: Sequence[Judgement]) -> KindCounts:
        """The counts of judgements."""
        status = Counter(judgement.status for judgement in judgements)
        faults = Counter(judgement.fault for judgement in judgements if judgement.status == "unscored")
        flags = [set(judgement.flags) for judgement in judgements]
        empty = sum(NO_EVIDENCE in noted for noted in flags)
        return cls(
            scored=status["scored"] - empty,
            no_evidence=empty,
            no_reference_facts=status["no-reference-facts"],
            unscored=dict(sorted(faults.items())),
            clipped=sum(bool(noted & {CLIPPED_REFERENCE, CLIPPED_PREDICTED}) for noted in flags),
            repaired=sum(REPAIRED in noted for noted in flags),
        )

    def to_dict(self) -> dict[str, Any]:
        """The counts as a JSON object."""
        return {
            "asked": self.asked,
            "scored": self.scored,
            "no_evidence": self.no_evidence,
            "no_reference_facts": self.no_reference_facts,
            "unscored": dict(self.unscored),
            "clipped": self.clipped,
            "repaired": self.repaired,
        }


@dataclass(frozen=True, slots=True)
class JudgeSummary:
    """Who judged a submission, by which rules, and how far that went.

    ``level`` is the headline level, one of ``levels``; ``comparison``, ``answers``, ``cap`` and ``withhold_above`` are
    the profile's (see ``Ev2R``). ``n`` counts the gold claims, ``n_missing`` those without a prediction, whose recall
    is 0, and ``n_judged`` those with a question-answer recall, the missing ones among them; every credit metric is a
    share of the latter. ``bounds`` are the headline if every claim without a recall failed, and if each of them whose
    verdict is right passed. ``unscored_claims`` and ``no_reference_claims`` are the ids, in gold order, of the claims
    without a question-answer recall. ``steered_claims`` are those whose replies look steered by their evidence.
    """

    identity: JudgeIdentity
    levels: tuple[float, ...]
    level: float
    comparison: Comparison
    answers: str
    cap: int | None
    withhold_above: float
    n: int
    n_missing: int
    n_judged: int
    bounds: tuple[float, float]
    counts: Mapping[Kind, KindCounts]
    unscored_claims: tuple[int, ...] = ()
    no_reference_claims: tuple[int, ...] = ()
    steered_claims: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, claims: Sequence[ClaimScore], identity: JudgeIdentity, rules: Ev2R, levels: tuple[float, ...], level: float
    ) -> JudgeSummary:
        """The summary of judged claims in gold order. Raises ``ValueError`` if one has no judgements."""
        pairs = [(claim, claim.ev2r) for claim in claims if claim.ev2r is not None]
        if not pairs or len(pairs) < len(claims) or any(found.levels != levels for _, found in pairs):
            raise ValueError("the claims are not judged at the levels of the judge")
        index = levels.index(level)
        passed = sum(found.credit[index] is True for _, found in pairs)
        open_ = sum(found.qa.recall is None and claim.label_correct for claim, found in pairs)
        present = [(claim, found) for claim, found in pairs if not claim.missing]
        return cls(
            identity=identity,
            levels=levels,
            level=level,
            comparison=rules.comparison,
            answers=rules.answers,
            cap=rules.cap,
            withhold_above=rules.withhold_above,
            n=len(claims),
            n_missing=len(pairs) - len(present),
            n_judged=sum(found.qa.recall is not None for _, found in pairs),
            bounds=(passed / len(claims), (passed + open_) / len(claims)),
            counts={kind: KindCounts.of([found.of(kind) for _, found in present]) for kind in KINDS},
            unscored_claims=_ids(pairs, lambda found: found.qa.status == "unscored"),
            no_reference_claims=_ids(pairs, lambda found: found.qa.status == "no-reference-facts"),
            steered_claims=_ids(pairs, lambda found: bool(found.steered)),
        )

    @property
    def headline(self) -> str:
        """The name of the credit metric at the headline level, whether or not it is withheld."""
        return self.credit_metric(self.level)

    @property
    def failure_rate(self) -> float:
        """The share of the gold claims that have no question-answer recall."""
        return (self.n - self.n_judged) / self.n

    @property
    def withheld(self) -> bool:
        """Whether so many claims have no recall that there is no credit metric."""
        return self.failure_rate > self.withhold_above

    @property
    def steered(self) -> int:
        """How many claims' replies look steered."""
        return len(self.steered_claims)

    def credit_metric(self, level: float) -> str:
        """The name of the share of claims with credit at a level, such as ``ev2r@0.5``."""
        return f"{self.identity.metric_name}@{level_name(level)}"

    def withheld_text(self) -> str:
        """Why the credit metrics are withheld, without a full stop at the end."""
        without = self.n - self.n_judged
        return (
            f"{without} of {self.n} claims have no recall by the judge, which is {100 * self.failure_rate:.4g} %; "
            f"at most {100 * self.withhold_above:g} % may"
        )

    def to_dict(self) -> dict[str, Any]:
        """The summary as a JSON object."""
        identity = self.identity
        return {
            "model": identity.model,
            "parameters": dict(identity.parameters),
            "prompts": {
                kind: {"name": name, "version": version, "sha256": sha256}
                for kind, (name, version, sha256) in identity.prompts.items()
            },
            "metric_name": identity.metric_name,
            "fit": identity.fit,
            "run": identity.run,
            "levels": list(self.levels),
            "level": self.level,
            "comparison": self.comparison,
            "answers": self.answers,
            "cap": self.cap,
            "withhold_above": self.withhold_above,
            "n": self.n,
            "n_missing": self.n_missing,
            "n_judged": self.n_judged,
            "failure_rate": self.failure_rate,
            "withheld": self.withheld,
            "bounds": list(self.bounds),
            "counts": {kind: counts.to_dict() for kind, counts in self.counts.items()},
            "unscored_claims": list(self.unscored_claims),
            "no_reference_claims": list(self.no_reference_claims),
            "steered_claims": list(self.steered_claims),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], claims: Sequence[ClaimScore]) -> JudgeSummary:
        """The summary that ``to_dict`` wrote as ``document``, with the claims that it is of.

        Raises ``ValueError``, ``KeyError`` or ``TypeError`` where the two do not say the same.
        """
        identity = JudgeIdentity(
            model=text(document["model"]),
            parameters={text(name): _parameter(value) for name, value in document["parameters"].items()},
            prompts={
                kind: (text(prompt["name"]), whole_number(prompt["version"]), text(prompt["sha256"]))
                for kind, prompt in document["prompts"].items()
            },
            metric_name=text(document["metric_name"]),
            fit=truth(document["fit"]),
            run=whole_number(document["run"]),
        )
        comparison, answers, cap = document["comparison"], document["answers"], document["cap"]
        if comparison not in ("gt", "ge") or answers not in ("all", "first"):
            raise ValueError("the rules of a judge are unknown")
        rules = Ev2R(
            comparison=comparison,
            answers=answers,
            cap=None if cap is None else whole_number(cap),
            withhold_above=share(document["withhold_above"]),
        )
        levels = tuple(map(float, document["levels"]))
        summary = cls.of(claims, identity, rules, levels, float(document["level"]))
        if summary.to_dict() != document:
            raise ValueError("the claims contradict what is said of their judge")
        return summary


def _ids(pairs: Sequence[tuple[ClaimScore, JudgedClaim]], chosen: Callable[[JudgedClaim], bool]) -> tuple[int, ...]:
    return tuple(claim.claim_id for claim, found in pairs if chosen(found))


def _judgement_dict(judgement: Judgement) -> dict[str, Any]:
    counts = judgement.counts
    return {
        "status": judgement.status,
        "recall": judgement.recall,
        "precision": judgement.precision,
        "counts": None
        if counts is None
        else {
            "predicted": counts.predicted,
            "predicted_supported": counts.predicted_supported,
            "reference": counts.reference,
            "reference_supported": counts.reference_supported,
        },
        "fault": judgement.fault,
        "flags": list(judgement.flags),
    }


def _read_judgement(document: Mapping[str, Any]) -> Judgement:
    flags = tuple(map(text, document["flags"]))
    if any(flag not in FLAGS for flag in flags):
        raise ValueError("a judgement has an unknown flag")
    if document["counts"] is not None:
        values = {name: _count(name, value) for name, value in document["counts"].items()}
        judgement = judged(FactCounts(**values), *flags)
    elif document["status"] == "unscored":
        judgement = unscored(text(document["fault"]))
    else:
        judgement = without_evidence()
    if _judgement_dict(judgement) != document:
        raise ValueError("a judgement contradicts its counts")
    return judgement


def _count(name: str, value: Any) -> Any:
    """A count, if it is one: a whole number, or any for supported facts, of which judges support one in part.

    Raises ``TypeError`` or ``ValueError`` if it is none.
    """
    if type(value) is not float or not name.endswith("_supported"):
        whole_number(value)
    if not 0 <= value < math.inf:
        raise ValueError("a count is below 0 or no number")
    return value


def check_judgement(judgement: Judgement) -> Judgement:
    """The judgement, if it is one that can be written down and read back.

    Raises ``ValueError`` for one that contradicts its own counts or has no reason to be unscored.
    """
    if _read_judgement(_judgement_dict(judgement)) != judgement or (judgement.status == "unscored") != bool(
        judgement.fault
    ):
        raise ValueError(f"a judgement contradicts itself: {judgement}")
    return judgement


def _parameter(value: Any) -> str | int | float | bool:
    if type(value) not in (str, int, float, bool):
        raise TypeError("a parameter is neither text, number nor truth value")
    found: str | int | float | bool = value
    return found


__all__ = ["NOT_ASKED", "JudgeSummary", "JudgedClaim", "KindCounts", "check_judgement"]
