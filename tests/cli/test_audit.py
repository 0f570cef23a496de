"""``averitec-eval audit``: what it prints and writes, what it refuses, and how it ends."""

from __future__ import annotations

import csv
import io
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from cli.helpers import run
from jsonschema import Draft202012Validator

from averitec_eval import mini_gold_path, read_gold
from averitec_eval.audit.attacks import ATTACKS as KNOWN
from averitec_eval.audit.attacks import attack
from averitec_eval.audit.documents import audit_from_dict
from averitec_eval.cli.audit import ATTACKS
from averitec_eval.formats import read_submission

MINI = "averitec-mini"


def entries(repeats: int = 1) -> list[dict[str, Any]]:
    """A 2024 file on the mini task: of each claim the gold's first pair, so many times."""
    return [
        {
            "claim_id": claim.claim_id,
            "claim": claim.claim,
            "evidence": [
                {"question": pair.question, "answer": next(pair.answer_texts()), "url": "https://example.org/"}
                for pair in claim.questions[:1] * repeats
            ],
            "pred_label": claim.label.value,
        }
        for claim in read_gold(mini_gold_path())
    ]


@pytest.fixture
def repeated(tmp_path: Path) -> Path:
    path = tmp_path / "repeated.json"
    path.write_text(json.dumps(entries(4)), encoding="utf-8")
    return path


def test_findings_are_no_failure_unless_they_are_asked_to_be(repeated: Path) -> None:
    ended = run("audit", repeated, "--gold", MINI)
    assert ended.code == 0
    assert ended.out.startswith("repeated.json: ")
    assert "stuffing.pairs" in ended.out.partition("Below their thresholds")[0]
    assert "Scores of altered copies" in ended.out
    assert "robust@" in ended.out
    assert "signature: profile:averitec-2024" in ended.out
    assert max(map(len, ended.out.partition("signature:")[0].splitlines())) <= 80
    assert run("audit", repeated, "--gold", MINI, "--fail-on", "flagged").code == 1


def test_the_documents_hold_everything(repeated: Path, tmp_path: Path) -> None:
    ended = run("audit", repeated, "--gold", MINI, "--format", "json", "--out", tmp_path / "out")
    document = json.loads(ended.out)
    schema = (resources.files("averitec_eval") / "schemas" / "audit.schema.json").read_text("utf-8")
    Draft202012Validator(json.loads(schema)).validate(document)
    audit = audit_from_dict(document)
    assert (tmp_path / "out" / "audit.json").read_text(encoding="utf-8") == ended.out
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "findings.csv").read_text(encoding="utf-8"))))
    assert len([row for row in rows if row["kind"] == "finding"]) == len(audit.findings)
    flagged = (tmp_path / "out" / "flagged.csv").read_text(encoding="utf-8").splitlines()
    assert len(flagged) == 1 + sum(len(finding.claims) for finding in audit.flagged)
    assert run("audit", repeated, "--gold", MINI, "--format", "csv").out == "".join(
        (tmp_path / "out" / "findings.csv").read_text(encoding="utf-8")
    )
    for form in ("markdown", "latex"):
        assert "stuffing" in run("audit", repeated, "--gold", MINI, "--format", form).out


def test_thresholds_decide_what_is_worth_a_look(repeated: Path) -> None:
    def flagged(*options: str) -> set[str]:
        ended = run("audit", repeated, "--gold", MINI, "--format", "json", *options)
        return {finding["probe"] for finding in json.loads(ended.out)["findings"] if finding["flagged"]}

    plain = flagged()
    assert "stuffing.pairs" in plain
    assert flagged("--threshold", "stuffing.pairs=0.9") == plain - {"stuffing.pairs"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "needs --gold"),
        (("--gold", MINI, "--threshold", "stuffing.pairs"), "PROBE=NUMBER"),
        (("--gold", MINI, "--threshold", "stuffing.pairs=much"), "PROBE=NUMBER"),
        (("--gold", MINI, "--threshold", "stuffing.pairs=nan"), "at least 0"),
        (("--gold", MINI, "--threshold", "stuffing.pears=1"), "did you mean 'stuffing.pairs'"),
        (("--gold", MINI, "--threshold", "stuffing.pairs=1", "--threshold", "stuffing.pairs=0"), "given twice"),
        (("out.json", "--gold", MINI), "--against"),
        (("--attack", "duplicate"), "the file to write"),
        (("--gold", MINI, "--profile", "nobody"), "nobody"),
    ],
)
def test_options_that_make_no_sense_are_refused(repeated: Path, options: tuple[str, ...], said: str) -> None:
    ended = run("audit", repeated, *options)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


