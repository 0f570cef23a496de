"""Simulated systems: predictions and evidence scores of the shape that real ones have, with known truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

GOLD_SHARES = (0.25, 0.6, 0.07, 0.08)
"""The shares of the four labels, about those of real gold sets."""

THRESHOLD = 0.25


@dataclass(frozen=True)
class Simulation:
    """Systems on the same claims. ``gold`` (n,) and ``predicted`` (n, m) are labels 0 to 3, ``evidence`` (n, m) lies
    in [0, 1].
    """

    gold: Labels
    predicted: Labels
    evidence: Floats

    @property
    def credit(self) -> npt.NDArray[np.bool_]:
        """Where the label is right and the evidence passes: (n, m)."""
        return (self.predicted == self.gold[:, np.newaxis]) & (self.evidence > THRESHOLD)

    @property
    def f1_columns(self) -> tuple[Floats, Floats, Floats]:
        """Hits (n, m, 4), gold (n, 4) and predicted (n, m, 4), whose sums make F1."""
        gold, predicted = np.eye(4)[self.gold], np.eye(4)[self.predicted]
        return gold[:, np.newaxis] * predicted, gold, predicted


def simulate(n: int, skills: Sequence[float], rng: np.random.Generator, kinship: float = 0.6) -> Simulation:
    """Systems of the given skills on n claims: about 0 for a system that gets half the labels right.

    A claim that is hard is hard for every system: ``kinship`` is the share of the variance that all systems have in
    common. A wrong label is any of the others, more often the frequent ones. Evidence scores are skewed, around 0.3.
    """
    m = len(skills)
    gold = rng.choice(4, size=n, p=GOLD_SHARES)
    ease, findable = rng.standard_normal((2, n, 1))

    def latent(common: Floats) -> Floats:
        return np.sqrt(kinship) * common + np.sqrt(1 - kinship) * rng.standard_normal((n, m)) + np.asarray(skills)

    right = latent(ease) > 0
    others = rng.choice(4, size=(n, m), p=GOLD_SHARES)
    wrong = np.where(others == gold[:, np.newaxis], (gold[:, np.newaxis] + 1 + rng.integers(0, 3, (n, m))) % 4, others)
    evidence = 1 / (1 + np.exp(0.9 - 0.6 * latent(findable)))
    return Simulation(gold, np.where(right, gold[:, np.newaxis], wrong), evidence)
