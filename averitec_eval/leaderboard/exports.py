"""The numbers of a site as files for programs: JSON at full precision and text as it is, CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from averitec_eval.audit.records import Audit
from averitec_eval.json_output import to_json
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.view import BoardJudge, Estimate, PublicBoard, PublicSystem
from averitec_eval.scoring.judged import JudgedClaim, JudgeSummary
from averitec_eval.scoring.profiles import FIRST_PAIRS, level_name
from averitec_eval.tables import Column, Table, Value, to_csv

SCHEMA_VERSION = 3
"""Version of ``board.json``."""


def export_pages(board: PublicBoard) -> Iterator[Page]:
    """The data files of one board."""
    document, table = board_dict(board), board_table(board)
    yield Page(f"{board.folder}board.json", (document,), partial(to_json, document))
    yield Page(f"{board.folder}board.csv", (table,), partial(_csv, table))
    for system in board.scored:
        path = f"{board.folder}results/{system.id}"
        if system.document is not None:
            yield Page(f"{path}.json", (system.document,), partial(to_json, system.document))
        scores = scores_table(board, system)
        yield Page(f"{path}.csv", (scores,), partial(_csv, scores))
        if system.audit is not None:
            audit = system.audit.to_dict()
            yield Page(f"{path}.audit.json", (audit,), partial(to_json, audit))
        if board.public_gold:
            yield Page(
                f"{path}.claims.csv",
                (system.name, system.claims),
                lambda system=system: _csv(claims_table(system)),  # type: ignore[misc]
            )


def _csv(table: Table) -> str:
    return to_csv([table])


def board_dict(board: PublicBoard) -> dict[str, Any]:
    """The board as a JSON object: what its table shows, at full precision. ``schemas/board.schema.json`` describes
    it.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "name": board.name,
        "split": board.split,
        "profile": board.profile.name,
        "signature": board.signature,
        "headline": board.headline,
        "n_gold": board.n_claims,
        "gold_sha256": board.gold_sha256,
        "public_gold": board.public_gold,
        "ranking": {
            "level": board.settings.level,
            "resamples": board.settings.resamples,
            "seed": board.settings.seed,
            "tie_break": board.tie_break,
        },
        # Only where there is a judge, so that boards without one are written as ever.
        **({} if board.judge is None else {"judge": _judge_dict(board.judge)}),
        "entries": [_system_dict(board, system) for system in board.systems],
    }


def _judge_dict(judge: BoardJudge) -> dict[str, Any]:
    return {
        "model": judge.model,
        "parameters": dict(judge.parameters),
        "prompts": {kind: {"name": name, "version": n, "sha256": sha256} for kind, name, n, sha256 in judge.prompts},
        "fit": judge.fit,
        "levels": list(judge.levels),
        "level": judge.level,
        "comparison": judge.comparison,
        "answers": judge.answers,
        "cap": judge.cap,
        "withhold_above": judge.withhold_above,
        "replies_sha256": judge.replies_sha256,
    }


def _judged_dict(judge: JudgeSummary) -> dict[str, Any]:
    """What became of a submission's evidence before the judge: numbers, and no claim."""
    return {
        "n_judged": judge.n_judged,
        "failure_rate": judge.failure_rate,
        "withheld": judge.withheld,
        "bounds": list(judge.bounds),
        "counts": {kind: counts.to_dict() for kind, counts in judge.counts.items()},
        "steered": judge.steered,
    }


def _system_dict(board: PublicBoard, system: PublicSystem) -> dict[str, Any]:
    return {
        "id": system.id,
        "name": system.name,
        "team": system.team or None,
        "kind": system.kind,
        "anonymous": system.anonymous,
        "rank": system.rank,
        "rank_interval": None if system.rank is None else [system.rank_low, system.rank_high],
        "tier": system.tier,
        "reason": system.reason or None,
        "problems": list(system.problems),
        "signature": system.signature,
        "n_missing": system.n_missing,
        "scores": {name: score.value for name, score in system.scores.items()} if system.scored else None,
        "intervals": _intervals(system.scores) if system.scored else None,
        "first_pairs": [
            {
                "k": first.k,
                "scores": {name: score.value for name, score in first.scores.items()},
                "intervals": _intervals(first.scores),
            }
            for first in system.first
        ],
        "pairs": None
        if system.pairs is None
        else {"mean": system.pairs[0], "least": system.pairs[1], "most": system.pairs[2]},
        "runs": None
        if system.runs is None
        else {
            "scores": list(system.runs.scores),
            "low": system.runs.low,
            "high": system.runs.high,
            "deviation": system.runs.deviation,
        },
        "date": system.date,
        "description": system.description or None,
        "url": system.url,
        "models": list(system.models),
        "open_weights": system.open_weights,
        "hardware": system.hardware or None,
        "seconds_per_claim": system.seconds_per_claim,
        "findings": [
            {"code": finding.code, "severity": finding.severity, "title": finding.title, "count": finding.count}
            for finding in system.findings
        ],
        "audit": None if system.audit is None else _audit_dict(board, system.id, system.audit),
        **({} if board.judge is None else {"judge": None if system.judge is None else _judged_dict(system.judge)}),
        "results": None if system.document is None else f"{board.folder}results/{system.id}.json",
    }


