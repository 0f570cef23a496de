"""Codes about the gold set."""

from __future__ import annotations

from averitec_eval.validation.catalogue import Code
from averitec_eval.validation.issues import Severity

CODES: tuple[Code, ...] = (
    Code(
        "G001",
        "empty-gold",
        Severity.ERROR,
        "The gold set holds no claims",
        "There is nothing to compare the predictions with, so no metric is defined. It usually means that the wrong "
        "file was given or that a filter kept nothing.",
        "Give the gold file of the split that was predicted.",
    ),
    Code(
        "G002",
        "gold-duplicate-claim",
        Severity.ERROR,
        "The gold set holds a claim id twice",
        "Predictions are joined by claim id, so each id must stand for one gold claim. It usually means that files "
        "of two splits were joined without numbering the claims anew.",
        "Give each gold claim an id of its own.",
    ),
    Code(
        "G003",
        "gold-without-evidence",
        Severity.WARNING,
        "A gold claim has no evidence",
        "The claim has no gold question with any text, so its evidence score divides by nothing and is taken as 0 "
        "for every system. The published splits hold no such claim in dev and train; the released test file has no "
        "evidence at all and cannot be scored against.",
        "Use the gold file with the annotators' questions.",
    ),
    Code(
        "G004",
        "gold-as-predictions",
        Severity.WARNING,
        "The predictions are the gold set itself",
        "Labels and evidence of every prediction equal those of the gold set. That is right for a sanity check, "
        "whose score is just below 1; elsewhere the gold file was given in place of the predictions, or gold leaked "
        "into them.",
        "Check that the file given is the system's output.",
    ),
)
