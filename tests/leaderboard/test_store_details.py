"""The details and the history in the result store, and stores of the version before, which had neither."""

from __future__ import annotations

import random
import shutil
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from cli.helpers import run
from leaderboard.helpers import config_of, entries, make, write_board
from leaderboard.stores import build, change_store

from averitec_eval import ResourceError, read_gold
from averitec_eval.leaderboard import judging, store
from averitec_eval.leaderboard.board import build_board
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.leaderboard.history import BoardRecord, Record
from averitec_eval.leaderboard.store import Store

pytestmark = pytest.mark.usefixtures("without_figures")


@pytest.fixture
def public(tmp_path: Path) -> BoardConfig:
    for slug, share in (("a", 0.5), ("b", 0.9)):
        make(tmp_path / "submissions", slug, entries(share))
    make(tmp_path / "submissions", "partial", entries(0.4)[:-3])
    return replace(config_of(tmp_path / "submissions"), public=True)


def test_details_come_back_equal_and_are_not_made_again(
    tmp_path: Path, public: BoardConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = {entry.slug: dict(entry.details) for entry in build_board(public).entries}
    assert [len(fresh[slug]) for slug in ("a", "b", "partial")] == [40, 40, 37]
    build(public, tmp_path / "s.sqlite")
    monkeypatch.setattr(judging, "claim_detail", None)  # nothing can be made
    with Store(tmp_path / "s.sqlite") as opened:
        board = build_board(public, store=opened)
        assert {entry.slug: dict(entry.details) for entry in board.entries} == fresh


def test_details_that_are_not_stored_are_made_from_the_file(tmp_path: Path, public: BoardConfig) -> None:
    path = tmp_path / "s.sqlite"
    build(replace(public, public=False), path)  # while the gold is hidden, there are none
    change_store(path, "DELETE FROM details")
    fresh = {entry.slug: dict(entry.details) for entry in build_board(public).entries}
    with Store(path) as opened:
        board = build_board(public, store=opened)
        assert {entry.slug: dict(entry.details) for entry in board.entries} == fresh
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM details").fetchone() == (3,)
    connection.close()
    board, watcher = build(public, path)  # which is closed by now: the details are made from the files again
    assert watcher.computed == []
    assert {entry.slug: dict(entry.details) for entry in board.entries} == fresh


def test_nothing_of_hidden_gold_is_stored_as_details(tmp_path: Path, public: BoardConfig) -> None:
    board, _ = build(replace(public, public=False), tmp_path / "s.sqlite")
    assert all(not entry.details for entry in board.entries)
    connection = sqlite3.connect(tmp_path / "s.sqlite")
    assert connection.execute("SELECT count(*) FROM details").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE details SET checksum = ''",
        "UPDATE details SET details = x'00'",
        "UPDATE details SET details = 5",
        "UPDATE history SET record = x'00'",
        "UPDATE history SET date = '2031-01-01'",
        "UPDATE history SET number = 7",
        "ALTER TABLE details ADD COLUMN more TEXT",
        "DROP TABLE history",
    ],
)
def test_damaged_details_and_records_are_errors_that_say_how_to_mend_them(statement: str, tmp_path: Path) -> None:
    path = write_board(tmp_path, {"s": 0.5}, public=True)
    assert run("leaderboard", "build", path).code == 0
    change_store(tmp_path / "leaderboard.sqlite", statement)
    shutil.rmtree(tmp_path / "site")  # so that the details are needed
    before = (tmp_path / "leaderboard.sqlite").read_bytes()
    ended = run("leaderboard", "build", path)
    assert ended.code == 4
    assert "damaged" in ended.err
    assert "delete the file" in ended.err
    assert (tmp_path / "leaderboard.sqlite").read_bytes() == before


def test_flipped_bits_in_details_and_history_change_nothing_that_comes_out(tmp_path: Path, public: BoardConfig) -> None:
    path = tmp_path / "s.sqlite"
    build(public, path)
    record = Record({"": BoardRecord(str(judging.Judge(public, read_gold(public.gold)).signature), "h", {})})
    with Store(path) as opened:
        opened.add_record("2025-01-01", record)
        keys = list(opened.all_keys())
        right = [opened.details(key) for key in keys]
        history = opened.history()
    sound = path.read_bytes()
    dice = random.Random(4)
    errors = 0
    for _ in range(200):
        place = dice.randrange(len(sound))
        path.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << dice.randrange(8))]) + sound[place + 1 :])
        try:
            with Store(path) as opened:
                found, records = [opened.details(key) for key in keys], opened.history()
        except ResourceError:
            errors += 1
        else:
            assert all(details in (None, sound_ones) for details, sound_ones in zip(found, right, strict=True))
            assert records in ((), history)
    assert errors > 20


