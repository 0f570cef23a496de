"""Codes about the claim text that a file repeats."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "C001",
        "claim-text-differs",
        Severity.WARNING,
        "The claim text differs from the gold set's",
        "The text that the prediction repeats is not the gold claim of its id, nor that of any other id. Nothing is "
        "joined by text, so the score does not change, but the prediction may be about another claim or about a "
        "rewritten one.",
        "Copy the claim text from the split's file unchanged, and check that the id is the right one.",
    ),
    Code(
        "C002",
        "claim-text-form",
        Severity.INFO,
        "The claim text differs from the gold set's in form only",
        "The text is the gold claim but for case, spaces, punctuation or the Unicode form of its characters. "
        "Nothing is joined by text, so this changes nothing; it shows that the claims went through some cleaning.",
        "Nothing needs to be done.",
    ),
    Code(
        "C003",
        "no-claim-text",
        Severity.INFO,
        "The file does not repeat the claim texts",
        "No entry holds the text of its claim, so nothing can show whether the predictions stand beside the right "
        "ids. A file that is shuffled or shifted looks valid then.",
        "Repeat each claim's text beside its id.",
    ),
)
