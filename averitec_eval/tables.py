"""One table, many renderers: text, Markdown, LaTeX, CSV and HTML for notebooks.

A table holds values, not formatted text, so that machine formats keep full precision and people read rounded figures.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from averitec_eval.validation.printable import printable

if TYPE_CHECKING:
    from rich.console import Group

Value = str | int | float | bool | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, how it is aligned, and how many decimals people see of its floats."""

    heading: str
    align: Literal["left", "right"] = "left"
    decimals: int = 3


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; every row has one value per column. None is an empty cell."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} values in a table of {len(self.columns)} columns")


def for_people(value: Value, column: Column) -> str:
    """A value as people read it: floats rounded to the column's decimals, yes and no, a dash for nothing."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{column.decimals}f}"
    return printable(str(value))


def to_rich(table: Table) -> Group:
    """The table for a terminal, below its title; nothing in it is read as markup."""
    from rich import box
    from rich.console import Group
    from rich.table import Table as RichTable
    from rich.text import Text

    rich_table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        rich_table.add_column(Text(column.heading), justify=column.align, overflow="fold")
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        rich_table.add_row(*(Text(for_people(value, column)) for value, column in cells))
    return Group(Text(table.title, style="bold"), rich_table)


def to_markdown(table: Table) -> str:
    """The table in GitHub's Markdown; pipes, brackets and other marks in cells are escaped."""
    lines = [
        "| " + " | ".join(markdown_text(column.heading) for column in table.columns) + " |",
        "| " + " | ".join("---:" if column.align == "right" else "---" for column in table.columns) + " |",
    ]
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        lines.append("| " + " | ".join(markdown_text(for_people(value, column)) for value, column in cells) + " |")
    return "\n".join(lines) + "\n"


def markdown_text(text: str) -> str:
    """Text that Markdown shows as it is: every mark is escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$])", r"\\\1", text).replace("&", "&amp;")


def to_latex(table: Table) -> str:
    """The table as a LaTeX ``tabular`` for the booktabs package, with every special character escaped."""

    def cell(text: str) -> str:
        return "".join(_LATEX.get(character, character) for character in text)

    spec = "".join("r" if column.align == "right" else "l" for column in table.columns)
    lines = [rf"\begin{{tabular}}{{{spec}}}", r"\toprule"]
    lines.append(" & ".join(cell(column.heading) for column in table.columns) + r" \\")
    lines.append(r"\midrule")
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        lines.append(" & ".join(cell(for_people(value, column)) for value, column in cells) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def to_html(table: Table) -> str:
    """The table as a notebook shows it, under its title; every text is escaped and made visible.

    Notebooks align cells to the right by a style sheet, so that text needs a style of its own.
    """

    def cell(tag: str, column: Column, text: str) -> str:
        return f'<{tag} style="text-align: {column.align}">{html_text(text)}</{tag}>'

    head = "".join(cell("th", column, column.heading) for column in table.columns)
    rows = ""
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        rows += f"<tr>{''.join(cell('td', column, for_people(value, column)) for value, column in cells)}</tr>\n"
    return (
        f"<table><caption>{html_text(table.title)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )


def without_math(fragment: str) -> str:
    """A fragment of HTML in which notebooks look for no formulas: sums of money in claims would be taken for some."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{fragment}</div>\n'


def html_text(text: str) -> str:
    """Text that HTML shows as it is, what would be invisible written out."""
    return html.escape(printable(text))


def to_csv(tables: Sequence[Table]) -> str:
    """Tables of the same columns as one CSV with full precision.

    Text that a spreadsheet would run as a formula is preceded by an apostrophe, and control characters are written as
    escapes, so that a row is a line; JSON outputs keep text as it is.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([_csv_cell(column.heading) for column in tables[0].columns])
    for table in tables:
        writer.writerows([[_csv_cell(value) for value in row] for row in table.rows])
    return buffer.getvalue()


def _csv_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    text = printable(str(value))
    return "'" + text if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else text


__all__ = [
    "Column",
    "Table",
    "Value",
    "for_people",
    "html_text",
    "markdown_text",
    "to_csv",
    "to_html",
    "to_latex",
    "to_markdown",
    "to_rich",
    "without_math",
]
