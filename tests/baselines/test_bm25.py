"""BM25: the same scores as rank_bm25 and bm25s, and the order of ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import query_words, store_texts

from averitec_eval.baselines.bm25 import IDFS, TOKENIZERS, Bm25Index, best, tokenizer


@given(store_texts, query_words, st.sampled_from([0.5, 1.5, 2.0]), st.sampled_from([0.0, 0.4, 0.75]))
def test_scores_equal_rank_bm25_to_the_last_bit(texts: list[str], words: list[str], k1: float, b: float) -> None:
    from rank_bm25 import BM25Okapi

    cut = [text.split() for text in texts]
    assume(any(cut))  # rank_bm25 divides by zero, as it does for an empty text with b = 1
    theirs = BM25Okapi(cut, k1=k1, b=b).get_scores(words)
    ours = Bm25Index(texts, str.split, lowercase=False, k1=k1, b=b).scores(words)
    assert ours.tolist() == theirs.tolist()


@given(store_texts, query_words)
def test_lucene_scores_equal_those_of_bm25s(texts: list[str], words: list[str]) -> None:
    import bm25s

    texts = [text for text in texts if text.split()]  # bm25s gives an empty text a token of its own
    assume(texts)
    cut = [text.split() for text in texts]
    retriever = bm25s.BM25(method="lucene", dtype="float64")
    retriever.index(cut, show_progress=False)
    known = [word for word in words if word in retriever.vocab_dict]
    assume(known)
    ours = Bm25Index(texts, str.split, lowercase=False, idf="lucene").scores(words)
    np.testing.assert_allclose(ours / 2.5, retriever.get_scores(known), rtol=1e-9, atol=1e-12)


@given(store_texts, query_words, st.integers(0, 30), st.sampled_from(IDFS))
def test_best_texts_come_first_and_ties_by_place(texts: list[str], words: list[str], k: int, idf: str) -> None:
    index = Bm25Index(texts, str.split, idf=idf)  # type: ignore[arg-type]
    scores = index.scores(words)
    expected = sorted(range(len(texts)), key=lambda place: (-scores[place], place))[:k]
    assert [place for place, _ in index.top(words, k)] == expected
    assert [score for _, score in index.top(words, k)] == [scores[place] for place in expected]


@given(store_texts, query_words)
def test_the_order_of_texts_changes_no_score(texts: list[str], words: list[str]) -> None:
    forwards = Bm25Index(texts, str.split).scores(words)
    backwards = Bm25Index(texts[::-1], str.split).scores(words)
    np.testing.assert_allclose(forwards, backwards[::-1], rtol=1e-12)


@given(store_texts, query_words)
def test_containing_says_which_texts_share_a_word(texts: list[str], words: list[str]) -> None:
    index = Bm25Index(texts, str.split, lowercase=False)
    shared = [bool(set(text.split()) & set(words)) for text in texts]
    assert index.containing(words).tolist() == shared
    assert index.matches(words) == any(shared)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, -1.0]), max_size=12), st.integers(0, 14))
def test_best_agrees_with_sorting(scores: list[float], k: int) -> None:
    expected = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[:k]
    assert best(np.array(scores), k).tolist() == expected


def test_texts_without_words_score_zero() -> None:
    index = Bm25Index(["", " ", "--"], tokenizer("words"))
    assert index.scores(["a"]).tolist() == [0.0, 0.0, 0.0]
    assert index.top(["a"], 2) == [(0, 0.0), (1, 0.0)]
    assert len(Bm25Index([], tokenizer("words")).scores(["a"])) == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("words", ["Didn", "t", "cost", "5", "m", "Ça", "va"]),
        ("spaces", ["Didn't", "", "cost", "$5m?", "Ça", "va."]),
        ("pinned", ["Did", "n't", "cost", "$", "5m", "?", "Ça", "va", "."]),
    ],
)
def test_tokenizers(name: str, expected: list[str]) -> None:
    text = "Didn't  cost $5m? Ça va."
    if name == "words":
        text = text.replace("5m", "5 m")
    assert tokenizer(name)(text) == expected


def test_an_unknown_tokenizer_is_refused() -> None:
    with pytest.raises(ValueError, match=", ".join(TOKENIZERS)):
        tokenizer("word")
