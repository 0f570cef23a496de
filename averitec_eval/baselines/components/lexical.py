"""The components of the offline system: what is on topic, questions by rules, a verdict by a linear model, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from averitec_eval.baselines.components.base import Tools, component, evidence_of, option
from averitec_eval.baselines.lexical.features import FEATURES
from averitec_eval.baselines.lexical.model import Judgement, load_model
from averitec_eval.baselines.lexical.questions import content_words, question_for
from averitec_eval.baselines.state import QA, ClaimState
from averitec_eval.records import Verdict

_NOTE = "lexical"
"""The note in which the verdict's numbers wait for the justification."""

MOST_REASONS = 5
"""How many features are noted."""


@component("filter", "on-topic", reads=("candidates",), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class OnTopic:
    """Drops texts that share too few telling words with the claim: that both say "of the" is no evidence."""

    shared: int = option(1, low=1, high=100, help="how many different telling words a text must share with the claim")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Keep the other candidates, in order; it is a trouble if there were some and none is left."""
        wanted = content_words(state.input.claim)
        kept = tuple(one for one in state.candidates if len(wanted & content_words(one.unit.evidence)) >= self.shared)
        if state.candidates and not kept:
            state = state.with_trouble("filter", "no-candidates", f"none of {len(state.candidates):,} is on topic")
        return replace(state, candidates=kept)


@component("question", "from-sentence", reads=("candidates",), fills=("questions",))
@dataclass(frozen=True, slots=True)
class FromSentence:
    """Makes a question for each text by rules that read it: how many, when, why, what was said, else whether."""

    keep: int | None = option(None, low=1, help="how many pairs are made, from the best text; none: all")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """One pair for each candidate with a word in it, in order."""
        pairs: list[QA] = []
        for candidate in state.candidates[: self.keep]:
            unit = candidate.unit
            question = question_for(unit.evidence, state.input.claim)
            if question:
                pairs.append(QA(question=question, url=unit.url, source=unit.evidence, score=candidate.score))
        if not pairs:
            state = state.with_trouble("question", "no-candidates" if not state.candidates else "no-questions")
        return replace(state, qa=tuple(pairs))


@component("veracity", "lexical", reads=("answers",), fills=("verdict",))
@dataclass(frozen=True, slots=True)
class LexicalVerdict:
    """Gives the verdict that a linear model over wording and agreement finds likeliest; none without evidence."""

    model: str = option("", help="a file that `baseline train` wrote; empty: the model of this package")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Not Enough Evidence where there is no pair, else the model's verdict; its numbers go to the notes."""
        if not state.qa:
            state = state.with_trouble("veracity", "no-evidence")
            return replace(state, verdict_text=Verdict.NOT_ENOUGH_EVIDENCE.value)
        evidence = [evidence_of(pair) for pair in state.qa]
        judgement = load_model(self.model).judge(state.input.claim, evidence, state.input.speaker)
        return replace(state, verdict_text=judgement.verdict.value, notes={**state.notes, _NOTE: _as_note(judgement)})


def _as_note(judgement: Judgement) -> dict[str, object]:
    return {
        "probabilities": {label.value: round(share, 4) for label, share in judgement.probabilities.items()},
        "reasons": [list(reason) for reason in judgement.reasons[:MOST_REASONS]],
    }


@component("justify", "lexical", reads=("answers", "verdict"), fills=("justification",))
@dataclass(frozen=True, slots=True)
class LexicalJustification:
    """Says what the linear model went by, its probability, and what the text closest to the claim says."""

    reasons: int = option(3, low=0, high=MOST_REASONS, help="how many features are named")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """A justification of two or three sentences; without the model's numbers it says that there was no evidence."""
        note = state.notes.get(_NOTE)
        if not isinstance(note, dict) or state.verdict_text is None or not state.qa:
            return replace(
                state, justification="No evidence was found, so the claim can be neither supported nor refuted."
            )
        share = note["probabilities"].get(state.verdict_text, 0.0)
        parts = [f"A model of wording finds {state.verdict_text} likeliest (probability {share:.2f})."]
        named = [
            f"{'above' if above else 'below'} the mean: {FEATURES[name][0].rstrip('.')}"
            for name, _, above in note["reasons"][: self.reasons]
        ]
        if named:
            parts.append(f"What speaks for it most: {'; '.join(named)}.")
        parts.append(f"The first piece of evidence: {' '.join(evidence_of(state.qa[0]).split())}")
        return replace(state, justification=" ".join(parts))


__all__ = ["FromSentence", "LexicalJustification", "LexicalVerdict", "OnTopic"]
