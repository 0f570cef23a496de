"""Codes about what is allowed but most likely not meant."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "Q001",
        "same-evidence",
        Severity.WARNING,
        "Most claims have the very same evidence",
        "More than half of the claims that have evidence share one and the same list. A retrieval index that was "
        "never reset, a cached reply or a template that was not filled gives such files.",
        "Check that evidence is retrieved anew for each claim.",
    ),
    Code(
        "Q002",
        "answer-is-question",
        Severity.WARNING,
        "An answer equals its question",
        "Question and answer of a pair are the same but for case and space, so the pair says nothing twice. It "
        "usually comes from writing one field into both columns.",
        "Write the answer that was found.",
    ),
    Code(
        "Q003",
        "no-urls",
        Severity.WARNING,
        "No piece of evidence has a URL",
        "The format has a field for the source of each piece of evidence, and it is empty throughout. The score "
        "does not use it, but nobody can check the evidence, and the shared tasks ask for it.",
        "Write the address of the page that each answer comes from.",
    ),
    Code(
        "Q004",
        "one-label",
        Severity.WARNING,
        "All predictions have the same label",
        "Every claim is given one and the same verdict although the gold set (or any split of AVeriTeC) holds four. "
        "That is right for a majority baseline; elsewhere it points to a label parser that falls back to its "
        "default.",
        "Check how the verdict is read from the model's reply.",
    ),
    Code(
        "Q005",
        "malformed-url",
        Severity.WARNING,
        "A URL is not a web address",
        "The source of a piece of evidence is not an http or https address with a host and without spaces. The "
        "score does not use it, but the site that shows predictions cannot link to it.",
        "Write the full address, https:// included, or leave the field out.",
    ),
    Code(
        "Q006",
        "no-evidence-at-all",
        Severity.WARNING,
        "No prediction has any evidence",
        "There is no evidence in the whole file, so every evidence score and the AVeriTeC score are 0 and only the "
        "veracity figures mean anything. Most often the evidence stands under a key that this format does not have.",
        "Check the name of the evidence key against the format's description.",
    ),
)
