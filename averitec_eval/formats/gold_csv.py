"""``gold-csv``: the gold file of the 2025 shared task.

The columns are those of ``2025-csv``, with ``gold`` in the column ``split``. The file has one pair for each answer and
no mark where one question has several, so pairs in a row with the same question are taken as one question with several
answers, as AVeriTeC's own JSON has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from averitec_eval.formats import csv2025
from averitec_eval.formats.csvtext import Record
from averitec_eval.formats.entries import GoldEntry
from averitec_eval.formats.evidencecell import join_cell
from averitec_eval.records import Answer, GoldClaim, Question, qa_pairs
from averitec_eval.validation.issues import IssueLog
from averitec_eval.validation.printable import quote

NAME = "gold-csv"
SPLIT = "gold"


def entries(records: Iterable[Record], log: IssueLog) -> Iterator[GoldEntry]:
    """Yield an entry for each row, logging what is wrong with it."""
    for row in csv2025.rows(records, log):
        report = row.report
        if row.split is not None and row.split != SPLIT:
            report.add("S019", "", f"{quote(row.split, 40)} in the column split", SPLIT)
        if row.claim is None and not report.broken:
            report.wrong_type(None, "", "the claim's text in the column claim")
        yield GoldEntry(
            where=report.where,
            index=row.index,
            claim_id=row.claim_id,
            claim=row.claim,
            label=row.label,
            questions=group_pairs(row.pairs),
            broken=report.broken,
        )


def group_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[Question, ...]:
    """Questions with all their answers: pairs with equal questions that follow one another belong together."""
    questions: list[tuple[str, list[Answer]]] = []
    for question, answer in pairs:
        if questions and questions[-1][0] == question:
            questions[-1][1].append(Answer(answer))
        else:
            questions.append((question, [Answer(answer)]))
    return tuple(Question(question, tuple(answers)) for question, answers in questions)


def cells_of(claim: GoldClaim, split: str) -> tuple[str, ...]:
    """The row that stands for one gold claim."""
    evidence = join_cell((pair.question, pair.answer) for pair in qa_pairs(claim.questions))
    return (str(claim.claim_id), claim.claim, evidence, claim.label.value, split)


__all__ = ["NAME", "SPLIT", "cells_of", "entries", "group_pairs"]
