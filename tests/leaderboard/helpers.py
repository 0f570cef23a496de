"""Boards made for a test."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from averitec_eval import mini_gold_path, read_gold
from averitec_eval.leaderboard.board import Board, build_boards
from averitec_eval.leaderboard.config import BoardConfig, read_config
from averitec_eval.leaderboard.public import public_site
from averitec_eval.leaderboard.publishing import publish
from averitec_eval.leaderboard.view import PublicSite

ROOT = Path(__file__).resolve().parent.parent.parent


def entries(share: float = 1.0, label: str | None = None, answer: str | None = None) -> list[dict[str, Any]]:
    """A 2024 file on the mini task whose first claims, up to a share of all, answer with the claim itself."""
    gold = list(read_gold(mini_gold_path()))
    right = round(share * len(gold))
    return [
        {
            "claim_id": claim.claim_id,
            "claim": claim.claim,
            "evidence": [
                {"question": q.question, "answer": answer or text, "url": "https://example.org/"}
                for q in claim.questions[:5]
                for text in list(q.answer_texts())[:1]
            ]
            if number < right
            else [{"question": "Unknown?", "answer": "Unknown.", "url": "https://example.org/"}],
            "pred_label": label or claim.label.value,
        }
        for number, claim in enumerate(gold)
    ]


def make(root: Path, slug: str, predictions: list[dict[str, Any]], **meta: Any) -> None:
    """A submission folder."""
    folder = root / slug
    folder.mkdir(parents=True)
    (folder / "predictions.json").write_text(json.dumps(predictions), encoding="utf-8")
    settings = {"name": slug, "team": "a team", "predictions": "predictions.json", **meta}
    (folder / "submission.yaml").write_text(json.dumps(settings), encoding="utf-8")


def mini_site() -> PublicSite:
    """The public view of the board of this repository's example submissions, its gold public; scored anew."""
    return public_site(build_boards(read_config(ROOT / "leaderboard" / "leaderboard.yaml")))


def write(board: Board, directory: Path) -> None:
    """Write the site of one board."""
    publish([board], directory)


def config_of(root: Path) -> BoardConfig:
    return BoardConfig("A board", "averitec-mini", root, root.parent / "site")


def write_board(folder: Path, shares: dict[str, float], *, gold: str = "averitec-mini", **settings: Any) -> Path:
    """A configuration with a submission for each slug; gives the configuration's path."""
    for slug, share in shares.items():
        make(folder / "submissions", slug, entries(share))
    path = folder / "board.yaml"
    keys = {"title": "A board", "gold": gold, "submissions": "submissions", "site": "site", **settings}
    path.write_text(json.dumps(keys), encoding="utf-8")
    return path


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
