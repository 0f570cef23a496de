"""Stances: how each question-answer pair stands to the claim, as a model for such pairs sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import ClaimState
from averitec_eval.records import Verdict

CLASSES = tuple(verdict.value for verdict in Verdict)
"""The stances in the order in which models give their probabilities: those of ``ports.StanceModel``."""


@component("stance", "model", reads=("questions", "answers"), fills=("stances",))
@dataclass(frozen=True, slots=True)
class ModelStance:
    """Gives each pair the likeliest of the four verdicts, by a stance model."""

    model: str = option("stance", role="stance", help="the role of the model that is asked")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.qa:
            return state.with_trouble("stance", "no-evidence")
        claim = one_line(state.input.claim)
        pairs = [(claim, one_line(f"{pair.question or ''} {pair.answer or pair.source or ''}")) for pair in state.qa]
        try:
            chances = tools.models.stance[self.model].stances(pairs)
        except ModelError as error:
            return state.with_trouble("stance", f"model-{error.fault}", error.detail)
        done = []
        for number, (pair, row) in enumerate(zip(state.qa, chances, strict=True)):
            stance = None if not row.max() > 0 else CLASSES[int(row.argmax())]  # also where the row holds no number
            if stance is None:
                state = state.with_trouble("stance", "no-stance", f"pair {number}")
            done.append(replace(pair, stance=stance))
        return replace(state, qa=tuple(done))


__all__ = ["CLASSES", "ModelStance"]
