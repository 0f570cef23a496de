"""A result as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from averitec_eval.records import Verdict
from averitec_eval.scoring.columns import ev2r_parts, is_judged
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.judgements import KINDS
from averitec_eval.scoring.results import GroupScore, Result
from averitec_eval.statistics.intervals import Interval
from averitec_eval.tables import Column, Table, Value
from averitec_eval.validation.printable import printable

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

_EV2R_TITLES = {"_q_recall": "recall, questions", "_qa_recall": "recall, Q+A", "_qa_precision": "precision, Q+A"}

LISTED = 10
"""How many claim ids of a kind are listed."""

_WIDTH = 79


def heading(name: str, result: Result) -> str:
    """One line: what was scored, and warnings where claims are missing, a judge's headline is withheld or the judge may
    decide no ranks.
    """
    inputs = result.inputs
    line = f"{name}: {inputs.n_scored} of {inputs.n_gold} claims scored, profile {result.profile}"
    if not result.complete:
        line += f"\nINCOMPLETE: {inputs.n_missing} missing claims score 0; an incomplete run is not ranked"
    return "\n".join([line, *map(_filled, judge_warnings(result))])


def judge_warnings(result: Result) -> list[str]:
    """What a reader of a judged result must know first; empty where there is nothing, or no judge."""
    judge = result.judge
    if judge is None:
        return []
    warnings = []
    if judge.withheld:
        warnings.append(f"WITHHELD: {judge.headline}, for {judge.withheld_text()}")
    if not judge.identity.fit:
        warnings.append(f"UNFIT: the judge {printable(judge.identity.model)} may not decide ranks")
    return warnings


def _filled(text: str) -> str:
    import textwrap

    return textwrap.fill(text, _WIDTH)


def metric_title(metric: str, result: Result) -> str:
    """A metric's name as people read it."""
    name, at, level = metric.partition("@")
    mark = " (headline)" if metric == result.headline else ""
    found = ev2r_parts(metric)
    if found is not None and result.judge is not None:
        prefix, part = found
        if part in _EV2R_TITLES:
            return f"{ev2r_title(prefix)} {_EV2R_TITLES[part]}"
        return f"{ev2r_title(prefix)}, recall {'>=' if result.judge.comparison == 'ge' else '>'} {level}{mark}"
    if not at:
        return _TITLES.get(metric, metric)
    sign = ">=" if result.signature.cmp == "ge" else ">"
    return f"{_BY_LEVEL.get(name, name)}, evidence {sign} {level}{mark}"


def ev2r_title(metric_name: str) -> str:
    """How people read what a judge's metrics begin with: ``Ev2R``, ``Ev2R-lite``."""
    return metric_name.replace("ev2r", "Ev2R", 1).replace("_", "-")


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
    """The tables people read: overall, of the judge, per label, by number of pairs, per claim type and strategy, and
    the organisers' figure by type.
    """
    overall: list[tuple[Value, ...]] = [
        (metric_title(metric, result), metric, value, interval_text(result.intervals.get(metric)))
        for metric, value in result.scores.items()
        if not metric.startswith("f1_")
    ]
    columns = (Column("Score"), Column("Name"), Column("Value", "right", 4), Column(interval_title(result), "right"))
    tables = [
        Table("Scores", columns, tuple(overall)),
        *([] if result.judge is None else judge_tables(result.judge)),
        _label_table(result),
    ]
    if result.first:
        tables.append(_first_table(result))
    tables += _group_tables(result)
    if result.thresholded_evidence_by_type:
        tables.append(_thresholded_table(result))
    return tables


