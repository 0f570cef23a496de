"""A folder with a small shared task in it, which an organiser can run at once and change into their own."""

from __future__ import annotations

import importlib.resources
import json
import os
from collections.abc import Iterator
from pathlib import Path

from averitec_eval.errors import OutputError, UsageError
from averitec_eval.examples import mini_gold_path, mini_knowledge_store_path
from averitec_eval.files import write_bytes
from averitec_eval.formats import read_gold
from averitec_eval.leaderboard import fields
from averitec_eval.leaderboard.config import read_config

TITLE = "My fact-checking task"

WORKFLOW = "platforms/workflows/leaderboard.yml"
"""The workflow for pull requests, below the package."""

MARK = "{title}"
"""Stands in the starter's files for the title of the task."""


def write_task(directory: str | os.PathLike[str], title: str = TITLE) -> tuple[Path, ...]:
    """Write the starter of a task into a folder that is empty or not there, and give the paths of its files.

    Raises ``UsageError`` if the folder holds anything, is no folder, or ``title`` is not fit to be one, and
    ``OutputError`` if it cannot be written.
    """
    folder = Path(directory)
    try:
        title = str(fields.text(120, empty=False)(title))
    except fields.Wrong as wrong:
        raise UsageError(f"the title: found {fields.describe(title)}, expected {wrong.expected}") from None
    try:
        if os.path.lexists(folder) and any(folder.iterdir()):
            raise UsageError(f"{folder}: found a folder that is not empty, expected a new one; name another")
    except NotADirectoryError:
        raise UsageError(f"{folder}: found a file, expected a folder that is empty or not there") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be used: {error.strerror}; name another folder") from None
    paths = []
    for name, data in _files(title):
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: cannot be made: {error.strerror}; name another folder") from None
        write_bytes(path, data)
        paths.append(path)
    read_config(folder / "leaderboard.yaml")
    return tuple(paths)


def _files(title: str) -> Iterator[tuple[str, bytes]]:
    package = importlib.resources.files("averitec_eval")
    starter = package / "examples" / "task"
    # JSON text is YAML too, whatever the title holds.
    quoted = json.dumps(title, ensure_ascii=False)
    for target, source, shown in (
        ("leaderboard.yaml", "leaderboard.yaml", quoted),
        ("README.md", "README.md", title),
        (".gitignore", "gitignore", ""),
        ("submissions/example/submission.yaml", "submission.yaml", ""),
    ):
        yield target, (starter / source).read_text(encoding="utf-8").replace(MARK, shown).encode()
    yield "submissions/example/predictions.json", _predictions()
    workflow = package / WORKFLOW
    if workflow.is_file():
        yield ".github/workflows/leaderboard.yml", workflow.read_bytes()


def _predictions() -> bytes:
    """Predictions for AVeriTeC-mini: the sentences of a claim's knowledge store that share most words with it."""
    store = mini_knowledge_store_path()
    predictions = []
    for claim in read_gold(mini_gold_path()):
        words = _words(claim.claim)
        lines = (store / f"{claim.claim_id}.json").read_text(encoding="utf-8").splitlines()
        found = [(sentence, page["url"]) for page in map(json.loads, lines) for sentence in page["url2text"]]
        nearest = sorted(found, key=lambda item: -len(_words(item[0]) & words))[:3]
        near = len(_words(nearest[0][0]) & words) > len(words) / 2
        predictions.append(
            {
                "claim_id": claim.claim_id,
                "claim": claim.claim,
                "evidence": [
                    {"question": f"What is said {place} about this: {claim.claim}", "answer": sentence, "url": url}
                    for place, (sentence, url) in zip(("first", "second", "third"), nearest, strict=False)
                ],
                "pred_label": "Supported" if near else "Refuted",
            }
        )
    return (json.dumps(predictions, ensure_ascii=False, indent=1) + "\n").encode()


def _words(text: str) -> set[str]:
    return {word.strip(".,").lower() for word in text.split()}


__all__ = ["TITLE", "WORKFLOW", "write_task"]
