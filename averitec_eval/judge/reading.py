"""Reading what a judge replied: four counts, or why there are none. Nothing is guessed, nothing is executed.

A reply is JSON, or what models write for it: with prose or fences around, single quotes, commas too many, words of
Python, other spellings of the keys, counts in quotes. Where it holds several objects with counts the last one is the
judge's: judges correct themselves, and quote before they answer. A reply that breaks off in an object, or whose counts
are missing, contradict one another or can be no counts, is unscored; no count is ever taken to be 0.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from averitec_eval.baselines.components.json_reply import read_objects
from averitec_eval.scoring.judgements import REPAIRED, FactCounts, Judgement, Kind, judged, unscored

NO_COUNTS = "no-counts"
BAD_COUNTS = "bad-counts"
CUT_OFF = "cut-off"
FAULTS = (NO_COUNTS, BAD_COUNTS, CUT_OFF)
"""Why a reply cannot be used: it does not hold the four counts; some are no counts, beyond ``MOST_FACTS`` or given
twice; it breaks off.
"""

MOST_FACTS = 1000
"""The largest count that is believed."""

Slot = Literal["predicted", "predicted_supported", "reference", "reference_supported"]
_SLOTS: tuple[Slot, ...] = ("predicted", "predicted_supported", "reference", "reference_supported")

_THOUGHTS = re.compile(r"\A\s*<think>.*?(</think>|\Z)", re.DOTALL)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LETTERS = re.compile(r"[a-z]+")
_LONGEST_KEY = 120
_DEEPEST = 6

_SIDES: dict[str, Literal["predicted", "reference"]] = {
    "predicted": "predicted",
    "prediction": "predicted",
    "pred": "predicted",
    "reference": "reference",
    "ref": "reference",
    "gold": "reference",
}
_EVIDENCE = frozenset(("evidence", "evidences", "qa"))
_QUESTIONS = frozenset(("question", "questions"))
_FILLERS = frozenset(("of", "in", "the", "for", "atomic"))
_FACTS = frozenset(("fact", "facts"))
_COUNTS = frozenset(("count", "counts", "number", "num", "total"))
_SUPPORT = frozenset(("support", "supported"))
_NUMBER = re.compile(
    r"\s*(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(?:atomic\s+)?(?:facts?|questions?)?\s*\.?\s*", re.IGNORECASE
)
_NUMBERED = re.compile(r"(?:\A|(?<=\s))([0-9]{1,3})[.)](?=\s)")


def slot_of(key: str) -> tuple[Slot, Literal["evidence", "questions", ""]] | None:
    """Which count a key names, and whether it says of evidence or of questions; None for a key of none.

    ``facts count predicted evidence`` and ``support predicted evidence`` are the official spellings.
    """
    words = _LETTERS.findall(_CAPITAL.sub(" ", key[:_LONGEST_KEY]).lower())
    sides = {_SIDES[word] for word in words if word in _SIDES}
    rest = frozenset(word for word in words if word not in _SIDES) - _FILLERS
    kinds = rest & (_EVIDENCE | _QUESTIONS)
    rest -= kinds
    if len(sides) != 1 or not rest <= _FACTS | _COUNTS | _SUPPORT:
        return None
    side = sides.pop()
    of: Literal["evidence", "questions", ""] = ""
    if kinds:
        of = "questions" if kinds & _QUESTIONS else "evidence"
    if rest & _SUPPORT:
        return ("predicted_supported" if side == "predicted" else "reference_supported"), of
    return (side, of) if rest & _COUNTS else None


def _number(value: Any) -> float | None:
    """A value as a number, None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value)
        value = float(found[1]) if found else None
    if isinstance(value, int):
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


class _Found:
    """What the keys of one object say of the four counts."""

    __slots__ = ("items", "values")

    def __init__(self, items: Sequence[tuple[str, Any]], kind: Kind) -> None:
        own = "questions" if kind == "questions" else "evidence"
        self.items = items
        # Per count: the values of keys that name this kind, of those that name none, and of those of the other kind.
        self.values: dict[Slot, tuple[list[Any], ...]] = {}
        for key, value in items:
            slot = slot_of(key)
            if slot is not None:
                ranked = self.values.setdefault(slot[0], ([], [], []))
                ranked[0 if slot[1] == own else 1 if not slot[1] else 2].append(value)

    @property
    def whole(self) -> bool:
        return len(self.values) == len(_SLOTS)

    def counts(self) -> FactCounts | None:
        """The counts, None where one is no count or is given twice."""
        found: dict[Slot, float] = {}
        for slot in _SLOTS:
            given = next(filter(None, self.values[slot]))
            # Some list the supported facts beside their number, under a key that could be either's.
            given = [value for value in given if not isinstance(value, list | dict)] or given
            numbers = {_number(value) for value in given}
            number = numbers.pop()
            if numbers or number is None or not 0 <= number <= MOST_FACTS:
                return None
            found[slot] = number
        if not isinstance(found["predicted"], int) or not isinstance(found["reference"], int):
            return None
        return FactCounts(
            found["predicted"], found["predicted_supported"], found["reference"], found["reference_supported"]
        )


