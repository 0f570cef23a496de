"""The result store: nothing is scored twice, what comes out is what went in, and no process can harm it."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from hypothesis import given, settings
from leaderboard.helpers import ROOT, config_of, digests, entries, make, write, write_board
from leaderboard.stores import Counting, build, change_store
from scoring.helpers import OVERLAP
from strategies import gold_with_predictions

from averitec_eval import (
    PROFILES,
    ClaimScore,
    Gold,
    InvalidSubmissionError,
    Prediction,
    ResourceError,
    Result,
    Scorer,
    mini_gold_path,
    read_gold,
    score,
    validate,
)
from averitec_eval.leaderboard import judging, store
from averitec_eval.leaderboard.board import build_board
from averitec_eval.leaderboard.store import Key, Outcome, Store, StoreUnavailableError
from averitec_eval.validation import Report

EXAMPLES = sorted(path for path in (ROOT / "submissions").iterdir() if path.is_dir())
COMMAND = [sys.executable, "-m", "averitec_eval"]


def key_of(number: int = 0, settings: str = "{}") -> Key:
    return Key(f"{number:064x}", "ab" * 32, "profile:averitec-2024", settings)


def outcome_of(folder: Path, profile: str = "averitec-2024") -> Outcome:
    """What judging an example's predictions gives."""
    path = next(path for path in folder.iterdir() if path.name.startswith("predictions"))
    gold = read_gold(mini_gold_path())
    report = replace(validate(path, gold), name=None)
    try:
        return Outcome(report, score(path, gold, profile=profile))
    except InvalidSubmissionError:
        return Outcome(report, None)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return outcome_of(ROOT / "submissions" / "partial")


# What goes in comes out


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_outcome_comes_back_equal(folder: Path, tmp_path: Path) -> None:
    outcome = outcome_of(folder)
    with Store(tmp_path / "s.sqlite") as opened:
        opened.put(key_of(), outcome)
        assert opened.get(key_of()) == outcome
    with Store(tmp_path / "s.sqlite") as opened:
        assert opened.get(key_of()) == outcome
        assert opened.get(key_of(1)) is None


@pytest.mark.parametrize("profile", PROFILES)
def test_a_result_of_every_profile_comes_back_equal(profile: str, tmp_path: Path) -> None:
    outcome = outcome_of(ROOT / "submissions" / "overlap-justified", profile)
    assert outcome.result is not None
    with Store(tmp_path / "s.sqlite") as opened:
        opened.put(key_of(), outcome)
        again = opened.get(key_of())
    assert again == outcome
    assert again is not None
    assert again.result is not None
    # Equal numbers may be written differently (1 and 1.0); the site's bytes need more than equality.
    assert json.dumps(again.result.to_dict()) == json.dumps(outcome.result.to_dict())


def through_json(result: Result) -> Result:
    document = json.loads(json.dumps(result.to_dict()))
    return Result.from_dict(document, tuple(map(ClaimScore.from_dict, json.loads(json.dumps([*result.claim_dicts()])))))


