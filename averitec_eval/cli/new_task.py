"""``averitec-eval new-task``: write a small shared task that runs at once."""

from __future__ import annotations

import argparse

from averitec_eval.cli.output import Output

NAME = "new-task"
HELP = "write the starter of a shared task, which can be built at once"
DESCRIPTION = (
    "Write a shared task into DIR, which must be empty or not there: a leaderboard.yaml on the small set of claims "
    "that comes with this package, a sample submission, a README, and the workflow for pull requests."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", metavar="DIR", help="the folder to make")
    parser.add_argument("--title", metavar="TEXT", help="the title of the task")


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.starter import TITLE, write_task

    paths = write_task(args.directory, TITLE if args.title is None else args.title)
    for path in paths:
        out.data(f"{path}\n")
    config = paths[0]
    out.message(f"next: averitec-eval doctor {config} && averitec-eval leaderboard build {config}")
    return 0
