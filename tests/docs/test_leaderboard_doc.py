"""What docs/leaderboard.md says is what the package does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from leaderboard.helpers import digests, write_board

from averitec_eval.leaderboard import config
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.published import COLUMNS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "leaderboard.md").read_text(encoding="utf-8")


def test_every_key_of_the_configuration_is_described() -> None:
    section = TEXT.partition("## leaderboard.yaml")[2].partition("### Phases")[0]
    described = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert sorted(described) == sorted(config._FIELDS)
    phases = TEXT.partition("### Phases")[2].partition("###")[0]
    assert all(f"`{key}`" in phases or f"{key}:" in phases for key in config._PHASE)


def test_every_column_of_published_leaderboards_is_named() -> None:
    section = TEXT.partition("### Published leaderboards")[2].partition("## ")[0]
    assert all(f"`{name}`" in section for name in COLUMNS)


@pytest.mark.parametrize("number", [0, 1])
def test_the_configurations_shown_are_sound(number: int, tmp_path: Path) -> None:
    # What does not begin with a title is a part of a file.
    shown = re.findall(r"```yaml\n(title:.*?)```", TEXT, flags=re.DOTALL)
    assert len(shown) == 2
    path = tmp_path / "leaderboard.yaml"
    path.write_text(shown[number], encoding="utf-8")
    assert read_config(path).boards()


def test_the_python_example_writes_a_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_board(tmp_path, {"s": 0.5}).rename(tmp_path / "leaderboard.yaml")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    exec(compile(code, "docs/leaderboard.md", "exec"), {})
    assert {"index.html", "manifest.json", "systems/s.html"} <= set(digests(tmp_path / "site"))
