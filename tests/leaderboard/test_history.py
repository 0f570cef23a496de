"""The changelog: what is recorded, in which words it is told, and what it never tells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from hypothesis import given
from hypothesis import strategies as st
from leaderboard.helpers import config_of, entries, make, write_board

from averitec_eval.leaderboard.board import build_boards
from averitec_eval.leaderboard.config import read_config
from averitec_eval.leaderboard.history import MOST_NAMED, BoardRecord, EntryRecord, Record, changes, record_of
from averitec_eval.leaderboard.public import public_site
from averitec_eval.leaderboard.publishing import published_site
from averitec_eval.leaderboard.store import Store
from averitec_eval.leaderboard.view import PublicSite

pytestmark = pytest.mark.usefixtures("without_figures")

SIGNATURE = "profile:p|level:0.25|cmp:gt|cap:10|meteor:m|tok:t|wn:w|gold:abc|n:40|version:1.0"


def record(entries: dict[str, tuple[float | None, int | None]], signature: str = SIGNATURE, **more: Any) -> Record:
    made = {id: EntryRecord(*entry) for id, entry in entries.items()}
    return Record({"": BoardRecord(signature, "averitec@0.25", made)}, **more)


@pytest.fixture
def shown(tmp_path: Path) -> PublicSite:
    root = tmp_path / "submissions"
    make(root, "a", entries(0.8), name="Alpha")
    make(root, "b", entries(0.4), name="Beta")
    return public_site(build_boards(config_of(root)))


def test_each_kind_of_change_has_its_sentence(shown: PublicSite) -> None:
    records = [
        record({"a": (0.5, 1), "gone": (None, None)}, number=1, date="2025-01-01"),
        record({"a": (0.5, 2), "b": (0.75, 1), "c": (None, None)}, number=2),
        record({"a": (0.8, 1), "b": (0.4, 2)}, SIGNATURE.replace("version:1.0", "version:2.0"), number=3),
    ]
    third, second, first = changes(records, shown)
    assert (first.number, first.date) == (1, "2025-01-01")
    assert first.sentences == ("The board begins with 2 submissions, 1 of them with a score.",)
    assert second.sentences == (
        "Removed: gone.",
        "Added: Beta (averitec@0.25 0.750, rank 1), c (no score).",
        "Ranks moved: Alpha 1 → 2.",
    )
    assert third.sentences == (
        "All submissions were scored again by version 2.0 instead of 1.0.",
        "Removed: c.",
        "averitec@0.25 changed: Alpha 0.500 → 0.800, Beta 0.750 → 0.400.",
        "Ranks moved: Alpha 2 → 1, Beta 1 → 2.",
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("gold:abc", "gold:abd", "All submissions were scored again with other gold."),
        (
            "cap:10",
            "cap:none",
            "All submissions were scored again in another way: " + SIGNATURE.replace("10|", "none|") + ".",
        ),
    ],
)
def test_another_way_of_scoring_is_told(old: str, new: str, sentence: str, shown: PublicSite) -> None:
    entries_ = {"a": (0.5, 1)}
    (latest, _) = changes([record(entries_), record(entries_, SIGNATURE.replace(old, new))], shown)
    assert latest.sentences == (sentence,)


def test_names_are_the_boards_own_and_long_lists_are_cut(shown: PublicSite) -> None:
    many = {f"s{number:03}": (0.1, number + 1) for number in range(MOST_NAMED + 5)}
    (latest, _) = changes([record({}), record(many)], shown)
    assert latest.sentences[0].endswith("and 5 more.")


def test_boards_that_are_not_shown_leave_no_trace(shown: PublicSite) -> None:
    entry = {"a": EntryRecord(0.5, 1)}
    hidden = BoardRecord(SIGNATURE, "averitec@0.25", {"secret": EntryRecord(0.5, 1)})
    both = {"": BoardRecord(SIGNATURE, "averitec@0.25", entry), "secret/": hidden}
    records = [Record({"secret/": hidden}), Record(both), Record({"": both[""]})]
    (only,) = changes(records, shown)
    assert only.number == 1
    assert "secret" not in repr(only)


def test_a_record_says_what_the_site_shows(shown: PublicSite) -> None:
    made = record_of(shown)
    board = shown.boards[0]
    assert made.boards[""].entries == {
        system.id: EntryRecord(system.scores[board.headline].value, system.rank) for system in board.systems
    }
    assert Record.from_dict(4, "2025-01-01", json.loads(json.dumps(made.to_dict()))).boards == made.boards


scores = st.none() | st.floats(0, 1)
records = st.dictionaries(st.text(max_size=5), st.tuples(scores, st.none() | st.integers(1, 99)), max_size=5)


@given(entries_=records)
def test_any_record_is_read_back_equal(entries_: dict[str, tuple[float | None, int | None]]) -> None:
    made = record(entries_)
    assert Record.from_dict(0, None, json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), 2),
        (("boards",), []),
        (("boards", "", "signature"), "none"),
        (("boards", "", "headline"), None),
        (("boards", "", "entries", "a"), [0.5]),
        (("boards", "", "entries", "a"), [2.0, 1]),
        (("boards", "", "entries", "a"), ["0.5", 1]),
        (("boards", "", "entries", "a"), [0.5, True]),
    ],
)
def test_what_is_no_record_is_refused(path: tuple[str, ...], value: Any) -> None:
    document: Any = record({"a": (0.5, 1)}).to_dict()
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    with pytest.raises(ValueError, match="record"):
        Record.from_dict(1, None, document)
    with pytest.raises(ValueError, match="record"):
        Record.from_dict(1, "yesterday", record({}).to_dict())


# Through the store


def log_of(board: Path, *options: str) -> list[tuple[int, str | None, tuple[str, ...]]]:
    ended = run("leaderboard", "build", board, *options)
    assert ended.code == 0, ended.err
    config = read_config(board)
    assert config.store is not None
    with Store(config.store) as store:
        site = published_site(build_boards(config, store=store), store=store)
    return [(change.number, change.date, change.sentences) for change in site.changes]


def test_builds_write_the_changelog_and_those_without_change_do_not(tmp_path: Path) -> None:
    board = write_board(tmp_path, {"one": 0.5})
    first = [(1, "2025-01-01", ("The board begins with 1 submission, 1 of them with a score.",))]
    assert log_of(board, "--date", "2025-01-01") == first
    assert log_of(board, "--date", "2025-02-01") == first
    make(tmp_path / "submissions", "two", entries(0.9))
    log = log_of(board, "--date", "2025-03-01")
    assert log[1:] == first
    assert log[0] == (2, "2025-03-01", ("Added: two (averitec@0.25 0.900, rank 1).", "Ranks moved: one 1 → 2."))
    shutil.rmtree(tmp_path / "submissions" / "two")
    assert log_of(board)[0][1:] == (None, ("Removed: two.", "Ranks moved: one 2 → 1."))
    page = (tmp_path / "site" / "about.html").read_text(encoding="utf-8")
    assert "Removed: two." in page
    assert "2025-03-01" in page


def test_a_rebuild_keeps_the_history(tmp_path: Path) -> None:
    board = write_board(tmp_path, {"one": 0.5})
    before = log_of(board, "--date", "2025-01-01")
    make(tmp_path / "submissions", "two", entries(0.9))
    assert run("leaderboard", "rebuild", board, "--date", "2025-02-02").code == 0
    log = log_of(board)
    assert log[1:] == before
    assert log[0][1] == "2025-02-02"


def test_without_a_store_there_is_no_changelog(tmp_path: Path) -> None:
    board = write_board(tmp_path, {"one": 0.5})
    assert run("leaderboard", "build", board, "--no-store", "--date", "2025-01-01").code == 0
    assert "2025-01-01" not in (tmp_path / "site" / "about.html").read_text(encoding="utf-8")
    document = json.loads((tmp_path / "site" / "manifest.json").read_text(encoding="utf-8"))
    assert document["inputs"]["changelog"] is None


def test_a_team_that_becomes_anonymous_is_so_in_the_past_too(tmp_path: Path) -> None:
    board = write_board(tmp_path, {"one": 0.5, "team-x": 0.7})
    log_of(board)
    shutil.rmtree(tmp_path / "submissions" / "one")
    log_of(board)
    path = tmp_path / "submissions" / "team-x" / "submission.yaml"
    path.write_text(json.dumps({**json.loads(path.read_text()), "anonymous": True}), encoding="utf-8")
    log = log_of(board)
    assert len(log) == 2
    assert "team-x" not in repr(log)
    for file in (tmp_path / "site").rglob("*"):
        assert file.is_dir() or b"team-x" not in file.read_bytes()


@pytest.mark.parametrize("day", ["yesterday", "2025-02-30", "2025-1-1", ""])
def test_a_date_that_is_none_is_a_usage_error(day: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = write_board(tmp_path, {"one": 0.5})
    assert run("leaderboard", "build", board, "--date", day).code == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err
