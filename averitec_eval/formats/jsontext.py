"""Reading JSON one value at a time, with what Python's own reader passes over in silence.

The standard library's decoder does the parsing; a list is taken apart here, element by element, so that a long one is
never in memory whole. Keys that occur twice, numbers that are not finite and nesting without end are found on the way.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from averitec_eval.formats.source import CONTEXT, Limits, StopReading, Window, stop
from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.printable import quote

NEAR_END = 16
"""An error closer than this to the end of the text may be a token that is cut there; none but strings and numbers is
longer.
"""

LONG_INTEGER = 18
"""Integers of more digits are kept as text: no id has as many, and converting thousands of digits is slow."""


class OddNumber:
    """A number that is kept as it was written: NaN, infinite, out of range, or of very many digits."""

    __slots__ = ("finite", "text")

    def __init__(self, text: str, *, finite: bool) -> None:
        self.text = text
        self.finite = finite


class RepeatedKeys(dict[str, Any]):
    """An object in which at least one key occurred twice; like any reader in Python it holds the last values."""

    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list or one line: its position from 0, its place and its value."""

    index: int
    where: Where
    value: Any


class Decoder:
    """A JSON decoder that notes what is odd. ``odd`` is true if the value just read needs a closer look."""

    def __init__(self) -> None:
        self.odd = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_constant=self._constant,
            parse_float=self._float,
            parse_int=self._integer,
        )

    def read(self, text: str, pos: int) -> tuple[Any, int]:
        """The value at ``pos``, and where it ends. Raises ``json.JSONDecodeError`` or ``RecursionError``."""
        self.odd = False
        return self._decoder.raw_decode(text, pos)

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) == len(pairs):
            return value
        self.odd = True
        seen: set[str] = set()
        repeated = RepeatedKeys(value)
        twice: dict[str, None] = {}
        for key, _ in pairs:
            if key in seen:
                twice[key] = None
            seen.add(key)
        repeated.repeated = tuple(twice)
        return repeated

    def _constant(self, text: str) -> OddNumber:
        self.odd = True
        return OddNumber(text, finite=False)

    def _float(self, text: str) -> float | OddNumber:
        number = float(text)
        return self._constant(text) if math.isinf(number) else number

    def _integer(self, text: str) -> int | OddNumber:
        return int(text) if len(text) <= LONG_INTEGER else OddNumber(text, finite=True)


