"""The cell ``evi`` of the 2025 CSV files: questions and answers in one string.

Each pair is the question, tab tab newline, the answer, tab tab newline newline. As in the organisers' script the cell
is split at the longer separator first, empty parts count for nothing, and each part must split into exactly two at the
shorter one; so the very last separator may be absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from averitec_eval.validation.printable import quote

AFTER_QUESTION = "\t\t\n"
AFTER_ANSWER = "\t\t\n\n"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A part of a cell that is no pair: its number from 1, what was found and how it may have come about."""

    part: int
    found: str
    hint: str


def split_cell(cell: str) -> tuple[list[tuple[str, str]], list[CellProblem], tuple[int, ...] | None]:
    """The pairs of a cell, the parts that are none, and the places of the pairs among all parts (None if all are
    pairs).
    """
    pairs: list[tuple[str, str]] = []
    problems: list[CellProblem] = []
    places: list[int] = []
    number = 0
    for part in cell.split(AFTER_ANSWER):
        if part == "":
            continue
        texts = part.split(AFTER_QUESTION)
        if len(texts) == 2:
            pairs.append((texts[0], texts[1]))
            places.append(number)
        else:
            problems.append(_problem(number + 1, part, len(texts)))
        number += 1
    return pairs, problems, tuple(places) if problems else None


def join_cell(pairs: Iterable[tuple[str, str]]) -> str:
    """The cell that holds these pairs. Whether it splits into the same pairs again is for the caller to check."""
    return "".join(f"{question}{AFTER_QUESTION}{answer}{AFTER_ANSWER}" for question, answer in pairs)


def _problem(number: int, part: str, texts: int) -> CellProblem:
    hint = ""
    if "\t\t\r\n" in part:
        hint = "The line ends in the cell are those of Windows: write \\n, and open the file with newline=''."
    elif part.endswith(AFTER_QUESTION):
        hint = "The last separator is cut short: an answer ends with tab tab newline newline."
    elif texts > 2:
        hint = "A question or answer holds tab tab newline itself, or a newline is missing after an answer."
    elif "\n" in part and "\t" not in part:
        hint = "The tabs are missing before the newline; an editor may have removed them or made them spaces."
    found = f"part {number} of evi with {texts} text{'' if texts == 1 else 's'}: {quote(part, 60)}"
    return CellProblem(number, found, hint)


__all__ = ["AFTER_ANSWER", "AFTER_QUESTION", "CellProblem", "join_cell", "split_cell"]
