"""Statistics: arrays in, numbers out. Intervals, resampling over claims, paired tests, ranks and tiers.

Everything here measures one source of chance, which claims happen to be in the gold set. Reruns of a system, other
seeds and a judge's noise are not covered.
"""

from __future__ import annotations

from averitec_eval.statistics.agreement import cohen_kappa, krippendorff_alpha
from averitec_eval.statistics.intervals import Interval, f1_from_sums, macro_f1_from_sums, percentile, wilson
from averitec_eval.statistics.paired import (
    difference_intervals,
    discordant,
    holm,
    mcnemar,
    randomisation_p,
    sign_flip_p,
    smallest_detectable,
    standard_errors,
    win_tie_loss,
)
from averitec_eval.statistics.ranking import adjusted_matrix, competition_ranks, rank_intervals, tiers
from averitec_eval.statistics.resampling import (
    DEFAULT_LEVEL,
    DEFAULT_RESAMPLES,
    DEFAULT_SEED,
    Settings,
    after_swap,
    moved_sums,
    on_grid,
    resampled_sums,
    swapped_sums,
)

__all__ = [
    "DEFAULT_LEVEL",
    "DEFAULT_RESAMPLES",
    "DEFAULT_SEED",
    "Interval",
    "Settings",
    "adjusted_matrix",
    "after_swap",
    "cohen_kappa",
    "competition_ranks",
    "difference_intervals",
    "discordant",
    "f1_from_sums",
    "holm",
    "krippendorff_alpha",
    "macro_f1_from_sums",
    "mcnemar",
    "moved_sums",
    "on_grid",
    "percentile",
    "randomisation_p",
    "rank_intervals",
    "resampled_sums",
    "sign_flip_p",
    "smallest_detectable",
    "standard_errors",
    "swapped_sums",
    "tiers",
    "wilson",
    "win_tie_loss",
]
