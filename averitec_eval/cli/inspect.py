"""``averitec-eval inspect``: one claim of a run, as a person wants to read it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.cli.options import add_gold, add_input_format
from averitec_eval.cli.output import PIPED_WIDTH, Output
from averitec_eval.cli.reporting import reporting
from averitec_eval.errors import UsageError
from averitec_eval.validation.printable import printable

if TYPE_CHECKING:
    from rich.text import Text

NAME = "inspect"
HELP = "show one claim of a run: both sides' evidence, what matched, and why credit was given or not"
DESCRIPTION = """\
RUN is a folder that 'score --out' wrote, or a prediction file together with
--gold; of several, each is shown in turn. Matched words are marked by how they
matched: exact, stem or synonym."""

KIND_MARKS = {"exact": ("bold green", ""), "stem": ("bold cyan", "~"), "synonym": ("bold magenta", "=")}
"""Style and prefix of a matched word; the prefix says the same without colour."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from averitec_eval.scoring.profiles import DEFAULT_PROFILE

    parser.add_argument("runs", nargs="+", metavar="RUN", help="a run folder, or a prediction file with --gold")
    parser.add_argument("--claim", type=int, required=True, metavar="ID", help="the id of the claim to show")
    add_gold(parser, required=False)
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME", help="as for score (prediction files only)"
    )
    add_input_format(parser)
    parser.add_argument(
        "--format", choices=["text", "json"], default="text", help="how to print it (default: %(default)s)"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Show the claim of each run; gives 0."""
    from averitec_eval.json_output import to_json

    with reporting(out, args.format):
        claims = [_load(args, path) for path in args.runs]
    if args.format == "json":
        documents = [{"run": path, **claim} for path, claim in zip(args.runs, claims, strict=True)]
        out.data(to_json(documents if len(documents) > 1 else documents[0]))
        return 0
    for index, (path, claim) in enumerate(zip(args.runs, claims, strict=True)):
        if len(claims) > 1:
            heading = printable(path)
            out.data(f"{chr(10) if index else ''}{heading}\n{'=' * min(len(heading), PIPED_WIDTH)}\n")
        _print_claim(claim, out)
    return 0


def _load(args: argparse.Namespace, path: str) -> dict[str, Any]:
    from averitec_eval.scoring.runs import find_claim, read_results

    if Path(path).is_dir():
        results = read_results(path)
        judge = {} if "judge" not in results else {"judge": results["judge"]}
        return {"signature": results["signature"], **judge, **find_claim(path, args.claim)}
    if args.gold is None:
        raise UsageError(f"{path} is not a run folder: give --gold with a prediction file, or score it with --out")
    from averitec_eval.api import score_claim

    claim, signature = score_claim(path, args.gold, args.claim, profile=args.profile, input_format=args.input_format)
    return {"signature": signature, **claim}


def _print_claim(claim: dict[str, Any], out: Output) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from averitec_eval.scoring.explain import why
    from averitec_eval.text.meteor import align

    console = out.console()

    def line(text: str | Text, indent: int = 0, *, apart: bool = False) -> None:
        if apart:
            console.print()
        console.print(Padding(Text(text) if isinstance(text, str) else text, (0, 0, 0, indent), expand=False))

    line(f"Claim {claim['claim_id']}: {printable(claim['claim'])}")
    line(f"gold: {claim['gold']}; predicted: {claim['predicted'] or 'nothing'}")
    for sentence in why(claim, claim["signature"]):
        line(sentence)
    if "judge" in claim:
        for sentence in _judge_sentences(claim):
            line(sentence)
    if claim["pairs"]:
        line("Matched pairs, best first. Matched words: [exact] [~same stem] [=synonym]", apart=True)
    for pair in sorted(claim["pairs"], key=lambda pair: (-pair["meteor"], pair["predicted"])):
        alignment = align(claim["predicted_evidence"][pair["predicted"]], claim["gold_evidence"][pair["gold"]])
        kinds = [(match.candidate, match.reference, match.kind) for match in alignment.matches]
        line(f"METEOR {pair['meteor']:.4f}", 2, apart=True)
        predicted_kinds = {candidate: kind for candidate, _, kind in kinds}
        gold_kinds = {reference: kind for _, reference, kind in kinds}
        line(_marked(f"predicted {pair['predicted'] + 1}: ", alignment.candidate, predicted_kinds), 2)
        line(_marked(f"gold {pair['gold'] + 1}: ", alignment.reference, gold_kinds), 2)
    matched = {pair["predicted"] for pair in claim["pairs"]}
    partnered = {pair["gold"] for pair in claim["pairs"]}
    predicted_texts = [
        text if index < claim["n_counted"] else f"{text} (beyond the cap, not compared)"
        for index, text in enumerate(claim["predicted_evidence"])
    ]
    for title, texts, taken in (
        ("Predicted, unmatched (costs nothing)", predicted_texts, matched),
        ("Gold, unmatched (each lowers the score)", claim["gold_evidence"], partnered),
    ):
        rest = [(index, text) for index, text in enumerate(texts) if index not in taken]
        if rest:
            line(title, apart=True)
        for index, text in rest:
            line(f"{index + 1}: {printable(text)}", 2)
    out.data(f"\nsignature: {claim['signature']}\n")


def _judge_sentences(claim: dict[str, Any]) -> list[str]:
    """What the judge of a run said of one of its claims. Raises ``UnreadableError`` if that is damaged."""
    from averitec_eval.errors import UnreadableError
    from averitec_eval.scoring.explain import ev2r_sentence, judgement_sentences
    from averitec_eval.scoring.results import ClaimScore

    judge = claim["judge"]
    try:
        score = ClaimScore.from_dict(claim)
        first = ev2r_sentence(score, float(judge["level"]), judge["comparison"])
        rest = [] if score.ev2r is None or score.missing else judgement_sentences(score.ev2r)
        return [f"Judged by {printable(str(judge['model']))}. {first}", *rest]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"claim {claim['claim_id']}: the judgements are damaged: {error}") from None


def _marked(title: str, words: Sequence[str], kinds: Mapping[int, str]) -> Text:
    from rich.text import Text

    text = Text(title, style="dim")
    for position, word in enumerate(words):
        shown = printable(word)
        if position in kinds:
            style, prefix = KIND_MARKS[kinds[position]]
            text.append(f"[{prefix}{shown}]", style=style)
        else:
            text.append(shown, style="default")
        text.append(" ")
    return text
