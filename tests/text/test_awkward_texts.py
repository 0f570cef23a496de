"""Words, sentences, stems, synonyms and METEOR equal NLTK 3.9.1's on generated text."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import awkward_texts, awkward_words
from text.oracle import Oracle

from averitec_eval.text.meteor import align, meteor
from averitec_eval.text.porter import stem
from averitec_eval.text.sentences import split_sentences
from averitec_eval.text.synonyms import synonyms
from averitec_eval.text.words import word_tokenize

thorough = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


@thorough
@given(texts=st.lists(awkward_texts, min_size=1, max_size=8))
def test_words_and_sentences(nltk_391: Oracle, texts: list[str]) -> None:
    expected = nltk_391.words(texts)
    assert [word_tokenize(text) for text in texts] == expected
    assert [word_tokenize.cut_carefully(text) for text in texts] == expected
    assert [split_sentences(text) for text in texts] == nltk_391.sentences(texts)


@thorough
@given(words=st.lists(awkward_words, min_size=1, max_size=12))
def test_stems_and_synonyms(nltk_391: Oracle, words: list[str]) -> None:
    assert [stem(word) for word in words] == nltk_391.stems(words)
    assert [sorted(synonyms(word)) for word in words] == nltk_391.synonyms(words)


@thorough
@given(candidate=awkward_texts, reference=awkward_texts, shared=st.lists(awkward_words, max_size=4).map(" ".join))
def test_meteor_and_alignment(nltk_391: Oracle, candidate: str, reference: str, shared: str) -> None:
    pair = (f"{candidate} {shared}", f"{shared} {reference}")
    assert [meteor(*pair)] == nltk_391.meteor([pair])
    matches = [[match.candidate, match.reference] for match in align(*pair).matches]
    assert [matches] == nltk_391.matches([pair])
