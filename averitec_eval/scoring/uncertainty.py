"""Intervals for the figures of results: Wilson's for shares of claims, the bootstrap over claims for everything
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from averitec_eval.records import Gold
from averitec_eval.scoring.columns import (
    COUNT,
    claim_columns,
    columns_of,
    count_column,
    first_columns,
    from_sums,
    is_proportion,
)
from averitec_eval.scoring.results import GroupScore, Result
from averitec_eval.statistics.intervals import Interval, percentile, wilson
from averitec_eval.statistics.resampling import Settings, resampled_sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def with_intervals(result: Result, gold: Gold, settings: Settings) -> Result:
    """The result with an interval for each of its scores: overall, of every claim type and strategy, and of the first
    predicted strings.

    All figures see the same resamples of the claims; a group's are those of its claims that were drawn, so that the
    size of the group varies as it would in another sample. ``settings.seed`` alone decides the resamples, so systems
    scored against the same gold are resampled alike.
    """
    import numpy as np

    columns = claim_columns(result)
    answers = result.evidence_metrics[1]
    groups = {
        **{("type", name): group for name, group in result.by_type.items()},
        **{("strategy", name): group for name, group in result.by_strategy.items()},
    }
    masks = _masks(gold)
    bootstrapped = [metric for metric in result.scores if not is_proportion(metric)]
    needed = list(dict.fromkeys(column for metric in bootstrapped for column in columns_of(metric)))
    for level in result.thresholded_evidence_by_type:
        evidence = columns[answers]
        columns[_thresholded(level)] = np.where(evidence > float(level), evidence, 0.0)
        needed.append(_thresholded(level))
    block = np.stack([columns[name] for name in needed], axis=1)
    parts = [None, *groups]
    blocks = [block if part is None else block * masks[part][:, np.newaxis] for part in parts]
    first = {k: {COUNT: columns[COUNT], **first_columns(result, k)} for k in result.first}
    blocks += [columns_of_first[answers][:, np.newaxis] for columns_of_first in first.values()]
    sums = resampled_sums(np.hstack(blocks), settings.resamples, settings.generator())
    intervals = {}
    thresholded: dict[str, dict[str, Interval]] = {level: {} for level in result.thresholded_evidence_by_type}
    for index, part in enumerate(parts):
        mask = np.ones(len(result.claims)) if part is None else masks[part]
        part_sums = dict(zip(needed, sums[:, index * len(needed) : (index + 1) * len(needed)].T, strict=True))
        scores = result.scores if part is None else groups[part].scores
        intervals[part] = _intervals(scores, columns, mask, part_sums, settings)
        if part is not None and part[0] == "type":
            for level, members in thresholded.items():
                for interval in _intervals([_thresholded(level)], columns, mask, part_sums, settings).values():
                    members[part[1]] = interval

    counts = sums[:, needed.index(COUNT)]
    firsts = {}
    for index, (k, group) in enumerate(result.first.items(), start=len(parts) * len(needed)):
        first_sums = {answers: sums[:, index], COUNT: counts}
        every = np.ones(len(result.claims))
        firsts[k] = replace(group, intervals=_intervals(group.scores, first[k], every, first_sums, settings))

    def completed(kind: str, members: Mapping[str, GroupScore]) -> dict[str, GroupScore]:
        return {name: replace(group, intervals=intervals[kind, name]) for name, group in members.items()}

    return replace(
        result,
        intervals=intervals[None],
        by_type=completed("type", result.by_type),
        by_strategy=completed("strategy", result.by_strategy),
        first=firsts,
        thresholded_intervals=thresholded,
    )


def _thresholded(level: str) -> str:
    """The column of the organisers' figure by type: evidence set to zero where it is not above the level."""
    return f"thresholded_evidence@{level}"


def _masks(gold: Gold) -> dict[tuple[str, str] | None, Array]:
    """Which claims belong to each claim type and strategy: ones and zeros in gold order."""
    import numpy as np

    members: dict[tuple[str, str] | None, list[int]] = {}
    for index, claim in enumerate(gold):
        for name in dict.fromkeys(claim.claim_types):
            members.setdefault(("type", name), []).append(index)
        for name in dict.fromkeys(claim.strategies):
            members.setdefault(("strategy", name), []).append(index)
    masks = {}
    for part, indices in members.items():
        masks[part] = np.zeros(len(gold))
        masks[part][indices] = 1.0
    return masks


def _intervals(
    metrics: Iterable[str],
    columns: Mapping[str, Array],
    mask: Array,
    sums: Mapping[str, Array],
    settings: Settings,
) -> dict[str, Interval]:
    intervals = {}
    for metric in metrics:
        counted = count_column(metric)
        n = int((columns[counted] * mask).sum())
        if is_proportion(metric):
            low, high = wilson((columns[metric] * mask).sum(), n, settings.level)
            intervals[metric] = Interval(float(low), float(high), "wilson", settings.level, n)
            continue
        samples = from_sums(metric, sums)
        # A small group may be absent from a resample, which then says nothing of it.
        present = samples[sums[counted] > 0]
        if len(present):
            low, high = percentile(present, settings.level)
            intervals[metric] = Interval(
                float(low), float(high), "bootstrap", settings.level, n, settings.resamples, settings.seed
            )
    return intervals


__all__ = ["with_intervals"]
