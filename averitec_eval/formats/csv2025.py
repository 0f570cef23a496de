"""``2025-csv``: the prediction file of the 2025 shared task.

Columns ``id``, ``claim``, ``evi``, ``label`` and ``split``; ``evi`` holds the question-answer pairs (``evidencecell``).
Each pair is one question with one answer, also where the same question follows itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from averitec_eval.formats.csvtext import Record
from averitec_eval.formats.entries import Entry
from averitec_eval.formats.evidencecell import join_cell, split_cell
from averitec_eval.formats.fields import EntryReport
from averitec_eval.records import Answer, Prediction, Question, Verdict
from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.printable import quote, shorten

NAME = "2025-csv"
COLUMNS = ("id", "claim", "evi", "label", "split")
SPLIT = "pred"
"""What the column ``split`` holds in the published prediction files."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row by column name, None where the column or the cell is missing."""

    index: int
    report: EntryReport
    claim_id: int | None
    claim: str | None
    label: Verdict | None
    pairs: list[tuple[str, str]]
    places: tuple[int, ...] | None
    split: str | None
    has_evidence: bool


def entries(records: Iterable[Record], log: IssueLog) -> Iterator[Entry]:
    """Yield an entry for each row, logging what is wrong with it."""
    for row in rows(records, log):
        yield Entry(
            where=row.report.where,
            index=row.index,
            claim_id=row.claim_id,
            claim=row.claim,
            label=row.label,
            evidence=tuple(Question(question, (Answer(answer),)) for question, answer in row.pairs),
            has_evidence_key=row.has_evidence,
            lists_pairs=True,
            broken=row.report.broken,
            evidence_places=row.places,
        )


def rows(records: Iterable[Record], log: IssueLog) -> Iterator[Row]:
    """Yield the rows after the header, with their cells checked."""
    places: dict[str, int] = {}
    width = 0
    for record in records:
        if record.row == 0:
            places = read_header(record, log)
            width = len(record.cells)
            continue
        yield _row(record, places, width, log)


def read_header(record: Record, log: IssueLog) -> dict[str, int]:
    """Where each known column stands; what is wrong with the header is logged."""
    where = Where(line=record.line)
    places: dict[str, int] = {}
    for place, name in enumerate(record.cells):
        if name in places:
            log.add(make_issue("S012", where, f"the column {quote(name, 40)} again", "each column once"))
            continue
        places[name] = place
    unused = [name for name in places if name not in COLUMNS]
    for name in COLUMNS:
        if name not in places:
            close = [other for other in unused if other.strip().lower() == name]
            close = close or difflib.get_close_matches(name, [other[:50] for other in unused], 1)
            hint = f"Is {quote(close[0], 40)} meant to be {name}?" if close else ""
            found = f"the columns {', '.join(shorten(other, 30) for other in record.cells[:10])}"
            log.add(make_issue("S020" if name == "split" else "S011", where, found, f"the column {name}", hint))
    for name in unused[:100]:
        found = f"the column {quote(name, 40)}" if name else "a column without a name"
        log.add(make_issue("S013", where, found, f"the columns {', '.join(COLUMNS)}"))
    return places


def _row(record: Record, places: dict[str, int], width: int, log: IssueLog) -> Row:
    report = EntryReport(log, Where(row=record.row, line=record.line))
    cells: Sequence[str] = record.cells
    # A column the header lacks was reported there; without it the row cannot make a prediction.
    report.broken = any(name not in places for name in ("id", "evi", "label"))
    whole = len(cells) == width

    def cell(name: str) -> str | None:
        place = places.get(name, width)
        return cells[place] if place < len(cells) else None

    text = cell("id")
    claim_id = None if text is None else _claim_id(text, report)
    report.knows(claim_id)
    if not whole:
        found = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
        report.add("F027", "", found, f"{width} cells, as in the header")
        # The cells cannot be told apart any more; the id, which comes first, is the one most likely in its place.
        return Row(record.row - 1, report, claim_id, None, None, [], None, None, True)
    label = cell("label")
    verdict = None if label is None else report.label(label, "")
    evidence = cell("evi")
    pairs, problems, sound = split_cell(evidence or "")
    for problem in problems:
        report.add("S014", "", problem.found, "a question and an answer, each with its separator", problem.hint)
    # An empty cell is no claim text: nothing tells the two apart in a CSV file.
    claim = cell("claim") or None
    return Row(record.row - 1, report, claim_id, claim, verdict, pairs, sound, cell("split"), evidence is not None)


def _claim_id(text: str, report: EntryReport) -> int | None:
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return report.claim_id(int(text), "")
    number = re.fullmatch(r"\s*0*([0-9]{1,18})(\.0*)?\s*", text)
    hint = f"Write {int(number[1])}." if number else ""
    report.add("S004", "", f"the id {quote(text, 40)}", "an integer from 0 on", hint)
    return None


def cells_of(prediction: Prediction, split: str) -> tuple[str, ...]:
    """The row that stands for one prediction, in the order of ``COLUMNS``."""
    evidence = join_cell((pair.question, pair.answer) for pair in prediction.pairs())
    return (str(prediction.claim_id), prediction.claim or "", evidence, prediction.label.value, split)


__all__ = ["COLUMNS", "NAME", "SPLIT", "Row", "cells_of", "entries", "rows"]
