"""The board: what is ranked, what is not and why, and what its configuration may say."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from cli.helpers import run
from leaderboard.helpers import ROOT, config_of, digests, entries, make, write

from averitec_eval import ConfigError, UnreadableError
from averitec_eval.leaderboard.board import Board, build_board
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.exports import board_dict
from averitec_eval.leaderboard.public import public_board


def ranks(board: Board) -> dict[str, int | None]:
    return {entry.slug: entry.rank for entry in board.entries}


def test_equal_scores_share_a_rank_and_the_next_is_counted_on(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    for slug, share in (("best", 1.0), ("b-tied", 0.5), ("a-tied", 0.5), ("last", 0.2)):
        make(root, slug, entries(share))
    board = build_board(config_of(root))
    assert ranks(board) == {"best": 1, "a-tied": 2, "b-tied": 2, "last": 4}
    assert [entry.slug for entry in board.entries] == ["best", "a-tied", "b-tied", "last"]


def test_baselines_the_oracle_and_incomplete_files_take_no_rank_and_leave_no_gap(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "oracle", entries(1.0), kind="oracle")
    make(root, "incomplete", entries(0.9)[:-1])
    make(root, "first", entries(0.8))
    make(root, "baseline", entries(0.7), kind="baseline")
    make(root, "second", entries(0.6))
    board = build_board(config_of(root))
    assert ranks(board) == {"oracle": None, "incomplete": None, "first": 1, "baseline": None, "second": 2}
    reasons = {entry.slug: entry.reason for entry in board.entries}
    assert reasons["incomplete"].startswith("incomplete: 1 of 40 claims")
    assert "baseline" in reasons["baseline"]
    assert "oracle" in reasons["oracle"]
    assert reasons["first"] == ""


def test_unusable_submissions_are_listed_with_every_problem(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "good", entries())
    make(root, "bad-label", entries(label="supported"))
    make(root, "bad-meta", entries(), colour="red", kind="champion")
    make(root, "no-file", entries())
    (root / "no-file" / "predictions.json").unlink()
    make(root, "bad name;", entries())
    (root / "empty").mkdir()
    make(root, "cut", entries())
    (root / "cut" / "predictions.json").write_text('[{"claim_id": 0', encoding="utf-8")
    board = build_board(config_of(root))
    assert {entry.slug: entry.result is None for entry in board.entries} == {
        "good": False,
        "bad name;": True,
        "bad-label": True,
        "bad-meta": True,
        "cut": True,
        "empty": True,
        "no-file": True,
    }
    problems = {entry.slug: " ".join((entry.reason, *entry.problems)) for entry in board.entries}
    assert "invalid" in problems["bad-label"]
    assert "40 times" in problems["bad-label"]
    assert "colour" in problems["bad-meta"]
    assert "champion" in problems["bad-meta"]
    assert "unreadable" in problems["cut"]
    assert all(text for slug, text in problems.items() if slug != "good")


def test_the_examples_of_this_repository() -> None:
    board = build_board(read_config(ROOT / "leaderboard" / "leaderboard.yaml"))
    by_slug = {entry.slug: entry for entry in board.entries}
    assert by_slug["invalid"].result is None
    assert by_slug["invalid"].problems
    assert by_slug["partial"].rank is None
    assert "incomplete" in by_slug["partial"].reason
    assert by_slug["oracle"].rank is None
    assert board.entries[0].slug == "oracle"
    assert by_slug["overlap"].rank is not None
    assert min(entry.rank for entry in board.entries if entry.rank) == 1


def test_the_site_holds_the_same_numbers_in_every_file(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "one", entries(0.8))
    make(root, "two", entries(label="no label"))
    board = build_board(config_of(root))
    write(board, tmp_path / "site")
    site = tmp_path / "site"
    assert {"index.html", "about.html", "board.csv", "board.json", "manifest.json", "systems/one.html"} <= set(
        digests(site)
    )
    assert sorted(path.name for path in (site / "results").iterdir()) == ["one.csv", "one.json"]
    document = json.loads((site / "board.json").read_text(encoding="utf-8"))
    assert document == json.loads(json.dumps(board_dict(public_board(board))))
    result = json.loads((site / "results" / "one.json").read_text(encoding="utf-8"))
    assert result["scores"] == document["entries"][0]["scores"]
    rows = list(csv.DictReader(io.StringIO((site / "board.csv").read_text(encoding="utf-8"))))
    assert float(rows[0]["averitec@0.25"]) == result["scores"]["averitec@0.25"]
    assert (rows[1]["id"], rows[1]["rank"]) == ("two", "")
    scores = list(csv.DictReader(io.StringIO((site / "results" / "one.csv").read_text(encoding="utf-8"))))
    over_all = {row["metric"]: float(row["score"]) for row in scores if row["part"] == "all"}
    assert over_all == result["scores"]


def test_a_submission_that_left_the_board_leaves_the_site(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "one", entries())
    make(root, "two", entries())
    write(build_board(config_of(root)), tmp_path / "site")
    shutil.rmtree(root / "two")
    write(build_board(config_of(root)), tmp_path / "site")
    left = digests(tmp_path / "site")
    assert not [name for name in left if "two" in name]
    assert {"results/one.json", "systems/one.html"} <= set(left)
    assert not (tmp_path / "site" / "compare" / "one").exists()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        config = ROOT / "leaderboard" / "leaderboard.yaml"
        ended = run("leaderboard", "build", config, "--no-store", "--out", tmp_path / name)
        assert ended.code == 0
        assert ended.out.splitlines()[-1] == str(tmp_path / name / "index.html")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_private_contact_reaches_no_file(tmp_path: Path) -> None:
    marker = "contact-marker-8c1f"
    root = tmp_path / "submissions"
    make(root, "good", entries(), contact=marker)
    make(root, "bad", entries(label="no label"), contact=[marker])
    write(build_board(config_of(root)), tmp_path / "site")
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or marker not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[]", ["a list"]),
        ("", ["nothing"]),
        ("title: x", ["gold:", "submissions:", "site:"]),
        ("title: x\ngold: g\nsubmissions: s\nsite: t\nprofil: p", ["profil", "did you mean profile?"]),
        ("title: x\ngold: g\nsubmissions: s\nsite: t\nprofile: best", ["one of paper-2023"]),
        ("title: x\ngold: g\nsubmissions: s\nsite: t\nlevels: [2]", ["below 1"]),
        ("title: x\ngold: g\nsubmissions: s\nsite: t\nlevels: high", ["a list of numbers"]),
        ("title: 5\ngold: [g]\nsubmissions: s\nsite: t", ["title", "gold"]),
        ("title: &a x\ngold: *a", ["anchor"]),
    ],
)
def test_a_bad_configuration_names_every_problem(text: str, problems: list[str], tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    joined = "\n".join(caught.value.problems)
    assert all(problem in joined for problem in problems)
    ended = run("leaderboard", "build", path)
    assert ended.code == 1
    assert all(problem in ended.err for problem in problems)


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.yaml"
    path.write_text("title: x\ngold: g.json\nsubmissions: ../s\nsite: t\nlevels: [0.3]\n", encoding="utf-8")
    config = read_config(path)
    assert config.gold == str(tmp_path / "g.json")
    assert config.submissions == tmp_path / ".." / "s"
    assert config.site == tmp_path / "t"
    assert config.levels == (0.3,)


def test_an_empty_or_absent_folder_of_submissions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="submissions"):
        build_board(config_of(tmp_path / "submissions"))
    (tmp_path / "submissions").mkdir()
    with pytest.raises(ConfigError, match="no submission"):
        build_board(config_of(tmp_path / "submissions"))


def test_an_absent_configuration_is_unreadable(tmp_path: Path) -> None:
    assert run("leaderboard", "build", tmp_path / "absent.yaml").code == 3


@pytest.mark.parametrize(
    ("gold", "expected"), [("averitec-mini", "averitec-mini"), ("hidden/gold", "{folder}/hidden/gold")]
)
def test_gold_without_an_ending_is_a_path_like_any_other(gold: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.yaml"
    path.write_text(f"title: x\ngold: {gold}\nsubmissions: s\nsite: t\n", encoding="utf-8")
    assert read_config(path).gold == expected.format(folder=tmp_path)
