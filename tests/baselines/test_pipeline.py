"""One claim through a system: a verdict and a row whatever the stages do."""

from __future__ import annotations

from pathlib import Path

import pytest
from baselines.running import CONFIG, parrot, system_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from averitec_eval import read_submission
from averitec_eval.baselines.codes import TROUBLES
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.components.label import alias_label, exact_label, substring_label
from averitec_eval.baselines.pipeline import prediction_of, run_claim, run_stages
from averitec_eval.baselines.ports import FAULTS
from averitec_eval.baselines.state import QA, ClaimInput, ClaimState, Document, Query, Trouble
from averitec_eval.formats.writing import write_submission
from averitec_eval.records import Verdict

CLAIM = ClaimInput(3, "The sky is green.")
PAGES = [Document(0, "https://example.org/a", ("One.", "Two.")), Document(4, "https://example.org/b", ("Three.",))]
BAD = "  - filter: {{type: test-bad, way: {}}}\n  - question"


def test_stages_run_in_order_and_times_are_taken(tmp_path: Path) -> None:
    ticks = iter(range(100))
    run = run_stages(system_of(tmp_path), CLAIM, PAGES, clock=lambda: float(next(ticks)))
    assert [step.stage.key for step in run.steps] == ["segment", "retrieve", "question", "answer", "veracity", "label"]
    assert [step.seconds for step in run.steps] == [1.0] * 6
    assert run.seconds == 6.0
    assert run.state.label is Verdict.REFUTED
    assert run.state.queries == (Query(CLAIM.claim),)
    assert [pair.answer for pair in run.state.qa] == ["One.", "Two.", "Three."]
    assert run.state.troubles == ()
    assert run.steps[1].state.qa == ()


def test_without_a_clock_no_time_is_taken(tmp_path: Path) -> None:
    assert run_stages(system_of(tmp_path), CLAIM, PAGES).seconds == 0.0


def test_quirks_are_those_of_the_system(tmp_path: Path) -> None:
    system = system_of(tmp_path, CONFIG, "retrieve.k=1", "compat.test-last=true")
    assert run_claim(system, CLAIM, PAGES).qa[0].answer == "Three."
    off = system_of(tmp_path, CONFIG, "retrieve.k=1")
    assert run_claim(off, CLAIM, PAGES, Tools(compat=frozenset({"test-last"}))).qa[0].answer == "One."


@pytest.mark.parametrize(
    ("way", "code", "detail"),
    [
        ("crash", "stage-failed", "RuntimeError: no luck"),
        ("fault", "model-timeout", "after 3 s"),
        ("other", "stage-failed", "TypeError: the component gave something else"),
        ("none", "stage-failed", "TypeError: the component gave something else"),
    ],
)
def test_a_stage_that_fails_is_a_trouble_and_the_claim_goes_on(
    tmp_path: Path, way: str, code: str, detail: str
) -> None:
    state = run_claim(system_of(tmp_path, CONFIG.replace("  - question", BAD.format(way))), CLAIM, PAGES)
    assert [(trouble.stage, trouble.code) for trouble in state.troubles] == [("filter", code)]
    assert state.troubles[0].detail.startswith(detail)
    assert state.label is Verdict.REFUTED
    assert len(state.qa) == 3
    assert code in TROUBLES


