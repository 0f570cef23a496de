"""What docs/tasks.md says is what the package does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli.helpers import run

from averitec_eval.leaderboard import drawing
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.rules import CHECKS, LIMITS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "tasks.md").read_text(encoding="utf-8")


def test_the_sessions_print_what_they_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(drawing, "available", lambda: False)
    sessions = re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(sessions) == 3
    for session in sessions:
        command, *lines = session.rstrip("\n").split("\n")
        ended = run(*shlex.split(command.removeprefix("$ "))[1:])
        assert ended.code == 0
        printed = (ended.out + ended.err).splitlines()
        assert [line for line in lines if line != "..."] == [line for line in lines if line in printed]


def test_the_task_shown_is_sound_and_uses_every_rule(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    path = tmp_path / "leaderboard.yaml"
    path.write_text(shown, encoding="utf-8")
    _, test = read_config(path).boards()
    assert test.anonymous
    assert test.rules.limits.total == 10
    assert all(f"{key}:" in shown for key in CHECKS)
    assert all(f"`{key}`" in TEXT for key in (*CHECKS, *LIMITS))


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    (tmp_path / "leaderboard.yaml").write_text(shown, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    exec(compile(code, "docs/tasks.md", "exec"), {})
    assert "2026-03-31T12:00Z" in capsys.readouterr().out
