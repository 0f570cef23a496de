"""Options that several commands share, so that they are spelt and explained the same everywhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from averitec_eval.formats.registry import SUBMISSION, names

if TYPE_CHECKING:
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


def add_table_format(parser: argparse.ArgumentParser) -> None:
    """``--format`` where a table comes out."""
    parser.add_argument(
        "--format", choices=TABLE_FORMATS, default="text", help="how to print the result (default: %(default)s)"
    )


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
