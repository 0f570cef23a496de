"""``averitec-eval convert``: one file format into another, and what did not survive."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.output import Output
from averitec_eval.errors import UsageError
from averitec_eval.formats.registry import FORMATS, GOLD, names

if TYPE_CHECKING:
    from averitec_eval.formats.writing import ConversionReport

NAME = "convert"
HELP = "write predictions or gold in another file format and tell what it cannot hold"
DESCRIPTION = """\
Write predictions or gold in another file format.

What the format cannot hold is counted and listed on stderr: URLs and scraped
texts do not survive CSV, for instance. Where a text would come back changed,
or a format without claim ids would give predictions to other claims, nothing
is written and every place is listed. OUT is gzipped if its name ends in .gz.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("input", metavar="IN", help="the file to read, in any known format, gzipped or not")
    parser.add_argument("output", metavar="OUT", help="the file to write")
    parser.add_argument(
        "--to", required=True, choices=tuple(FORMATS), metavar="FORMAT", help=f"one of: {', '.join(FORMATS)}"
    )
    parser.add_argument(
        "--input-format",
        choices=tuple(FORMATS),
        metavar="FORMAT",
        help="read IN as this format instead of detecting it",
    )
    parser.add_argument("--gold", action="store_true", help="IN is a gold file; implied where --to names a gold format")
    parser.add_argument(
        "--split",
        metavar="TEXT",
        help="what to write in the column split of a CSV file (default: pred, for gold: gold)",
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it exists")


def run(args: argparse.Namespace, out: Output) -> int:
    """Convert and report on stderr; 0 if a file was written."""
    from averitec_eval.cli.reporting import reporting
    from averitec_eval.formats import read_gold, read_submission, write_gold, write_submission

    gold = args.gold or FORMATS[args.to].kind == GOLD
    _check(args, gold)
    options = {} if args.split is None else {"split": args.split}
    with reporting(out, "text"):
        if gold:
            report = write_gold(read_gold(args.input, args.input_format), args.output, args.to, **options)
        else:
            submission = read_submission(args.input, args.input_format)
            report = write_submission(submission, args.output, args.to, **options)
    for line in describe(report):
        out.message(line)
    return 0


def describe(report: ConversionReport) -> list[str]:
    """What was written and what was lost, a line each."""
    entries = f"{report.entries:,} entr{'y' if report.entries == 1 else 'ies'}"
    lines = [f"{report.path}: {entries} written as {report.format}, {report.size:,} bytes"]
    if not report.losses:
        lines.append("nothing was lost")
    lines += [f"  {loss.kind}: {loss.count:,} ({loss.text})" for loss in report.losses]
    return lines


def _check(args: argparse.Namespace, gold: bool) -> None:
    """Refuse options that contradict each other before anything is read."""
    kind = GOLD if gold else "submission"
    if FORMATS[args.to].kind != kind:
        raise UsageError(f"--gold needs a gold format in --to: {', '.join(names(kind))}; found {args.to}")
    if args.input_format is not None and FORMATS[args.input_format].kind != kind:
        raise UsageError(
            f"--input-format {args.input_format} does not go with --to {args.to}: predictions and gold are not "
            f"converted into each other; known here are {', '.join(names(kind))}"
        )
    if args.split is not None and FORMATS[args.to].container != "csv":
        raise UsageError(f"--split is for CSV formats; {args.to} has no column of that name")
    source, target = Path(args.input), Path(args.output)
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name the file to write")
    if target.exists():
        if source.exists() and source.samefile(target):
            raise UsageError(f"{target} is the file to read; name another one to write")
        if not args.force:
            raise UsageError(f"{target} exists; give --force to replace it")
