"""The judge of a board, as leaderboard.yaml names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from averitec_eval.errors import ConfigError
from averitec_eval.leaderboard.config import JudgeConfig, read_config

LLAMA = {"model": "llama-3.3-70b", "replies": "replies.jsonl.gz"}


def written(folder: Path, **settings: Any) -> Path:
    path = folder / "leaderboard.yaml"
    keys = {"title": "A board", "submissions": "submissions", "site": "site", **settings}
    if "phases" not in settings:
        keys["gold"] = "averitec-mini"
    path.write_text(json.dumps(keys), encoding="utf-8")
    return path


def problems(folder: Path, **settings: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        read_config(written(folder, **settings))
    return raised.value.problems


def test_paths_of_a_judge_are_relative_to_the_configuration(tmp_path: Path) -> None:
    judge = {**LLAMA, "prompts": "prompts", "parameters": {"temperature": 0.5, "max_tokens": 100}}
    config = read_config(written(tmp_path, profile="fever8-2025", judge=judge))
    assert config.judge == JudgeConfig(
        "llama-3.3-70b",
        tmp_path / "replies.jsonl.gz",
        tmp_path / "prompts",
        (("max_tokens", 100), ("temperature", 0.5)),
    )


def test_each_phase_has_a_judge_of_its_own(tmp_path: Path) -> None:
    phases = [
        {"name": "dev", "gold": "averitec-mini", "profile": "fever8-2025", "judge": LLAMA},
        {"name": "trial", "gold": "averitec-mini"},
    ]
    boards = read_config(written(tmp_path, phases=phases)).boards()
    assert [board.judge is not None for board in boards] == [True, False]
    assert problems(tmp_path, phases=phases, judge=LLAMA) == (
        "judge: found beside phases, expected in each phase; move it there",
    )


def test_the_proxy_needs_no_replies_and_takes_none(tmp_path: Path) -> None:
    config = read_config(written(tmp_path, profile="fever8-2025", judge={"model": "ev2r-lite"}))
    assert config.judge == JudgeConfig("ev2r-lite")
    found = problems(tmp_path, profile="fever8-2025", judge={"model": "ev2r-lite", "replies": "x", "prompts": "y"})
    assert [problem.partition(": found")[0] for problem in found] == ["judge: replies", "judge: prompts"]


def test_every_problem_of_a_judge_is_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, judge={"model": "m", "replys": "r", "parameters": {"top p": 1}})
    assert [problem.partition(": found")[0] for problem in found] == [
        "judge: replys",
        "judge: parameters",
        "judge",
        "judge: replies",
    ]
    assert "fever8-2025 or ev2r-2025-evalai" in found[2]


@pytest.mark.parametrize("value", ["llama", [], 1, {}])
def test_a_judge_is_a_mapping_with_a_model(tmp_path: Path, value: Any) -> None:
    assert any(problem.startswith("judge: ") for problem in problems(tmp_path, profile="fever8-2025", judge=value))


@pytest.mark.parametrize("value", [[1], {"a": None}, {"a": [1]}, {"a": "\u202e"}, {"a": 2**70}, {"a b": 1}])
def test_parameters_are_plain_values(tmp_path: Path, value: Any) -> None:
    found = problems(tmp_path, profile="fever8-2025", judge={**LLAMA, "parameters": value})
    assert [problem.partition(": found")[0] for problem in found] == ["judge: parameters"]
