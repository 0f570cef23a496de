"""Rules about what is allowed but most likely not meant."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from averitec_eval.records import Verdict
from averitec_eval.validation.issues import Where
from averitec_eval.validation.printable import quote
from averitec_eval.validation.rules.base import Context, at, fold

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry

FEWEST_ENTRIES = 3
"""Below this many predictions, sameness proves nothing."""

URL_FORMATS = frozenset({"2024-json"})
"""Formats with a field for the source of each piece of evidence that the shared task asks for."""

# A host is anything without spaces and slashes: international names and odd ports are the web's business, not ours.
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)


class SharedEvidence:
    """Whether most claims have one and the same evidence."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: Counter[bytes] = Counter()

    def see(self, entry: Entry) -> None:
        """Count the entry's evidence."""
        evidence = self._context.evidence_of(entry)
        if evidence is not None:
            self._seen[evidence] += 1

    def finish(self) -> None:
        """Say if one list of evidence serves more than half of the claims that have any."""
        total = sum(self._seen.values())
        if total < FEWEST_ENTRIES:
            return
        most = self._seen.most_common(1)[0][1]
        if 2 * most > total:
            found = f"the same evidence for {most} of {total} claims that have any"
            self._context.add("Q001", Where(), found, "evidence of its own for each claim")


class Sources:
    """Pairs that say nothing, and the addresses that evidence comes from."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._answers = 0
        self._urls = 0

    def see(self, entry: Entry) -> None:
        """Check the entry's pairs and their addresses."""
        for number, question in enumerate(entry.evidence):
            asked = question.question
            for place, answer in enumerate(question.answers):
                self._answers += 1
                if len(answer.text) < 2 * len(asked) + 20 and asked.strip() and fold(answer.text) == fold(asked):
                    where = at(entry, entry.answer_path(number, place))
                    self._context.add("Q002", where, quote(answer.text, 60), "an answer to the question")
                url = (answer.source_url or "").strip()
                if not url:
                    continue
                self._urls += 1
                if not _WEB_ADDRESS.fullmatch(url):
                    where = at(entry, _url_path(entry, number, place))
                    self._context.add("Q005", where, quote(url, 60), "an address such as https://example.org/page")

    def finish(self) -> None:
        """Say if a format that has room for addresses holds none."""
        if self._context.format in URL_FORMATS and self._answers and not self._urls:
            self._context.add("Q003", Where(), f"no URL in any of {self._answers} pairs", "the source of each answer")


def _url_path(entry: Entry, number: int, place: int) -> str:
    """The JSON pointer from the entry to the address of an answer, which stands beside its text."""
    field = "source_url" if entry.evidence_key == "questions" else "url"
    return entry.answer_path(number, place).removesuffix("answer") + field


class Labels:
    """Whether every prediction says the same."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._counts: Counter[Verdict] = Counter()

    def see(self, entry: Entry) -> None:
        """Count the entry's label."""
        if entry.label is not None:
            self._counts[entry.label] += 1

    def finish(self) -> None:
        """Say if there is one label only where gold has several."""
        gold = self._context.gold
        if len(self._counts) != 1 or (gold is not None and gold.labels < 2):
            return
        label, count = next(iter(self._counts.items()))
        if count >= FEWEST_ENTRIES:
            self._context.add("Q004", Where(), f'"{label.value}" for all {count} predictions', "verdicts that differ")


__all__ = ["Labels", "SharedEvidence", "Sources"]
