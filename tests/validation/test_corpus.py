"""Every file of the corpus, through the Python interface and through the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from validation.corpus import Case, cases

import averitec_eval
from averitec_eval.cli.main import main
from averitec_eval.cli.output import Output
from averitec_eval.errors import InvalidSubmissionError, UnreadableError
from averitec_eval.validation import Report, catalogue, validate

CASES = cases()
SCHEMA = json.loads((Path(averitec_eval.__file__).parent / "schemas" / "validation.schema.json").read_text("utf-8"))
CLOSING = {0: "valid: ", 1: "INVALID: ", 3: "UNREADABLE: "}

every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
every_case_of_predictions = pytest.mark.parametrize(
    "case", [case for case in CASES if "report_of" not in case.expected], ids=lambda case: case.name
)


def report_on(case: Case, scratch: Path) -> Report:
    """The report on the case's file, or on its gold file where that cannot be used."""
    path = case.file(scratch)
    if case.expected.get("report_of") != "gold":
        return validate(path, case.gold, input_format=case.input_format)
    with pytest.raises((InvalidSubmissionError, UnreadableError)) as caught:
        validate(path, case.gold, input_format=case.input_format)
    report = caught.value.report
    assert isinstance(report, Report)
    return report


@pytest.fixture(autouse=True)
def limits(request: pytest.FixtureRequest) -> Iterator[None]:
    """The limits of the case a test is about."""
    callspec = getattr(request.node, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    with case.limits() if isinstance(case, Case) else nullcontext():
        yield


@every_case
def test_report(case: Case, tmp_path: Path) -> None:
    document = report_on(case, tmp_path).to_dict()
    jsonschema.validate(document, SCHEMA)
    groups: dict[str, Any] = {group["code"]: group for group in document["issues"]}
    assert {(group["code"], group["severity"]) for group in groups.values()} == case.codes
    for issue in case.expected["issues"]:
        group = groups[issue["code"]]
        if issue["count"] is not None:
            assert group["count"] == issue["count"], issue["code"]
        if issue["where"] is not None:
            assert group["examples"][0]["where"] == issue["where"], issue["code"]


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one call."""
    out = Output(io.StringIO(), io.StringIO())
    code = main(["validate", *arguments], out)
    assert isinstance(out.stdout, io.StringIO)
    assert isinstance(out.stderr, io.StringIO)
    return code, out.stdout.getvalue(), out.stderr.getvalue()


def arguments(case: Case, scratch: Path) -> list[str]:
    options = [str(case.file(scratch))]
    if case.gold is not None:
        options += ["--gold", str(case.gold)]
    if case.input_format is not None:
        options += ["--input-format", case.input_format]
    return options


@every_case
def test_command(case: Case, tmp_path: Path) -> None:
    code, text, messages = run(*arguments(case, tmp_path))
    assert code == case.expected["exit_code"]
    assert "Traceback" not in text + messages
    shown = text + messages
    assert all(name in shown for name, _ in case.codes)
    # Nothing of the file may act on the terminal: what is printed is printable, line by line.
    assert all(line.isprintable() for line in shown.splitlines())
    assert all(len(line) <= 80 for line in text.splitlines() if "/" not in line)
    if case.expected.get("report_of") != "gold":
        assert text.splitlines()[-1].startswith(CLOSING[code])


@every_case
def test_command_as_json(case: Case, tmp_path: Path) -> None:
    options = arguments(case, tmp_path)
    code, text, messages = run(*options, "--format", "json")
    assert code == case.expected["exit_code"]
    document = json.loads(text)
    jsonschema.validate(document, SCHEMA)
    assert {(group["code"], group["severity"]) for group in document["issues"]} == case.codes
    assert messages.splitlines()[-1].startswith((*CLOSING.values(), "averitec-eval: "))


def test_the_corpus_holds_every_code_of_the_catalogue() -> None:
    raised = {code for case in CASES for code, _ in case.codes}
    assert raised == set(catalogue())


@every_case_of_predictions
def test_strict_fails_on_every_warning(case: Case, tmp_path: Path) -> None:
    report = validate(case.file(tmp_path), case.gold, input_format=case.input_format, strict=True)
    assert report.n_warnings == 0
    assert report.valid == ({severity for _, severity in case.codes} <= {"info"})


def test_of_several_files_the_worst_counts() -> None:
    by_name = {case.name: case for case in CASES}
    good, bad, broken = (by_name[name] for name in ("F009-byte-order-mark", "I001-missing", "F012-single-quotes"))
    files = [str(case.folder / case.expected["file"]) for case in (good, bad, broken)]
    gold = ["--gold", str(good.gold)]
    assert run(*files[:1], *gold)[0] == 0
    code, text, _ = run(*files[:2], *gold)
    assert (code, text.splitlines()[-1]) == (1, "INVALID: 2 files, 1 valid, 1 invalid")
    code, text, _ = run(*files, *gold)
    assert (code, text.splitlines()[-1]) == (3, "UNREADABLE: 3 files, 1 valid, 1 invalid, 1 unreadable")
    code, text, messages = run(*files, *gold, "--format", "json")
    document = json.loads(text)
    jsonschema.validate(document, SCHEMA)
    assert [report["status"] for report in document["files"]] == ["valid", "invalid", "unreadable"]
    assert messages == "UNREADABLE: 3 files, 1 valid, 1 invalid, 1 unreadable\n"


@pytest.mark.parametrize("options", [["--max-examples", "0"], ["--max-examples", "x"], ["--format", "xml"], []])
def test_wrong_options_are_usage_errors(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(*options, *(["some.json"] if options else []))
    assert (code, text) == (2, "")
    assert "averitec-eval" in capsys.readouterr().err
