"""How far judges agree: several judges, or several runs of one, on the same submission.

Only claims that a judge was asked about say anything. Claims without a prediction or without evidence have a recall
of 0 whoever judges, and would make judges agree who never saw them.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from averitec_eval.errors import UsageError
from averitec_eval.json_output import to_json
from averitec_eval.scoring.ev2r import judge_field, prompts_field
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.judgements import NO_EVIDENCE
from averitec_eval.scoring.profiles import Ev2R, level_name
from averitec_eval.scoring.results import ClaimScore, Result
from averitec_eval.statistics.agreement import cohen_kappa, krippendorff_alpha
from averitec_eval.tables import Column, Table

SCHEMA_VERSION = 1
"""Version of the JSON form of agreements."""


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """One run: its name, its judge as signatures name it (``judge``, ``prompts``) and which run of that judge it is.

    ``n`` counts the claims that it judged. ``headline`` is its share of claims with credit at the level, None where it
    is withheld; ``common`` is that share over the claims that every run has a recall for, None where there are none.
    """

    name: str
    judge: str
    prompts: str
    run: int
    n: int
    headline: float | None
    common: float | None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two runs on the ``n`` claims that both judged.

    ``same`` is the share of them on which both or neither pass the level, ``kappa`` Cohen's kappa of passing and
    ``kappa_credit`` that of credit, for which the verdict must be right too. ``difference`` is the mean absolute
    difference of their recalls. All are None where nothing is left to compare; a kappa also where all ratings are
    alike.
    """

    a: str
    b: str
    n: int
    same: float | None
    kappa: float | None
    kappa_credit: float | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class DisputedClaim:
    """A claim that passes the level in some runs only; ``recalls`` are those of the runs in order, None where a run has
    none. ``decides`` says whether the verdict is right, so that the headlines differ by it.
    """

    claim_id: int
    recalls: tuple[float | None, ...]
    decides: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far runs agree at the level of their headline.

    ``alpha``, ``alpha_credit`` and ``alpha_recall`` are Krippendorff's alpha of passing, of credit (nominal) and of the
    recall (interval), over the ``n`` claims that at least two runs judged. ``n_common`` counts the claims for which all
    runs have a recall. ``disputed`` are in the order of the gold.
    """

    profile: str
    level: float
    comparison: str
    n_gold: int
    runs: tuple[JudgedRun, ...]
    pairs: tuple[PairAgreement, ...]
    n: int
    n_common: int
    alpha: float | None
    alpha_credit: float | None
    alpha_recall: float | None
    disputed: tuple[DisputedClaim, ...]

    @property
    def headlines(self) -> tuple[float, ...]:
        """The headlines that are not withheld."""
        return tuple(run.headline for run in self.runs if run.headline is not None)

    @property
    def spread(self) -> float | None:
        """The highest headline less the lowest; None where fewer than two runs have one."""
        return max(self.headlines) - min(self.headlines) if len(self.headlines) > 1 else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of the headlines (of a sample); None where fewer than two runs have one."""
        return statistics.stdev(self.headlines) if len(self.headlines) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """The agreement as a JSON object."""
        return {
            "schema_version": SCHEMA_VERSION,
            "profile": self.profile,
            "level": self.level,
            "comparison": self.comparison,
            "n_gold": self.n_gold,
            "runs": [
                {
                    "name": run.name,
                    "judge": run.judge,
                    "prompts": run.prompts,
                    "run": run.run,
                    "n": run.n,
                    "headline": run.headline,
                    "common": run.common,
                }
                for run in self.runs
            ],
            "headline": {
                "low": min(self.headlines, default=None),
                "high": max(self.headlines, default=None),
                "spread": self.spread,
                "deviation": self.deviation,
            },
            "n": self.n,
            "n_common": self.n_common,
            "alpha": self.alpha,
            "alpha_credit": self.alpha_credit,
            "alpha_recall": self.alpha_recall,
            "pairs": [
                {
                    "a": pair.a,
                    "b": pair.b,
                    "n": pair.n,
                    "same": pair.same,
                    "kappa": pair.kappa,
                    "kappa_credit": pair.kappa_credit,
                    "difference": pair.difference,
                }
                for pair in self.pairs
            ],
            "disputed": [
                {
                    "claim_id": claim.claim_id,
                    "recalls": {run.name: recall for run, recall in zip(self.runs, claim.recalls, strict=True)},
                    "decides": claim.decides,
                }
                for claim in self.disputed
            ],
        }

    def to_json(self) -> str:
        """The agreement as a JSON document."""
        return to_json(self.to_dict())

    def sentences(self) -> list[str]:
        """What the figures say, in words."""
        sign = ">=" if self.comparison == "ge" else ">"
        sentences = [
            f"{len(self.disputed)} of {self.n} claims that at least two runs judged pass recall {sign} "
            f"{level_name(self.level)} in some runs only; {sum(claim.decides for claim in self.disputed)} of them have "
            "the right verdict, so that headlines differ by them."
        ]
        if self.spread is None:
            sentences.append("Fewer than two runs have a headline, so that there is no spread.")
        else:
            assert self.deviation is not None
            sentences.append(
                f"Headlines go from {min(self.headlines):.3f} to {max(self.headlines):.3f}: a spread of "
                f"{self.spread:.3f}, standard deviation {self.deviation:.3f}."
            )
        if self.alpha is None:
            sentences.append("Krippendorff's alpha says nothing: all ratings of passing are alike, or there are none.")
        else:
            sentences.append(
                f"Krippendorff's alpha: {_figure(self.alpha)} of passing, {_figure(self.alpha_credit)} of credit, "
                f"{_figure(self.alpha_recall)} of recall (1: all agree, 0: as by chance)."
            )
        return sentences

    def tables(self, claims: int | None = None) -> list[Table]:
        """The runs, the pairs, and at most ``claims`` of the disputed claims (None: all)."""
        return [self.runs_table(), self.pairs_table(), *([self.disputed_table(claims)] if self.disputed else [])]

    def runs_table(self) -> Table:
        """The runs with their headlines."""
        rows = tuple((run.name, run.judge, run.run, run.n, run.headline, run.common) for run in self.runs)
        columns = (
            Column("Run"),
            Column("Judge"),
            Column("No.", "right"),
            Column("Judged", "right"),
            Column("Headline", "right"),
            Column(f"Same {self.n_common}", "right"),
        )
        return Table(f"Share of claims with credit at {level_name(self.level)}", columns, rows)

    def pairs_table(self) -> Table:
        """Every pair of runs."""
        rows = tuple(
            (
                pair.a,
                pair.b,
                pair.n,
                pair.same,
                pair.kappa,
                pair.kappa_credit,
                pair.difference,
            )
            for pair in self.pairs
        )
        columns = (
            Column("Run"),
            Column("and run"),
            Column("Claims", "right"),
            Column("Same", "right"),
            Column("Kappa", "right"),
            Column("of credit", "right"),
            Column("Recall differs by", "right"),
        )
        return Table("Agreement on which claims pass", columns, rows)

    def disputed_table(self, claims: int | None = None) -> Table:
        """The claims that pass in some runs only, with their recall in each run."""
        shown = self.disputed[:claims]
        left = len(self.disputed) - len(shown)
        rows = tuple((claim.claim_id, *claim.recalls, claim.decides) for claim in shown)
        columns = (
            Column("Claim", "right"),
            *(Column(run.name, "right") for run in self.runs),
            Column("Verdict right"),
        )
        return Table(f"Recall of claims that pass in some runs only{f' ({left} more)' if left else ''}", columns, rows)


