"""Checks of single settings: each takes what a YAML file holds for a key and gives the value or says what was expected.

``check_fields`` runs a whole mapping through its checks and collects a sentence for every problem.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from averitec_eval.leaderboard.yamlfile import BROKEN, unknown_key
from averitec_eval.validation.printable import printable, quote

Check = Callable[[Any], Any]
"""Gives the value of a field, or raises ``Wrong``."""


class Wrong(Exception):  # noqa: N818 - caught by ``check_fields``, never seen by users
    """A value that breaks its field's rule: what was expected, and how to mend it where that is not plain."""

    def __init__(self, expected: str, mend: str = "") -> None:
        self.expected, self.mend = expected, mend


def text(limit: int, lines: bool = False, empty: bool = True) -> Check:
    """Text of at most ``limit`` characters, one line unless ``lines``, not empty unless ``empty``; stripped."""
    kind = "text" if lines else "text in one line"
    expected = f"{kind} of at most {limit} characters" if empty else f"{kind} of 1 to {limit} characters"

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(expected, "put it in quotes if it is meant as text")
        text = value.strip()
        if len(text) > limit or not (text or empty):
            raise Wrong(expected)
        parts = text.splitlines() if lines else [text]
        if any(printable(part.replace("\t", " ") if lines else part) != part.replace("\t", " ") for part in parts):
            raise Wrong(expected, "remove control, invisible and direction-changing characters")
        return text

    return check


def one_of(names: tuple[str, ...]) -> Check:
    """One of these names, exactly."""

    def check(value: Any) -> str:
        if value not in names:
            raise Wrong("one of " + ", ".join(names), unknown_key(value, names) if isinstance(value, str) else "")
        return str(value)

    return check


def date(value: Any) -> str:
    """A day of the calendar in ISO form."""
    expected = "a day as YYYY-MM-DD, such as 2025-03-01"
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise Wrong(expected)
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except ValueError:
        raise Wrong(expected, "there is no such day in the calendar") from None


def url(value: Any) -> str:
    """An http or https address that is safe to put into a page."""
    expected = "an address that begins with https:// or http://, of at most 500 characters"
    if not isinstance(value, str) or len(value) > 500 or not re.fullmatch(r"[!-~\u00a1-\U0010ffff]+", value):
        raise Wrong(expected)
    if printable(value) != value or re.search(r"[\"'<>\\^`{|}]", value):
        raise Wrong(expected, "percent-encode quotes, angle brackets and invisible characters")
    try:
        parts = urlsplit(value)
        host, user = parts.hostname, parts.username
        _ = parts.port  # raises ValueError unless it is a port
    except ValueError:
        raise Wrong(expected) from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise Wrong(expected)
    if user is not None:
        raise Wrong(expected, "leave out the user name and password")
    return value


def names(most: int, length: int) -> Check:
    """A list of at most so many names, each of at most so many characters."""
    expected = f"a list of at most {most} names, each text in one line of 1 to {length} characters"

    def check(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong(expected, "write [name] or one '- name' a line")
        try:
            return tuple(map(text(length, empty=False), value))
        except Wrong as wrong:
            raise Wrong(expected, wrong.mend) from None

    return check


def whole_numbers(most: int) -> Check:
    """A list of at most so many whole numbers from 0 to 2**63 - 1."""
    expected = f"a list of at most {most} whole numbers that are not below 0"

    def check(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong(expected, "write [0] or one '- 0' a line")
        if any(isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < 2**63 for item in value):
            raise Wrong(expected)
        return tuple(value)

    return check


def boolean(value: Any) -> bool:
    """A truth value."""
    if not isinstance(value, bool):
        raise Wrong("true or false, without quotes")
    return value


def seconds(value: Any) -> float:
    """A duration in seconds, at least 0."""
    expected = "a number of seconds that is finite and not below 0"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(expected, "write it without unit or quotes, such as 12.5")
    try:
        seconds = float(value)
    except OverflowError:
        raise Wrong(expected) from None
    if not math.isfinite(seconds) or seconds < 0:
        raise Wrong(expected)
    return seconds


def check_fields(
    mapping: Mapping[str, Any],
    checks: Mapping[str, Check],
    required: Mapping[str, str],
    private: Sequence[str],
    problems: list[str],
) -> dict[str, Any]:
    """The checked values of ``mapping``, with a sentence in ``problems`` for every key that is wrong or missing.

    ``checks`` holds the known fields, ``required`` says of those that must be there what they mean, and the values of
    ``private`` ones are never repeated in a sentence.
    """
    values: dict[str, Any] = {}
    for key, value in mapping.items():
        check = checks.get(key)
        if check is None:
            hint = unknown_key(key, tuple(checks))
            problems.append(f"{printable(key[:80])}: found a key that is not known, expected one of the fields; {hint}")
        elif value is BROKEN or (value is None and key not in required):
            continue  # reported already; or `url:` with nothing after it, which says the same as no such line
        else:
            try:
                values[key] = check(value)
            except Wrong as wrong:
                mend = f"; {wrong.mend}" if wrong.mend else ""
                found = describe(value, hidden=key in private)
                problems.append(f"{key}: found {found}, expected {wrong.expected}{mend}")
    for key, meaning in required.items():
        if key not in mapping:
            problems.append(f"{key}: found no such key, expected {meaning}; add a line '{key}: ...'")
    return values


def describe(value: Any, *, hidden: bool = False) -> str:
    """What was found, short and printable; ``hidden`` ones are named by type only, since problems are published."""
    if isinstance(value, str):
        return "text" if hidden else quote(value)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "the truth value " + str(value).lower()
    if isinstance(value, int | float):
        return "a number" if hidden else f"the number {_number(value)}"
    return "a list" if isinstance(value, list) else "a mapping"


def _number(value: int | float) -> str:
    if isinstance(value, int) and abs(value) >= 10**20:
        return "of more than 20 digits"
    return str(value)


__all__ = [
    "Check",
    "Wrong",
    "boolean",
    "check_fields",
    "date",
    "describe",
    "names",
    "one_of",
    "seconds",
    "text",
    "url",
    "whole_numbers",
]
