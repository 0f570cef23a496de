"""METEOR of one text against another, pinned to the definition that published AVeriTeC scores were computed with.

The definition is that of ``single_meteor_score`` in NLTK 3.7 to 3.9 with its defaults on ``word_tokenize`` words: Lavie
and Agarwal (2007), "METEOR: An Automatic Metric for MT Evaluation with High Levels of Correlation with Human
Judgments", with alpha .9, beta 3 and gamma .5, in three matching stages (same word, same stem, WordNet 3.0 synonym of
the stem). Here it depends on no installed NLTK. ``NltkMeteor`` is the other variant: whatever the installed NLTK says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.text import porter, synonyms
from averitec_eval.text.memo import Memo
from averitec_eval.text.words import RULES, lower_words

ALPHA = 0.9
BETA = 3.0
GAMMA = 0.5

Kind = Literal["exact", "stem", "synonym"]


class Meteor(Protocol):
    """A variant of METEOR. ``name``, ``tokenizer`` and ``wordnet`` identify it in a score's signature."""

    @property
    def name(self) -> str:
        """What ``get_meteor`` knows it by."""

    @property
    def tokenizer(self) -> str:
        """The rules that cut texts into words."""

    @property
    def wordnet(self) -> str:
        """The version of WordNet that synonyms come from."""

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
        """METEOR, in [0, 1), of each candidate against each reference: shape (candidates, references)."""

    def single(self, candidate: str, reference: str) -> float:
        """METEOR, in [0, 1), of one candidate against one reference."""


@dataclass(frozen=True, slots=True)
class Match:
    """One matched pair of words: their 0-based positions and the stage that matched them."""

    candidate: int
    reference: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Alignment:
    """How METEOR came about. Matches are in order of the candidate's words, which are in lower case.

    ``chunks`` counts the runs of matches adjacent on both sides, 0 without a match. ``precision`` and ``recall`` are
    the matched shares of the candidate and the reference, ``fmean`` their weighted harmonic mean, ``penalty`` the
    share that fragmentation takes off, in [0, .5]; all are 0 where nothing matches.
    """

    candidate: tuple[str, ...]
    reference: tuple[str, ...]
    matches: tuple[Match, ...]
    chunks: int
    precision: float
    recall: float
    fmean: float
    penalty: float
    score: float


def _formula(matches: int, chunks: int, candidate: int, reference: int) -> tuple[float, float, float, float, float]:
    """Precision, recall, their mean, penalty and score, from the numbers of matches, chunks and words of both sides.

    The operations stand in the order of NLTK's, so that the results are equal to the last bit.
    """
    if not matches:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    precision = matches / candidate
    recall = matches / reference
    fmean = (precision * recall) / (ALPHA * precision + (1 - ALPHA) * recall)
    penalty = GAMMA * (chunks / matches) ** BETA
    return precision, recall, fmean, penalty, (1 - penalty) * fmean


# ---- words and their relations, remembered across calls -----------------------------------------------------------

_STEMS: Memo[str, str] = Memo(porter.stem, 1 << 16)
_SENSES: Memo[str, frozenset[int]] = Memo(synonyms.senses, 1 << 16)
_SENSES_NAMED: Memo[str, frozenset[int]] = Memo(synonyms.senses_named, 1 << 16)


class _Reference:
    """A reference prepared for any number of candidates.

    ``last`` maps each word to its last position and ``before`` each position to the one before it with the same word
    (-1: none), so that a copy of ``last`` is all that one candidate's matching needs. ``places`` maps each stem to its
    positions in ascending order.
    """

    __slots__ = ("before", "last", "places", "words")

    def __init__(self, text: str) -> None:
        self.words = lower_words(text)
        self.last: dict[str, int] = {}
        self.before: list[int] = []
        self.places: dict[str, list[int]] = {}
        for position, word in enumerate(self.words):
            self.before.append(self.last.get(word, -1))
            self.last[word] = position
            self.places.setdefault(_STEMS[word], []).append(position)


