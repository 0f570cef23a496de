"""The figures of a board: what each shows, in words and numbers, and how it is drawn.

A chart's text alternative and table need no matplotlib; ``render`` draws it and does (the extra ``figures``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from averitec_eval.leaderboard import drawing
from averitec_eval.leaderboard.drawing import Curve, Series, available, render
from averitec_eval.leaderboard.palette import SERIES
from averitec_eval.leaderboard.rendering import credit_name
from averitec_eval.leaderboard.view import ConfusionMatrix, Estimate, Group, PublicBoard, PublicSystem
from averitec_eval.scoring.profiles import CREDIT_NAMES, level_name
from averitec_eval.tables import Column, Table, Value
from averitec_eval.validation.printable import shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 6.2
"""Inches: the text of a paper in one column, and 595 pixels of a page."""

_JUDGED_CREDIT = ("ev2r", "ev2r_lite")
"""What begins the names of the shares of claims with credit that a judge decides; they rank where there are any."""

NAME_LENGTH = 27
"""How many narrow characters of a system's name a figure has room for; tables hold all of it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One figure.

    ``name`` is the path of its files without ending, ``title`` what it is of and ``alt`` what it shows, in sentences.
    ``table`` holds its numbers. ``size`` is its width and height in inches. ``draw`` puts it into an empty matplotlib
    figure of that size, and ``data`` is all that it draws: as long as ``inputs`` stay the same, so do its files.
    """

    name: str
    title: str
    alt: str
    table: Table
    size: tuple[float, float]
    data: object
    draw: Callable[[Figure], None]

    @property
    def inputs(self) -> tuple[object, ...]:
        """Everything its files are made from, as plain values and records, the drawing library's version included."""
        return (self.name, self.title, self.alt, self.size, self.data, library_version())

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height in CSS pixels, the natural size of its SVG."""
        return round(96 * self.size[0]), round(96 * self.size[1])


def library_version() -> str:
    """The version of matplotlib, empty where it is not installed; does not import it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("matplotlib")
    except PackageNotFoundError:
        return ""


