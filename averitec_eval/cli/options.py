"""Options that several commands share, so that they are spelt and explained the same everywhere."""

from __future__ import annotations

import argparse
import datetime
from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError
from averitec_eval.formats.registry import SUBMISSION, names

if TYPE_CHECKING:
    from averitec_eval.scoring.workers import Workers
    from averitec_eval.statistics.resampling import Settings

TABLE_FORMATS = ("text", "json", "csv", "markdown", "latex")


def add_gold(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """``--gold``."""
    parser.add_argument(
        "--gold",
        required=required,
        metavar="GOLD",
        help="the gold file, JSON or CSV, gzipped or not; averitec-mini is the small set shipped with this package",
    )


def add_input_format(parser: argparse.ArgumentParser) -> None:
    """``--input-format`` for prediction files."""
    parser.add_argument(
        "--input-format",
        choices=names(SUBMISSION),
        metavar="FORMAT",
        help=f"read the prediction file as this format instead of detecting it: {', '.join(names(SUBMISSION))}",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """``--jobs``, ``--backend`` and ``--address``; ``workers_of`` reads them."""
    parser.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help="score in N processes at a time, -1 for one per core; the figures are the same (default: 1, and -1 "
        "where --backend is given)",
    )
    parser.add_argument(
        "--backend",
        choices=["loky", "dask", "ray"],
        help="where these processes are: on this machine (loky), or in a Dask or Ray cluster",
    )
    parser.add_argument(
        "--address", metavar="URL", help="the cluster's scheduler, such as tcp://127.0.0.1:8786 for dask"
    )


def _jobs(text: str) -> int:
    try:
        jobs = int(text)
    except ValueError:
        jobs = 0
    if jobs != -1 and jobs < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, or -1 for all cores; found '{text}'")
    return jobs


def workers_of(args: argparse.Namespace) -> Workers:
    """The workers that the options ask for. Raises ``UsageError`` for options that contradict each other."""
    from averitec_eval.scoring.workers import Workers

    if args.address is not None and args.backend in (None, "loky"):
        raise UsageError("--address needs --backend dask or --backend ray: the processes of loky are on this machine")
    if args.address is None and args.backend in ("dask", "ray"):
        raise UsageError(f"--backend {args.backend} needs --address, where the cluster's scheduler can be reached")
    jobs = args.jobs if args.jobs is not None or args.backend is None else -1
    return Workers(jobs=jobs, backend=args.backend or "loky", address=args.address)


def add_table_format(parser: argparse.ArgumentParser) -> None:
    """``--format`` where a table comes out."""
    parser.add_argument(
        "--format",
        choices=TABLE_FORMATS,
        default="text",
        metavar="FORMAT",
        help=f"how to print the result: {', '.join(TABLE_FORMATS)} (default: %(default)s)",
    )


def add_now(parser: argparse.ArgumentParser) -> None:
    """``--now``; ``now_of`` reads it."""
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="INSTANT",
        help="take this for the present instead of the clock's: a day, which means its beginning, or an instant in "
        "UTC as YYYY-MM-DDTHH:MMZ",
    )


def _instant(text: str) -> datetime.datetime:
    from averitec_eval.leaderboard import fields
    from averitec_eval.leaderboard.moments import moment

    try:
        return moment(text).begins
    except fields.Wrong as wrong:
        raise argparse.ArgumentTypeError(f"found '{text}', expected {wrong.expected}") from None


def now_of(args: argparse.Namespace) -> datetime.datetime:
    """The instant that ``--now`` gives, else the clock's, in UTC."""
    given: datetime.datetime | None = args.now
    return datetime.datetime.now(datetime.timezone.utc) if given is None else given


def add_resampling(parser: argparse.ArgumentParser) -> None:
    """``--resamples`` and ``--seed`` for intervals and tests; ``settings_of`` reads them."""
    from averitec_eval.statistics.resampling import DEFAULT_RESAMPLES, DEFAULT_SEED

    parser.add_argument(
        "--resamples",
        type=int,
        default=DEFAULT_RESAMPLES,
        metavar="N",
        help="how many times the claims are resampled for intervals and tests (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="the seed of the resampling (default: %(default)s)"
    )


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings that ``add_resampling``'s options say. Raises ``UsageError`` for values out of range."""
    from averitec_eval.statistics.resampling import Settings

    return Settings(resamples=args.resamples, seed=args.seed)