class _References:
    """All references of one call, and which stems are synonyms of a stem among them."""

    __slots__ = ("_by_sense", "_near", "each", "stems")

    def __init__(self, texts: Iterable[str]) -> None:
        known: dict[str, _Reference] = {}
        self.each = [known.get(text) or known.setdefault(text, _Reference(text)) for text in texts]
        self.stems = {stem for reference in self.each for stem in reference.places}
        self._by_sense: dict[int, list[str]] = {}
        for stem in self.stems:
            for sense in _SENSES_NAMED[stem]:
                self._by_sense.setdefault(sense, []).append(stem)
        self._near: dict[str, tuple[str, ...]] = {}

    def near(self, stem: str) -> tuple[str, ...]:
        """The stems of references that are names of a synset of ``stem``."""
        found = self._near.get(stem)
        if found is None:
            shared = _SENSES[stem] & self._by_sense.keys()
            found = self._near[stem] = tuple({name for sense in shared for name in self._by_sense[sense]})
        return found

    def candidate(self, words: Sequence[str]) -> list[_Word]:
        """The candidate's words that could match any reference, last first, with what they could match by."""
        stems, near = self.stems, self.near
        found = []
        for position in range(len(words) - 1, -1, -1):
            stem = _STEMS[words[position]]
            synonyms_of = near(stem)
            if synonyms_of or stem in stems:
                found.append((position, words[position], stem, synonyms_of))
        return found


_Word = tuple[int, str, str, tuple[str, ...]]
_Pairs = list[tuple[int, int]]


def _match(candidate: Sequence[_Word], reference: _Reference) -> tuple[_Pairs, _Pairs, _Pairs]:
    """The matched positions (candidate, reference) of the three stages, each last first.

    Every stage goes through the words that the stages before left, from the last to the first, and gives each the last
    position of the reference that is still free.
    """
    exact: _Pairs = []
    by_stem: _Pairs = []
    by_synonym: _Pairs = []
    last, before, places = reference.last.copy(), reference.before, reference.places
    rest = []
    for word in candidate:
        at = last.get(word[1], -1)
        if at >= 0:
            exact.append((word[0], at))
            last[word[1]] = before[at]
        elif word[3] or word[2] in places:
            rest.append(word)
    if not rest:
        return exact, by_stem, by_synonym
    taken = {at for _, at in exact}
    free: dict[str, list[int]] = {}
    remaining = []
    for word in rest:
        stem = word[2]
        if stem in places:
            if stem not in free:
                free[stem] = [at for at in places[stem] if at not in taken]
            if free[stem]:
                by_stem.append((word[0], free[stem].pop()))
                continue
        if word[3]:
            remaining.append(word)
    for word in remaining:
        best: list[int] = []
        for stem in word[3]:
            if stem in places:
                if stem not in free:
                    free[stem] = [at for at in places[stem] if at not in taken]
                if free[stem] and (not best or free[stem][-1] > best[-1]):
                    best = free[stem]
        if best:
            by_synonym.append((word[0], best.pop()))
    return exact, by_stem, by_synonym


def _count_chunks(pairs: Sequence[tuple[int, int]]) -> int:
    """The number of runs adjacent on both sides, of pairs sorted by their first position, ascending."""
    chunks = 0
    follows = (-1, -1)
    for pair in pairs:
        if pair != follows:
            chunks += 1
        follows = (pair[0] + 1, pair[1] + 1)
    return chunks


def _score(words: int, candidate: Sequence[_Word], reference: _Reference) -> float:
    exact, by_stem, by_synonym = _match(candidate, reference)
    pairs = exact + by_stem + by_synonym
    if not pairs:
        return 0.0
    pairs.sort()
    return _formula(len(pairs), _count_chunks(pairs), words, len(reference.words))[4]


