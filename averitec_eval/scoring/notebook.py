"""Results, comparisons and reports of a check as notebooks show them: tables, escaped, with nothing that runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from averitec_eval.tables import Column, Table, Value, html_text, to_html, without_math

if TYPE_CHECKING:
    from averitec_eval.comparison import Comparison
    from averitec_eval.scoring.results import Result
    from averitec_eval.validation.report import Report


def result_html(result: Result) -> str:
    """How much was scored, the scores, the other tables folded away, and the signature."""
    from averitec_eval.scoring.report import heading, score_tables

    scores, *others = score_tables(result)
    more = "".join(map(to_html, others))
    return without_math(
        f"{_paragraphs(heading('This submission', result).splitlines())}{to_html(scores)}"
        f"<details><summary>By label, number of pairs, claim type and strategy</summary>\n{more}</details>\n"
        f"<p><code>{html_text(str(result.signature))}</code></p>\n"
    )


def comparison_html(comparison: Comparison) -> str:
    """The table of differences, each in words, and the signature that all results share."""
    sentences = "".join(f"<li>{html_text(sentence)}</li>\n" for sentence in comparison.sentences())
    return without_math(
        f"{to_html(comparison.to_table())}<ul>\n{sentences}</ul>\n"
        f"<p><code>{html_text(str(comparison.signature))}</code></p>\n"
    )


def report_html(report: Report) -> str:
    """The verdict of a check, and a row for each code with its first example."""
    from averitec_eval.validation.catalogue import catalogue
    from averitec_eval.validation.printable import shorten
    from averitec_eval.validation.render import MAX_FACT, describe_where

    rows: list[tuple[Value, ...]] = []
    for group in report.groups:
        entry, first = catalogue()[group.code], group.examples[0]
        facts = (describe_where(first.where), first.found, first.expected, first.hint or entry.hint)
        shown = (shorten(fact, MAX_FACT) for fact in facts)
        rows.append((group.severity.value, entry.name, entry.title, group.count, *shown))
    headings = ("Severity", "Code", "Problem", "Times", "First at", "Found", "Expected", "How to mend it")
    columns = tuple(Column(name, "right" if name == "Times" else "left") for name in headings)
    table = to_html(Table(report.name or "The check", columns, tuple(rows))) if rows else ""
    return without_math(f"{_paragraphs([report.summary])}{table}")


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{html_text(line)}</p>\n" for line in lines)


__all__ = ["comparison_html", "report_html", "result_html"]
