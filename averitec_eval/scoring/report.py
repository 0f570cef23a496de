"""A result as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averitec_eval.records import Verdict
from averitec_eval.scoring.results import GroupScore, Result
from averitec_eval.statistics.intervals import Interval
from averitec_eval.tables import Column, Table, Value

_TITLES = {
    "hu_meteor_q": "HU-METEOR, questions only",
    "hu_meteor_qa": "HU-METEOR, questions and answers",
    "robust_q": "Robust evidence, questions only",
    "robust_qa": "Robust evidence, questions and answers",
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "justification_meteor": "Justification METEOR",
}

_BY_LEVEL = {"averitec": "AVeriTeC", "robust": "Robust", "justification": "Justification METEOR"}


def heading(name: str, result: Result) -> str:
    """One line: what was scored, and a warning where claims are missing."""
    inputs = result.inputs
    line = f"{name}: {inputs.n_scored} of {inputs.n_gold} claims scored, profile {result.profile}"
    if not result.complete:
        line += f"\nINCOMPLETE: {inputs.n_missing} missing claims score 0; an incomplete run is not ranked"
    return line


def metric_title(metric: str, result: Result) -> str:
    """A metric's name as people read it."""
    name, at, level = metric.partition("@")
    if not at:
        return _TITLES.get(metric, metric)
    sign = ">=" if result.signature.cmp == "ge" else ">"
    what = _BY_LEVEL.get(name, name)
    mark = " (headline)" if metric == result.headline else ""
    return f"{what}, evidence {sign} {level}{mark}"


def interval_title(result: Result) -> str:
    """The heading of a column of intervals."""
    level = next((interval.level for interval in result.intervals.values()), None)
    return "Interval" if level is None else f"{100 * level:g} % interval"


def interval_text(interval: Interval | None) -> str | None:
    """An interval as people read it, None if there is none."""
    return None if interval is None else f"[{interval.low:.3f}, {interval.high:.3f}]"


def span_text(interval: Interval | None) -> str | None:
    """The same in little room, for the wide intervals of few claims."""
    return None if interval is None else f"{interval.low:.2f}-{interval.high:.2f}"


def score_tables(result: Result) -> list[Table]:
    """The tables people read: overall, per label, by number of pairs, per claim type and strategy, and the organisers'
    figure by type.
    """
    overall: list[tuple[Value, ...]] = [
        (metric_title(metric, result), metric, value, interval_text(result.intervals.get(metric)))
        for metric, value in result.scores.items()
        if not metric.startswith("f1_")
    ]
    columns = (Column("Score"), Column("Name"), Column("Value", "right", 4), Column(interval_title(result), "right"))
    tables = [
        Table("Scores", columns, tuple(overall)),
        _label_table(result),
    ]
    if result.first:
        tables.append(_first_table(result))
    tables += _group_tables(result)
    if result.thresholded_evidence_by_type:
        tables.append(_thresholded_table(result))
    return tables


def _label_table(result: Result) -> Table:
    counts = result.confusion.counts
    names = ("Supported", "Refuted", "Not enough", "Conflicting")
    rows: list[tuple[Value, ...]] = [
        (name, result.scores[f"f1_{label.slug}"], *(counts[label][predicted] for predicted in (*Verdict, None)))
        for name, label in zip(names, Verdict, strict=True)
    ]
    return Table(
        "F1 of each label, and how often each gold label got each predicted label",
        (Column("Gold label"), Column("F1", "right"), *(Column(name, "right") for name in (*names, "Missing"))),
        tuple(rows),
    )


def _first_table(result: Result) -> Table:
    level = result.evidence_headline.partition("@")[2]
    rows: list[tuple[Value, ...]] = [(str(k), *_evidence_cells(result, group)) for k, group in result.first.items()]
    cap = result.signature.cap
    if cap == "none" or int(cap) > max(result.first):
        rows.append(("all that count", *_evidence_cells(result, result)))
    return Table(
        "What more question-answer pairs add: scores if only the first ones of each claim counted",
        (
            Column("First pairs", "right"),
            *(Column(name, "right") for name in ("Q+A", "Interval", f"@{level}", "Interval")),
        ),
        tuple(rows),
    )


