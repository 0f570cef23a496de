"""The README's speed and memory figures, measured in one run: ``make bench``.

Needs the shared research data (AVERITEC_DATA, or ../shared/data) and NLTK 3.9.1 as ``make test`` sets it up. Prints
Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.enlarge import enlarge
from benchmarks.measure import median, run

ROOT = Path(__file__).resolve().parent.parent
ORACLE = ROOT / ".cache" / "oracle"
COMMAND = str(Path(sys.executable).parent / "averitec-eval")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs per short command (the median is printed)")
    parser.add_argument("--large", type=int, default=50_000, help="claims of the largest file")
    args = parser.parse_args()
    data = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data")
    predictions, gold = data / "submissions" / "hero_8b.json", data / "averitec" / "dev.json"
    if not predictions.is_file():
        sys.exit(f"{predictions} is absent: set AVERITEC_DATA to the folder of the shared research data")
    against_the_organisers(predictions, gold, args.times)
    short_commands(predictions, args.times)
    growth(predictions, gold, args.large)
    jobs(predictions, gold)


def against_the_organisers(predictions: Path, gold: Path, times: int) -> None:
    """The whole process against the organisers' way, on the same files in the same run."""
    nltk = next(ORACLE.glob("nltk-3.9.1*"), ORACLE / "nltk-3.9.1")
    theirs = run(
        [
            sys.executable,
            str(ROOT / "benchmarks" / "organisers.py"),
            str(nltk),
            str(ORACLE / "nltk_data"),
            str(predictions),
            str(gold),
        ]
    )
    ours = median([COMMAND, "score", str(predictions), "--gold", str(gold), "--format", "json"], times)
    scores, expected = json.loads(ours.stdout)["scores"], json.loads(theirs.stdout)
    worst = max(abs(scores[name] - expected[name]) for name in ("hu_meteor_q", "hu_meteor_qa", "averitec@0.25"))
    print("| Scoring hero_8b (500 claims), whole process | CPU s | Peak MB |")
    print("| --- | ---: | ---: |")
    print(f"| the organisers' way, NLTK 3.9.1 | {theirs.cpu:.1f} | {theirs.memory:.0f} |")
    print(f"| averitec-eval score | {ours.cpu:.2f} | {ours.memory:.0f} |")
    print(f"| ratio | 1/{theirs.cpu / ours.cpu:.0f} | |")
    print(f"\nLargest difference of the figures: {worst:.1e}\n", flush=True)


def short_commands(predictions: Path, times: int) -> None:
    """Commands that a person waits for."""
    print("| Command | CPU s | Wall s | Peak MB |\n| --- | ---: | ---: | ---: |")
    for title, command in (
        ("averitec-eval --help", [COMMAND, "--help"]),
        (
            f"averitec-eval validate ({predictions.stat().st_size / 1e6:.1f} MB)",
            [COMMAND, "validate", str(predictions)],
        ),
    ):
        cost = median(command, times)
        print(f"| {title} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.memory:.0f} |")
    print(flush=True)


def growth(predictions: Path, gold: Path, large: int) -> None:
    """Cost against the number of claims, up to a file far larger than any task's."""
    print("| Claims | File MB | validate CPU s | peak MB | score CPU s | ms/claim | peak MB | with gold alone MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    read_gold = (
        "import sys; from averitec_eval import read_gold; import averitec_eval.api; gold = read_gold(sys.argv[1])"
    )
    with tempfile.TemporaryDirectory() as folder:
        for claims in (500, 1000, 2000, 4000, large):
            many, many_gold = Path(folder, "predictions.json"), Path(folder, "gold.json")
            enlarge(predictions, many, claims)
            enlarge(gold, many_gold, claims)
            checked = run([COMMAND, "validate", str(many)])
            held = run([sys.executable, "-c", read_gold, str(many_gold)])
            scored = run([COMMAND, "score", str(many), "--gold", str(many_gold), "--format", "json"])
            cells = (
                f"{claims}",
                f"{many.stat().st_size / 1e6:.1f}",
                *(f"{checked.cpu:.2f}", f"{checked.memory:.0f}"),
                *(f"{scored.cpu:.2f}", f"{1000 * scored.cpu / claims:.2f}", f"{scored.memory:.0f}"),
                f"{held.memory:.0f}",
            )
            print(f"| {' | '.join(cells)} |", flush=True)


def jobs(predictions: Path, gold: Path, claims: int = 4000) -> None:
    """Wall time against the number of worker processes on this machine."""
    print(f"\n| `--jobs` ({claims:,} claims) | Wall s | ratio | Peak MB of the parent |")
    print("| ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        many, many_gold = Path(folder, "predictions.json"), Path(folder, "gold.json")
        enlarge(predictions, many, claims)
        enlarge(gold, many_gold, claims)
        command = [COMMAND, "score", str(many), "--gold", str(many_gold), "--format", "json"]
        one = run(command)
        for number in (1, 2):
            cost = one if number == 1 else run([*command, "--jobs", str(number)])
            if cost.stdout != one.stdout:
                sys.exit(f"--jobs {number} gave other figures")
            print(f"| {number} | {cost.wall:.2f} | {one.wall / cost.wall:.2f} | {cost.memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
