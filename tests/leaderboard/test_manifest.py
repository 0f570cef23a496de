"""The manifest: the hash of everything that went in and came out, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli.helpers import run
from leaderboard.helpers import ROOT, digests, entries, make, write, write_board

import averitec_eval
from averitec_eval import mini_gold_path
from averitec_eval.files import remove_scratch, write_if_changed
from averitec_eval.leaderboard.board import build_board
from averitec_eval.leaderboard.config import BoardConfig

SCHEMA = json.loads((ROOT / "averitec_eval" / "schemas" / "manifest.schema.json").read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_manifest(site: Path) -> dict[str, Any]:
    document = json.loads((site / "manifest.json").read_text(encoding="ascii"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert isinstance(document, dict)
    return document


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board with a hidden gold file, a sound, an incomplete, an invalid and an unusable submission."""
    hidden = tmp_path / "secret-place"
    hidden.mkdir()
    shutil.copyfile(mini_gold_path(), hidden / "hidden-gold.json")
    path = write_board(tmp_path / "board", {"sound": 0.5}, gold=str(hidden / "hidden-gold.json"))
    root = tmp_path / "board" / "submissions"
    make(root, "incomplete", entries(0.5)[:-1])
    make(root, "invalid", entries(label="no label"))
    make(root, "unusable", entries(), colour="red")
    make(root, "bad name", entries())
    return path


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_hash_is_that_of_the_file(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    site = board.parent / "site"
    document = read_manifest(site)
    inputs = document["inputs"]
    assert inputs["configuration"] == {"file": "board.yaml", "sha256": sha256(board)}
    gold = board.parent.parent / "secret-place" / "hidden-gold.json"
    (listed_board,) = inputs["boards"]
    assert listed_board["gold"] == {"sha256": sha256(gold), "claims": 40}
    listed = {
        submission["id"]: {file["file"]: file["sha256"] for file in submission["files"]}
        for submission in listed_board["submissions"]
    }
    root = board.parent / "submissions"
    both = ("predictions.json", "submission.yaml")
    expected = {"sound": both, "incomplete": both, "invalid": both, "unusable": ("submission.yaml",), "bad-name": ()}
    assert listed == {slug: {name: sha256(root / slug / name) for name in names} for slug, names in expected.items()}
    outputs = {file["file"]: file["sha256"] for file in document["outputs"]}
    assert outputs == {name: digest for name, digest in digests(site).items() if name != "manifest.json"}
    assert {"index.html", "board.json", "board.csv", "results/sound.json"} <= set(outputs)
    assert document["package"] == {"name": "averitec-eval", "version": averitec_eval.__version__}
    result = json.loads((site / "results" / "sound.json").read_text())
    assert (listed_board["profile"], listed_board["signature"]) == (result["profile"], result["signature"])


def test_the_command_makes_the_same_bytes_again(board: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("leaderboard", "build", board, "--out", tmp_path / "first").code == 0
    (board.parent / "leaderboard.sqlite").unlink()  # whose history would go on
    program, *arguments = read_manifest(tmp_path / "first")["command"]
    assert program == "averitec-eval"
    monkeypatch.chdir(board.parent)
    assert run(*arguments).code == 0
    assert digests(board.parent / "site") == digests(tmp_path / "first")


def test_no_file_of_the_site_says_where_anything_lies(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    for path in (board.parent / "site").rglob("*"):
        text = "" if path.is_dir() else path.read_text(encoding="utf-8")
        assert "hidden-gold" not in text
        assert "secret-place" not in text
        assert str(board.parent) not in text


def test_a_board_of_python_objects_has_no_configuration_file(tmp_path: Path) -> None:
    make(tmp_path / "submissions", "s", entries(0.5))
    write(build_board(BoardConfig("t", "averitec-mini", tmp_path / "submissions", tmp_path)), tmp_path / "site")
    document = read_manifest(tmp_path / "site")
    assert document["inputs"]["configuration"] is None
    assert document["command"] is None


def test_a_change_of_one_file_changes_its_hash(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    before = read_manifest(board.parent / "site")
    with (board.parent / "submissions" / "sound" / "submission.yaml").open("a", encoding="utf-8") as handle:
        handle.write("\n")
    assert run("leaderboard", "build", board).code == 0
    after = read_manifest(board.parent / "site")
    assert before["outputs"] == after["outputs"]
    assert before["inputs"] != after["inputs"]


# Files that are right already


def times(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_building_without_a_change_touches_no_file(board: Path) -> None:
    assert run("leaderboard", "build", board).code == 0
    site = board.parent / "site"
    before = times(site)
    assert run("leaderboard", "build", board).code == 0
    assert times(site) == before
    make(board.parent / "submissions", "new", entries(0.2))
    assert run("leaderboard", "build", board).code == 0
    changed = {Path(name).name for name, time in times(site).items() if before.get(name) != time}
    assert changed >= {"manifest.json", "board.json", "board.csv", "index.html", "new.json"}
    assert not changed & {"sound.json", "incomplete.json", "site.css"}


def test_a_file_is_written_where_its_bytes_differ(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    assert write_if_changed(path, b"one")
    assert not write_if_changed(path, b"one")
    assert write_if_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert write_if_changed(path, b"longer")
    assert path.read_bytes() == b"longer"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere scratch files are left alone")
def test_scratch_files_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(timeout=30)
    names = {
        f".board.json.{dead.pid}.0123abcd.part": False,
        f".index.html.{os.getpid()}.0123abcd.part": True,
        ".board.json.99999999999999999999.0123abcd.part": True,  # no process has such a number: not ours
        "board.json": True,
        "notes.part": True,
        f"board.json.{dead.pid}.0123abcd.part": True,
    }
    for name in names:
        (tmp_path / name).touch()
    remove_scratch(tmp_path)
    assert {name: (tmp_path / name).exists() for name in names} == names
    remove_scratch(tmp_path / "absent")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere scratch files are left alone")
def test_a_build_cleans_up_after_a_killed_one(board: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait(timeout=30)
    assert run("leaderboard", "build", board).code == 0
    site = board.parent / "site"
    before = digests(site)
    for folder in (site, site / "results"):
        (folder / f".x.json.{dead.pid}.0123abcd.part").touch()
    assert run("leaderboard", "build", board).code == 0
    assert digests(site) == before
