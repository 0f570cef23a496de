"""``averitec-eval judge``: have a judge count the facts that evidence supports, and score by it.

Its actions: ``run`` (meant where none is named), ``export`` and ``import`` of replies, ``agree`` over judged runs.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from averitec_eval.cli.options import (
    add_gold,
    add_input_format,
    add_resampling,
    add_table_format,
    settings_of,
)
from averitec_eval.cli.output import Output
from averitec_eval.cli.reporting import reporting, show_result
from averitec_eval.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

    from averitec_eval.judge.agreement import Agreement
    from averitec_eval.judge.asking import Asked, Asking, AsyncChat
    from averitec_eval.judge.estimate import Estimate
    from averitec_eval.judge.prompting import JudgePrompts
    from averitec_eval.judge.replies import Replies
    from averitec_eval.judge.run import JudgeRun
    from averitec_eval.judge.watch import JudgeWatcher
    from averitec_eval.records import Gold
    from averitec_eval.scoring.judgements import JudgeIdentity, Kind
    from averitec_eval.scoring.results import Result
    from averitec_eval.tables import Table

NAME = "judge"
HELP = "have a judge count which facts of the evidence are supported (Ev2R), and score by it"
ACTIONS = ("run", "export", "import", "agree")
"""What may follow the command's name; the first is meant where none does."""

DESCRIPTION = """\
Ask a judge for each claim of PRED how many facts of the gold evidence the
predicted evidence supports, and score by its counts. Replies are kept in a file
and never asked for twice: run the same command again to go on after a stop.

A judge is a model behind any OpenAI-compatible server; its key comes from
AVERITEC_EVAL_API_KEY or OPENAI_API_KEY. Two need no server but the extra
[local]: ev2r-lite, a proxy without a language model, and smollm2, a small model
on this machine. Neither is fit for ranking."""

ACTIONS_HELP = """\
other actions (give PRED as ./export if your file has the name of one):
  judge export FILE       write the kept replies to FILE, as JSON Lines
  judge import FILE...    take in replies that export wrote
  judge agree RUN RUN...  how far judges, or runs of one judge, agree
See 'averitec-eval judge ACTION --help'.

exit codes: 0 scored; 1 the headline is withheld because a budget ended the
asking or replies are not there; 5 it is withheld because the judge failed or
its replies could not be used; others as for averitec-eval.
"""