def _candidates(value: Any, kind: Kind, depth: int = 0) -> Iterator[_Found]:
    """Yield what each object in a value says, where it says something; an object whose counts are whole stands for
    all that it holds.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for member in value:
            yield from _candidates(member, kind, depth + 1)
    elif isinstance(value, dict):
        items = list(value.items())
        for key, inner in value.items():
            if isinstance(inner, dict):
                items += [(f"{key} {name}", each) for name, each in inner.items()]
        found = _Found(items, kind)
        if found.whole:
            yield found
            return
        inside = [each for member in value.values() for each in _candidates(member, kind, depth + 1)]
        yield from inside or ([found] if found.values else [])


def answers(text: str, kind: Kind) -> tuple[FactCounts | None, ...]:
    """The counts of every whole object with four of them in a reply, in order; None for counts that are none."""
    return tuple(found.counts() if sure else None for found, sure in _read(text, kind)[0] if found.whole)


def listed_facts(text: str, kind: Kind) -> dict[Literal["predicted", "reference"], list[str]]:
    """The facts that a reply lists beside its counts, by side; a side whose facts are not numbered or in a list is
    left out.
    """
    whole = [found for found, _ in _read(text, kind)[0] if found.whole]
    listed: dict[Literal["predicted", "reference"], list[str]] = {}
    for key, value in whole[-1].items if whole else ():
        words = _LETTERS.findall(_CAPITAL.sub(" ", key[:_LONGEST_KEY]).lower())
        sides = {_SIDES[word] for word in words if word in _SIDES}
        if len(sides) == 1 and frozenset(words) - _SIDES.keys() - _FILLERS - _EVIDENCE - _QUESTIONS == {"facts"}:
            facts = _members(value)
            if facts:
                listed[sides.pop()] = facts
    return listed


def _members(value: Any) -> list[str]:
    """The members of a list of facts: of a list, or of a text that numbers them from 1."""
    if isinstance(value, list):
        return [member for member in value if isinstance(member, str)]
    found: list[str] = []
    begin = -1
    for mark in _NUMBERED.finditer(value) if isinstance(value, str) else ():
        if int(mark[1]) == len(found) + (2 if begin >= 0 else 1):
            if begin >= 0:
                found.append(value[begin : mark.start()].strip())
            begin = mark.end()
    if begin >= 0:
        found.append(value[begin:].strip())
    return found


def _read(text: str, kind: Kind) -> tuple[list[tuple[_Found, bool]], bool, bool]:
    """What the objects of a reply say, each with whether no count stands in it twice; whether the reply breaks off;
    and whether it is JSON as it stands.
    """
    thoughts = _THOUGHTS.match(text)
    if thoughts:
        if not thoughts[1]:
            return [], True, False
        text = text[thoughts.end() :]
    as_it_stands = _parses(text)
    if isinstance(as_it_stands, str):
        text = as_it_stands  # an object that was made a JSON string of
    found: list[tuple[_Found, bool]] = []
    cut = False
    for each in read_objects(text):
        if each.complete:
            sure = all(slot_of(key) is None for key in each.repeated)
            found += [(candidate, sure) for candidate in _candidates(each.value, kind)]
        cut = not each.complete
    return found, cut, isinstance(as_it_stands, dict) and not thoughts


def _parses(text: str) -> Any:
    """What a text is as JSON, None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_reply(text: str, kind: Kind, finish_reason: str = "") -> Judgement:
    """The judgement in a reply's text. Any text gives one; see the module for how replies are read.

    ``finish_reason`` is why the server says that the reply ended, ``length`` if it was cut. A reply that was not JSON
    as it stood is flagged.
    """
    found, cut, plain = _read(text, kind)
    whole = [each for each in found if each[0].whole]
    if cut or not whole:
        return unscored(CUT_OFF if cut or finish_reason == "length" else NO_COUNTS)
    last, sure = whole[-1]
    counts = last.counts() if sure else None
    if counts is None:
        return unscored(BAD_COUNTS)
    return judged(counts) if plain else judged(counts, REPAIRED)


__all__ = [
    "BAD_COUNTS",
    "CUT_OFF",
    "FAULTS",
    "MOST_FACTS",
    "NO_COUNTS",
    "answers",
    "listed_facts",
    "read_reply",
    "slot_of",
]
