"""Every figure equals what the organisers' own evaluators give for real submissions, to 1e-12, from JSON and CSV
gold alike.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from averitec_eval import Gold, Result, Verdict, read_gold, score

CLOSE: dict[str, Any] = {"rel": 0, "abs": 1e-12}
GOLDS = ("dev.json", "solution_dev.csv")


@lru_cache
def gold_of(path: Path) -> Gold:
    return read_gold(path)


@lru_cache
def result_of(data_dir: Path, name: str, gold: str, profile: str) -> Result:
    return score(data_dir / "submissions" / name, gold_of(data_dir / "averitec" / gold), profile=profile)


def assert_veracity(result: Result, expected: dict[str, float]) -> None:
    for label in Verdict:
        assert result.scores[f"f1_{label.slug}"] == pytest.approx(expected[label.value], **CLOSE)
    assert result.scores["macro_f1"] == pytest.approx(expected["macro"], **CLOSE)
    assert result.scores["accuracy"] == pytest.approx(expected["acc"], **CLOSE)


@pytest.mark.parametrize(
    ("profile", "gold"),
    [
        ("averitec-2024", GOLDS[0]),
        ("averitec-2024", GOLDS[1]),
        ("fever8-legacy", GOLDS[0]),
        pytest.param("fever8-legacy", GOLDS[1], marks=pytest.mark.slow),
        ("ev2r-2025-evalai", GOLDS[0]),
        pytest.param("ev2r-2025-evalai", GOLDS[1], marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", ["hero_8b", "hero_70b", "baseline_2024"])
def test_the_2024_evaluator(data_dir: Path, name: str, profile: str, gold: str) -> None:
    oracle = json.loads((data_dir / "oracle" / f"{name}.official2024.json").read_text())
    result = result_of(data_dir, f"{name}.json", gold, profile)
    assert [claim.evidence_qa for claim in result.claims] == pytest.approx(oracle["per_claim_qa"], **CLOSE)
    assert result.scores["hu_meteor_q"] == pytest.approx(oracle["hu_meteor_q"], **CLOSE)
    assert result.scores["hu_meteor_qa"] == pytest.approx(oracle["hu_meteor_qa"], **CLOSE)
    for level, value in oracle["averitec"].items():
        assert result.scores[f"averitec@{level}"] == pytest.approx(value, **CLOSE)
    assert_veracity(result, oracle["veracity"])
    if gold == "dev.json" and profile != "ev2r-2025-evalai":
        by_type = result.thresholded_evidence_by_type["0.25"]
        assert by_type == pytest.approx(oracle["by_type_025"], **CLOSE)


@pytest.mark.parametrize("gold", GOLDS)
def test_the_2025_evaluator(data_dir: Path, gold: str) -> None:
    oracle = json.loads((data_dir / "oracle" / "fever8_baseline_2025.official2025.json").read_text())
    result = result_of(data_dir, "fever8_baseline_2025.csv", gold, "fever8-2025")
    assert [claim.evidence_q for claim in result.claims] == pytest.approx(oracle["per_claim_q"], **CLOSE)
    assert [claim.evidence_qa for claim in result.claims] == pytest.approx(oracle["per_claim_qa"], **CLOSE)
    credit = [float(dict(zip(claim.levels, claim.credit, strict=True))[0.25]) for claim in result.claims]
    assert credit == oracle["per_claim_score"]
    assert result.scores["hu_meteor_q"] == pytest.approx(oracle["q"], **CLOSE)
    assert result.scores["hu_meteor_qa"] == pytest.approx(oracle["qa"], **CLOSE)
    assert result.scores["averitec@0.25"] == pytest.approx(oracle["averitec_025"], **CLOSE)


def test_the_2023_evaluator(data_dir: Path) -> None:
    printed = (data_dir / "oracle" / "hero_8b_paper2023.official2023.txt").read_text()
    result = result_of(data_dir, "hero_8b_paper2023.json", "dev.json", "paper-2023")

    def figure(label: str, occurrence: int = 0) -> float:
        return float(re.findall(re.escape(label) + r"\s*([0-9.]+)", printed)[occurrence])

    assert result.scores["hu_meteor_q"] == pytest.approx(figure("Question-only score (HU-meteor):"), **CLOSE)
    assert result.scores["hu_meteor_qa"] == pytest.approx(figure("Question-answer score (HU-meteor):"), **CLOSE)
    justification = figure("Justification score (meteor):")
    assert result.scores["justification_meteor"] == pytest.approx(justification, **CLOSE)
    labels = {label.value: figure(f" * {label.value}:") for label in Verdict}
    assert_veracity(result, {**labels, "macro": figure(" * macro:"), "acc": figure(" * acc:")})
    for level in ("0.1", "0.2", "0.25", "0.3", "0.4", "0.5"):
        veracity = figure(f" * Veracity scores (meteor @ {level}):")
        assert result.scores[f"averitec@{level}"] == pytest.approx(veracity, **CLOSE)
        justified = figure(f" * Justification scores (meteor @ {level}):")
        assert result.scores[f"justification@{level}"] == pytest.approx(justified, **CLOSE)
    assert set(result.thresholded_evidence_by_type) == {"0.2", "0.3"}
    for occurrence, level in enumerate(("0.2", "0.3")):
        for name, value in result.thresholded_evidence_by_type[level].items():
            printed_value = figure(f" * Veracity scores ({name}):", occurrence)
            assert value == pytest.approx(printed_value, **CLOSE)
