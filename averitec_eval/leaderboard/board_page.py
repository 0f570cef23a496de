"""The first page of a site: a section for each board and one for each published leaderboard."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from averitec_eval.audit.records import Audit
from averitec_eval.leaderboard.judged_view import JudgeFacts, judge_facts
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.rendering import board_anchor, frame, metric_heading, render
from averitec_eval.leaderboard.view import Estimate, PublicBoard, PublicSite, PublicSystem, PublishedBoard
from averitec_eval.statistics import Settings
from averitec_eval.tables import Table

if TYPE_CHECKING:
    from averitec_eval.leaderboard.charts import Chart, Charts

MAIN_METRICS = ("hu_meteor_q", "hu_meteor_qa", "robust_q", "robust_qa", "accuracy", "macro_f1")
"""The metrics beside the headline that the table shows at once; the column chooser has the others."""


class TableColumn(NamedTuple):
    """A column of the board's table.

    ``key`` names it in addresses, ``sort`` says how its cells are ordered and ``first`` in which direction at first.
    ``metric`` is the score it shows, if any. An ``optional`` one is hidden until somebody chooses it.
    """

    key: str
    heading: str
    sort: Literal["number", "text", ""]
    first: Literal["ascending", "descending"] = "descending"
    metric: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of the table that belong together: ``key`` is one of ``GROUPS``."""

    key: str
    title: str
    systems: tuple[PublicSystem, ...]


class Picture(NamedTuple):
    """A figure as a page needs it: its words, its numbers and where the image lies (empty: there is none)."""

    name: str
    title: str
    alt: str
    table: Table
    source: str
    pixels: tuple[int, int]


@dataclass(frozen=True, slots=True)
class BoardSection:
    """What the first page says of one board; ``top`` is the end of the axis that intervals are drawn on."""

    anchor: str
    folder: str
    name: str
    split: str
    profile: str
    profile_title: str
    credit: str
    headline: str
    n_claims: int
    n_ranked: int
    public_gold: bool
    has_claims: bool
    has_comparisons: bool
    signature: str
    level: float
    settings: Settings
    tie_break: str
    columns: tuple[TableColumn, ...]
    groups: tuple[RowGroup, ...]
    top: float
    figures: tuple[Picture, ...]
    weights: tuple[str, ...]
    judge: JudgeFacts | None = None


@dataclass(frozen=True, slots=True)
class PublishedSection:
    """What the first page says of one published leaderboard; ``columns`` are those that any row fills."""

    anchor: str
    board: PublishedBoard
    columns: tuple[TableColumn, ...]


def index_page(site: PublicSite, charts: Charts | None) -> Page:
    """The page ``index.html``; ``charts`` is None where no images are made, and the numbers stand there alone."""
    # Scores of different judges never stand under one name.
    several = len({board.judge for board in site.boards if board.judge is not None}) > 1
    boards = tuple(_section(board, charts, name_judge=several) for board in site.boards)
    published = tuple(_published(board) for board in site.published)
    around = frame(site)

    def draw() -> str:
        return render(
            "index.html",
            "index.html",
            around,
            description=site.description,
            boards=boards,
            published=published,
            robust_score=robust_score,
        )

    return Page("index.html", (around, site.description, boards, published), draw)


def _section(board: PublicBoard, charts: Charts | None, *, name_judge: bool) -> BoardSection:
    # An oracle scores so far above everything else that an axis with room for it would show no differences.
    headlines = [system.scores[board.headline] for system in board.scored if system.kind != "oracle"]
    return BoardSection(
        anchor=board_anchor(board.folder),
        folder=board.folder,
        name=board.name,
        split=board.split,
        profile=board.profile.name,
        profile_title=board.profile.title,
        credit="at least" if board.credit.comparison == "ge" else "above",
        headline=board.headline,
        n_claims=board.n_claims,
        n_ranked=sum(system.ranked for system in board.systems),
        public_gold=board.public_gold,
        has_claims=bool(board.public_gold and board.claims),
        has_comparisons=bool(board.comparisons),
        signature=board.signature,
        level=board.settings.level,
        settings=board.settings,
        tie_break=board.tie_break,
        columns=table_columns(board, name_judge=name_judge),
        groups=tuple(row_groups(board)),
        top=axis_top(headlines),
        figures=tuple(_pictures(board, charts)),
        weights=tuple(dict.fromkeys(_weights(system) for system in board.systems)),
        judge=judge_facts(board),
    )


def table_columns(board: PublicBoard, *, name_judge: bool = False) -> tuple[TableColumn, ...]:
    """The columns of a board's table, from left to right; with ``name_judge`` those of a judge say which it is."""
    judge = board.judge

    def heading(metric: str) -> str:
        own = judge is not None and metric.startswith(judge.credit_name)
        return metric_heading(metric) + (f", {judge.model}" if judge is not None and own and name_judge else "")

    columns = [
        TableColumn("tier", "Tier", "number", "ascending"),
        TableColumn("rank", "Rank", "number", "ascending"),
        TableColumn("system", "System", "text", "ascending"),
    ]
    if board.headline:
        columns.append(TableColumn("score", f"Score {heading(board.headline)}", "number", metric=board.headline))
    judged = () if judge is None else (f"{judge.credit_name}_q_recall", f"{judge.credit_name}_qa_recall")
    main = [metric for metric in (*judged, *MAIN_METRICS) if metric in board.metrics]
    others = [metric for metric in board.metrics if metric not in (board.headline, *main)]
    columns += [TableColumn(metric, heading(metric), "number", metric=metric) for metric in main]
    columns += [TableColumn(metric, heading(metric), "number", metric=metric, optional=True) for metric in others]
    return (
        *columns,
        TableColumn("missing", "Missing claims", "number", "ascending", optional=True),
        *((TableColumn("unjudged", "Claims without recall", "number", "ascending", optional=True),) if judge else ()),
        *audit_columns(board),
        # Columns that nobody filled are there to choose, so that their absence is not taken for a choice of the board.
        TableColumn("seconds", "Seconds a claim", "number", "ascending", optional=not _any(board, "seconds_per_claim")),
        TableColumn("weights", "Weights", "text", "ascending", optional=not _any(board, "open_weights")),
        TableColumn("date", "Date", "text", optional=not _any(board, "date")),
        TableColumn("links", "Links", ""),
    )


