"""``averitec-eval leaderboard``: score all submissions of a board, write its page, and look after its store."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from averitec_eval.cli import figures as figures_command
from averitec_eval.cli.options import add_table_format, add_workers, workers_of
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting
from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    from averitec_eval.leaderboard.board import Board, Entry
    from averitec_eval.leaderboard.config import BoardConfig
    from averitec_eval.leaderboard.judging import Watcher
    from averitec_eval.leaderboard.rebuild import StoreCheck
    from averitec_eval.leaderboard.store import Store
    from averitec_eval.leaderboard.view import PublicSite
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
    _add_date(build)
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
    _add_date(rebuild)
    rebuild.add_argument("--check", action="store_true", help="only compare; write nothing")
    add_table_format(rebuild)
    figures = actions.add_parser(
        "figures",
        help="write the board's figures or tables as files for a paper",
        description="Write the figures of every board that CONFIG names, or its tables, as files for a paper. What the "
        "board's store holds is not scored again.",
        allow_abbrev=False,
    )
    _add_config(figures)
    _add_date(figures)
    figures_command.add_arguments(figures)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config", metavar="CONFIG", help="the board's configuration, such as leaderboard/leaderboard.yaml"
    )


def _add_date(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--date",
        metavar="DAY",
        type=_day,
        help="make the board of this YYYY-MM-DD: changes go into its changelog under it, and names that its rules hide "
        "until a day are shown from then on; without it they are hidden",
    )


def _day(text: str) -> str:
    from averitec_eval.leaderboard import fields

    try:
        return str(fields.date(text))
    except fields.Wrong as wrong:
        raise argparse.ArgumentTypeError(f"found '{text}', expected {wrong.expected}") from None


def _add_common(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    parser.add_argument("--out", metavar="DIR", help="write the site here instead of where CONFIG says")
    parser.add_argument(
        "--show-scores", action="store_true", help="print scores here that the rules keep from the site, for organisers"
    )
    parser.add_argument(
        "--show-names", action="store_true", help="print names here that the site hides, for organisers"
    )
    add_workers(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.leaderboard.config import read_config

    config = read_config(args.config)
    config = replace(config, today=args.date)
    if args.action == "build":
        return _build(args, config, out)
    if args.action == "figures":
        return figures_command.run(args, lambda: _site_of(config, out), out)
    if args.check:
        return _check(args, config, out)
    return _rebuild(args, config, out)


def _build(args: argparse.Namespace, config: BoardConfig, out: Output) -> int:
    from averitec_eval.leaderboard.board import build_boards

    workers = workers_of(args)
    return _publish(
        args,
        config,
        None if args.no_store else _open(config, out),
        lambda watcher, store: build_boards(config, watcher, store=store, workers=workers),
        out,
    )


def _open(config: BoardConfig, out: Output) -> Store | None:
    """The store of a board, None where there is none or it cannot be used."""
    from averitec_eval.leaderboard.store import Store, StoreUnavailableError

    if config.store is None:
        return None
    try:
        return Store(config.store)
    except StoreUnavailableError as error:
        out.message(f"averitec-eval: {error}; going on without it")
        return None


def _rebuild(args: argparse.Namespace, config: BoardConfig, out: Output) -> int:
    from averitec_eval.leaderboard.rebuild import rebuild
    from averitec_eval.leaderboard.store import Store

    if args.format != "text":
        raise UsageError("--format goes with --check: without it, rebuild writes the site")
    assert config.store is not None
    workers = workers_of(args)

    def work(watcher: Watcher, store: Store | None) -> tuple[Board, ...]:
        assert store is not None
        return rebuild(config, store, watcher, workers=workers)

    return _publish(args, config, Store(config.store), work, out)


def _site_of(config: BoardConfig, out: Output) -> PublicSite:
    from averitec_eval.leaderboard.board import build_boards
    from averitec_eval.leaderboard.public import public_site

    with reporting(out, "text"), _open(config, out) or nullcontext() as store:
        boards, _ = _watched(out, lambda watcher: build_boards(config, watcher, store=store))
        return public_site(boards)


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


def _publish(
    args: argparse.Namespace,
    config: BoardConfig,
    store: Store | None,
    work: Callable[[Watcher, Store | None], tuple[Board, ...]],
    out: Output,
) -> int:
    """Make the boards, write the site while the store is open, and say what was done."""
    from averitec_eval.leaderboard.publishing import publish, published_boards

    site = Path(args.out) if args.out else config.site
    with reporting(out, "text"), store or nullcontext():
        published = published_boards(config)  # before scoring for minutes

        def everything(watcher: Watcher) -> tuple[Board, ...]:
            boards = work(watcher, store)
            anew = args.action == "rebuild"
            publish(boards, site, published, store=store, date=args.date, anew=anew, watcher=watcher)
            return boards

        boards, counts = _watched(out, everything)
    for board in boards:
        out.console().print(_summary(board, shown=args.show_scores, named=args.show_names))
    out.message(counts.sentence(boards))
    out.data(f"{site / 'index.html'}\n")
    return 0


class Counts:
    """Which submissions were scored, and which were taken from the store."""

    def __init__(self) -> None:
        self.computed: set[str] = set()
        self.stored: set[str] = set()

    def sentence(self, boards: Sequence[Board]) -> str:
        """Such as ``20 submissions: 1 scored, 19 from the store``."""
        entries = [entry for board in boards for entry in board.entries]
        scored = sum(entry.slug in self.computed and entry.result is not None for entry in entries)
        stored = len(self.stored - self.computed)
        count = len(entries)
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

        def writing(self) -> None:
            bar.update(task, description="writing the site", completed=0, total=None)

        def notice(self, text: str) -> None:
            notices.append(text)

    notices: list[str] = []
    with bar:
        task = bar.add_task("reading gold", total=None)
        done = work(Show())
    for text in notices:  # after the bar, which would overwrite them
        out.message(f"averitec-eval: {text}")
    return done, counts


def _summary(board: Board, *, shown: bool, named: bool) -> object:
    """The board for the terminal; its scores, and the order they give, only if all may see them or ``shown``, and
    names that are hidden only if ``named``.
    """
    from averitec_eval.leaderboard.public import hidden_names
    from averitec_eval.tables import Column, Table, to_rich

    entries: Sequence[Entry] = board.entries
    names = {} if named else hidden_names(board)
    withheld = "" if shown else board.config.rules.scores_reason
    if withheld:
        entries = [
            replace(entry, standing=None, result=None, reason=entry.reason or withheld)
            for entry in sorted(entries, key=lambda entry: names.get(entry.slug, entry.slug))
        ]
    rows = tuple(_summary_row(entry, names.get(entry.slug, entry.name)) for entry in entries)
    columns = (
        Column("Tier", "right"),
        Column("Rank", "right"),
        Column("Submission"),
        Column("Score", "right"),
        Column("Interval", "right"),
        Column("Not ranked because"),
    )
    config = board.config
    title = f"{config.title}: {config.tab}" if config.folder else config.title
    by = board.headline if board.scored else "nothing: no submission has a score"
    return to_rich(Table(f"{title}, {'by name' if withheld else f'by {by}'}", columns, rows))


def _summary_row(entry: Entry, name: str) -> tuple[Value, ...]:
    from averitec_eval.scoring.report import span_text

    standing, result = entry.standing, entry.result
    place: tuple[Value, Value] = (None, None)
    if standing is not None:
        span = "" if standing.rank_low == standing.rank_high else f" ({standing.rank_low}-{standing.rank_high})"
        place = (standing.tier, f"{standing.rank}{span}")
    score = None if result is None else result.headline_score
    interval = None if result is None else span_text(result.intervals.get(result.headline))
    return (*place, name, score, interval, entry.reason)
