"""Label mapping: from the text that a model or rule gave for the verdict to one of the four labels.

A text that is none of them becomes a trouble, never a label by guess; the pipeline's fallback stands in then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.base import Tools, component
from averitec_eval.baselines.state import ClaimState
from averitec_eval.records import Verdict

_ALIASES = {
    "supported": Verdict.SUPPORTED,
    "support": Verdict.SUPPORTED,
    "supports": Verdict.SUPPORTED,
    "true": Verdict.SUPPORTED,
    "refuted": Verdict.REFUTED,
    "refute": Verdict.REFUTED,
    "refutes": Verdict.REFUTED,
    "false": Verdict.REFUTED,
    "notenoughevidence": Verdict.NOT_ENOUGH_EVIDENCE,
    "notenoughinformation": Verdict.NOT_ENOUGH_EVIDENCE,
    "notenoughinfo": Verdict.NOT_ENOUGH_EVIDENCE,
    "insufficientevidence": Verdict.NOT_ENOUGH_EVIDENCE,
    "nee": Verdict.NOT_ENOUGH_EVIDENCE,
    "nei": Verdict.NOT_ENOUGH_EVIDENCE,
    "conflictingevidencecherrypicking": Verdict.CONFLICTING,
    "conflictingevidenceorcherrypicking": Verdict.CONFLICTING,
    "conflictingevidence": Verdict.CONFLICTING,
    "conflicting": Verdict.CONFLICTING,
    "cherrypicking": Verdict.CONFLICTING,
}
_QUOTED = re.compile(r"[^a-z]+")
_LEAD = re.compile(r"^\W*(?:(?:the\s+)?(?:final\s+)?(?:verdict|label|answer)\b\s*(?:is\b|[:=-])?)", re.IGNORECASE)
_LONGEST = 200


def exact_label(text: str) -> Verdict | None:
    """The verdict whose label ``text`` is, letter for letter, or None."""
    return next((verdict for verdict in Verdict if verdict.value == text), None)


def alias_label(text: str) -> Verdict | None:
    """The verdict that ``text`` names as a whole in any common spelling, or None.

    Case, quotes, hyphens, spaces and punctuation do not matter, nor does a lead such as ``verdict:``. A text of more
    than 200 characters names none: it is an argument, and words in the middle of one decide nothing.
    """
    if len(text) > _LONGEST:
        return None
    letters = _QUOTED.sub("", _LEAD.sub("", text.strip()).lower())
    return _ALIASES.get(letters)


def substring_label(text: str) -> Verdict | None:
    """The verdict as HerO's published code finds it: the first of these words that stand anywhere in ``text``.

    The order is Not Enough Evidence, Cherrypicking or Conflicting Evidence, Supported or supported, Refuted or refuted;
    so a justification that says "not supported" wins over the verdict line that says Refuted.
    """
    if "Not Enough Evidence" in text:
        return Verdict.NOT_ENOUGH_EVIDENCE
    if "Cherrypicking" in text or "Conflicting Evidence" in text:
        return Verdict.CONFLICTING
    if "Supported" in text or "supported" in text:
        return Verdict.SUPPORTED
    if "Refuted" in text or "refuted" in text:
        return Verdict.REFUTED
    return None


def _labelled(state: ClaimState, verdict: Verdict | None) -> ClaimState:
    if state.verdict_text is None:
        return state  # the pipeline counts the missing verdict, whichever stage should have given it
    if verdict is None:
        return state.with_trouble("label", "label-unknown", state.verdict_text[:_LONGEST])
    return replace(state, label=verdict)


@component("label", "exact", reads=("verdict",), fills=("label",))
@dataclass(frozen=True, slots=True)
class ExactLabel:
    """Takes the four labels letter for letter, and nothing else."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return _labelled(state, exact_label(state.verdict_text or ""))


@component(
    "label",
    "aliases",
    reads=("verdict",),
    fills=("label",),
    compat={
        "substring-order": "The label is the first of four words found anywhere in the verdict's text, its "
        "justification included, as HerO's published code does it."
    },
)
@dataclass(frozen=True, slots=True)
class AliasLabel:
    """Takes the four labels in any common spelling: other case, quotes, hyphens, "Conflicting Evidence" alone."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        text = state.verdict_text or ""
        return _labelled(state, substring_label(text) if "substring-order" in tools.compat else alias_label(text))


__all__ = ["AliasLabel", "ExactLabel", "alias_label", "exact_label", "substring_label"]
