"""``averitec-eval audit``: is the evidence honest, and would the score survive without the tricks?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.options import add_gold, add_input_format, add_table_format
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting
from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    from averitec_eval.audit.records import Audit, Finding
    from averitec_eval.records import Gold, Submission
    from averitec_eval.scoring.results import Result

NAME = "audit"
HELP = "measure what inflates a score: repeated, echoed, filled, copied or leaked evidence"
DESCRIPTION = """\
Probe the evidence of PRED and score altered copies of it beside the official
score. Findings are facts to look at, not verdicts: the command ends with 0
whatever it finds, unless --fail-on flagged is given, and no score changes.

With --attack NAME it writes the attacked version of PRED to OUT instead, to
measure what an attack is worth under any metric."""

ATTACKS = ("duplicate", "template", "echo", "stuff", "majority-label")
"""The names of the attacks, here so that help needs none of the code that makes them."""

SHOWN_EXAMPLES = 2
"""How many examples of a finding the text report shows; the others are in the JSON."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    from averitec_eval.scoring.profiles import DEFAULT_PROFILE

    parser.add_argument("pred", metavar="PRED", help="the prediction file, in any known format, gzipped or not")
    parser.add_argument("output", nargs="?", metavar="OUT", help="the file that --attack writes, as 2024 JSON")
    add_gold(parser, required=False)
    parser.add_argument(
        "--knowledge-store", metavar="DIR", help="the folder of the split's knowledge store, to look evidence up in"
    )
    parser.add_argument(
        "--against",
        action="append",
        default=None,
        metavar="PRED",
        help="another prediction file for the same claims, to look for shared evidence (repeatable)",
    )
    parser.add_argument(
        "--judged", metavar="DIR", help="the run folder that 'judge --out' wrote of PRED, to look at its judgements"
    )
    parser.add_argument("--train", metavar="FILE", help="the training claims, to look for claims that reappear")
    parser.add_argument(
        "--domains", metavar="FILE", help="fact-checking sites, one a line, in place of those that are built in"
    )
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME", help="the official score (default: %(default)s)"
    )
    parser.add_argument(
        "--threshold",
        action="append",
        default=None,
        metavar="PROBE=NUMBER",
        help="from which number a probe's finding is worth a look, such as stuffing.exact=0.1 (repeatable)",
    )
    parser.add_argument(
        "--attack", choices=ATTACKS, metavar="NAME", help=f"write an attacked version: {', '.join(ATTACKS)}"
    )
    parser.add_argument(
        "--fail-on", choices=["flagged"], help="end with 1 if any finding reaches its threshold (default: never)"
    )
    add_input_format(parser)
    parser.add_argument(
        "--out", metavar="DIR", help="write audit.json, findings.csv and a line for each claim concerned here"
    )
    add_table_format(parser)


def run(args: argparse.Namespace, out: Output) -> int:
    """Audit and print, or write an attacked file; gives 0, or 1 where ``--fail-on`` says so."""
    if args.attack is not None:
        return _attack(args, out)
    if args.output is not None:
        raise UsageError("two files are given; OUT goes with --attack, another prediction file goes with --against")
    if args.gold is None:
        raise UsageError("audit needs --gold GOLD")
    from averitec_eval.api import check
    from averitec_eval.audit.domains import read_domains
    from averitec_eval.audit.run import audit
    from averitec_eval.baselines.store import open_store
    from averitec_eval.formats import read_gold, read_submission
    from averitec_eval.json_output import to_json
    from averitec_eval.scoring.profiles import get_profile

    thresholds = thresholds_of(args.threshold or (), get_profile(args.profile).name)
    with reporting(out, args.format), ExitStack() as stack:
        domains = None if args.domains is None else read_domains(args.domains)
        store = None if args.knowledge_store is None else stack.enter_context(open_store(args.knowledge_store))
        gold = read_gold(args.gold)
        submission = read_submission(args.pred, args.input_format)
        check(submission, gold)
        found = audit(
            submission,
            gold,
            profile=args.profile,
            knowledge_store=store,
            others=[read_submission(path) for path in args.against or ()],
            train=None if args.train is None else read_gold(args.train),
            domains=domains,
            thresholds=thresholds,
            judged=None if args.judged is None else judged_result(args.judged, submission, gold),
        )
    if args.out:
        write_audit(Path(args.out), found)
    if args.format == "json":
        out.data(to_json(found.to_dict()))
    else:
        _print(found, Path(args.pred).name, args.format, out)
    return 1 if args.fail_on and found.flagged else 0


