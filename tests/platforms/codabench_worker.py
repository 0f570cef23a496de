"""Runs a competition's bundle as Codabench does: its folders, its command, its working directory, nothing else."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Scoring:
    """A scoring step that ended: its exit code, its logs, its output folder."""

    code: int
    stdout: str
    stderr: str
    output: Path

    @property
    def scores(self) -> dict[str, float] | None:
        path = self.output / "scores.json"
        return json.loads(path.read_text()) if path.exists() else None

    @property
    def page(self) -> str:
        return (self.output / "detailed_results.html").read_text(encoding="utf-8")


def zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def read(competition: Path) -> dict[str, Any]:
    """What competition.yaml says."""
    values: dict[str, Any] = yaml.safe_load((competition / "competition.yaml").read_text())
    return values


def prepare(bundle: Path, root: Path, phase: int, submission: bytes) -> list[str]:
    """Make the container's folders below ``root`` for a zipped submission to a phase, and give the command."""
    competition = read(bundle)
    task = competition["tasks"][competition["phases"][phase]["tasks"][0]]
    app = root / "app"
    for source, target in (
        (bundle / task["scoring_program"], "program"),
        (bundle / task["reference_data"], "input/ref"),
        (io.BytesIO(submission), "input/res"),
    ):
        with zipfile.ZipFile(source) as archive:
            archive.extractall(app / target)
    # A submission of results was "run" before: the platform left a note of that beside the files.
    (app / "input" / "res" / "metadata").write_text("elapsedTime: 0.1\nexitCode: null\n")
    for name in ("output", "shared"):
        (app / name).mkdir()
    metadata = yaml.safe_load((app / "program" / "metadata.yaml").read_text())
    return [word.replace("/app", str(app)) for word in shlex.split(metadata["command"])]


def run(root: Path, command: list[str], python: str = sys.executable, **environment: str) -> Scoring:
    """Run the prepared command in a container's bare environment, by a Python."""
    assert command[0] == "python3"
    app = root / "app"
    ended = subprocess.run(
        [python, *command[1:]],
        cwd=app / "program",
        env={"PATH": os.environ["PATH"], "HOME": str(root), "PYTHONUNBUFFERED": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return Scoring(ended.returncode, ended.stdout, ended.stderr, app / "output")


def submit(bundle: Path, root: Path, phase: int, files: Mapping[str, bytes]) -> Scoring:
    """Submit files to a phase of a bundle."""
    return run(root, prepare(bundle, root, phase, zipped(files)))
