"""Every word of a text is found where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from strategies import awkward_texts
from text.shared_texts import all_texts

from averitec_eval.text.spans import word_spans
from averitec_eval.text.words import lower_words


def assert_found(text: str) -> None:
    """That the spans of all words hold the words, and all of the text but its white space."""
    words = lower_words(text)
    spans = word_spans(text, words)
    assert len(spans) == len(words)
    last = 0
    for word, (start, end) in zip(words, spans, strict=True):
        assert not text[last:start].strip()
        assert text[start:end]
        assert text[start:end].lower() == word or (text[start:end] in ('"', "''", "``") and word in ("``", "''"))
        last = end
    assert not text[last:].strip()


@given(text=awkward_texts)
@example("\"'' ``x''\" '''' \"\"")
@example("İİ İstanbul'da cannot \"wanna\" 'tis ΌΣ. \ud800 \udfff\ud83d")
@example("\x1c\x85 a\u2028b\u3000c")
def test_every_word_of_any_text_is_found(text: str) -> None:
    assert_found(text)


def test_every_word_of_all_shared_texts_is_found(data_dir: Path) -> None:
    for text in all_texts(data_dir):
        if len(text) < 100_000:
            assert_found(text)


@pytest.mark.parametrize("text", ["İ" * 100_000, "a" * 100_000, '"' * 100_000, "word " * 20_000, "\ud800" * 100_000])
def test_long_texts_are_walked_once(text: str) -> None:
    assert_found(text)


def test_words_of_another_text_end_the_list() -> None:
    assert word_spans("one two", ["one", "three", "two"]) == [(0, 3)]
    assert word_spans("x", ["``"]) == []
    assert word_spans("", ["a"]) == []
