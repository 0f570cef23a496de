"""Scoring a board again: what is stored is replaced, or compared figure by figure and left alone."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from leaderboard.helpers import digests, entries, make, write_board

from averitec_eval import read_gold
from averitec_eval.leaderboard import judging, store
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.rebuild import check_store, rebuild
from averitec_eval.leaderboard.store import Key, Store

pytestmark = pytest.mark.usefixtures("without_figures")

SHARES = {"one": 0.5, "two": 0.7, "three": 0.9}


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """The configuration of a board that was built once."""
    path = write_board(tmp_path, SHARES)
    assert run("leaderboard", "build", path).code == 0
    return path


def tamper(config: Path, slug: str, change: Callable[[dict[str, Any], list[dict[str, Any]]], None]) -> None:
    """Change a stored result and its claims so that nothing but scoring again can tell: the checksum fits."""
    settings = read_config(config)
    judge = judging.Judge(settings, read_gold(settings.gold))
    predictions = settings.submissions / slug / "predictions.json"
    key = judge.key(judging.sha256_of(predictions), predictions.name, None)
    where = "WHERE submission_sha256 = ?"
    assert settings.store is not None
    with sqlite3.connect(settings.store) as connection:
        row = connection.execute(f"SELECT report, result, claims FROM outcomes {where}", (key.submission_sha256,))
        report, result, claims = row.fetchone()
        document, lines = json.loads(result), [json.loads(line) for line in zlib.decompress(claims).splitlines()]
        change(document, lines)
        result = store._encode(document)
        claims = zlib.compress(b"".join(map(store._encode, lines)))
        values = (result, claims, store._checksum(key, report, result, claims), key.submission_sha256)
        connection.execute(f"UPDATE outcomes SET result = ?, claims = ?, checksum = ? {where}", values)
    connection.close()


def raise_figure(document: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    document["scores"]["averitec@0.25"] = 0.987654321


def change_claim(document: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    lines[3]["evidence_qa"] = 0.123456789
    lines[7]["pairs"] = []


def test_an_untouched_store_checks_out(board: Path) -> None:
    ended = run("leaderboard", "rebuild", board, "--check")
    assert (ended.code, ended.out) == (0, "ok: 3 of 3 stored results are as they come out now\n")


def test_a_changed_figure_is_found_with_both_values(board: Path) -> None:
    tamper(board, "two", raise_figure)
    assert "0.987654321" in (board.parent / "leaderboard.sqlite").read_text(encoding="latin-1")
    fresh = json.loads((board.parent / "site" / "results" / "two.json").read_text())["scores"]["averitec@0.25"]
    ended = run("leaderboard", "rebuild", board, "--check")
    assert ended.code == 1
    assert ended.out.splitlines() == [
        f"two/predictions.json: scores.averitec@0.25: stored 0.987654321, fresh {fresh}",
        "DIFFERENT: 2 of 3 stored results are as they come out now, 1 difference in 1",
    ]


def test_changed_claims_are_found(board: Path) -> None:
    tamper(board, "three", change_claim)
    ended = run("leaderboard", "rebuild", board, "--check", "--format", "json")
    assert ended.code == 1
    document = json.loads(ended.out)
    assert document["ok"] is False
    assert {(d["slug"], d["figure"]) for d in document["differences"]} == {
        ("three", "claim 3: evidence_qa"),
        ("three", "claim 7: pairs"),
    }
    assert document["differences"][0]["stored"] == "0.123456789"


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
def test_tables_name_every_difference(form: str, board: Path) -> None:
    tamper(board, "one", raise_figure)
    tamper(board, "three", change_claim)
    ended = run("leaderboard", "rebuild", board, "--check", "--format", form)
    assert ended.code == 1
    assert "DIFFERENT: 1 of 3" in ended.err
    assert "0.987654321" in ended.out
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(ended.out)))
        assert [(row["submission"], row["figure"]) for row in rows] == [
            ("one", "scores.averitec@0.25"),
            ("three", "claim 3: evidence_qa"),
            ("three", "claim 7: pairs"),
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outcomes SET checksum = 'x'",
        "UPDATE outcomes SET claims = x'78'",
        "UPDATE outcomes SET report = 'not JSON'",
        "UPDATE outcomes SET result = NULL, claims = NULL",
        "UPDATE outcomes SET result = replace(result, '0.', '0.0')",
    ],
)
def test_damaged_entries_are_differences(statement: str, board: Path) -> None:
    with sqlite3.connect(board.parent / "leaderboard.sqlite") as connection:
        connection.execute(statement)
    connection.close()
    ended = run("leaderboard", "rebuild", board, "--check")
    assert ended.code == 1
    assert all(f"{slug}/predictions.json: checksum: stored does not fit" in ended.out for slug in SHARES)
    assert run("leaderboard", "build", board).code == 4
    assert run("leaderboard", "rebuild", board).code == 0
    assert run("leaderboard", "rebuild", board, "--check").code == 0


def test_many_differences_are_cut_for_people_and_complete_for_programs(board: Path) -> None:
    def change_all(document: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        for line in lines:
            line["n_gold"] += 1
            line["n_counted"] += 1

    tamper(board, "one", change_all)
    lines = run("leaderboard", "rebuild", board, "--check").out.splitlines()
    assert len(lines) == 42
    assert lines[-2] == "one/predictions.json: and 40 more differences; --format json lists all"
    document = json.loads(run("leaderboard", "rebuild", board, "--check", "--format", "json").out)
    assert len(document["differences"]) == 80


def test_entries_that_belong_to_nothing_on_the_board_are_listed_and_are_no_error(board: Path) -> None:
    shutil.rmtree(board.parent / "submissions" / "one")
    make(board.parent / "submissions", "new", entries(0.1))
    with Store(board.parent / "leaderboard.sqlite") as opened:
        key = next(opened.all_keys())
        outcome = opened.get(key)
        assert outcome is not None
        opened.put(Key(key.submission_sha256, "cd" * 32, "an older signature", "{}"), outcome)
    ended = run("leaderboard", "rebuild", board, "--check")
    assert ended.code == 0
    assert "new/predictions.json: not in the store yet" in ended.out
    assert ended.out.count("no longer on the board") + ended.out.count("stored for other gold") == 2
    assert ended.out.splitlines()[-1].startswith("ok: 2 of 2 stored results are as they come out now, 1 not stored")


def test_a_check_writes_nothing(board: Path) -> None:
    tamper(board, "two", raise_figure)
    make(board.parent / "submissions", "new", entries(0.1))
    before = digests(board.parent)
    times = {path: path.stat().st_mtime_ns for path in board.parent.rglob("*")}
    assert run("leaderboard", "rebuild", board, "--check").code == 1
    assert digests(board.parent) == before
    assert {path: path.stat().st_mtime_ns for path in board.parent.rglob("*")} == times


def test_a_rebuild_scores_everything_and_leaves_only_what_is_on_the_board(board: Path) -> None:
    right = digests(board.parent / "site")
    tamper(board, "two", raise_figure)
    shutil.rmtree(board.parent / "submissions" / "one")
    ended = run("leaderboard", "rebuild", board)
    assert ended.err == "2 submissions: 2 scored, 0 from the store\n"
    with Store(board.parent / "leaderboard.sqlite") as opened:
        assert len(list(opened.all_keys())) == 2
    site = digests(board.parent / "site")
    assert site["results/two.json"] == right["results/two.json"]
    assert run("leaderboard", "build", board, "--out", board.parent / "again").code == 0
    assert site == digests(board.parent / "again")


def test_a_rebuild_that_fails_on_the_way_changes_nothing(board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests(board.parent)
    real, seen = judging.score_with_report, []

    def breaks(path: Path, *arguments: Any, **options: Any) -> Any:
        seen.append(path)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return real(path, *arguments, **options)

    monkeypatch.setattr(judging, "score_with_report", breaks)
    assert run("leaderboard", "rebuild", board).code == 130
    assert digests(board.parent) == before


def test_without_a_store_there_is_nothing_to_check(board: Path) -> None:
    file = board.parent / "leaderboard.sqlite"
    file.unlink()
    ended = run("leaderboard", "rebuild", board, "--check")
    assert ended.code == 4
    assert "there is no result store" in ended.err
    assert not file.exists()
    file.touch()
    ended = run("leaderboard", "rebuild", board, "--check")
    assert ended.code == 4
    assert "is empty" in ended.err
    assert file.stat().st_size == 0


@pytest.mark.parametrize(
    "options", [["--check", "--out", "elsewhere"], ["--format", "json"]], ids=["out with check", "format without"]
)
def test_options_that_say_nothing_together_are_a_usage_error(options: list[str], board: Path) -> None:
    assert run("leaderboard", "rebuild", board, *options).code == 2


def test_the_python_interface(board: Path) -> None:
    tamper(board, "two", raise_figure)
    config = read_config(board)
    assert config.store is not None
    with Store(config.store) as opened:
        check = check_store(config, opened)
        assert not check.ok
        assert [(d.slug, d.stored) for d in check.differences] == [("two", "0.987654321")]
        assert len(check.table().rows) == 1
        rebuild(config, opened)
        assert check_store(config, opened).ok
