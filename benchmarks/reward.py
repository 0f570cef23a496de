"""How many claims a second the training signal rewards, beside scoring them.

Run as ``python -m benchmarks.reward``; prints Markdown. It needs the real dev data. Each measurement is a process of
its own, ``python -m benchmarks.reward work SYSTEM``: it rewards all 500 predictions of a dev submission, once with
nothing known of their words, then again and again, as in training, and scores them with a ``Scorer`` that has met them
too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from averitec_eval import Prediction, Scorer, read_gold, read_submission
from averitec_eval.training import ClaimReward
from benchmarks.measure import median

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data")
SYSTEMS = ("hero_8b.json", "hero_70b.json", "baseline_2024.json", "fever8_baseline_2025.csv")
AGAIN = 5


def work(system: str) -> dict[str, float]:
    """Claims a CPU second, of the reward at first and later and of a scorer; and the seconds to prepare the gold."""
    gold = read_gold(DATA / "averitec" / "dev.json")
    made = tuple(read_submission(DATA / "submissions" / system))

    def rate(once: Callable[[Prediction], object]) -> float:
        start = time.process_time()
        for prediction in made:
            once(prediction)
        return len(made) / (time.process_time() - start)

    start = time.process_time()
    reward = ClaimReward(gold)
    prepared = time.process_time() - start
    first = rate(reward.of)
    again = statistics.median(rate(reward.of) for _ in range(AGAIN))
    scored = statistics.median(rate(Scorer(gold).add) for _ in range(AGAIN))
    strings = sum(len(list(prediction.pairs())) for prediction in made) / len(made)
    return {"prepared": prepared, "strings": strings, "first": first, "again": again, "scored": scored}


def main() -> None:
    """Measure and print, or do the work of one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each case (the median is printed)")
    commands = parser.add_subparsers()
    worker = commands.add_parser("work", help="do the work of one case and print its figures")
    worker.add_argument("system", choices=SYSTEMS)
    args = parser.parse_args()
    if "system" in args:
        print(json.dumps(work(args.system)))
        return
    print(
        "| Dev submission | Pairs a claim | Gold prepared, CPU s | Rewards a CPU s, the first time | later | Scorer |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for system in SYSTEMS:
        figures = json.loads(median([sys.executable, "-m", "benchmarks.reward", "work", system], args.times).stdout)
        rates = " | ".join(f"{figures[name]:,.0f}" for name in ("first", "again", "scored"))
        print(f"| {system} | {figures['strings']:.1f} | {figures['prepared']:.2f} | {rates} |", flush=True)


if __name__ == "__main__":
    main()
