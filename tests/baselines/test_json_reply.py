"""Reading the JSON in a model's reply."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_objects

from averitec_eval.baselines.components.json_reply import read_object, read_objects, text_of, texts_of


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b"}',
        'Here it is:\n```json\n{"a": "b"}\n```\nDone.',
        '  {"a"\n:\n"b"}  ',
    ],
)
def test_reads_json_wherever_it_stands(text: str) -> None:
    found = read_object(text)

    assert found is not None
    assert (found.value, found.repaired) == ({"a": "b"}, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'b'}", {"a": "b"}),
        ("{'a': 'it isn't so', 'b': 1}", {"a": "it isn't so", "b": 1}),
        ('{"a": "two\nlines"}', {"a": "two\nlines"}),
        ('{"a": None, "b": True, "c": False}', {"a": None, "b": True, "c": False}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "b", "c": "cut of', {"a": "b"}),
        ('{"a": [{"q": "x"}, {"q": "y', {"a": [{"q": "x"}, {}]}),
        ('{"a": "b", "c"', {"a": "b"}),
        ('{"a": "b", "c": tru', {"a": "b"}),
        ('{"a": -1.5e3, "b": 007,}', {"a": -1500.0, "b": 7.0}),
        ('see {this}: {"a": "b"} and {that}', {"a": "b"}),
        (r'{"a": "q\"\u00e9\n",}', {"a": 'q"é\n'}),
    ],
)
def test_reads_what_is_almost_json(text: str, value: object) -> None:
    found = read_object(text)

    assert found is not None
    assert (found.value, found.repaired) == (value, True)


@pytest.mark.parametrize(
    "text", ["", "no object", "[1, 2]", "{", "{}x{", "{__import__('os')}", "{" * 5000, '{"a":' * 5000]
)
def test_gives_nothing_where_there_is_no_object(text: str) -> None:
    found = read_object(text)

    assert found is None or found.value == {}


@given(json_objects)
def test_whatever_is_json_reads_as_json_does(value: dict[str, object]) -> None:
    found = read_object(f"Well: {json.dumps(value)} !")

    assert found is not None
    assert (found.value, found.repaired) == (value, False)


@pytest.mark.parametrize("number", ["-", "0.", "-12.", "3e", "1.5E-", "2e+"])
def test_a_number_that_is_cut_is_left_out(number: str) -> None:
    text = f'{{"a": {{"x": 1}}, "b": {{"y": {number}'

    found = read_object(text)

    assert found is not None
    assert found.value == {"a": {"x": 1}, "b": {}}
    (whole,) = read_objects(text)
    assert (whole.value, whole.complete) == (found.value, False)


@given(json_objects, st.data())
def test_an_object_cut_anywhere_keeps_its_whole_members(value: dict[str, object], data: st.DataObject) -> None:
    text = json.dumps(value)
    found = read_object(text[: data.draw(st.integers(0, len(text) - 1))])

    if found is not None:
        names = list(found.value)
        assert names == list(value)[: len(names)]  # in order, none made up
        assert all(found.value[name] == value[name] for name in names[:-1])


@given(st.text(alphabet="{}[]\"':,\\ntruefalsNo0123-. \n", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_object(text)

    assert found is None or isinstance(found.value, dict)


def test_takes_texts_and_numbers_as_texts() -> None:
    assert [text_of(value) for value in (" a ", 3, 2.5, "", " ", None, True, ["a"], {})] == [
        *("a", "3", "2.5"),
        *(None,) * 6,
    ]
    assert texts_of(["a", None, 2, {"b": 1}]) == ("a", "2")
    assert texts_of("a") == ("a",)


def test_joins_and_replaces_halves_of_characters() -> None:
    assert text_of("\ud83d\ude00 \ud83d") == "😀 \ufffd"
