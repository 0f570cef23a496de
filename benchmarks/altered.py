"""More systems made from real ones: the same evidence in another order and other verdicts, seeded."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

from averitec_eval import Prediction, Verdict, read_submission
from averitec_eval.formats import write_submission


def alter(source: Path, target: Path, version: int) -> None:
    """Write version ``version`` of a submission as a 2024 JSON file: every claim's pairs shuffled and a share of the
    verdicts, which grows with the version, drawn anew. Its size is that of the source.
    """
    rng = random.Random(version)
    write_submission([_altered(p, version / 100, rng) for p in read_submission(source)], target, "2024-json")


def _altered(prediction: Prediction, share: float, rng: random.Random) -> Prediction:
    evidence = list(prediction.evidence)
    rng.shuffle(evidence)
    label = rng.choice(list(Verdict)) if rng.random() < share else prediction.label
    return replace(prediction, evidence=tuple(evidence), label=label)
