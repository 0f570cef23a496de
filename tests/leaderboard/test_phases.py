"""Boards in phases: each with its own gold and submissions, private ones unseen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from leaderboard.helpers import digests, entries, make, write_board

from averitec_eval import ConfigError, UsageError, mini_gold_path
from averitec_eval.leaderboard.board import build_board, build_boards
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.rebuild import check_store
from averitec_eval.leaderboard.store import Store

pytestmark = pytest.mark.usefixtures("without_figures")


def with_phases(folder: Path, *phases: dict[str, Any], **settings: Any) -> Path:
    path = folder / "board.yaml"
    keys = {"title": "A board", "submissions": "submissions", "site": "site", "phases": list(phases), **settings}
    path.write_text(json.dumps(keys), encoding="utf-8")
    return path


@pytest.fixture
def board(tmp_path: Path) -> Path:
    root = tmp_path / "submissions"
    make(root, "a", entries(0.9), phase="dev")
    make(root, "b", entries(0.5), phase="dev")
    make(root, "c", entries(0.7), phase="test")
    make(root, "none", entries(0.7))
    make(root, "unknown", entries(0.7), phase="Dev")
    make(root, "unusable", entries(0.7), phase="test", colour="red")
    make(root, "hushed", entries(0.7), phase="hushed")
    shutil.copyfile(mini_gold_path(), tmp_path / "gold.json")
    return with_phases(
        tmp_path,
        {"name": "dev", "title": "Development", "split": "dev", "gold": "averitec-mini", "public": True},
        {"name": "hushed", "gold": "absent.json", "private": True},
        {"name": "test", "gold": "gold.json", "profile": "paper-2023", "levels": [0.3]},
    )


def test_each_phase_is_a_board_of_its_own_submissions(board: Path) -> None:
    dev, test = build_boards(read_config(board))
    assert [entry.slug for entry in dev.scored] == ["a", "b"]
    assert [entry.rank for entry in dev.scored] == [1, 2]
    assert [(entry.slug, entry.rank) for entry in test.scored] == [("c", 1)]
    assert (dev.headline, test.headline) == ("averitec@0.25", "averitec@0.3")
    assert (dev.config.folder, dev.config.tab, dev.config.split) == ("dev/", "Development", "dev")
    assert (test.config.folder, test.config.tab, test.config.public) == ("test/", "test", False)
    reasons = {entry.slug: entry.reason for entry in dev.unscored}
    assert set(reasons) == {"none", "unknown", "unusable"}
    assert "names no phase" in reasons["none"]
    assert "a phase that there is not" in reasons["unknown"]
    assert "dev, test" in reasons["unknown"]


def test_files_lie_below_the_phase_and_a_private_one_is_nowhere(board: Path) -> None:
    ended = run("leaderboard", "build", board)
    assert ended.code == 0, ended.err
    assert ended.err.splitlines()[-1] == "6 submissions: 3 scored, 0 from the store, 3 not fit to be scored"
    site = board.parent / "site"
    files = digests(site)
    expected = {"dev/board.json", "dev/results/a.json", "dev/claims/0.html", "test/systems/c.html", "index.html"}
    assert expected <= set(files)
    assert {name.split("/")[0] for name in files if "/" in name} == {"dev", "test", "static"}
    for path in site.rglob("*"):
        assert path.is_dir() or b"hushed" not in path.read_bytes().replace(b"see later", b""), path
    manifest = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    assert [one["folder"] for one in manifest["inputs"]["boards"]] == ["dev/", "test/"]
    assert manifest["inputs"]["configuration"] is None


def test_the_store_serves_all_phases_and_is_checked_over_all(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    ended = run("leaderboard", "build", board)
    assert ended.err.splitlines()[-1] == "6 submissions: 0 scored, 3 from the store, 3 not fit to be scored"
    config = read_config(board)
    assert config.store is not None
    with Store(config.store, make=False) as store:
        check = check_store(config, store)
    assert check.ok
    assert len(check.compared) == 3
    assert run("leaderboard", "rebuild", board).code == 0


def test_a_phase_without_submissions_is_an_empty_board(tmp_path: Path) -> None:
    make(tmp_path / "submissions", "a", entries(0.9), phase="one")
    path = with_phases(tmp_path, {"name": "one", "gold": "averitec-mini"}, {"name": "two", "gold": "averitec-mini"})
    ended = run("leaderboard", "build", path)
    assert ended.code == 0, ended.err
    document = json.loads((tmp_path / "site" / "two" / "board.json").read_text(encoding="utf-8"))
    assert (document["entries"], document["headline"]) == ([], "averitec@0.25")


def test_one_phase_made_private_takes_its_files_along(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    settings = json.loads(board.read_text(encoding="utf-8"))
    settings["phases"][0]["private"] = True
    board.write_text(json.dumps(settings), encoding="utf-8")
    assert run("leaderboard", "build", board).code == 0
    site = board.parent / "site"
    assert not (site / "dev").exists()
    assert b"Development" not in (site / "about.html").read_bytes()


def test_a_broken_submission_that_may_be_private_is_left_out_with_a_notice(board: Path) -> None:
    make(board.parent / "submissions", "broken", entries(0.7), phase="hushed", colour="red")
    ended = run("leaderboard", "build", board)
    assert ended.code == 0
    assert "broken: left out" in ended.err
    assert b"broken" not in (board.parent / "site" / "dev" / "board.json").read_bytes()


def test_one_board_cannot_be_had_where_there_are_several(board: Path) -> None:
    with pytest.raises(UsageError, match="several boards"):
        build_board(read_config(board))


@pytest.mark.parametrize(
    ("phases", "problems"),
    [
        ("dev", ["a list of 1 to 20 phases"]),
        ([], ["a list of 1 to 20 phases"]),
        (["dev"], ["the entry 1 is no mapping"]),
        ([{"name": "a"}, {"gold": "g"}], ["entry 1: gold", "entry 2: name"]),
        ([{"name": "../up", "gold": "g"}], ["entry 1: name"]),
        ([{"name": "static", "gold": "g"}], ["a folder of that name"]),
        ([{"name": 5, "gold": "g"}], ["entry 1: name"]),
        ([{"name": "a", "gold": "g"}, {"name": "A", "gold": "g"}], ["the name a 2 times"]),
        ([{"name": "a", "gold": "g", "private": True}], ["private phases only"]),
        ([{"name": "a", "gold": "g", "pubic": True}], ["did you mean public?"]),
        ([{"name": "a", "gold": "g", "levels": [7], "profile": "best"}], ["levels", "profile"]),
    ],
)
def test_bad_phases_name_every_problem(phases: Any, problems: list[str], tmp_path: Path) -> None:
    path = with_phases(tmp_path, phases=phases)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    joined = "\n".join(caught.value.problems)
    assert all(problem in joined for problem in problems), joined


def test_what_a_phase_says_cannot_stand_beside_phases(tmp_path: Path) -> None:
    path = with_phases(tmp_path, {"name": "a", "gold": "g"}, gold="g", levels=[0.3], public=True)
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["gold", "levels", "public"]


def test_the_settings_of_a_board_without_phases(tmp_path: Path) -> None:
    path = write_board(tmp_path, {}, public=True, anonymous=True, submit="Mail us.", split="test", published="p.csv")
    config = read_config(path)
    assert (config.public, config.anonymous, config.submit, config.split) == (True, True, "Mail us.", "test")
    assert config.published == tmp_path / "p.csv"
    assert config.boards() == (config,)
    assert not read_config(write_board(tmp_path, {})).public
