"""Make the submissions of reference systems to the demonstration board, by running them on AVeriTeC-mini.

    python tools/make_baselines.py [NAME ...]    run these systems, or all, and write submissions/NAME
    python tools/make_baselines.py --check       run those without a model again; exit 1 if their predictions differ

Seconds per claim and hardware are those of the machine that it ran on.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.cli.main import main as averitec_eval

SUBMISSIONS = Path(__file__).resolve().parent.parent / "submissions"
KEPT = ("predictions.json", "submission.yaml")
"""What of a run's folder is a submission; the trace is left out."""


@dataclass(frozen=True)
class Made:
    """A submission: its folder, the system, further arguments of ``baseline run``, and whether no model is needed."""

    folder: str
    system: str
    arguments: tuple[str, ...] = ()
    offline: bool = False


HERO = ("expand.n=2", "expand.max_tokens=64", "rerank.k=3", "question.shots=0", "question.max_tokens=40")
HERO_VERDICT = ("veracity.max_tokens=160", "veracity.retries=1")
RAG_ICL = ("question.max_tokens=40", "answer.max_tokens=80", "veracity.max_tokens=16", "veracity.retries=1")
"""Budgets with which a model of 135 million parameters gets through a claim in seconds on a laptop's core."""


HERO_SAYS = (
    "The stages of HerO with a local model of 135 million parameters: two made-up passages, BM25, three sentences by "
    "their vectors, a question for each without training examples, and a verdict. It shows that the system runs; its "
    "verdicts are worth little."
)
RAG_ICL_SAYS = (
    "The stages of Singhal et al. with a local model of 135 million parameters: three pages by their vectors, a "
    "question for the claim, up to fifty words copied from each page, and a verdict. It shows that the system runs; "
    "its verdicts are worth little."
)


def local(folder: str, system: str, name: str, says: str, settings: tuple[str, ...], *more: str) -> Made:
    """A submission of a system whose models are those of this machine, with these settings and this description."""
    changed = tuple(part for setting in (f"description={says}", *settings) for part in ("--set", setting))
    return Made(folder, system, ("--models", "local", "--cache", "none", "--name", name, *changed, *more))


MADE = (
    Made("lexical", "lexical", offline=True),
    local("hero-smollm2", "hero", "HerO, SmolLM2-135M", HERO_SAYS, HERO + HERO_VERDICT, "--examples", "none"),
    local("rag-icl-smollm2", "rag-icl", "RAG with in-context learning, SmolLM2-135M", RAG_ICL_SAYS, RAG_ICL),
)


def run(made: Made, out: Path) -> None:
    """Run a system on the small set into ``out``. Raises ``SystemExit`` where that fails."""
    mini = ("--claims", "averitec-mini", "--knowledge-store", "averitec-mini")
    code = averitec_eval(["baseline", "run", made.system, *mini, "--out", str(out), *made.arguments])
    if code:
        raise SystemExit(code)


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the submissions of reference systems on AVeriTeC-mini.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="folders under submissions/ (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if offline predictions differ")
    args = parser.parse_args()
    unknown = sorted({*args.names} - {made.folder for made in MADE})
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(made.folder for made in MADE)}")
    stale = []
    for made in MADE:
        if (args.names and made.folder not in args.names) or (args.check and not made.offline):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            out, folder = Path(scratch) / made.folder, SUBMISSIONS / made.folder
            run(made, out)
            if not args.check:
                folder.mkdir(exist_ok=True)
                for name in KEPT:
                    shutil.copyfile(out / name, folder / name)
            elif (folder / KEPT[0]).read_bytes() != (out / KEPT[0]).read_bytes():
                stale.append(made.folder)
    for name in stale:
        print(f"{name}: differs from what its system gives; run python tools/make_baselines.py {name}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
