"""A megabyte of anything is read in time proportional to its length, and memory that remembers is bounded."""

from __future__ import annotations

import pytest

from averitec_eval.text import memo
from averitec_eval.text.memo import Memo
from averitec_eval.text.meteor import meteor
from averitec_eval.text.porter import stem
from averitec_eval.text.synonyms import synonyms
from averitec_eval.text.words import WordTokenizer, word_tokenize

PIECES = (
    *("a", "y", "9,", ".", "?", "?x", '"', "'", "')", ".)", ", ", ". ", "A.", "a-", "--", "``", "n't", "'s", "alli"),
    *("cannot-", "'tis", '? "', "\n", '"\n', " \n", "\u00a0", ".\u00a0", ". . .", "the ", "“”", "a—b. "),
)
SIZES = (pytest.param(1 << 18, id="256K"), pytest.param(1 << 20, id="1M", marks=pytest.mark.slow))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_length_not_its_square(piece: str, size: int) -> None:
    text = (piece * size)[:size]
    # To end at all is the test: a quadratic step over so many characters takes minutes or hours.
    words = word_tokenize(text + "x")
    assert words
    assert stem(text)
    synonyms(text)


@pytest.mark.parametrize("words", [("dog", "dog"), ("dog", "dogs"), ("car", "auto"), ("running dog.", "a run, hound!")])
def test_repeated_words_are_matched_in_linear_time(words: tuple[str, str]) -> None:
    candidate, reference = (f"{word} " * 50_000 for word in words)
    assert meteor(candidate, reference) > 0


def test_a_memo_forgets_rather_than_grow() -> None:
    calls = []
    lengths: Memo[str, int] = Memo(lambda text: calls.append(text) or len(text), limit=3)
    for text in ("a", "bb", "a", "ccc", "dddd", "bb"):
        assert lengths[text] == len(text)
        assert len(lengths) <= 3
    assert calls == ["a", "bb", "ccc", "dddd", "bb"]


def test_a_memo_keeps_no_long_key() -> None:
    lengths: Memo[str, int] = Memo(len, limit=3)
    assert lengths["x" * (memo.LONGEST_KEY + 1)] == memo.LONGEST_KEY + 1
    assert not lengths


def test_forgetting_changes_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("averitec_eval.text.words._MOST_CHUNKS", 4)
    forgetful = WordTokenizer()
    text = 'One, two (three) "four." Five isn\'t six. Seven of U.S. Eight said: nine? ' * 3
    assert [forgetful(text), forgetful(text)] == [word_tokenize(text)] * 2
