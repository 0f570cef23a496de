"""``averitec-eval score``: the figures of one submission."""

from __future__ import annotations

import argparse
from pathlib import Path

from averitec_eval.cli.options import (
    add_gold,
    add_input_format,
    add_resampling,
    add_table_format,
    add_workers,
    settings_of,
    workers_of,
)
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting, show_result

NAME = "score"
HELP = "score a submission against gold, exactly as the shared tasks do"
DESCRIPTION = """\
Validate PRED and score it against GOLD, joining by claim id. A claim the file
leaves out scores 0 and is counted; any other error is reported and nothing is
scored. The last line printed is the signature: two scores may be compared
only if their signatures agree."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from averitec_eval.scoring.profiles import DEFAULT_PROFILE, PROFILES

    parser.add_argument("pred", metavar="PRED", help="the prediction file, in any known format, gzipped or not")
    add_gold(parser, required=True)
    parser.add_argument(
        "--profile",
        default=DEFAULT_PROFILE,
        metavar="NAME",
        help=f"whose contract to score by: {', '.join(PROFILES)} (default: %(default)s)",
    )
    parser.add_argument(
        "--level",
        type=float,
        action="append",
        default=None,
        metavar="L",
        help="a further level for the AVeriTeC score, in [0, 1); the first becomes the headline (repeatable)",
    )
    parser.add_argument(
        "--meteor",
        choices=["pinned", "nltk"],
        default="pinned",
        help="pinned: NLTK 3.9's rules, the same everywhere; nltk: whatever NLTK is installed (default: %(default)s)",
    )
    add_input_format(parser)
    parser.add_argument("--out", metavar="DIR", help="write results.json and claims.jsonl into this folder")
    add_resampling(parser)
    add_workers(parser)
    add_table_format(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.api import score
    from averitec_eval.formats import read_gold
    from averitec_eval.scoring.runs import ClaimLines, write_lines

    workers = workers_of(args)
    with reporting(out, args.format), ClaimLines() as lines:
        gold = read_gold(args.gold)
        result = score(
            args.pred,
            gold,
            profile=args.profile,
            levels=args.level or (),
            meteor=args.meteor,
            input_format=args.input_format,
            intervals=settings_of(args),
            on_claim=lines.add if args.out else None,
            workers=workers,
        )
        if args.out:
            write_lines(args.out, result, lines.in_order(result, gold))
    show_result(result, Path(args.pred).name, out, args.format)
    return 0
