"""Whole files: errors that list everything, the small gold set by name, memory and speed."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from formats.helpers import HEADER, cell, entry, entry_2023, pair, row

from averitec_eval.errors import InvalidSubmissionError, UnreadableError, UsageError
from averitec_eval.formats import SubmissionFile, iter_gold_entries, read_gold, read_submission
from averitec_eval.validation import Report
from averitec_eval.validation.issues import IssueLog


def report_of(error: InvalidSubmissionError | UnreadableError) -> Report:
    assert isinstance(error.report, Report)
    return error.report


def test_invalid_predictions_list_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        json.dumps([entry("0"), entry(1, pred_label="refuted"), entry(2, evidence=5), entry(3, pred_label="x")])
    )
    with pytest.raises(InvalidSubmissionError) as caught:
        read_submission(path)
    report = report_of(caught.value)
    assert report.codes == ("S003", "S004", "S006")
    assert (report.n_errors, report.n_entries, report.exit_code) == (4, 4, 1)
    assert "(and 1 more)" in str(caught.value)
    assert "S004" in str(caught.value)


@pytest.mark.parametrize("reader", [read_submission, read_gold])
def test_absent_file(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    with pytest.raises(UnreadableError) as caught:
        reader(tmp_path / "no.json")
    report = report_of(caught.value)
    assert report.codes == ("F001",)
    assert report.exit_code == 3
    assert report.sha256 is None


@pytest.mark.parametrize("reader", [read_submission, read_gold])
def test_unknown_format_names(tmp_path: Path, reader: Callable[[Path, str], object]) -> None:
    with pytest.raises(UsageError, match="csv"):
        reader(tmp_path / "x", "2026-xml")


def test_gold_lists_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    claims = [
        entry_2023(claim_id=1),
        entry_2023(claim_id=1),
        entry_2023(claim_id=2, label="true"),
        entry_2023(claim_id=3, questions=[]),
    ]
    path.write_text(json.dumps(claims))
    with pytest.raises(InvalidSubmissionError) as caught:
        read_gold(path)
    assert report_of(caught.value).codes == ("S006", "G002", "G003")
    assert "gold file" in str(caught.value)


def test_gold_with_warnings_only_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(HEADER + row(0, split="pred"))
    assert len(read_gold(path)) == 1


@pytest.mark.parametrize("data", ["[]", HEADER])
def test_empty_gold(tmp_path: Path, data: str) -> None:
    path = tmp_path / "gold"
    path.write_text(data)
    with pytest.raises(InvalidSubmissionError) as caught:
        read_gold(path)
    assert report_of(caught.value).codes == ("G001",)


def test_the_small_gold_set_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    gold = read_gold("averitec-mini")
    assert [claim.claim_id for claim in gold] == list(range(len(gold)))
    assert gold.name == "averitec-mini"
    assert len(list(iter_gold_entries("averitec-mini", IssueLog()))) == len(gold)
    # A file of that name goes first.
    (tmp_path / "averitec-mini").write_text(json.dumps([entry_2023()]))
    assert len(read_gold("averitec-mini")) == 1


def test_submission_keeps_name_format_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(HEADER + row(0))
    submission = read_submission(path)
    assert (submission.name, submission.format, len(submission.sha256)) == (str(path), "2025-csv", 64)


def write_2024(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8") as handle:
        text = json.dumps(entry(0, evidence=[pair(answer="word " * 100)] * 10))
        handle.write("[" + ",\n".join(text.replace('"claim_id": 0', f'"claim_id": {i}') for i in range(number)) + "]")


def write_gzip(path: Path, number: int) -> None:
    write_2024(path, number)
    path.write_bytes(gzip.compress(path.read_bytes(), 1))


def write_csv(path: Path, number: int) -> None:
    evidence = cell(*[("Who?", "word " * 100)] * 10)
    with path.open("w", encoding="utf-8", newline="") as handle:
        handle.write(HEADER)
        handle.writelines(row(i, evidence) for i in range(number))


def write_lines(path: Path, number: int) -> None:
    line = json.dumps({"label": "Refuted", "evidence": ["word " * 100] * 10}) + "\n"
    with path.open("w", encoding="utf-8") as handle:
        handle.writelines(line for _ in range(number))


def write_one_line_2023(path: Path, number: int) -> None:
    item = entry_2023(questions=[{"question": "Who?", "answers": [{"answer": "word " * 100}]}] * 10)
    path.write_text(json.dumps([item] * number))


@pytest.mark.parametrize("write", [write_2024, write_gzip, write_csv, write_lines, write_one_line_2023])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, write: Callable[[Path, int], None]) -> None:
    def peak(number: int) -> int:
        path = tmp_path / "x"
        write(path, number)
        log = IssueLog()
        tracemalloc.start()
        try:
            count = sum(1 for _ in SubmissionFile(path, log))
            used = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == number
        assert {group.code for group in log.groups()} <= {"F028"}
        return used

    small, large = peak(300), peak(1800)
    # The larger file has over nine megabytes of text; what differs is how full the blocks of bytes are.
    assert (tmp_path / "x").stat().st_size > 9_000_000 or write is write_gzip
    assert large < small + 500_000
    assert large < 5_000_000


def test_memory_of_a_broken_file(tmp_path: Path) -> None:
    """Ten thousand issues of each of several kinds cost no more than the examples that are kept."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps([entry(str(i), pred_label="?", claim=5) for i in range(10_000)]))
    tracemalloc.start()
    try:
        log = IssueLog()
        for _ in SubmissionFile(path, log):
            pass
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(group.count for group in log.groups()) == 30_000
    assert used < 5_000_000