def test_files_that_cannot_be_used_are_reported_as_elsewhere(repeated: Path, tmp_path: Path) -> None:
    assert run("audit", tmp_path / "absent.json", "--gold", MINI).code == 3
    assert run("audit", repeated, "--gold", MINI, "--domains", tmp_path / "absent.txt").code == 3
    assert run("audit", repeated, "--gold", MINI, "--knowledge-store", tmp_path / "absent").code == 3
    invalid = tmp_path / "invalid.json"
    invalid.write_text(json.dumps([*entries(), entries()[0]]), encoding="utf-8")
    ended = run("audit", invalid, "--gold", MINI)
    assert ended.code == 1
    assert "invalid" in ended.err


def test_other_files_are_compared_and_knowledge_looked_up(repeated: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps(entries()), encoding="utf-8")
    sites = tmp_path / "sites.txt"
    sites.write_text("example.org\n", encoding="utf-8")
    ended = run(
        "audit", repeated, "--gold", MINI, "--against", other, "--train", mini_gold_path(), "--domains", sites,
        "--knowledge-store", MINI, "--format", "json",
    )  # fmt: skip
    document = json.loads(ended.out)
    found = {finding["probe"]: finding for finding in document["findings"]}
    assert found["copying.evidence"]["value"] == 1.0
    assert "other.json" in found["copying.evidence"]["sentence"]
    assert found["leakage.sites"]["value"] == 1.0
    assert len(found["leakage.train"]["claims"]) == 40
    assert found["sources.store_urls"]["value"] > 0.5
    assert not [item for item in document["skipped"] if "store" in item["probe"]]


def test_the_attacks_of_the_help_are_those_there_are() -> None:
    assert tuple(KNOWN) == ATTACKS


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attacked_file_holds_what_the_attack_makes_and_can_be_scored(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / "plain.json", tmp_path / f"{name}.json"
    source.write_text(json.dumps(entries()), encoding="utf-8")
    before = source.read_bytes()
    ended = run("audit", "--attack", name, source, target)
    assert ended.code == 0, ended.err
    assert f"{name} of plain.json" in ended.err
    assert "of 40 claims changed" in ended.err
    assert source.read_bytes() == before
    wanted = attack(read_submission(source).predictions, None, name)
    assert read_submission(target).predictions == wanted
    assert run("score", target, "--gold", MINI).code == 0


def test_an_attack_replaces_no_file(repeated: Path, tmp_path: Path) -> None:
    before = repeated.read_bytes()
    other = tmp_path / "other.json"
    other.write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    for target, said in ((repeated, "is the file to read"), (other, "exists"), (tmp_path / "folder", "is a folder")):
        ended = run("audit", "--attack", "duplicate", repeated, target)
        assert ended.code == 2
        assert said in ended.err
    assert (repeated.read_bytes(), other.read_text(encoding="utf-8")) == (before, "mine")


def test_an_attack_made_of_the_claim_asks_for_gold_where_the_file_has_no_claims(tmp_path: Path) -> None:
    source = tmp_path / "bare.json"
    source.write_text(json.dumps([{**entry, "claim": ""} for entry in entries()]), encoding="utf-8")
    ended = run("audit", "--attack", "echo", source, tmp_path / "out.json")
    assert ended.code == 2
    assert "gold" in ended.err
    assert run("audit", "--attack", "echo", source, tmp_path / "out.json", "--gold", MINI).code == 0
