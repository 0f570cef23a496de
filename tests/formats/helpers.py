"""Reading bytes as if they were a file, with all issues listed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from averitec_eval.formats import Entry, GoldEntry, GoldFile, SubmissionFile
from averitec_eval.formats.source import LIMITS, Limits
from averitec_eval.validation.issues import Issue, IssueLog


@dataclass(frozen=True)
class Read:
    """What came of reading: the entries, the issues by severity, and the file object."""

    entries: list[Entry]
    issues: list[Issue]
    file: SubmissionFile

    @property
    def codes(self) -> list[str]:
        """The codes, notes left out."""
        return [issue.code for issue in self.issues if issue.code not in {"F028", "S009", "S013"}]

    def issue(self, code: str) -> Issue:
        """The only issue of that code."""
        (issue,) = (issue for issue in self.issues if issue.code == code)
        return issue


def read(data: bytes | str | Any, form: str | None = None, *, name: str = "x", limits: Limits = LIMITS) -> Read:
    """Read predictions; anything but bytes and text is written as JSON first."""
    log = IssueLog(1000)
    file = SubmissionFile(name, log, form, limits=limits, data=as_bytes(data))
    entries = list(file)
    return Read(entries, [issue for group in log.groups() for issue in group.examples], file)


def read_gold_entries(data: bytes | str | Any, form: str | None = None) -> tuple[list[GoldEntry], list[Issue]]:
    """Read a gold file."""
    log = IssueLog(1000)
    entries = list(GoldFile("x", log, form, data=as_bytes(data)))
    return entries, [issue for group in log.groups() for issue in group.examples]


def as_bytes(data: bytes | str | Any) -> bytes:
    """The bytes of a file with this content."""
    if isinstance(data, bytes):
        return data
    return (data if isinstance(data, str) else json.dumps(data)).encode()


def pair(question: str = "Who?", answer: str = "She.", **more: Any) -> dict[str, Any]:
    """A question-answer pair of the 2024 format."""
    return {"question": question, "answer": answer, "url": "https://archive.example/1", **more}


def entry(claim_id: Any = 0, **more: Any) -> dict[str, Any]:
    """A sound 2024 entry, with keys replaced or, where the value is ``...``, removed."""
    item = {"claim_id": claim_id, "claim": "It rained.", "evidence": [pair()], "pred_label": "Supported", **more}
    return {key: value for key, value in item.items() if value is not ...}


def entry_2023(**more: Any) -> dict[str, Any]:
    """A sound 2023 entry, likewise."""
    questions = [{"question": "Who?", "answers": [{"answer": "She.", "answer_type": "Extractive"}]}]
    item = {"claim": "It rained.", "label": "Refuted", "questions": questions, **more}
    return {key: value for key, value in item.items() if value is not ...}


def cell(*pairs: tuple[str, str]) -> str:
    """An evidence cell, quoted for CSV."""
    text = "".join(f"{question}\t\t\n{answer}\t\t\n\n" for question, answer in pairs)
    return '"' + text.replace('"', '""') + '"'


HEADER = "id,claim,evi,label,split\n"


def row(claim_id: object = 0, evi: str | None = None, label: str = "Supported", split: str = "pred") -> str:
    """A row of a CSV file."""
    return f"{claim_id},It rained.,{cell(('Who?', 'She.')) if evi is None else evi},{label},{split}\n"
