"""Lists read element by element give what json.loads gives, whatever the pieces; errors have exact places."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from formats.helpers import entry, read
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import json_values

from averitec_eval.formats.jsontext import NOT_JSON, escape_key, line_values, list_elements
from averitec_eval.formats.source import Limits, StopReading, Window
from averitec_eval.validation.issues import Issue, IssueLog, Where


def pieces(text: str, step: int) -> Window:
    return Window((text[i : i + step] for i in range(0, len(text), step)), IssueLog(100))


def issues(window: Window) -> list[Issue]:
    return [issue for group in window.log.groups() for issue in group.examples]


def values(window: Window) -> list[Any]:
    return [element.value for element in list_elements(window)]


@given(st.lists(json_values, max_size=6), st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_same_as_the_standard_library(data: list[Any], step: int, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    window = pieces(f" \n{text}\r\n", step)
    assert values(window) == json.loads(text)
    assert issues(window) == []


@given(st.lists(json_values, max_size=6), st.integers(1, 9))
def test_lines_same_as_the_standard_library(data: list[Any], step: int) -> None:
    window = pieces("".join(json.dumps(item) + "\n" for item in data), step)
    elements = list(line_values(window))
    assert [element.value for element in elements] == data
    assert [(element.index, element.where.line) for element in elements] == [(i, i + 1) for i in range(len(data))]
    assert issues(window) == []


@given(st.lists(json_values, min_size=1, max_size=3), st.data(), st.integers(1, 9))
def test_broken_text_is_refused_at_the_same_place(data: list[Any], draw: st.DataObject, step: int) -> None:
    """A text with one character changed is refused if, and only if, json.loads refuses it or reads no list."""
    text = json.dumps(data, indent=1)
    at = draw.draw(st.integers(0, len(text) - 1))
    text = (
        text[:at]
        + draw.draw(st.sampled_from(["", "x", '"', "]", "[", "{", "}", ",", ":", "\\", "'", " "]))
        + text[at + 1 :]
    )
    try:
        expected: Any = json.loads(text)
    except json.JSONDecodeError as error:
        expected = error
    window = pieces(text, step)
    try:
        got: Any = values(window)
    except StopReading:
        got = None
    if isinstance(expected, list):
        assert got == expected
        return
    assert got is None
    (issue,) = (issue for issue in issues(window) if issue.code.startswith("F0") and issue.code != "F019")
    if isinstance(expected, json.JSONDecodeError):
        assert issue.code in {"F012", "F013", "F014", "F015", "F004"}
        # An error within an element is named where the standard library sees it; what is wrong with the list itself
        # (a comma with nothing after it, for instance) may be seen one character on.
        if issue.code == "F012" and issue.expected == expected.msg[:1].lower() + expected.msg[1:]:
            assert (issue.where.line, issue.where.column) == (expected.lineno, expected.colno)


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "found", "hint"),
    [
        ("[{'claim_id': 0}]", "F012", 1, 3, "'claim_id'", "json.dump"),
        ('[{"a": None}]', "F012", 1, 8, "None", "JSON has null"),
        ('[{"a": True}]', "F012", 1, 8, "True", "JSON has true"),
        ('[{"a": 1,}]', "F012", 1, None, "", "comma"),
        ('[{"a": 1}, ]', "F012", 1, 12, "]", "Remove the comma before ]"),
        ('[\n{"a": 1}\n{"b": 2}\n]', "F012", 3, 1, "{", "JSON Lines"),
        ('[{"a": 1} "b"]', "F012", 1, 11, "b", ""),
        ('[{"a": 1 // note\n}]', "F012", 1, 10, "// note", "no comments"),
        ('[{"a": “b”}]', "F012", 1, 8, "“b”", "word processor"),
        ('[{"a": "b\nc"}]', "F012", 1, 10, "", "\\n"),
        ('[{"a": "C:\\data"}]', "F012", 1, 11, "", "written twice"),
        ('[{"a": "he said "no" twice"}]', "F012", 1, 18, "no", "quotation mark inside a string"),
        ('[{"a": 1}', "F013", 1, 10, "the end of the file", ""),
        ('[{"a": 1},', "F013", 1, 11, "the end of the file", ""),
        ('[{"a": "text that goes', "F013", 1, 8, "text that goes", ""),
        ('[{"a": tru', "F013", 1, 8, "the end of the file", ""),
        ('[{"a": "\\u00', "F013", 1, None, "the end of the file", ""),
        ("[", "F013", 1, 2, "the end of the file", ""),
        ("[1] [2]", "F014", 1, 5, '"[2]" after', "join them"),
        ("[1]]", "F014", 1, 4, '"]" after', ""),
        ('{"a": 1}', "F015", 1, 1, "a JSON object", ""),
        ('"text"', "F015", 1, 1, "a JSON string", ""),
        ("\n 17", "F015", 2, 2, 'text that begins with "1"', ""),
    ],
)
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_syntax_errors(text: str, code: str, line: int, column: int | None, found: str, hint: str, step: int) -> None:
    window = pieces(text, step)
    with pytest.raises(StopReading):
        values(window)
    (issue,) = issues(window)
    assert issue.code == code
    assert issue.where.line == line
    # Newer versions of Python point at a trailing comma itself, older ones behind it.
    assert issue.where.column == column or column is None
    assert found in issue.found
    assert hint in issue.hint


def test_entries_before_a_syntax_error_come_out() -> None:
    text = json.dumps([entry(i) for i in range(20)], indent=1)
    at = text.index('"claim_id": 13')
    result = read(text[:at] + "oops " + text[at:])
    assert [e.claim_id for e in result.entries] == list(range(13))
    issue = result.issue("F012")
    assert issue.where == Where(pointer="/13", line=text[:at].count("\n") + 1, column=at - text.rindex("\n", 0, at))


def test_a_syntax_error_is_found_without_reading_on() -> None:
    """The error is reported once it is certain, not after the rest of the file was gathered."""
    taken = 0

    def endless() -> Any:
        nonlocal taken
        yield '[{"a": oops'
        while True:
            taken += 1
            yield "x" * 1000

    window = Window(endless(), IssueLog())
    with pytest.raises(StopReading):
        values(window)
    assert taken <= 2


def test_long_elements_take_linear_work() -> None:
    """An element that comes in many pieces is tried again only as often as the text at hand doubles."""
    text = json.dumps(["x" * 100_000])
    window = pieces(text, 10)
    tries = 0
    grow = window.grow

    def counting() -> bool:
        nonlocal tries
        tries += 1
        return grow()

    window.grow = counting  # type: ignore[method-assign]
    assert values(window) == ["x" * 100_000]
    assert tries < 30


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400"])
def test_numbers_that_are_not_finite(number: str) -> None:
    text = (
        f'[{{"claim_id": 4, "claim": "c", "pred_label": "Refuted", "evidence": [], "score": {{"a/b": [1, {number}]}}}}]'
    )
    issue = read(text).issue("F020")
    assert issue.found == f'"{number}"'
    assert issue.where == Where(pointer="/0/score/a~1b/1", claim_id=4)


def test_duplicate_keys_at_any_depth() -> None:
    text = (
        '[{"claim_id": 0, "claim_id": 1, "claim": "c", "pred_label": "Refuted", "evidence": '
        '[{"question": "q", "answer": "a"}, {"question": "q", "answer": "a", "answer": "b", '
        '"answer": "c"}]}]'
    )
    result = read(text)
    found = [(issue.where.pointer, issue.found) for issue in result.issues if issue.code == "F019"]
    assert found == [("/0", 'the key "claim_id" more than once'), ("/0/evidence/1", 'the key "answer" more than once')]
    assert result.entries[0].claim_id == 1


@pytest.mark.parametrize("depth", [65, 100, 5000, 200_000])
def test_deep_nesting(depth: int) -> None:
    text = '[{"a": ' + "[" * depth + "]" * depth + "}]"
    issue = read(text).issue("F016")
    assert issue.where.pointer is not None
    assert issue.where.pointer.startswith("/0")
    assert len(issue.where.pointer) <= 80


def test_depth_that_is_allowed() -> None:
    nested: Any = 1
    for _ in range(63):
        nested = [nested]
    assert "F016" not in read([entry(0, note=nested)]).codes
    assert "F016" in read([entry(0, note=[nested])]).codes


def test_deep_text_without_end() -> None:
    assert read("[" * 100_000).codes == ["F016"]
    assert sys.getrecursionlimit() < 100_000


@pytest.mark.parametrize("digits", [18, 19, 5000])
def test_huge_integers(digits: int) -> None:
    number = "9" * digits
    text = f'[{{"claim_id": {number}, "claim": "c", "pred_label": "Refuted", "evidence": []}}]'
    result = read(text)
    if digits <= 18:
        assert result.entries[0].claim_id == int(number)
        assert result.codes == []
    else:
        issue = result.issue("S004")
        assert issue.found.startswith("the number 99999")
        assert len(issue.found) < 60


SMALL = Limits(string=1000, entry=5000, entries=3)


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (json.dumps([entry(0), entry(1, claim="x" * 1001)]), "F017", "/1/claim"),
        ('[{"claim": "' + "x" * 100_000, "F017", "/0"),
        (json.dumps([entry(0, note=list(range(4000)))]), "F017", "/0"),
        (json.dumps([entry(i) for i in range(4)]), "F018", None),
    ],
)
def test_limits(text: str, code: str, pointer: str | None) -> None:
    log = IssueLog()
    window = Window((text[i : i + 100] for i in range(0, len(text), 100)), log, SMALL)
    with pytest.raises(StopReading):
        values(window)
    (group,) = log.groups()
    assert group.code == code
    assert group.examples[0].where.pointer == pointer


def test_too_many_entries_keep_the_first() -> None:
    result = read([entry(i) for i in range(4)], limits=SMALL)
    assert [e.claim_id for e in result.entries] == [0, 1, 2]


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        ('{"label": }', 11, '"}"'),
        ('{"label": "Refuted", "evidence": []} {}', 38, '"{}" after the entry'),
        ("{'label': 1}", 2, "'label'"),
    ],
)
def test_broken_lines_do_not_end_the_reading(line: str, column: int, found: str) -> None:
    good = '{"label": "Refuted", "evidence": ["e"]}'
    result = read(f"{good}\n{line}\n{good}\n")
    issue = result.issue("F021")
    assert issue.where == Where(line=2, column=column)
    assert found in issue.found
    assert [e.claim_id for e in result.entries] == [0, None, 2]
    assert [e.prediction() is None for e in result.entries] == [False, True, False]


def test_not_json_is_a_value_of_its_own() -> None:
    (element,) = line_values(pieces("oops\n", 2))
    assert element.value is NOT_JSON


def test_blank_lines_are_named_and_not_counted() -> None:
    good = '{"label": "Refuted", "evidence": ["e"]}'
    result = read(f"\n{good}\n\n  \n{good}\n\n")
    assert [issue.where.line for issue in result.issues if issue.code == "F022"] == [1, 3, 4, 6]
    assert [e.claim_id for e in result.entries] == [0, 1]
    assert [e.where.line for e in result.entries] == [2, 5]


@given(st.text())
@example("~1/~0")
def test_pointer_tokens_can_be_undone(key: str) -> None:
    token = escape_key(key)
    assert "/" not in token
    assert token.replace("~1", "/").replace("~0", "~") == key
