"""``averitec-eval new-task``: the starter runs at once, and nothing is ever overwritten."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli.helpers import run

from averitec_eval import starter
from averitec_eval.leaderboard.config import read_config


def test_the_starter_is_sound_and_can_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from averitec_eval.leaderboard import drawing

    monkeypatch.setattr(drawing, "available", lambda: False)
    folder = tmp_path / "tasks" / "mine"
    made = run("new-task", folder, "--title", 'A "task": #1 & <more>')
    assert made.code == 0
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(made.out.split()) == {str(folder / name) for name in files}
    assert {"leaderboard.yaml", "README.md", ".gitignore", "submissions/example/predictions.json"} <= files
    config = folder / "leaderboard.yaml"
    assert read_config(config).title == 'A "task": #1 & <more>'
    assert '# A "task": #1 & <more>' in (folder / "README.md").read_text(encoding="utf-8")
    assert run("doctor", config, "--now", "2025-01-01").out == "ok: 0 errors, 0 warnings\n"
    built = run("leaderboard", "build", config)
    assert built.code == 0
    board = json.loads((folder / "site" / "dev" / "board.json").read_text(encoding="utf-8"))
    (entry,) = board["entries"]
    assert entry["name"] == "Nearest sentences"
    assert entry["reason"] == "a baseline, shown for comparison"
    assert entry["problems"] == []
    assert entry["scores"][board["headline"]] > 0
    assert str(folder) in made.err
    ignored = (folder / ".gitignore").read_text(encoding="utf-8").split()
    assert "site/" in ignored


def test_the_second_phase_is_sound_once_its_comment_signs_are_gone(tmp_path: Path) -> None:
    starter.write_task(tmp_path / "t")
    config = tmp_path / "t" / "leaderboard.yaml"
    text = config.read_text(encoding="utf-8")
    opened = re.sub(r"^  # ((- name: test|  ).*)$", r"  \1", text, flags=re.MULTILINE)
    config.write_text(opened.replace("# contact:", "contact:"), encoding="utf-8")
    found = read_config(config)
    assert [board.name for board in found.boards()] == ["Development", "Test"]
    assert found.boards()[1].rules.runtime_limit == 60
    assert found.contact == "organisers@example.org"


def test_every_command_of_the_readme_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    starter.write_task(tmp_path / "t")
    monkeypatch.chdir(tmp_path / "t")
    text = Path("README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^ +averitec-eval (.+)$", text, flags=re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        if not command.startswith("leaderboard"):  # which another test builds
            assert run(*command.split()).code == 0, command


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".hidden").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("full", "file", "link", "file/below"):
        ended = run("new-task", tmp_path / name)
        assert ended.code == 2, name
        assert "Traceback" not in ended.err
    assert [path.name for path in (tmp_path / "full").iterdir()] == [".hidden"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
    (tmp_path / "empty").mkdir()
    assert run("new-task", tmp_path / "empty").code == 0


@pytest.mark.parametrize("title", ["", " ", "t" * 121, "two\nlines", "hidden\u202etext"])
def test_a_title_that_no_board_may_have_is_refused(tmp_path: Path, title: str) -> None:
    assert run("new-task", tmp_path / "t", "--title", title).code == 2
    assert not (tmp_path / "t").exists()


def test_the_same_starter_comes_out_each_time(tmp_path: Path) -> None:
    first, second = starter.write_task(tmp_path / "a"), starter.write_task(tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
