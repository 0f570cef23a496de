"""METEOR stand-ins that misbehave in worker processes, which import them from here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scoring.helpers import OverlapMeteor

POISON = "poison"
"""Predicted evidence that holds this word sets the variants off."""


class Misbehaving(OverlapMeteor):
    """Scores as its base does, but for poisoned texts. Never does it in the process that made it."""

    def __init__(self) -> None:
        self.home = os.getpid()

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> npt.NDArray[np.float64]:
        if os.getpid() != self.home and any(POISON in candidate for candidate in candidates):
            self.misbehave()
        return super().pairwise(candidates, references)

    def misbehave(self) -> None:
        raise NotImplementedError


class Killing(Misbehaving):
    """Kills its own process; with a mark on the disk, only while that is absent."""

    def __init__(self, mark: Path | None = None) -> None:
        super().__init__()
        self.mark = mark

    def misbehave(self) -> None:
        if self.mark is not None:
            try:
                self.mark.touch(exist_ok=False)
            except FileExistsError:
                return
        os.kill(os.getpid(), signal.SIGKILL)


class Raising(Misbehaving):
    """Raises an error of its own."""

    def misbehave(self) -> None:
        raise ZeroDivisionError("no words to divide by")


class Sleeping(Misbehaving):
    """Sleeps for longer than anyone waits."""

    def misbehave(self) -> None:
        time.sleep(120)


class Elsewhere(Misbehaving):
    """Cuts words by other rules in another process, as an NLTK of another version would."""

    @property
    def tokenizer(self) -> str:  # type: ignore[override]
        return "split" if os.getpid() == self.home else "split-2"
