"""Options that several commands share, so that they are spelt and explained the same everywhere."""

from __future__ import annotations

import argparse

from averitec_eval.formats.registry import SUBMISSION, names

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
