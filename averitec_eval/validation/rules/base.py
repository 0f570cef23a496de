"""What rules share: the protocol, the gold set as hashes, and how texts are made comparable."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from averitec_eval.records import Gold, Question
from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry

POSITIONAL_FORMATS = frozenset({"2023-json", "2024-draft-jsonl"})
"""Formats without claim ids, whose entries are joined with gold by their place."""

CSV_FORMATS = frozenset({"2025-csv", "gold-csv"})
"""Formats with a row for each claim and all its evidence in one cell."""


class Rule(Protocol):
    """One rule. ``see`` takes each entry once, in file order; ``finish`` follows only if the whole file was read."""

    def see(self, entry: Entry) -> None:
        """Look at one entry."""

    def finish(self) -> None:
        """Say what only the whole file shows."""


@dataclass
class Context:
    """What the rules of one run share. ``format`` is the name of the file's format, known once reading has begun."""

    log: IssueLog
    gold: GoldIndex | None
    format: str = ""
    _hashed: tuple[int, bytes | None] = (-1, None)

    def add(self, code: str, where: Where, found: str, expected: str, hint: str = "") -> None:
        """Log one issue."""
        self.log.add(make_issue(code, where, found, expected, hint))

    def evidence_of(self, entry: Entry) -> bytes | None:
        """The hash of an entry's evidence, worked out once however many rules ask; None if it holds no text."""
        if self._hashed[0] != entry.index:
            self._hashed = (entry.index, evidence_digest(entry.evidence, entry.string_evidence))
        return self._hashed[1]

    @property
    def positional(self) -> bool:
        """Whether entries are joined by their place in the file."""
        return self.format in POSITIONAL_FORMATS


def digest(parts: Iterable[str]) -> bytes:
    """A 16-byte hash of a sequence of strings; different sequences give different hashes for every purpose here."""
    blake = hashlib.blake2b(digest_size=16)
    for part in parts:
        # Lengths keep ("ab", "c") apart from ("a", "bc"); surrogates pass because broken files hold them.
        data = part.encode("utf-8", "surrogatepass")
        blake.update(len(data).to_bytes(8, "little"))
        blake.update(data)
    return blake.digest()


def fold(text: str) -> str:
    """``text`` without differences of case, space and Unicode compatibility form."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: only spaces and invisible format characters, or no character at all."""
    stripped = text.strip()
    return not stripped or (not stripped.isascii() and not _INVISIBLE.sub("", stripped).strip())


_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_NOT_WORD = re.compile(r"[^\w%$€£+-]+")


def claim_key(text: str) -> str:
    """What two writings of the same claim share: its words in order, whatever their case, spaces and punctuation."""
    return _NOT_WORD.sub(" ", fold(text)).strip()


def evidence_digest(questions: Iterable[Question], strings: Iterable[str]) -> bytes | None:
    """A hash of a claim's evidence as it is compared, or None where there is no text in it."""
    texts = [fold(text) for text in evidence_texts(questions, strings)]
    return digest(texts) if any(texts) else None


def evidence_texts(questions: Iterable[Question], strings: Iterable[str]) -> Iterator[str]:
    """Every question and answer of a claim's evidence, then the plain strings."""
    for question in questions:
        yield question.question
        for answer in question.answers:
            yield answer.full_text
    yield from strings


@dataclass(frozen=True, slots=True)
class Text:
    """One string of an entry with the way to it: ``path`` is what follows the entry's own JSON pointer."""

    kind: str
    path: str
    text: str


def texts_of(entry: Entry) -> Iterator[Text]:
    """The questions, answers and plain strings of an entry, in file order, with their places."""
    for number, question in enumerate(entry.evidence):
        yield Text("question", f"{entry.question_path(number)}/question", question.question)
        for place, answer in enumerate(question.answers):
            yield Text("answer", entry.answer_path(number, place), answer.text)
    for number, string in enumerate(entry.string_evidence):
        yield Text("string", entry.string_path(number), string)


def at(entry: Entry, path: str = "") -> Where:
    """The place of an entry, or of something within it."""
    if not path or entry.where.pointer is None:
        return entry.where
    return replace(entry.where, pointer=entry.where.pointer + path)


@dataclass(frozen=True)
class GoldIndex:
    """What rules need of a gold set. ``places`` maps a claim id to its place in the file, counted from 0.

    ``keys`` maps an id to the comparable form of its claim, ``ids_by_key`` such a form to all ids that have it,
    ``texts`` an id to its claim as written and ``predictions`` an id to the hash of its label and evidence. ``labels``
    is the number of different labels. An id that occurs twice keeps its first claim.
    """

    places: dict[int, int]
    keys: dict[int, str]
    ids_by_key: dict[str, tuple[int, ...]]
    texts: dict[int, str]
    predictions: dict[int, bytes]
    labels: int

    @classmethod
    def of(cls, gold: Gold) -> GoldIndex:
        """Index a gold set."""
        places: dict[int, int] = {}
        keys: dict[int, str] = {}
        texts: dict[int, str] = {}
        predictions: dict[int, bytes] = {}
        ids_by_key: dict[str, tuple[int, ...]] = {}
        for place, claim in enumerate(gold):
            if claim.claim_id in places:
                continue
            places[claim.claim_id] = place
            texts[claim.claim_id] = claim.claim
            key = keys[claim.claim_id] = claim_key(claim.claim)
            ids_by_key[key] = (*ids_by_key.get(key, ()), claim.claim_id)
            evidence = evidence_digest(claim.questions, ())
            if evidence is not None:
                predictions[claim.claim_id] = digest([claim.label.value]) + evidence
        labels = len({claim.label for claim in gold})
        return cls(places, keys, ids_by_key, texts, predictions, labels)

    def __len__(self) -> int:
        return len(self.places)


__all__ = [
    "CSV_FORMATS",
    "POSITIONAL_FORMATS",
    "Context",
    "GoldIndex",
    "Rule",
    "Text",
    "at",
    "claim_key",
    "digest",
    "evidence_digest",
    "evidence_texts",
    "fold",
    "is_blank",
    "texts_of",
]