def escape_key(key: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def known_id(value: object) -> int | None:
    """The claim id of an entry, for naming it, if it has a sound one."""
    if isinstance(value, dict):
        number = value.get("claim_id")
        if type(number) is int and number >= 0:
            return number
    return None


def check_value(
    value: object, where: Where, odd: bool, text: str, start: int, end: int, log: IssueLog, limits: Limits
) -> None:
    """Log what is odd in a value that was read from ``text[start:end]``. Raises ``StopReading`` if it is too deep or
    long.

    The value is walked only if something calls for it, because that takes as long as reading it.
    """
    deep = text.count("[", start, end) + text.count("{", start, end) > limits.depth
    if not (odd or deep or end - start > limits.string):
        return
    claim_id = known_id(value)
    root = where.pointer or ""

    def at(pointer: str) -> Where:
        return Where(pointer=pointer, row=where.row, line=where.line, claim_id=claim_id)

    # A stack instead of recursion: the depth is what is in question.
    stack: list[tuple[object, str, int]] = [(value, root, 1)]
    while stack:
        item, pointer, depth = stack.pop()
        if isinstance(item, (dict, list)) and depth > limits.depth:
            place = at(_shorten_pointer(pointer))
            raise stop(log, "F016", place, f"more than {limits.depth} levels", f"at most {limits.depth} levels")
        if isinstance(item, RepeatedKeys):
            for key in item.repeated:
                log.add(make_issue("F019", at(pointer), f"the key {quote(key)} more than once", "each key once"))
        if isinstance(item, dict):
            stack.extend((child, f"{pointer}/{escape_key(key)}", depth + 1) for key, child in reversed(item.items()))
        elif isinstance(item, list):
            stack.extend((child, f"{pointer}/{i}", depth + 1) for i, child in reversed(list(enumerate(item))))
        elif isinstance(item, OddNumber) and not item.finite:
            log.add(make_issue("F020", at(pointer), quote(item.text, 40), "a finite number"))
        elif isinstance(item, str) and len(item) > limits.string:
            found = f"a string of {len(item):,} characters"
            raise stop(log, "F017", at(pointer), found, f"at most {limits.string:,} characters")


def _shorten_pointer(pointer: str) -> str:
    return pointer if len(pointer) <= 80 else pointer[:79] + "…"


def list_elements(window: Window) -> Iterator[Element]:
    """Yield the elements of the JSON list that the text holds. Raises ``StopReading`` after logging what ends the
    reading.
    """
    log, limits = window.log, window.limits
    first = window.skip_space()
    if first == "":
        raise stop(log, "F004", Where(), "no text", "a JSON list")
    if first != "[":
        raise stop(log, "F015", window.where(window.pos), _value_kind(first), "a JSON list, which begins with [")
    window.pos += 1
    decoder = Decoder()
    character = window.skip_space()
    if character == "]":
        window.pos += 1
    else:
        index = 0
        while True:
            if index >= limits.entries:
                found = f"more than {limits.entries:,} entries"
                raise stop(log, "F018", window.where(window.pos), found, f"at most {limits.entries:,}")
            where = Where(pointer=f"/{index}")
            value, start, end = _next_value(window, decoder, where)
            check_value(value, where, decoder.odd, window.text, start, end, log, limits)
            window.pos = end
            yield Element(index, where, value)
            index += 1
            character = window.skip_space()
            if character == "]":
                window.pos += 1
                break
            if character != ",":
                raise _syntax_error(window, window.pos, "expecting a comma or ] after an entry", f"/{index - 1}")
            window.pos += 1
            if window.skip_space() == "]":
                raise _syntax_error(window, window.pos, "an entry must follow the comma", f"/{index}")
    if window.skip_space():
        where = window.where(window.pos)
        _, rest = window.around(window.pos)
        hint = "Two lists stand one after the other; join them into one." if rest.startswith("[") else ""
        raise stop(log, "F014", where, f"{quote(rest, 40)} after the closing ]", "the end of the file", hint)


def _next_value(window: Window, decoder: Decoder, where: Where) -> tuple[Any, int, int]:
    """The value at the window's position, its start and its end; the window grows until it holds the whole value."""
    log, limits = window.log, window.limits
    while True:
        window.skip_space()
        text, pos = window.text, window.pos
        try:
            value, end = decoder.read(text, pos)
        except json.JSONDecodeError as error:
            unterminated = error.msg.startswith("Unterminated string")
            if window.done or not (unterminated or error.pos >= len(text) - NEAR_END):
                raise _syntax_error(window, error.pos, error.msg, where.pointer) from None
            if unterminated and len(text) - error.pos > limits.string:
                found = f"a string of more than {limits.string:,} characters"
                place = window.where(error.pos, where.pointer)
                raise stop(log, "F017", place, found, f"at most {limits.string:,} characters") from None
        except RecursionError:
            found = "nesting without end"
            raise stop(log, "F016", window.where(pos, where.pointer), found, f"at most {limits.depth} levels") from None
        else:
            # A number near the end of the text may go on beyond it: 0 may become 0.5, and 1e (read as 1) may become
            # 1e9.
            if isinstance(value, (dict, list, str)) or end <= len(text) - NEAR_END or window.done:
                return value, pos, end
        if len(text) - pos > limits.entry:
            found = f"an entry of more than {limits.entry:,} characters"
            raise stop(log, "F017", window.where(pos, where.pointer), found, f"at most {limits.entry:,} characters")
        window.grow()


def line_values(window: Window) -> Iterator[Element]:
    """Yield the value of each line of a JSON Lines text; a line that is not JSON gives the value ``NOT_JSON``.

    The element's pointer is empty, that is, the value of its line. Blank lines are logged and not counted.
    """
    log, limits = window.log, window.limits
    decoder = Decoder()
    index = 0
    # White space at the start is already behind the window's position.
    blank = list(range(1, min(window.place(window.pos)[0], 101)))
    for number, line in window.lines():
        # Blank lines count towards the limit too: a file of nothing else must come to an end.
        if number > limits.entries:
            found = f"more than {limits.entries:,} lines"
            raise stop(log, "F018", Where(line=number), found, f"at most {limits.entries:,}")
        if not line.strip():
            blank.append(number)
            if len(blank) > 100:
                _log_blank(log, blank)
            continue
        _log_blank(log, blank)
        where = Where(pointer="", line=number)
        yield Element(index, where, _line_value(line, where, decoder, log, limits))
        index += 1
    _log_blank(log, blank)


def _log_blank(log: IssueLog, numbers: list[int]) -> None:
    for number in numbers:
        log.add(make_issue("F022", Where(line=number), "a line without an entry", "one JSON object"))
    numbers.clear()


def _line_value(line: str, where: Where, decoder: Decoder, log: IssueLog, limits: Limits) -> object:
    start = len(line) - len(line.lstrip(" \t"))
    try:
        value, end = decoder.read(line, start)
    except json.JSONDecodeError as error:
        found, expected, hint = explain(line[: error.pos], line[error.pos : error.pos + CONTEXT], error.msg)
        log.add(make_issue("F021", Where(line=where.line, column=error.pos + 1), found, expected, hint))
        return NOT_JSON
    except RecursionError:
        raise stop(log, "F016", where, "nesting without end", f"at most {limits.depth} levels") from None
    rest = line[end:].strip()
    if rest:
        place = Where(line=where.line, column=line.index(rest, end) + 1)
        log.add(make_issue("F021", place, f"{quote(rest, 40)} after the entry", "the end of the line"))
        return NOT_JSON
    check_value(value, where, decoder.odd, line, start, end, log, limits)
    return value


class _NotJson:
    """The value of a line that is not JSON; its issue is in the log."""

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON = _NotJson()

_LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")


def _syntax_error(window: Window, pos: int, message: str, pointer: str | None) -> StopReading:
    where = window.where(pos, pointer)
    cut_short = window.done and _cut_short(window.text[pos : pos + NEAR_END + 1], message)
    before, after = window.around(pos)
    if cut_short:
        found = f"the end of the file within entry {pointer}"
        if message.startswith("Unterminated string"):
            found = f"the end of the file within the string {quote(after[1:], 40)}"
        return stop(window.log, "F013", where, found, "the rest of the list and its closing ]")
    return stop(window.log, "F012", where, *explain(before, after, message))


def _cut_short(rest: str, message: str) -> bool:
    if not rest.strip() or message.startswith("Unterminated string"):
        return True
    if message.startswith("Invalid \\") and len(rest) < 12 and '"' not in rest:
        return True
    return any(literal.startswith(rest.strip()) for literal in _LITERALS)


_PYTHON_LITERAL = re.compile(r"(None|True|False)\b")


def explain(before: str, after: str, message: str) -> tuple[str, str, str]:
    """What was found at a syntax error, what was expected, and how it usually comes about (or an empty string).

    ``before`` and ``after`` are the text on either side of the error, ``message`` is the JSON reader's own.
    """
    here = after[:1]
    found = quote(after.partition("\n")[0], 40)
    line = before.rpartition("\n")[2][-30:]
    if line:
        found += f" after {quote(line, 40)}"
    before = before.rstrip()
    hint = ""
    if here == "'":
        hint = "Single quotes: the file was written with str() or print(); use json.dump."
    elif python := _PYTHON_LITERAL.match(after):
        json_name = {"None": "null", "True": "true", "False": "false"}[python.group()]
        hint = f"{python.group()} is Python; JSON has {json_name}. Use json.dump."
    elif here in {"]", "}"} and before.endswith(","):
        hint = f"Remove the comma before {here}."
    elif message.startswith("Illegal trailing comma"):
        hint = "Remove the comma after the last item."
    elif after.startswith(("//", "/*", "#")):
        hint = "JSON has no comments; remove it."
    elif here in {"“", "”", "„"}:
        hint = 'A word processor changed the quotation marks; JSON needs ".'
    elif message.startswith("Invalid control character"):
        hint = "A line end or tab stands inside a string; write it as \\n or \\t, as json.dump does."
    elif message.startswith("Invalid \\escape"):
        hint = "A backslash in a string is written twice (\\\\); json.dump does so."
    elif here == "{" and before.endswith("}"):
        hint = "Entries are separated by commas. One object per line without commas is JSON Lines, another format."
    elif here.isalnum() and before.endswith('"'):
        hint = 'A quotation mark inside a string is written \\"; json.dump does so.'
    return found, message[:1].lower() + message[1:], hint


def _value_kind(first: str) -> str:
    if first == "{":
        return "a JSON object"
    if first == '"':
        return "a JSON string"
    return f"text that begins with {quote(first)}"


__all__ = [
    "NOT_JSON",
    "Decoder",
    "Element",
    "OddNumber",
    "RepeatedKeys",
    "StopReading",
    "escape_key",
    "explain",
    "known_id",
    "line_values",
    "list_elements",
]
