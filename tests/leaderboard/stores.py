"""Building through a store, and changing what it holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from averitec_eval.leaderboard import judging
from averitec_eval.leaderboard.board import Board, build_board
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.store import Store


class Counting(judging.Watcher):
    """Counts what a build says it does."""

    def __init__(self) -> None:
        self.computed: list[str] = []
        self.stored: list[str] = []
        self.notices: list[str] = []

    def file(self, slug: str, name: str, *, stored: bool) -> None:
        (self.stored if stored else self.computed).append(slug)

    def notice(self, text: str) -> None:
        self.notices.append(text)


def build(config: BoardConfig, path: Path) -> tuple[Board, Counting]:
    watcher = Counting()
    with Store(path) as opened:
        return build_board(config, watcher, store=opened), watcher


def change_store(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
