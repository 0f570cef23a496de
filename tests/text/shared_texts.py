"""All text in the shared research data: every string of every JSON, JSON-lines and CSV file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

TEXT_FOLDERS = ("averitec", "submissions", "knowledge_store_dev", "pipeline", "ev2r")

csv.field_size_limit(1 << 24)


def strings_in(value: Any) -> Iterator[str]:
    """Every string in a JSON value but the keys, and the question-answer strings that are compared."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)
    elif isinstance(value, dict):
        yield from strings_in(list(value.values()))
        question, answer = value.get("question"), value.get("answer")
        if isinstance(question, str) and isinstance(answer, str):
            yield f"{question} {answer}"


def strings_of(path: Path) -> Iterator[str]:
    """Every string in one file."""
    if path.suffix == ".csv":
        # One of the CSV files is not UTF-8 throughout; which characters stand in for the rest does not matter here.
        with path.open(encoding="utf-8", errors="replace", newline="") as handle:
            for row in csv.reader(handle):
                yield from row
        return
    text = path.read_text(encoding="utf-8")
    try:
        yield from strings_in(json.loads(text))
    except json.JSONDecodeError:
        for line in filter(None, text.split("\n")):
            yield from strings_in(json.loads(line))


@lru_cache(maxsize=1)
def all_texts(data_dir: Path) -> tuple[str, ...]:
    """All distinct strings of the shared data, in a fixed order."""
    texts: dict[str, None] = {}
    for folder in TEXT_FOLDERS:
        for path in sorted((data_dir / folder).iterdir()):
            texts.update(dict.fromkeys(strings_of(path)))
    return tuple(texts)


def compared_strings(entry: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The questions and the question-answer strings of a gold claim or of a prediction in the 2024 keys."""
    if "questions" in entry:
        pairs = [
            (question["question"], f"{answer['answer']}. {answer['boolean_explanation']}")
            if answer["answer_type"] == "Boolean"
            else (question["question"], answer["answer"])
            for question in entry["questions"]
            for answer in question["answers"] or [{"answer": "No answer could be found.", "answer_type": None}]
        ]
        return [question["question"] for question in entry["questions"]], [" ".join(pair) for pair in pairs]
    pairs = [(item["question"], item["answer"]) for item in entry["evidence"]]
    return [question for question, _ in pairs], [" ".join(pair) for pair in pairs]