def test_details_of_another_version_are_made_anew(
    tmp_path: Path, public: BoardConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(public, tmp_path / "s.sqlite")
    with Store(tmp_path / "s.sqlite") as opened:
        key = next(opened.all_keys())
        assert opened.details(key) is not None
        monkeypatch.setattr(store, "DETAILS_VERSION", 99)
        assert opened.details(key) is None


def test_details_that_unpack_to_gigabytes_are_refused(
    tmp_path: Path, public: BoardConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.sqlite"
    build(public, path)
    packed = zlib.compress(b"\n" * 50_000_000)
    with Store(path) as opened:
        key = next(opened.all_keys())
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE details SET details = ?, checksum = ?", (packed, store._checksum(key, packed)))
    connection.close()
    monkeypatch.setattr(store, "MAX_CLAIMS_BYTES", 1_000_000)
    with Store(path) as opened, pytest.raises(ResourceError, match="damaged"):
        opened.details(key)


def make_old(path: Path) -> None:
    """Turn a store into one of version 1, which had outcomes only."""
    change_store(path, "DROP TABLE details", "DROP TABLE history", "DROP TABLE audits", "PRAGMA user_version = 1")


def test_a_store_of_the_version_before_gets_its_new_tables(tmp_path: Path, public: BoardConfig) -> None:
    path = tmp_path / "s.sqlite"
    build(public, path)
    make_old(path)
    _, watcher = build(public, path)
    assert watcher.computed == []
    assert watcher.notices == []
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (store.SCHEMA_VERSION,)
    connection.close()
    with Store(path) as opened:
        assert opened.history() == ()
        assert build_board(public, store=opened) == build_board(public)


def test_an_old_store_is_checked_as_it_is(tmp_path: Path) -> None:
    path = write_board(tmp_path, {"s": 0.5}, public=True)
    assert run("leaderboard", "build", path).code == 0
    make_old(tmp_path / "leaderboard.sqlite")
    before = (tmp_path / "leaderboard.sqlite").read_bytes()
    assert run("leaderboard", "rebuild", path, "--check").code == 0
    assert (tmp_path / "leaderboard.sqlite").read_bytes() == before
    assert run("leaderboard", "rebuild", path).code == 0
    assert run("leaderboard", "rebuild", path, "--check").code == 0


def test_an_old_store_with_other_tables_is_damaged(tmp_path: Path) -> None:
    path = write_board(tmp_path, {"s": 0.5})
    assert run("leaderboard", "build", path).code == 0
    change_store(tmp_path / "leaderboard.sqlite", "PRAGMA user_version = 1")
    assert run("leaderboard", "build", path).code == 4


def test_changed_details_are_differences(tmp_path: Path) -> None:
    path = write_board(tmp_path, {"s": 0.5}, public=True)
    assert run("leaderboard", "build", path).code == 0
    file = tmp_path / "leaderboard.sqlite"
    with Store(file) as opened:
        key = next(opened.all_keys())
        details = opened.details(key)
        assert details is not None
        first = replace(details[0], predicted=(*details[0].predicted, details[0].predicted[0]))
        opened.put_details(key, [first, *details[1:]])
    ended = run("leaderboard", "rebuild", path, "--check")
    assert ended.code == 1
    assert "s/predictions.json: evidence of claim 0: predicted" in ended.out
    change_store(file, "UPDATE details SET checksum = ''")
    assert "details: stored not what was written" in run("leaderboard", "rebuild", path, "--check").out


def test_a_history_that_cannot_be_written_is_told_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_board(tmp_path, {"s": 0.5})
    assert run("leaderboard", "build", path, "--date", "2025-01-01").code == 0
    make(tmp_path / "submissions", "t", entries(0.7))

    def fails(*arguments: object) -> None:
        raise store.StoreUnavailableError("the result store cannot be used: database or disk is full")

    monkeypatch.setattr(Store, "add_record", fails)
    ended = run("leaderboard", "build", path, "--date", "2025-02-02")
    assert ended.code == 0
    assert ended.err.count("cannot be used") == 1
    page = (tmp_path / "site" / "about.html").read_text(encoding="utf-8")
    assert "2025-02-02" in page
    assert "2025-01-01" in page
