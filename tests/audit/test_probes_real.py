"""What the probes say of the submissions that were really made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from averitec_eval.audit.records import Finding
from averitec_eval.audit.run import probe_submission
from averitec_eval.formats import read_gold, read_submission
from averitec_eval.records import Gold, Submission

FLAGGED = {
    "hero_8b.json": ["stuffing.questions", "leakage.sites", "leakage.articles"],
    "hero_70b.json": ["stuffing.questions", "leakage.sites", "leakage.articles"],
    "baseline_2024.json": ["stuffing.pairs", "stuffing.answers", "leakage.articles"],
    "fever8_baseline_2025.csv": ["stuffing.questions", "copying.questions"],
}


@cache
def _gold(path: Path) -> Gold:
    return read_gold(path)


@cache
def _submission(path: Path) -> Submission:
    return read_submission(path)


@cache
def _findings(data_dir: Path, name: str) -> dict[str, Finding]:
    gold = _gold(data_dir / "averitec" / "dev.json")
    findings, _ = probe_submission(_submission(data_dir / "submissions" / name), gold)
    return {finding.probe: finding for finding in findings}


@pytest.mark.parametrize("name", FLAGGED)
def test_what_is_flagged(data_dir: Path, name: str) -> None:
    findings = _findings(data_dir, name)
    assert [probe for probe, finding in findings.items() if finding.flagged] == FLAGGED[name]


def test_repeated_answers_of_the_2024_baseline(data_dir: Path) -> None:
    finding = _findings(data_dir, "baseline_2024.json")["stuffing.pairs"]
    submission = _submission(data_dir / "submissions" / "baseline_2024.json")
    twice = [p.claim_id for p in submission if len({a.answer for a in p.pairs()}) < len(list(p.pairs()))]
    assert len(twice) == 63
    assert finding.claims == tuple(twice)
    assert finding.value == 69 / 1500


def test_repeated_questions_and_fact_checks_of_hero(data_dir: Path) -> None:
    findings = _findings(data_dir, "hero_8b.json")
    # 303 are equal to the letter, 14 more but for case and punctuation.
    assert findings["stuffing.questions"].sentence.startswith("317 of 5,000 questions")
    assert len(findings["stuffing.questions"].claims) == 171
    assert len(findings["leakage.articles"].claims) == 21
    assert findings["leakage.sites"].sentence.startswith("478 of 5,000 sources")


def test_gold_questions_of_the_2025_baseline(data_dir: Path) -> None:
    finding = _findings(data_dir, "fever8_baseline_2025.csv")["copying.questions"]
    assert finding.claims == (28, 238, 339, 449)
    gold = _gold(data_dir / "averitec" / "dev.json").by_id()
    said = {q.question.lower() for claim_id in finding.claims for q in gold[claim_id].questions}
    assert 'is the twitter handle "@real_khanna1" managed by mukesh khanna?' in said
