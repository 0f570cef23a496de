"""A board by the robust companion: every page speaks of it, and none calls its figures by the official names."""

from __future__ import annotations

from pathlib import Path

from leaderboard.helpers import write_board

from averitec_eval.leaderboard.board import build_boards
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.publishing import publish


def test_a_board_by_the_robust_companion_has_names_of_its_own(tmp_path: Path) -> None:
    config = read_config(write_board(tmp_path, {"alpha": 1.0, "beta": 0.5}, profile="robust", public=True))
    boards = build_boards(config)
    assert [entry.standing is not None and entry.standing.rank for entry in boards[0].entries] == [1, 2]
    publish(boards, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*"):
        if path.suffix in (".html", ".json", ".csv", ".svg"):
            text = path.read_text(encoding="utf-8")
            assert "averitec@" not in text, path
            assert "hu_meteor" not in text, path
    about = (tmp_path / "site" / "about.html").read_text(encoding="utf-8")
    assert "5 × (sum over the joined pairs) / (4 × number of gold pairs" in about
    assert "HU-METEOR" not in about
    assert "Robust score" in (tmp_path / "site" / "figures" / "levels.svg").read_text(encoding="utf-8")
