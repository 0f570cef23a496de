"""One claim through a system: the stages in the order of the configuration, and a row whatever fails.

A stage that fails is counted as a trouble, and the claim goes on as it was before it. Nothing is silent: the fallback
verdict, pairs left out and texts repaired are troubles too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.config import Stage, System
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import ClaimInput, ClaimState, Document, Query, Trouble
from averitec_eval.records import Answer, Prediction, Question, Verdict

FALLBACK = Verdict.NOT_ENOUGH_EVIDENCE
"""The verdict of a claim for which no stage gives one."""

Clock = Callable[[], float]
"""Gives the time in seconds since some moment, such as ``time.perf_counter``."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage made of a claim, and the seconds that took (0 without a clock)."""

    stage: Stage
    state: ClaimState
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ClaimRun:
    """A claim's way through a system: the state after each stage, and the one at the end, whose label is set."""

    state: ClaimState
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> float:
        """The seconds of all stages together."""
        return sum(step.seconds for step in self.steps)


def run_claim(
    system: System,
    claim: ClaimInput,
    documents: Sequence[Document] = (),
    tools: Tools | None = None,
    *,
    clock: Clock | None = None,
) -> ClaimState:
    """The state of a claim at the end of a system: ``run_stages`` without the way there."""
    return run_stages(system, claim, documents, tools, clock=clock).state


def run_stages(
    system: System,
    claim: ClaimInput,
    documents: Sequence[Document] = (),
    tools: Tools | None = None,
    *,
    troubles: Sequence[Trouble] = (),
    clock: Clock | None = None,
) -> ClaimRun:
    """Run a claim through every stage of a system.

    ``documents`` are the claim's part of the knowledge store, and ``troubles`` what went wrong while they were read.
    ``tools`` hold the models by the roles of the configuration; the system's ``compat`` switches take the place of
    theirs. Nothing is raised for a stage that fails: its trouble is ``model-FAULT`` or ``stage-failed``.
    """
    used = replace(tools or Tools(), compat=system.compat)
    state = replace(first_state(claim), documents=documents, troubles=tuple(troubles))
    steps: list[Step] = []
    for stage in system.stages:
        start = clock() if clock else 0.0
        state = _run(stage, state, used)
        steps.append(Step(stage, state, (clock() - start) if clock else 0.0))
    if state.label is None:
        if not any(trouble.code == "label-unknown" for trouble in state.troubles):
            state = state.with_trouble("label", "label-missing")
        state = replace(state, label=FALLBACK)
    return ClaimRun(state, tuple(steps))


def first_state(claim: ClaimInput) -> ClaimState:
    """What is known before the first stage but for the documents: the claim is the only query."""
    return ClaimState(claim, queries=(Query(claim.claim),))


def _run(stage: Stage, state: ClaimState, tools: Tools) -> ClaimState:
    try:
        after = stage.component.run(state, tools)
        if not isinstance(after, ClaimState) or after.input != state.input:
            raise TypeError("the component gave something else than the state of this claim")
        return after
    except ModelError as error:
        return state.with_trouble(stage.key, f"model-{error.fault}", error.detail)
    except Exception as error:  # noqa: BLE001 - one claim's crash must not cost the others their rows
        return state.with_trouble(stage.key, "stage-failed", f"{type(error).__name__}: {error}")


def prediction_of(state: ClaimState, pairs: int) -> tuple[Prediction, tuple[Trouble, ...]]:
    """The prediction that a claim's last state stands for, and what had to be left out or repaired.

    At most ``pairs`` question-answer pairs are written, in order. A pair without question or answer is left out.
    Control characters and lone surrogates, which no file may hold, become U+FFFD.
    """
    troubles: list[Trouble] = []
    questions: list[Question] = []
    repaired = 0
    for number, pair in enumerate(state.qa, 1):
        texts = [_FORBIDDEN.sub("\ufffd", text or "") for text in (pair.question, pair.answer)]
        if not all(text.strip() for text in texts):
            lacking = "question" if not texts[0].strip() else "answer"
            troubles.append(Trouble("write", "pair-incomplete", f"pair {number} has no {lacking}"))
            continue
        if len(questions) == pairs:
            troubles.append(Trouble("write", "pairs-cut", f"{len(state.qa)} pairs, {pairs} written"))
            break
        repaired += texts != [pair.question, pair.answer]
        url = None if pair.url is None else _FORBIDDEN.sub("\ufffd", pair.url)
        questions.append(Question(texts[0], (Answer(texts[1], source_url=url),)))
    if repaired:
        troubles.append(Trouble("write", "text-repaired", f"{repaired} pairs"))
    claim = _FORBIDDEN.sub("\ufffd", state.input.claim)
    label = FALLBACK if state.label is None else state.label
    return Prediction(state.input.claim_id, label, tuple(questions), claim=claim), tuple(troubles)


__all__ = ["FALLBACK", "ClaimRun", "Clock", "Step", "first_state", "prediction_of", "run_claim", "run_stages"]