def test_an_interrupt_is_no_trouble_of_a_claim(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_claim(system_of(tmp_path, CONFIG.replace("  - question", BAD.format("interrupt"))), CLAIM, PAGES)


def test_a_verdict_that_is_none_is_counted_once(tmp_path: Path) -> None:
    state = run_claim(system_of(tmp_path, CONFIG, "veracity.text=Who knows"), CLAIM, PAGES)
    assert state.label is Verdict.NOT_ENOUGH_EVIDENCE
    assert state.troubles == (Trouble("label", "label-unknown", "Who knows"),)


def test_a_missing_verdict_is_counted(tmp_path: Path) -> None:
    asks = CONFIG.replace("type: test-fixed, text: Refuted", "type: test-asks, model: writer").replace(
        "stages:", "models: {writer: {port: chat, local: {provider: smollm2}}}\nstages:"
    )
    system = system_of(tmp_path, asks)
    without = run_claim(system, CLAIM, PAGES)
    assert [trouble.code for trouble in without.troubles] == ["stage-failed", "label-missing"]
    assert without.label is Verdict.NOT_ENOUGH_EVIDENCE
    assert run_claim(system, CLAIM, PAGES, Tools(parrot("supported."))).label is Verdict.SUPPORTED


def test_every_fault_of_a_model_has_a_code() -> None:
    assert {f"model-{fault}" for fault in FAULTS} <= set(TROUBLES)
    assert all(text.endswith(".") and len(text) < 130 for text in TROUBLES.values())


def test_pairs_are_cut_and_incomplete_ones_left_out() -> None:
    pairs = (QA("Q1?", "A1", "u"), QA(None, "A2"), QA("Q3?", " \n"), QA("Q4?", "A4"), QA("Q5?", "A5"))
    state = ClaimState(CLAIM, qa=pairs, label=Verdict.SUPPORTED)
    prediction, troubles = prediction_of(state, 2)
    assert [(q.question, q.answers[0].text, q.answers[0].source_url) for q in prediction.evidence] == [
        ("Q1?", "A1", "u"),
        ("Q4?", "A4", None),
    ]
    assert [(trouble.code, trouble.detail) for trouble in troubles] == [
        ("pair-incomplete", "pair 2 has no question"),
        ("pair-incomplete", "pair 3 has no answer"),
        ("pairs-cut", "5 pairs, 2 written"),
    ]


TEXTS = st.none() | st.text(st.characters(codec=None), max_size=20)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(codec=None), min_size=1, max_size=30),
    st.lists(st.builds(QA, TEXTS, TEXTS, TEXTS), max_size=12),
    st.none() | st.sampled_from(Verdict),
)
def test_whatever_the_texts_the_row_can_be_written(
    tmp_path: Path, claim: str, pairs: list[QA], label: Verdict | None
) -> None:
    state = ClaimState(ClaimInput(0, claim), qa=tuple(pairs), label=label)
    prediction, troubles = prediction_of(state, 10)
    path = tmp_path / "p.json"
    write_submission([prediction], path, "2024-json")
    assert read_submission(path).predictions[0] == prediction
    assert len(prediction.evidence) <= 10
    lost = [trouble for trouble in troubles if trouble.code == "pair-incomplete"]
    assert len(prediction.evidence) + len(lost) == len(pairs) or any(t.code == "pairs-cut" for t in troubles)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Supported", Verdict.SUPPORTED),
        ("verdict: 'Refuted'", Verdict.REFUTED),
        ("**Final verdict:** Not Enough Evidence.", Verdict.NOT_ENOUGH_EVIDENCE),
        ("The verdict is refuted", Verdict.REFUTED),
        ("Label - Conflicting Evidence/Cherry-Picking", Verdict.CONFLICTING),
        ("Conflicting Evidence/Cherry-picking", Verdict.CONFLICTING),
        ("conflicting evidence / cherrypicking", Verdict.CONFLICTING),
        ("Cherry Picking", Verdict.CONFLICTING),
        ("NOT ENOUGH EVIDENCE", Verdict.NOT_ENOUGH_EVIDENCE),
        ("not enough info", Verdict.NOT_ENOUGH_EVIDENCE),
        ("Not supported", None),
        ("not refuted", None),
        ("Supported or Refuted", None),
        ("", None),
        ("the label", None),
        ("Supported" + " " * 300, None),
    ],
)
def test_labels_in_common_spellings(text: str, verdict: Verdict | None) -> None:
    assert alias_label(text) is verdict


def test_labels_letter_for_letter() -> None:
    assert [exact_label(verdict.value) for verdict in Verdict] == list(Verdict)
    assert exact_label("supported") is None
    assert exact_label(" Supported") is None


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("It is not supported. verdict: 'Refuted'", Verdict.SUPPORTED),
        ("refuted, and Not Enough Evidence", Verdict.NOT_ENOUGH_EVIDENCE),
        ("Supported, Cherrypicking", Verdict.CONFLICTING),
        ("REFUTED", None),
    ],
)
def test_labels_as_the_published_code_finds_them(text: str, verdict: Verdict | None) -> None:
    assert substring_label(text) is verdict


def test_the_published_order_of_words_is_a_quirk(tmp_path: Path) -> None:
    text = "justification: it is not supported. verdict: Refuted"
    off = system_of(tmp_path, CONFIG, f"veracity.text={text}")
    assert [t.code for t in run_claim(off, CLAIM, PAGES).troubles] == ["label-unknown"]
    on = system_of(tmp_path, CONFIG, f"veracity.text={text}", "compat.substring-order=true")
    assert run_claim(on, CLAIM, PAGES).label is Verdict.SUPPORTED
