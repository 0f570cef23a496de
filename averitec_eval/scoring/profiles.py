"""Scoring profiles: the contracts of the official evaluators, as data.

A profile says what an edition of the task counts and how; the scorer has no branch for any of them. All join by claim
id, score a missing claim 0 and count it, whatever the organisers' script does with it (``official_join`` and
``official_missing`` record that, for the docs). On a complete file in gold order every figure equals the script's.
The profile ``robust`` is no edition's: it is this package's own companion of the official figures, and all its figures
bear names of their own.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal

from averitec_eval.errors import UsageError

LEVELS = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5)
"""The levels at which the AVeriTeC score is reported."""

FIRST_PAIRS = (1, 2, 3, 5, 10)
"""The numbers of predicted strings for which the score of the first ones alone is reported."""

Comparison = Literal["gt", "ge"]


@dataclass(frozen=True, slots=True)
class Robust:
    """The rules of robust evidence scores; ``docs/robust.md`` defines them.

    ``near_duplicate``: a predicted string counts only if the Jaccard similarity of its own words with those of each
    earlier one is below this. ``floor``: a pair of strings less similar than this does not match. ``beta``: recall
    weighs beta times as much as precision.
    """

    near_duplicate: float = 0.8
    floor: float = 0.1
    beta: float = 2.0


@dataclass(frozen=True, slots=True)
class Ev2R:
    """What an edition counts of an Ev2R judge.

    A claim has credit at a level if its verdict is right and its question-answer recall passes the level by
    ``comparison``. ``answers`` says whether all answers of a gold question are reference evidence or its first alone.
    ``cap`` is how many predicted pairs the judge sees (None: all). Where more than the share ``withhold_above`` of the
    claims has no recall, there is no headline.
    """

    levels: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7)
    headline_level: float = 0.5
    comparison: Comparison = "gt"
    answers: Literal["all", "first"] = "all"
    cap: int | None = None
    withhold_above: float = 0.05

    def passes(self, recall: float, level: float) -> bool:
        """Whether a recall reaches a level."""
        return recall >= level if self.comparison == "ge" else recall > level


@dataclass(frozen=True, slots=True)
class Profile:
    """What one edition's evaluator counts.

    ``levels`` are reported, in (0, 1); ``headline_level`` ranks; ``official_levels`` are those the organisers' script
    itself prints. ``comparison`` is ``gt`` (evidence score strictly above the level) or ``ge``. ``cap`` is how many
    predicted strings count (None: all). ``divide_by`` says which side's number of strings the matched sum is divided
    by. ``unique_gold_questions``: a gold question counts once in the question-only score although it stands in
    several rows of the CSV. ``justification``: the justification is scored. ``thresholded_levels``: levels of the
    organisers' figure "by type", which averages the evidence score set to zero where it is not above the level and
    never looks at the label. ``robust``: the rules of a robust evidence score, which then takes the place of ``cap``
    and ``divide_by``. ``evidence_name`` and ``credit_name`` begin the names of the metrics. ``ev2r`` are the rules of
    the edition's Ev2R scores, None where it has none.
    """

    name: str
    title: str
    source: str
    official_join: str
    official_missing: str
    official_levels: tuple[float, ...]
    levels: tuple[float, ...] = LEVELS
    headline_level: float = 0.25
    comparison: Comparison = "gt"
    cap: int | None = 10
    divide_by: Literal["gold", "predicted"] = "gold"
    unique_gold_questions: bool = False
    justification: bool = False
    thresholded_levels: tuple[float, ...] = (0.25,)
    robust: Robust | None = None
    ev2r: Ev2R | None = None
    evidence_name: str = "hu_meteor"
    credit_name: str = "averitec"

    def credit_metric(self, level: float) -> str:
        """The name of the share of claims with credit at a level, such as ``averitec@0.25``."""
        return f"{self.credit_name}@{level_name(level)}"

    def passes(self, evidence: float, level: float) -> bool:
        """Whether an evidence score reaches a level under this profile's comparison."""
        return evidence >= level if self.comparison == "ge" else evidence > level


