"""Which format a text is in, by its content, and what to say when it is in none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from averitec_eval.formats import csv2025, csvtext, gold_csv, gold_json, json2023, json2024, jsonl2024draft, jsontext
from averitec_eval.formats.entries import Entry, GoldEntry
from averitec_eval.formats.fields import describe
from averitec_eval.formats.jsontext import Decoder, Element
from averitec_eval.formats.registry import FORMATS, GOLD, names
from averitec_eval.formats.source import StopReading, Window, stop
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.printable import quote, shorten

PEEK = 16
"""How many elements of a list are looked at before it is called unknown."""

HEAD = 1 << 20
"""How many characters of a text are looked at for the end of its first line."""

_JSON_READERS = {json2024.NAME: json2024.entries, json2023.NAME: json2023.entries}
_FIRST_KEY = re.compile(r'\{\s*"((?:[^"\\]|\\.){0,200})"\s*:\s*(\S)')


def open_entries(
    window: Window, kind: str, forced: str | None, log: IssueLog
) -> tuple[str, Iterator[Entry] | Iterator[GoldEntry]]:
    """The name of the text's format and its entries. Raises ``StopReading`` after logging why there are none."""
    first = window.skip_space()
    if first == "":
        raise stop(log, "F004", Where(), "no text", "entries in one of the known formats")
    if forced is not None:
        container = FORMATS[forced].container
        if container == "json":
            return forced, read_json(forced, jsontext.list_elements(window), log)
        if container == "jsonl":
            return forced, jsonl2024draft.entries(jsontext.line_values(window), log)
        return forced, _read_csv(forced, window, log)
    if first == "[":
        return _detect_list(window, kind, log)
    line, following = _first_line(window)
    if first == "{":
        return _detect_object(window, line, following, kind, log)
    if _is_csv_header(line, window, log):
        name = gold_csv.NAME if kind == GOLD else csv2025.NAME
        return name, _read_csv(name, window, log)
    found, hint = _unknown_text(line)
    raise stop(log, "F011", window.where(window.pos), found, _expected(kind), hint)


def read_json(name: str, elements: Iterable[Element], log: IssueLog) -> Iterator[Entry] | Iterator[GoldEntry]:
    """The entries of a JSON list in the format of that name."""
    if name == gold_json.NAME:
        return gold_json.entries(elements, log)
    return _JSON_READERS[name](elements, log)


def _read_csv(name: str, window: Window, log: IssueLog) -> Iterator[Entry] | Iterator[GoldEntry]:
    records = csvtext.records(window)
    return gold_csv.entries(records, log) if name == gold_csv.NAME else csv2025.entries(records, log)


def _expected(kind: str) -> str:
    return f"one of: {', '.join(names(kind))}"


def _detect_list(window: Window, kind: str, log: IssueLog) -> tuple[str, Iterator[Entry] | Iterator[GoldEntry]]:
    elements = jsontext.list_elements(window)
    seen: list[Element] = []
    name: str | None = None
    rest: Iterator[Element] = elements
    try:
        for element in elements:
            seen.append(element)
            name = guess(element.value, kind)
            if name is not None or len(seen) == PEEK:
                break
    except StopReading as end:
        if not seen:
            raise
        # What stands before the end of the reading is still worth its own issues.
        rest = _ending(end)
    default = gold_json.NAME if kind == GOLD else json2024.NAME
    if not seen:
        return default, read_json(default, rest, log)
    if name is None or FORMATS[name].kind != kind or FORMATS[name].container != "json":
        found = f"a JSON list that begins with {describe(seen[0].value)}"
        hint = ""
        if name is not None and FORMATS[name].container == "jsonl":
            hint = f"These are entries of {name}: write each on a line of its own, without the list's brackets."
        elif name is not None:
            found = f"a prediction file in the format {name}"
            hint = "Give the gold file of the split."
        raise stop(log, "F011", seen[0].where, found, _expected(kind), hint)
    return name, read_json(name, chain(seen, rest), log)


def _ending(end: StopReading) -> Iterator[Element]:
    yield from ()
    raise end


def guess(value: Any, kind: str) -> str | None:
    """The format whose entries look like this one, of either kind, or None if it looks like no entry at all."""
    if not isinstance(value, dict):
        return None
    evidence = value.get("evidence")
    if value.keys() & {"pred_label", "predicted_label", "predicted_evidence"}:
        return json2024.NAME
    if kind == GOLD and ("questions" in value or ("claim" in value and evidence is None)):
        return gold_json.NAME
    if value.keys() & {"questions", "string_evidence"}:
        return json2023.NAME
    if isinstance(evidence, list) and evidence and all(isinstance(item, str) for item in evidence):
        return jsonl2024draft.NAME
    if evidence is not None or "claim_id" in value:
        return json2024.NAME
    return json2023.NAME if "label" in value else None


