"""Writing predictions and gold: the same bytes for the same records, and an account of what a format cannot hold.

What would come back different without being named as a loss is refused, with every place. To be sure, each file is read
back before it gets its name.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from averitec_eval.errors import ConversionError, UsageError
from averitec_eval.files import write_bytes
from averitec_eval.formats import csv2025, gold_csv, gold_json, json2023, json2024, jsonl2024draft
from averitec_eval.formats.evidencecell import AFTER_ANSWER, AFTER_QUESTION, join_cell, split_cell
from averitec_eval.formats.reading import GoldFile, StrPath, SubmissionFile
from averitec_eval.formats.registry import FORMATS, GOLD, SUBMISSION, Format, names
from averitec_eval.records import NO_ANSWER, Answer, Gold, GoldClaim, Prediction, QAPair, Question, qa_pairs
from averitec_eval.validation.issues import IssueLog, Severity
from averitec_eval.validation.printable import quote

GZIP_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing that did not survive: how many there were, and what became of them."""

    kind: str
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class ConversionReport:
    """What was written: the file, its format, how many entries, what it cannot hold, its SHA-256 (hex) and size in
    bytes.
    """

    path: str
    format: str
    entries: int
    losses: tuple[Loss, ...]
    sha256: str
    size: int


# Kind of loss -> what became of it. The order is that of the report.
_LOSSES = {
    "question-answer pairs": "written as plain strings, question and answer joined by a space",
    "plain evidence strings": "dropped: the format has only question-answer pairs, so the evidence score changes",
    "questions with several answers": "one pair for each answer; question-only scores count the question as often",
    "questions without answers": f"written with the answer '{NO_ANSWER}', which is what is compared",
    "equal questions in a row": "come back as one question with several answers",
    "answer types": "dropped; the explanation of a Boolean answer is joined to the answer, as it is compared",
    "URLs": "dropped",
    "scraped texts": "dropped",
    "cached URLs and media": "dropped",
    "justifications": "dropped",
    "claim texts": "dropped",
    "missing claim texts": "written as empty cells",
    "metadata of claims": "dropped",
}


def write_submission(
    predictions: Iterable[Prediction], path: StrPath, format: str, *, split: str = csv2025.SPLIT
) -> ConversionReport:
    """Write predictions in a format, gzipped if the path ends in ``.gz``, and tell what the format cannot hold.

    ``split`` is what the column ``split`` of a CSV file holds. An existing file is replaced, in one step. Raises
    ``ConversionError`` with all ``problems`` if the file would not come back as what was given, less the losses, or if
    the format needs claim ids that are the places 0, 1, 2, ... and they are not. Raises ``UsageError`` for an unknown
    format, ``OutputError`` where the file cannot be written.
    """
    target = _target(format, SUBMISSION)
    given = list(predictions)
    losses: Counter[str] = Counter()
    problems = _surrogates(given) if given else ["there are no predictions to write"]
    if not target.has_ids:
        problems += _id_problems([prediction.claim_id for prediction in given], format)
    for prediction in given:
        _count_losses(prediction.evidence, target, losses)
        losses["plain evidence strings"] += 0 if "strings" in target.holds else len(prediction.string_evidence)
        losses["justifications"] += "justification" not in target.holds and prediction.justification is not None
        losses["claim texts"] += "claim" not in target.holds and prediction.claim is not None
        losses["missing claim texts"] += target.container == "csv" and not prediction.claim
        if target.container == "csv":
            problems += _cell_problems(prediction.claim_id, prediction.evidence)
    _refuse(path, format, problems)

    if target.container == "csv":
        data = _csv_bytes(csv2025.cells_of(prediction, split) for prediction in given)
    elif target.container == "jsonl":
        data = _lines_bytes(jsonl2024draft.to_json(prediction) for prediction in given)
    else:
        convert = json2024.to_json if format == json2024.NAME else json2023.to_json
        data = _list_bytes(convert(prediction) for prediction in given)
    data = _zipped(path, data)
    expected = [as_held(prediction, format) for prediction in given]
    log = IssueLog()
    found = [entry.prediction() for entry in SubmissionFile(path, log, format, data=data)]
    _verify(path, format, expected, found, log)
    return _write(path, format, len(given), losses, data)


