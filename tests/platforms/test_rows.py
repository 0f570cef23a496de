"""Rows of tables become the records that the files they came from hold."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from averitec_eval import mini_gold_path, read_gold, read_submission
from averitec_eval.errors import InvalidSubmissionError, UsageError
from averitec_eval.platforms.rows import gold_from_rows, predictions_from_rows

ROOT = Path(__file__).resolve().parent.parent.parent
PREDICTIONS = ROOT / "submissions" / "overlap" / "predictions.json"


def rows_of(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def test_rows_of_plain_python_are_the_file() -> None:
    assert gold_from_rows(rows_of(mini_gold_path())).claims == read_gold(mini_gold_path()).claims
    assert predictions_from_rows(rows_of(PREDICTIONS)).predictions == read_submission(PREDICTIONS).predictions


@pytest.mark.usefixtures("hf")
@pytest.mark.parametrize("loaded", ["from_list", "from_json", "arrow", "numpy", "columns"])
def test_rows_of_datasets_are_the_file(loaded: str, tmp_path: Path) -> None:
    import datasets

    path = mini_gold_path()
    if loaded == "from_json":
        data: Any = datasets.Dataset.from_json(str(path), cache_dir=str(tmp_path))
    else:
        data = datasets.Dataset.from_list(rows_of(path))
    if loaded == "arrow":
        data.save_to_disk(tmp_path / "saved")
        data = datasets.load_from_disk(tmp_path / "saved")
    if loaded == "numpy":
        data = data.with_format("numpy")
    if loaded == "columns":
        data = data.to_dict()
    assert gold_from_rows(data).claims == read_gold(path).claims


@pytest.mark.usefixtures("hf")
def test_rows_of_the_dev_split_are_the_file(data_dir: Path) -> None:
    import datasets

    path = data_dir / "averitec" / "dev.json"
    assert gold_from_rows(datasets.Dataset.from_list(rows_of(path))).claims == read_gold(path).claims


def test_lists_of_objects_may_be_objects_of_lists() -> None:
    """As `datasets` before its version 4 gave them for sequences."""
    rows = rows_of(mini_gold_path())
    names = {name for row in rows for question in row["questions"] for answer in question["answers"] for name in answer}
    for row in rows:
        for question in row["questions"]:
            question["answers"] = {name: [answer.get(name) for answer in question["answers"]] for name in names}
        row["questions"] = {name: [question[name] for question in row["questions"]] for name in row["questions"][0]}
    assert gold_from_rows(rows).claims == read_gold(mini_gold_path()).claims


@pytest.mark.usefixtures("hf")
def test_part_of_a_split_keeps_its_ids_if_they_are_given() -> None:
    import datasets

    data = datasets.Dataset.from_list(rows_of(mini_gold_path())).select([7, 3])
    gold = gold_from_rows(data, claim_ids=[7, 3])
    whole = read_gold(mini_gold_path()).by_id()
    assert gold.claims == (whole[7], whole[3])
    with pytest.raises(UsageError, match="3 claim ids for 2 rows"):
        gold_from_rows(data, claim_ids=[7, 3, 4])


def test_rows_that_are_no_claims_are_refused_with_all_problems() -> None:
    rows: list[Any] = rows_of(mini_gold_path())[:4]
    del rows[0]["label"]
    rows[1]["questions"] = "none"
    rows[2]["label"] = "Tru"
    with pytest.raises(InvalidSubmissionError) as caught:
        gold_from_rows(rows)
    assert {"S002", "S003", "S006"} <= set(caught.value.report.codes)  # type: ignore[attr-defined]
    with pytest.raises(UsageError, match="unequal lengths"):
        gold_from_rows({"claim": ["a"], "label": []})


def test_the_same_rows_have_the_same_hash_and_other_rows_another() -> None:
    rows = rows_of(mini_gold_path())
    assert gold_from_rows(rows).sha256 == gold_from_rows([dict(row) for row in rows]).sha256
    assert gold_from_rows(rows).sha256 != gold_from_rows(rows[1:]).sha256


def test_text_that_utf8_cannot_hold_survives() -> None:
    row = {"claim_id": 0, "pred_label": "Refuted", "evidence": [{"question": "\ud800?", "answer": "A."}]}
    (prediction,) = predictions_from_rows([row])
    assert prediction.evidence[0].question == "\ud800?"


def test_importing_the_reader_of_rows_does_not_import_evaluate(hf: ModuleType) -> None:
    import subprocess
    import sys

    code = "import sys, averitec_eval.platforms.rows; sys.exit('evaluate' in sys.modules or 'datasets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert Path(hf.path()).name == "hf.py"