def _first_line(window: Window) -> tuple[str, str]:
    """The first line from the position on, as far as it is looked at, and the first character after it that is no
    space.
    """
    while True:
        end = window.text.find("\n", window.pos)
        following = re.compile(r"\S").search(window.text, end) if end >= 0 else None
        if following is not None:
            return window.text[window.pos : end], following.group()
        if len(window.text) - window.pos > HEAD or not _grow(window):
            line = window.text[window.pos :] if end < 0 else window.text[window.pos : end]
            return line[:HEAD], ""


def _grow(window: Window) -> bool:
    try:
        return window.grow()
    except StopReading:
        # The reader meets the same end again, after it has read what stands before.
        return False


def _detect_object(
    window: Window, line: str, following: str, kind: str, log: IssueLog
) -> tuple[str, Iterator[Entry] | Iterator[GoldEntry]]:
    """A text that begins with ``{``: JSON Lines, or one object where a list should be."""
    try:
        value, end = Decoder().read(line, 0)
        alone = not line[end:].strip()
    except (json.JSONDecodeError, RecursionError):
        value, alone = None, line.rstrip().endswith("}") and following == "{"
    one_object = not alone or (following != "{" and guess(value, kind) is None and following == "")
    if one_object:
        found, hint = _wrapper(window.text[window.pos : window.pos + HEAD])
        raise stop(log, "F015", window.where(window.pos), found, "a JSON list, which begins with [", hint)
    name = jsonl2024draft.NAME if value is None else guess(value, kind)
    if value is not None and name == json2023.NAME and not value.keys() & {"questions", "string_evidence"}:
        name = jsonl2024draft.NAME
    if name == json2024.NAME and isinstance(value, dict) and "label" in value and not value.get("evidence"):
        name = jsonl2024draft.NAME
    if name == jsonl2024draft.NAME and kind != GOLD:
        return name, jsonl2024draft.entries(jsontext.line_values(window), log)
    found = f"JSON Lines that begin with {describe(value)}" if value is not None else "JSON Lines"
    hint = ""
    if name is not None and FORMATS[name].container == "json":
        hint = f"The lines hold entries of {name}: join them with commas into one list, [entry, entry, ...]."
    raise stop(log, "F011", window.where(window.pos), found, _expected(kind), hint)


def _wrapper(text: str) -> tuple[str, str]:
    """What to say of a file that is one JSON object."""
    match = _FIRST_KEY.match(text)
    if match is None:
        return "a JSON object", ""
    key, value = match.groups()
    found = f"a JSON object whose first key is {quote(key, 40)}"
    if value == "[":
        return found, f"Write the list under the key {quote(key, 40)} alone."
    if value == "{":
        return found, "Write the predictions as a list and put each key into its prediction as claim_id."
    return found, "Put the entry into a list: [entry]."


def _is_csv_header(line: str, window: Window, log: IssueLog) -> bool:
    """Whether the line names columns of the CSV formats; stops where it does so in a way that cannot be read."""
    line = line[:10_000].rstrip("\r")
    where = window.where(window.pos)
    if line.lower().startswith(("sep=", '"sep=')):
        raise stop(log, "F024", where, quote(line, 20), f"the header {','.join(csv2025.COLUMNS)}")

    def known(delimiter: str) -> int:
        cells = {cell.strip().strip('"').strip().lower() for cell in line.split(delimiter)}
        return len(cells & set(csv2025.COLUMNS))

    if known(",") >= 2:
        return True
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if known(delimiter) >= 2:
            raise stop(
                log, "F023", where, f"columns separated by {name}: {quote(line, 40)}", "columns separated by commas"
            )
    return False


def _unknown_text(line: str) -> tuple[str, str]:
    """What a text is that begins with this line and is in none of the formats, as far as that can be told."""
    start = line[:200].lstrip().lower()
    if start.startswith("version https://git-lfs"):
        return "a Git LFS pointer instead of the file", "Run `git lfs pull` to get the file itself."
    if start.startswith(("<!doctype html", "<html")):
        return "an HTML page", "A download that needs a login gives such a page; download the file again."
    if start.startswith("<"):
        return "XML or HTML", ""
    if start.startswith("%yaml") or start == "---":
        return "YAML", ""
    return f"text that begins with {quote(shorten(line, 60))}", ""


__all__ = ["guess", "open_entries", "read_json"]
