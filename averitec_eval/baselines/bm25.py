"""BM25 over the texts of one claim, exact and fast enough for half a million of them.

With ``idf="okapi"`` scores equal those of ``rank_bm25.BM25Okapi``, which the published systems use, to the last bit:
k1 and b as given, and the weight of a word that most texts contain raised to a quarter of the average weight. With
``idf="lucene"`` they are Lucene's, in which every weight is positive (Kamphuis et al., 2020), times k1 + 1.
Ties are broken by place, first come first.

All of a claim's texts are cut into words once; word numbers and places are then sorted as one array of integers, from
which any query is answered.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Idf = Literal["okapi", "lucene"]
Tokenizer = Callable[[str], list[str]]

TOKENIZERS = ("words", "spaces", "pinned")
"""Ways to cut a text into words: runs of letters and digits; whatever stands between single spaces; NLTK's
``word_tokenize`` as pinned in ``averitec_eval.text.words``.
"""

IDFS: tuple[Idf, ...] = ("okapi", "lucene")
"""Ways to weigh words; see above."""

EPSILON = 0.25
"""What part of the average weight a word has at least, with ``okapi``."""

_words: Tokenizer = re.compile(r"\w+").findall


def tokenizer(name: str) -> Tokenizer:
    """The tokenizer of that name. Raises ``ValueError`` for a name that is not in ``TOKENIZERS``."""
    if name == "words":
        return _words
    if name == "spaces":
        return _between_spaces
    if name == "pinned":
        from averitec_eval.text.words import WordTokenizer

        return WordTokenizer(most=1 << 19)  # a claim's texts hold more words than one file of predictions
    raise ValueError(f"no tokenizer {name!r}; there are {', '.join(TOKENIZERS)}")


def _between_spaces(text: str) -> list[str]:
    return text.split(" ")


class _Vocabulary(dict[str, int]):
    """Numbers words in the order in which they first occur."""

    __slots__ = ()

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


class Bm25Index:
    """Texts, ready to be searched by BM25.

    ``lowercase`` folds texts before they are cut; a query's words are compared as they are given, so fold them alike.
    Texts are cut in the order given and are not kept.
    """

    def __init__(
        self,
        texts: Iterable[str],
        tokenize: Tokenizer,
        *,
        lowercase: bool = True,
        k1: float = 1.5,
        b: float = 0.75,
        idf: Idf = "okapi",
    ) -> None:
        import numpy as np

        vocabulary = _Vocabulary()
        number = vocabulary.__getitem__
        numbers, lengths = array("i"), array("i")
        for text in texts:
            words = tokenize(text.lower() if lowercase else text)
            lengths.append(len(words))
            numbers.extend(map(number, words))
        self._vocabulary = vocabulary
        self._k1 = k1
        self._size = len(lengths)
        long = np.asarray(lengths, np.int64)
        # One integer for each occurrence, word before place, so that sorting groups the postings of each word.
        keys = np.asarray(numbers, np.int64)
        keys *= max(self._size, 1)
        keys += np.repeat(np.arange(self._size), long)
        keys.sort()
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        self._counts = np.diff(first, append=len(keys)).astype(np.int32)
        keys = keys[first]
        words_of, self._places = np.divmod(keys, max(self._size, 1))
        self._starts = np.searchsorted(words_of, np.arange(len(vocabulary) + 1))
        total = int(long.sum())
        average = total / self._size if total else 1.0
        self._norms = k1 * (1 - b + b * long / average)
        self._weights = _weights(np.diff(self._starts), self._size, idf)

    def __len__(self) -> int:
        """How many texts there are."""
        return self._size

    def scores(self, words: Sequence[str]) -> NDArray[np.float64]:
        """The score of each text for a query of these words, which count as often as they occur: shape (texts,)."""
        import numpy as np

        scores = np.zeros(self._size)
        for word in words:
            number = self._vocabulary.get(word)
            if number is None:
                continue
            part = slice(self._starts[number], self._starts[number + 1])
            counts, places = self._counts[part], self._places[part]
            scores[places] += self._weights[number] * (counts * (self._k1 + 1) / (counts + self._norms[places]))
        return scores

    def matches(self, words: Iterable[str]) -> bool:
        """Whether any text holds any of these words."""
        return any(word in self._vocabulary for word in words)

    def containing(self, words: Iterable[str]) -> NDArray[np.bool_]:
        """Whether each text holds any of these words: shape (texts,)."""
        import numpy as np

        found = np.zeros(self._size, bool)
        for number in {self._vocabulary[word] for word in words if word in self._vocabulary}:
            found[self._places[self._starts[number] : self._starts[number + 1]]] = True
        return found

    def top(self, words: Sequence[str], k: int) -> list[tuple[int, float]]:
        """Places and scores of the best ``k`` texts, best first, texts that share no word with the query among them."""
        scores = self.scores(words)
        return [(int(place), float(scores[place])) for place in best(scores, k)]


def best(scores: NDArray[np.float64], k: int) -> NDArray[np.intp]:
    """The places of the ``k`` highest scores, highest first, equal ones by place."""
    import numpy as np

    if k < len(scores):
        # Whatever reaches the k-th highest score stays in the running, so that ties are decided by place.
        bound = np.partition(scores, len(scores) - k)[len(scores) - k] if k > 0 else np.inf
        places = np.flatnonzero(scores >= bound)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][: max(k, 0)]


def _weights(frequencies: NDArray[np.intp], size: int, idf: Idf) -> NDArray[np.float64]:
    """The weight of each word, given how many of ``size`` texts contain it."""
    import numpy as np

    distinct, back = np.unique(frequencies, return_inverse=True)
    if idf == "lucene":
        table = [math.log(1 + (size - n + 0.5) / (n + 0.5)) for n in distinct.tolist()]
    else:
        table = [math.log(size - n + 0.5) - math.log(n + 0.5) for n in distinct.tolist()]
    weights = np.array(table, np.float64)[back]
    if idf == "okapi" and len(weights):
        # The sum in order of first occurrence, as adding one by one gives it.
        average = float(np.cumsum(weights)[-1]) / len(weights)
        weights[weights < 0] = EPSILON * average
    return weights


__all__ = ["EPSILON", "IDFS", "TOKENIZERS", "Bm25Index", "Idf", "Tokenizer", "best", "tokenizer"]
