"""The example submissions: what each shows, that they can be made again, and that no system peeks at the gold."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from averitec_eval.errors import InvalidSubmissionError
from averitec_eval.examples import mini_gold_path
from averitec_eval.formats import read_gold, read_submission
from averitec_eval.leaderboard.submission import SubmissionMeta, read_submission_folder
from averitec_eval.records import Gold, Question, Submission, Verdict
from averitec_eval.validation import validate

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path for path in (ROOT / "submissions").iterdir() if path.is_dir())
BASELINES = {"hero-smollm2", "lexical", "rag-icl-smollm2"}
"""The folders that tools/make_baselines.py makes, by running reference systems."""
RANKABLE = {"overlap", "overlap-justified", "overlap-ten", "statements"}


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(mini_gold_path())


@pytest.fixture(scope="module")
def metas() -> dict[str, SubmissionMeta]:
    return {folder.name: read_submission_folder(folder) for folder in FOLDERS}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = ROOT / "tools" / "make_examples.py"
    spec = importlib.util.spec_from_file_location("make_examples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def read(name: str, metas: dict[str, SubmissionMeta]) -> Submission:
    meta = metas[name]
    return read_submission(ROOT / "submissions" / name / meta.predictions, meta.input_format)


def test_the_command_finds_the_committed_files_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_examples.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_reference_systems_that_need_no_model_give_the_committed_files() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_baselines.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_making_twice_gives_the_same_bytes(tool: ModuleType, tmp_path: Path) -> None:
    names = tool.make(tmp_path / "one")
    assert tool.make(tmp_path / "two") == names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert {name.parts[0] for name in names} | BASELINES == {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_the_check_names_a_file_that_differs(
    tool: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: str,
) -> None:
    shutil.copytree(ROOT / "submissions", tmp_path / "submissions")
    monkeypatch.setattr(tool, "FOLDER", tmp_path / "submissions")
    assert tool.check() == 0
    victim = tmp_path / "submissions" / "overlap" / "predictions.json"
    if damage == "changed":
        victim.write_bytes(victim.read_bytes() + b" ")
    else:
        victim.unlink()
    assert tool.check() == 1
    assert "submissions/overlap/predictions.json differs" in capsys.readouterr().err


def test_no_system_sees_gold_evidence_or_labels(
    tool: ModuleType, gold: Gold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same claims with every label, question and justification replaced must leave all but the oracle as they are.
    blind = tuple(
        replace(claim, label=Verdict.SUPPORTED, questions=(Question("?"),), justification="none") for claim in gold
    )
    names = tool.make(tmp_path / "seeing")
    monkeypatch.setattr(tool, "read_gold", lambda _: replace(gold, claims=blind))
    tool.make(tmp_path / "blind")
    differing = {
        name.parts[0]
        for name in names
        if tool.content(tmp_path / "blind" / name) != tool.content(ROOT / "submissions" / name)
    }
    assert differing == {"oracle"}


def test_all_formats_and_kinds_occur(metas: dict[str, SubmissionMeta]) -> None:
    formats = {read(name, metas).format for name in metas if name not in ("invalid",)}
    assert formats == {"2024-json", "2025-csv", "2023-json", "2024-draft-jsonl"}
    assert {meta.kind for meta in metas.values()} == {"system", "baseline", "oracle"}
    assert any(meta.predictions.endswith(".gz") for meta in metas.values())
    assert len({meta.name for meta in metas.values()}) == len(metas)


@pytest.mark.parametrize("name", sorted(RANKABLE | BASELINES | {"majority", "first-sentences", "oracle"}))
def test_complete_submissions_are_valid(name: str, metas: dict[str, SubmissionMeta], gold: Gold) -> None:
    meta = metas[name]
    report = validate(ROOT / "submissions" / name / meta.predictions, gold, input_format=meta.input_format)
    assert report.valid
    assert report.n_entries == len(gold)
    assert (name in RANKABLE) == (meta.kind == "system")


def test_the_oracle_is_the_gold(metas: dict[str, SubmissionMeta], gold: Gold) -> None:
    for prediction, claim in zip(read("oracle", metas), gold, strict=True):
        assert prediction.label is claim.label
        assert prediction.evidence == claim.questions
        assert prediction.justification == claim.justification


def test_the_partial_run_stops_after_31_claims(metas: dict[str, SubmissionMeta], gold: Gold) -> None:
    partial, whole = read("partial", metas), read("overlap", metas)
    assert partial.predictions == whole.predictions[:31]
    report = validate(ROOT / "submissions" / "partial" / "predictions.json", gold)
    assert report.valid_but_incomplete


def test_the_majority_baseline_says_refuted_with_part_of_the_evidence(metas: dict[str, SubmissionMeta]) -> None:
    for baseline, system in zip(read("majority", metas), read("overlap", metas), strict=True):
        assert baseline.label is Verdict.REFUTED
        assert baseline.evidence == system.evidence[:3]


def test_the_overlap_system_uses_all_verdicts_and_only_store_sentences(metas: dict[str, SubmissionMeta]) -> None:
    submission = read("overlap", metas)
    assert {prediction.label for prediction in submission} == set(Verdict)
    for prediction in submission:
        path = mini_gold_path().parent / "knowledge_store" / f"{prediction.claim_id}.json"
        pages = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        sentences = {(sentence, page["url"]) for page in pages for sentence in page["url2text"]}
        pairs = list(prediction.pairs())
        assert 1 <= len(pairs) <= 5
        assert {(pair.answer, pair.url) for pair in pairs} <= sentences
        assert len({pair.answer for pair in pairs}) == len(pairs)


def test_the_shape_of_2023_is_used(metas: dict[str, SubmissionMeta]) -> None:
    submission = read("overlap-justified", metas)
    justified = [prediction for prediction in submission if prediction.justification is not None]
    assert 10 < len(justified) < len(submission)
    assert any(len(question.answers) > 1 for prediction in submission for question in prediction.evidence)


def test_statements_have_no_questions(metas: dict[str, SubmissionMeta]) -> None:
    for prediction in read("statements", metas):
        assert not prediction.evidence
        assert 1 <= len(prediction.string_evidence) <= 3


def test_the_invalid_file_has_many_kinds_of_mistakes(metas: dict[str, SubmissionMeta], gold: Gold) -> None:
    report = validate(ROOT / "submissions" / "invalid" / metas["invalid"].predictions, gold)
    assert report.readable
    assert not report.valid
    assert not report.valid_but_incomplete
    assert len([group for group in report.groups if group.severity.value == "error"]) >= 6
    with pytest.raises(InvalidSubmissionError):
        read("invalid", metas)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The mountain rises 5,500 metres above it.", "How many metres are given for Denali?"),
        ("In 1951 Ada Lovelace was not there.", "Is what is claimed about Ada Lovelace true?"),
        ("It was opened in 1951 by a queen.", "What happened with Denali in 1951?"),
        ("It is cold there.", "What is known about Denali?"),
        ("It is cold because Alaska is far north.", "What is the reason that is given in connection with Alaska?"),
    ],
)
def test_questions_follow_the_sentence(tool: ModuleType, sentence: str, question: str) -> None:
    assert tool.question_for(tool.Sentence(sentence, "https://en.wikipedia.org/wiki/Denali", 0)) == question


@pytest.mark.parametrize(
    ("sentences", "verdict"),
    [
        ([], Verdict.NOT_ENOUGH_EVIDENCE),
        (["It has 12 towers."], Verdict.SUPPORTED),
        (["It has 13 towers."], Verdict.REFUTED),
        (["It has towers."], Verdict.SUPPORTED),
        (["That it has 12 towers is a myth."], Verdict.REFUTED),
        (["How many towers it has is unknown.", "It is a myth."], Verdict.NOT_ENOUGH_EVIDENCE),
        (["Some say 12, while some say 14.", "Critics dispute it."], Verdict.CONFLICTING),
    ],
)
def test_verdicts_follow_the_rules(tool: ModuleType, sentences: list[str], verdict: Verdict) -> None:
    chosen = [tool.Sentence(text, "https://example.org/", place) for place, text in enumerate(sentences)]
    assert tool.judge("The castle has 12 towers.", chosen)[0] is verdict


def test_ranking_prefers_rarer_shared_words(tool: ModuleType) -> None:
    texts = ["The lake is deep.", "The lake is cold.", "Cold lake, warm castle.", "Nothing in common."]
    sentences = [tool.Sentence(text, "https://example.org/page", place) for place, text in enumerate(texts)]
    assert [found.place for found in tool.rank("The castle by the lake", sentences)] == [2, 0, 1]
