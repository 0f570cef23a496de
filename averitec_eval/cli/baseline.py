"""``averitec-eval baseline``: list the reference systems, show one, run it over a claims file, train ``lexical``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.cli.options import add_table_format
from averitec_eval.cli.output import Output
from averitec_eval.errors import UsageError
from averitec_eval.formats.reading import MINI

if TYPE_CHECKING:
    from rich.progress import Progress

    from averitec_eval.baselines.claims import ClaimSet, Examples
    from averitec_eval.baselines.config import System
    from averitec_eval.baselines.ports import Models
    from averitec_eval.baselines.prompts import Prompts
    from averitec_eval.baselines.run import RunSummary, RunWatcher
    from averitec_eval.baselines.state import Trouble
    from averitec_eval.baselines.store import KnowledgeStore
    from averitec_eval.tables import Table

NAME = "baseline"
HELP = "list, show and run the reference systems, whose output is a submission"

INTERRUPTED = 130
SECONDS_LIMIT = 60
"""The shared task's limit for the mean seconds of a claim."""

MODEL_SETS = ("published", "local")
PICTURES = ("text", "json", "mermaid", "svg")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="list the systems of this package", allow_abbrev=False)
    add_table_format(listed)

    components = actions.add_parser(
        "components",
        help="list what the stages of a system may be",
        description="List the components that configurations choose from, or the options of those of one STAGE.",
        allow_abbrev=False,
    )
    components.add_argument("stage", nargs="?", metavar="STAGE", help="such as retrieve")
    _add_import(components)
    add_table_format(components)

    show = actions.add_parser(
        "show",
        help="show the stages, options and models of a system",
        description="Show a system as it would run, with every change that --set makes.",
        allow_abbrev=False,
    )
    _add_system(show)
    show.add_argument("--format", choices=PICTURES, default="text", help="how to show it (default: %(default)s)")

    run_parser = actions.add_parser(
        "run",
        help="run a system over a claims file",
        description="Run SYSTEM over the claims of a file and write a submission with a trace of every step. Whatever "
        "fails, each claim gets a row; failures are counted.",
        allow_abbrev=False,
    )
    _add_system(run_parser)
    _add_run(run_parser)

    train = actions.add_parser(
        "train",
        help="train the model of the system lexical",
        description="Train the small model behind the system lexical on annotated claims and write its numbers.",
        allow_abbrev=False,
    )
    train.add_argument("--train", required=True, metavar="FILE", help="annotated claims, such as AVeriTeC's train.json")
    train.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="FILE",
        help="leave out claims whose text occurs in this file, such as dev.json; may be repeated",
    )
    train.add_argument("--out", required=True, metavar="FILE", help="where the model's numbers go, as JSON")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--import",
        dest="import_",
        action="append",
        default=[],
        metavar="FILE",
        help="a Python file of yours that adds components; its code is run; may be repeated",
    )


