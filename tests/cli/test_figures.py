"""``averitec-eval leaderboard figures``: what lands on the disk, and what is said about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from cli.helpers import run
from leaderboard.helpers import digests, make, write_board


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board of two systems whose results are stored."""
    path = write_board(tmp_path_factory.mktemp("board"), {"one": 0.6, "two": 0.3})
    assert run("leaderboard", "build", path).code == 0
    return path


def test_tables_are_written_and_their_paths_printed(board: Path, tmp_path: Path) -> None:
    ended = run("leaderboard", "figures", board, "--format", "csv", "--out", tmp_path / "tables")
    assert (ended.code, ended.err) == (0, "")
    paths = [Path(line) for line in ended.out.splitlines()]
    assert tmp_path / "tables" / "board.csv" in paths
    assert {path for path in (tmp_path / "tables").rglob("*") if path.is_file()} == set(paths)
    scores = json.loads((board.parent / "site" / "board.json").read_text(encoding="utf-8"))["entries"][0]["scores"]
    first = (tmp_path / "tables" / "levels.csv").read_text(encoding="utf-8").splitlines()[1].split(",")
    assert first[:3] == ["one", "1", repr(scores["averitec@0.1"])]


def test_figures_are_pdf_unless_asked_otherwise_and_the_same_again(
    board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("leaderboard", "figures", board)
    assert ended.code == 0
    assert Path("figures/levels.pdf").read_bytes().startswith(b"%PDF")
    before = digests(tmp_path)
    assert {Path(name).suffix for name in before} == {".pdf"}
    assert run("leaderboard", "figures", board).code == 0
    assert digests(tmp_path) == before


def test_a_board_without_scores_has_nothing_to_draw(tmp_path: Path) -> None:
    make(tmp_path / "submissions", "broken", [])
    path = write_board(tmp_path, {})
    ended = run("leaderboard", "figures", path, "--format", "markdown", "--out", tmp_path / "out")
    assert ended.code == 1
    assert "nothing to draw" in ended.err
    assert not (tmp_path / "out").exists()


def test_without_matplotlib_it_says_what_to_install(
    board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ended = run("leaderboard", "figures", board, "--out", tmp_path / "out")
    assert ended.code == 4
    assert "pip install 'averitec-eval[figures]'" in ended.err
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_a_usage_error(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("leaderboard", "figures", board, "--format", "docx").code == 2
    assert "'latex'" in capsys.readouterr().err
