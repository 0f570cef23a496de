"""HerO's question, answer, verdict and label stages, fed with the replies that its models gave on the dev set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from baselines.scripted import Scripted

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import System, load_system
from averitec_eval.baselines.pipeline import run_stages
from averitec_eval.baselines.ports import ChatRequest, Models
from averitec_eval.baselines.state import Candidate, ClaimInput, ClaimState, Unit

OVERRIDES = ("question.shots=0", "examples=none")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


@dataclass(frozen=True)
class Given:
    """A stage that puts HerO's own candidates into the state of each claim."""

    candidates: dict[int, tuple[Candidate, ...]]

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return replace(state, candidates=self.candidates[state.input.claim_id])


@pytest.fixture(scope="module")
def evidence(data_dir: Path) -> dict[int, tuple[Candidate, ...]]:
    """The ten sentences that HerO kept for each claim."""
    return {
        record["claim_id"]: tuple(
            Candidate(Unit(found["sentence"], found["url"], place), 0.0) for place, found in enumerate(record["top_10"])
        )
        for record in lines(data_dir / "pipeline" / "hero_reranking_top10.jsonl")
    }


@pytest.fixture(scope="module")
def questions(data_dir: Path) -> dict[int, list[dict[str, str]]]:
    """The question-answer pairs that HerO made of them."""
    records = lines(data_dir / "pipeline" / "hero_top_k_qa.jsonl")
    return {record["claim_id"]: record["evidence"] for record in records}


def published(data_dir: Path, name: str) -> list[dict[str, Any]]:
    """HerO's predictions, with the reply of its verdict model in ``llm_output``."""
    loaded: list[dict[str, Any]] = json.loads((data_dir / "submissions" / f"{name}.json").read_text("utf-8"))
    return loaded


def from_questions(evidence: dict[int, tuple[Candidate, ...]], *compat: str) -> System:
    """HerO from its question stage on."""
    overrides = (*OVERRIDES, *(f"compat.{quirk}=true" for quirk in compat))
    system = load_system("hero", overrides, models="local")
    keys = [stage.key for stage in system.stages]
    first = keys.index("question")
    given = replace(system.stages[first - 1], component=Given(evidence))
    return replace(system, stages=(given, *system.stages[first:]))


def replayed(
    system: System, predictions: list[dict[str, Any]], questions: dict[int, list[dict[str, str]]]
) -> Iterator[tuple[dict[str, Any], ClaimState]]:
    """Each published prediction, and the state that the system reaches with HerO's own replies."""
    outputs = {prediction["claim_id"]: prediction["llm_output"] for prediction in predictions}

    def reply(request: ChatRequest) -> str:
        if request.stage == "question":
            return " " + questions[request.claim_id][request.index]["question"]
        return str(outputs[request.claim_id])

    model = Scripted(reply)
    tools = Tools(Models(chat=dict.fromkeys(system.roles, model)))
    for prediction in predictions:
        claim = ClaimInput(prediction["claim_id"], prediction["claim"])
        yield prediction, run_stages(system, claim, tools=tools).state


@pytest.mark.parametrize("name", ["hero_8b", "hero_70b"])
def test_in_compat_every_label_and_pair_is_the_published_one(
    name: str,
    data_dir: Path,
    evidence: dict[int, tuple[Candidate, ...]],
    questions: dict[int, list[dict[str, str]]],
) -> None:
    system = from_questions(evidence, "substring-order", "first-question-mark")
    same = 0
    for prediction, state in replayed(system, published(data_dir, name), questions):
        assert state.label is not None
        assert [(pair.question, pair.answer, pair.url) for pair in state.qa] == [
            (pair["question"], pair["answer"], pair["url"]) for pair in prediction["evidence"]
        ]
        assert not state.troubles
        same += state.label.value == prediction["pred_label"]

    assert same == 500


@pytest.mark.parametrize("name", ["hero_8b", "hero_70b"])
def test_the_repaired_reading_changes_nothing_in_these_files(
    name: str,
    data_dir: Path,
    evidence: dict[int, tuple[Candidate, ...]],
    questions: dict[int, list[dict[str, str]]],
) -> None:
    changed = []
    for prediction, state in replayed(from_questions(evidence), published(data_dir, name), questions):
        assert not state.troubles
        assert state.justification
        assert "justification" not in state.justification[:15]
        same_questions = [pair.question for pair in state.qa] == [pair["question"] for pair in prediction["evidence"]]
        if state.label is None or state.label.value != prediction["pred_label"] or not same_questions:
            changed.append(prediction["claim_id"])

    assert changed == []


def test_what_the_two_readings_disagree_about() -> None:
    """A justification that says "not supported", as in four replies of HerO's third published run."""
    reply = "justification: The claim is not supported by the pages.\n\nverdict: 'Refuted'"
    evidence = {0: (Candidate(Unit("The page.", "https://example.org", 0), 1.0),)}
    labels = {}
    for compat in ((), ("substring-order",)):
        predictions = [{"claim_id": 0, "claim": "A claim.", "llm_output": reply}]
        ((_, state),) = replayed(from_questions(evidence, *compat), predictions, {0: [{"question": "Is it?"}]})
        assert state.label is not None
        labels[compat] = state.label.value

    assert labels == {(): "Refuted", ("substring-order",): "Supported"}