def _evidence_cells(result: Result, part: GroupScore | Result) -> tuple[Value, ...]:
    """The question-answer score and the AVeriTeC score of a part, each with its interval."""
    return tuple(
        cell
        for metric in (result.evidence_metrics[1], result.evidence_headline)
        for cell in (part.scores[metric], interval_text(part.intervals.get(metric)))
    )


def _group_tables(result: Result) -> Iterator[Table]:
    groups: tuple[tuple[str, Mapping[str, GroupScore]], ...] = (
        ("Claim type", result.by_type),
        ("Strategy", result.by_strategy),
    )
    for title, members in groups:
        if members:
            level = result.headline.partition("@")[2]
            yield Table(
                f"{title} (a claim may belong to several), {_score_name(result)} @{level} with its interval",
                (
                    Column(title),
                    Column("n", "right"),
                    Column(f"@{level}", "right"),
                    Column("Interval", "right"),
                    Column("Q+A", "right"),
                    Column("Accuracy", "right"),
                ),
                tuple(
                    (
                        name,
                        group.n,
                        group.scores.get(result.headline),
                        span_text(group.intervals.get(result.headline)),
                        group.scores[result.evidence_metrics[1]],
                        group.scores["accuracy"],
                    )
                    for name, group in members.items()
                ),
            )


def _score_name(result: Result) -> str:
    return f"{_BY_LEVEL.get(result.credit_name, result.credit_name)} score"


def _thresholded_table(result: Result) -> Table:
    figures, intervals = result.thresholded_evidence_by_type, result.thresholded_intervals
    names = list(next(iter(figures.values())))
    return Table(
        "Evidence by type as the organisers print it: labels ignored, Q+A set to 0 up to the level",
        (
            Column("Claim type"),
            *(Column(heading, "right") for level in figures for heading in (f"level {level}", "Interval")),
        ),
        tuple(
            (
                name,
                *(
                    cell
                    for level, values in figures.items()
                    for cell in (values[name], span_text(intervals.get(level, {}).get(name)))
                ),
            )
            for name in names
        ),
    )


def long_table(result: Result) -> Table:
    """Every figure as rows of group, name, number of claims, metric, value and the ends of its interval, for CSV."""
    rows: list[tuple[Value, ...]] = []
    parts: list[tuple[str, str, int, Mapping[str, float], Mapping[str, Interval]]] = [
        ("all", "", result.inputs.n_gold, result.scores, result.intervals)
    ]
    by_first = {str(k): part for k, part in result.first.items()}
    for group, members in (
        ("first pairs", by_first),
        ("claim type", result.by_type),
        ("strategy", result.by_strategy),
    ):
        parts += [(group, name, part.n, part.scores, part.intervals) for name, part in members.items()]
    for group, name, n, scores, intervals in parts:
        for metric, value in scores.items():
            rows.append((group, name, n, metric, value, *_ends(intervals.get(metric))))
    for level, values in result.thresholded_evidence_by_type.items():
        metric, intervals = f"thresholded_evidence@{level}", result.thresholded_intervals.get(level, {})
        rows += [
            ("claim type", name, result.by_type[name].n, metric, value, *_ends(intervals.get(name)))
            for name, value in values.items()
        ]
    rows.append(("signature", str(result.signature), result.inputs.n_gold, "", None, None, None))
    headings = ("group", "name", "n", "metric", "value", "low", "high")
    return Table("Scores", tuple(Column(heading) for heading in headings), tuple(rows))


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


__all__ = ["heading", "interval_text", "interval_title", "long_table", "metric_title", "score_tables"]
