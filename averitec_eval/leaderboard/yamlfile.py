"""Reading small YAML settings files from strangers: sizes and depth are capped, and only plain data gets through.

Anchors, aliases, tags and several documents are refused, for no settings file needs them and small files with them can
grow without bound. A day such as ``2025-03-01`` stays text. Every key counts once.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from averitec_eval.validation.printable import printable, quote

if TYPE_CHECKING:
    import yaml

MAX_DEPTH = 6
"""How deeply lists and mappings may be nested; the document's own mapping is the first level."""

BROKEN = object()
"""Stands in a mapping for a value that could not be read, so that nobody reports its key as missing on top of that."""


def load_mapping(path: Path, max_bytes: int) -> tuple[dict[str, Any] | None, list[str]]:
    """The mapping that a YAML file holds, and sentences on what is wrong with the file.

    The mapping is None if the file is unusable as a whole; otherwise the sentences name single keys, and where a value
    could not be read it is ``BROKEN``. Other values are str, int, float, bool, None, lists and mappings with text keys.
    Nothing is raised for what the file holds; a file that cannot be opened gives a sentence too.
    """
    try:
        with path.open("rb") as handle:
            data = handle.read(max_bytes + 1)
    except OSError as error:
        return None, [f"{path.name}: cannot be read: {error.strerror}"]
    if len(data) > max_bytes:
        return None, [f"{path.name}: found more than {max_bytes:,} bytes, expected at most that; shorten it"]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [f"{path.name}: found bytes that are not UTF-8 at byte {error.start + 1}; save it as UTF-8"]
    return parse_mapping(path.name, text)


def parse_mapping(name: str, text: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The mapping that a YAML text holds, as ``load_mapping`` gives it; sentences call the text ``name``."""
    import yaml

    try:
        problem = _forbidden(text)
        node = None if problem else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" at line {mark.line + 1}, column {mark.column + 1}"
        found = printable((error.problem or error.context or "a mistake")[:200])
        return None, [f"{name}: is not YAML{where}: {found}; put values with ': ', '#' or a leading mark in quotes"]
    except yaml.reader.ReaderError as error:
        return None, [f"{name}: found a character that YAML forbids at position {error.position + 1}; remove it"]
    if problem:
        return None, [f"{name}: {problem}"]
    if not isinstance(node, yaml.MappingNode):
        found = "nothing" if node is None else "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
        return None, [f"{name}: found {found}, expected lines of the form 'key: value'"]
    problems: list[str] = []
    return _Builder(problems).mapping(node, ""), problems


def _forbidden(text: str) -> str:
    """What plain settings do not have, found in the stream of events, before anything is built from it."""
    import yaml

    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return f"found an anchor or alias (& or *) at line {line}, expected plain values; write or quote them"
        if getattr(event, "tag", None) is not None:
            return f"found a tag (!) at line {line}, expected plain values; remove it or put the value in quotes"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return f"found more than {MAX_DEPTH} levels of nesting at line {line}, expected fewer; flatten it"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                return f"found a second document (---) at line {line}, expected one; remove it"
    return ""


class _Builder:
    """Turns nodes into values, noting duplicate and odd keys; recursion is as deep as ``MAX_DEPTH`` allows."""

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems

    def mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        import yaml

        values: dict[str, Any] = {}
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problems.append(f"line {line}: found a list or mapping as a key, expected a name; quote it")
                continue
            key = key_node.value
            place = f"{path}{printable(key[:80])}"
            if key in seen:
                self._problems.append(
                    f"{place}: found the key at line {seen[key]} and again at line {line}, expected it once; remove one"
                )
                continue
            seen[key] = line
            values[key] = self._value(value_node, place)
        return values

    def _value(self, node: yaml.Node, place: str) -> Any:
        import yaml

        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, f"{place}.")
        if isinstance(node, yaml.SequenceNode):
            items = [self._value(item, place) for item in node.value]
            return BROKEN if any(item is BROKEN for item in items) else items
        if node.tag.endswith((":timestamp", ":merge", ":value")):
            return node.value
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (ValueError, yaml.YAMLError):  # an integer of thousands of digits, 0b without digits
            self._problems.append(
                f"{place}: found {quote(node.value)}, expected a readable number; put it in quotes if it is text"
            )
            return BROKEN


def unknown_key(name: str, known: Sequence[str]) -> str:
    """How to mend a name that is not among ``known``: the nearest one, or all of them if none is near."""
    if not known:
        return "there are none"
    near = difflib.get_close_matches(name[:80].lower().replace("-", "_"), [k.replace("-", "_") for k in known], 1, 0.6)
    if near:
        return "did you mean " + next(k for k in known if k.replace("-", "_") == near[0]) + "?"
    return "the names are " + ", ".join(known)


__all__ = ["BROKEN", "MAX_DEPTH", "load_mapping", "parse_mapping", "unknown_key"]
