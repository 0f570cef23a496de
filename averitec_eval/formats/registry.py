"""The formats by name, and what each can hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SUBMISSION = "submission"
GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    ``kind`` is ``submission`` or ``gold``, ``container`` ``json``, ``jsonl`` or ``csv``, ``suffix`` the usual ending of
    a file's name. ``has_ids`` says whether entries carry a claim id; without one they are joined by position. ``holds``
    names what survives beside labels, out of: ``claim``, ``pairs`` (question-answer pairs), ``several_answers`` (to one
    question, or none), ``answer_type``, ``url``, ``scraped_text``, ``source`` (cached URL and medium), ``strings``
    (plain string evidence), ``justification``, ``metadata`` (of gold claims).
    """

    name: str
    kind: str
    container: str
    suffix: str
    description: str
    has_ids: bool
    holds: frozenset[str]


def _format(name: str, kind: str, container: str, description: str, holds: str, *, has_ids: bool = True) -> Format:
    return Format(name, kind, container, f".{container}", description, has_ids, frozenset(holds.split()))


_NESTED = "claim pairs several_answers answer_type url scraped_text source justification"

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            _format(
                "2024-json",
                SUBMISSION,
                "json",
                "the 2024 shared task's JSON list: claim_id, claim, evidence (question, answer, url), pred_label",
                "claim pairs url scraped_text",
            ),
            _format(
                "2025-csv",
                SUBMISSION,
                "csv",
                "the 2025 shared task's CSV: id, claim, evi, label, split",
                "claim pairs",
            ),
            _format(
                "2023-json",
                SUBMISSION,
                "json",
                "the JSON list of the 2023 paper's evaluator: label, questions with answers or string_evidence, "
                "justification",
                f"{_NESTED} strings",
                has_ids=False,
            ),
            _format(
                "2024-draft-jsonl",
                SUBMISSION,
                "jsonl",
                "the JSON Lines of the 2024 draft challenge: label, evidence as strings",
                "strings",
                has_ids=False,
            ),
            _format(
                "gold-json",
                GOLD,
                "json",
                "AVeriTeC's own JSON list: claim, label, questions with answers, justification, metadata",
                f"{_NESTED} metadata",
            ),
            _format(
                "gold-csv",
                GOLD,
                "csv",
                "the 2025 solution CSV: id, claim, evi, label, split",
                "claim pairs several_answers",
            ),
        )
    }
)
"""Name -> format, for predictions first."""


def names(kind: str) -> tuple[str, ...]:
    """The names of the formats of one kind."""
    return tuple(name for name, entry in FORMATS.items() if entry.kind == kind)


__all__ = ["FORMATS", "GOLD", "SUBMISSION", "Format", "names"]
