"""From scored boards to the site in its folder, by way of the public view and the store's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from averitec_eval.leaderboard.board import Board
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.history import Record, changes, record_of
from averitec_eval.leaderboard.judging import Watcher
from averitec_eval.leaderboard.public import current_ids, public_site
from averitec_eval.leaderboard.published import read_published
from averitec_eval.leaderboard.rules import EVERYONE
from averitec_eval.leaderboard.site import write_site
from averitec_eval.leaderboard.store import Store, StoreUnavailableError
from averitec_eval.leaderboard.view import PublicSite, PublishedBoard


def published_boards(config: BoardConfig) -> tuple[PublishedBoard, ...]:
    """The published leaderboards that a configuration names. Raises as ``read_published``."""
    return () if config.published is None else read_published(config.published)


def published_site(
    boards: Sequence[Board],
    published: Sequence[PublishedBoard] = (),
    *,
    store: Store | None = None,
    date: str | None = None,
    watcher: Watcher | None = None,
) -> PublicSite:
    """What a site of these boards shows, with the changelog that ``store`` keeps.

    What the boards show becomes a record of the store's history, under ``date`` (an ISO day), if it differs from the
    last one. Without a store, or with one that cannot be read here and now, there is no changelog. Raises
    ``ResourceError`` if the store is damaged.
    """
    site = public_site(boards, published=published)
    if store is None:
        return site
    record = replace(record_of(site), date=date)
    records = _recorded(store, record, watcher or Watcher())
    told = changes(
        records,
        site,
        {board.config.folder: current_ids(board) for board in boards},
        nameless={board.config.folder for board in boards if board.config.anonymous},
        scoreless={board.config.folder for board in boards if board.config.rules.scores != EVERYONE},
    )
    return replace(site, changes=told)


def _recorded(store: Store, record: Record, watcher: Watcher) -> tuple[Record, ...]:
    if not store.given_up:
        try:
            store.add_record(record.date, record)
        except StoreUnavailableError as error:
            store.given_up = True
            watcher.notice(f"{error}; going on without it")
    try:
        records = store.history()
    except StoreUnavailableError:
        return ()
    if not records or records[-1].boards != record.boards:  # it could not be written, but is part of the history
        records += (replace(record, number=len(records) + 1),)
    return records


def publish(
    boards: Sequence[Board],
    directory: Path,
    published: Sequence[PublishedBoard] = (),
    *,
    store: Store | None = None,
    date: str | None = None,
    anew: bool = False,
    watcher: Watcher | None = None,
) -> list[Path]:
    """Write the site of these boards into ``directory`` and give the paths of its files.

    ``anew`` makes every file again. Raises ``OutputError`` besides what ``published_site`` raises.
    """
    watcher = watcher or Watcher()
    site = published_site(boards, published, store=store, date=date, watcher=watcher)
    watcher.writing()
    return write_site(site, directory, anew=anew)


__all__ = ["publish", "published_boards", "published_site"]
