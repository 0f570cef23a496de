"""``averitec-eval validate``: every problem of a prediction file, and an exit code to rely on."""

from __future__ import annotations

import argparse

from averitec_eval.cli.options import add_gold, add_input_format
from averitec_eval.cli.output import Output

NAME = "validate"
HELP = "check prediction files and list every problem with its place and how to mend it"
DESCRIPTION = """\
Check prediction files and list every problem with its place and how to mend it.

With --gold, claim ids and claim texts are compared with the gold set: missing,
repeated and unknown claims, and files that are shifted or belong to another
split. 'averitec-eval explain CODE' tells more about a problem.

The last line says how the check ended: 'valid', 'INVALID' or 'UNREADABLE', and
why. With --format json the document stands alone on stdout and that line on
stderr. Exit code: 0 valid, 1 invalid, 3 unreadable; of several files, the
worst.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a prediction file, JSON or CSV, gzipped or not")
    add_gold(parser, required=False)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: %(default)s")
    add_input_format(parser)
    parser.add_argument("--strict", action="store_true", help="count warnings as errors")
    parser.add_argument(
        "--max-examples",
        type=positive,
        default=5,
        metavar="N",
        help="how many examples of each problem to show (default: %(default)s); all are counted",
    )


def positive(text: str) -> int:
    """An integer from 1 on. Raises ``ValueError`` otherwise, as argparse expects."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1; found {number}")
    return number


def run(args: argparse.Namespace, out: Output) -> int:
    """Check the files and print their reports; gives the worst exit code."""
    from averitec_eval.cli.reporting import reporting
    from averitec_eval.json_output import to_json
    from averitec_eval.validation import validate
    from averitec_eval.validation.render import print_report, report_document, summary_of_several

    reports = []
    for path in args.files:
        # The gold file is read anew for each file, so that what is odd about it stands in every report.
        with reporting(out, args.format):
            report = validate(
                path, args.gold, input_format=args.input_format, strict=args.strict, max_examples=args.max_examples
            )
        reports.append(report)
        if args.format == "text":
            console = out.console()
            if len(reports) > 1:
                console.print()
            print_report(report, console)
    if args.format == "json":
        out.data(to_json(report_document(reports)))
    worst = max(report.exit_code for report in reports)
    if len(reports) > 1:
        closing = summary_of_several(reports)
        if args.format == "text":
            out.data("\n" + closing + "\n")
        else:
            out.message(closing)
    elif args.format == "json":
        out.message(reports[0].summary)
    return worst