@given(case=gold_with_predictions())
@settings(max_examples=50, deadline=None)
def test_any_result_is_read_back_equal(case: tuple[Gold, tuple[Prediction, ...]]) -> None:
    gold, predictions = case
    for profile in ("averitec-2024", "paper-2023"):
        scorer = Scorer(gold, profile=profile, levels=[0.37], meteor=OVERLAP)
        for prediction in predictions:
            scorer.add(prediction)
        result = scorer.result("cd" * 32)
        assert through_json(result) == result


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_a_report_is_read_back_equal(folder: Path) -> None:
    report = outcome_of(folder).report
    assert report is not None
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def edits(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON document; of a list the first element only, of large objects two values."""
    if path:
        yield path
    if isinstance(document, dict):
        nested = any(isinstance(value, dict) for value in document.values())
        for key in list(document)[: 2 if path and nested else 20]:
            yield from edits(document[key], (*path, key))
    elif isinstance(document, list) and document:
        yield from edits(document[0], (*path, 0))


def edited(document: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """A copy with the value at ``path`` changed, or removed where ``change`` gives ``...``."""
    copy = json.loads(json.dumps(document))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    value = change(parent[path[-1]])
    if value is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return copy


CHANGES: dict[str, Callable[[Any], Any]] = {
    "removed": lambda value: ...,
    "null": lambda value: None if value is not None else "null",
    "as text": lambda value: json.dumps(value) if not isinstance(value, str) else [value],
    "in a list": lambda value: [value],
    "not a number": lambda value: float("nan"),
    "enormous": lambda value: 10**400,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_document_that_was_changed_is_refused_or_read_as_it_stands(
    change: Callable[[Any], Any], outcome: Outcome
) -> None:
    result, report = outcome.result, outcome.report
    assert result is not None
    assert report is not None
    claim = next(claim for claim in result.claims if claim.pairs)
    refused = 0
    for original, read in (
        (result.to_dict(), lambda document: Result.from_dict(document, result.claims)),
        (claim.to_dict(), ClaimScore.from_dict),
        (report.to_dict(), Report.from_dict),
    ):
        for path in edits(original):
            document = edited(original, path, change)
            try:
                value = read(document)
            except ValueError:
                refused += 1
            else:
                assert json.dumps(value.to_dict()) == json.dumps(document)
    assert refused > 80


def test_claims_of_another_result_are_refused(outcome: Outcome) -> None:
    assert outcome.result is not None
    with pytest.raises(ValueError, match="claims"):
        Result.from_dict(outcome.result.to_dict(), outcome.result.claims[1:])


# Nothing is scored twice


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The submissions that were validated and scored, by folder."""
    seen: list[str] = []
    real = judging.score_with_report

    def counted(path: Path, *arguments: Any, **options: Any) -> Any:
        seen.append(Path(path).parent.name)
        return real(path, *arguments, **options)

    monkeypatch.setattr(judging, "score_with_report", counted)
    return seen


@pytest.mark.usefixtures("without_figures")
def test_one_more_submission_on_a_board_of_twenty_is_the_only_one_scored(tmp_path: Path, calls: list[str]) -> None:
    path = write_board(tmp_path, {f"s{number:02}": number / 20 for number in range(20)})
    assert run("leaderboard", "build", path).err == "20 submissions: 20 scored, 0 from the store\n"
    assert len(calls) == 20
    make(tmp_path / "submissions", "one-more", entries(0.33))
    calls.clear()
    assert run("leaderboard", "build", path).err == "21 submissions: 1 scored, 20 from the store\n"
    assert calls == ["one-more"]
    calls.clear()
    assert run("leaderboard", "build", path).err == "21 submissions: 0 scored, 21 from the store\n"
    assert calls == []
    assert run("leaderboard", "build", path, "--no-store").err == "21 submissions: 21 scored, 0 from the store\n"


def test_the_board_and_its_site_are_the_same_whatever_the_store_held(tmp_path: Path) -> None:
    config = replace(config_of(ROOT / "submissions"), levels=(0.35,))
    without = build_board(config)
    cold, first = build(config, tmp_path / "s.sqlite")
    warm, second = build(config, tmp_path / "s.sqlite")
    assert (len(first.stored), len(second.computed)) == (0, 0)
    assert without == cold == warm
    for name, board in (("without", without), ("cold", cold), ("warm", warm)):
        write(board, tmp_path / name)
    assert digests(tmp_path / "without") == digests(tmp_path / "cold") == digests(tmp_path / "warm")


def renamed(root: Path) -> None:
    (root / "s" / "predictions.json").rename(root / "s" / "predictions.csv")
    meta = json.loads((root / "s" / "submission.yaml").read_text())
    (root / "s" / "submission.yaml").write_text(json.dumps({**meta, "predictions": "predictions.csv"}))


def forced(root: Path) -> None:
    meta = json.loads((root / "s" / "submission.yaml").read_text())
    (root / "s" / "submission.yaml").write_text(json.dumps({**meta, "input_format": "2024-json"}))


def touched(root: Path) -> None:
    with (root / "s" / "predictions.json").open("a") as handle:
        handle.write("\n")


def other_gold(root: Path) -> None:
    """The same claims in a file of other bytes."""
    (root.parent / "gold.json").write_bytes(mini_gold_path().read_bytes() + b"\n")


@pytest.mark.parametrize("change", [renamed, forced, touched, other_gold])
def test_whatever_decides_an_outcome_is_part_of_its_key(
    change: Callable[[Path], None], tmp_path: Path, calls: list[str]
) -> None:
    root = tmp_path / "submissions"
    make(root, "s", entries(0.5))
    shutil.copyfile(mini_gold_path(), tmp_path / "gold.json")
    config = replace(config_of(root), gold=str(tmp_path / "gold.json"))
    build(config, tmp_path / "s.sqlite")
    change(root)
    calls.clear()
    board, _ = build(config, tmp_path / "s.sqlite")
    assert calls == ["s"]
    assert board == build_board(config)


@pytest.mark.parametrize("schema", ["RESULT_SCHEMA", "REPORT_SCHEMA"])
def test_documents_of_another_form_are_made_anew(
    schema: str, tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "submissions", "s", entries(0.5))
    config = config_of(tmp_path / "submissions")
    build(config, tmp_path / "s.sqlite")
    calls.clear()
    monkeypatch.setattr(judging, schema, 1000)
    board, _ = build(config, tmp_path / "s.sqlite")
    assert calls == ["s"]
    assert board == build_board(config)


@pytest.mark.parametrize(
    "change",
    [{"profile": "paper-2023"}, {"levels": (0.3,)}, {"levels": (0.25, 0.35)}],
    ids=["profile", "headline", "further level"],
)
def test_other_settings_give_other_results(change: dict[str, Any], tmp_path: Path, calls: list[str]) -> None:
    make(tmp_path / "submissions", "s", entries(0.5))
    config = config_of(tmp_path / "submissions")
    build(config, tmp_path / "s.sqlite")
    calls.clear()
    board, _ = build(replace(config, **change), tmp_path / "s.sqlite")
    assert calls == ["s"]
    assert board == build_board(replace(config, **change))
    calls.clear()
    build(config, tmp_path / "s.sqlite")
    assert calls == []


def test_equal_files_share_an_entry_and_keep_their_own_names(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    for slug in ("a", "b"):
        make(root, slug, entries(0.5)[:-1])
    (root / "b" / "predictions.json").rename(root / "b" / "other.json")
    (root / "b" / "submission.yaml").write_text('{"name": "b", "team": "t", "predictions": "other.json"}')
    board, watcher = build(config_of(root), tmp_path / "s.sqlite")
    assert (watcher.computed, watcher.stored) == (["a"], ["b"])
    reports = {entry.slug: entry.report for entry in board.entries}
    assert [reports[slug].name for slug in "ab"] == ["predictions.json", "other.json"]  # type: ignore[union-attr]


def test_an_invalid_file_is_not_checked_again_and_an_unreadable_one_is(tmp_path: Path) -> None:
    root = tmp_path / "submissions"
    make(root, "invalid", entries(label="no label"))
    make(root, "cut", entries())
    (root / "cut" / "predictions.json").write_text('[{"claim_id": 0', encoding="utf-8")
    cold, _ = build(config_of(root), tmp_path / "s.sqlite")
    warm, watcher = build(config_of(root), tmp_path / "s.sqlite")
    assert (watcher.computed, watcher.stored) == (["cut"], ["invalid"])
    assert cold == warm
    assert all(entry.problems for entry in warm.entries)


def test_a_file_that_is_being_written_is_not_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "submissions", "s", entries(0.5))
    with monkeypatch.context() as patch:
        patch.setattr(judging, "sha256_of", lambda path: "00" * 32)
        build(config_of(tmp_path / "submissions"), tmp_path / "s.sqlite")
    with Store(tmp_path / "s.sqlite") as opened:
        assert list(opened.all_keys()) == []


def test_the_store_lies_beside_the_configuration_or_where_that_says(tmp_path: Path) -> None:
    path = write_board(tmp_path / "a", {"s": 0.5})
    assert run("leaderboard", "build", path).code == 0
    assert (tmp_path / "a" / "leaderboard.sqlite").is_file()
    path = write_board(tmp_path / "b", {"s": 0.5}, store="../cache/results of b.sqlite")
    assert run("leaderboard", "build", path).code == 0
    assert (tmp_path / "cache" / "results of b.sqlite").is_file()
    assert not (tmp_path / "b" / "leaderboard.sqlite").exists()
    path = write_board(tmp_path / "c", {"s": 0.5})
    assert run("leaderboard", "build", path, "--no-store").code == 0
    assert not (tmp_path / "c" / "leaderboard.sqlite").exists()


# What is no store, or a damaged one


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photographs (name TEXT)")
    connection.close()


def view_for_table(path: Path) -> None:
    change_store(path, "ALTER TABLE outcomes RENAME TO other", "CREATE VIEW outcomes AS SELECT * FROM other")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("my notes\n" * 1000), "damaged"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:5000]), "damaged"),
    "foreign": (lambda path: (path.unlink(), foreign_database(path)), "not a result store"),
    "version": (lambda path: change_store(path, "PRAGMA user_version = 99"), "version 99"),
    "view": (view_for_table, "its tables are not"),
    "trigger": (
        lambda path: change_store(path, "CREATE TRIGGER t AFTER INSERT ON outcomes BEGIN DELETE FROM outcomes; END"),
        "its tables are not",
    ),
    "checksum": (lambda path: change_store(path, "UPDATE outcomes SET checksum = ''"), "not what was written"),
    "figures": (
        lambda path: change_store(path, "UPDATE outcomes SET result = replace(result, '0.5', '0.6')"),
        "not what was written",
    ),
    "claims": (lambda path: change_store(path, "UPDATE outcomes SET claims = x'00'"), "not what was written"),
    "number": (lambda path: change_store(path, "UPDATE outcomes SET report = 5"), "not what was written"),
}


