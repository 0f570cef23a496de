"""The file formats of predictions and gold: reading, writing and detection.

Reading is streaming and reports every problem; nothing is repaired or dropped in silence. docs/formats.md describes
each format.
"""

from __future__ import annotations

from averitec_eval.formats.entries import Entry, GoldEntry
from averitec_eval.formats.reading import GoldFile, SubmissionFile, iter_gold_entries, read_gold, read_submission
from averitec_eval.formats.registry import FORMATS, Format
from averitec_eval.formats.writing import ConversionReport, Loss, write_gold, write_submission

__all__ = [
    "FORMATS",
    "ConversionReport",
    "Entry",
    "Format",
    "GoldEntry",
    "GoldFile",
    "Loss",
    "SubmissionFile",
    "iter_gold_entries",
    "read_gold",
    "read_submission",
    "write_gold",
    "write_submission",
]
