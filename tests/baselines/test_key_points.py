"""ZSL-KeP's own key points of the 2,215 test claims, given to its stage as a model's replies."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest
from baselines.scripted import claim_state, scripted, tools_with

from averitec_eval.baselines.components.expand import KeyPoints
from averitec_eval.baselines.state import Query


@pytest.fixture(scope="module")
def published(data_dir: Path) -> list[dict[str, list[str] | str]]:
    """For each claim its text under ``main``, and its points under ``single`` and ``combined``."""
    text = (data_dir / "pipeline" / "zslkep_keypoints.csv").read_bytes().decode("utf-8", "replace")
    return [ast.literal_eval(row["Key Points"]) for row in csv.DictReader(io.StringIO(text, newline=""))]


def queries(record: dict[str, list[str] | str], *compat: str) -> tuple[Query, ...]:
    reply = json.dumps({"key_points": record["single"], "combined_key_points": record["combined"]})
    component = KeyPoints(max_single=20)
    return component.run(claim_state(str(record["main"])), tools_with(scripted(reply), compat=compat)).queries


def test_every_claim_gets_its_points_within_the_published_budgets(published: list[dict[str, list[str] | str]]) -> None:
    budgets = Counter(sum(query.budget or 0 for query in queries(record)) for record in published)

    assert sum(budgets.values()) == 2215
    assert budgets.most_common(1)[0][0] == 118
    assert min(budgets) == 70
    assert max(budgets) <= 190


def test_repeated_queries_are_left_out_unless_published(published: list[dict[str, list[str] | str]]) -> None:
    def repeats(record: dict[str, list[str] | str], *compat: str) -> bool:
        texts = [query.text for query in queries(record, *compat)]
        return len(set(texts)) < len(texts)

    assert not any(repeats(record) for record in published)
    again = [record for record in published if repeats(record, "repeated-claim-budget")]
    claims_again = [
        record for record in again if [query.budget for query in queries(record, "repeated-claim-budget")].count(70) > 1
    ]
    assert (len(again), len(claims_again)) == (31, 28)
