"""The table of attacks in the docs is complete, says what it shows, and is what the real submissions give."""

from __future__ import annotations

from pathlib import Path

import build_attacks
import pytest

from averitec_eval.audit.attacks import ATTACKS

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "audit-attacks.md"


def table(page: Path, columns: int) -> list[list[str]]:
    """The cells of a page's table of figures, without its head."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    start = next(number for number, row in enumerate(rows) if row[0] == "---")
    assert [cell.strip("`") for cell in rows[start - 1][columns:]] == list(build_attacks.METRICS)
    return rows[start + 1 :]


def value(cell: str) -> float:
    return float(cell.strip("*"))


def test_every_attack_is_measured_on_every_submission_by_every_metric() -> None:
    rows = table(PAGE, 2)
    versions = (build_attacks.RELEASED, build_attacks.FIRST, *ATTACKS)
    assert [row[:2] for row in rows] == [[name, version] for name in build_attacks.SUBMISSIONS for version in versions]
    assert all(len(row) == 2 + len(build_attacks.METRICS) for row in rows)
    assert all(0 <= value(cell) <= 1 for row in rows for cell in row[2:])


def test_gains_are_bold_and_there_are_none_under_the_robust_companion() -> None:
    rows = table(PAGE, 2)
    released = {row[0]: row[2:] for row in rows if row[1] == build_attacks.RELEASED}
    gains = set()
    for row in rows:
        for metric, cell, base in zip(build_attacks.METRICS, row[2:], released[row[0]], strict=True):
            assert cell.startswith("**") == (value(cell) > value(base)), row
            if cell.startswith("**"):
                gains.add((row[1], metric))
    assert {metric for _, metric in gains} == {"averitec@0.25", "hu_meteor_qa"}
    assert {"template", "echo", "stuff"} == {version for version, _ in gains}
    by_version = {(row[0], row[1]): row for row in rows}
    for name in build_attacks.SUBMISSIONS:
        first, again = by_version[name, build_attacks.FIRST], by_version[name, "duplicate"]
        assert value(again[2]) > 2 * value(first[2])
        assert again[4:] == first[4:]


@pytest.mark.slow
def test_the_figures_are_those_of_the_real_submissions(data_dir: Path) -> None:
    for path, text in build_attacks.pages(data_dir).items():
        assert path.read_text(encoding="utf-8") == text
