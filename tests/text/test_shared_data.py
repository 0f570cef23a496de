"""Words, stems, synonyms and METEOR equal NLTK 3.9.1's on all text of the shared research data.

The ordinary run takes a systematic sample, every so-many-th item; the slow one takes everything.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from text.oracle import Oracle, batches
from text.shared_texts import all_texts, compared_strings

from averitec_eval.text.meteor import PinnedMeteor
from averitec_eval.text.porter import stem
from averitec_eval.text.synonyms import synonyms
from averitec_eval.text.words import lower_words, word_tokenize

everything = pytest.param(1, id="all", marks=pytest.mark.slow)


@pytest.mark.parametrize("step", [pytest.param(7, id="every-7th"), everything])
def test_words(data_dir: Path, nltk_391: Oracle, step: int) -> None:
    for texts in batches(all_texts(data_dir)[::step]):
        for text, expected in zip(texts, nltk_391.words(texts), strict=True):
            assert word_tokenize(text) == expected
            assert word_tokenize.cut_carefully(text) == expected


@pytest.mark.parametrize("step", [pytest.param(7, id="every-7th"), everything])
def test_stems_and_their_synonyms(data_dir: Path, nltk_391: Oracle, step: int) -> None:
    vocabulary = sorted({word for text in all_texts(data_dir)[::step] for word in lower_words(text)})
    for words in batches(vocabulary[::step], 2000):
        stems = [stem(word) for word in words]
        assert stems == nltk_391.stems(words)
        assert [sorted(synonyms(word)) for word in stems] == nltk_391.synonyms(stems)


@pytest.mark.parametrize("step", [pytest.param(50, id="every-50th-claim"), everything])
@pytest.mark.parametrize("name", ["hero_8b", "hero_70b", "baseline_2024"])
def test_meteor(data_dir: Path, nltk_391: Oracle, name: str, step: int) -> None:
    """Each predicted string of a claim against each gold one, bit for bit."""
    gold = json.loads((data_dir / "averitec" / "dev.json").read_text(encoding="utf-8"))
    predicted = json.loads((data_dir / "submissions" / f"{name}.json").read_text(encoding="utf-8"))
    for prediction, claim in list(zip(predicted, gold, strict=True))[::step]:
        for candidates, references in zip(compared_strings(prediction), compared_strings(claim), strict=True):
            pairs = [(candidate, reference) for candidate in candidates for reference in references]
            assert PinnedMeteor().pairwise(candidates, references).ravel().tolist() == nltk_391.meteor(pairs)
