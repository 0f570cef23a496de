"""``averitec-eval convert``: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run

from averitec_eval.formats import read_gold, read_submission

PAIRS = [
    {"question": "Who?", "answer": "She.", "url": "https://archive.example/1"},
    {"question": "When?", "answer": "Then.", "url": "https://archive.example/2", "scraped_text": "long"},
]


def entry(claim_id: object, pairs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    evidence = PAIRS if pairs is None else pairs
    return {"claim_id": claim_id, "claim": "It rained.", "evidence": evidence, "pred_label": "Refuted"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([entry(0), entry(1)]))
    return path


def test_to_csv_with_losses_on_stderr(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    ended = run("convert", source, target, "--to", "2025-csv")
    assert (ended.code, ended.out) == (0, "")
    first, *lost = ended.err.splitlines()
    assert first == f"{target}: 2 entries written as 2025-csv, {target.stat().st_size:,} bytes"
    assert lost == ["  URLs: 4 (dropped)", "  scraped texts: 2 (dropped)"]
    with target.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["split"] for row in rows] == ["pred", "pred"]
    assert rows[1]["evi"] == "Who?\t\t\nShe.\t\t\n\nWhen?\t\t\nThen.\t\t\n\n"


def test_there_and_back(source: Path, tmp_path: Path) -> None:
    ended = run("convert", source, tmp_path / "a.json.gz", "--to", "2023-json")
    assert ended.err.splitlines()[1:] == ["nothing was lost"]
    assert run("convert", tmp_path / "a.json.gz", tmp_path / "b.json", "--to", "2024-json").code == 0
    assert read_submission(tmp_path / "b.json").predictions == read_submission(source).predictions


def test_split_and_force(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("precious")
    ended = run("convert", source, target, "--to", "2025-csv")
    assert ended.code == 2
    assert "--force" in ended.err
    assert target.read_text() == "precious"
    assert run("convert", source, target, "--to", "2025-csv", "--force", "--split", "test").code == 0
    assert target.read_text().endswith(",Refuted,test\n")


def test_an_invalid_file_is_refused_with_its_issues(tmp_path: Path) -> None:
    path, target = tmp_path / "in.json", tmp_path / "out.csv"
    path.write_text(json.dumps([entry("0"), {**entry(1), "pred_label": "refuted"}]))
    ended = run("convert", path, target, "--to", "2025-csv")
    assert ended.code == 1
    assert "S004" in ended.err
    assert "Did you mean 'Refuted'?" in ended.err
    assert not target.exists()


def test_an_absent_file(tmp_path: Path) -> None:
    ended = run("convert", tmp_path / "no.json", tmp_path / "out.csv", "--to", "2025-csv")
    assert ended.code == 3
    assert "F001" in ended.err


def test_separators_are_listed_and_nothing_is_written(tmp_path: Path) -> None:
    path, target = tmp_path / "in.json", tmp_path / "out.csv"
    bad = [{"question": "Who?", "answer": "a\t\t\nb"}]
    path.write_text(json.dumps([entry(4, bad), entry(5), entry(6, PAIRS + bad)]))
    ended = run("convert", path, target, "--to", "2025-csv")
    assert ended.code == 1
    assert "claim 4, pair 0: the answer" in ended.err
    assert "claim 6, pair 2: the answer" in ended.err
    assert "claim 5" not in ended.err
    assert list(tmp_path.iterdir()) == [path]


def test_ids_that_a_format_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([entry(1), entry(0)]))
    ended = run("convert", path, tmp_path / "out.jsonl", "--to", "2024-draft-jsonl")
    assert ended.code == 1
    assert "entry 0 would become claim 0, but its id is 1 (2 of 2 entries are out of place)" in ended.err


def test_gold(tmp_path: Path) -> None:
    ended = run("convert", "averitec-mini", tmp_path / "g.csv", "--to", "gold-csv")
    assert ended.code == 0
    assert "justifications" in ended.err
    gold, mini = read_gold(tmp_path / "g.csv"), read_gold("averitec-mini")
    assert [claim.label for claim in gold] == [claim.label for claim in mini]
    assert (tmp_path / "g.csv").read_text().count(",gold\n") == len(mini)
    ended = run("convert", "averitec-mini", tmp_path / "g.json", "--to", "gold-json", "--gold")
    assert ended.err.splitlines()[1:] == ["nothing was lost"]
    assert read_gold(tmp_path / "g.json").claims == mini.claims


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "2026-json"], "invalid choice"),
        ([], "--to"),
        (["--to", "2024-json", "--gold"], "--gold needs a gold format in --to: gold-json, gold-csv; found 2024-json"),
        (["--to", "2025-csv", "--input-format", "gold-json"], "does not go with --to 2025-csv"),
        (["--to", "gold-csv", "--input-format", "2025-csv"], "does not go with --to gold-csv"),
        (["--to", "2024-json", "--split", "x"], "--split is for CSV formats"),
    ],
)
def test_usage(source: Path, tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run("convert", source, tmp_path / "out", *options)
    assert ended.code == 2
    # What argparse refuses goes to the process's own stderr.
    assert said in ended.err + capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_output_that_is_the_input_or_a_folder(source: Path, tmp_path: Path) -> None:
    before = source.read_bytes()
    ended = run("convert", source, source, "--to", "2023-json", "--force")
    assert (ended.code, source.read_bytes()) == (2, before)
    assert "is the file to read" in ended.err
    ended = run("convert", source, tmp_path, "--to", "2023-json", "--force")
    assert ended.code == 2
    assert "is a folder" in ended.err


def test_forced_input_format(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([{"label": "Refuted", "questions": []}]))
    ended = run("convert", path, tmp_path / "out.json", "--to", "2023-json", "--input-format", "2024-json")
    assert ended.code == 1
    assert "S002" in ended.err


def test_the_same_input_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    for form in ("2024-json", "2025-csv", "2023-json", "2024-draft-jsonl"):
        one, other = tmp_path / f"1-{form}.gz", tmp_path / f"2-{form}.gz"
        assert run("convert", source, one, "--to", form).code == 0
        assert run("convert", source, other, "--to", form).code == 0
        assert one.read_bytes() == other.read_bytes()
