"""From which number on a finding is worth a look: defaults by probe, by scoring profile, and the organisers' own.

A threshold is a convention, not a test: what reaches it is listed first and counted on a board. The defaults are round
numbers that leave what carefully made submissions show by themselves, such as two questions with one wording or a
sentence that two sites share, below them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping

from averitec_eval.errors import UsageError

DEFAULTS: Mapping[str, float] = {
    "stuffing.pairs": 0.01,
    "stuffing.questions": 0.05,
    "stuffing.answers": 0.02,
    "stuffing.near": 0.05,
    "stuffing.overlap": 0.1,
    "stuffing.across": 0.02,
    "stuffing.count": 0.01,
    "stuffing.length": 3.0,
    "stuffing.source": 0.1,
    "echo.questions": 0.75,
    "echo.answers": 0.6,
    "echo.copied": 0.02,
    "filler.templates": 0.1,
    "filler.repeats": 0.02,
    "filler.pairs": 0.02,
    "filler.verdicts": 0.9,
    "copying.questions": 0.005,
    "copying.answers": 0.05,
    "copying.evidence": 0.2,
    "copying.justification": 0.02,
    "leakage.sites": 0.05,
    "leakage.articles": 0.01,
    "leakage.dates": 0.1,
    "leakage.gold_sources": 0.2,
    "leakage.train": 0.02,
    "sources.missing": 0.1,
    "sources.malformed": 0.01,
    "sources.unsafe": 1.0,
    "sources.domain": 0.5,
    "sources.store_urls": 0.1,
    "sources.store_texts": 0.1,
    "judge.steered": 0.01,
    "judge.unscored": 0.05,
}
"""The default threshold of each probe: a share in [0, 1], a count or a ratio, as the unit of its finding says."""

BY_PROFILE: Mapping[str, Mapping[str, float]] = {
    # Its evaluator divides by the number of predicted strings and cuts none off: more than ten pay nothing.
    "evalai-2024-draft": {"stuffing.count": 0.5},
}
"""What differs from the defaults under a scoring profile, by the profile's name."""


def thresholds_of(profile: str, own: Mapping[str, float] | None = None) -> dict[str, float]:
    """The threshold of every probe: the organisers' ``own``, else the profile's, else the default.

    Raises ``UsageError`` that names every probe that does not exist, with the nearest that does, and every threshold
    that is no finite number of at least 0.
    """
    problems = []
    for probe, value in (own or {}).items():
        if probe not in DEFAULTS:
            close = difflib.get_close_matches(str(probe), DEFAULTS, n=1)
            problems.append(f"unknown probe '{probe}'" + (f" (did you mean '{close[0]}'?)" if close else ""))
        elif (
            isinstance(value, bool) or not isinstance(value, (int, float)) or not (math.isfinite(value) and value >= 0)
        ):
            problems.append(f"the threshold of {probe} must be a number of at least 0, not {value!r}")
    if problems:
        raise UsageError(f"{'; '.join(problems)}. Known probes: {', '.join(DEFAULTS)}.")
    return {**DEFAULTS, **BY_PROFILE.get(profile, {}), **{probe: float(value) for probe, value in (own or {}).items()}}


__all__ = ["BY_PROFILE", "DEFAULTS", "thresholds_of"]
