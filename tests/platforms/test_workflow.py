"""The workflow for pull requests: safe as it is written, and its commands run as the platform runs them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.helpers import run
from leaderboard.test_privacy import SECRET
from platforms.requests import Task, files, git
from platforms.test_pull_rules import hidden_files, with_phases

from averitec_eval.platforms import pull_request
from averitec_eval.starter import WORKFLOW, write_task
from averitec_eval.version import __version__

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "averitec_eval" / WORKFLOW
FLOW: dict[Any, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
CHECK, BUILD = FLOW["jobs"]["check"], FLOW["jobs"]["build"]
STEPS = [*CHECK["steps"], *BUILD["steps"]]


def test_new_task_writes_it(tmp_path: Path) -> None:
    write_task(tmp_path / "t")
    assert (tmp_path / "t" / ".github" / "workflows" / "leaderboard.yml").read_bytes() == FILE.read_bytes()


def test_it_installs_this_version() -> None:
    assert FLOW["env"] == {"PACKAGE": f"averitec-eval=={__version__}"}


def test_jobs_may_do_no_more_than_they_need() -> None:
    assert FLOW["permissions"] == {}
    assert CHECK["permissions"] == {"contents": "read"}
    assert BUILD["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    triggers = FLOW[True]  # YAML reads "on" as true
    assert set(triggers) == {"pull_request_target", "push", "workflow_dispatch"}
    assert triggers["pull_request_target"]["branches"] == triggers["push"]["branches"] == ["main"]
    assert "pull_request_target" in CHECK["if"]
    assert "!= 'pull_request_target'" in BUILD["if"]


def test_nothing_of_a_request_is_checked_out_or_stands_in_a_command() -> None:
    checkouts = [step["with"] for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 4
    assert all(one["persist-credentials"] is False for one in checkouts)
    assert {(one.get("ref"), one.get("repository")) for one in checkouts} == {
        ("main", None),
        (None, "${{ vars.GOLD_REPOSITORY }}"),
    }
    assert all("${{" not in step.get("run", "") for step in STEPS)
    secrets = re.findall(r"secrets\.(\w+)", FILE.read_text(encoding="utf-8"))
    assert secrets == ["GOLD_KEY", "GOLD_KEY"]
    # Of what a request says about itself, only these are used, and as values.
    assert set(re.findall(r"github\.event\.[a-z_.]+", FILE.read_text(encoding="utf-8"))) == {
        "github.event.pull_request.user.id",
        "github.event.pull_request.user.login",
        "github.event.pull_request.head.sha",
    }


def test_actions_are_the_platforms_own_and_pinned() -> None:
    used = {step["uses"] for step in STEPS if "uses" in step}
    assert all(re.fullmatch(r"actions/[a-z/-]+@v\d+", name) for name in used)


def run_step(
    name: str, steps: list[dict[str, Any]], workspace: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a step's commands as the platform does: bash that stops at the first error, from the step's folder."""
    step = next(step for step in steps if step.get("name") == name)
    assert set(step.get("env", {})) <= set(environment)
    programs = workspace / "bin"
    programs.mkdir(exist_ok=True)
    (programs / "averitec-eval").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m averitec_eval "$@"\n', encoding="utf-8"
    )
    (programs / "averitec-eval").chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "AVERITEC"))}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=workspace / step.get("working-directory", "."),
        env={
            **kept,
            "PATH": f"{programs}{os.pathsep}{kept['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_commands_check_a_request_and_build_the_site(tmp_path: Path) -> None:
    """The organisers' repository, a clone of it beside the gold, a request that is fetched, refused, mended, merged."""
    upstream = with_phases(tmp_path / "upstream", require=["description"])
    config = upstream.config.read_text(encoding="utf-8").replace(str(tmp_path / "upstream" / "gold"), "../gold")
    upstream.config.write_text(config, encoding="utf-8")
    git(upstream.root, "commit", "-qam", "Gold beside the task")
    (tmp_path / "work").mkdir()
    workspace = tmp_path / "work"
    (tmp_path / "upstream" / "gold").rename(workspace / "gold")
    git(workspace, "clone", "-q", str(upstream.root), "task")
    examined = run("doctor", workspace / "task" / "leaderboard.yaml")
    assert "gold" not in examined.out, examined.out

    def check(head: str) -> tuple[int, str]:
        git(upstream.root, "update-ref", "refs/pull/1/head", head)
        (workspace / "summary.md").unlink(missing_ok=True)
        fetched = run_step(
            "Fetch the request as objects", CHECK["steps"], workspace, HEAD=head, SERVER="https://github.com", TOKEN="t"
        )
        assert fetched.returncode == 0, fetched.stderr
        checked = run_step("Check", CHECK["steps"], workspace, AUTHOR="ours")
        summary = (workspace / "summary.md").read_text(encoding="utf-8")
        assert SECRET not in summary + checked.stdout + checked.stderr
        return checked.returncode, summary

    code, summary = check(upstream.hand_in(contents=hidden_files()))
    assert (code, "PR032" in summary) == (1, True)
    head = upstream.hand_in(contents=hidden_files(0.6, description="Ours."))
    code, summary = check(head)
    assert (code, summary.startswith("## ok: ")) == (0, True)
    assert "| averitec@0.25 | 0.6" in summary
    tries = [json.loads(line) for line in (workspace / "tries.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["author"], one["phase"], one["valid"]) for one in tries] == [
        ("ours", "test", False),
        ("ours", "test", True),
    ]
    assert not (workspace / "task" / "submissions" / "ours").exists()

    upstream.accept(head)
    git(workspace / "task", "pull", "-q")
    built = run_step("Build", BUILD["steps"], workspace)
    assert built.returncode == 0, built.stderr
    pages = (workspace / "pages" / "test" / "board.json").read_text(encoding="utf-8")
    assert '"Ours"' in pages
    assert SECRET not in pages + built.stdout + built.stderr
    assert not list((workspace / "task").glob("*.sqlite"))


def test_a_request_with_broken_objects_is_not_fetched(tmp_path: Path) -> None:
    upstream = with_phases(tmp_path / "upstream")
    (tmp_path / "work").mkdir()
    git(tmp_path / "work", "clone", "-q", str(upstream.root), "task")
    evil = upstream.tree([("40000", ".git", upstream.tree([("100644", "config", upstream.blob(b"x"))]))])
    head = upstream.of_tree(evil)
    git(upstream.root, "update-ref", "refs/pull/1/head", head)
    fetched = run_step(
        "Fetch the request as objects",
        CHECK["steps"],
        tmp_path / "work",
        HEAD=head,
        SERVER="https://github.com",
        TOKEN="t",
    )
    assert fetched.returncode != 0
    assert "hasDotgit" in fetched.stderr


def test_the_page_describes_every_code_and_option() -> None:
    page = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(PR\d+)` \| (.+) \|$", page, re.MULTILINE) == list(pull_request.CODES.items())
    source = (ROOT / "averitec_eval" / "cli" / "check_pr.py").read_text(encoding="utf-8")
    options = re.findall(r'"(--[a-z-]+)"', source)
    assert len(options) == 6
    assert all(f"`{option}" in page for option in [*options, "--now"])


def test_the_python_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from platforms.requests import make_task

    task: Task = make_task(tmp_path / "task")
    git(task.root, "branch", "my-system", task.hand_in("my-system", files()))
    monkeypatch.chdir(task.root)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "pull-requests.md").read_text("utf-8"), re.DOTALL)
    exec(compile(code, "docs/pull-requests.md", "exec"), {})
    assert capsys.readouterr().out == "True []\n"