def judge_tables(judge: JudgeSummary) -> list[Table]:
    """The tables of a judge: what became of the judgements of each kind, and how sure that leaves the headline."""
    questions, answers = (judge.counts[kind] for kind in KINDS)
    faults = sorted({*questions.unscored, *answers.unscored})
    rows: list[tuple[Value, ...]] = [
        ("without a prediction (recall 0)", judge.n_missing, judge.n_missing),
        ("without evidence (recall 0)", questions.no_evidence, answers.no_evidence),
        ("asked about", questions.asked, answers.asked),
        ("scored", questions.scored, answers.scored),
        ("no fact in the reference (no recall)", questions.no_reference_facts, answers.no_reference_facts),
        *(
            (f"unscored: {printable(fault)}", questions.unscored.get(fault, 0), answers.unscored.get(fault, 0))
            for fault in faults
        ),
        ("more facts supported than counted (clipped)", questions.clipped, answers.clipped),
        ("reply not JSON as it stood (repaired)", questions.repaired, answers.repaired),
    ]
    low, high = judge.bounds
    failed = f"{100 * judge.failure_rate:.4g} % (at most {100 * judge.withhold_above:g} %)"
    sure: list[tuple[Value, ...]] = [
        ("claims with a Q+A recall", f"{judge.n_judged} of {judge.n}"),
        ("claims without one", f"{failed}{', withheld' if judge.withheld else ''}"),
        (f"{judge.headline} if all of these failed, or passed", f"{low:.3f}, {high:.3f}"),
    ]
    for name, ids in (
        ("unscored", judge.unscored_claims),
        ("no fact in the reference", judge.no_reference_claims),
        ("reply looks steered", judge.steered_claims),
    ):
        if ids:
            sure.append((f"{name}: claims", listed(ids)))
    model = printable(judge.identity.model)
    return [
        Table(
            f"Ev2R judge {model}: what became of each claim",
            (Column("Claims"), Column("Questions", "right"), Column("Q+A", "right")),
            tuple(rows),
        ),
        Table("Ev2R judge: what that leaves open", (Column("What"), Column("Value")), tuple(sure)),
    ]


def listed(ids: Sequence[int], most: int = LISTED) -> str:
    """Claim ids with commas, the first ``most`` of them and how many more there are."""
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    return f"{', '.join(map(str, ids[:most]))}{more}"


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
    if result.judge is not None and is_judged(result.headline):
        return f"{ev2r_title(result.judge.identity.metric_name)} score"
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
    """Every figure as rows of group, name, number of claims, metric, value and the ends of its interval, for CSV.

    The number of claims of a judge's metric is that of the claims which have it, where there is an interval.
    """
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
            interval = intervals.get(metric)
            rows.append((group, name, n if interval is None else interval.n, metric, value, *_ends(interval)))
    for level, values in result.thresholded_evidence_by_type.items():
        metric, intervals = f"thresholded_evidence@{level}", result.thresholded_intervals.get(level, {})
        rows += [
            ("claim type", name, result.by_type[name].n, metric, value, *_ends(intervals.get(name)))
            for name, value in values.items()
        ]
    if result.judge is not None:
        rows += _judge_rows(result.judge)
    rows.append(("signature", str(result.signature), result.inputs.n_gold, "", None, None, None))
    headings = ("group", "name", "n", "metric", "value", "low", "high")
    return Table("Scores", tuple(Column(heading) for heading in headings), tuple(rows))


def _judge_rows(judge: JudgeSummary) -> Iterator[tuple[Value, ...]]:
    """The counts of a judge for CSV; the ends of ``bounds`` are those of the headline."""
    for kind, counts in judge.counts.items():
        figures = {**counts.to_dict(), "unscored": counts.n_unscored}
        figures.update({f"unscored:{fault}": count for fault, count in counts.unscored.items()})
        for name, figure in figures.items():
            yield ("judge", kind, judge.n, name, figure, None, None)
    yield ("judge", "", judge.n, "judged", judge.n_judged, None, None)
    yield ("judge", "", judge.n, "failure_rate", judge.failure_rate, None, None)
    yield ("judge", "", judge.n, "withheld", judge.withheld, None, None)
    yield ("judge", "", judge.n, "steered", judge.steered, None, None)
    yield ("judge", "", judge.n, "bounds", None, *judge.bounds)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


__all__ = [
    "ev2r_title",
    "heading",
    "interval_text",
    "interval_title",
    "judge_tables",
    "judge_warnings",
    "listed",
    "long_table",
    "metric_title",
    "score_tables",
    "span_text",
]
