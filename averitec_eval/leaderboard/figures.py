"""The files of figures: those of the site, and those for a paper, whose tables come in the formats of papers too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from averitec_eval.errors import UsageError
from averitec_eval.leaderboard.charts import Charts, tables
from averitec_eval.leaderboard.drawing import render, require_matplotlib
from averitec_eval.leaderboard.formats import FIGURE_FORMATS, PAPER_FORMATS, TABLE_FORMATS
from averitec_eval.leaderboard.page import Page
from averitec_eval.leaderboard.view import PublicBoard, PublicSite
from averitec_eval.tables import Table, markdown_text, to_csv, to_latex, to_markdown
from averitec_eval.validation.printable import printable

FOLDER = "figures"
"""The folder of a board's figures, below that of the board."""


def figure_pages(board: PublicBoard, charts: Charts) -> Iterator[Page]:
    """The images that the pages of a board show, as SVG."""
    shown = [charts.board_levels(board), charts.board_runtime(board)]
    shown += [charts.system_levels(board, system) for system in board.scored]
    for chart in shown:
        if chart is not None:
            yield Page(f"{board.folder}{FOLDER}/{chart.name}.svg", chart.inputs, partial(render, chart, "svg"))


def paper_files(site: PublicSite, form: str) -> Iterator[tuple[str, bytes]]:
    """Every figure of a site as ``svg``, ``pdf`` or ``png``, or every table as ``latex``, ``markdown`` or ``csv``: the
    path of its file and its bytes.

    LaTeX and Markdown carry the title and the signature of the scores. A board without scores has no files. Raises
    ``UsageError`` for another format and ``ResourceError`` where figures are wanted and matplotlib is not installed.
    """
    check_form(form)
    for board in site.boards:
        if form in FIGURE_FORMATS:
            for chart in Charts().all_of(board):
                yield f"{board.folder}{chart.name}.{form}", render(chart, form)
        else:
            for name, table in tables(board):
                path = f"{board.folder}{name}.{TABLE_FORMATS[form]}"
                yield path, _TABLES[form](table, board.signature).encode("utf-8")


def check_form(form: str) -> None:
    """Raises what ``paper_files`` would for a format, before any work is done."""
    if form not in PAPER_FORMATS:
        raise UsageError(f"unknown format '{form}'; there are {', '.join(PAPER_FORMATS)}")
    if form in FIGURE_FORMATS:
        require_matplotlib()


def _latex(table: Table, signature: str) -> str:
    return f"% {printable(table.title)}\n% {printable(signature)}\n{to_latex(table)}"


def _markdown(table: Table, signature: str) -> str:
    return f"**{markdown_text(printable(table.title))}**\n\n{to_markdown(table)}\nSignature: `{printable(signature)}`\n"


def _csv(table: Table, signature: str) -> str:
    return to_csv([table])


_TABLES: dict[str, Callable[[Table, str], str]] = {"latex": _latex, "markdown": _markdown, "csv": _csv}

__all__ = ["FOLDER", "check_form", "figure_pages", "paper_files"]