def write_gold(
    gold: Gold | Sequence[GoldClaim], path: StrPath, format: str, *, split: str = gold_csv.SPLIT
) -> ConversionReport:
    """Write a gold set in a format, as ``write_submission``. Claim ids are written to JSON only if they are not the
    places.
    """
    target = _target(format, GOLD)
    given = list(gold)
    losses: Counter[str] = Counter()
    problems = _surrogates(given) if given else ["there are no claims to write"]
    for claim in given:
        _count_losses(claim.questions, target, losses)
        losses["justifications"] += "justification" not in target.holds and claim.justification is not None
        losses["metadata of claims"] += "metadata" not in target.holds and _has_metadata(claim)
        if target.container == "csv":
            problems += _cell_problems(claim.claim_id, claim.questions)
            if not claim.claim:
                problems.append(
                    f"claim {claim.claim_id}: the claim text is empty, which a CSV file cannot tell from none"
                )
    _refuse(path, format, problems)

    if target.container == "csv":
        data = _csv_bytes(gold_csv.cells_of(claim, split) for claim in given)
    else:
        with_id = [claim.claim_id for claim in given] != list(range(len(given)))
        data = _list_bytes(gold_json.to_json(claim, with_id=with_id) for claim in given)
    data = _zipped(path, data)
    expected = [gold_as_held(claim, format) for claim in given]
    log = IssueLog()
    found = [entry.gold_claim() for entry in GoldFile(path, log, format, data=data)]
    _verify(path, format, expected, found, log)
    return _write(path, format, len(given), losses, data)


def as_held(prediction: Prediction, format: str) -> Prediction:
    """The prediction as it comes back from a file of that format."""
    target = FORMATS[format]
    claim = prediction.claim
    if target.container == "csv":
        claim = claim or None
    strings = prediction.string_evidence
    if "pairs" not in target.holds:
        strings = (*(f"{pair.question} {pair.answer}" for pair in prediction.pairs()), *strings)
    return replace(
        prediction,
        claim=claim if "claim" in target.holds else None,
        evidence=_questions_as_held(prediction.evidence, target),
        string_evidence=strings if "strings" in target.holds else (),
        justification=prediction.justification if "justification" in target.holds else None,
        lists_pairs=_lists_pairs(prediction, target),
    )


def gold_as_held(claim: GoldClaim, format: str) -> GoldClaim:
    """The gold claim as it comes back from a file of that format."""
    target = FORMATS[format]
    questions = _questions_as_held(claim.questions, target)
    if "metadata" in target.holds:
        return replace(claim, questions=questions)
    pairs = [(question.question, question.answers[0].text) for question in questions]
    return GoldClaim(claim.claim_id, claim.claim, claim.label, gold_csv.group_pairs(pairs))


def _lists_pairs(prediction: Prediction, target: Format) -> bool:
    if "pairs" not in target.holds:
        return False
    return "strings" not in target.holds or prediction.lists_pairs or bool(prediction.evidence)


def _questions_as_held(questions: tuple[Question, ...], target: Format) -> tuple[Question, ...]:
    if "answer_type" in target.holds:
        return questions
    if "pairs" not in target.holds:
        return ()
    return tuple(_pair_as_held(pair, target) for pair in qa_pairs(questions))


def _pair_as_held(pair: QAPair, target: Format) -> Question:
    url = pair.url if "url" in target.holds else None
    scraped = pair.scraped_text if "scraped_text" in target.holds else None
    return Question(pair.question, (Answer(pair.answer, source_url=url, scraped_text=scraped),))


def _target(name: str, kind: str) -> Format:
    if name not in names(kind):
        raise UsageError(f"'{name}' is no format of {kind} files; known are {', '.join(names(kind))}")
    return FORMATS[name]


def _count_losses(questions: tuple[Question, ...], target: Format, losses: Counter[str]) -> None:
    """Count what of these questions the format cannot hold."""
    holds = target.holds
    for question in questions:
        answers = question.answers
        if "pairs" not in holds:
            losses["question-answer pairs"] += max(len(answers), 1)
        elif "several_answers" not in holds:
            losses["questions with several answers"] += len(answers) > 1
        if "answer_type" not in holds:
            losses["questions without answers"] += not answers
        for answer in answers:
            if "answer_type" not in holds:
                losses["answer types"] += answer.answer_type is not None or answer.boolean_explanation is not None
            losses["URLs"] += "url" not in holds and answer.source_url is not None
            losses["scraped texts"] += "scraped_text" not in holds and answer.scraped_text is not None
            if "source" not in holds:
                losses["cached URLs and media"] += (
                    answer.cached_source_url is not None or answer.source_medium is not None
                )
    if target.kind == GOLD and target.container == "csv":
        texts = [question.question for question in questions]
        losses["equal questions in a row"] += sum(one == other for one, other in pairwise(texts))


def _has_metadata(claim: GoldClaim) -> bool:
    bare = GoldClaim(claim.claim_id, claim.claim, claim.label, claim.questions, claim.justification)
    return claim != bare


