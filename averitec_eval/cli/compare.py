"""``averitec-eval compare``: is A really better than B?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.options import add_gold, add_input_format, add_resampling, add_table_format, settings_of
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting
from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    from averitec_eval.comparison import Comparison, PairComparison
    from averitec_eval.scoring.results import Result

NAME = "compare"
HELP = "compare systems on the same claims: differences, intervals, tests, and the claims that decide"
DESCRIPTION = """\
Each RUN is a folder that 'score --out' wrote, or a prediction file, which needs
--gold. All must be scored against the same gold claims in the same way. Every
pair is compared, or every system with --baseline NAME, where a system's name
is its folder's or file's."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    from averitec_eval.scoring.profiles import DEFAULT_PROFILE

    parser.add_argument("runs", nargs="+", metavar="RUN", help="a run folder, or a prediction file with --gold")
    add_gold(parser, required=False)
    parser.add_argument(
        "--metric",
        action="append",
        metavar="NAME",
        help="what to compare, such as averitec@0.25, hu_meteor_qa or macro_f1 (repeatable; default: the headline)",
    )
    parser.add_argument("--baseline", metavar="NAME", help="compare every other system with this one only")
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME", help="as for score (prediction files only)"
    )
    add_input_format(parser)
    add_resampling(parser)
    add_table_format(parser)
    parser.add_argument(
        "--deciding",
        type=int,
        default=5,
        metavar="N",
        help="show at most N deciding claims a side (default: %(default)s)",
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Compare and print; gives 0."""
    from averitec_eval.comparison import compare

    if len(args.runs) < 2:
        raise UsageError("compare needs at least two runs")
    if args.deciding < 0:
        raise UsageError(f"--deciding must be at least 0; found {args.deciding}")
    settings = settings_of(args)
    with reporting(out, args.format):
        results = _results(args)
        comparison = compare(results, metrics=args.metric or (), baseline=args.baseline, settings=settings)
    if args.format == "json":
        out.data(comparison.to_json())
    elif args.format == "csv":
        out.data(comparison.to_csv())
    elif args.format == "text":
        _print_text(comparison, dict(zip(results, args.runs, strict=True)), args.deciding, out)
    else:
        out.tables([comparison.to_table()], args.format)
    return 0


def _results(args: argparse.Namespace) -> dict[str, Result]:
    from averitec_eval.api import score
    from averitec_eval.formats import read_gold
    from averitec_eval.scoring.runs import read_run

    names = names_of([Path(run) for run in args.runs])
    files = [run for run in args.runs if not Path(run).is_dir()]
    if files and args.gold is None:
        raise UsageError(f"{files[0]} is not a run folder: give --gold with prediction files, or score them with --out")
    gold = read_gold(args.gold) if files else None
    results = {}
    for name, run in zip(names, args.runs, strict=True):
        if gold is None or Path(run).is_dir():
            results[name] = read_run(run)
        else:
            results[name] = score(
                run,
                gold,
                profile=args.profile,
                levels=_levels(args.metric),
                input_format=args.input_format,
                intervals=None,
            )
    return results


def _levels(metrics: list[str] | None) -> tuple[float, ...]:
    """The levels that the metrics asked for name, so that a level beside the usual ones is scored too."""
    from averitec_eval.scoring.profiles import LEVELS

    levels = []
    for metric in metrics or ():
        name, _, level = metric.partition("@")
        try:
            number = float(level)
        except ValueError:
            continue
        if name in {"averitec", "justification"} and number not in LEVELS:
            levels.append(number)
    return tuple(levels)


def names_of(paths: list[Path]) -> list[str]:
    """A name for each run: its folder's, or its file's without endings; a file called predictions is named for its
    folder.

    Names that would be the same get their parent folders in front, until they differ. Raises ``UsageError`` for a run
    given twice.
    """
    resolved = [path.resolve() for path in paths]
    twice = [path for path, whole in zip(paths, resolved, strict=True) if resolved.count(whole) > 1]
    if twice:
        raise UsageError(f"{twice[0]} is given twice")
    parts = []
    for path in resolved:
        stem = path.name if path.is_dir() else path.name.split(".")[0] or path.name
        own = [] if stem == "predictions" and not path.is_dir() else [stem]
        parts.append([*path.parent.parts[1:], *own])
    names = [part[-1] for part in parts]
    depth = 1
    while len(set(names)) < len(names) and depth < max(map(len, parts)):
        depth += 1
        names = [
            name if names.count(name) == 1 else "/".join(part[-depth:]) for name, part in zip(names, parts, strict=True)
        ]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return names


def _print_text(comparison: Comparison, paths: dict[str, str], deciding: int, out: Output) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = out.console()
    out.tables([comparison.to_table()], "text")
    for name in comparison.incomplete:
        console.print(Text(f"INCOMPLETE: {name} leaves claims out; they score 0 and count against it"))
    for pair, sentence in zip(comparison.pairs, comparison.sentences(), strict=True):
        console.print(Text(sentence))
        for line in _details(pair, paths, deciding):
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
        console.print()
    out.data(f"signature: {comparison.signature}\n")


def _details(pair: PairComparison, paths: dict[str, str], deciding: int) -> list[str]:
    lines = [f"{pair.wins} wins, {pair.ties} ties, {pair.losses} losses; p before adjustment {pair.p:.4f}"]
    if pair.smallest_detectable is not None:
        smallest = f"a true difference of {pair.smallest_detectable:.3f}"
        lines.append(f"On these {pair.n} claims {smallest} would be found four times in five.")
    if deciding:
        for name, count, claims in ((pair.a, pair.wins, pair.won_by_a), (pair.b, pair.losses, pair.won_by_b)):
            shown = ", ".join(map(str, claims[:deciding]))
            more = f" and {count - deciding} more" if count > deciding else ""
            lines.append(f"{name} wins {count} claims{f': {shown}{more}' if shown else ''}")
        example = next(iter((*pair.won_by_a, *pair.won_by_b)), None)
        if example is not None:
            lines.append(f"See one: averitec-eval inspect {paths[pair.a]} {paths[pair.b]} --claim {example}")
    return lines
