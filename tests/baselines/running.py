"""Systems made of the components for tests, and runs of them on AVeriTeC-mini."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from averitec_eval.baselines.catalogue import import_file
from averitec_eval.baselines.claims import ClaimSet, Examples, read_claims
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import System, load_system
from averitec_eval.baselines.ports import ChatRequest, Models, Reply
from averitec_eval.baselines.run import RunSummary, RunWatcher, run_system
from averitec_eval.baselines.store import KnowledgeStore
from averitec_eval.examples import mini_knowledge_store_path

PARTS = Path(__file__).with_name("parts.py")
import_file(PARTS)

CONFIG = """\
name: test-system
title: A system for tests
version: 1
description: Takes the first sentences. They may say anything.
stages:
  - segment: test-all
  - retrieve: {type: test-first, k: 3}
  - question: test-about
  - answer: test-source
  - veracity: {type: test-fixed, text: Refuted}
"""


def write_config(folder: Path, text: str = CONFIG, name: str = "system.yaml") -> Path:
    """A configuration file in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def system_of(folder: Path, text: str = CONFIG, *overrides: str, **options: Any) -> System:
    """The system of a configuration text."""
    return load_system(write_config(folder, text), overrides, **options)


def mini(limit: int | None = None) -> ClaimSet:
    """The claims of AVeriTeC-mini, or the first of them."""
    claims = read_claims("averitec-mini")
    return ClaimSet(claims.claims[:limit], claims.sha256, claims.name)


def run_mini(
    system: System,
    out: Path,
    *,
    claims: ClaimSet | None = None,
    tools: Tools | None = None,
    resume: bool = False,
    limit: int | None = None,
    examples: Examples | None = None,
    watcher: RunWatcher | None = None,
    store: Path | None = None,
) -> RunSummary:
    """Run a system over AVeriTeC-mini with a clock that counts its calls."""
    ticks = iter(range(10_000_000))
    with KnowledgeStore(store or mini_knowledge_store_path()) as opened:
        return run_system(
            system,
            claims or mini(),
            out,
            tools or Tools(),
            store=opened,
            resume=resume,
            limit=limit,
            examples=examples,
            watcher=watcher,
            clock=lambda: float(next(ticks)),
        )


def same_bytes(out: Path) -> dict[str, bytes]:
    """What must be the same from run to run: all files of a run's folder but those with times."""
    return {name: (out / name).read_bytes() for name in ("trace.jsonl", "run.json", "predictions.json")}


@dataclass
class Parrot:
    """A chat model that says one thing, and remembers whether it was asked before."""

    text: str = "Supported"
    name: str = "parrot"
    cached: bool = False

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        return (Reply(self.text, self.name, cached=self.cached),)


def parrot(text: str = "Supported", **more: Any) -> Models:
    """The models of a run whose writer is a parrot."""
    return Models(chat={"writer": Parrot(text, **more)})
