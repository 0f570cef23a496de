"""What a run leaves for a leaderboard: ``predictions.json`` and ``submission.yaml``, a valid submission folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from averitec_eval.baselines.config import System
from averitec_eval.baselines.ports import Models
from averitec_eval.files import write_bytes
from averitec_eval.formats.writing import write_submission
from averitec_eval.leaderboard.submission import FILE_NAME
from averitec_eval.records import Prediction

PREDICTIONS = "predictions.json"


@dataclass(frozen=True, slots=True)
class About:
    """What a submission says of itself beside what the run knows: its name (None: the system's title), the team, and
    the hardware it ran on.
    """

    team: str = "averitec-eval"
    name: str | None = None
    hardware: str = ""


def model_names(models: Models) -> tuple[str, ...]:
    """The names of a run's models, each once, in the order of ports and roles."""
    names = (model.name for port in fields(models) for model in getattr(models, port.name).values())
    return tuple(dict.fromkeys(str(name)[:120] for name in names))[:50]


def open_weights(system: System) -> bool | None:
    """Whether the weights of all models can be downloaded: None where that is not known of one."""
    said = [model.open_weights for model in system.models.values()]
    return False if False in said else None if None in said else True


def write_submission_folder(
    folder: Path,
    predictions: Sequence[Prediction],
    system: System,
    models: Models,
    about: About,
    *,
    seed: int,
    seconds_per_claim: float | None,
) -> None:
    """Write both files, each in one step. Raises ``OutputError`` where a file cannot be written."""
    write_submission(predictions, folder / PREDICTIONS, "2024-json")
    meta: dict[str, Any] = {
        "name": (about.name or system.title)[:80],
        "team": about.team,
        "kind": "baseline",
        "predictions": PREDICTIONS,
        "input_format": "2024-json",
        "description": " ".join(system.description.split())[:2000],
        "models": list(model_names(models)),
        "open_weights": open_weights(system),
        "hardware": about.hardware[:200],
        "seeds": [seed],
        "seconds_per_claim": None if seconds_per_claim is None else float(f"{seconds_per_claim:.3g}"),
    }
    import yaml

    kept = {key: value for key, value in meta.items() if value is not None}
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=110)
    write_bytes(folder / FILE_NAME, text.encode("utf-8"))


__all__ = ["PREDICTIONS", "About", "model_names", "open_weights", "write_submission_folder"]
