"""``averitec-eval bundle``: what a platform needs to run a task."""

from __future__ import annotations

import argparse
import importlib

from averitec_eval.cli.output import Output

NAME = "bundle"
HELP = "make the bundle with which a platform runs a task"
DESCRIPTION = (
    "Make of CONFIG what PLATFORM needs to run the task: its configuration, pages, gold and the scorer of this "
    "package, unchanged. DIR holds the gold: give it to the platform only."
)

PLATFORMS = {
    "evalai": "averitec_eval.platforms.evalai",
    "codabench": "averitec_eval.platforms.codabench",
}
"""The module of each platform, with a function ``write_bundle(config, directory)`` that gives a ``Bundle``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("platform", choices=tuple(PLATFORMS), metavar="PLATFORM", help=", ".join(PLATFORMS))
    parser.add_argument("config", metavar="CONFIG", help="the task's configuration, such as leaderboard.yaml")
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to make, empty or not there")


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.leaderboard.config import read_config

    module = importlib.import_module(PLATFORMS[args.platform])
    bundle = module.write_bundle(read_config(args.config), args.out)
    for path in bundle.paths:
        out.data(f"{path}\n")
    for note in bundle.notes:
        out.message(f"note: {note}")
    return 0
