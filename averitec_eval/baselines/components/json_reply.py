"""Reading the JSON object in a model's reply: strictly first, then as models really write it. Nothing is executed.

The second reading takes single quotes, raw line breaks inside strings, words of Python (``None``, ``True``), trailing
commas and an end that was cut off. A value that the cut went through is left out with its key, unless it is a list or
an object, whose whole members are kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from averitec_eval.baselines.components.asking import sound

_WORDS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,3})?")
_CUT_NUMBER = re.compile(r"-|-?[0-9]{1,300}(?:\.|(?:\.[0-9]{1,300})?[eE][+-]?)")
_SPACE = re.compile(r"\s*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_DEEPEST = 50
_MOST_OBJECTS = 100


@dataclass(frozen=True, slots=True)
class ReadObject:
    """An object found in a reply. ``repaired`` says that it was not JSON as it stood."""

    value: dict[str, Any]
    repaired: bool


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object found in a reply, and how: ``repaired``, it was not JSON as it stood; ``complete``, it did not end
    with the text; ``repeated``, the keys that it or an object in it holds twice with different values, of which the
    last counts.
    """

    value: dict[str, Any]
    repaired: bool
    complete: bool
    repeated: frozenset[str]


class _NotReadableError(ValueError):
    pass


class _CutError(Exception):
    """The text ended inside a value that cannot be kept in part."""


def read_object(text: str) -> ReadObject | None:
    """The first object in ``text`` that can be read, None where there is none."""
    start = text.find("{")
    if start < 0:
        return None
    end = text.rfind("}")
    if end > start:
        try:
            value = json.loads(text[start : end + 1])
        except (ValueError, RecursionError):
            pass
        else:
            return ReadObject(value, repaired=False)
    for _ in range(20):
        try:
            found = _Reader(text, start).object()
        except (_NotReadableError, _CutError):
            found = {}
        if found:
            return ReadObject(found, repaired=True)
        start = text.find("{", start + 1)
        if start < 0:
            break
    return None


def read_objects(text: str) -> list[FoundObject]:
    """The objects in ``text``, in order, without those that stand in another.

    An object that has begun, but is cut off or cannot be read, is the last that is looked for: what follows may stand
    inside one of its strings, and be anybody's words. Of one that is cut off the whole members are given.
    """
    found: list[FoundObject] = []
    place = 0
    for _ in range(_MOST_OBJECTS):
        start = text.find("{", place)
        if start < 0:
            break
        strict = _strict(text, start)
        if strict is not None:
            found.append(strict[0])
            place = strict[1]
            continue
        reader = _Reader(text, start)
        try:
            value = reader.object()
        except (_NotReadableError, _CutError):
            began, reader = reader.began, _Reader(text, start, doubting=True)
            try:
                value = reader.object() if began else {}
            except (_NotReadableError, _CutError):
                break
        if reader.began or reader.cut:
            found.append(FoundObject(value, True, not reader.cut, frozenset(reader.repeated)))
        if reader.cut:
            break
        place = reader.place if reader.began else start + 1
    return found


def _strict(text: str, start: int) -> tuple[FoundObject, int] | None:
    """The JSON object at ``start`` and the place after it; None where what stands there is not JSON."""
    repeated: set[str] = set()

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in pairs:
            if key in made and made[key] != value:
                repeated.add(key)
            made[key] = value
        return made

    try:
        value, end = json.JSONDecoder(object_pairs_hook=object_of).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return FoundObject(value, False, True, frozenset(repeated)), end


