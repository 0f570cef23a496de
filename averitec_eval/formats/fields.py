"""Checking the fields of one entry: types, required keys, labels and ids, each problem with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from averitec_eval.formats.jsontext import OddNumber, escape_key
from averitec_eval.records import Answer, Verdict
from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Severity, Where
from averitec_eval.validation.printable import quote, shorten

LABELS: Mapping[str, Verdict] = {verdict.value: verdict for verdict in Verdict}
LABEL_LIST = ", ".join(LABELS)
ANSWER_TYPES = frozenset({"Extractive", "Abstractive", "Boolean", "Unanswerable"})

# What systems write instead of the four labels, with everything but letters removed.
_MEANT: Mapping[str, Verdict] = {
    **{re.sub(r"[^a-z]", "", verdict.value.lower()): verdict for verdict in Verdict},
    **dict.fromkeys(("support", "supports", "true", "correct", "entailment", "entailed"), Verdict.SUPPORTED),
    **dict.fromkeys(("refute", "refutes", "false", "incorrect", "contradiction", "notsupported"), Verdict.REFUTED),
    **dict.fromkeys(
        ("nee", "nei", "notenoughinfo", "notenoughinformation", "insufficientevidence", "unverifiable", "unknown"),
        Verdict.NOT_ENOUGH_EVIDENCE,
    ),
    **dict.fromkeys(
        (
            "conflicting",
            "conflictingevidence",
            "cherrypicking",
            "cherrypicked",
            "conflict",
            "conflictingevidencecherrypickingevidence",
            "conflictingevidenceandcherrypicking",
            "mixed",
            "disputed",
        ),
        Verdict.CONFLICTING,
    ),
}


def describe(value: object) -> str:
    """The kind of a JSON value and, in short, the value, as a report shows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, OddNumber):
        return f"the number {shorten(value.text, 40)}"
    if isinstance(value, str):
        return f"the string {quote(value, 60)}"
    if isinstance(value, list):
        return f"a list of {len(value):,} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, dict):
        if not value:
            return "an empty object"
        keys = ", ".join(shorten(key, 20) for key in islice(value, 4))
        return f"an object with the key{'' if len(value) == 1 else 's'} {keys}{', …' if len(value) > 4 else ''}"
    return "no JSON value"


