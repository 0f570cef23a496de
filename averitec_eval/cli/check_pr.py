"""``averitec-eval check-pr``: check a pull request that hands in a submission."""

from __future__ import annotations

import argparse

from averitec_eval.cli.options import add_now, now_of
from averitec_eval.cli.output import Output

NAME = "check-pr"
HELP = "check a pull request that hands in a submission"
DESCRIPTION = """\
Check what the commits of HEAD would bring to BASE: that they change one folder
of submissions and nothing else, whose it is, that it comes in time and within
the limits, that its files are safe, and that its predictions are valid.

HEAD is not checked out and nothing in it is run. The configuration is read from
this folder, which must be the organisers'. Ends with 1 if there is an error.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE", help="the commit or branch that it is to go into")
    parser.add_argument("head", metavar="HEAD", help="the last commit or the branch of the pull request")
    parser.add_argument(
        "--config", default="leaderboard.yaml", metavar="CONFIG", help="the task's file (default: %(default)s)"
    )
    parser.add_argument(
        "--author",
        metavar="NAME",
        help="whose request it is, as the platform says: an account's name or an e-mail address. Without one, nobody "
        "may change a folder that is there",
    )
    add_now(parser)
    parser.add_argument(
        "--tries", metavar="FILE", help="remember each try here, so that those that are never merged count too"
    )
    parser.add_argument("--score", action="store_true", help="score a submission without errors")
    parser.add_argument(
        "--show-scores", action="store_true", help="show scores that the rules do not show to everyone, for organisers"
    )
    parser.add_argument(
        "--format",
        choices=("text", "markdown", "json"),
        default="text",
        help="how to print what was found (default: %(default)s)",
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.json_output import to_json
    from averitec_eval.leaderboard.config import read_config
    from averitec_eval.platforms import pull_report
    from averitec_eval.platforms.git import Repository
    from averitec_eval.platforms.ledger import read_ledger, write_ledger
    from averitec_eval.platforms.pull_request import check_pull_request

    config = read_config(args.config)
    submissions = config.submissions.resolve()
    folder = next(path for path in (submissions, *submissions.parents) if path.is_dir())
    ledger = () if args.tries is None else read_ledger(args.tries)
    checked = check_pull_request(
        Repository(folder),
        config,
        args.base,
        args.head,
        now_of(args),
        author=args.author,
        ledger=ledger,
        score=args.score or args.show_scores,
        show_scores=args.show_scores,
    )
    if args.tries is not None and checked.ledger != ledger:
        write_ledger(args.tries, checked.ledger)
    if args.format == "json":
        out.data(to_json(pull_report.document(checked)))
    else:
        out.data(
            pull_report.text(checked, out.console().width) if args.format == "text" else pull_report.markdown(checked)
        )
    if args.format != "text":
        out.message(pull_report.summary(checked))
    return 0 if checked.ok else 1