def _id_problems(ids: list[int], format: str) -> list[str]:
    wrong = [(place, claim_id) for place, claim_id in enumerate(ids) if place != claim_id]
    if not wrong:
        return []
    place, claim_id = wrong[0]
    return [
        f"{format} has no claim ids: entry {place} would become claim {place}, but its id is {claim_id} "
        f"({len(wrong):,} of {len(ids):,} entries are out of place). Sort the predictions by id and fill in missing "
        f"claims, "
        "or choose a format with ids"
    ]


def _cell_problems(claim_id: int, questions: tuple[Question, ...]) -> list[str]:
    """Every question and answer that a CSV evidence cell cannot hold as it is."""
    pairs = [(pair.question, pair.answer) for pair in qa_pairs(questions)]
    problems = []
    if not pairs:
        problems.append(
            f"claim {claim_id}: there is no question-answer pair, and the organisers' reader crashes on an empty cell"
        )
    if split_cell(join_cell(pairs))[0] != pairs:
        # Which text is at fault shows best when each pair stands alone, and one does not run into the next.
        for number, (question, answer) in enumerate(pairs):
            if split_cell(join_cell([(question, answer)]))[0] == [(question, answer)]:
                continue
            places = [
                f"the {name} {quote(text, 40)}"
                for name, text, end in (("question", question, AFTER_QUESTION), ("answer", answer, AFTER_ANSWER))
                if (text + end).find(AFTER_QUESTION) != len(text) or text.startswith("\n")
            ]
            blamed = " and ".join(places) or "the pair"
            problems.append(
                f"claim {claim_id}, pair {number}: {blamed} cannot be told from the separators (tab tab newline) of "
                f"the cell"
            )
        if not problems:
            problems.append(f"claim {claim_id}: the pairs cannot be told apart in one cell")
    return problems


def _surrogates(records: Iterable[Any]) -> list[str]:
    """Every record with a text that UTF-8 cannot encode."""
    problems = []
    for record in records:
        try:
            json.dumps(_texts(record), ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            around = error.object[max(error.start - 20, 0) : error.start + 10]
            problems.append(
                f"claim {record.claim_id}: half a surrogate pair, which UTF-8 cannot encode, in {quote(around, 40)}"
            )
    return problems


def _texts(record: Prediction | GoldClaim) -> object:
    if isinstance(record, GoldClaim):
        return gold_json.to_json(record, with_id=False)
    return json2023.to_json(record)


def _refuse(path: StrPath, format: str, problems: list[str]) -> None:
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise ConversionError(
            f"{os.fspath(path)}: not written, because {format} cannot hold this:{listed}", tuple(problems)
        )


def _csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    lines = [",".join(map(_quoted, row)) + "\n" for row in chain([csv2025.COLUMNS], rows)]
    return "".join(lines).encode("utf-8")


def _quoted(cell: str) -> str:
    """A cell as RFC 4180 writes it. (The csv module leaves a lone carriage return unquoted where lines end in a
    newline.)
    """
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


_NEEDS_QUOTES = re.compile(r'[,"\r\n]')


def _list_bytes(items: Iterable[dict[str, Any]]) -> bytes:
    """A JSON list with an entry's keys each on a line of its own, so that two versions can be compared line by line."""
    return (json.dumps(list(items), ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _lines_bytes(items: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items).encode("utf-8")


def _zipped(path: StrPath, data: bytes) -> bytes:
    if Path(path).suffix.lower() != ".gz":
        return data
    packed = io.BytesIO()
    # Neither a time nor a file name goes into the header: the same content gives the same bytes.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=packed, mtime=0) as handle:
        handle.write(data)
    return packed.getvalue()


def _verify(path: StrPath, format: str, expected: Sequence[object], found: Sequence[object], log: IssueLog) -> None:
    """Refuse to keep a file that does not read back as what was meant."""
    problems = [
        f"entry {place} does not read back as it was written"
        for place, (one, other) in enumerate(zip(expected, found, strict=False))
        if one != other
    ]
    if len(expected) != len(found):
        problems.append(f"{len(found):,} of {len(expected):,} entries read back")
    problems += [
        f"{issue.code}: {issue.found}"
        for group in log.groups()
        if group.severity is Severity.ERROR
        for issue in group.examples
    ]
    _refuse(path, format, problems)


def _write(path: StrPath, format: str, entries: int, losses: Counter[str], data: bytes) -> ConversionReport:
    write_bytes(path, data)
    kept = tuple(Loss(kind, losses[kind], text) for kind, text in _LOSSES.items() if losses[kind])
    return ConversionReport(os.fspath(path), format, entries, kept, hashlib.sha256(data).hexdigest(), len(data))


__all__ = ["ConversionReport", "Loss", "as_held", "gold_as_held", "write_gold", "write_submission"]
