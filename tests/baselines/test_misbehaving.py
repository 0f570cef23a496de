"""The five systems against a real server that misbehaves: every claim gets a row, and every fault is counted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from baselines.server import FAULT_OF, FAULTS, FakeServer, Request, always, completion, seeded, serving, well

from averitec_eval import mini_gold_path, read_gold
from averitec_eval.baselines.claims import Examples, read_claims
from averitec_eval.baselines.codes import TROUBLES
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import System, load_system
from averitec_eval.baselines.models.factory import make_models
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.baselines.run import RunSummary, run_system
from averitec_eval.baselines.store import open_store
from averitec_eval.examples import mini_knowledge_store_path

pytest.importorskip("openai", reason="the client of OpenAI-compatible servers is not installed")

SMALL = {
    "averitec-baseline": ("retrieve.k=4",),
    "hero": ("expand.n=2", "rerank.k=3"),
    "hero2": ("expand.n=2", "retrieve.k=3"),
    "rag-icl": (),
    "zsl-kep": ("joint.retries=1",),
}
CHAT_STAGES = {
    "averitec-baseline": ("question", "stance"),
    "hero": ("expand", "question", "veracity"),
    "hero2": ("expand",),  # the server finds its documents too; without any, nothing is left to ask
    "rag-icl": ("question",),
    "zsl-kep": ("expand", "joint"),
}


PATIENT = 60.0
"""Seconds to wait for a reply that is only slow because the machine is busy."""


def system_on(server: FakeServer, name: str, timeout: float) -> System:
    """A system whose chat and embedding models are all on ``server``; the baseline keeps its scorer of this machine."""
    plain = load_system(name, models="local")
    asked = [role for role, spec in plain.models.items() if spec.port in ("chat", "embedding")]
    settings = [
        f"models.{role}.{key}={value}"
        for role in asked
        for key, value in {
            "provider": "openai",
            "name": "served",
            "base_url": server.base_url,
            "timeout": timeout,
            "retries": 1,
            "concurrency": 1,  # so that equal requests come in one order
        }.items()
    ]
    return load_system(name, (*SMALL[name], *settings), models="local")


def run_on(server: FakeServer, name: str, out: Path, limit: int = 2, timeout: float = PATIENT) -> RunSummary:
    system = system_on(server, name, timeout)
    examples = Examples(tuple(read_gold(mini_gold_path()))[limit:])
    with (
        make_models(system.models, environment={}, sleep=lambda seconds: None) as models,
        open_store(mini_knowledge_store_path()) as store,
    ):
        tools = Tools(models, Prompts())
        claims = read_claims("averitec-mini")
        return run_system(system, claims, out, tools, store=store, examples=examples, limit=limit)


def rows(out: Path) -> list[dict[str, object]]:
    loaded: list[dict[str, object]] = json.loads((out / "predictions.json").read_text("utf-8"))
    return loaded


def each_fault_on_each_system() -> list[object]:
    """Every fault and every system; the ordinary tests have all faults on one system and some on each of the others."""
    cases: list[object] = []
    for place, name in enumerate(SMALL):
        for number, fault in enumerate(FAULTS):
            ordinary = name == "zsl-kep" or number % 4 == place % 4
            cases.append(pytest.param(name, fault, marks=() if ordinary else pytest.mark.slow, id=f"{fault}-{name}"))
    return cases


@pytest.mark.parametrize(("name", "fault"), each_fault_on_each_system())
def test_a_fault_that_does_not_go_away(name: str, fault: str, tmp_path: Path) -> None:
    def behave(request: Request, number: int) -> object:
        return well(request, number) if request.path.endswith("/embeddings") else FAULTS[fault]

    limit = 1 if fault in ("timeout", "too-large") else 2
    with serving(behave) as server:  # type: ignore[arg-type]
        summary = run_on(server, name, tmp_path, limit, 0.4 if fault == "timeout" else PATIENT)
    code = f"model-{FAULT_OF[fault]}"

    assert len(rows(tmp_path)) == limit
    assert {trouble for trouble in summary.troubles if trouble.startswith("model-")} == {code}
    assert summary.troubles[code] >= limit * len(CHAT_STAGES[name])
    assert set(summary.troubles) <= set(TROUBLES) - {"stage-failed"}


@pytest.mark.parametrize("name", ["hero", "hero2", "rag-icl"])
def test_embeddings_that_never_come(name: str, tmp_path: Path) -> None:
    with serving(always(FAULTS["server-error"])) as server:
        summary = run_on(server, name, tmp_path)

    assert len(rows(tmp_path)) == 2
    assert summary.troubles["model-server-error"] >= 4
    assert "stage-failed" not in summary.troubles


@pytest.mark.parametrize("name", SMALL)
def test_a_server_that_fails_now_and_then(name: str, tmp_path: Path) -> None:
    """Two runs against the same whims end with the same bytes, and each reply or failure is in the trace."""

    def useful(request: Request, number: int) -> object:
        if request.path.endswith("/embeddings"):
            return well(request, number)
        text = '{"key_points": ["It is far"], "pairs": [{"question": "How far?", "answer": "Far.", "source": "0_0"}],'
        return completion(*[f'Is it far? {text} "verdict": "Refuted"}}'] * int(request.body.get("n", 1)))

    # A reply that is late is for the test above: here whatever is slow would make the two runs differ.
    faults = [fault for fault in FAULTS if fault not in ("too-large", "timeout")]
    ends = []
    for place in ("first", "second"):
        with serving(seeded(3, 0.5, useful, faults)) as server:  # type: ignore[arg-type]
            summary = run_on(server, name, tmp_path / place, 4)
        ends.append((tmp_path / place / "predictions.json").read_bytes())

    assert ends[0] == ends[1]
    assert len(rows(tmp_path / "first")) == 4
    assert set(summary.troubles) <= set(TROUBLES) - {"stage-failed"}
    assert any(code.startswith("model-") for code in summary.troubles)
    trace = [json.loads(line) for line in (tmp_path / "first" / "trace.jsonl").read_text("utf-8").splitlines()]
    counted = Counter(trouble["code"] for line in trace for trouble in line["troubles"])
    assert counted == summary.troubles
    assert summary.replies > 0


def test_replies_of_the_wrong_kind_inside_good_ones(tmp_path: Path) -> None:
    """Numbers, lists and nulls where texts should be, in the JSON that the model itself wrote."""
    inside = {"pairs": [None, 3, {"question": 4, "answer": [], "source": {}}], "verdict": {"x": 1}, "key_points": {}}
    with serving(always(completion(json.dumps(inside)))) as server:
        summary = run_on(server, "zsl-kep", tmp_path)

    assert len(rows(tmp_path)) == 2
    assert summary.troubles["no-verdict"] == 2
    assert summary.troubles["no-key-points"] == 2
