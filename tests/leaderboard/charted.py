"""Boards with made-up scores, for figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from averitec_eval.leaderboard.view import Estimate, PublicBoard, PublicSystem
from averitec_eval.scoring.profiles import get_profile
from averitec_eval.statistics import Settings

LEVELS = (0.1, 0.25, 0.5)


def system_of(name: str, rank: int | None, scores: Sequence[float], *, seconds: float | None = None) -> PublicSystem:
    """A system whose scores at ``LEVELS`` are these, each 0.04 either way."""
    return PublicSystem(
        name.lower().replace(" ", "-"),
        name,
        "a team",
        "system" if rank is not None else "baseline",
        rank=rank,
        rank_low=rank,
        rank_high=rank,
        tier=None if rank is None else 1 + (rank - 1) // 4,
        reason="" if rank is not None else "a baseline, shown for comparison",
        scores=_estimates(scores),
        seconds_per_claim=seconds,
    )


def _estimates(scores: Sequence[float]) -> Mapping[str, Estimate]:
    named = zip(LEVELS, scores, strict=True)
    return {
        f"averitec@{level}": Estimate(score, max(0.0, score - 0.04), min(1.0, score + 0.04)) for level, score in named
    }


def board_of(*systems: PublicSystem) -> PublicBoard:
    """A board of these systems, best first by their headline, which is averitec@0.25."""
    order = sorted(systems, key=lambda system: -system.scores["averitec@0.25"].value if system.scores else 1.0)
    metrics = tuple(f"averitec@{level}" for level in LEVELS)
    settings = Settings()
    profile = get_profile("averitec-2024")
    return PublicBoard(
        "",
        "dev",
        "dev",
        profile,
        "a|signature",
        metrics[1],
        LEVELS,
        metrics,
        settings,
        500,
        "0" * 64,
        False,
        tuple(order),
    )


def crowd(count: int) -> PublicBoard:
    """Many systems with close scores and runtimes and names as long as real ones, two of them without rank."""
    systems = []
    rank = 0
    for number in range(count):
        ranked = number not in (0, 4)
        rank += ranked
        name = f"System {number} " + ("with retrieval and reranking" if number % 3 == 0 else "")
        share = 0.62 - 0.4 * number / count
        scores = (share + 0.2, share, max(0.0, share - 0.25 - 0.03 * (number % 4)))
        seconds = 0.5 * 1.35 ** ((number * 7) % count)
        systems.append(system_of(name.strip(), rank if ranked else None, scores, seconds=seconds))
    return board_of(*systems)