def agreement(results: Mapping[str, Result]) -> Agreement:
    """How far judged results of one submission, by name, agree. Judges may differ, the rules may not.

    Raises ``UsageError`` for fewer than two results, results without a judge, of different submissions, gold or rules,
    and for a run that is there twice under two names.
    """
    judges = _check(results)
    names = list(results)
    first = judges[names[0]]
    rules = Ev2R(comparison=first.comparison)
    recalls = [[_recall(claim) for claim in result.claims] for result in results.values()]
    right = [claim.label_correct for claim in results[names[0]].claims]
    passes = [[None if r is None else rules.passes(r, first.level) for r in column] for column in recalls]
    credit = [
        [None if passed is None else passed and correct for passed, correct in zip(column, right, strict=True)]
        for column in passes
    ]
    rated = [sum(column[index] is not None for column in recalls) for index in range(len(right))]
    everywhere = [
        all(claim.ev2r is not None and claim.ev2r.qa.recall is not None for claim in claims)
        for claims in zip(*(result.claims for result in results.values()), strict=True)
    ]
    return Agreement(
        profile=results[names[0]].profile,
        level=first.level,
        comparison=first.comparison,
        n_gold=len(right),
        runs=tuple(
            JudgedRun(
                name,
                judge_field(judges[name].identity),
                prompts_field(judges[name].identity),
                judges[name].identity.run,
                sum(recall is not None for recall in column),
                None if judges[name].withheld else results[name].headline_score,
                _share(_credits(results[name], first.level, everywhere)),
            )
            for name, column in zip(names, recalls, strict=True)
        ),
        pairs=tuple(
            _pair(names[a], names[b], recalls[a], recalls[b], passes[a], passes[b], credit[a], credit[b])
            for a, b in itertools.combinations(range(len(names)), 2)
        ),
        n=sum(count > 1 for count in rated),
        n_common=sum(everywhere),
        alpha=krippendorff_alpha(_numbers(passes), "nominal"),
        alpha_credit=krippendorff_alpha(_numbers(credit), "nominal"),
        alpha_recall=krippendorff_alpha(_numbers(recalls), "interval"),
        disputed=tuple(
            DisputedClaim(claim.claim_id, tuple(column[index] for column in recalls), right[index])
            for index, claim in enumerate(results[names[0]].claims)
            if len({column[index] for column in passes} - {None}) > 1
        ),
    )


