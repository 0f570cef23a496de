"""The tests' end of ``oracle_worker.py``: NLTK 3.9.1 in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".cache" / "oracle"
LIBRARY = INSTALLED / "nltk-3.9.1"
NLTK_DATA = INSTALLED / "nltk_data"


def is_installed() -> bool:
    """Whether ``tools/install_oracle.py`` has run to its end."""
    return all((folder / "installed.txt").is_file() for folder in (LIBRARY, NLTK_DATA))


class Oracle:
    """Asks NLTK 3.9.1. Every method takes items and returns the answers in the same order."""

    def __init__(self) -> None:
        worker = Path(__file__).with_name("oracle_worker.py")
        # -I keeps the environment's own packages and variables out of the worker's way.
        command = [sys.executable, "-I", str(worker), str(LIBRARY), str(NLTK_DATA)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, operation: str, items: Sequence[Any]) -> list[Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([operation, items]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the oracle stopped with exit code {self._process.poll()}"
        answers: list[Any] = json.loads(answer)
        return answers

    def close(self) -> None:
        self._process.communicate()

    def version(self) -> str:
        return str(self.ask("version", [None])[0])

    def words(self, texts: Sequence[str]) -> list[list[str]]:
        return self.ask("words", texts)

    def sentences(self, texts: Sequence[str]) -> list[list[str]]:
        return self.ask("sentences", texts)

    def stems(self, words: Sequence[str]) -> list[str]:
        return self.ask("stems", words)

    def synonyms(self, words: Sequence[str]) -> list[list[str]]:
        return self.ask("synonyms", words)

    def meteor(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return self.ask("meteor", pairs)

    def matches(self, pairs: Sequence[tuple[str, str]]) -> list[list[list[int]]]:
        return self.ask("matches", pairs)


def batches(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Lists of at most ``size`` items, so that neither process holds everything at once."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
