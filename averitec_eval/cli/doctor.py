"""``averitec-eval doctor``: examine a task's configuration and all that it relies on."""

from __future__ import annotations

import argparse

from averitec_eval.cli.options import add_now, now_of
from averitec_eval.cli.output import Output

NAME = "doctor"
HELP = "examine a board's configuration: gold, dates, secrets, store, files"
DESCRIPTION = (
    "Examine CONFIG and all that it names, and change nothing: whether the gold can be read and lies neither in the "
    "repository nor in the site, whether a key or token stands in a file, whether dates, store, folders and resources "
    "are in order. Ends with 1 if there is an error; warnings do not count."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("config", metavar="CONFIG", help="the board's configuration, such as leaderboard.yaml")
    add_now(parser)
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print the findings (default: %(default)s)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.json_output import to_json
    from averitec_eval.leaderboard.doctor import examine

    examination = examine(args.config, now_of(args))
    if args.format == "json":
        out.data(to_json(examination.to_dict()))
    else:
        out.data("".join(f"{line}\n" for line in examination.lines(out.console().width)))
    return 0 if examination.ok else 1
