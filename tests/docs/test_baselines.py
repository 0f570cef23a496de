"""What docs/baselines.md shows works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli.helpers import run

from averitec_eval.baselines.config import system_names

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE = (DOCS / "baselines.md").read_text(encoding="utf-8")
OWN = PAGE.partition("## Write your own system in 30 lines")[2].partition("\n## ")[0]


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", OWN, flags=re.DOTALL)


def test_a_system_of_ones_own_takes_thirty_lines_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("bm25s")
    monkeypatch.chdir(tmp_path)
    (config,), (parts, calls), (session,) = blocks("yaml"), blocks("python"), blocks("console")
    assert len(config.splitlines()) + len(parts.splitlines()) + 1 <= 30
    Path("my-system.yaml").write_text(config, encoding="utf-8")
    Path("my_parts.py").write_text(parts, encoding="utf-8")
    for line in session.splitlines():
        ended = run(*shlex.split(line.removeprefix("$ "))[1:])
        assert ended.code == 0, ended.err
    exec(compile(calls, "docs/baselines.md", "exec"), {})
    assert re.search(r"\['The bridge was inaugurated in 1932\.'\]\n", capsys.readouterr().out)


def test_every_system_has_a_page() -> None:
    assert all((DOCS / "systems" / f"{name}.md").is_file() for name in system_names())
    assert all(f"(systems/{name}.md)" in PAGE for name in system_names())