class Charts:
    """The charts of boards. A chart that would be empty is None."""

    def board_levels(self, board: PublicBoard) -> Chart | None:
        """The AVeriTeC score of all systems at all levels: None if none has a score."""
        levels, systems = _levels(board), board.scored
        curves = [curve for curve in _level_curves(board, systems) if curve.points]
        if not curves:
            return None
        data = drawing.LevelsData(
            tuple(curves), _ranking_level(board), _level_title(board), credit_name(board.credit.name), False
        )
        headings = ("System", "Rank", *(f"at {level_name(level)}" for level in levels))
        rows = tuple((system.name, system.rank, *_at_levels(system, levels)) for system in systems)
        title = f"{credit_name(board.credit.name)} by level" + _of(board)
        return Chart(
            "levels",
            title,
            _levels_alt(board, systems, levels),
            _table(title, headings, rows),
            (WIDTH, max(4.0, 1.3 + 0.165 * len(curves))),
            data,
            partial(drawing.draw_levels, data=data),
        )

    def board_runtime(self, board: PublicBoard) -> Chart | None:
        """The headline score against seconds per claim: None if no system with a score names its runtime."""
        systems = [system for system in board.scored if _runtime(system) and board.headline in system.scores]
        if not systems:
            return None
        points = [_timed_point(system, system.scores[board.headline]) for system in systems]
        series = _series(board)
        data = drawing.RuntimeData(
            tuple(Curve(series[system.id], (point,)) for system, point in zip(systems, points, strict=True)),
            tuple(system.open_weights is True for system in systems),
            "Seconds per claim (logarithmic)",
            _headline_title(board),
        )
        headings = ("System", "Rank", "Seconds per claim", _headline_title(board), "Low", "High", "Open weights")
        rows: list[tuple[Value, ...]] = [
            (system.name, system.rank, *point, system.open_weights)
            for system, point in zip(systems, points, strict=True)
        ]
        title = "Score against runtime" + _of(board)
        return Chart(
            "runtime",
            title,
            _runtime_alt(board, systems),
            _table(title, headings, tuple(rows)),
            (WIDTH, 4.4),
            data,
            partial(drawing.draw_runtime, data=data),
        )

    def system_levels(self, board: PublicBoard, system: PublicSystem) -> Chart | None:
        """One system's score at all levels with its intervals, beside the best ranked one's: None without scores."""
        levels = _levels(board)
        scores = [system.scores.get(board.credit.metric(level)) for level in levels]
        known = [(level, score) for level, score in zip(levels, scores, strict=True) if score is not None]
        if not known:
            return None
        best = next((other for other in board.scored if other.ranked), None)
        curves = [_curve(_one_series(system, 0), system, levels)]
        if best is not None and best.id != system.id:
            curves.append(_curve(_one_series(best, None), best, levels, bare=True))
        data = drawing.LevelsData(
            tuple(curve for curve in curves if curve.points),
            _ranking_level(board),
            _level_title(board),
            credit_name(board.credit.name),
            True,
        )
        title = f"{credit_name(board.credit.name)} of {_said(system)} by level"
        rows: list[tuple[Value, ...]] = [(level_name(level), *_span(score)) for level, score in known]
        return Chart(
            f"systems/{system.id}-levels",
            title,
            _system_alt(board, system, known, best),
            _table(title, ("Level", credit_name(board.credit.name), "Low", "High"), tuple(rows)),
            (WIDTH, 3.4),
            data,
            partial(drawing.draw_levels, data=data),
        )

    def forest(self, board: PublicBoard) -> Chart | None:
        """The headline score of all systems with intervals and tiers: None if none has a score."""
        systems = [system for system in board.scored if board.headline in system.scores]
        if not systems:
            return None
        series = _series(board)
        data = drawing.ForestData(
            tuple(Curve(series[system.id], (_across(system.scores[board.headline]),)) for system in systems),
            tuple(system.tier for system in systems),
            _headline_title(board),
        )
        title = "Scores with their intervals" + _of(board)
        return Chart(
            "scores",
            title,
            _forest_alt(board, systems),
            board_table(board, title),
            (WIDTH, 0.95 + 0.24 * len(systems)),
            data,
            partial(drawing.draw_forest, data=data),
        )

    def confusion(self, system: PublicSystem) -> Chart | None:
        """How often each gold verdict got each predicted one: None without scores."""
        matrix = system.confusion
        if matrix is None or not any(map(sum, matrix.counts)):
            return None
        # Nobody needs to see a column of zeros for claims left out where none is.
        columns = [number for number, name in enumerate(matrix.columns) if name in matrix.rows or _sum(matrix, number)]
        matrix = ConfusionMatrix(
            matrix.rows,
            tuple(matrix.columns[number] for number in columns),
            tuple(tuple(counts[number] for number in columns) for counts in matrix.counts),
        )
        data = drawing.MatrixData(matrix.rows, matrix.columns, matrix.counts)
        title = f"Gold and predicted verdicts of {_said(system)}"
        rows: list[tuple[Value, ...]] = [(name, *row) for name, row in zip(matrix.rows, matrix.counts, strict=True)]
        return Chart(
            f"systems/{system.id}-confusion",
            title,
            _confusion_alt(matrix),
            _table(title, ("Gold verdict", *matrix.columns), tuple(rows)),
            (1.6 + 0.95 * len(matrix.columns), 3.6),
            data,
            partial(drawing.draw_matrix, data=data),
        )

    def all_of(self, board: PublicBoard) -> Iterator[Chart]:
        """Every chart of a board and its systems that is not empty."""
        made = [self.forest(board), self.board_levels(board), self.board_runtime(board)]
        for system in board.scored:
            made += [self.system_levels(board, system), self.confusion(system)]
        yield from (chart for chart in made if chart is not None)


def board_table(board: PublicBoard, title: str = "") -> Table:
    """The systems of a board with a score: rank, interval of the rank, tier, headline with its interval, other
    scores.
    """
    headline, evidence = _headline_title(board), board.profile.evidence_name
    metrics = {"Q only": f"{evidence}_q", "Q + A": f"{evidence}_qa", "Accuracy": "accuracy", "Macro F1": "macro_f1"}
    if board.judge is not None:
        name = board.judge.credit_name
        judged = {"Judge's Q recall": f"{name}_q_recall", "Judge's Q + A recall": f"{name}_qa_recall"}
        metrics = judged | metrics
    columns = (
        Column("Rank", "right"),
        Column("Rank interval", "right"),
        Column("Tier", "right"),
        Column("System"),
        Column("Team"),
        *(Column(heading, "right") for heading in (headline, "Low", "High", *metrics)),
        Column("Not ranked because"),
    )
    rows = tuple(
        (
            system.rank,
            None if system.rank is None else f"{system.rank_low}-{system.rank_high}",
            system.tier,
            system.name,
            system.team,
            *_span(system.scores.get(board.headline)),
            *(_value(system, metric) for metric in metrics.values()),
            system.reason or None,
        )
        for system in board.scored
    )
    return Table(title or "Board" + _of(board), columns, rows)


