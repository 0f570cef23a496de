"""``averitec-eval leaderboard``: score all submissions of a board and write its page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting

if TYPE_CHECKING:
    from averitec_eval.leaderboard.board import Board
    from averitec_eval.leaderboard.config import BoardConfig

NAME = "leaderboard"
HELP = "validate, score and rank all submissions of a board, and write its page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser(
        "build",
        help="write the board's static page",
        description="Validate, score and rank every submission that CONFIG names and write the page.",
        allow_abbrev=False,
    )
    build.add_argument(
        "config", metavar="CONFIG", help="the board's configuration, such as leaderboard/leaderboard.yaml"
    )
    build.add_argument("--out", metavar="DIR", help="write the site here instead of where CONFIG says")


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.leaderboard.config import read_config
    from averitec_eval.leaderboard.site import write_site

    config = read_config(args.config)
    site = Path(args.out) if args.out else config.site
    with reporting(out, "text"):
        board = _build(config, out)
    write_site(board, site)
    out.console().print(_summary(board))
    out.data(f"{site / 'index.html'}\n")
    return 0


def _build(config: BoardConfig, out: Output) -> Board:
    from averitec_eval.leaderboard.board import build_board

    if not out.stderr.isatty():
        return build_board(config)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out.err_console(), transient=True) as bar:
        task = bar.add_task("reading gold")

        def show(name: str, number: int, count: int) -> None:
            bar.update(task, description=name, completed=number - 1, total=count)

        return build_board(config, show)


def _summary(board: Board) -> object:
    from averitec_eval.tables import Column, Table, to_rich

    columns = (
        Column("Rank", "right"),
        Column("Submission"),
        Column(board.headline or "Score", "right"),
        Column("Not ranked because"),
    )
    rows = tuple(
        (entry.rank, entry.name, entry.result.headline_score if entry.result else None, entry.reason)
        for entry in board.entries
    )
    return to_rich(Table(board.config.title, columns, rows))
