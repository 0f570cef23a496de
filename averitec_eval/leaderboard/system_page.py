"""A page for each submission: every score with its interval, where it wins and loses, and what its files are like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from averitec_eval.audit.records import Audit, Finding
from averitec_eval.audit.tables import value_text
from averitec_eval.comparison import PairComparison
from averitec_eval.leaderboard.board_page import Picture, axis_top, picture
from averitec_eval.leaderboard.claim_pages import claim_path
from averitec_eval.leaderboard.compare_pages import difference_top, outcome, p_text, pair_path
from averitec_eval.leaderboard.difficulty import telling_claims
from averitec_eval.leaderboard.judged_view import judge_facts, judged_rows
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.rendering import Crumb, Frame, crumbs, frame, metric_title, render
from averitec_eval.leaderboard.view import (
    ConfusionMatrix,
    Estimate,
    PublicBoard,
    PublicSite,
    PublicSystem,
)

if TYPE_CHECKING:
    from averitec_eval.leaderboard.charts import Charts

SHADES = 5
"""In how many steps cells of a confusion matrix are shaded, by their share of the row."""


MOST_CLAIMS = 12
"""How many claims of an audit's finding are listed."""


class Rival(NamedTuple):
    """The comparison with another system, seen from one: wins and a positive difference are in its favour."""

    id: str
    name: str
    kind: str
    difference: float
    low: float
    high: float
    p: float
    outcome: str
    wins: int
    ties: int
    losses: int


class Cell(NamedTuple):
    """One cell of a confusion matrix; ``shade`` is 0 to ``SHADES``, ``right`` says that the verdicts agree."""

    claims: int
    shade: int
    right: bool


def system_path(folder: str, system_id: str) -> str:
    """Where a system's page lies below the site's folder."""
    return f"{folder}systems/{system_id}.html"


def system_pages(site: PublicSite, board: PublicBoard, charts: Charts | None) -> Iterator[Page]:
    """Yield a page for each submission of a board, scored or not; without ``charts`` the numbers stand alone."""
    around = frame(site, board)
    for system in board.systems:
        yield _page(board, around, system, charts)


def _first_metrics(board: PublicBoard, system: PublicSystem) -> list[str]:
    """The metrics that are given of the first pairs, the share of claims with credit first; no judge sees a part."""
    metrics = [metric for metric in board.metrics if system.first and all(metric in k.scores for k in system.first)]
    ranking = board.profile.credit_metric(board.profile.headline_level)
    return metrics if board.judge is None else sorted(metrics, key=lambda metric: metric != ranking)


def _page(board: PublicBoard, around: Frame, system: PublicSystem, charts: Charts | None) -> Page:
    path = system_path(board.folder, system.id)
    rivals = tuple(_rivals(board, system))
    got, missed = telling_claims(board, system)
    levels = _levels(board, system, charts)
    claim_ids = frozenset(claim.claim_id for claim in board.claims)
    # All of it but the claims, which have pages of their own.
    slim = replace(system, claims=(), details={}, document=None)
    facts = (board.folder, board.headline, board.metrics, board.profile, board.settings, board.public_gold, board.judge)

    def make() -> str:
        return render(
            "system.html",
            path,
            around,
            crumbs(around, Crumb(system.name, None)),
            system=slim,
            # What the table of findings says is not said twice.
            problems=[problem for problem in system.problems if not problem.startswith(_codes(system))],
            folder=board.folder,
            headline=board.headline,
            metrics=[
                (metric, metric_title(metric, board.profile)) for metric in board.metrics if metric in system.scores
            ],
            titles={metric: metric_title(metric, board.profile) for metric in system.scores},
            level=board.settings.level,
            public_gold=board.public_gold and bool(system.claims),
            claim_path=claim_path,
            claim_ids=claim_ids,
            audit_findings=() if system.audit is None else tuple(_audit_findings(system.audit)),
            robust=()
            if system.audit is None
            else [(name, Estimate(*score)) for name, score in system.audit.robust.items()],
            most_claims=MOST_CLAIMS,
            value_text=value_text,
            levels=levels,
            confusion=confusion_rows(system.confusion) if system.confusion else (),
            groups=[
                (name, groups)
                for name, groups in (("Claim type", system.by_type), ("Strategy", system.by_strategy))
                if groups
            ],
            groups_top=axis_top(
                [
                    group.scores[board.headline]
                    for group in (*system.by_type, *system.by_strategy)
                    if board.headline in group.scores
                ]
            ),
            group_metrics=(
                board.headline,
                f"{board.profile.evidence_name}_qa" if board.judge is None else f"{board.judge.credit_name}_qa_recall",
                "accuracy",
            ),
            first_metrics=_first_metrics(board, system),
            judge=judge_facts(board),
            judged_rows=() if system.judge is None else judged_rows(system.judge),
            cap=board.profile.cap,
            rivals=rivals,
            rivals_top=difference_top([(rival.low, rival.high) for rival in rivals if rival.kind != "oracle"]),
            pair_path=pair_path,
            p=p_text,
            telling=(
                ("got", "Claims it got and few others did", got),
                ("missed", "Claims most others got and it did not", missed),
            ),
        )

    return Page(path, (around, slim, facts, rivals, got, missed, levels), make)


def _codes(system: PublicSystem) -> tuple[str, ...]:
    """The codes of what was found, with which those problems begin that the table of findings holds."""
    return tuple(finding.code for finding in system.findings)


def _audit_findings(audit: Audit) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    yield "Worth a look: what reaches the threshold that the organiser chose.", audit.flagged
    rest = tuple(finding for finding in audit.findings if not finding.flagged)
    yield "Below its threshold.", rest


def _levels(board: PublicBoard, system: PublicSystem, charts: Charts | None) -> Picture | None:
    from averitec_eval.leaderboard.charts import Charts

    chart = (charts or Charts()).system_levels(board, system) if system.scored else None
    return None if chart is None else picture(chart, board.folder, charts is not None)


def _rivals(board: PublicBoard, system: PublicSystem) -> Iterator[Rival]:
    kinds = {other.id: other.kind for other in board.systems}
    for comparison in board.comparisons:
        if system.id == comparison.a:
            yield _rival(comparison.b, kinds[comparison.b], comparison.pair.b, comparison.pair, 1)
        elif system.id == comparison.b:
            yield _rival(comparison.a, kinds[comparison.a], comparison.pair.a, comparison.pair, -1)


def _rival(other: str, kind: str, name: str, pair: PairComparison, sign: int) -> Rival:
    low, high = sorted((sign * pair.ci_low, sign * pair.ci_high))
    wins, losses = (pair.wins, pair.losses) if sign > 0 else (pair.losses, pair.wins)
    return Rival(other, name, kind, sign * pair.difference, low, high, pair.p, outcome(pair), wins, pair.ties, losses)


def confusion_rows(matrix: ConfusionMatrix) -> tuple[tuple[str, tuple[Cell, ...], int], ...]:
    """The rows of a confusion matrix: the gold verdict, its cells and how many claims there are of it."""
    rows = []
    for name, counts in zip(matrix.rows, matrix.counts, strict=True):
        total = sum(counts)
        cells = tuple(
            Cell(count, round(SHADES * count / total) if total else 0, column == name)
            for column, count in zip(matrix.columns, counts, strict=True)
        )
        rows.append((name, cells, total))
    return tuple(rows)


__all__ = ["SHADES", "Cell", "Rival", "confusion_rows", "system_pages", "system_path"]
