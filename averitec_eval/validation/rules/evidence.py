"""Rules about the evidence of single claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from averitec_eval.validation.issues import Where
from averitec_eval.validation.printable import quote
from averitec_eval.validation.rules.base import CSV_FORMATS, Context, Text, at, fold, is_blank, texts_of

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry

MAX_PAIRS = 10
"""How many pieces of evidence of a claim the evaluators take."""

LONG_TEXT = 5_000
"""Characters from which on a question or answer is suspiciously long. The longest of HerO's 5,000 answers has 1,404."""

HUGE_TEXT = 100_000
"""Characters from which on a text is refused. METEOR's cost is quadratic in the length in the worst case."""

CSV_SEPARATOR = "\t\t\n"

PLACEHOLDERS = frozenset(
    {
        "n/a", "na", "n.a.", "none", "null", "nil", "nan", "<na>", "undefined", "todo", "tbd", "fixme", "placeholder",
        "...", "…", "-", "--", "?", "xxx", "lorem ipsum", "string", "question", "answer", "[question]", "[answer]",
        "<question>", "<answer>", "{question}", "{answer}", "your answer here", "insert answer here", "[]", "{}",
        "example question", "example answer", "error",
    }
)  # fmt: skip
"""Texts, lower case and stripped, that stand for a missing one.

"No answer could be found." is none of them: the gold sets use it."""

_LONGEST_PLACEHOLDER = 40

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Joiners and marks (U+200C to U+200F, variation selectors) are part of correct text in several scripts and in emoji.
_ZERO_WIDTH = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CHARACTER_RULES = (
    ("E010", _SURROGATE, "whole characters"),
    ("E009", _CONTROL, "text without control characters"),
    ("E011", _ZERO_WIDTH, "text without invisible characters"),
    ("E012", _BIDI, "text without direction overrides"),
)


class EvidenceShape:
    """How much evidence each claim has: none, more than counts, or the same twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._empty = 0
        self._entries = 0

    def see(self, entry: Entry) -> None:
        """Count the entry's evidence and compare its pieces."""
        self._entries += 1
        context = self._context
        pieces = sum(max(len(question.answers), 1) for question in entry.evidence) + len(entry.string_evidence)
        if not pieces:
            self._empty += 1
            if entry.broken:
                return  # the reader has said what is wrong with the evidence
            if context.format in CSV_FORMATS:
                context.add("E002", at(entry), "an empty evidence cell", "at least one question-answer pair")
            else:
                path = f"/{entry.evidence_key}" if entry.has_evidence_key else ""
                context.add("E001", at(entry, path), "no evidence", "at least one question-answer pair")
            return
        if pieces > MAX_PAIRS:
            where = at(entry, f"/{entry.evidence_key}")
            context.add("E005", where, f"{pieces} pieces of evidence", f"at most {MAX_PAIRS}")
        self._check_repeats(entry)

    def _check_repeats(self, entry: Entry) -> None:
        seen: set[tuple[str, ...]] = set()
        repeated = 0
        example = ""
        for question in entry.evidence:
            start = fold(question.question)
            for answer in question.answer_texts():
                piece: tuple[str, ...] = (start, fold(answer))
                if piece in seen:
                    repeated += 1
                    example = example or question.question
                seen.add(piece)
        for text in entry.string_evidence:
            piece = (fold(text),)
            if piece in seen:
                repeated += 1
                example = example or text
            seen.add(piece)
        if repeated:
            copies = f"{repeated} repeated {'piece' if repeated == 1 else 'pieces'} of evidence, such as"
            where = at(entry, f"/{entry.evidence_key}")
            self._context.add("E014", where, f"{copies} {quote(example, 60)}", "each piece of evidence once")

    def finish(self) -> None:
        """Say if there is no evidence at all."""
        if self._entries and self._empty == self._entries:
            found = f"no evidence in any of {self._entries} predictions"
            self._context.add("Q006", Where(), found, "evidence for each claim")


class EvidenceTexts:
    """Each text of evidence by itself: blank, a placeholder, too long, or holding characters that do harm."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def see(self, entry: Entry) -> None:
        """Check every text of the entry."""
        for text in texts_of(entry):
            self._check_content(entry, text)
            # Nearly all texts are plain and printable; only the others need a closer look.
            if not (text.text.isascii() and text.text.isprintable()):
                self._check_characters(entry, text.path, text.text)
        for path, other in (("/claim", entry.claim), ("/justification", entry.justification)):
            if other is not None and not (other.isascii() and other.isprintable()):
                self._check_characters(entry, path, other)

    def _check_content(self, entry: Entry, text: Text) -> None:
        context, content = self._context, text.text
        if is_blank(content):
            code = "E003" if text.kind == "question" else "E004"
            context.add(code, at(entry, text.path), quote(content), "a text")
        elif len(content) <= _LONGEST_PLACEHOLDER and content.strip().casefold() in PLACEHOLDERS:
            context.add("E013", at(entry, text.path), quote(content), "a real text")
        if len(content) > LONG_TEXT:
            code, limit = ("E007", HUGE_TEXT) if len(content) > HUGE_TEXT else ("E006", LONG_TEXT)
            context.add(code, at(entry, text.path), f"{len(content):,} characters", f"at most {limit:,}")

    def _check_characters(self, entry: Entry, path: str, text: str) -> None:
        for code, pattern, expected in _CHARACTER_RULES:
            match = pattern.search(text)
            if match:
                around = text[max(match.start() - 20, 0) : match.end() + 20]
                found = f"U+{ord(match.group()):04X} at character {match.start() + 1}, in {quote(around, 60)}"
                self._context.add(code, at(entry, path), found, expected)
        if CSV_SEPARATOR in text:
            self._context.add("E008", at(entry, path), quote(text, 60), "no tab tab newline within a text")

    def finish(self) -> None:
        """Nothing to say of the file as a whole."""


__all__ = ["HUGE_TEXT", "LONG_TEXT", "MAX_PAIRS", "PLACEHOLDERS", "EvidenceShape", "EvidenceTexts"]