class EntryReport:
    """The issues of one entry. ``broken`` is true once an error was among them."""

    __slots__ = ("broken", "log", "where")

    def __init__(self, log: IssueLog, where: Where) -> None:
        self.log = log
        self.where = where
        self.broken = False

    def add(self, code: str, path: str, found: str, expected: str, hint: str = "") -> None:
        """Log one issue at ``path``, a JSON pointer from the entry on (of no effect in a CSV file)."""
        where = self.where
        if path and where.pointer is not None:
            where = Where(where.pointer + path, where.row, where.line, where.column, where.claim_id)
        issue = make_issue(code, where, found, expected, hint)
        self.log.add(issue)
        self.broken = self.broken or issue.severity is Severity.ERROR

    def knows(self, claim_id: int | None) -> None:
        """Name the claim in all further issues of the entry."""
        where = self.where
        if claim_id is not None:
            self.where = Where(where.pointer, where.row, where.line, where.column, claim_id)

    def missing(self, key: str, keys: Collection[str], path: str, hint: str = "") -> None:
        """Log that an object with these keys lacks ``key``."""
        if not keys:
            found = "an empty object"
        else:
            shown = ", ".join(shorten(name, 30) for name in islice(keys, 8))
            found = f"the keys {shown}{', …' if len(keys) > 8 else ''}"
        if not hint:
            close = _similar(key, tuple(name for name in islice(keys, 100) if len(name) < 50))
            hint = f"Is {quote(close)} meant to be {quote(key)}?" if close else ""
        self.add("S002", path, found, f"the key {key}", hint)

    def wrong_type(self, value: object, path: str, expected: str, hint: str = "") -> None:
        """Log that ``value`` is not of the type that is ``expected``."""
        self.add("S003", path, describe(value), expected, hint)

    def required_text(self, item: Mapping[str, Any], key: str, path: str) -> str | None:
        """The string under ``key`` of the object at ``path``, or None with an issue."""
        value = item.get(key)
        if isinstance(value, str):
            return value
        if key in item:
            self.wrong_type(value, f"{path}/{key}", "a string")
        else:
            self.missing(key, item.keys(), path)
        return None

    def optional_text(self, item: Mapping[str, Any], key: str, path: str = "") -> str | None:
        """The string under ``key``, or None where it is absent or null, or with an issue where it is something else."""
        value = item.get(key)
        if value is None or isinstance(value, str):
            return value
        self.wrong_type(value, f"{path}/{key}", "a string or null")
        return None

    def optional_list(self, item: Mapping[str, Any], key: str) -> list[Any] | None:
        """The list under ``key``, or None where it is absent, or with an issue where it is something else."""
        value = item.get(key)
        if isinstance(value, list):
            return value
        if key in item:
            self.wrong_type(value, f"/{key}", "a list")
        return None

    def label(self, value: object, path: str) -> Verdict | None:
        """The verdict of a label, or None with an issue and a suggestion."""
        if not isinstance(value, str):
            self.wrong_type(value, path, "a string, one of the four labels")
            return None
        verdict = LABELS.get(value)
        if verdict is None:
            self.add("S006", path, f"the label {quote(value, 60)}", f"one of: {LABEL_LIST}", _label_hint(value[:200]))
        return verdict

    def claim_id(self, value: object, path: str) -> int | None:
        """The claim id, or None with an issue."""
        if type(value) is int:
            if value >= 0:
                return value
            self.add("S005", path, f"the number {value}", "an integer from 0 on")
            return None
        hint = ""
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value):
            hint = f"Write {int(value)} without quotation marks."
        elif isinstance(value, float) and value.is_integer() and value >= 0:
            hint = f"Write {int(value)} without a decimal point."
        self.add("S004", path, describe(value), "an integer from 0 on", hint)
        return None

    def answer(self, item: Any, path: str, seen: UnusedKeys) -> Answer | None:
        """An answer in the shape of 2023: an object, or a plain string with a warning."""
        if isinstance(item, str):
            self.add("S016", path, describe(item), "an object with the key answer")
            return Answer(item)
        if not isinstance(item, dict):
            self.wrong_type(item, path, "an object with the key answer")
            return None
        seen.check(item, ANSWER_KEYS, path, self)
        text = self.required_text(item, "answer", path)
        kind = self.optional_text(item, "answer_type", path)
        explanation = self.optional_text(item, "boolean_explanation", path)
        if kind is not None and kind not in ANSWER_TYPES:
            close = difflib.get_close_matches(kind[:50].capitalize(), sorted(ANSWER_TYPES), 1)
            hint = f"Did you mean '{close[0]}'?" if close else ""
            self.add("S017", f"{path}/answer_type", describe(kind), f"one of: {', '.join(sorted(ANSWER_TYPES))}", hint)
        if kind == "Boolean" and explanation is None:
            found = f"the Boolean answer {quote(text, 40)} alone" if text is not None else "a Boolean answer alone"
            self.add("S018", path, found, "a boolean_explanation")
        source = [
            self.optional_text(item, key, path)
            for key in ("source_url", "cached_source_url", "source_medium", "scraped_text")
        ]
        return None if text is None else Answer(text, kind, explanation, *source)


ANSWER_KEYS = frozenset(
    {
        "answer",
        "answer_type",
        "boolean_explanation",
        "source_url",
        "cached_source_url",
        "source_medium",
        "scraped_text",
    }
)


class UnusedKeys:
    """Notes keys that a format does not know, each name once for a file."""

    LIMIT = 100

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def check(self, item: Mapping[str, Any], known: frozenset[str], path: str, report: EntryReport) -> None:
        """Log the keys of the object at ``path`` that are not ``known`` and were not logged before."""
        if item.keys() <= known or len(self._seen) >= self.LIMIT:
            return
        for key in item:
            if key in known or key in self._seen or len(self._seen) >= self.LIMIT:
                continue
            self._seen.add(key)
            close = difflib.get_close_matches(key[:50], sorted(known), 1, 0.8)
            hint = f"If {quote(close[0])} is meant, correct the name." if close else ""
            # The names that are read with a warning only are nothing to aim for.
            expected = f"the keys {', '.join(sorted(name for name in known if not name.startswith('predicted_')))}"
            report.add("S009", f"{path}/{escape_key(key[:50])}", f"the key {quote(key, 50)}", expected, hint)


# The same mistake is usually in every entry, and comparing strings takes longer than reading the entry.
@lru_cache(maxsize=256)
def _similar(key: str, names: tuple[str, ...]) -> str:
    """The name most like ``key``, or an empty string."""
    close = difflib.get_close_matches(key, names, 1, 0.7)
    return close[0] if close else ""


@lru_cache(maxsize=256)
def _label_hint(text: str) -> str:
    if text.strip() in LABELS:
        return f"Remove the white space around '{text.strip()}'."
    meant = _MEANT.get(re.sub(r"[^a-z]", "", text[:100].lower()))
    if meant is None:
        close = difflib.get_close_matches(text[:100].strip().capitalize(), list(LABELS), 1, 0.6)
        meant = LABELS[close[0]] if close else None
    return "" if meant is None else f"Did you mean '{meant.value}'?"


__all__ = ["ANSWER_KEYS", "ANSWER_TYPES", "LABELS", "EntryReport", "UnusedKeys", "describe"]
