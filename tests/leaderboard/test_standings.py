"""Ranks, tiers, phases and runs on the board."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from leaderboard.helpers import ROOT, config_of, entries, make, write

from averitec_eval.leaderboard.board import build_board
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.exports import board_dict
from averitec_eval.leaderboard.public import public_board


def test_only_primary_systems_of_the_phase_are_ranked(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "in-phase", entries(0.9), phase="test")
    make(root, "second", entries(0.8), phase="test", primary=False)
    make(root, "other-phase", entries(0.7), phase="dev")
    make(root, "no-phase", entries(0.6))
    board = build_board(replace(config_of(root), phase="test"))
    assert {entry.slug: entry.rank for entry in board.entries} == {
        "in-phase": 1,
        "second": None,
        "other-phase": None,
        "no-phase": None,
    }
    reasons = {entry.slug: entry.reason for entry in board.entries}
    assert reasons["second"] == "not the primary submission of its team"
    assert reasons["other-phase"] == "not of the phase test but of dev"
    assert reasons["no-phase"] == "not of the phase test: it names no phase"
    everything = build_board(config_of(root))
    assert [entry.rank for entry in everything.entries if entry.slug != "second"] == [1, 2, 3]


def test_what_is_not_ranked_moves_nobody(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    for slug, share in (("a", 1.0), ("b", 0.6), ("c", 0.2)):
        make(root, slug, entries(share))
    before = {entry.slug: entry.standing for entry in build_board(config_of(root)).entries}
    make(root, "oracle", entries(1.0), kind="oracle")
    make(root, "baseline", entries(0.5), kind="baseline")
    make(root, "partial", entries(0.9)[:-2])
    after = {entry.slug: entry.standing for entry in build_board(config_of(root)).entries}
    assert {slug: after[slug] for slug in before} == before
    assert [after[slug] for slug in ("oracle", "baseline", "partial")] == [None, None, None]
    tiers = [before[slug].tier for slug in "abc" if before[slug] is not None]  # type: ignore[union-attr]
    assert tiers == [1, 2, 3]


def test_the_runs_of_a_system_show_their_spread_and_rank_once(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "seeds", entries(0.5), runs=["seed-2.json", "seed-3.json"])
    for name, share in (("seed-2.json", 0.4), ("seed-3.json", 0.7)):
        (root / "seeds" / name).write_text(json.dumps(entries(share)), encoding="utf-8")
    make(root, "single", entries(0.3))
    board = build_board(config_of(root))
    entry = next(entry for entry in board.entries if entry.slug == "seeds")
    assert entry.spread is not None
    assert entry.result is not None
    assert entry.spread.scores[0] == entry.result.headline_score
    assert (entry.spread.low, entry.spread.high) == (min(entry.spread.scores), max(entry.spread.scores))
    assert len(entry.spread.scores) == 3
    assert [one.rank for one in board.entries] == [1, 2]
    shown = next(system for system in public_board(board).systems if system.id == "seeds").runs
    assert shown is not None
    assert (shown.scores, shown.low, shown.high) == (entry.spread.scores, entry.spread.low, entry.spread.high)
    assert shown.deviation == entry.spread.deviation


def test_a_run_that_cannot_be_scored_is_named_and_left_out(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "seeds", entries(0.5), runs=["bad.json", "partial.json"])
    (root / "seeds" / "bad.json").write_text("[", encoding="utf-8")
    (root / "seeds" / "partial.json").write_text(json.dumps(entries(0.5)[:-1]), encoding="utf-8")
    (entry,) = build_board(config_of(root)).entries
    assert entry.rank == 1
    assert entry.spread is None
    assert [problem.split(" is ")[0] for problem in entry.problems] == ["the run bad.json", "the run partial.json"]


def test_board_json_follows_its_schema_and_csv_holds_the_same_ranks(tmp_path: Path) -> None:
    board = build_board(read_config(ROOT / "leaderboard" / "leaderboard.yaml"))
    document = json.loads(json.dumps(board_dict(public_board(board)), allow_nan=False))
    schema = json.loads((resources.files("averitec_eval") / "schemas" / "board.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)
    write(board, tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "board.csv").read_text(encoding="utf-8"))))
    for row, entry in zip(rows, document["entries"], strict=True):
        assert row["id"] == entry["id"]
        assert row["tier"] == ("" if entry["tier"] is None else str(entry["tier"]))
        ends = entry["rank_interval"] or ["", ""]
        assert [row["rank low"], row["rank high"]] == [str(end) for end in ends]
        if entry["intervals"] is not None:
            headline = entry["intervals"][document["headline"]]
            name = document["headline"]
            assert [float(row[f"{name} low"]), float(row[f"{name} high"])] == headline


@pytest.mark.parametrize("shares", [(1.0, 0.0), (0.5, 0.45)])
def test_tiers_part_only_what_the_claims_can_tell_apart(shares: tuple[float, float], tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    for index, share in enumerate(shares):
        make(root, f"s{index}", entries(share))
    tiers = [entry.standing.tier for entry in build_board(config_of(root)).entries if entry.standing]
    assert tiers == ([1, 2] if shares == (1.0, 0.0) else [1, 1])