@pytest.mark.parametrize(("breaking", "found"), BROKEN.values(), ids=BROKEN)
def test_a_broken_or_foreign_store_is_an_error_that_says_how_to_mend_it(
    breaking: Callable[[Path], object], found: str, tmp_path: Path
) -> None:
    path = write_board(tmp_path, {"s": 0.5})
    assert run("leaderboard", "build", path).code == 0
    file = tmp_path / "leaderboard.sqlite"
    breaking(file)
    before, site = file.read_bytes(), digests(tmp_path / "site")
    ended = run("leaderboard", "build", path)
    assert ended.code == 4
    assert found in ended.err
    assert str(file) in ended.err
    assert "delete" in ended.err or "move it away" in ended.err
    assert (file.read_bytes(), digests(tmp_path / "site")) == (before, site)
    file.unlink()
    assert run("leaderboard", "build", path).code == 0


def test_a_folder_in_the_place_of_the_store_is_an_error(tmp_path: Path) -> None:
    path = write_board(tmp_path, {"s": 0.5}, store="submissions")
    ended = run("leaderboard", "build", path)
    assert ended.code == 4
    assert "is not a file" in ended.err


def test_an_empty_file_becomes_a_store(tmp_path: Path, outcome: Outcome) -> None:
    (tmp_path / "s.sqlite").touch()  # what a process leaves that is killed before its first transaction ends
    with Store(tmp_path / "s.sqlite") as opened:
        opened.put(key_of(), outcome)
        assert opened.get(key_of()) == outcome


