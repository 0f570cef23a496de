"""Formats are recognised by content; what is none of them is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from formats.helpers import HEADER, entry, entry_2023, pair, read, read_gold_entries, row

from averitec_eval.errors import UsageError
from averitec_eval.formats import FORMATS, SubmissionFile
from averitec_eval.validation.issues import IssueLog, Where

DRAFT = '{"label": "Refuted", "evidence": ["It did not."]}\n'


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ([entry()], "2024-json"),
        ([entry(pred_label=..., predicted_label="Refuted")], "2024-json"),
        ([{"pred_label": "Refuted"}], "2024-json"),
        ([{"claim_id": 3}], "2024-json"),
        ([entry_2023()], "2023-json"),
        ([{"label": "Refuted", "string_evidence": ["e"]}], "2023-json"),
        ([{"label": "Refuted"}], "2023-json"),
        ([17, None, {"note": 1}, entry()], "2024-json"),
        ([None] * 5 + [entry_2023()], "2023-json"),
        (DRAFT, "2024-draft-jsonl"),
        (DRAFT * 3, "2024-draft-jsonl"),
        ("\n" + DRAFT, "2024-draft-jsonl"),
        ('{"label": "Refuted", "evidence": []}\n' * 2, "2024-draft-jsonl"),
        ('{"claim_id": 0, "label": "Refuted", "evidence": ["e"]}\n', "2024-draft-jsonl"),
        ("{'label': 'Refuted', 'evidence': ['e']}\n" * 2, "2024-draft-jsonl"),
        (HEADER + row(), "2025-csv"),
        ('"id","claim","evi","label","split"\n' + row(), "2025-csv"),
        ("label,evi,id\nRefuted,x,0\n", "2025-csv"),
        (",id,claim,evi,label,split\n", "2025-csv"),
        ("[]", "2024-json"),
    ],
)
def test_known_formats(data: Any, form: str) -> None:
    assert read(data).file.format == form


@pytest.mark.parametrize(
    ("data", "code", "found", "hint"),
    [
        ("[1, 2]", "F011", "a JSON list that begins with the number 1", ""),
        ([{"text": "x", "id": 4}], "F011", "an object with the keys text, id", ""),
        ([[entry()]], "F011", "a list of 1 item", ""),
        ([{"label": "Refuted", "evidence": ["e"]}], "F011", "label, evidence", "2024-draft-jsonl"),
        (json.dumps(entry(0)) + "\n" + json.dumps(entry(1)), "F011", "JSON Lines", "2024-json"),
        (json.dumps(entry_2023()) + "\n" + json.dumps(entry_2023()), "F011", "JSON Lines", "2023-json"),
        ('{"a": 1}\n{"a": 2}\n', "F011", "JSON Lines", ""),
        ({"0": entry(0), "1": entry(1)}, "F015", 'first key is "0"', "as claim_id"),
        (json.dumps({"0": entry(0), "1": entry(1)}, indent=2), "F015", 'first key is "0"', "as claim_id"),
        ({"predictions": [entry(0)]}, "F015", 'first key is "predictions"', 'the list under the key "predictions"'),
        (json.dumps({"model": "m", "predictions": []}, indent=1), "F015", 'first key is "model"', ""),
        ("{}", "F015", "a JSON object", ""),
        ("{\n", "F015", "a JSON object", ""),
        ("id;claim;evi;label;split\n", "F023", "semicolons", ""),
        ("id\tclaim\tevi\tlabel\tsplit\n", "F023", "tabs", ""),
        ("sep=,\n" + HEADER, "F024", "sep=,", ""),
        ("sep=;\n", "F024", "sep=;", ""),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "F011", "Git LFS", "git lfs pull"),
        ("<!DOCTYPE html>\n<html>", "F011", "an HTML page", "login"),
        ("<?xml version='1.0'?>", "F011", "XML", ""),
        ("---\n- claim_id: 0\n", "F011", "YAML", ""),
        ("Dear organisers,\n", "F011", "Dear organisers,", ""),
        ("NaN", "F011", "NaN", ""),
        ('"text"', "F011", "text", ""),
    ],
)
def test_unknown_formats(data: Any, code: str, found: str, hint: str) -> None:
    result = read(data)
    assert result.codes == [code]
    issue = result.issue(code)
    assert found in issue.found
    assert hint in issue.hint
    assert result.entries == []


def test_the_error_names_all_formats_of_the_kind() -> None:
    assert read("hello").issue("F011").expected == "one of: 2024-json, 2025-csv, 2023-json, 2024-draft-jsonl"
    _, issues = read_gold_entries("hello")
    assert issues[0].expected == "one of: gold-json, gold-csv"


@pytest.mark.parametrize("data", [[entry()], DRAFT * 2, [{"label": "Refuted", "evidence": [pair()]}]])
def test_predictions_are_no_gold(data: Any) -> None:
    entries, issues = read_gold_entries(data)
    assert entries == []
    assert [issue.code for issue in issues] == ["F011"]


@pytest.mark.parametrize("data", [[entry_2023()], [{"claim": "c", "label": "Refuted"}], "[]"])
def test_gold_json(data: Any) -> None:
    _, issues = read_gold_entries(data)
    assert "F011" not in [issue.code for issue in issues]


def test_a_syntax_error_before_the_format_shows_keeps_earlier_issues() -> None:
    result = read("[17, 18, oops")
    assert result.codes == ["F012"] or set(result.codes) == {"F012", "F011"}


def test_forcing_a_format() -> None:
    data = [{"label": "Refuted", "questions": []}]
    assert read(data).file.format == "2023-json"
    forced = read(data, "2024-json")
    assert forced.file.format == "2024-json"
    assert forced.codes == ["S002"] * 3
    assert read("hello,there\n", "2025-csv").codes.count("S011") == 4
    assert read(data, "2025-csv").file.format == "2025-csv"
    assert read("{}", "2024-json").codes == ["F015"]
    assert read("[1]\n", "2024-draft-jsonl").codes == ["S001"]


@pytest.mark.parametrize("form", ["gold-json", "json", ""])
def test_forcing_what_is_no_prediction_format(form: str) -> None:
    with pytest.raises(UsageError, match="2024-json, 2025-csv"):
        SubmissionFile("x", IssueLog(), form)


@pytest.mark.parametrize(
    ("name", "data", "noted"),
    [
        ("a.json", [entry()], False),
        ("a.JSON", [entry()], False),
        ("a.csv", [entry()], True),
        ("a.json", DRAFT, True),
        ("a.jsonl", DRAFT, False),
        ("a.json", HEADER + row(), True),
        ("a.txt", HEADER + row(), False),
        ("a", [entry()], False),
        ("v1.2", [entry()], False),
    ],
)
def test_name_and_content(name: str, data: Any, noted: bool) -> None:
    result = read(data, name=name)
    assert ("F028" in [issue.code for issue in result.issues]) == noted
    assert result.entries


def test_places_of_detection() -> None:
    assert read('\n\n {"0": {}}').issue("F015").where == Where(line=3, column=2)
    assert read("\n oops").issue("F011").where == Where(line=2, column=2)


def test_no_format_promises_what_another_denies() -> None:
    """Every format is described, and only formats with pairs can hold URLs or answer types."""
    for name, form in FORMATS.items():
        assert form.name == name
        assert form.description
        assert form.suffix == f".{form.container}"
        assert "pairs" in form.holds or not form.holds & {"url", "answer_type", "several_answers"}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("submissions/hero_8b.json", "2024-json"),
        ("submissions/hero_70b.json", "2024-json"),
        ("submissions/baseline_2024.json", "2024-json"),
        ("submissions/hero_8b_paper2023.json", "2023-json"),
        ("submissions/fever8_baseline_2025.csv", "2025-csv"),
        ("averitec/dev.json", "2023-json"),
        ("averitec/solution_dev.csv", "2025-csv"),
    ],
)
def test_real_files(data_dir: Path, name: str, form: str) -> None:
    log = IssueLog()
    file = SubmissionFile(data_dir / name, log)
    entries = list(file)
    assert file.format == form
    assert [entry.claim_id for entry in entries] == list(range(500))
    assert all(entry.prediction() is not None for entry in entries)
    assert {group.code for group in log.groups()} <= {"S009"}