class PinnedMeteor:
    """METEOR as NLTK 3.7 to 3.9 define it, from this package's own code and resources."""

    name = "pinned"
    tokenizer = RULES
    wordnet = "3.0"

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
        """METEOR, in [0, 1), of each candidate against each reference: shape (candidates, references).

        A text without words scores 0 against everything. Raises ``ResourceError`` if a resource is missing or damaged.
        """
        prepared = _References(references)
        rows: dict[str, list[float]] = {}
        for text in candidates:
            if text not in rows:
                words = lower_words(text)
                matchable = prepared.candidate(words)
                rows[text] = [_score(len(words), matchable, reference) for reference in prepared.each]
        return np.array([rows[text] for text in candidates], dtype=np.float64).reshape(len(candidates), len(references))

    def single(self, candidate: str, reference: str) -> float:
        """METEOR, in [0, 1), of one candidate against one reference."""
        return float(self.pairwise([candidate], [reference])[0, 0])


class NltkMeteor:
    """METEOR as the installed NLTK computes it, whichever version that is; it changed in 3.7 and in 3.10.

    Raises ``ResourceError`` where NLTK, or its data packages ``punkt_tab`` and ``wordnet``, are not installed.
    """

    name = "nltk"

    def __init__(self) -> None:
        try:
            import nltk
            from nltk.corpus import wordnet
            from nltk.translate.meteor_score import single_meteor_score
        except ImportError as error:
            raise ResourceError(
                f"METEOR variant 'nltk': NLTK cannot be imported ({error}). To mend: python -m pip install nltk"
            ) from None
        self._tokenize: Any = nltk.word_tokenize
        self._meteor: Any = single_meteor_score
        self.tokenizer = f"nltk-{nltk.__version__}"
        try:
            self._tokenize("A test. It is.")
            self.wordnet = str(wordnet.get_version())
        except LookupError as error:
            missing = "wordnet" if "wordnet" in str(error) else "punkt_tab"
            raise ResourceError(
                f"METEOR variant 'nltk': NLTK {nltk.__version__} does not find its data package {missing!r}. "
                "To mend: python -m nltk.downloader punkt_tab wordnet (or set NLTK_DATA to the folder that holds them)"
            ) from None

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
        """METEOR of each candidate against each reference: shape (candidates, references)."""
        words: Mapping[str, list[str]] = {text: self._tokenize(text) for text in {*candidates, *references}}
        scores = [[self._meteor(words[reference], words[text]) for reference in references] for text in candidates]
        return np.array(scores, dtype=np.float64).reshape(len(candidates), len(references))

    def single(self, candidate: str, reference: str) -> float:
        """METEOR of one candidate against one reference."""
        return float(self.pairwise([candidate], [reference])[0, 0])


_PINNED = PinnedMeteor()


def meteor(candidate: str, reference: str) -> float:
    """The pinned METEOR, in [0, 1), of ``candidate`` (predicted) against ``reference`` (gold).

    >>> round(meteor("The cat sat on the mat.", "A cat was sitting on the mat."), 4)
    0.7454
    """
    return _PINNED.single(candidate, reference)


def align(candidate: str, reference: str) -> Alignment:
    """How the pinned METEOR of ``candidate`` against ``reference`` comes about, word by word."""
    prepared = _References([reference])
    words = lower_words(candidate)
    kinds: tuple[Kind, ...] = ("exact", "stem", "synonym")
    stages = zip(kinds, _match(prepared.candidate(words), prepared.each[0]), strict=True)
    matches = sorted((pair, kind) for kind, pairs in stages for pair in pairs)
    chunks = _count_chunks([pair for pair, _ in matches])
    target = prepared.each[0].words
    return Alignment(
        tuple(words),
        tuple(target),
        tuple(Match(*pair, kind) for pair, kind in matches),
        chunks,
        *_formula(len(matches), chunks, len(words), len(target)),
    )


def get_meteor(name: str) -> Meteor:
    """The variant ``pinned`` or ``nltk``.

    Raises ``UsageError`` for another name, and ``ResourceError`` if ``nltk`` is asked for and not installed.
    """
    if name == PinnedMeteor.name:
        return _PINNED
    if name == NltkMeteor.name:
        return NltkMeteor()
    raise UsageError(f"METEOR variant {name!r}: unknown; expected 'pinned' or 'nltk'")


__all__ = ["Alignment", "Match", "Meteor", "NltkMeteor", "PinnedMeteor", "align", "get_meteor", "meteor"]