def _add_system(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("system", metavar="SYSTEM", help="the name of a system, or a configuration file (.yaml)")
    parser.add_argument(
        "--models", choices=MODEL_SETS, help="which models: those of the paper, or ones that run on this machine"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting: retrieve.k=20, filter[2].k=5, models.writer.name=..., compat.QUIRK=true; may be "
        "repeated",
    )
    parser.add_argument("--replay", metavar="FILE", help="take the chat models' replies from this file")
    parser.add_argument("--base-url", metavar="URL", help="the address of the OpenAI-compatible server")
    _add_import(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--claims",
        required=True,
        metavar="FILE",
        help=f"the claims, as a gold file or without labels, JSON or CSV; {MINI} is the small set of this package",
    )
    parser.add_argument(
        "--knowledge-store",
        metavar="DIR",
        help=f"the folder or zip file of <claim_id>.json files; {MINI} is the small one of this package",
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder for the submission and the trace")
    parser.add_argument("--limit", type=_positive, metavar="N", help="only the first N claims")
    parser.add_argument("--resume", action="store_true", help="go on with the run that DIR holds")
    parser.add_argument(
        "--examples", metavar="FILE", help="annotated claims to show the models, such as train.json; or none"
    )
    parser.add_argument("--drop-gold", action="store_true", help="leave out the store's pages of type gold")
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="the seed of the run (default: %(default)s)")
    parser.add_argument("--prompts", metavar="DIR", help="a folder of prompts that take the place of those of a name")
    parser.add_argument("--cache", metavar="FILE", help="where replies are kept; none keeps none (default: in DIR)")
    parser.add_argument("--name", metavar="TEXT", help="the submission's name (default: the system's title)")
    parser.add_argument("--team", default="averitec-eval", metavar="TEXT", help="its team (default: %(default)s)")
    parser.add_argument("--hardware", metavar="TEXT", help="what it runs on (default: this machine's processor)")


def _positive(text: str) -> int:
    return _whole(text, 1)


def _seed(text: str) -> int:
    return _whole(text, 0)


def _whole(text: str, low: int) -> int:
    if not text.isdecimal() or not low <= int(text[:20]) < 2**63:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {low}; found '{text}'")
    return int(text)


def run(args: argparse.Namespace, out: Output) -> int:
    _import(getattr(args, "import_", ()))
    if args.action == "list":
        return _list(args, out)
    if args.action == "components":
        return _components(args, out)
    if args.action == "show":
        return _show(args, out)
    if args.action == "train":
        return _train(args, out)
    return _run(args, out)


def _import(files: Sequence[str]) -> None:
    if files:
        from averitec_eval.baselines.catalogue import import_file

        for file in files:
            import_file(Path(file))


def _system(args: argparse.Namespace) -> System:
    from averitec_eval.baselines.config import load_system

    return load_system(args.system, args.set, models=args.models, replay=args.replay, base_url=args.base_url)


def _list(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.baselines.describe import systems_json, systems_table
    from averitec_eval.json_output import to_json

    if args.format == "json":
        out.data(to_json(systems_json()))
    elif args.format == "text":
        _print_systems(systems_json(), out)
    else:
        out.tables([systems_table()], args.format)
    return 0


def _print_systems(systems: Sequence[Mapping[str, Any]], out: Output) -> None:
    """A paragraph for each system: in a table of 80 columns its description would be a tower of words."""
    from rich.padding import Padding
    from rich.text import Text

    console = out.console()
    for system in systems:
        console.print(Text.assemble((system["name"], "bold"), f": {system['title']}"))
        roles = ", ".join(dict.fromkeys(role for models in system["models"].values() for role in models))
        text = f"{' '.join(system['description'].split())} Asks for: {roles or 'no model'}."
        console.print(Padding(Text(text), (0, 0, 1, 2), expand=False))


def _components(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.baselines.describe import components_json, components_tables
    from averitec_eval.json_output import to_json

    if args.format == "json":
        out.data(to_json(components_json(args.stage)))
    else:
        out.tables(components_tables(args.stage), args.format)
    return 0


def _show(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.baselines import picture
    from averitec_eval.baselines.describe import described
    from averitec_eval.json_output import to_json

    system = _system(args)
    if args.format == "json":
        out.data(to_json(system.to_dict()))
    elif args.format == "text":
        out.data(described(system))
    else:
        out.data(picture.mermaid_picture(system) if args.format == "mermaid" else picture.svg_picture(system))
    return 0


def _train(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.baselines.lexical.training import train_file

    report = train_file(Path(args.train), [Path(path) for path in args.exclude], Path(args.out))
    out.message(report)
    out.data(f"{args.out}\n")
    return 0


def _run(args: argparse.Namespace, out: Output) -> int:
    import time

    from averitec_eval.baselines.claims import read_claims
    from averitec_eval.baselines.components.base import Tools
    from averitec_eval.baselines.prompts import Prompts
    from averitec_eval.baselines.run import run_system
    from averitec_eval.baselines.submission_out import About

    system = _system(args)
    if system.roles and not system.models:
        raise UsageError(f"{system.name} has models: choose --models {' or --models '.join(system.sets)}")
    claims = read_claims(args.claims)
    examples = _examples(args, system, claims, out)
    folder = Path(args.out)
    prompts = Prompts(Path(args.prompts) if args.prompts else system.folder)
    with ExitStack() as stack:
        store = _store(args, stack)
        cache = None if args.cache == "none" else Path(args.cache) if args.cache else folder / "cache.sqlite"
        models = _models(system, prompts, cache, stack)
        progress, watcher = _watcher(out)
        stack.enter_context(progress)
        try:
            summary = run_system(
                system,
                claims,
                folder,
                Tools(models, prompts, seed=args.seed),
                store=store,
                examples=examples,
                limit=args.limit,
                resume=args.resume,
                about=About(args.team, args.name, args.hardware or _hardware()),
                clock=time.perf_counter,
                watcher=watcher,
            )
        except KeyboardInterrupt:
            progress.stop()
            out.message(
                f"averitec-eval: interrupted; the claims that are done are in {folder / 'trace.jsonl'}. Give the same "
                "command with --resume to go on"
            )
            return INTERRUPTED
    _report(summary, system, folder, out)
    _report_servers(models, out)
    return 0


def _models(system: System, prompts: Prompts, cache: Path | None, stack: ExitStack) -> Models:
    from averitec_eval.baselines.ports import Models

    if not system.models:
        return Models()
    from averitec_eval.baselines.models.factory import make_models

    return stack.enter_context(make_models(system.models, prompts=prompts, cache=cache))


def _examples(args: argparse.Namespace, system: System, claims: ClaimSet, out: Output) -> Examples | None:
    from averitec_eval.baselines.claims import read_examples

    if system.examples == "none":
        if args.examples not in (None, "none"):
            out.message(f"averitec-eval: {system.name} shows its models no examples; --examples changes nothing")
        return None
    if args.examples is None:
        raise UsageError(
            f"{system.name} shows its models annotated claims: give --examples FILE, such as AVeriTeC's train.json, or "
            "--examples none"
        )
    if args.examples == "none":
        return None
    examples = read_examples(args.examples, claims.claims)
    if examples.dropped:
        out.message(
            f"averitec-eval: {examples.dropped:,} examples left out, whose claims are among those to be run; "
            f"{len(examples.claims):,} are left"
        )
    return examples


def _store(args: argparse.Namespace, stack: ExitStack) -> KnowledgeStore | None:
    if args.knowledge_store is None:
        return None
    from averitec_eval.baselines.store import KnowledgeStore

    path = Path(args.knowledge_store)
    if args.knowledge_store == MINI and not path.exists():
        from averitec_eval.examples import mini_knowledge_store_path

        path = mini_knowledge_store_path()
    return stack.enter_context(KnowledgeStore(path, drop_gold=args.drop_gold))


def _hardware() -> str:
    """The processor's name and the number of cores that this process may use."""
    import os
    import platform

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{cores} core{'' if cores == 1 else 's'} of {name}"


def _watcher(out: Output) -> tuple[Progress, RunWatcher]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from averitec_eval.baselines.run import RunWatcher

    columns = (
        TextColumn("claims", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}", markup=False),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=out.err_console(), transient=True, disable=not out.stderr.isatty())

    class Show(RunWatcher):
        def __init__(self) -> None:
            self.seconds = 0.0
            self.fresh = 0
            self.troubled = 0

        def start(self, count: int, done: int) -> None:
            if done:
                out.message(f"averitec-eval: {done:,} of {count:,} claims are done already")
            bar.update(task, total=count, completed=done, pace="")

        def claim(self, claim_id: int, seconds: float, troubles: Sequence[Trouble]) -> None:
            self.fresh += 1
            self.seconds += seconds
            self.troubled += bool(troubles)
            pace = f"{self.seconds / self.fresh:.2f} s/claim (limit {SECONDS_LIMIT})"
            bar.update(task, advance=1, pace=pace + (f", {self.troubled} with troubles" if self.troubled else ""))

        def notice(self, text: str) -> None:
            out.message(f"averitec-eval: {text}")

    task = bar.add_task("claims", total=None, pace="")
    return bar, Show()


def _report(summary: RunSummary, system: System, folder: Path, out: Output) -> None:
    from averitec_eval.tables import to_rich

    console = out.err_console()
    console.print(to_rich(_labels_table(summary, system)))
    if summary.troubles:
        console.print(to_rich(_troubles_table(summary)))
    if summary.replies:
        out.message(
            f"averitec-eval: {summary.replies:,} replies, {summary.prompt_tokens:,} tokens asked with and "
            f"{summary.completion_tokens:,} answered"
        )
    if summary.seconds_per_claim is not None:
        over = " - more than the shared task allows" if summary.seconds_per_claim > SECONDS_LIMIT else ""
        out.message(
            f"averitec-eval: {summary.seconds_per_claim:.2f} s a claim (the task's limit is {SECONDS_LIMIT} s){over}"
        )
    out.data(f"{folder / 'predictions.json'}\n")


def _report_servers(models: Models, out: Output) -> None:
    from averitec_eval.baselines.models.factory import usage_of
    from averitec_eval.validation.printable import printable

    for name, usage in usage_of(models).items():
        cost = "" if usage.cost is None else f"; cost {usage.cost:,.4f}"
        out.message(
            f"averitec-eval: {printable(name)}: {usage.requests:,} requests, {usage.retries:,} of them repeated; "
            f"{usage.prompt_tokens:,} tokens in, {usage.completion_tokens:,} out{cost}"
        )


def _labels_table(summary: RunSummary, system: System) -> Table:
    from averitec_eval.tables import Column, Table

    without = f"; {summary.without_pairs:,} without evidence" if summary.without_pairs else ""
    return Table(
        f"{system.title}: {summary.claims:,} claims{without}",
        (Column("Verdict"), Column("Claims", "right")),
        tuple(summary.labels.items()),
    )


def _troubles_table(summary: RunSummary) -> Table:
    from averitec_eval.baselines.codes import TROUBLES
    from averitec_eval.tables import Column, Table

    rows = tuple((code, count, TROUBLES.get(code, "")) for code, count in summary.troubles.items())
    return Table(
        "Troubles", (Column("Code"), Column("Times", "right"), Column("What happened, and what stands in")), rows
    )
