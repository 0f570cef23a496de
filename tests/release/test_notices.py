"""The files that tell what a release is, whose work is in it and how to cite it."""

from __future__ import annotations

import json
import re
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

import averitec_eval
from averitec_eval.version import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "averitec_eval"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def citation() -> dict[str, Any]:
    return yaml.safe_load(text("CITATION.cff"))  # type: ignore[no-any-return]


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    releases = re.findall(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE)
    numbered = [release for release in releases if release != "Unreleased"]
    assert re.fullmatch(rf"\[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d", numbered[0])
    kinds = set(re.findall(r"^### (.+)$", text("CHANGELOG.md"), re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_citation_is_of_this_version_and_has_what_its_format_requires(citation: dict[str, Any]) -> None:
    assert citation["version"] == __version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["license"] == "Apache-2.0"
    for reference in citation["references"]:
        assert {"type", "title", "authors"} <= reference.keys()
        assert all(author.keys() == {"family-names", "given-names"} for author in reference["authors"])
        assert reference["url"].startswith("https://")


def test_the_citation_names_data_tasks_and_metrics(citation: dict[str, Any]) -> None:
    titles = " ".join(reference["title"] for reference in citation["references"])
    for part in ("A Dataset for Real-world Claim Verification", "(AVeriTeC) Shared Task", "The 2nd", "Ev2R", "METEOR"):
        assert part in titles


def test_every_compiled_resource_is_in_the_notice() -> None:
    notice = text("NOTICE")
    assert "CC BY-NC 4.0" in notice
    for licence in (PACKAGE / "text" / "data").glob("LICENSE.*"):
        assert f"averitec_eval/text/data/{licence.name}" in notice
    assert "averitec_eval/baselines/lexical/model.json" in notice


def test_the_learnt_model_holds_single_words_only() -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [part for key, item in value.items() for part in (key, *strings(item))]
        if isinstance(value, list):
            return [part for item in value for part in strings(item)]
        return [value] if isinstance(value, str) else []

    model = json.loads((PACKAGE / "baselines" / "lexical" / "model.json").read_text(encoding="utf-8"))
    words = strings(model["words"])
    assert len(words) > 100
    assert [word for word in words if re.search(r"\s", word)] == []


def test_installed_metadata_say_what_the_package_says() -> None:
    installed = HeaderParser().parsestr(metadata.distribution("averitec-eval").read_text("METADATA") or "")
    assert installed["Name"] == "averitec-eval"
    assert installed["Requires-Python"] == ">=3.10"
    assert averitec_eval.__version__ == __version__