def groups_table(board: PublicBoard, groups_of: Callable[[PublicSystem], Sequence[Group]], what: str) -> Table | None:
    """The headline score of every system over the claims of each group, such as a claim type, whose number of claims
    stands in the heading; None where there are no groups.
    """
    sizes = {group.name: group.n for system in board.scored for group in groups_of(system)}
    if not sizes:
        return None
    headings = ("System", "Rank", *(f"{shorten(name, 60)} ({n:,})" for name, n in sizes.items()))
    rows = []
    for system in board.scored:
        scores = {group.name: group.scores.get(board.headline) for group in groups_of(system)}
        rows.append((system.name, system.rank, *(_span(scores.get(name))[0] for name in sizes)))
    return _table(f"{_headline_title(board)} by {what}{_of(board)}", headings, tuple(rows))


def tables(board: PublicBoard) -> Iterator[tuple[str, Table]]:
    """Every table for a paper that a board has, with the name of its file without ending."""
    if not board.scored:
        return
    yield "board", board_table(board)
    charts = Charts()
    for chart in (charts.board_levels(board), charts.board_runtime(board)):
        if chart is not None:
            yield chart.name, chart.table
    for name, what, groups_of in (
        ("by-type", "claim type", lambda system: system.by_type),
        ("by-strategy", "fact-checking strategy", lambda system: system.by_strategy),
    ):
        table = groups_table(board, groups_of, what)
        if table is not None:
            yield name, table
    for system in board.scored:
        chart = charts.system_levels(board, system)
        if chart is not None:
            yield chart.name, chart.table


def _levels(board: PublicBoard) -> list[float]:
    return sorted(board.credit.levels)


def _value(system: PublicSystem, metric: str) -> float | None:
    return _span(system.scores.get(metric))[0]


def _span(estimate: Estimate | None) -> tuple[float, float | None, float | None] | tuple[None, None, None]:
    return (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)


def _table(title: str, headings: Sequence[str], rows: tuple[tuple[Value, ...], ...]) -> Table:
    """A table whose columns of names are to the left and whose columns of numbers are to the right."""
    names = {"System", "Gold verdict"}
    columns = tuple(
        Column(heading, "left" if heading in names else "right", 1 if heading == "Seconds per claim" else 3)
        for heading in headings
    )
    return Table(title, columns, rows)


def _of(board: PublicBoard) -> str:
    """Which board a title is of, where the board has a name."""
    return f", {shorten(board.name)}" if board.name else ""


def _ranking_level(board: PublicBoard) -> float | None:
    credit = board.credit
    return next((level for level in credit.levels if board.headline == credit.metric(level)), None)


def _headline_title(board: PublicBoard) -> str:
    name, at, level = board.headline.partition("@")
    return f"{credit_name(name)} @ {level}" if at and name == board.credit.name else board.headline


def _level_title(board: PublicBoard) -> str:
    credit = board.credit
    what = "judge's recall" if credit.judged else "evidence score"
    return f"Level that the {what} must {'reach' if credit.comparison == 'ge' else 'exceed'}"


def _runtime(system: PublicSystem) -> bool:
    return system.seconds_per_claim is not None and system.seconds_per_claim > 0


def _fitted(name: str) -> str:
    """A name cut to the room that figures have; a wide character takes that of two."""
    shown, room = "", NAME_LENGTH
    for character in shorten(name, 2 * NAME_LENGTH):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else not unicodedata.combining(character)
        if room < 0:
            return shown.rstrip() + "…"
        shown += character
    return shown


def _series(board: PublicBoard) -> dict[str, Series]:
    """How each system with a score looks in the board's figures, by id: colours go to the ranked ones first."""
    order = sorted(board.scored, key=lambda system: not system.ranked)
    styles: dict[str, int | None] = {system.id: number for number, system in enumerate(order[: len(SERIES)])}
    return {system.id: _one_series(system, styles.get(system.id)) for system in board.scored}


def _one_series(system: PublicSystem, style: int | None) -> Series:
    return Series(_fitted(_name(system)), "–" if system.rank is None else str(system.rank), system.ranked, style)


def _level_curves(board: PublicBoard, systems: Sequence[PublicSystem]) -> Iterator[Curve]:
    series, levels = _series(board), _levels(board)
    for system in systems:
        yield _curve(series[system.id], system, levels, bare=True)


def _curve(series: Series, system: PublicSystem, levels: Sequence[float], *, bare: bool = False) -> Curve:
    """A system's scores by level; ``bare`` leaves the intervals away."""
    points = []
    for level in levels:
        score = _at(system, level)
        if score is not None:
            points.append((level, score.value, *((None, None) if bare else (score.low, score.high))))
    return Curve(series, tuple(points))


