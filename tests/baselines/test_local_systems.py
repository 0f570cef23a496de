"""The five systems with the real local model, from real claims to a submission, in budgets that fit a test.

With so few tokens most replies are cut before they say anything: what is tested is that everything runs, that rows are
complete, and that whatever cannot be used is counted.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import find_data_dir

from averitec_eval import mini_gold_path
from averitec_eval.baselines.claims import read_claims, read_examples
from averitec_eval.baselines.codes import TROUBLES
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import load_system
from averitec_eval.baselines.models.factory import make_models
from averitec_eval.baselines.prompts import Prompts
from averitec_eval.baselines.run import run_system
from averitec_eval.baselines.store import open_store
from averitec_eval.examples import mini_knowledge_store_path

for library in ("xllamacpp", "wordllama"):
    pytest.importorskip(library, reason=f"{library} is not installed: it comes with the extra [local]")

FEW, CLAIMS = 2, 10
"""How many claims each system runs over in the ordinary tests, and in the slow ones."""
BUDGETS = {
    "averitec-baseline": ("retrieve.k=1", "question.shots=0", "question.max_tokens=16"),
    "hero": (
        *("expand.n=1", "expand.max_tokens=16", "rerank.k=1", "question.shots=0", "question.max_tokens=16"),
        *("veracity.max_tokens=24", "veracity.retries=0"),
    ),
    "hero2": (
        *("expand.n=1", "expand.max_tokens=16", "retrieve.k=1", "summarise.max_tokens=24", "summarise.keep_below=100"),
        *("summarise.max_chars=600", "question.shots=0", "question.max_tokens=16", "answer.max_tokens=16"),
        *("veracity.max_tokens=24", "veracity.retries=0"),
    ),
    "rag-icl": (
        *("retrieve.k=1", "question.max_tokens=16", "answer.max_tokens=16", "answer.max_chars=400"),
        *("veracity.max_tokens=8", "veracity.retries=0"),
    ),
    "zsl-kep": (
        *("expand.max_tokens=40", "expand.claim_budget=2", "expand.point_budget=1"),
        *("joint.max_tokens=90", "joint.max_pairs=1", "joint.retries=0"),
    ),
}
STAGES = {
    "averitec-baseline": {"question"},
    "hero": {"expand", "question", "veracity"},
    "hero2": {"expand", "summarise", "question", "answer", "veracity"},
    "rag-icl": {"question", "answer", "veracity"},
    "zsl-kep": {"expand", "joint"},
}


@pytest.mark.parametrize("limit", [FEW, pytest.param(CLAIMS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", BUDGETS)
def test_claims_run_end_to_end_with_the_local_model(name: str, limit: int, tmp_path: Path) -> None:
    """On the first dev claims where the shared data is there, else on those of AVeriTeC-mini."""
    data = find_data_dir()
    system = load_system(name, BUDGETS[name], models="local")
    claims = read_claims("averitec-mini" if data is None else data / "averitec" / "dev.json")
    folder = mini_knowledge_store_path() if data is None else data / "knowledge_store_dev"
    examples = None
    if system.examples == "train" and data is not None:
        examples = read_examples(data / "averitec" / "train_first1158.json", claims.claims)
    with make_models(system.models) as models, open_store(folder) as store:
        tools = Tools(models, Prompts())
        summary = run_system(system, claims, tmp_path, tools, store=store, examples=examples, limit=limit)
    predictions = json.loads((tmp_path / "predictions.json").read_text("utf-8"))
    trace = [json.loads(line) for line in (tmp_path / "trace.jsonl").read_text("utf-8").splitlines()]

    assert [prediction["claim_id"] for prediction in predictions] == [claim.claim_id for claim in claims.claims[:limit]]
    assert set(summary.troubles) <= set(TROUBLES) - {"stage-failed"}
    asked = [stage for line in trace for stage in line["stages"] if "replies" in stage]
    assert {stage["stage"] for stage in asked} == STAGES[name]
    assert all("SmolLM2" in reply["model"] for stage in asked for reply in stage["replies"])
    assert sum(bool(prediction["evidence"]) for prediction in predictions) >= (0 if name == "zsl-kep" else limit // 2)
    assert (tmp_path / "submission.yaml").is_file()


def test_the_small_set_is_there_where_the_shared_data_is_not() -> None:
    assert len(read_claims("averitec-mini")) >= CLAIMS
    assert mini_gold_path().is_file()
