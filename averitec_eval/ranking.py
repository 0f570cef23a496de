"""Ranks that hold up: each with its interval and its tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from averitec_eval.errors import UsageError
from averitec_eval.scoring.columns import claim_columns, count_column
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
from averitec_eval.tables import Column, Table, to_html, without_math
from averitec_eval.validation.printable import printable

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


class Standings(tuple[Standing, ...]):
    """Standings in their order, which notebooks show as a table."""

    __slots__ = ()

    def to_table(self) -> Table:
        """A row for each system."""
        rows = tuple(
            (one.name, one.score, str(one.rank), f"{one.rank_low}-{one.rank_high}", str(one.tier)) for one in self
        )
        numbers = tuple(Column(name, "right") for name in ("Score", "Rank", "Rank interval", "Tier"))
        return Table("Ranks, best first", (Column("System"), *numbers), rows)

    def _repr_html_(self) -> str:
        """The table as notebooks show it, escaped."""
        return without_math(to_html(self.to_table()))


def rank(results: Mapping[str, Result], settings: Settings | None = None) -> Standings:
    """Rank complete results of the same gold claims by their headline score, best first.

    Ties are ordered by HU-METEOR Q+A and then by name. Tiers come from exact McNemar tests of all pairs, adjusted by
    Holm, at 1 - ``settings.level``; see docs/ranks.md. The order in which results are given changes nothing. Where a
    judge's score ranks, each system's is over the claims it was judged on, and each pair is tested on those that both
    were judged on.

    Raises ``UsageError`` for results that are incomplete, were not scored in the same way, whose judge's score is
    withheld, or whose judge is not fit to decide ranks.
    """
    import numpy as np

    settings = settings or Settings()
    if not results:
        return Standings()
    _check(results)
    ordered = sorted(
        results.items(),
        key=lambda item: (-item[1].headline_score, -item[1].scores[item[1].evidence_metrics[1]], item[0]),
    )
    headline = ordered[0][1].headline
    columns = [claim_columns(result) for _, result in ordered]
    credit = np.stack([column[headline] for column in columns], axis=1)
    present = np.stack([column[count_column(headline)] for column in columns], axis=1)
    # Equal shares are equal as floats, whatever the numbers of claims: division rounds correctly.
    scores = credit.sum(axis=0) / present.sum(axis=0)
    ranks = competition_ranks(scores)
    if present.all():
        resampled = resampled_sums(credit, settings.resamples, settings.generator())
    else:
        sums = resampled_sums(np.hstack([credit, present]), settings.resamples, settings.generator())
        total, count = np.hsplit(sums, 2)
        # A resample with no judged claim of some system cannot rank that one.
        every = (count > 0).all(axis=1)
        resampled = total[every] / count[every]
    low, high = rank_intervals(resampled, settings.level, scores)
    won = discordant(credit, present)
    p = mcnemar(won, won.T)
    # On the claims judged in both, the system of the lower score may be the better one; that parts no tiers.
    p[np.sign(won - won.T) * np.sign(scores[:, np.newaxis] - scores) < 0] = 1.0
    tier_of = tiers(scores, p, 1 - settings.level)
    return Standings(
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
    problems += [problem for name, result in results.items() for problem in _judge_problems(name, result)]
    problems += [
        f"{first_name} and {name} were not scored in the same way: {first.signature} and {result.signature}"
        for name, result in others
        if result.signature != first.signature
    ]
    problems += [
        f"{first_name} is ranked by {first.headline} and {name} by {result.headline}"
        for name, result in others
        if result.signature == first.signature and result.headline != first.headline
    ]
    if problems:
        raise UsageError("these results cannot be ranked together: " + "; ".join(problems))


def _judge_problems(name: str, result: Result) -> Iterator[str]:
    """Why a result's judge keeps it from being ranked."""
    judge = result.judge
    if judge is None:
        return
    if not judge.identity.fit:
        yield f"the judge of {name}, {printable(judge.identity.model)}, is not fit to decide ranks"
    if judge.withheld:
        yield f"{judge.headline} of {name} is withheld, for {judge.withheld_text()}"


__all__ = ["TIE_BREAK", "Standing", "Standings", "rank"]