def audit_columns(board: PublicBoard) -> Iterator[TableColumn]:
    """The columns on audits, where there are any; hidden at first, for a number of findings is easily misread."""
    audits = [system.audit for system in board.systems if system.audit is not None]
    if audits:
        yield TableColumn("audit", "Audit: worth a look", "number", "ascending", optional=True)
        if any(audit.robust for audit in audits):
            yield TableColumn("robust", "Robust companion", "number", optional=True)


def robust_score(audit: Audit | None) -> Estimate | None:
    """The headline of the robust companion."""
    return None if audit is None else next((Estimate(*score) for score in audit.robust.values()), None)


def _any(board: PublicBoard, name: str) -> bool:
    return any(getattr(system, name) is not None for system in board.systems)


GROUPS = {
    "ranked": "Ranked",
    "compared": "For comparison: baselines and oracles take no rank",
    "unranked": "Scored but not ranked",
    "withheld": "Taking part, scores not shown",
    "unscored": "Not scored",
}
"""The groups of a table's rows with their titles, from top to bottom."""


def row_groups(board: PublicBoard) -> Iterator[RowGroup]:
    """The systems in the groups of the table, each in the board's order; groups without systems are left out."""
    members: dict[str, list[PublicSystem]] = {key: [] for key in GROUPS}
    for system in board.systems:
        if not system.scored:
            key = "withheld" if system.withheld else "unscored"
        elif system.ranked:
            key = "ranked"
        else:
            key = "unranked" if system.kind == "system" else "compared"
        members[key].append(_slim(system))
    for key, systems in members.items():
        if systems:
            yield RowGroup(key, GROUPS[key], tuple(systems))


_SHOWN = (
    "id",
    "name",
    "team",
    "kind",
    "anonymous",
    "rank",
    "rank_low",
    "rank_high",
    "tier",
    "reason",
    "withheld",
    "problems",
    "n_missing",
    "scores",
    "runs",
    "date",
    "url",
    "models",
    "open_weights",
    "hardware",
    "seconds_per_claim",
)


def _slim(system: PublicSystem) -> PublicSystem:
    """The system with nothing but what the table shows, so that a change elsewhere leaves the page as it is."""
    slim = PublicSystem(**{name: getattr(system, name) for name in _SHOWN})
    if system.judge is not None:
        counts = replace(system.judge, unscored_claims=(), no_reference_claims=(), steered_claims=())
        slim = replace(slim, judge=counts)
    audit = system.audit
    if audit is None:
        return slim
    findings = tuple(replace(finding, claims=(), examples=(), sentence="") for finding in audit.flagged)
    return replace(slim, audit=replace(audit, findings=findings, counterfactuals=(), skipped=()))


def _weights(system: PublicSystem) -> str:
    if system.open_weights is None:
        return "not said"
    return "open" if system.open_weights else "closed"


def axis_top(estimates: list[Estimate]) -> float:
    """The end of an axis from 0 that holds all the estimates: the next tenth, at most 1."""
    ends = [estimate.value if estimate.high is None else estimate.high for estimate in estimates]
    return min(1.0, max(0.1, math.ceil(10 * max(ends, default=1.0) - 1e-9) / 10))


def picture(chart: Chart, folder: str, drawn: bool) -> Picture:
    """A chart as a page needs it; its image lies among the figures in ``folder``, if it is ``drawn``."""
    name = chart.name.replace("/", "-")
    source = f"{folder}figures/{chart.name}.svg" if drawn else ""
    return Picture(name, chart.title, chart.alt, chart.table, source, chart.pixels)


def _pictures(board: PublicBoard, charts: Charts | None) -> Iterator[Picture]:
    from averitec_eval.leaderboard.charts import Charts

    # The words and numbers of a figure need no drawing library.
    made = charts or Charts()
    for chart in (made.board_levels(board), made.board_runtime(board)):
        if chart is not None:
            yield picture(chart, board.folder, charts is not None)


def _published(board: PublishedBoard) -> PublishedSection:
    columns = (
        TableColumn("rank", "Rank", "number", "ascending"),
        TableColumn("team", "Team", "text", "ascending"),
        TableColumn("system", "System", "text", "ascending"),
        TableColumn("score", "Score", "number"),
        TableColumn("q_only", "Q only", "number"),
        TableColumn("q_plus_a", "Q + A", "number"),
        TableColumn("old_score", "HU-METEOR @ 0.25", "number"),
        TableColumn("seconds_per_claim", "Seconds a claim", "number", "ascending"),
    )
    # A year in which the ranking metric was this very score would show the same column twice.
    same = all(row.old_score in (None, row.score) for row in board.rows)
    kept = tuple(
        column
        for column in columns
        if any(getattr(row, column.key) not in (None, "") for row in board.rows)
        and not (column.key == "old_score" and same)
    )
    return PublishedSection(f"published-{board.year}", board, kept)


__all__ = [
    "BoardSection",
    "Picture",
    "PublishedSection",
    "RowGroup",
    "TableColumn",
    "audit_columns",
    "axis_top",
    "index_page",
    "picture",
    "robust_score",
    "row_groups",
    "table_columns",
]
