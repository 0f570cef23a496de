"""Ranks that hold up: each with its interval and its tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from averitec_eval.errors import UsageError
from averitec_eval.scoring.columns import claim_columns
from averitec_eval.scoring.results import Result
from averitec_eval.statistics import (
    Settings,
    competition_ranks,
    discordant,
    mcnemar,
    rank_intervals,
    resampled_sums,
    tiers,
)

TIE_BREAK = "Q + A, then name"
"""What orders systems of equal score; it changes no rank."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a system stands among those ranked with it.

    ``rank`` is one more than the number of systems that score higher, so that equal scores share a rank (1, 2, 2, 4).
    ``rank_low`` and ``rank_high`` are the best and worst rank of the interval over joint resamples of the claims.
    ``tier`` counts from 1; everything in a tier is not significantly worse than the best of it.
    """

    name: str
    score: float
    rank: int
    rank_low: int
    rank_high: int
    tier: int


def rank(results: Mapping[str, Result], settings: Settings | None = None) -> tuple[Standing, ...]:
    """Rank complete results of the same gold claims by their headline score, best first.

    Ties are ordered by HU-METEOR Q+A and then by name. Tiers come from exact McNemar tests of all pairs, adjusted by
    Holm, at 1 - ``settings.level``; see docs/ranks.md. The order in which results are given changes nothing. Raises
    ``UsageError`` for results that are incomplete or were not scored in the same way.
    """
    import numpy as np

    settings = settings or Settings()
    if not results:
        return ()
    _check(results)
    ordered = sorted(
        results.items(),
        key=lambda item: (-item[1].headline_score, -item[1].scores[item[1].evidence_metrics[1]], item[0]),
    )
    headline = ordered[0][1].headline
    credit = np.stack([claim_columns(result)[headline] for _, result in ordered], axis=1)
    scores = credit.mean(axis=0)
    ranks = competition_ranks(credit.sum(axis=0))
    resampled = resampled_sums(credit, settings.resamples, settings.generator())
    low, high = rank_intervals(resampled, settings.level, credit.sum(axis=0))
    won = discordant(credit)
    tier_of = tiers(credit.sum(axis=0), mcnemar(won, won.T), 1 - settings.level)
    return tuple(
        Standing(name, float(scores[k]), int(ranks[k]), int(low[k]), int(high[k]), tier_of[k])
        for k, (name, _) in enumerate(ordered)
    )


def _check(results: Mapping[str, Result]) -> None:
    (first_name, first), *others = results.items()
    problems = [
        f"{name} is incomplete: {result.inputs.n_missing} claims have no prediction"
        for name, result in results.items()
        if not result.complete
    ]
    problems += [
        f"{first_name} and {name} were not scored in the same way: {first.signature} and {result.signature}"
        for name, result in others
        if result.signature != first.signature
    ]
    if problems:
        raise UsageError("these results cannot be ranked together: " + "; ".join(problems))


__all__ = ["TIE_BREAK", "Standing", "rank"]