def _check(results: Mapping[str, Result]) -> dict[str, JudgeSummary]:
    if len(results) < 2:
        raise UsageError(f"agreement is between at least two judged runs; found {len(results)}")
    judges = {name: result.judge for name, result in results.items() if result.judge is not None}
    without = [name for name in results if name not in judges]
    if without:
        raise UsageError(f"no judge in {', '.join(without)}: judge the submission with --out to make a judged run")
    (one, first), *others = results.items()
    for name, other in others:
        for what, same in (
            ("submissions", first.inputs.submission_sha256 == other.inputs.submission_sha256),
            ("gold files", first.inputs.gold_sha256 == other.inputs.gold_sha256),
            ("claims", [claim.claim_id for claim in first.claims] == [claim.claim_id for claim in other.claims]),
            ("profiles", first.profile == other.profile),
            ("rules", _rules(judges[one]) == _rules(judges[name])),
        ):
            if not same:
                raise UsageError(f"{one} and {name} are of different {what}; agreement is about one submission")
    for a, b in itertools.combinations(results, 2):
        identities = [
            (judge_field(j.identity), prompts_field(j.identity), j.identity.run) for j in (judges[a], judges[b])
        ]
        if identities[0] == identities[1]:
            raise UsageError(
                f"{a} and {b} are the same run of the same judge, which agrees with itself; --repeat makes further runs"
            )
    return judges


def _rules(judge: JudgeSummary) -> tuple[object, ...]:
    return judge.level, judge.comparison, judge.answers, judge.cap


def _recall(claim: ClaimScore) -> float | None:
    """The recall that a judge gave, None where it gave none or was not asked."""
    if claim.ev2r is None or claim.missing or NO_EVIDENCE in claim.ev2r.qa.flags:
        return None
    return claim.ev2r.qa.recall


def _credits(result: Result, level: float, chosen: Sequence[bool]) -> list[bool | None]:
    return [
        claim.ev2r.credit[claim.ev2r.levels.index(level)]
        for claim, wanted in zip(result.claims, chosen, strict=True)
        if wanted and claim.ev2r is not None
    ]


def _pair(
    a: str,
    b: str,
    recalls_a: Sequence[float | None],
    recalls_b: Sequence[float | None],
    passes_a: Sequence[bool | None],
    passes_b: Sequence[bool | None],
    credit_a: Sequence[bool | None],
    credit_b: Sequence[bool | None],
) -> PairAgreement:
    both = [(x, y) for x, y in zip(recalls_a, recalls_b, strict=True) if x is not None and y is not None]
    alike = [x is y for x, y in zip(passes_a, passes_b, strict=True) if x is not None and y is not None]
    return PairAgreement(
        a,
        b,
        len(both),
        _share(alike),
        cohen_kappa(*_numbers([passes_a, passes_b])),
        cohen_kappa(*_numbers([credit_a, credit_b])),
        math.fsum(abs(x - y) for x, y in both) / len(both) if both else None,
    )


def _numbers(columns: Sequence[Sequence[float | None]]) -> list[list[float]]:
    return [[math.nan if value is None else float(value) for value in column] for column in columns]


def _share(values: Sequence[bool | None]) -> float | None:
    return sum(value is True for value in values) / len(values) if values else None


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


__all__ = ["Agreement", "DisputedClaim", "JudgedRun", "PairAgreement", "agreement"]