def judged_result(directory: str, submission: Submission, gold: Gold) -> Result:
    """The judged result of a run folder.

    Raises ``UnreadableError`` if it cannot be read and ``UsageError`` if it holds no judgements, or those of another
    submission or other gold.
    """
    from averitec_eval.scoring.runs import read_run

    result = read_run(directory)
    if result.judge is None:
        raise UsageError(
            f"{directory}: this run has no judgements; 'averitec-eval judge --out DIR' writes one that has"
        )
    if (result.inputs.submission_sha256, result.inputs.gold_sha256) != (submission.sha256, gold.sha256):
        raise UsageError(f"{directory}: this run is of another prediction file or other gold")
    return result


def thresholds_of(texts: Sequence[str], profile: str) -> dict[str, float]:
    """The thresholds that ``PROBE=NUMBER`` texts say.

    Raises ``UsageError`` for a text that is none, for one probe given twice and for unknown probes.
    """
    from averitec_eval.audit import thresholds as known

    thresholds: dict[str, float] = {}
    for text in texts:
        probe, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            raise UsageError(f"--threshold takes PROBE=NUMBER; found '{text}'") from None
        if probe in thresholds:
            raise UsageError(f"--threshold is given twice for {probe}")
        thresholds[probe] = value
    known.thresholds_of(profile, thresholds)
    return thresholds


def write_audit(folder: Path, found: Audit) -> None:
    """Write ``audit.json``, ``findings.csv`` (all of it as rows) and ``flagged.csv`` (a row for each claim that a
    finding worth a look concerns) into a folder, which is made if it is absent.
    """
    from averitec_eval.audit.tables import flagged_table, long_table
    from averitec_eval.files import write_bytes
    from averitec_eval.json_output import to_json
    from averitec_eval.tables import to_csv

    texts = {
        "audit.json": to_json(found.to_dict()),
        "findings.csv": to_csv([long_table(found)]),
        "flagged.csv": to_csv([flagged_table(found)]),
    }
    for name, text in texts.items():
        write_bytes(folder / name, text.encode("utf-8"))


def _print(found: Audit, name: str, form: str, out: Output) -> None:
    from averitec_eval.audit.tables import long_table, people_tables

    if form == "csv":
        out.tables([long_table(found)], "csv")
        return
    if form != "text":
        out.tables(people_tables(found), form)
        return
    from rich.padding import Padding
    from rich.text import Text

    from averitec_eval.validation.printable import printable

    console = out.console()
    console.print(Text(f"{printable(name)}: {heading(found)}"))
    console.print()
    for finding in found.flagged:
        console.print(Text(f"{finding.probe}", style="bold"))
        for line in _lines(finding):
            console.print(Padding(Text(printable(line)), (0, 0, 0, 2), expand=False))
    if found.flagged:
        console.print()
    out.tables(people_tables(found), "text")
    if found.skipped:
        console.print(Text("Not run", style="bold"))
        for item in found.skipped:
            console.print(Padding(Text(printable(f"{item.probe}: {item.reason}")), (0, 0, 0, 2), expand=False))
    out.data(f"signature: {found.signature}\n")


def heading(found: Audit) -> str:
    """One line: how many of the probes found something worth a look, and the official score."""
    flagged, count = len(found.flagged), len(found.findings)
    probes = f"{count} probe{'' if count == 1 else 's'}"
    return f"{flagged} of {probes} found something worth a look; {found.headline} {found.official:.4f}"


def _lines(finding: Finding) -> list[str]:
    from averitec_eval.audit.tables import claims_text

    lines = [finding.sentence]
    if finding.claims:
        lines.append(f"claims: {claims_text(finding.claims)}")
    lines += [f"claim {example.claim_id}: {example.text}" for example in finding.examples[:SHOWN_EXAMPLES]]
    return lines


def _attack(args: argparse.Namespace, out: Output) -> int:
    if args.output is None:
        raise UsageError("--attack needs the file to write: averitec-eval audit --attack NAME PRED OUT")
    source, target = Path(args.pred), Path(args.output)
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name the file to write")
    if target.exists():
        same = source.exists() and source.samefile(target)
        raise UsageError(
            f"{target} is the file to read; name another one to write" if same else f"{target} exists; remove it first"
        )
    from averitec_eval.audit.attacks import attack
    from averitec_eval.formats import read_gold, read_submission, write_submission

    with reporting(out, "text"):
        submission = read_submission(args.pred, args.input_format)
        gold = None if args.gold is None else read_gold(args.gold)
        attacked = attack(submission.predictions, gold, args.attack)
        report = write_submission(attacked, args.output, "2024-json")
    before, after = _pairs(submission.predictions), _pairs(attacked)
    changed = sum(old != new for old, new in zip(submission.predictions, attacked, strict=True))
    out.message(
        f"{report.path}: {args.attack} of {source.name}: {changed:,} of {report.entries:,} claims changed, "
        f"{before:,} question-answer pairs before, {after:,} after"
    )
    return 0


def _pairs(predictions: Sequence[object]) -> int:
    from averitec_eval.records import Prediction

    return sum(len(list(one.pairs())) for one in predictions if isinstance(one, Prediction))
