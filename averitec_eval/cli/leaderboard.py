"""``averitec-eval leaderboard``: score all submissions of a board, write its page, and look after its store."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from averitec_eval.cli.options import add_table_format, add_workers, workers_of
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting
from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    from averitec_eval.leaderboard.board import Board, Entry
    from averitec_eval.leaderboard.config import BoardConfig
    from averitec_eval.leaderboard.judging import Watcher
    from averitec_eval.leaderboard.rebuild import StoreCheck
    from averitec_eval.tables import Value

NAME = "leaderboard"
HELP = "validate, score and rank all submissions of a board, and write its page"

SHOWN_DIFFERENCES = 40
"""How many differences of one file the text of ``rebuild --check`` lists."""

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser(
        "build",
        help="write the board's static page",
        description="Validate, score and rank every submission that CONFIG names and write the page. What the board's "
        "store holds is not scored again.",
        allow_abbrev=False,
    )
    _add_common(build)
    build.add_argument("--no-store", action="store_true", help="score everything and leave the store alone")
    rebuild = actions.add_parser(
        "rebuild",
        help="score everything again, to replace or to check the stored results",
        description="Score every submission again, put the results in place of all that the store holds, and write "
        "the page. With --check nothing is written: any difference between stored and fresh results is reported, and "
        "ends the command with 1.",
        allow_abbrev=False,
    )
    _add_common(rebuild)
    rebuild.add_argument("--check", action="store_true", help="only compare; write nothing")
    add_table_format(rebuild)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config", metavar="CONFIG", help="the board's configuration, such as leaderboard/leaderboard.yaml"
    )
    parser.add_argument("--out", metavar="DIR", help="write the site here instead of where CONFIG says")
    add_workers(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.leaderboard.config import read_config

    config = read_config(args.config)
    if args.action == "build":
        return _build(args, config, out)
    if args.check:
        return _check(args, config, out)
    return _rebuild(args, config, out)


def _build(args: argparse.Namespace, config: BoardConfig, out: Output) -> int:
    from averitec_eval.leaderboard.board import build_board
    from averitec_eval.leaderboard.store import Store, StoreUnavailableError

    workers = workers_of(args)
    store = None
    if config.store is not None and not args.no_store:
        try:
            store = Store(config.store)
        except StoreUnavailableError as error:
            out.message(f"averitec-eval: {error}; going on without it")
    with reporting(out, "text"), store or nullcontext():
        board, counts = _watched(out, lambda watcher: build_board(config, watcher, store=store, workers=workers))
    return _publish(board, counts, Path(args.out) if args.out else config.site, out)


def _rebuild(args: argparse.Namespace, config: BoardConfig, out: Output) -> int:
    from averitec_eval.leaderboard.rebuild import rebuild
    from averitec_eval.leaderboard.store import Store

    if args.format != "text":
        raise UsageError("--format goes with --check: without it, rebuild writes the page")
    assert config.store is not None
    workers = workers_of(args)
    with reporting(out, "text"), Store(config.store) as store:
        board, counts = _watched(out, lambda watcher: rebuild(config, store, watcher, workers=workers))
    return _publish(board, counts, Path(args.out) if args.out else config.site, out)


def _check(args: argparse.Namespace, config: BoardConfig, out: Output) -> int:
    from averitec_eval.leaderboard.rebuild import check_store
    from averitec_eval.leaderboard.store import Store

    if args.out:
        raise UsageError("--check writes nothing; leave out --out")
    assert config.store is not None
    workers = workers_of(args)
    with reporting(out, "text"), Store(config.store, make=False) as store:
        check, _ = _watched(out, lambda watcher: check_store(config, store, watcher, workers=workers))
    _show(check, args.format, out)
    return 0 if check.ok else 1


def _show(check: StoreCheck, form: str, out: Output) -> None:
    from averitec_eval.json_output import to_json

    if form == "json":
        out.data(to_json(check.to_dict()))
    elif form == "text":
        for line in check.lines(SHOWN_DIFFERENCES):
            out.data(line + "\n")
        out.data(check.summary() + "\n")
    else:
        out.tables([check.table()], form)
        out.message(check.summary())


def _publish(board: Board, counts: Counts, site: Path, out: Output) -> int:
    from averitec_eval.leaderboard.site import write_site

    write_site(board, site)
    out.console().print(_summary(board))
    out.message(counts.sentence(board))
    out.data(f"{site / 'index.html'}\n")
    return 0


class Counts:
    """Which submissions were scored, and which were taken from the store."""

    def __init__(self) -> None:
        self.computed: set[str] = set()
        self.stored: set[str] = set()

    def sentence(self, board: Board) -> str:
        """Such as ``20 submissions: 1 scored, 19 from the store``."""
        scored = sum(entry.slug in self.computed and entry.result is not None for entry in board.entries)
        stored = len(self.stored - self.computed)
        count = len(board.entries)
        text = f"{count} submission{'' if count == 1 else 's'}: {scored} scored, {stored} from the store"
        rest = count - scored - stored
        return f"{text}, {rest} not fit to be scored" if rest else text


def _watched(out: Output, work: Callable[[Watcher], T]) -> tuple[T, Counts]:
    """Do something with a watcher that counts, says what there is to say, and shows progress on a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from averitec_eval.leaderboard.judging import Watcher

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=out.err_console(), transient=True, disable=not out.stderr.isatty())
    counts = Counts()

    class Show(Watcher):
        def submission(self, slug: str, number: int, count: int) -> None:
            bar.update(task, description=slug, completed=number - 1, total=count)

        def file(self, slug: str, name: str, *, stored: bool) -> None:
            (counts.stored if stored else counts.computed).add(slug)
            bar.update(task, description=f"{slug}: {'from the store' if stored else 'scoring'}")

        def notice(self, text: str) -> None:
            notices.append(text)

    notices: list[str] = []
    with bar:
        task = bar.add_task("reading gold", total=None)
        done = work(Show())
    for text in notices:  # after the bar, which would overwrite them
        out.message(f"averitec-eval: {text}")
    return done, counts


def _summary(board: Board) -> object:
    from averitec_eval.tables import Column, Table, to_rich

    rows = tuple(_summary_row(entry) for entry in board.entries)
    columns = (
        Column("Tier", "right"),
        Column("Rank", "right"),
        Column("Submission"),
        Column("Score", "right"),
        Column("Interval", "right"),
        Column("Not ranked because"),
    )
    return to_rich(
        Table(f"{board.config.title}, by {board.headline or 'nothing: no submission has a score'}", columns, rows)
    )


def _summary_row(entry: Entry) -> tuple[Value, ...]:
    from averitec_eval.scoring.report import span_text

    standing, result = entry.standing, entry.result
    place: tuple[Value, Value] = (None, None)
    if standing is not None:
        span = "" if standing.rank_low == standing.rank_high else f" ({standing.rank_low}-{standing.rank_high})"
        place = (standing.tier, f"{standing.rank}{span}")
    score = None if result is None else result.headline_score
    interval = None if result is None else span_text(result.intervals.get(result.headline))
    return (*place, entry.name, score, interval, entry.reason)
