"""``averitec-eval compare`` on files and on run folders, and ``inspect`` of several runs."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from cli.helpers import run

from averitec_eval.cli.compare import names_of
from averitec_eval.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent.parent
SUBMISSIONS = ROOT / "submissions"
TEN, ONE, PARTIAL = (SUBMISSIONS / folder / "predictions.json" for folder in ("overlap-ten", "overlap", "partial"))
GOLD = ("--gold", "averitec-mini")


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two run folders."""
    for name, path in (("ten", TEN), ("one", ONE)):
        assert run("score", path, *GOLD, "--out", tmp_path / name).code == 0
    return tmp_path / "ten", tmp_path / "one"


def test_files_and_run_folders_give_the_same_comparison(runs: tuple[Path, Path]) -> None:
    from_files = json.loads(run("compare", TEN, ONE, *GOLD, "--format", "json").out)
    from_runs = json.loads(run("compare", *runs, "--format", "json").out)
    mixed = json.loads(run("compare", runs[0], ONE, *GOLD, "--format", "json").out)
    assert from_files["names"] == ["overlap-ten", "overlap"]
    assert from_runs["names"] == ["ten", "one"]
    for document in (from_runs, mixed):
        for here, there in zip(document["pairs"], from_files["pairs"], strict=True):
            for key in ("difference", "ci_low", "ci_high", "p", "p_adjusted", "significant", "won_by_a", "won_by_b"):
                assert here[key] == there[key]


def test_text_holds_the_table_a_sentence_and_the_deciding_claims(runs: tuple[Path, Path]) -> None:
    ended = run("compare", *runs)
    assert (ended.code, ended.err) == (0, "")
    text = " ".join(ended.out.split())
    assert "ten scores 0.075 higher than one on averitec@0.25 (0.150 against 0.075 on 40 claims)" in text
    assert "wins" in text
    assert f"averitec-eval inspect {runs[0]} {runs[1]} --claim" in text.replace(" /", " /")
    assert all(len(line) <= 80 for line in ended.out.splitlines() if not line.startswith("signature: "))


def test_the_command_it_proposes_shows_the_claim_in_both_runs(runs: tuple[Path, Path]) -> None:
    pair = json.loads(run("compare", *runs, "--format", "json").out)["pairs"][0]
    ended = run("inspect", *runs, "--claim", pair["won_by_a"][0])
    assert ended.code == 0
    assert str(runs[0]) in ended.out
    assert str(runs[1]) in ended.out
    assert ended.out.count(f"Claim {pair['won_by_a'][0]}: ") == 2
    assert "Credit: " in ended.out
    assert "No credit: " in ended.out
    documents = json.loads(run("inspect", *runs, "--claim", pair["won_by_a"][0], "--format", "json").out)
    assert [document["credit"]["0.25"] for document in documents] == [True, False]


def test_an_incomplete_run_is_compared_and_said_to_be(runs: tuple[Path, Path]) -> None:
    ended = run("compare", ONE, PARTIAL, *GOLD)
    assert ended.code == 0
    assert "INCOMPLETE: partial leaves claims out" in ended.out


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
def test_other_formats(form: str, runs: tuple[Path, Path]) -> None:
    ended = run("compare", *runs, "--format", form, "--metric", "accuracy", "--metric", "macro_f1")
    assert ended.code == 0
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(ended.out)))
        assert [row["metric"] for row in rows] == ["accuracy", "macro_f1"]
    assert "accuracy" in ended.out


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_interval(runs: tuple[Path, Path]) -> None:
    command = ("compare", *runs, "--metric", "hu_meteor_qa", "--format", "json", "--resamples", "500")
    assert run(*command).out == run(*command).out
    assert run(*command).out != run(*command, "--seed", "1").out


def test_a_level_beside_the_usual_ones(runs: tuple[Path, Path]) -> None:
    document = json.loads(run("compare", TEN, ONE, *GOLD, "--metric", "averitec@0.15", "--format", "json").out)
    assert document["pairs"][0]["metric"] == "averitec@0.15"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{ten}"], 2, "at least two runs"),
        (["{ten}", "{ten}"], 2, "given twice"),
        (["{ten}", "{file}"], 2, "--gold"),
        (["{ten}", "absent", "--gold", "averitec-mini"], 3, "absent"),
        (["{ten}", "{one}", "--metric", "averitec@.25"], 2, "Did you mean 'averitec@0.25'"),
        (["{ten}", "{one}", "--baseline", "two"], 2, "none of the systems"),
        (["{ten}", "{one}", "--resamples", "0"], 2, "resamples"),
        (["{ten}", "{one}", "--seed", "-1"], 2, "seed"),
        (["{ten}", "{one}", "--deciding", "-1"], 2, "--deciding"),
        (["{ten}", "{file}", "--gold", "averitec-mini", "--profile", "paper-2023"], 2, "profile is"),
        (["{ten}", "{damaged}"], 3, "damaged"),
        (["{ten}", "{other}"], 2, "not scored against the same gold"),
    ],
)
def test_wrong_calls(arguments: list[str], code: int, message: str, runs: tuple[Path, Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(runs[0], damaged)
    lines = (damaged / "claims.jsonl").read_text(encoding="ascii").splitlines(keepends=True)
    (damaged / "claims.jsonl").write_text("".join(lines[:-1]), encoding="ascii")
    other = tmp_path / "other"
    shutil.copytree(runs[0], other)
    document = json.loads((other / "results.json").read_text(encoding="ascii"))
    document["inputs"]["gold_sha256"] = "0" * 64
    (other / "results.json").write_text(json.dumps(document, indent=2) + "\n", encoding="ascii")
    places = {"ten": runs[0], "one": runs[1], "file": ONE, "damaged": damaged, "other": other}
    ended = run("compare", *(argument.format(**places) for argument in arguments))
    assert ended.code == code
    assert message in ended.err


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/hero.json", "b/base.csv.gz"], ["hero", "base"]),
        (["a/predictions.json", "b/predictions.csv"], ["a", "b"]),
        (["x/a/predictions.json", "y/a/predictions.json"], ["x/a", "y/a"]),
        (["a/run.json", "b/run.json", "c/other.json"], ["a/run", "b/run", "other"]),
        (["a/run.json", "a/run.csv"], ["a/run.json", "a/run.csv"]),
    ],
)
def test_names(paths: list[str], names: list[str]) -> None:
    assert names_of([Path(path) for path in paths]) == names


def test_a_run_given_twice_has_no_names() -> None:
    with pytest.raises(UsageError, match="twice"):
        names_of([Path("a/x.json"), Path("b/../a/x.json")])
