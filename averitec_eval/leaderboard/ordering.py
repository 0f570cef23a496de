"""In which order systems stand on a board: by score, and equal scores as the task's ``tie_breaks`` say."""

from __future__ import annotations

import math
from collections.abc import Sequence

from averitec_eval.errors import ConfigError
from averitec_eval.leaderboard.config import TIE_BREAKS
from averitec_eval.leaderboard.submission import SubmissionMeta
from averitec_eval.ranking import TIE_BREAK
from averitec_eval.scoring.results import Result

_LAST = "~"
"""Comes after every day."""


def order_key(
    result: Result, meta: SubmissionMeta | None, name: str, tie_breaks: Sequence[str] = ()
) -> tuple[float | str, ...]:
    """What to sort scored systems by, best first.

    It is the headline score, then ``tie_breaks``, then the question-answer evidence score, then ``name``. Metrics count
    downwards; a system that gives no runtime or date comes after those that do.
    """
    parts: list[float | str] = [-result.headline_score]
    for tie_break in tie_breaks:
        if tie_break == "name":
            parts.append(name)
        elif tie_break == "date":
            parts.append(_LAST if meta is None or meta.date is None else meta.date)
        elif tie_break == "seconds_per_claim":
            parts.append(math.inf if meta is None or meta.seconds_per_claim is None else meta.seconds_per_claim)
        else:
            parts.append(-result.scores[tie_break])
    return (*parts, -result.scores[result.evidence_metrics[1]], name)


def check_tie_breaks(tie_breaks: Sequence[str], results: Sequence[Result]) -> None:
    """Raise ``ConfigError`` if one of the ``tie_breaks`` is a metric that ``results`` do not all have."""
    metrics = [name for name in tie_breaks if name not in TIE_BREAKS]
    for result in results:
        missing = [name for name in metrics if name not in result.scores]
        if missing:
            known = ", ".join(result.scores)
            problems = tuple(f"tie_breaks: found {name}, expected a metric of the board: {known}" for name in missing)
            raise ConfigError("the configuration is not usable", problems)


def tie_break_text(tie_breaks: Sequence[str]) -> str:
    """What orders equal scores, in words."""
    before = tie_breaks[: tie_breaks.index("name")] if "name" in tie_breaks else tie_breaks
    rest = "name" if "name" in tie_breaks else TIE_BREAK
    return ", then ".join((*before, rest))


__all__ = ["check_tie_breaks", "order_key", "tie_break_text"]
