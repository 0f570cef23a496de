"""``averitec-eval score`` and ``inspect`` on the mini task: every output format, every way to fail."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from jsonschema import Draft202012Validator

from averitec_eval import Signature, mini_gold_path, read_gold, score
from averitec_eval.scoring.profiles import LEVELS

ROOT = Path(__file__).resolve().parent.parent.parent
OVERLAP = ROOT / "submissions" / "overlap"
PARTIAL = ROOT / "submissions" / "partial"
FIRST_EVIDENCE = ("first pairs", "hu_meteor_qa")


def predictions(folder: Path) -> Path:
    """The prediction file of an example submission."""
    return next(path for path in sorted(folder.iterdir()) if path.name.startswith("predictions"))


def schema(name: str) -> Draft202012Validator:
    text = (resources.files("averitec_eval") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    document = json.loads(text)
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def small_file(folder: Path, **changes: Any) -> Path:
    """A complete 2024 file on the mini task, with some keys of its first entry changed."""
    entries = [
        {
            "claim_id": claim.claim_id,
            "claim": claim.claim,
            "evidence": [{"question": "What is known?", "answer": claim.claim, "url": "https://example.org/"}],
            "pred_label": claim.label.value,
        }
        for claim in read_gold(mini_gold_path())
    ]
    entries[0].update(changes)
    path = folder / "predictions.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def test_json_output_follows_the_schema_and_equals_the_api() -> None:
    ended = run("score", predictions(OVERLAP), "--gold", mini_gold_path(), "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    schema("results").validate(document)
    assert document == json.loads(json.dumps(score(predictions(OVERLAP), mini_gold_path()).to_dict()))
    assert str(Signature.parse(document["signature"])) == document["signature"]


def test_the_shipped_gold_has_a_short_name(tmp_path: Path) -> None:
    by_name = run("score", small_file(tmp_path), "--gold", "averitec-mini", "--format", "json")
    by_path = run("score", small_file(tmp_path), "--gold", mini_gold_path(), "--format", "json")
    assert by_name.code == 0
    assert by_name.out == by_path.out


@pytest.mark.parametrize("folder", [OVERLAP, PARTIAL])
def test_a_run_folder_holds_results_and_a_line_for_every_gold_claim(folder: Path, tmp_path: Path) -> None:
    ended = run("score", predictions(folder), "--gold", "averitec-mini", "--out", tmp_path / "run", "--format", "json")
    assert ended.code == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["claims.jsonl", "results.json"]
    results = json.loads((tmp_path / "run" / "results.json").read_text(encoding="utf-8"))
    assert results == json.loads(ended.out)
    lines = [json.loads(line) for line in (tmp_path / "run" / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    gold = read_gold(mini_gold_path())
    assert [line["claim_id"] for line in lines] == [claim.claim_id for claim in gold]
    checker = schema("claims")
    for line in lines:
        checker.validate(line)
        assert len(line["gold_evidence"]) == line["n_gold"]
        assert len(line["predicted_evidence"]) == line["n_predicted"]
        assert sum(pair["meteor"] for pair in line["pairs"]) / line["n_gold"] == pytest.approx(line["evidence_qa"])
    # The means of the lines are the scores.
    assert sum(line["credit"]["0.25"] for line in lines) / len(lines) == results["scores"]["averitec@0.25"]
    assert sum(line["missing"] for line in lines) == results["inputs"]["n_missing"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("score", predictions(OVERLAP), "--gold", "averitec-mini", "--out", tmp_path / name)
    for file in ("results.json", "claims.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_gzipped_file_scores_alike(tmp_path: Path) -> None:
    plain = small_file(tmp_path)
    packed = tmp_path / "packed.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    scores = [
        json.loads(run("score", path, "--gold", "averitec-mini", "--format", "json").out)["scores"]
        for path in (plain, packed)
    ]
    assert scores[0] == scores[1]


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_every_format_for_people_holds_the_headline_and_the_signature(form: str) -> None:
    ended = run("score", predictions(OVERLAP), "--gold", "averitec-mini", "--format", form)
    result = score(predictions(OVERLAP), mini_gold_path())
    assert ended.code == 0
    assert f"{result.headline_score:.4f}" in ended.out or repr(result.headline_score) in ended.out
    assert str(result.signature) in ended.out.replace("\n", "")
    if form == "text":
        assert all(len(line) <= 80 for line in ended.out.splitlines() if not line.startswith("signature: "))


def test_csv_has_every_figure_at_full_precision() -> None:
    ended = run("score", predictions(OVERLAP), "--gold", "averitec-mini", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    result = score(predictions(OVERLAP), mini_gold_path())
    overall = {row["metric"]: float(row["value"]) for row in rows if row["group"] == "all"}
    assert overall == dict(result.scores)
    assert {row["name"] for row in rows if row["group"] == "claim type"} == set(result.by_type)
    firsts = {row["name"]: float(row["value"]) for row in rows if (row["group"], row["metric"]) == FIRST_EVIDENCE}
    assert firsts == {str(k): part.scores["hu_meteor_qa"] for k, part in result.first.items()}


@pytest.mark.parametrize(("profile", "last"), [("averitec-2024", "10"), ("evalai-2024-draft", "all that count")])
def test_the_text_says_what_more_pairs_add(profile: str, last: str) -> None:
    ended = run("score", predictions(OVERLAP), "--gold", "averitec-mini", "--profile", profile)
    result = score(predictions(OVERLAP), mini_gold_path(), profile=profile)
    table = ended.out.partition("What more question-answer pairs add")[2].partition("Claim type")[0]
    rows = [re.split(r"  +", line.strip()) for line in table.splitlines() if "[" in line]
    assert [row[0] for row in rows[:5]] == ["1", "2", "3", "5", "10"]
    for row in rows[:5]:
        assert row[1] == f"{result.first[int(row[0])].scores['hu_meteor_qa']:.3f}"
        assert row[3] == f"{result.first[int(row[0])].scores[result.headline]:.3f}"
    assert rows[-1][0] == last
    assert rows[-1][1] == f"{result.scores['hu_meteor_qa']:.3f}"


def test_an_incomplete_file_is_scored_and_says_so() -> None:
    ended = run("score", predictions(PARTIAL), "--gold", "averitec-mini")
    assert ended.code == 0
    assert "INCOMPLETE: 9 missing claims score 0" in ended.out


def test_an_invalid_file_is_refused_with_its_issues(tmp_path: Path) -> None:
    path = small_file(tmp_path, pred_label="supported", claim_id="0")
    ended = run("score", path, "--gold", "averitec-mini", "--out", tmp_path / "run")
    assert ended.code == 1
    assert ended.out == ""
    assert "Did you mean 'Supported'?" in " ".join(ended.err.split())
    assert "not scored" in ended.err
    assert not (tmp_path / "run").exists()


def test_with_json_the_issues_of_a_refused_file_are_a_document(tmp_path: Path) -> None:
    ended = run("score", small_file(tmp_path, pred_label="supported"), "--gold", "averitec-mini", "--format", "json")
    assert ended.code == 1
    document = json.loads(ended.out)
    assert document["status"] == "invalid"
    assert document["issues"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["score"], 2, "required"),
        (["score", "x.json"], 2, "--gold"),
        (["score", "absent.json", "--gold", "averitec-mini"], 3, "absent.json"),
        (["score", "absent.json", "--gold", "absent-gold.json"], 3, "absent-gold.json"),
        (
            ["score", "{good}", "--gold", "averitec-mini", "--profile", "averitec2024"],
            2,
            "Did you mean 'averitec-2024'",
        ),
        (["score", "{good}", "--gold", "averitec-mini", "--level", "1.5"], 2, "level"),
        (["score", "{good}", "--gold", "averitec-mini", "--level", "high"], 2, "--level"),
        (["score", "{good}", "--gold", "averitec-mini", "--meteor", "best"], 2, "--meteor"),
        (["score", "{good}", "--gold", "averitec-mini", "--input-format", "2025-csv"], 1, "not scored"),
        (["score", "{good}", "--gold", "averitec-mini", "--out", "{good}"], 2, "cannot be written"),
        (["inspect", "{good}", "--claim", "0"], 2, "--gold"),
        (["inspect", "{good}", "--claim", "4000", "--gold", "averitec-mini"], 2, "not in the gold set"),
        (["inspect", "absent-folder", "--claim", "0", "--gold", "averitec-mini"], 3, "absent-folder"),
        (["scoer"], 2, "Did you mean 'score'"),
        ([], 2, "COMMAND"),
    ],
)
def test_wrong_calls_end_with_their_exit_code(
    arguments: list[str], code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = small_file(tmp_path)
    ended = run(*(argument.format(good=good) for argument in arguments))
    captured = capsys.readouterr()
    assert ended.code == code
    assert message in ended.err + captured.err
    assert "Traceback" not in ended.err + captured.err


def test_level_adds_a_level_and_makes_it_the_headline(tmp_path: Path) -> None:
    ended = run("score", small_file(tmp_path), "--gold", "averitec-mini", "--level", "0.35", "--format", "json")
    document = json.loads(ended.out)
    assert document["headline"] == "averitec@0.35"
    assert set(document["scores"]) >= {f"averitec@{level}" for level in (*LEVELS, 0.35)}


def test_the_environment_sets_options_and_flags_beat_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_file(tmp_path)
    monkeypatch.setenv("AVERITEC_EVAL_GOLD", "averitec-mini")
    monkeypatch.setenv("AVERITEC_EVAL_FORMAT", "json")
    monkeypatch.setenv("AVERITEC_EVAL_LEVEL", "0.35,0.45")
    document = json.loads(run("score", path).out)
    assert document["levels"] == [0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
    assert run("score", path, "--format", "csv").out.startswith("group,")


def test_a_bad_value_in_the_environment_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVERITEC_EVAL_FORMAT", "yaml")
    assert run("score", "x.json", "--gold", "averitec-mini").code == 2
    assert "AVERITEC_EVAL_FORMAT must be one of" in capsys.readouterr().err


@pytest.mark.parametrize("claim_id", [0, 39])
def test_inspect_shows_the_same_claim_from_a_run_and_from_its_files(claim_id: int, tmp_path: Path) -> None:
    run("score", predictions(OVERLAP), "--gold", "averitec-mini", "--out", tmp_path)
    from_run = run("inspect", tmp_path, "--claim", claim_id)
    from_files = run("inspect", predictions(OVERLAP), "--gold", "averitec-mini", "--claim", claim_id)
    assert from_run.code == 0
    assert from_run == from_files
    assert "redit: the label is" in from_run.out
    assert "METEOR 0." in from_run.out
    as_json = json.loads(run("inspect", tmp_path, "--claim", claim_id, "--format", "json").out)
    assert as_json["claim_id"] == claim_id
    assert as_json["pairs"]


def test_inspect_of_a_missing_claim_says_so(tmp_path: Path) -> None:
    run("score", predictions(PARTIAL), "--gold", "averitec-mini", "--out", tmp_path)
    lines = [json.loads(line) for line in (tmp_path / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    missing = next(line["claim_id"] for line in lines if line["missing"])
    ended = run("inspect", tmp_path, "--claim", missing)
    assert ended.code == 0
    assert "has no prediction for this claim" in ended.out


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"scores": 1}', b"\xff\xfe", b"[" * 100_000])
def test_inspect_of_a_damaged_run_is_unreadable(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "results.json").write_bytes(content)
    (tmp_path / "claims.jsonl").write_bytes(content)
    assert run("inspect", tmp_path, "--claim", 0).code == 3


def test_text_from_a_file_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[2J[red]gone[/red]\u202e\x07"
    path = small_file(
        tmp_path, evidence=[{"question": "What?", "answer": f"an {evil} answer", "url": "https://e.org/"}]
    )
    ended = run("inspect", path, "--gold", "averitec-mini", "--claim", 0)
    assert ended.code in (0, 1)
    for character in "\x1b\u202e\x07":
        assert character not in ended.out + ended.err
