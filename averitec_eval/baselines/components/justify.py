"""Justifications written after the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.veracity import shown_pairs
from averitec_eval.baselines.state import ClaimState


@component("justify", "chat", reads=("questions", "answers", "verdict"), fills=("justification",))
@dataclass(frozen=True, slots=True)
class ChatJustification(Asks):
    """Has a model explain from the pairs why the verdict is what it is."""

    prompt: str = option("justify", help="the prompt's name")
    answer_chars: int = option(4000, low=20, high=1000000, help="most characters of an answer that are read")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.qa or state.verdict_text is None:
            return state.with_trouble("justify", "no-evidence")
        verdict = state.label.value if state.label is not None else one_line(state.verdict_text)[:200]

        def values(share: float) -> dict[str, str]:
            pairs = shown_pairs(state.qa, share, answer_chars=max(20, int(self.answer_chars * share)))
            return {"claim": one_line(state.input.claim), "pairs": pairs, "verdict": verdict}

        asked = self.ask(state, tools, "justify", Job(values))
        return replace(asked.added_to(state), justification=one_line(asked.text or "") or state.justification)


__all__ = ["ChatJustification"]