def _at_levels(system: PublicSystem, levels: Sequence[float]) -> Iterator[float | None]:
    return (None if (score := _at(system, level)) is None else score.value for level in levels)


def _at(system: PublicSystem, level: float) -> Estimate | None:
    """The share of claims with credit at a level, whatever the board's profile calls it."""
    names = (f"{name}@{level_name(level)}" for name in (*_JUDGED_CREDIT, *CREDIT_NAMES))
    return next((system.scores[name] for name in names if name in system.scores), None)


def _levels_alt(board: PublicBoard, systems: Sequence[PublicSystem], levels: Sequence[float]) -> str:
    sentences = [f"Line chart: {_count(len(systems), 'system')}, {_count(len(levels), 'level')}{_range(levels)}."]
    compared = [system for system in systems if system.ranked] or list(systems)
    leaders: dict[str, list[float]] = {}
    for level in levels:
        leader = _highest(compared, level)
        if leader is not None:
            leaders.setdefault(leader, []).append(level)
    among = " of the ranked systems" if len(compared) < len(systems) else ""
    if len(systems) == 1:
        sentences.append(_course(systems[0], levels))
    elif len(leaders) == 1 and len(levels) > 1:
        leader = next(iter(leaders))
        sentences.append(f"{leader} is highest{among} at every level.")
        first = next((system for system in compared if _said(system) == leader), None)
        if first is not None:
            sentences.append(_course(first, levels))
    else:
        parts = [f"{leader} at {_listed([level_name(level) for level in won])}" for leader, won in leaders.items()]
        sentences.append(f"Highest{among}: {'; '.join(parts)}.")
    ranking = _ranking_level(board)
    if len(systems) > 1 and ranking is not None:
        scored = [(score, system) for system in systems if (score := _value(system, board.headline)) is not None]
        if scored:
            (high, top), (low, last) = max(scored, key=_score), min(scored, key=_score)
            sentences.append(
                f"At {level_name(ranking)}, which ranks, scores run from {low:.3f} ({_said(last)}) to {high:.3f} "
                f"({_said(top)})."
            )
    unranked = sum(not system.ranked for system in systems)
    if unranked:
        verb = "takes" if unranked == 1 else "take"
        sentences.append(f"{unranked} of them {verb} no rank and {'is' if unranked == 1 else 'are'} drawn dashed.")
    return " ".join(sentences)


def _score(pair: tuple[float, PublicSystem]) -> float:
    return pair[0]


def _highest(systems: Sequence[PublicSystem], level: float) -> str | None:
    """Who is highest at a level, in words."""
    scores = [(score.value, system) for system in systems if (score := _at(system, level)) is not None]
    if not scores:
        return None
    best = max(scores, key=_score)[0]
    names = [_said(system) for score, system in scores if score == best]
    return _listed(names) if len(names) < 4 else f"{len(names)} systems alike"


def _course(system: PublicSystem, levels: Sequence[float]) -> str:
    """How a system's score goes from the lowest level to the highest."""
    known = [
        (level, score) for level, score in zip(levels, _at_levels(system, levels), strict=True) if score is not None
    ]
    if not known:
        return f"{_said(system)} has no score at any level."
    (first, start), (last, end) = known[0], known[-1]
    if len(known) == 1:
        return f"{_said(system)} scores {start:.3f} at {level_name(first)}."
    way = "falls" if end < start else "rises" if end > start else "stays"
    return f"{_said(system)} {way} from {start:.3f} at {level_name(first)} to {end:.3f} at {level_name(last)}."


def _system_alt(
    board: PublicBoard, system: PublicSystem, known: Sequence[tuple[float, Estimate]], best: PublicSystem | None
) -> str:
    levels = [level for level, _ in known]
    sentences = [f"Line chart over {_count(len(levels), 'level')}{_range(levels)}.", _course(system, levels)]
    headline = system.scores.get(board.headline)
    if headline is not None and headline.low is not None and headline.high is not None:
        sentences.append(
            f"{_headline_title(board)}, which ranks, is {headline.value:.3f} with a {100 * board.settings.level:g} % "
            f"interval from {headline.low:.3f} to {headline.high:.3f}."
        )
    other = None if best is None or best.id == system.id else best.scores.get(board.headline)
    if best is not None and other is not None:
        sentences.append(f"For comparison, {_said(best)}, the best ranked, has {other.value:.3f}.")
    elif best is not None and best.id == system.id:
        sentences.append("It is the best ranked.")
    return " ".join(sentences)