REPLIES = "replies.sqlite"
LONE_REPLIES = "ev2r-replies.sqlite"
INTERRUPTED, FAILED, UNFINISHED = 130, 5, 1
AGREEMENT = "agreement.json"
DISPUTED_SHOWN = 20
HELD_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    run_parser = actions.add_parser(
        "run",
        prog=parser.prog,
        description=DESCRIPTION,
        epilog=ACTIONS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_run(run_parser)

    export = actions.add_parser(
        "export",
        description="Write the replies that a file holds to FILE as JSON Lines, sorted, so that others can check "
        "scores without the judge. Replies quote the evidence they are about, gold evidence too: where gold is hidden, "
        "give away counts alone.",
        allow_abbrev=False,
    )
    export.add_argument("file", metavar="FILE", help="where to write; a name that ends in .gz is compressed")
    _add_store(export)
    export.add_argument("--model", metavar="NAME", help="only the replies of this model")
    export.add_argument("--counts-only", action="store_true", help="the four counts in the place of each reply's text")

    import_ = actions.add_parser(
        "import",
        description="Take replies that 'judge export' wrote into a file of replies. Nothing that is kept is "
        "overwritten; replies that contradict it are an error, and nothing is taken then.",
        allow_abbrev=False,
    )
    import_.add_argument("files", nargs="+", metavar="FILE", help="what 'judge export' wrote")
    _add_store(import_)

    agree = actions.add_parser(
        "agree",
        description="Compare judged runs of one submission: Cohen's kappa of each pair, Krippendorff's alpha of all, "
        "the spread of the headline, and the claims that pass in some runs only. Judges may differ.",
        allow_abbrev=False,
    )
    agree.add_argument("runs", nargs="+", metavar="RUN", help="a folder that 'judge --out' wrote")
    agree.add_argument(
        "--claims",
        type=_from_zero,
        default=DISPUTED_SHOWN,
        metavar="N",
        help="show at most N claims that pass in some runs only (default: %(default)s)",
    )
    add_table_format(agree)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--replies",
        default=LONE_REPLIES,
        metavar="FILE",
        help=f"the file of replies (default: %(default)s; 'judge --out DIR' makes DIR/{REPLIES})",
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    from averitec_eval.judge.run import DEFAULT_PROFILE, MAX_TOKENS, TEMPERATURE
    from averitec_eval.scoring.profiles import PROFILES

    judges = ", ".join(name for name, profile in PROFILES.items() if profile.ev2r is not None)
    parser.add_argument("pred", metavar="PRED", help="the prediction file, in any known format, gzipped or not")
    add_gold(parser, required=True)
    parser.add_argument(
        "--model", required=True, metavar="NAME", help="the judge: ev2r-lite, smollm2 or a served model"
    )
    parser.add_argument("--base-url", metavar="URL", help="the address of the OpenAI-compatible server")
    parser.add_argument(
        "--profile",
        default=DEFAULT_PROFILE,
        metavar="NAME",
        help=f"whose contract to score by: {judges} (default: %(default)s)",
    )
    parser.add_argument(
        "--level",
        type=float,
        action="append",
        metavar="L",
        help="a further level of recall, in [0, 1); the first becomes the headline (repeatable)",
    )
    add_input_format(parser)
    parser.add_argument("--prompts", metavar="DIR", help="a folder of prompts that take the place of those of a name")
    parser.add_argument(
        "--replies", metavar="FILE", help=f"where replies are kept (default: {REPLIES} in --out, else {LONE_REPLIES})"
    )
    parser.add_argument("--out", metavar="DIR", help="write results.json and claims.jsonl into this folder")

    asking = parser.add_argument_group("asking")
    asking.add_argument("--limit", type=_from_one, metavar="N", help="ask about the first N gold claims only")
    asking.add_argument(
        "--dry-run", action="store_true", help="count what would be asked, estimate time and cost, and ask nothing"
    )
    asking.add_argument("--offline", action="store_true", help="ask nothing: score by the kept replies alone")
    asking.add_argument("--retry-unusable", action="store_true", help="ask again where a kept reply cannot be used")
    asking.add_argument("--repeat", type=_from_one, metavar="N", help="judge N times, into --out/run-0, run-1, ...")
    asking.add_argument(
        "--concurrency", type=_from_one, default=8, metavar="N", help="requests at a time (default: %(default)s)"
    )
    asking.add_argument("--temperature", type=_number, default=TEMPERATURE, metavar="T", help="default: %(default)s")
    asking.add_argument(
        "--max-tokens", type=_from_one, default=MAX_TOKENS, metavar="N", help="of a reply (default: %(default)s)"
    )
    asking.add_argument("--timeout", type=_number, default=120.0, metavar="S", help="seconds (default: %(default)g)")
    asking.add_argument("--requests-per-minute", type=_from_one, metavar="N", help="send no more")
    asking.add_argument("--tokens-per-minute", type=_from_one, metavar="N", help="send and take no more")
    asking.add_argument("--max-tokens-total", type=_from_one, metavar="N", help="stop before so many tokens are spent")
    asking.add_argument("--max-cost", type=_number, metavar="X", help="stop before so much money is; needs the prices")
    asking.add_argument("--input-price", type=_number, metavar="X", help="of a million tokens asked with")
    asking.add_argument("--output-price", type=_number, metavar="X", help="of a million tokens answered")
    add_resampling(parser)
    add_table_format(parser)


def _from_one(text: str) -> int:
    return _whole(text, 1)


def _from_zero(text: str) -> int:
    return _whole(text, 0)


def _whole(text: str, low: int) -> int:
    if not (text.isascii() and text.isdecimal()) or not low <= int(text[:20]) < 2**53:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least {low}; found '{text}'")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e15:
        raise argparse.ArgumentTypeError(f"must be a number of at least 0; found '{text}'")
    return number


def run(args: argparse.Namespace, out: Output) -> int:
    """Do what the action says."""
    if args.action == "export":
        return _export(args, out)
    if args.action == "import":
        return _import(args, out)
    if args.action == "agree":
        return _agree(args, out)
    return _run(args, out)


def _export(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.judge.exchange import export_replies
    from averitec_eval.judge.replies import Replies

    with Replies(args.replies, readonly=True) as replies:
        count = export_replies(replies, args.file, model=args.model, counts_only=args.counts_only)
    out.message(f"averitec-eval: {count:,} replies written")
    out.data(f"{args.file}\n")
    return 0


def _import(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.judge.exchange import import_replies
    from averitec_eval.judge.replies import Replies

    with Replies(args.replies) as replies:
        for file in args.files:
            taken = import_replies(file, replies)
            out.message(f"averitec-eval: {file}: {taken}")
    out.data(f"{args.replies}\n")
    return 0


def _agree(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.cli.compare import names_of
    from averitec_eval.judge.agreement import agreement
    from averitec_eval.scoring.runs import read_run

    names = names_of([Path(run) for run in args.runs])
    results = {name: read_run(run) for name, run in zip(names, args.runs, strict=True)}
    _show_agreement(agreement(results), args.format, args.claims, out)
    return 0


def _show_agreement(found: Agreement, form: str, claims: int, out: Output) -> None:
    from rich.text import Text

    if form == "json":
        out.data(found.to_json())
    elif form == "csv":
        out.tables([found.pairs_table()], "csv")
    else:
        out.tables(found.tables(claims), form)
    if form == "text":
        for sentence in found.sentences():
            out.console().print(Text(sentence))


def _run(args: argparse.Namespace, out: Output) -> int:
    from averitec_eval.formats import read_gold
    from averitec_eval.judge.prompting import JudgePrompts
    from averitec_eval.judge.run import ev2r_rules, judge_identity

    _check(args)
    ev2r_rules(args.profile)
    prompts = JudgePrompts.load(Path(args.prompts) if args.prompts else None)
    identity = judge_identity(args.model, prompts, temperature=args.temperature, max_tokens=args.max_tokens)
    with reporting(out, args.format):
        gold = read_gold(args.gold)
        if args.dry_run:
            return _estimate(args, gold, identity, prompts, out)
        with ExitStack() as stack:
            chat = _chat(args, identity)  # first: what is wrong with it leaves no empty file of replies
            replies = _replies(args, stack)
            judging = _Judging(args, gold, prompts, replies, chat, out)
            if args.repeat is None:
                result, code = judging.once(identity, args.out)
            else:
                return judging.repeatedly(identity, Path(args.out))
    if code != INTERRUPTED:
        show_result(result, Path(args.pred).name, out, args.format)
    return code


def _check(args: argparse.Namespace) -> None:
    """Refuse options that contradict each other, before anything is read or asked."""
    from averitec_eval.judge.replies import MAX_RUNS
    from averitec_eval.judge.run import LITE
    from averitec_eval.scoring.profiles import check_levels

    if args.repeat is not None and args.out is None:
        raise UsageError("--repeat writes a folder for each run: give --out DIR")
    if args.repeat == 1:
        raise UsageError("--repeat 1 is what happens without it; agreement needs at least 2 runs")
    if args.repeat is not None and args.repeat > MAX_RUNS:
        raise UsageError(f"--repeat must be at most {MAX_RUNS:,}; found {args.repeat:,}")
    if args.repeat is not None and args.model == LITE:
        raise UsageError(f"{LITE} says the same every time; --repeat is for judges that may not")
    for name in ("dry_run", "limit", "retry_unusable"):
        if args.offline and getattr(args, name):
            raise UsageError(f"--offline asks nothing, so that --{name.replace('_', '-')} has no meaning with it")
    if args.max_cost is not None and (args.input_price is None or args.output_price is None):
        raise UsageError("--max-cost needs --input-price and --output-price, of a million tokens")
    check_levels(args.level or ())
    settings_of(args)
    _asking(args)


def _replies_path(args: argparse.Namespace) -> Path:
    if args.replies is not None:
        return Path(args.replies)
    return Path(args.out) / REPLIES if args.out is not None else Path(LONE_REPLIES)


def _replies(args: argparse.Namespace, stack: ExitStack) -> Replies | None:
    """The kept replies, for writing where somebody is asked; None for the proxy, which makes none."""
    from averitec_eval.judge.replies import Replies
    from averitec_eval.judge.run import LITE, opened_replies

    if args.model == LITE:
        return None
    path = _replies_path(args)
    return stack.enter_context(opened_replies(path) if args.offline else Replies(path))


def _asking(args: argparse.Namespace) -> Asking:
    from averitec_eval.judge.asking import Asking

    return Asking(
        concurrency=args.concurrency,
        requests_per_minute=args.requests_per_minute,
        tokens_per_minute=args.tokens_per_minute,
        max_tokens_total=args.max_tokens_total,
        max_cost=args.max_cost,
        input_price=args.input_price,
        output_price=args.output_price,
        retry_unusable=args.retry_unusable,
    )


def _chat(args: argparse.Namespace, identity: JudgeIdentity) -> AsyncChat | None:
    """Who is to be asked; None where nobody is."""
    from averitec_eval.judge.run import LITE, LOCAL

    if args.offline or args.model == LITE:
        return None
    from averitec_eval.judge.client import local_chat, served_chat

    if args.model == LOCAL:
        return local_chat(identity)
    _check_key(args.base_url)
    return served_chat(identity, args.base_url, timeout=args.timeout)


def _check_key(base_url: str | None) -> None:
    """Refuse to ask OpenAI without a key: every question would come back."""
    from averitec_eval.baselines.models.service import KEY_VARIABLES, NO_KEY, key_from

    if base_url is None and key_from(os.environ) == NO_KEY:
        raise UsageError(
            f"no key: set {' or '.join(KEY_VARIABLES)} to ask OpenAI, or name another server with --base-url"
        )


def _estimate(args: argparse.Namespace, gold: Gold, identity: JudgeIdentity, prompts: JudgePrompts, out: Output) -> int:
    """Say what asking would take; asks nothing and writes nothing."""
    from averitec_eval.json_output import to_json
    from averitec_eval.judge.estimate import estimate
    from averitec_eval.judge.prompting import asks
    from averitec_eval.judge.run import LITE, ev2r_rules, numbered, opened_replies, predictions_of

    path = _replies_path(args)
    settings = _asking(args)
    with ExitStack() as stack:
        replies = stack.enter_context(opened_replies(path)) if path.exists() else None
        found = []
        for number in range(args.repeat or 1):
            predictions = predictions_of(args.pred, gold, input_format=args.input_format, limit=args.limit)
            # The proxy asks nobody; the file is validated all the same.
            questions = () if args.model == LITE else asks(predictions, gold, ev2r_rules(args.profile), prompts)
            found.append(estimate(questions, numbered(identity, number), replies, settings))
    table = _estimate_table(found, settings)
    if args.format == "json":
        out.data(to_json({str(row[0]): row[1] for row in table.rows}))
    else:
        out.tables([table], args.format)
    return 0


def _estimate_table(found: Sequence[Estimate], settings: Asking) -> Table:
    from averitec_eval.tables import Column, Table

    def total(field: str) -> int:
        return sum(getattr(each, field) for each in found)

    def cost(field: str) -> float | None:
        prices = [getattr(each, field) for each in found]
        return None if None in prices else sum(prices)

    rows: tuple[tuple[str, int | float | None], ...] = (
        ("judgements", total("judgements")),
        ("kept", total("kept")),
        ("to ask", total("to_ask")),
        ("tokens in", total("prompt_tokens")),
        ("tokens out", total("completion_tokens")),
        ("tokens out at most", total("max_completion_tokens")),
        ("minutes", round(sum(each.seconds for each in found) / 60, 1)),
        ("cost", cost("cost")),
        ("cost at most", cost("max_cost")),
        ("characters a token", round(found[0].chars_per_token, 2)),
        ("measured on replies", total("measured")),
    )
    title = f"What would be asked, {settings.concurrency} requests at a time (nothing was sent)"
    return Table(title, (Column("Of"), Column("About", "right", 2)), rows)


@dataclass
class _Judging:
    """Judges the submission as the options say, once or again and again."""

    args: argparse.Namespace
    gold: Gold
    prompts: JudgePrompts
    replies: Replies | None
    chat: AsyncChat | None
    out: Output

    def once(self, identity: JudgeIdentity, folder: str | Path | None) -> tuple[Result, int]:
        """One run: its result, written into ``folder``, and the exit code it ends with."""
        from averitec_eval.judge.run import run_judge, write_judged

        args = self.args
        progress, watcher = _watcher(self.out)
        with progress:
            run = run_judge(
                args.pred,
                self.gold,
                profile=args.profile,
                identity=identity,
                prompts=self.prompts,
                replies=self.replies,
                chat=self.chat,
                asking=_asking(args),
                limit=args.limit,
                levels=args.level or (),
                intervals=settings_of(args),
                input_format=args.input_format,
                watcher=watcher,
            )
        code = exit_code(run, args.limit)
        if folder is not None and code != INTERRUPTED:
            write_judged(folder, run.result, args.pred, self.gold, input_format=args.input_format)
        self._report(run)
        return run.result, code

    def repeatedly(self, identity: JudgeIdentity, folder: Path) -> int:
        """Several runs of one judge, each in a folder of its own, and how far they agree."""
        from averitec_eval.files import write_bytes
        from averitec_eval.judge.agreement import agreement
        from averitec_eval.judge.run import numbered

        results, codes = {}, []
        for number in range(self.args.repeat):
            name = f"run-{number}"
            results[name], code = self.once(numbered(identity, number), folder / name)
            if code == INTERRUPTED:
                return code
            self.out.message(f"averitec-eval: {folder / name} is written")
            codes.append(code)
        found = agreement(results)
        write_bytes(folder / AGREEMENT, found.to_json().encode("ascii"))
        _show_agreement(found, self.args.format, DISPUTED_SHOWN, self.out)
        return max(codes)

    def _report(self, run: JudgeRun) -> None:
        """Tell on stderr how the asking went, and what is wrong with the result."""
        from averitec_eval.validation.printable import printable

        judge = run.result.judge
        assert judge is not None
        tell = self.out.message
        if run.asked is not None:
            for line in asked_lines(run.asked):
                tell(f"averitec-eval: {printable(line)}")
            if run.asked.stopped == "interrupted":
                tell("averitec-eval: interrupted; every reply that came is kept: give the same command to go on")
                return
        if self.args.limit is not None and judge.withheld:
            tell(f"averitec-eval: --limit asked about {self.args.limit} claims only; the others are unscored")
        if judge.withheld:
            tell(f"averitec-eval: the headline is withheld: {judge.withheld_text()}")
        if not judge.identity.fit:
            tell(f"averitec-eval: {judge.identity.model} is not fit for ranking")
        if self.args.offline and judge.withheld and self.replies is not None and not judge.counts["qa"].asked:
            held = sorted({f"{key.model} {key.parameters}" for key, _ in self.replies})
            shown = "; ".join(held[:HELD_SHOWN]) or "nothing"
            tell(f"averitec-eval: no kept reply is to these questions by this judge; the file holds {printable(shown)}")


def asked_lines(asked: Asked) -> list[str]:
    """How the asking went, in sentences."""
    usage = asked.usage
    cost = "" if usage.cost is None else f"; cost {usage.cost:,.4f}"
    lines = [
        f"{asked.kept:,} judgements were kept, {asked.answered:,} were answered, {asked.failed:,} failed and "
        f"{asked.not_asked:,} were not asked",
        f"{asked.requests:,} requests, {asked.retried:,} of them repeated; {usage.prompt_tokens:,} tokens in, "
        f"{usage.completion_tokens:,} out{cost}",
    ]
    counts = Counter(asked.faults.values())
    for fault, count in sorted(counts.items()):
        detail = asked.details.get(fault, "")
        lines.append(f"{fault}: {count:,} judgements{f' (such as: {detail})' if detail else ''}")
    if asked.stopped and asked.stopped != "interrupted":
        lines.append(STOPPED.get(asked.stopped, f"stopped early: the server failed again and again ({asked.stopped})"))
    return lines


STOPPED = {
    "budget": "stopped early: the next request might break the budget; raise it and give the same command to go on",
    "refused": "stopped early: the server refuses the key or does not know the model",
    "quota": "stopped early: the account has no quota left",
}


def exit_code(run: JudgeRun, limit: int | None) -> int:
    """What a run ends with: 0 where the headline stands, or where a limit alone withholds it; else who is to blame."""
    from averitec_eval.scoring.judged import NOT_ASKED

    judge = run.result.judge
    assert judge is not None
    stopped = "" if run.asked is None else run.asked.stopped
    if stopped == "interrupted":
        return INTERRUPTED
    if not judge.withheld:
        return 0
    unasked = sum(count for fault, count in judge.counts["qa"].unscored.items() if fault.startswith(NOT_ASKED))
    failed = judge.n - judge.n_judged - unasked
    # The rate that withholds the headline, over the claims that somebody was asked about.
    if stopped not in ("", "budget") or failed > judge.withhold_above * (judge.n - unasked):
        return FAILED
    return 0 if limit is not None and not stopped else UNFINISHED


def _watcher(out: Output) -> tuple[Progress, JudgeWatcher]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from averitec_eval.judge.watch import JudgeWatcher

    columns = (
        TextColumn("judgements", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=out.err_console(), transient=True, disable=not out.stderr.isatty())

    class Show(JudgeWatcher):
        def __init__(self) -> None:
            self.tokens = 0
            self.lost = 0

        def start(self, count: int | None) -> None:
            bar.update(task, total=count)

        def kept(self, count: int) -> None:
            self.on(count)

        def answered(self, claim_id: int, kind: Kind, prompt_tokens: int, completion_tokens: int) -> None:
            self.tokens += prompt_tokens + completion_tokens
            self.on(1)

        def failed(self, claim_id: int, kind: Kind, fault: str) -> None:
            self.lost += 1
            self.on(1)

        def paused(self, seconds: float) -> None:
            bar.update(task, state=f"waiting {seconds:.0f} s, as the server asks")

        def notice(self, text: str) -> None:
            out.message(f"averitec-eval: {text}")

        def on(self, count: int) -> None:
            bar.update(
                task,
                advance=count,
                state=f"{self.tokens:,} tokens" + (f", {self.lost:,} failed" if self.lost else ""),
            )

    task = bar.add_task("judgements", total=None, state="")
    return bar, Show()
