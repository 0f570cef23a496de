"""``averitec-eval leaderboard figures``: a board's figures and tables as files for a paper."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.output import Output
from averitec_eval.leaderboard.formats import PAPER_FORMATS

if TYPE_CHECKING:
    from averitec_eval.leaderboard.view import PublicSite

DEFAULT_FOLDER = "figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--format`` and ``--out``."""
    parser.add_argument(
        "--format",
        choices=PAPER_FORMATS,
        default="pdf",
        metavar="FORMAT",
        help="figures as pdf, svg or png (these need the extra 'figures'), or the tables as latex, markdown or csv "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--out", metavar="DIR", default=DEFAULT_FOLDER, help="write the files here (default: %(default)s)"
    )


def run(args: argparse.Namespace, site_of: Callable[[], PublicSite], out: Output) -> int:
    """Write the files of what ``site_of`` gives, print their paths, and give 0; 1 if no submission has a score."""
    from averitec_eval.files import write_if_changed
    from averitec_eval.leaderboard.figures import check_form, paper_files

    check_form(args.format)  # before scoring for minutes
    folder = Path(args.out)
    count = 0
    for name, data in paper_files(site_of(), args.format):
        write_if_changed(folder / name, data)
        out.data(f"{folder / name}\n")
        count += 1
    if not count:
        out.message("averitec-eval: no submission has a score, so there is nothing to draw or to tabulate")
        return 1
    return 0
