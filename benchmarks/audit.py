"""What audits cost: that of each real submission, and looking for shared evidence among many made ones.

``python -m benchmarks.audit [--systems 100] [--claims 2215]`` needs the real data. Each made system gives ten answers a
claim, drawn from what the real submissions answered to it; every fifth has a word left out.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from collections.abc import Sequence
from pathlib import Path

from averitec_eval import Prediction, Verdict, read_gold, read_submission
from averitec_eval.audit.run import audit
from averitec_eval.audit.sharing import answers_of, shared_counts
from averitec_eval.baselines.store import open_store
from averitec_eval.records import QAPair, Submission

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("AVERITEC_DATA") or ROOT.parent / "shared" / "data")

NAMES = ("hero_8b.json", "hero_70b.json", "baseline_2024.json", "fever8_baseline_2025.csv")


def made(pools: Sequence[Sequence[str]], claims: int, version: int) -> Submission:
    """One made system."""
    rng = random.Random(version)
    predictions = []
    for claim_id in range(claims):
        pool = pools[claim_id % len(pools)]
        texts = rng.sample(pool, min(10, len(pool)))
        for place in range(0, len(texts), 5):
            words = texts[place].split()
            del words[rng.randrange(len(words))]
            texts[place] = " ".join(words)
        evidence = tuple(QAPair("Q?", text).as_question() for text in texts)
        predictions.append(Prediction(claim_id, Verdict.REFUTED, evidence))
    return Submission(tuple(predictions), str(version), "2024-json", f"made {version}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", type=int, default=100)
    parser.add_argument("--claims", type=int, default=2215)
    options = parser.parse_args()
    gold = read_gold(DATA / "averitec" / "dev.json")
    train = read_gold(DATA / "averitec" / "train_first1158.json")
    real = {name: read_submission(DATA / "submissions" / name) for name in NAMES}
    with open_store(DATA / "knowledge_store_dev") as store:
        for name, submission in real.items():
            others = [other for other in real.values() if other is not submission]
            for title, more in (("alone", {}), ("all", {"others": others, "train": train, "knowledge_store": store})):
                cpu, wall = time.process_time(), time.perf_counter()
                found = audit(submission, gold, **more)  # type: ignore[arg-type]
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                print(
                    f"{name} {title}: {cpu:.1f} s CPU, {wall:.1f} s wall, {len(found.flagged)} worth a look", flush=True
                )
    pools: list[list[str]] = [[] for _ in range(len(gold))]
    for submission in real.values():
        for prediction in submission:
            pools[prediction.claim_id] += [pair.answer for pair in prediction.pairs()]
    pools = [sorted(set(pool)) for pool in pools]
    many = [answers_of(made(pools, options.claims, version)) for version in range(options.systems)]
    cpu, wall = time.process_time(), time.perf_counter()
    numbers, counts = shared_counts(many)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers, pairs = int(numbers.sum()), int(counts.sum() - counts.trace())
    print(
        f"{options.systems} systems, {options.claims} claims, {answers:,} answers: {cpu:.1f} s CPU, {wall:.1f} s wall,"
    )
    print(f"{pairs:,} shared answers, peak of the process {peak:.0f} MB")


if __name__ == "__main__":
    main()
