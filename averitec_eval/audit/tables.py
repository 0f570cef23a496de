"""An audit as tables: for people what is worth a look, for programs everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from averitec_eval.tables import Column, Table, Value

if TYPE_CHECKING:
    from averitec_eval.audit.records import Audit, Finding, Unit

SHOWN_CLAIMS = 8
"""How many claim ids are shown to people where there are more."""


def value_text(value: float, unit: Unit) -> str:
    """A number of a finding as people read it: a share in percent, a count whole, a ratio with two decimals."""
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "count":
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return f"{value:.2f}"


def claims_text(claims: Sequence[int], most: int = SHOWN_CLAIMS) -> str:
    """The first claim ids of a finding, and how many more there are."""
    shown = ", ".join(map(str, claims[:most]))
    rest = len(claims) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def ends_text(low: float, high: float) -> str:
    """The ends of an interval as people read them."""
    return f"[{low:.3f}, {high:.3f}]"


def gap_text(low: float, high: float) -> str:
    """The ends of a gap's interval as people read them, with their signs."""
    return f"[{low:+.3f}, {high:+.3f}]"


def findings_table(findings: Sequence[Finding], title: str) -> Table:
    """A row for each finding: the probe, its number, from where it is worth a look, and how many claims it concerns."""
    columns = (
        Column("Probe"),
        Column("What it measures"),
        Column("Found", "right"),
        Column("Look from", "right"),
        Column("Claims", "right"),
    )
    rows = tuple(
        (
            finding.probe,
            finding.title,
            value_text(finding.value, finding.unit),
            value_text(finding.threshold, finding.unit),
            len(finding.claims),
        )
        for finding in findings
    )
    return Table(title, columns, rows)


def counterfactual_table(audit: Audit) -> Table:
    """The score of each altered copy beside the official one; a positive gap is what the original has over it."""
    columns = (
        Column("If"),
        *(Column(name, "right") for name in ("Official", "Score", "Gap", "Interval", "Claims")),
    )
    rows = tuple(
        (
            item.title,
            item.official,
            item.score,
            f"{item.gap:+.3f}",
            gap_text(item.gap_low, item.gap_high),
            len(item.changed),
        )
        for item in audit.counterfactuals
    )
    metrics = ", ".join(dict.fromkeys(item.metric for item in audit.counterfactuals))
    return Table(f"Scores of altered copies, beside the official one ({metrics})", columns, rows)


def robust_table(audit: Audit) -> Table:
    """The official headline, and the scores of the robust companion below it."""
    columns = (Column("Score"), Column("Value", "right"), Column("Interval", "right"))
    rows: list[tuple[Value, ...]] = [(f"{audit.headline} (official)", audit.official, None)]
    rows += [(name, value, ends_text(low, high)) for name, (value, low, high) in audit.robust.items()]
    return Table("The robust companion, which is not the official score", columns, tuple(rows))


def people_tables(audit: Audit) -> list[Table]:
    """The tables people read: findings worth a look, the others, altered copies, and the robust companion; those that
    would be empty are left out.
    """
    rest = tuple(finding for finding in audit.findings if not finding.flagged)
    tables = []
    if audit.flagged:
        tables.append(findings_table(audit.flagged, "Worth a look"))
    if rest:
        tables.append(findings_table(rest, "Below their thresholds"))
    if audit.counterfactuals:
        tables.append(counterfactual_table(audit))
    if audit.robust:
        tables.append(robust_table(audit))
    return tables


def long_table(audit: Audit) -> Table:
    """Everything of an audit but the examples, a row for each finding, altered copy, robust score and probe not run.

    ``score`` is the number of whatever the row is about; claim ids are separated by spaces.
    """
    columns = (
        *map(Column, ("kind", "name", "title")),
        *(Column(name, "right") for name in ("score", "low", "high")),
        Column("unit"),
        Column("threshold", "right"),
        *map(Column, ("flagged", "claims", "sentence")),
    )
    rows: list[tuple[Value, ...]] = [
        (
            "finding",
            finding.probe,
            finding.title,
            float(finding.value),
            None,
            None,
            finding.unit,
            float(finding.threshold),
            finding.flagged,
            _ids(finding.claims),
            finding.sentence,
        )
        for finding in audit.findings
    ]
    rows += [
        ("official", audit.headline, "the official score", float(audit.official), *[None] * 6, audit.signature),
    ]
    for item in audit.counterfactuals:
        claims = _ids(item.changed)
        title = item.title
        rows.append(
            ("altered", item.name, title, float(item.score), None, None, item.metric, None, None, claims, item.sentence)
        )
        gap = (float(item.gap), float(item.gap_low), float(item.gap_high))
        rows.append(("gap", item.name, title, *gap, item.metric, None, None, claims, item.sentence))
    rows += [("robust", name, None, *map(float, ends), *[None] * 5) for name, ends in audit.robust.items()]
    rows += [("not run", item.probe, None, *[None] * 7, item.reason) for item in audit.skipped]
    return Table("Audit", columns, tuple(rows))


def flagged_table(audit: Audit) -> Table:
    """A row for each claim that a finding worth a look concerns, with what was seen there if an example tells."""
    rows: list[tuple[Value, ...]] = []
    for finding in audit.flagged:
        examples = {example.claim_id: example.text for example in reversed(finding.examples)}
        rows += [(finding.probe, claim_id, examples.get(claim_id)) for claim_id in finding.claims]
    return Table("Claims worth a look", (Column("probe"), Column("claim_id", "right"), Column("example")), tuple(rows))


def _ids(claims: Sequence[int]) -> str | None:
    return " ".join(map(str, claims)) or None


__all__ = [
    "SHOWN_CLAIMS",
    "claims_text",
    "counterfactual_table",
    "ends_text",
    "findings_table",
    "flagged_table",
    "gap_text",
    "long_table",
    "people_tables",
    "robust_table",
    "value_text",
]
