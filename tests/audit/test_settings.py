"""Thresholds, lists of domains, and the run of all probes."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit.probing import HONEST, found, gold_of, submission_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import evidence_lists

from averitec_eval.audit.domains import default_domains, parse_domains, read_domains
from averitec_eval.audit.probes import PROBES
from averitec_eval.audit.run import audit, probe_submission
from averitec_eval.audit.sharing import answers_of, shared_counts, shared_with
from averitec_eval.audit.thresholds import BY_PROFILE, DEFAULTS, thresholds_of
from averitec_eval.errors import UnreadableError, UsageError
from averitec_eval.records import QAPair
from averitec_eval.scoring.profiles import PROFILES


def test_every_probe_has_a_threshold_and_no_other_has() -> None:
    assert set(DEFAULTS) == set(PROBES)
    assert set(BY_PROFILE) <= set(PROFILES)
    for probe in PROBES.values():
        assert probe.unit != "share" or 0 < DEFAULTS[probe.name] <= 1


def test_own_thresholds_go_before_those_of_the_profile() -> None:
    assert thresholds_of("averitec-2024")["stuffing.count"] == DEFAULTS["stuffing.count"]
    assert thresholds_of("evalai-2024-draft")["stuffing.count"] == 0.5
    assert thresholds_of("evalai-2024-draft", {"stuffing.count": 1})["stuffing.count"] == 1.0


def test_every_wrong_threshold_is_named() -> None:
    wrong = {"stufing.count": 1.0, "echo.copied": float("nan"), "echo.answers": True, "filler.pairs": -1}
    with pytest.raises(UsageError) as caught:
        thresholds_of("averitec-2024", wrong)
    for part in ("did you mean 'stuffing.count'", "echo.copied", "echo.answers", "filler.pairs"):
        assert part in str(caught.value)


def test_threshold_decides_what_is_flagged() -> None:
    submission = submission_of(HONEST * 2)
    assert found("stuffing.pairs", submission, thresholds={"stuffing.pairs": 0.5}).flagged
    assert not found("stuffing.pairs", submission, thresholds={"stuffing.pairs": 0.51}).flagged
    assert not found("stuffing.pairs", submission_of(HONEST), thresholds={"stuffing.pairs": 0}).flagged


def test_domains_of_the_package() -> None:
    domains = default_domains()
    assert {"politifact.com", "snopes.com", "factcheck.afp.com"} <= domains
    assert not domains & {"bbc.co.uk", "usatoday.com", "afp.com", "reuters.com"}


def test_domains_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "domains.txt"
    path.write_text("\ufeff# sites\nwww.Example.org  # one\n\nfacts.example\n", encoding="utf-8")
    assert read_domains(path) == {"example.org", "facts.example"}
    path.write_bytes(b"\xff")
    with pytest.raises(UnreadableError, match="UTF-8"):
        read_domains(path)
    with pytest.raises(UnreadableError, match="absent"):
        read_domains(tmp_path / "absent")


@pytest.mark.parametrize("text", ["https://example.org", "example.org/path", "one two", "localhost", "# only this"])
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_domains(text)


def test_what_submissions_share_is_the_same_two_by_two() -> None:
    three = [
        answers_of(submission_of(*evidence, name=str(n)))
        for n, evidence in enumerate(((HONEST,), (HONEST[::-1],), ((),)))
    ]
    numbers, counts = shared_counts(three)
    assert shared_with(three[0], three[1]) == {(0, 0): 2, (0, 1): 1}
    assert numbers.tolist() == [answers.number for answers in three] == [2, 2, 0]
    assert counts.tolist() == [[len(shared_with(one, other)) for other in three] for one in three]


def test_probes_run_in_one_order_and_say_the_same_again() -> None:
    gold, submission = gold_of(HONEST, claims=2), submission_of(HONEST, HONEST * 2)
    findings, skipped = probe_submission(submission, gold)
    names = [finding.probe for finding in findings]
    assert names == [name for name in PROBES if name in names]
    about_evidence = {name for name, probe in PROBES.items() if probe.group != "judge"}
    assert {*names, *(item.probe for item in skipped)} == about_evidence
    assert probe_submission(submission, gold) == (findings, skipped)
    assert {finding.group for finding in findings} <= {"stuffing", "echo", "filler", "copying", "leakage", "sources"}


def test_a_submission_is_not_compared_with_itself() -> None:
    submission = submission_of(HONEST)
    _, skipped = probe_submission(submission, gold_of(HONEST), others=(submission,))
    assert "copying.evidence" in {item.probe for item in skipped}


def test_audit_puts_all_together() -> None:
    gold, submission = gold_of(HONEST, claims=2), submission_of(HONEST, HONEST * 2)
    made = audit(submission, gold)
    assert made.official == 0.5
    assert [item.probe for item in made.flagged][:3] == ["stuffing.pairs", "stuffing.questions", "stuffing.answers"]
    assert next(iter(made.robust)).startswith("robust@")
    assert made.counterfactuals
    assert made.gold_sha256 == gold.sha256
    assert made == audit(submission, gold)


def test_unknown_thresholds_are_refused_before_anything_is_scored() -> None:
    with pytest.raises(UsageError, match="unknown probe"):
        audit(submission_of(HONEST), gold_of(HONEST), thresholds={"x": 1})


@given(st.lists(evidence_lists, min_size=2, max_size=4))
def test_counts_of_what_is_shared_are_those_of_each_two(evidence: list[list[str]]) -> None:
    many = [answers_of(submission_of([QAPair("Q?", text) for text in texts])) for texts in evidence]
    numbers, counts = shared_counts(many)
    assert counts.tolist() == [[len(shared_with(one, other)) for other in many] for one in many]
    assert counts.diagonal().tolist() == numbers.tolist() == [answers.number for answers in many]
