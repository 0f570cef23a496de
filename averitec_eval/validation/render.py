"""A report as text for people and as JSON for programs. Nothing here prints: a console or a string is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from averitec_eval.validation.catalogue import Code, catalogue
from averitec_eval.validation.issues import Issue, IssueGroup, Severity, Where
from averitec_eval.validation.printable import printable, shorten
from averitec_eval.validation.report import SCHEMA_VERSION, Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

MAX_FACT = 300
"""Characters of what was found or expected that a person is shown."""

MIN_COLUMN = 20
"""Fewest columns a text wraps in, however narrow the console is."""

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_STATUS_STYLES = {"valid": "bold green", "invalid": "bold red", "unreadable": "bold red"}
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def print_report(report: Report, console: Console, *, verdict: bool = True) -> None:
    """Write the report to a rich console, as wide as the console is; the last line is the verdict in words.

    ``verdict`` leaves that line out if False, for callers that end with a message of their own. Whatever comes from the
    file is shown escaped and shortened, and never as markup.
    """
    from rich.text import Text

    _print_heading(report, console)
    for group in report.groups:
        console.print()
        _print_group(group, console)
    console.print()
    if verdict:
        # Never wrapped: scripts take the last line.
        console.print(Text(report.summary, style=_STATUS_STYLES[report.status]), soft_wrap=True)


def describe_where(where: Where) -> str:
    """A place in words: ``claim 12, at /12/evidence/3/answer``. Empty where nothing is known."""
    parts = []
    if where.claim_id is not None:
        parts.append(f"claim {shorten(str(where.claim_id), 24)}")
    if where.row is not None:
        parts.append(f"row {where.row}")
    if where.line is not None:
        parts.append(f"line {where.line}")
    if where.column is not None:
        parts.append(f"column {where.column}")
    if where.pointer is not None:
        parts.append(f"at {shorten(where.pointer, 160)}" if where.pointer else "the whole document")
    return ", ".join(parts)


def report_document(reports: Sequence[Report]) -> dict[str, Any]:
    """One report as its own document, or several in one with the key ``files``."""
    if len(reports) == 1:
        return reports[0].to_dict()
    return {"schema_version": SCHEMA_VERSION, "files": [report.to_dict() for report in reports]}


def summary_of_several(reports: Sequence[Report]) -> str:
    """One line for the checks of several files together, beginning with the worst status."""
    worst = max(reports, key=lambda report: report.exit_code)
    statuses = [report.status for report in reports]
    counts = ", ".join(f"{statuses.count(name)} {name}" for name in _STATUS_STYLES if name in statuses)
    return f"{worst.status if worst.valid else worst.status.upper()}: {len(reports)} files, {counts}"


def code_document(entry: Code) -> dict[str, Any]:
    """An entry of the catalogue as JSON values."""
    return {
        "code": entry.name,
        "slug": entry.slug,
        "family": entry.family,
        "severity": entry.severity.value,
        "fatal": entry.fatal,
        "title": entry.title,
        "text": entry.text,
        "hint": entry.hint,
    }


def print_code(entry: Code, console: Console) -> None:
    """Write an entry of the catalogue to a rich console."""
    from rich.text import Text

    console.print(Text.assemble((entry.name, "bold"), f"  {entry.title}"))
    reading = "; nothing after it can be read" if entry.fatal else ""
    severity = (_WORDS[entry.severity], _STYLES[entry.severity])
    console.print(Text.assemble("      ", severity, f" ({entry.slug}; {entry.family.lower()}{reading})"))
    console.print()
    _print_fact(console, None, entry.text, 6)
    console.print()
    _print_fact(console, None, f"To mend: {entry.hint}", 6)


def print_codes(console: Console) -> None:
    """Write one line for every code, under the headings of the families."""
    from rich.text import Text

    family = ""
    for entry in catalogue().values():
        if entry.family != family:
            if family:
                console.print()
            family = entry.family
            console.print(Text(family, style="bold"))
        word = (f"{_WORDS[entry.severity]:<8}", _STYLES[entry.severity])
        console.print(Text.assemble(f"  {entry.name}  ", word, entry.title))


def _print_heading(report: Report, console: Console) -> None:
    from rich.text import Text

    facts = [report.format or "unknown format"]
    if report.size is not None:
        facts.append(f"{report.size:,} bytes")
    if report.n_gold is not None:
        facts.append(_against(report))
    elif not (report.format or "").startswith("gold-"):
        facts.append("no gold set: ids and claim texts are not compared")
    _print_wrapped(console, "", Text(printable(report.name or "predictions"), style="bold"))
    _print_wrapped(console, "", Text(", ".join(facts), style="dim"))


def _against(report: Report) -> str:
    return f"{report.n_entries:,} predictions for {report.n_gold:,} gold claims"


def _print_group(group: IssueGroup, console: Console) -> None:
    from rich.text import Text

    entry = catalogue()[group.code]
    severity = (_WORDS[group.severity], _STYLES[group.severity])
    times = f", {group.count:,} times" if group.count > 1 else ""
    _print_wrapped(console, "", Text.assemble((f"{entry.name} ", "bold"), severity, f"{times}: {entry.title}"))
    # What all examples have in common is said once, after their places.
    examples = [_facts(issue, entry) for issue in group.examples]
    common = [label for label in _LABELS if len({facts[label] for facts in examples}) == 1]
    for issue, facts in zip(group.examples, examples, strict=True):
        place = describe_where(issue.where)
        if place:
            _print_fact(console, "where", place)
        for label in _LABELS:
            if label not in common:
                _print_fact(console, label, facts[label])
    if group.count > len(group.examples):
        _print_fact(console, "", f"... and {group.count - len(group.examples):,} more")
    for label in common:
        _print_fact(console, label, examples[0][label])


_LABELS = ("found", "expected", "mend")


def _facts(issue: Issue, entry: Code) -> dict[str, str]:
    """What is shown of an issue, by label."""
    facts = (issue.found, issue.expected, issue.hint or entry.hint)
    return {label: shorten(fact, MAX_FACT) for label, fact in zip(_LABELS, facts, strict=True)}


def _print_fact(console: Console, label: str | None, text: str, indent: int = 2) -> None:
    """A text that wraps in its own column, with a label before it unless that is None."""
    from rich.text import Text

    _print_wrapped(console, " " * indent + (f"{label:<9}" if label is not None else ""), Text(text))


def _print_wrapped(console: Console, start: str, text: Text) -> None:
    """A text that wraps in the columns right of ``start``, which stands on its first line."""
    from rich.text import Text

    for line in text.wrap(console, max(console.width - len(start), MIN_COLUMN), overflow="fold"):
        line.rstrip()
        console.print(Text.assemble((start, "dim"), line), soft_wrap=True)
        start = " " * len(start)


__all__ = [
    "MAX_FACT",
    "code_document",
    "describe_where",
    "print_code",
    "print_codes",
    "print_report",
    "report_document",
    "summary_of_several",
]
