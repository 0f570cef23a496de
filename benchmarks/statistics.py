"""What intervals, ranks and paired tests cost, against the number of systems and of claims.

Run as ``python -m benchmarks.statistics``; prints Markdown. The scores are generated: what they are does not change
the cost. Each measurement is a process of its own, ``python -m benchmarks.statistics work SYSTEMS CLAIMS``.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from itertools import pairwise

from benchmarks.measure import Cost, median

SYSTEMS = (1, 5, 20, 50, 100)
CLAIMS = (500, 2_215, 10_000, 50_000)
USUAL_SYSTEMS, USUAL_CLAIMS = 20, 2_215

LABELS = 4


def work(systems: int, claims: int) -> dict[str, float]:
    """Everything a board shows, on generated scores; gives the CPU seconds of each part."""
    import numpy as np

    from averitec_eval import statistics as st

    rng, settings = np.random.default_rng(0), st.Settings()
    gold = np.eye(LABELS)[rng.integers(0, LABELS, claims)]
    predicted = np.eye(LABELS)[rng.integers(0, LABELS, (claims, systems))]
    means = rng.random((claims, 3 * systems))  # evidence (Q, Q + A) and justification
    credit = rng.random((claims, systems)) < 0.3
    clock = [time.process_time()]

    # Intervals: three means, F1 of each label and macro F1, credit and accuracy.
    hits = gold[:, np.newaxis] * predicted
    columns = [means, hits.reshape(claims, -1), predicted.reshape(claims, -1), gold, credit]
    places = np.cumsum([block.shape[1] for block in columns])[:-1]
    sums = st.resampled_sums(np.hstack(columns), settings.resamples, settings.generator())
    mean_sums, right, said, golds, credits = np.split(sums, places, axis=1)
    counts = (
        right.reshape(-1, systems, LABELS),
        golds.reshape(-1, 1, LABELS),
        said.reshape(-1, systems, LABELS),
    )
    st.percentile(mean_sums / claims, settings.level)
    st.percentile(st.f1_from_sums(*counts), settings.level)
    st.percentile(st.macro_f1_from_sums(*counts), settings.level)
    st.wilson([credit.sum(axis=0), hits.sum(axis=(0, 2))], claims, settings.level)
    clock.append(time.process_time())

    # Ranks and tiers by credit.
    scores, wins = credit.mean(axis=0), st.discordant(credit)
    p = st.mcnemar(wins, wins.T)
    st.competition_ranks(scores)
    st.rank_intervals(credits, settings.level, scores)
    st.tiers(scores, p)
    clock.append(time.process_time())

    # All pairs by credit and by evidence.
    first, second = np.triu_indices(systems, 1)
    evidence = means[:, :systems]
    st.difference_intervals(credits / claims, first, second, settings.level)
    st.difference_intervals(mean_sums[:, :systems] / claims, first, second, settings.level)
    st.holm(st.sign_flip_p(evidence, first, second, settings.resamples, settings.generator()))
    st.holm(p[first, second])
    st.smallest_detectable(st.standard_errors(evidence, first, second), settings.level)
    clock.append(time.process_time())
    parts = [after - before for before, after in pairwise(clock)]
    return dict(zip(("intervals", "ranks", "pairs"), parts, strict=True))


def measured(systems: int, claims: int, times: int) -> tuple[dict[str, float], Cost]:
    """The CPU seconds of each part and the cost of the whole process, in the median of several processes."""
    command = [sys.executable, "-m", "benchmarks.statistics", "work", str(systems), str(claims)]
    cost = median(command, times)
    return json.loads(cost.stdout), cost


def table(title: str, cases: list[tuple[int, int]], growing: int, times: int) -> None:
    """Measure the cases, (systems, claims), and print them; ``growing`` says which of the two numbers grows."""
    print(f"| {title} | Pairs | CPU s | of it intervals | ranks | pairs | Whole process: wall s | peak MB | Growth |")
    print("| ---: " * 9 + "|")
    before: tuple[int, float] | None = None
    for case in cases:
        parts, cost = measured(*case, times)
        total, size = sum(parts.values()), case[growing]
        growth = ""
        if before is not None:
            growth = (
                f"×{size / before[0]:.1f} → ×{total / before[1]:.1f}, exponent {exponent(before, (size, total)):.2f}"
            )
        before = (size, total)
        cells = [f"{size:,}", f"{math.comb(case[0], 2):,}", f"{total:.2f}", *(f"{part:.2f}" for part in parts.values())]
        print(f"| {' | '.join([*cells, f'{cost.wall:.1f}', f'{cost.memory:.0f}', growth])} |", flush=True)
    print()


def exponent(before: tuple[int, float], after: tuple[int, float]) -> float:
    """The power of the size by which the cost grows between two measurements of (size, cost)."""
    return math.log(after[1] / before[1]) / math.log(after[0] / before[0])


def main() -> None:
    """Measure and print, or do the work of one measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="runs of each case (the median is printed)")
    commands = parser.add_subparsers()
    worker = commands.add_parser("work", help="do the work of one case and print the CPU seconds of its parts")
    worker.add_argument("systems", type=int)
    worker.add_argument("claims", type=int)
    args = parser.parse_args()
    if "systems" in args:
        print(json.dumps(work(args.systems, args.claims)))
        return
    print(f"Intervals, ranks and all pairs, 10,000 resamples, {USUAL_CLAIMS:,} claims:\n")
    table("Systems", [(systems, USUAL_CLAIMS) for systems in SYSTEMS], 0, args.times)
    print(f"The same for {USUAL_SYSTEMS} systems:\n")
    table("Claims", [(USUAL_SYSTEMS, claims) for claims in CLAIMS], 1, args.times)


if __name__ == "__main__":
    main()