class _Reader:
    """Reads one value after another from ``text``, from ``place`` on.

    ``doubting``: a double quote ends its string only if what follows can follow a string, since some models write
    quotations without escapes. ``began`` says that a key was read, ``cut`` that the text ended first.
    """

    def __init__(self, text: str, place: int, *, doubting: bool = False) -> None:
        self.text = text
        self.place = place
        self.depth = 0
        self.doubting = doubting
        self.began = False
        self.cut = False
        self.repeated: set[str] = set()

    def object(self) -> dict[str, Any]:
        """The object that begins here."""
        found: dict[str, Any] = {}
        self._enter()
        while not self._closed("}"):
            try:
                key = self._string()
                self._expect(":")
                self.began = True
                value = self._value()
            except _CutError:
                self.cut = True
                break
            if key in found and found[key] != value:
                self.repeated.add(key)
            found[key] = value
        self.depth -= 1
        return found

    def _list(self) -> list[Any]:
        found: list[Any] = []
        self._enter()
        while not self._closed("]"):
            try:
                found.append(self._value())
            except _CutError:
                self.cut = True
                break
        self.depth -= 1
        return found

    def _enter(self) -> None:
        self.place += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _NotReadableError

    def _next(self) -> str:
        """The next character that is not white space, "" at the end."""
        self.place = self._after(_SPACE)
        return self.text[self.place : self.place + 1]

    def _after(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.place)
        return match.end() if match else self.place

    def _closed(self, bracket: str) -> bool:
        """Whether the list or object ends here, or with the text. Commas before a member are passed over."""
        while self._next() == ",":
            self.place += 1
        character = self._next()
        if character == bracket:
            self.place += 1
        if character == "":
            self.cut = True
        return character in ("", bracket)

    def _expect(self, mark: str) -> None:
        found = self._next()
        if found == "":
            raise _CutError
        if found != mark:
            raise _NotReadableError
        self.place += 1

    def _value(self) -> Any:
        character = self._next()
        if character == "":
            raise _CutError
        if character == "{":
            return self.object()
        if character == "[":
            return self._list()
        if character in "\"'":
            return self._string()
        if _CUT_NUMBER.fullmatch(self.text, self.place):
            self.place = len(self.text)
            raise _CutError
        number, word = _NUMBER.match(self.text, self.place), _WORD.match(self.text, self.place)
        if number:
            self.place = number.end()
            return json.loads(number[0]) if not number[0].lstrip("-").startswith("0") else float(number[0])
        if word and word[0] in _WORDS:
            self.place = word.end()
            return _WORDS[word[0]]
        if word and word.end() == len(self.text):
            self.place = len(self.text)
            raise _CutError
        raise _NotReadableError

    def _string(self) -> str:
        """The string that begins here: it ends at its quote if what follows can follow a string."""
        quote = self._next()
        if quote == "":
            raise _CutError
        if quote not in "\"'":
            raise _NotReadableError
        self.place += 1
        pieces: list[str] = []
        while self.place < len(self.text):
            character = self.text[self.place]
            self.place += 1
            if character == "\\":
                pieces.append(self._escape())
            elif character == quote and ((quote == '"' and not self.doubting) or self._ends_here()):
                return sound("".join(pieces))
            else:
                pieces.append(character)
        raise _CutError

    def _ends_here(self) -> bool:
        """Whether a quote ends its string, for it may be an apostrophe or a quotation's."""
        after = _SPACE.match(self.text, self.place)
        follows = self.text[after.end() : after.end() + 1] if after else ""
        return follows in ("", ",", ":", "}", "]")

    def _escape(self) -> str:
        code = self.text[self.place : self.place + 1]
        self.place += 1
        if code == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", self.text[self.place : self.place + 4]):
            self.place += 4
            return chr(int(self.text[self.place - 4 : self.place], 16))
        return _ESCAPES.get(code, code)


def text_of(value: Any) -> str | None:
    """A value as a text: a string or a number, stripped; None for anything else and for a blank."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return sound(str(value)).strip() or None


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts in a list, or of a single text; what is not a text is left out."""
    members = value if isinstance(value, list) else [value]
    return tuple(text for text in map(text_of, members) if text is not None)


__all__ = ["FoundObject", "ReadObject", "read_object", "read_objects", "text_of", "texts_of"]