def test_flipped_bits_never_change_what_comes_out(tmp_path: Path, outcome: Outcome) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as opened:
        opened.put(key_of(), outcome)
    sound = path.read_bytes()
    dice = random.Random(20240)
    ends = {"error": 0, "equal": 0, "nothing": 0}
    for _ in range(200):
        place = dice.randrange(len(sound)) if dice.random() < 0.7 else dice.randrange(4096)
        path.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << dice.randrange(8))]) + sound[place + 1 :])
        try:
            with Store(path) as opened:
                found = opened.get(key_of())
        except ResourceError:
            ends["error"] += 1
        else:
            assert found is None or found == outcome
            ends["nothing" if found is None else "equal"] += 1
    assert ends["error"] > 50


def test_a_small_row_that_unpacks_to_gigabytes_is_refused(
    tmp_path: Path, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.sqlite"
    with Store(path) as opened:
        opened.put(key_of(), outcome)
    packed = zlib.compress(b"\n" * 50_000_000)
    with sqlite3.connect(path) as connection:
        report, result = connection.execute("SELECT report, result FROM outcomes").fetchone()
        checksum = store._checksum(key_of(), report, result, packed)
        connection.execute("UPDATE outcomes SET claims = ?, checksum = ?", (packed, checksum))
    connection.close()
    monkeypatch.setattr(store, "MAX_CLAIMS_BYTES", 1_000_000)
    with Store(path) as opened, pytest.raises(ResourceError, match="not what was written"):
        opened.get(key_of())


@pytest.mark.parametrize("limit", ["MAX_CLAIMS_BYTES", "MAX_DOCUMENT_BYTES"])
def test_an_outcome_that_is_too_large_is_scored_each_time(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "submissions", "s", entries(0.5))
    monkeypatch.setattr(store, limit, 1000)
    for _ in range(2):
        assert build(config_of(tmp_path / "submissions"), tmp_path / "s.sqlite")[1].computed == ["s"]
    with Store(tmp_path / "s.sqlite") as opened:
        assert list(opened.all_keys()) == []


# A store that cannot be used here and now


def test_a_store_that_stays_locked_is_given_up_with_one_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_board(tmp_path, {"a": 0.5, "b": 0.6})
    assert run("leaderboard", "build", path).code == 0
    shutil.rmtree(tmp_path / "site")
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(tmp_path / "leaderboard.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    ended = run("leaderboard", "build", path)
    assert ended.code == 0
    assert ended.err.count("cannot be used") == 1
    assert "locked" in ended.err
    assert "2 scored, 0 from the store" in ended.err
    assert run("leaderboard", "rebuild", path).code == 4
    holder.execute("ROLLBACK")
    holder.close()
    assert "0 scored, 2 from the store" in run("leaderboard", "build", path).err


def test_a_store_that_fills_the_disk_is_given_up_with_one_notice(tmp_path: Path) -> None:
    for slug, share in (("a", 0.5), ("b", 0.6), ("c", 0.7)):
        make(tmp_path / "submissions", slug, entries(share))
    config, watcher = config_of(tmp_path / "submissions"), Counting()
    with Store(tmp_path / "s.sqlite") as opened:
        opened._connection.execute("PRAGMA max_page_count = 4")  # SQLite then fails as it does on a full disk
        board = build_board(config, watcher, store=opened)
    assert len(watcher.notices) == 1
    assert "full" in watcher.notices[0]
    assert board == build_board(config)


READ_ONLY = """
import ctypes, os, sys
if os.geteuid() == 0:  # to root nothing is read-only, unless it gives up that right (CAP_DAC_OVERRIDE)
    ctypes.CDLL(None, use_errno=True).prctl(24, 1, 0, 0, 0)
os.execv(sys.executable, [sys.executable, "-m", "averitec_eval", *sys.argv[1:]])
"""


@pytest.mark.every_resample
@pytest.mark.parametrize("warm", [False, True], ids=["no store yet", "with a store"])
def test_a_read_only_folder_is_built_from_with_one_notice(warm: bool, tmp_path: Path) -> None:
    path = write_board(tmp_path / "board", {"a": 0.5, "b": 0.6})
    if warm:
        assert run("leaderboard", "build", path).code == 0
        make(tmp_path / "board" / "submissions", "c", entries(0.7))
    command = ["leaderboard", "build", str(path), "--out", str(tmp_path / "out")]
    (tmp_path / "board").chmod(0o555)
    try:
        ended = subprocess.run([sys.executable, "-c", READ_ONLY, *command], capture_output=True, text=True, timeout=60)
    finally:
        (tmp_path / "board").chmod(0o755)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("the result store cannot be used") == 1
    counts = "3 submissions: 1 scored, 2 from the store" if warm else "2 submissions: 2 scored, 0 from the store"
    assert counts in ended.stderr
    assert (tmp_path / "out" / "index.html").is_file()


def test_the_two_kinds_of_trouble_are_told_apart(tmp_path: Path, outcome: Outcome) -> None:
    with Store(tmp_path / "s.sqlite") as opened:
        opened.put(key_of(), outcome)
    with Store(tmp_path / "s.sqlite", make=False) as opened, pytest.raises(StoreUnavailableError, match="readonly"):
        opened.put(key_of(1), outcome)


# Several processes, and processes that are killed

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from averitec_eval.leaderboard.store import Key, Store
with Store(sys.argv[1]) as source:
    key = next(source.all_keys())
    outcome = source.get(key)
print("ready", flush=True)
for number in range(int(sys.argv[3]), int(sys.argv[4])):
    with Store(sys.argv[2]) as store:
        store.put(replace(key, submission_sha256=f"{number:064x}"), outcome)
        if number % 7 == 0:
            store.replace_all((k, store.get(k)) for k in list(store.all_keys())[-5:])
"""


def writer(source: Path, target: Path, first: int, last: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", WRITER, str(source), str(target), str(first), str(last)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


@pytest.fixture
def source(tmp_path: Path, outcome: Outcome) -> Path:
    path = tmp_path / "source.sqlite"
    with Store(path) as opened:
        opened.put(key_of(), outcome)
    return path


@pytest.mark.every_resample
def test_a_writer_killed_at_any_moment_leaves_a_sound_store(tmp_path: Path, source: Path, outcome: Outcome) -> None:
    target = tmp_path / "s.sqlite"
    dice = random.Random(7)
    for attempt in range(15):
        process = writer(source, target, attempt * 1000, attempt * 1000 + 1000)
        time.sleep(dice.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        assert end(process) == -signal.SIGKILL
        if target.exists():
            assert integrity(target) == "ok"
            with Store(target) as opened:
                assert all(opened.get(key) == outcome for key in list(opened.all_keys())[-10:])
    with Store(target) as opened:
        assert len(list(opened.all_keys())) > 0


def test_several_writers_at_once_lose_nothing(tmp_path: Path, source: Path, outcome: Outcome) -> None:
    target = tmp_path / "s.sqlite"
    numbers = [range(1, 7), range(8, 14), range(15, 21)]  # without multiples of 7, which replace all
    processes = [writer(source, target, part[0], part[-1] + 1) for part in numbers]
    assert [end(process) for process in processes] == [0, 0, 0]
    assert integrity(target) == "ok"
    with Store(target) as opened:
        found = {int(key.submission_sha256, 16) for key in opened.all_keys()}
        assert found == {number for part in numbers for number in part}
        assert all(opened.get(key) == outcome for key in opened.all_keys())


@pytest.mark.every_resample
def test_two_builds_at_once_write_the_same_site(tmp_path: Path) -> None:
    path = write_board(tmp_path, {f"s{number}": number / 8 for number in range(8)})
    assert run("leaderboard", "build", path, "--out", tmp_path / "alone").code == 0
    (tmp_path / "leaderboard.sqlite").unlink()
    for _ in range(2):  # once they make the store, once they find it
        processes = [
            subprocess.Popen([*COMMAND, "leaderboard", "build", str(path)], stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        errors = [process.communicate(timeout=60)[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0], errors
        assert digests(tmp_path / "site") == digests(tmp_path / "alone")
        assert integrity(tmp_path / "leaderboard.sqlite") == "ok"
    assert all("0 scored, 8 from the store" in error for error in errors)


@pytest.mark.every_resample
def test_a_build_killed_at_any_moment_is_made_good_by_the_next(tmp_path: Path) -> None:
    path = write_board(tmp_path, {f"s{number}": number / 8 for number in range(8)})
    assert run("leaderboard", "build", path, "--out", tmp_path / "alone").code == 0
    (tmp_path / "leaderboard.sqlite").unlink()
    dice = random.Random(11)
    file = tmp_path / "leaderboard.sqlite"
    kept = 0
    for attempt in range(7):
        process = subprocess.Popen([*COMMAND, "leaderboard", "build", str(path)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        # The first kill comes as the store appears, the others anywhere after the imports.
        while attempt == 0 and not file.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0 if attempt == 0 else dice.uniform(0.2, 1.2))
        process.kill()
        process.wait(timeout=30)
        if file.exists():
            assert integrity(file) == "ok"
            with Store(file) as opened:
                found = len(list(opened.all_keys()))
            assert found >= kept  # what was stored stays stored
            kept = found
    ended = run("leaderboard", "build", path)
    assert ended.code == 0
    assert digests(tmp_path / "site") == digests(tmp_path / "alone")
    assert run("leaderboard", "rebuild", path, "--check").code == 0