def _audit_dict(board: PublicBoard, id: str, audit: Audit) -> dict[str, Any]:
    return {
        "probes": len(audit.findings),
        "flagged": [finding.probe for finding in audit.flagged],
        "robust": {name: {"value": v, "low": low, "high": high} for name, (v, low, high) in audit.robust.items()},
        "file": f"{board.folder}results/{id}.audit.json",
    }


def _intervals(scores: Mapping[str, Estimate]) -> dict[str, list[float]]:
    return {
        name: [score.low, score.high]
        for name, score in scores.items()
        if score.low is not None and score.high is not None
    }


def board_table(board: PublicBoard) -> Table:
    """The whole table of a board: submissions with a score first, best first, then those without."""
    metrics = board.metrics
    columns = (
        *(Column(name, "right") for name in ("rank", "rank low", "rank high", "tier")),
        *map(Column, ("id", "name", "team", "kind")),
        *(Column(f"{metric}{end}", "right") for metric in metrics for end in ("", " low", " high")),
        Column("missing", "right"),
        *map(Column, ("date", "models", "open weights", "hardware")),
        Column("seconds per claim", "right"),
        *map(Column, ("url", "not ranked because")),
    )
    rows = []
    for system in board.systems:
        cells: list[Value] = [system.rank, system.rank_low, system.rank_high, system.tier]
        cells += [system.id, system.name, system.team or None, system.kind]
        for metric in metrics:
            cells += _span(system.scores.get(metric))
        cells += [system.n_missing, system.date, ", ".join(system.models) or None, system.open_weights]
        cells += [system.hardware or None, system.seconds_per_claim, system.url, system.reason or None]
        rows.append(tuple(cells))
    return Table(board.name, columns, tuple(rows))


def _span(score: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if score is None else (score.value, score.low, score.high)


def scores_table(board: PublicBoard, system: PublicSystem) -> Table:
    """All scores of one system with their intervals: over all claims, by claim type, strategy and first pairs."""
    parts: list[tuple[str, str, int, Mapping[str, Estimate]]] = [("all", "", board.n_claims, system.scores)]
    parts += [("claim type", group.name, group.n, group.scores) for group in system.by_type]
    parts += [("strategy", group.name, group.n, group.scores) for group in system.by_strategy]
    parts += [("first pairs", str(first.k), board.n_claims, first.scores) for first in system.first]
    columns = (
        *map(Column, ("part", "group")),
        Column("claims", "right"),
        Column("metric"),
        *(Column(name, "right") for name in ("score", "low", "high")),
    )
    rows = tuple(
        (part, group or None, n, metric, *_span(score))
        for part, group, n, scores in parts
        for metric, score in scores.items()
    )
    return Table(system.name, columns, rows)


def claims_table(system: PublicSystem) -> Table:
    """The scores of one system on each claim of a public gold set, in gold order."""
    levels = system.claims[0].levels if system.claims else ()
    judged = next((claim.ev2r.levels for claim in system.claims if claim.ev2r is not None), None)
    columns = (
        Column("claim_id", "right"),
        *map(Column, ("gold", "predicted", "label_correct")),
        Column("evidence_q", "right"),
        Column("evidence_qa", "right"),
        *(Column(f"credit@{level_name(level)}") for level in levels),
        *(Column(f"evidence_first@{k}", "right") for k in FIRST_PAIRS),
        *(Column(name, "right") for name in ("justification", "n_predicted", "n_counted", "n_gold")),
        *(() if judged is None else _judged_columns(judged)),
    )
    rows = tuple(
        (
            claim.claim_id,
            claim.gold.value,
            None if claim.predicted is None else claim.predicted.value,
            claim.label_correct,
            claim.evidence_q,
            claim.evidence_qa,
            *claim.credit,
            *claim.evidence_first,
            claim.justification,
            claim.n_predicted,
            claim.n_counted,
            claim.n_gold,
            *(() if claim.ev2r is None else _judged_cells(claim.ev2r)),
        )
        for claim in system.claims
    )
    return Table(system.name, columns, rows)


def _judged_columns(levels: Sequence[float]) -> Iterator[Column]:
    for name in ("ev2r_q_recall", "ev2r_qa_recall", "ev2r_qa_precision"):
        yield Column(name, "right")
    yield Column("ev2r_fault")
    for level in levels:
        yield Column(f"ev2r_credit@{level_name(level)}")


def _judged_cells(claim: JudgedClaim) -> Iterator[Value]:
    """Yield what a judge's counts give of a claim; empty where they give nothing."""
    yield from (claim.questions.recall, claim.qa.recall, claim.qa.precision)
    yield claim.qa.fault or (None if claim.qa.status == "scored" else claim.qa.status)
    yield from claim.credit


__all__ = ["SCHEMA_VERSION", "board_dict", "board_table", "claims_table", "export_pages", "scores_table"]