def _runtime_alt(board: PublicBoard, systems: Sequence[PublicSystem]) -> str:
    silent = len(board.scored) - len(systems)
    shown = f"{_count(len(systems), 'system')} that name{'s' if len(systems) == 1 else ''} a runtime"
    sentences = [f"Scatter chart: {shown}, the axis of seconds being logarithmic."]
    best = max(systems, key=lambda system: _value(system, board.headline) or 0.0)
    fastest = min(systems, key=lambda system: system.seconds_per_claim or 0.0)
    sentences.append(
        f"Highest is {_said(best)} with {_timed(board, best)}"
        + (
            ", also the fastest."
            if best is fastest
            else f"; fastest is {_said(fastest)} with {_timed(board, fastest)}."
        )
    )
    unbeaten = _unbeaten(board, systems)
    if len(unbeaten) not in (0, len(systems)) and len(systems) > 2:
        verb = "has" if len(unbeaten) == 1 else "have"
        sentences.append(f"Only {_listed([_said(system) for system in unbeaten])} {verb} no faster system above.")
    if silent:
        sentences.append(f"{_count(silent, 'system')} more with a score {'names' if silent == 1 else 'name'} none.")
    return " ".join(sentences)


def _timed(board: PublicBoard, system: PublicSystem) -> str:
    return f"{_value(system, board.headline):.3f} at {system.seconds_per_claim:,.4g} seconds per claim"


def _unbeaten(board: PublicBoard, systems: Sequence[PublicSystem]) -> list[PublicSystem]:
    """The systems that score higher than every faster one, fastest first."""
    unbeaten: list[PublicSystem] = []
    highest = -1.0
    for system in sorted(
        systems, key=lambda one: (one.seconds_per_claim or 0.0, -(_value(one, board.headline) or 0.0))
    ):
        score = _value(system, board.headline) or 0.0
        if score > highest:
            unbeaten.append(system)
            highest = score
    return unbeaten


def _forest_alt(board: PublicBoard, systems: Sequence[PublicSystem]) -> str:
    level = f"{100 * board.settings.level:g} %"
    sentences = [f"{_count(len(systems), 'system')} from best to worst, each with its score and {level} interval."]
    for system in (systems[0], systems[-1])[: len(systems)]:
        score = system.scores[board.headline]
        ends = "" if score.low is None or score.high is None else f" [{score.low:.3f}, {score.high:.3f}]"
        place = "has" if len(systems) == 1 else "is first with" if system is systems[0] else "is last with"
        sentences.append(f"{_said(system)} {place} {score.value:.3f}{ends}.")
    tiers = [system.tier for system in systems if system.tier is not None]
    if tiers:
        tied = tiers.count(1)
        sentences.append(
            f"The ranked ones form {_count(max(tiers), 'tier')}"
            + (f"; {_count(tied, 'system')} {'is' if tied == 1 else 'are'} in the first." if max(tiers) > 1 else ".")
        )
    return " ".join(sentences)


def _confusion_alt(matrix: ConfusionMatrix) -> str:
    sentences = ["Matrix of counts, gold verdicts by predicted verdicts."]
    for name, counts in zip(matrix.rows, matrix.counts, strict=True):
        total = sum(counts)
        if not total:
            continue
        hits = counts[matrix.columns.index(name)] if name in matrix.columns else 0
        text = f"Of {_count(total, 'claim')} that {'is' if total == 1 else 'are'} {name}, {hits:,} got that verdict"
        wrong = [(count, column) for count, column in zip(counts, matrix.columns, strict=True) if column != name]
        most, where = max(wrong, key=lambda pair: pair[0], default=(0, ""))
        sentences.append(f"{text}, and most of the others {where} ({most:,})." if most else f"{text}.")
    return " ".join(sentences)


def _sum(matrix: ConfusionMatrix, column: int) -> int:
    return sum(counts[column] for counts in matrix.counts)


def _said(system: PublicSystem) -> str:
    """A system as sentences call it."""
    return shorten(_name(system), 60)


def _name(system: PublicSystem) -> str:
    return system.name if system.name.strip() else system.id


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _range(levels: Sequence[float]) -> str:
    return f" from {level_name(levels[0])} to {level_name(levels[-1])}" if len(levels) > 1 else ""


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _timed_point(system: PublicSystem, score: Estimate) -> tuple[float, float, float | None, float | None]:
    return (system.seconds_per_claim or 0.0, score.value, score.low, score.high)


def _across(estimate: Estimate) -> tuple[float, float, float | None, float | None]:
    """An estimate as the point of a row: the value is what goes across."""
    return (estimate.value, 0.0, estimate.low, estimate.high)


__all__ = ["Chart", "Charts", "available", "board_table", "groups_table", "render", "tables"]
