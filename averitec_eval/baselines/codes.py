"""The codes of troubles: what can go wrong with a claim while a system works on it, and what stands in then.

A code never changes its meaning, so scripts may count them. ``model-FAULT`` exists for every fault of
``averitec_eval.baselines.ports.FAULTS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from averitec_eval.baselines.ports import FAULTS

_FAULTS = {
    "timeout": "did not answer in time",
    "connection": "could not be reached",
    "rate-limit": "kept refusing for too many requests",
    "server-error": "kept failing with a server error",
    "refused": "refused the request",
    "not-json": "sent something that is not JSON",
    "wrong-schema": "sent JSON without a reply in it",
    "empty": "sent an empty reply",
    "too-large": "sent a reply beyond the limit of size",
    "no-reply": "has no recorded reply for this",
    "too-long": "cannot take so long a prompt",
}

TROUBLES: Mapping[str, str] = MappingProxyType(
    {
        **{f"model-{fault}": f"The model {_FAULTS[fault]}; the stage did without." for fault in FAULTS},
        "stage-failed": "A stage failed in a way that nobody foresaw; the claim went on as it was before that stage.",
        "store-missing": "The knowledge store has nothing for this claim; the system went on without documents.",
        "store-damaged": "The claim's file in the knowledge store has lines that cannot be read; they were left out.",
        "store-capped": "The claim's file in the knowledge store is beyond the limits; the rest was left out.",
        "store-other-id": "The claim's file in the knowledge store says that it is another claim's; it was used.",
        "no-units": "There was no text to search; nothing was retrieved.",
        "no-match": "No text shares a word with the query; the first ones were taken in their order.",
        "no-candidates": "Nothing was retrieved; the stage had nothing to work on.",
        "no-evidence": "There was no evidence to judge by.",
        "few-candidates": "Fewer texts were left than were asked for.",
        "no-questions": "No question could be made.",
        "no-question": "The model's reply held no question; a plain one stands in.",
        "no-answer": "The model's reply held no answer; the retrieved text stands in or the pair is left out.",
        "no-key-points": "The model's reply held no key points; the claim alone is looked for.",
        "no-examples": "There were no annotated claims to show the model; it was asked without.",
        "no-summary": "A text could not be summarised; its beginning stands in.",
        "bad-json": "The model's reply was not the JSON that was asked for.",
        "json-repaired": "The model's reply was almost the JSON that was asked for; what could be read was used.",
        "no-store-query": "The store does not say what a page was searched with; the question is another one.",
        "pair-dropped": "The model found that the evidence does not answer the question; the pair was left out.",
        "bad-citation": "A citation names nothing that was retrieved; the pair has no address.",
        "prompt-cut": "The prompt was too long for the model and was shortened.",
        "no-stance": "The model gave no stance for a pair; the pair does not count.",
        "no-verdict": "The model's reply held no verdict.",
        "retry": "The model was asked again, as its first reply was not usable.",
        "label-missing": "No stage gave a verdict; Not Enough Evidence stands in.",
        "label-unknown": "The verdict given is none of the four; Not Enough Evidence stands in.",
        "pair-incomplete": "A question-answer pair had no question or no answer; it is not in the predictions.",
        "pairs-cut": "There were more question-answer pairs than are written; the last ones are left out.",
        "text-repaired": "A text held characters that no file may hold; they were replaced.",
    }
)
"""Code -> what happened and what stands in, one sentence."""


__all__ = ["TROUBLES"]
