"""Checking files: the same verdicts as in memory, on real submissions, in little memory."""

from __future__ import annotations

import csv
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import gold_with_predictions
from validation.records_for_checks import counts, make_gold, pair, perfect, submit, with_evidence

from averitec_eval.errors import InvalidSubmissionError, UnreadableError, UsageError
from averitec_eval.formats import read_gold, read_submission, write_gold, write_submission
from averitec_eval.records import Gold, Prediction, Verdict
from averitec_eval.validation import Report, validate

SUBMISSIONS = (
    "hero_8b.json",
    "hero_70b.json",
    "baseline_2024.json",
    "fever8_baseline_2025.csv",
    "hero_8b_paper2023.json",
)
FORMATS = ("2024-json", "2025-csv", "2023-json")


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=40, deadline=None)
@given(case=gold_with_predictions(), data=st.data())
def test_a_file_is_judged_as_the_same_records_in_memory(
    tmp_path_factory: pytest.TempPathFactory, form: str, case: tuple[Gold, tuple[Prediction, ...]], data: st.DataObject
) -> None:
    gold, predictions = case
    texts = data.draw(st.lists(st.sampled_from(["", "N/A", "a\u200bb", "a\x07b", "x" * 5_001, "same"]), max_size=12))
    spoilt = with_evidence(predictions[0], *(pair(f"q{text}", text, None) for text in texts))
    kept = data.draw(st.lists(st.sampled_from([spoilt, *predictions]), min_size=1, max_size=10))
    if form == "2023-json":
        kept = [spoilt, *predictions[1:]]
    if form == "2025-csv":
        kept = [prediction for prediction in kept if prediction.evidence] or list(predictions)
    path = tmp_path_factory.mktemp("written") / "predictions"
    write_submission(kept, path, form)
    from_file = validate(path, gold)
    in_memory = validate(submit(kept, form), gold)
    assert from_file.format == form
    # Without any evidence at all, the file may well be of another format, which is all that may differ.
    assert counts(from_file) == counts(in_memory)


def test_a_gold_path_and_a_gold_set_give_the_same_report(tmp_path: Path) -> None:
    gold = make_gold()
    write_gold(gold, tmp_path / "gold.json", "gold-json")
    write_submission(perfect(gold)[:4], tmp_path / "predictions.json", "2024-json")
    by_path = validate(tmp_path / "predictions.json", tmp_path / "gold.json")
    assert by_path == validate(tmp_path / "predictions.json", read_gold(tmp_path / "gold.json"))
    assert counts(by_path) == {"I001": 2}
    assert by_path.n_gold == 6


def test_a_gold_file_that_cannot_be_used_raises_with_its_report(tmp_path: Path) -> None:
    (tmp_path / "predictions.json").write_text("[]")
    with pytest.raises(UnreadableError) as unreadable:
        validate(tmp_path / "predictions.json", tmp_path / "absent.json")
    assert isinstance(unreadable.value.report, Report)
    (tmp_path / "gold.json").write_text('[{"claim": "A claim.", "label": "Maybe", "questions": []}]')
    with pytest.raises(InvalidSubmissionError) as invalid:
        validate(tmp_path / "predictions.json", tmp_path / "gold.json")
    assert isinstance(invalid.value.report, Report)
    assert "S006" in invalid.value.report.codes


def test_an_unknown_format_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2024-json"):
        validate(tmp_path / "any.json", input_format="2026-xml")