DEFAULT_PROFILE = "averitec-2024"

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="paper-2023",
            title="AVeriTeC paper, 2023",
            source="eval.py of the AVeriTeC paper's repository (Schlichtkrull et al., 2023)",
            official_join="position",
            official_missing="silently cut",
            official_levels=LEVELS,
            justification=True,
            thresholded_levels=(0.2, 0.3),
        ),
        Profile(
            name="evalai-2024-draft",
            title="EvalAI draft of the 2024 task",
            source="evaluation script of the first EvalAI challenge for AVeriTeC (2024)",
            official_join="position, with a bare assertion that the lengths agree",
            official_missing="an assertion fails",
            official_levels=(0.2, 0.25, 0.3),
            comparison="ge",
            cap=None,
            divide_by="predicted",
            thresholded_levels=(),
        ),
        Profile(
            name="averitec-2024",
            title="AVeriTeC shared task, FEVER-7 (2024)",
            source="evaluator released with the 2024 shared task",
            official_join="position",
            official_missing="silently cut",
            official_levels=LEVELS,
        ),
        Profile(
            name="fever8-legacy",
            title="FEVER-8 (2025), the evaluator of the first phase",
            source="evaluator released with the FEVER-8 baseline",
            official_join="claim_id used as a list index",
            official_missing="replaced by a copy of prediction 0",
            official_levels=LEVELS,
        ),
        Profile(
            name="fever8-2025",
            title="FEVER-8 shared task (2025)",
            source="evaluator of the FEVER-8 shared task for its CSV files",
            official_join="sorted id",
            official_missing="not checked",
            official_levels=(0.25,),
            unique_gold_questions=True,
            thresholded_levels=(),
            ev2r=Ev2R(),
        ),
        Profile(
            name="ev2r-2025-evalai",
            title="EvalAI challenge of the 2025 task",
            source="evaluation script of the 2025 EvalAI challenge with Ev2R",
            official_join="position",
            official_missing="not checked",
            official_levels=(0.25,),
            thresholded_levels=(),
            ev2r=Ev2R(comparison="ge", answers="first"),
        ),
        Profile(
            name="robust",
            title="robust companion, of no edition",
            source="this package; docs/robust.md",
            official_join="none",
            official_missing="none",
            official_levels=(),
            levels=(0.05, 0.1, 0.15, 0.2, 0.25, 0.3),
            headline_level=0.15,
            cap=None,
            unique_gold_questions=True,
            thresholded_levels=(),
            robust=Robust(),
            evidence_name="robust",
            credit_name="robust",
        ),
    )
}

CREDIT_NAMES = tuple(dict.fromkeys(profile.credit_name for profile in PROFILES.values()))
"""What the names of the shares of claims with credit begin with, over all profiles."""


def get_profile(name: str) -> Profile:
    """The profile of this name. Raises ``UsageError``, naming the nearest and all known names, if there is none."""
    try:
        return PROFILES[name]
    except KeyError:
        close = difflib.get_close_matches(name, PROFILES, n=1)
        suggestion = f" Did you mean '{close[0]}'?" if close else ""
        known = ", ".join(PROFILES)
        raise UsageError(f"unknown profile '{name}'.{suggestion} Known profiles: {known}.") from None


def check_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """The levels asked for, in the order given and each once.

    Raises ``UsageError`` where one is not a number in [0, 1): an evidence score never reaches 1 (METEOR of a text
    with itself is below 1), so a level of 1 or more can give no credit.
    """
    wrong = [level for level in levels if not _is_level(level)]
    if wrong:
        found = ", ".join(f"{level:g}" if isinstance(level, Real) else repr(level) for level in wrong)
        raise UsageError(f"a level must be a number of at least 0 and below 1; found {found}")
    return tuple(dict.fromkeys(levels))


def _is_level(level: object) -> bool:
    return isinstance(level, Real) and not isinstance(level, bool) and 0 <= float(level) < 1


def level_name(level: float) -> str:
    """A level as metric names write it: ``0.25``, the shortest text that reads back as the same number."""
    return repr(float(level))


__all__ = [
    "CREDIT_NAMES",
    "DEFAULT_PROFILE",
    "FIRST_PAIRS",
    "LEVELS",
    "PROFILES",
    "Ev2R",
    "Profile",
    "Robust",
    "check_levels",
    "get_profile",
    "level_name",
]
