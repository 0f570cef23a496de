"""A result as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from averitec_eval.records import Verdict
from averitec_eval.scoring.profiles import level_name
from averitec_eval.scoring.results import GroupScore, Result
from averitec_eval.tables import Column, Table, Value

_TITLES = {
    "hu_meteor_q": "HU-METEOR, questions only",
    "hu_meteor_qa": "HU-METEOR, questions and answers",
    "accuracy": "Accuracy",
    "macro_f1": "Macro F1",
    "justification_meteor": "Justification METEOR",
}


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
    what = "AVeriTeC score" if name == "averitec" else "Justification METEOR"
    mark = " (headline)" if metric == result.headline else ""
    return f"{what}, evidence {sign} {level}{mark}"


def score_tables(result: Result) -> list[Table]:
    """The tables people read: overall, per label, per claim type and strategy, and the organisers' figure by type."""
    overall = tuple(
        (metric_title(metric, result), metric, value)
        for metric, value in result.scores.items()
        if not metric.startswith("f1_")
    )
    tables = [
        Table("Scores", (Column("Score"), Column("Name"), Column("Value", "right", 4)), overall),
        _label_table(result),
    ]
    tables += _group_tables(result)
    if result.thresholded_evidence_by_type:
        tables.append(_thresholded_table(result.thresholded_evidence_by_type))
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


def _group_tables(result: Result) -> Iterator[Table]:
    groups: tuple[tuple[str, Mapping[str, GroupScore]], ...] = (
        ("Claim type", result.by_type),
        ("Strategy", result.by_strategy),
    )
    for title, members in groups:
        if members:
            level = result.headline.partition("@")[2]
            yield Table(
                f"{title}: a claim may belong to several",
                (
                    Column(title),
                    Column("Claims", "right"),
                    Column(f"AVeriTeC@{level}", "right"),
                    Column("Q+A", "right"),
                    Column("Accuracy", "right"),
                ),
                tuple(
                    (
                        name,
                        group.n,
                        group.scores[result.headline],
                        group.scores["hu_meteor_qa"],
                        group.scores["accuracy"],
                    )
                    for name, group in members.items()
                ),
            )


def _thresholded_table(figures: Mapping[str, Mapping[str, float]]) -> Table:
    names = list(next(iter(figures.values())))
    return Table(
        "Evidence by type as the organisers print it: labels ignored, Q+A set to 0 up to the level",
        (Column("Claim type"), *(Column(f"level {level}", "right") for level in figures)),
        tuple((name, *(values[name] for values in figures.values())) for name in names),
    )


def long_table(result: Result) -> Table:
    """Every figure as rows of group, name, number of claims, metric and value, for CSV."""
    rows: list[tuple[Value, ...]] = [
        ("all", "", result.inputs.n_gold, metric, value) for metric, value in result.scores.items()
    ]
    for group, members in (("claim type", result.by_type), ("strategy", result.by_strategy)):
        for name, part in members.items():
            rows += [(group, name, part.n, metric, value) for metric, value in part.scores.items()]
    for level, values in result.thresholded_evidence_by_type.items():
        metric = f"thresholded_evidence@{level_name(float(level))}"
        rows += [("claim type", name, result.by_type[name].n, metric, value) for name, value in values.items()]
    rows.append(("signature", str(result.signature), result.inputs.n_gold, "", None))
    columns = (Column("group"), Column("name"), Column("n", "right"), Column("metric"), Column("value", "right"))
    return Table("Scores", columns, tuple(rows))


__all__ = ["heading", "long_table", "metric_title", "score_tables"]
