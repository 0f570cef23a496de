"""The catalogue, the page made of it, and the command that explains it."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from conftest import ROOT

from averitec_eval.cli.main import main
from averitec_eval.cli.output import Output
from averitec_eval.validation import Code, Severity, catalogue
from averitec_eval.validation.catalogue import FAMILIES, find, make_issue
from averitec_eval.validation.codes import claims, evidence, file, gold, ids, quality, schema
from averitec_eval.validation.issues import Where

MODULES = {"F": file, "S": schema, "I": ids, "E": evidence, "C": claims, "Q": quality, "G": gold}


def explain(*arguments: str) -> tuple[int, str, str]:
    out = Output(io.StringIO(), io.StringIO())
    code = main(["explain", *arguments], out)
    assert isinstance(out.stdout, io.StringIO)
    assert isinstance(out.stderr, io.StringIO)
    return code, out.stdout.getvalue(), out.stderr.getvalue()


def test_names_and_slugs_are_unique() -> None:
    entries = [entry for module in MODULES.values() for entry in module.CODES]
    assert len({entry.name for entry in entries}) == len({entry.slug for entry in entries}) == len(entries)
    assert len(catalogue()) == len(entries)


@pytest.mark.parametrize("letter", FAMILIES)
def test_each_family_has_a_module_and_its_codes_are_numbered_without_gaps(letter: str) -> None:
    names = [entry.name for entry in MODULES[letter].CODES]
    assert names == [f"{letter}{number:03d}" for number in range(1, len(names) + 1)]


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_entries_explain_themselves(entry: Code) -> None:
    assert entry.title
    assert not entry.title.endswith(".")
    assert len(entry.title) <= 72
    assert len(entry.text) > 80
    assert entry.text.endswith((".", ")"))
    assert entry.hint
    assert not entry.fatal or entry.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("name", "slug"), [("X001", "a-b"), ("F1", "a-b"), ("F001", "A b"), ("f001", "a"), ("F001", "")]
)
def test_malformed_entries_are_refused(name: str, slug: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        Code(name, slug, Severity.ERROR, "title", "text", "hint")


def test_issues_take_their_severity_from_the_catalogue() -> None:
    assert make_issue("I008", Where(), "a", "b").severity is Severity.INFO
    with pytest.raises(KeyError):
        make_issue("I999", Where(), "a", "b")


@pytest.mark.parametrize("text", ["I004", "i004", " I004 ", "ids-shifted", "IDS_SHIFTED", "ids shifted"])
def test_codes_are_found_however_they_are_typed(text: str) -> None:
    entry = find(text)
    assert entry is not None
    assert entry.name == "I004"


def test_explain_prints_everything_there_is_to_say() -> None:
    code, text, _ = explain("ids-shifted")
    entry = catalogue()["I004"]
    words = " ".join(text.split())
    assert code == 0
    assert entry.title in words
    assert entry.text in words
    assert entry.hint in words
    assert max(map(len, text.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_explain_lists_all_codes() -> None:
    _, text, _ = explain("--list")
    assert all(name in text for name in catalogue())
    assert max(map(len, text.splitlines())) <= 80
    listed = json.loads(explain("--list", "--format", "json")[1])
    assert [entry["code"] for entry in listed["codes"]] == list(catalogue())


def test_explain_as_json() -> None:
    entry = json.loads(explain("F001", "--format", "json")[1])
    assert (entry["code"], entry["slug"], entry["severity"], entry["fatal"]) == (
        "F001",
        "file-not-found",
        "error",
        True,
    )


@pytest.mark.parametrize(
    ("typed", "meant"), [("I04", "I004"), ("id-shifted", "ids-shifted"), ("missing-claims", "missing-claim")]
)
def test_an_unknown_code_is_a_usage_error_that_suggests_what_was_meant(typed: str, meant: str) -> None:
    code, text, messages = explain(typed)
    assert (code, text) == (2, "")
    assert "Did you mean" in messages
    assert meant in messages


@pytest.mark.parametrize("arguments", [[], ["I004", "--list"]])
def test_explain_takes_a_code_or_the_list(arguments: list[str]) -> None:
    assert explain(*arguments)[0] == 2


def test_the_documentation_is_up_to_date() -> None:
    check = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "build_docs.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")
