"""One table, many renderers: nothing in a cell can break out of it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from averitec_eval.tables import Column, Table, to_csv, to_latex, to_markdown, to_rich
from averitec_eval.validation.printable import printable

TABLE = Table(
    "Title [bold]x[/bold]",
    (Column("Name"), Column("Value", "right", 2), Column("Flag")),
    (("a|b", 0.123456789, True), ("=1+1", 2, False), ("[red]x[/red]", None, None)),
)


def test_markdown() -> None:
    assert to_markdown(TABLE) == (
        "| Name | Value | Flag |\n| --- | ---: | --- |\n| a\\|b | 0.12 | yes |\n| =1\\+1 | 2 | no |\n"
        "| \\[red\\]x\\[/red\\] | - | - |\n"
    )


def test_latex() -> None:
    assert to_latex(TABLE) == (
        "\\begin{tabular}{lrl}\n\\toprule\nName & Value & Flag \\\\\n\\midrule\n"
        "a\\textbar{}b & 0.12 & yes \\\\\n=1+1 & 2 & no \\\\\n[red]x[/red] & - & - \\\\\n\\bottomrule\n\\end{tabular}\n"
    )


def test_csv_keeps_precision_and_disarms_formulas() -> None:
    rows = list(csv.reader(io.StringIO(to_csv([TABLE]))))
    assert rows == [
        ["Name", "Value", "Flag"],
        ["a|b", "0.123456789", "true"],
        ["'=1+1", "2", "false"],
        ["[red]x[/red]", "", ""],
    ]


def test_text_shows_markup_as_it_is() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(to_rich(TABLE))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]x[/red]" in text
    assert "Title [bold]x[/bold]" in text


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values"):
        Table("t", (Column("a"),), ((1, 2),))


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_no_text_adds_rows_or_cells(rows: list[tuple[str, str]]) -> None:
    table = Table("t", (Column("a"), Column("b")), tuple(rows))
    markdown = to_markdown(table).split("\n")
    assert len(markdown) == len(rows) + 3
    for line in markdown[2:-1]:
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3
    latex = to_latex(table).split("\n")
    assert len(latex) == len(rows) + 7
    read = list(csv.reader(io.StringIO(to_csv([table]), newline="")))
    assert len(read) == len(rows) + 1
    for row, cells in zip(rows, read[1:], strict=True):
        assert [cell.removeprefix("'") for cell in cells] == [printable(cell).removeprefix("'") for cell in row]
