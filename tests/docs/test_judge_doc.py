"""The page on judging: its commands run as they stand there, and it names every option."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from baselines.server import Answer, Request, completion, serving
from cli.helpers import run
from judge.keeping import reply_text

from averitec_eval import mini_gold_path
from averitec_eval.cli import judge

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "judge.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
OVERLAP = ROOT / "submissions" / "overlap" / "predictions.json"
ELSEWHERE = {"--gold", "--model", "--help", "--debug", "--input-format", "--format", "--out", "--resamples", "--seed"}


def behave(request: Request, number: int) -> Answer:
    kind = "questions" if "predicted questions" in str(request.body["response_format"]) else "qa"
    return completion(reply_text(kind, 3 + number % 5), prompt_tokens=100, completion_tokens=20)  # type: ignore[arg-type]


def test_every_option_stands_there() -> None:
    parser = argparse.ArgumentParser()
    judge.add_arguments(parser)
    actions = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    options = {option for action in actions.choices["run"]._actions for option in action.option_strings}
    long = {option for option in options if option.startswith("--")} - ELSEWHERE
    assert not [option for option in long if not re.search(rf"`[^`]*{option}\b", PAGE)]
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    everywhere = {
        option for each in actions.choices.values() for action in each._actions for option in action.option_strings
    }
    assert named <= everywhere


def test_the_commands_run_as_they_stand_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVERITEC_EVAL_RESAMPLES", "100")
    lines = [line for block in BLOCKS for line in block.splitlines() if line.startswith("averitec-eval ")]
    assert len(lines) >= 9
    with serving(behave) as server:
        monkeypatch.setenv("AVERITEC_EVAL_BASE_URL", server.base_url)
        names = {"PRED": OVERLAP, "GOLD": mini_gold_path(), "URL": server.base_url, "DIR": "runs", "OTHER": "other"}
        other = run("judge", OVERLAP, "--gold", mini_gold_path(), "--model", "another", "--out", "other")
        assert other.code == 0, other.err
        for line in lines:
            words = [
                re.sub(r"^[A-Z]+(?=/|$)", lambda word: str(names.get(word[0], word[0])), part)
                for part in shlex.split(line)[1:]
            ]
            ended = run(*words)
            assert ended.code == 0, f"{line}\n{ended.err}"


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code = next(block for block in BLOCKS if block.startswith("from averitec_eval"))
    with serving(behave) as server:
        asked = run("judge", OVERLAP, "--gold", mini_gold_path(), "--model", "NAME", "--base-url", server.base_url)
    assert asked.code == 0
    assert run("judge", "export", "replies.jsonl.gz").code == 0
    (tmp_path / "predictions.json").write_bytes(OVERLAP.read_bytes())
    (tmp_path / "dev.json").write_bytes(mini_gold_path().read_bytes())
    exec(code, {})
    assert re.fullmatch(r"ev2r@0\.5 [01]\.\d+\n", capsys.readouterr().out)
