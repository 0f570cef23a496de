"""A task with phases of every kind, the bundle made of it, and the platform's worker at work on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.helpers import run

from averitec_eval import mini_gold_path

WORKER = Path(__file__).resolve().parent / "evalai_worker.py"

MARK = "zqmark"
"""Stands in every text of the hidden gold, and nowhere else."""

N_CLAIMS = 12


def mini(hidden: bool) -> list[dict[str, Any]]:
    """The first claims of the mini set; if ``hidden``, each text of them with a mark of its own."""
    claims: list[dict[str, Any]] = json.loads(mini_gold_path().read_text(encoding="utf-8"))[:N_CLAIMS]
    if not hidden:
        return claims
    number = iter(range(10_000))

    def marked(value: Any) -> Any:
        if isinstance(value, str):
            return f"{value} {MARK}{next(number)}" if value else value
        if isinstance(value, list):
            return [marked(item) for item in value]
        return {key: marked(item) for key, item in value.items()} if isinstance(value, dict) else value

    kept = {"label", "claim_id", "answer_type", "claim_date"}
    return [{key: value if key in kept else marked(value) for key, value in claim.items()} for claim in claims]


def answers(claims: list[dict[str, Any]], **changes: Any) -> list[dict[str, Any]]:
    """Predictions in the 2024 format that answer with what the mini set knows, not with what the gold says."""
    public = mini(hidden=False)
    return [
        {
            "claim_id": number,
            "claim": claim["claim"],
            "evidence": [{"question": q["question"], "answer": "Perhaps.", "url": ""} for q in own["questions"]],
            "pred_label": claim["label"] if number % 2 else "Supported",
            **changes,
        }
        for number, (claim, own) in enumerate(zip(claims, public, strict=True))
    ]


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def write_task(folder: Path) -> Path:
    """The configuration: phases whose gold is public and hidden, with and without levels, and a private one."""
    gold = {name: write(folder / f"{name}.json", mini(name != "dev")) for name in ("dev", "test", "final")}
    common = {"starts": "2025-03-01", "ends": "2025-03-31"}
    phases = [
        {"name": "dev", "title": "Development", "gold": str(gold["dev"]), "public": True, "split": "dev set"},
        {
            "name": "test",
            "gold": str(gold["test"]),
            "levels": [0.15],
            "scores": "participant",
            "limits": {"per_day": 2, "total": 10, "invalid_per_day": 3, "bytes": 100_000},
            "require": ["description", "open_weights", "kind", "name"],
            "runtime_limit": 60,
            "anonymous_until": "2025-06-01",
            **common,
        },
        {
            "name": "judged",
            "gold": str(gold["test"]),
            "profile": "fever8-2025",
            "judge": {"model": "ev2r-lite"},
            "scores": "organisers",
            "starts": "2025-02-01T12:00Z",
            "ends": "2025-05-01T12:00Z",
        },
        {"name": "final", "gold": str(gold["final"]), "private": True},
    ]
    settings = {
        "title": "A <b>task</b>",
        "short_description": "Check claims.",
        "terms": "Be <script>fair</script>.",
        "contact": "a@example.org",
        "submissions": "submissions",
        "site": "site",
        "phases": phases,
    }
    (folder / "submissions").mkdir(parents=True)
    return write(folder / "leaderboard.yaml", settings)


def make_bundle(config: Path, out: Path) -> str:
    """Make the bundle with the command line and give what it said on stderr."""
    ended = run("bundle", "evalai", config, "--out", out)
    assert ended.code == 0, ended.err
    return ended.err


@dataclass(frozen=True)
class Worked:
    """What a worker kept: where the script and its package lie, and what came of each submission."""

    script: Path
    package: Path
    kept: list[dict[str, Any]]


def work(
    bundle: Path, submissions: Iterable[tuple[str, Path]], folder: Path, python: str | Path = sys.executable
) -> Worked:
    """Let a worker judge submissions in a process and a folder of its own, with nothing of this process."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = {"bundle": str(bundle), "submissions": [(name, str(path)) for name, path in submissions]}
    write(folder / "jobs.json", jobs)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "AVERITEC"))}
    ended = subprocess.run(
        [str(python), "-B", str(WORKER), "jobs.json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    document = json.loads((folder / "kept.json").read_text(encoding="utf-8"))
    return Worked(Path(document["script"]), Path(document["package"]), document["kept"])