def test_a_file_that_breaks_off_has_no_missing_claims(tmp_path: Path) -> None:
    gold = make_gold()
    write_submission(perfect(gold), tmp_path / "whole.json", "2024-json")
    text = (tmp_path / "whole.json").read_text("utf-8")
    (tmp_path / "cut.json").write_text(text[: len(text) // 2], "utf-8")
    report = validate(tmp_path / "cut.json", gold)
    assert report.codes == ("F013",)
    assert (report.exit_code, report.status, report.valid_but_incomplete) == (3, "unreadable", False)
    assert 0 < report.n_entries < 6


@pytest.mark.slow
def test_memory_does_not_grow_with_the_evidence(tmp_path: Path) -> None:
    claims = 20_000
    path = tmp_path / "many.json"
    with path.open("w", encoding="utf-8") as handle:
        handle.write("[\n")
        for claim_id in range(claims):
            evidence = [{"question": f"Why {claim_id}, {i}?", "answer": f"Reason {i}. " * 20} for i in range(5)]
            entry = {"claim_id": claim_id, "evidence": evidence, "pred_label": list(Verdict)[claim_id % 4].value}
            handle.write(json.dumps(entry) + (",\n" if claim_id < claims - 1 else "\n]\n"))
    assert path.stat().st_size > 25_000_000
    tracemalloc.start()
    report = validate(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (report.n_entries, report.n_errors) == (claims, 0)
    assert peak < 12_000_000


# --- Real submissions ---


@pytest.fixture(scope="session")
def dev(data_dir: Path) -> Gold:
    return read_gold(data_dir / "averitec" / "dev.json")


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_real_submissions_are_valid(name: str, data_dir: Path, dev: Gold) -> None:
    path = data_dir / "submissions" / name
    report = validate(path, dev)
    assert (report.valid, report.n_entries, report.n_gold) == (True, 500, 500)
    assert counts(validate(read_submission(path), dev)) == {k: n for k, n in counts(report).items() if k[0] not in "FS"}


def test_warnings_about_real_submissions_are_few_and_deserved(data_dir: Path, dev: Gold) -> None:
    found = {name: counts(validate(data_dir / "submissions" / name, dev)) for name in SUBMISSIONS}
    # HerO cites one page without "https://", and both runs keep the model's reply beside each prediction.
    assert found["hero_8b.json"] == found["hero_70b.json"] == {"Q005": 1, "S009": 1}
    # The baseline has a soft hyphen, the question "?", and repeats itself within 63 claims.
    assert found["baseline_2024.json"] == {"E011": 1, "E013": 1, "E014": 63}
    assert found["fever8_baseline_2025.csv"] == found["hero_8b_paper2023.json"] == {}


def hero(data_dir: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((data_dir / "submissions" / "hero_8b.json").read_text("utf-8"))
    return entries


def judge(entries: list[dict[str, Any]], gold: Gold, scratch: Path) -> dict[str, int]:
    (scratch / "predictions.json").write_text(json.dumps(entries), "utf-8")
    report = validate(scratch / "predictions.json", gold)
    assert not report.valid
    return {code: n for code, n in counts(report).items() if code[0] in "IC"}


def test_a_real_submission_counted_from_1_is_named_as_such(data_dir: Path, dev: Gold, tmp_path: Path) -> None:
    entries = hero(data_dir)
    for entry in entries:
        entry["claim_id"] += 1
    assert judge(entries, dev, tmp_path) == {"I004": 1}
    for entry in entries:
        del entry["claim"]
    assert judge(entries, dev, tmp_path) == {"I004": 1, "C003": 1}


def test_a_real_submission_numbered_after_a_lost_claim_is_found_out(data_dir: Path, dev: Gold, tmp_path: Path) -> None:
    entries = hero(data_dir)
    del entries[100]
    for place, entry in enumerate(entries):
        entry["claim_id"] = place
    assert judge(entries, dev, tmp_path) == {"I004": 1}


def test_a_real_submission_sorted_by_text_is_found_out(data_dir: Path, dev: Gold, tmp_path: Path) -> None:
    entries = sorted(hero(data_dir), key=lambda entry: str(entry["claim"]))
    for place, entry in enumerate(entries):
        entry["claim_id"] = place
    found = judge(entries, dev, tmp_path)
    assert set(found) == {"I006"}
    assert found["I006"] > 450


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_real_submissions_are_about_dev_and_not_train(name: str, data_dir: Path) -> None:
    report = validate(data_dir / "submissions" / name, data_dir / "averitec" / "train_first1158.json")
    assert "I005" in report.codes
    assert not report.valid_but_incomplete
    assert "I001" not in report.codes


def test_a_csv_submission_counted_from_1_is_named_as_such(data_dir: Path, dev: Gold, tmp_path: Path) -> None:
    with (data_dir / "submissions" / "fever8_baseline_2025.csv").open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    with (tmp_path / "shifted.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *([str(int(row[0]) + 1), *row[1:]] for row in rows)])
    assert counts(validate(tmp_path / "shifted.csv", dev)) == {"I004": 1}
