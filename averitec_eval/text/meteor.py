"""METEOR of one text against another, pinned to the definition that published AVeriTeC scores were computed with.

The definition is that of ``single_meteor_score`` in NLTK 3.7 to 3.9 with its defaults on ``word_tokenize`` words: Lavie
and Agarwal (2007), "METEOR: An Automatic Metric for MT Evaluation with High Levels of Correlation with Human
Judgments", with alpha .9, beta 3 and gamma .5, in three matching stages (same word, same stem, WordNet 3.0 synonym of
the stem). Here it depends on no installed NLTK. ``NltkMeteor`` is the other variant: whatever the installed NLTK says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any, Literal, Protocol

from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.text import porter, synonyms
from averitec_eval.text.memo import Memo
from averitec_eval.text.words import RULES, lower_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
_STEM_AND_SENSES: Memo[str, tuple[str, tuple[int, ...]]] = Memo(
    lambda word: (_STEMS[word], synonyms.senses(_STEMS[word])), 1 << 16
)
_SENSES_NAMED: Memo[str, tuple[int, ...]] = Memo(synonyms.senses_named, 1 << 16)


class _Reference:
    """A reference prepared for any number of candidates.

    ``last`` maps each word to its last position and ``before`` each position to the one before it with the same word
    (-1: none), so that a copy of ``last`` is all that one candidate's matching needs. ``last_stem`` and ``before_stem``
    are the same for stems. ``width`` is one more than the number of words.
    """

    __slots__ = ("before", "before_stem", "last", "last_stem", "width", "words")

    def __init__(self, text: str) -> None:
        self.words = lower_words(text)
        self.width = len(self.words) + 1
        self.last: dict[str, int] = {}
        self.before: list[int] = []
        self.last_stem: dict[str, int] = {}
        self.before_stem: list[int] = []
        for position, word in enumerate(self.words):
            self.before.append(self.last.get(word, -1))
            self.last[word] = position
            stem = _STEMS[word]
            self.before_stem.append(self.last_stem.get(stem, -1))
            self.last_stem[stem] = position


_Relation = tuple[str, str, tuple[str, ...]]
"""A word, its stem, and the other stems of references that are names of a synset of that stem."""

_Candidate = tuple[list[int], list[_Relation]]
"""The positions of the words that could match a reference, last first, and what each could match by."""

_Pairs = list[int]
"""Matched positions, each pair as one number: the candidate's times the reference's ``width``, plus the reference's."""


MOST_KNOWN = 512
"""Of how many words of candidates the relations with one set of references are remembered."""


class _Relations:
    """What words could match by in some references."""

    __slots__ = ("_by_sense", "_known", "_senses", "_stems")

    def __init__(self, references: Iterable[_Reference]) -> None:
        self._stems = {stem for reference in references for stem in reference.last_stem}
        self._by_sense: dict[int, list[str]] = {}
        for stem in self._stems:
            for sense in _SENSES_NAMED[stem]:
                self._by_sense.setdefault(sense, []).append(stem)
        self._senses = frozenset(self._by_sense)
        self._known: dict[str, _Relation | None] = {}

    def of(self, words: Sequence[str]) -> _Candidate:
        """What the words of a candidate could match by."""
        # A new dictionary, not an emptied one: another thread may be reading the old one.
        if len(self._known) > MOST_KNOWN:
            self._known = {}
        known, stems, senses_here, by_sense = self._known, self._stems, self._senses, self._by_sense
        for word in {*words}.difference(known):
            stem, senses = _STEM_AND_SENSES[word]
            if senses and not senses_here.isdisjoint(senses):
                # A word left by the second stage finds its own stem in no free place, so that stem is no use here.
                near = tuple({name for sense in senses_here.intersection(senses) for name in by_sense[sense]} - {stem})
                known[word] = (word, stem, near) if near or stem in stems else None
            else:
                known[word] = (word, stem, ()) if stem in stems else None
        relations = list(map(known.__getitem__, reversed(words)))
        return list(compress(range(len(words) - 1, -1, -1), relations)), list(filter(None, relations))


def _match(candidate: _Candidate, reference: _Reference) -> tuple[_Pairs, _Pairs, _Pairs]:
    """The matched pairs of the three stages, each last first.

    Every stage goes through the words that the stages before left, from the last to the first, and gives each the last
    position of the reference that is still free.
    """
    exact: _Pairs = []
    by_stem: _Pairs = []
    by_synonym: _Pairs = []
    last, before, width = reference.last.copy(), reference.before, reference.width
    last_stem, before_stem = reference.last_stem, reference.before_stem
    rest = []
    for position, (word, stem, near) in zip(*candidate, strict=True):
        at = last.get(word, -1)
        if at >= 0:
            exact.append(position * width + at)
            last[word] = before[at]
        elif near or stem in last_stem:
            rest.append((position, stem, near))
    if not rest:
        return exact, by_stem, by_synonym

    taken = {pair % width for pair in exact}
    # The last position of a stem that is not matched by stem or synonym yet; whether it is taken is seen on use.
    top: dict[str, int] = {}
    remaining = []
    for position, stem, near in rest:
        at = top[stem] if stem in top else last_stem.get(stem, -1)
        while at in taken:
            at = before_stem[at]
        if at >= 0:
            by_stem.append(position * width + at)
            top[stem] = before_stem[at]
        else:
            top[stem] = -1
            if near:
                remaining.append((position, near))
    for position, near in remaining:
        best, chosen = -1, ""
        for stem in near:
            at = top[stem] if stem in top else last_stem.get(stem, -1)
            while at in taken:
                at = before_stem[at]
            top[stem] = at
            if at > best:
                best, chosen = at, stem
        if best >= 0:
            by_synonym.append(position * width + best)
            top[chosen] = before_stem[best]
    return exact, by_stem, by_synonym


def _count_chunks(pairs: _Pairs, width: int) -> int:
    """The number of runs of pairs that are adjacent on both sides: of pairs that follow on no other."""
    follow_on = {pair + width + 1 for pair in pairs}
    return len(pairs) - len(follow_on.intersection(pairs))


def _score(words: int, candidate: _Candidate, reference: _Reference) -> float:
    """METEOR of a candidate of so many words against a reference."""
    exact, by_stem, by_synonym = _match(candidate, reference)
    pairs = exact + by_stem + by_synonym
    if not pairs:
        return 0.0
    return _formula(len(pairs), _count_chunks(pairs, reference.width), words, reference.width - 1)[4]


class PreparedReferences:
    """References that any number of candidates are compared with, cut into words once; safe to use from threads."""

    __slots__ = ("_relations", "_targets")

    def __init__(self, references: Sequence[str]) -> None:
        known = {text: _Reference(text) for text in dict.fromkeys(references)}
        self._targets = [known[text] for text in references]
        self._relations = _Relations(known.values())

    def pairwise(self, candidates: Sequence[str]) -> NDArray[np.float64]:
        """METEOR, in [0, 1), of each candidate against each reference: shape (candidates, references)."""
        rows: dict[str, list[float]] = {}
        for text in candidates:
            if text not in rows:
                words = lower_words(text)
                matchable = self._relations.of(words)
                rows[text] = [_score(len(words), matchable, reference) for reference in self._targets]
        return _matrix([rows[text] for text in candidates], len(self._targets))


class PinnedMeteor:
    """METEOR as NLTK 3.7 to 3.9 define it, from this package's own code and resources."""

    name = "pinned"
    tokenizer = RULES
    wordnet = "3.0"

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
        """METEOR, in [0, 1), of each candidate against each reference: shape (candidates, references).

        A text without words scores 0 against everything. Raises ``ResourceError`` if a resource is missing or damaged.
        """
        return self.prepare(references).pairwise(candidates)

    def prepare(self, references: Sequence[str]) -> PreparedReferences:
        """The references, to be compared with candidates as by ``pairwise`` many times over."""
        return PreparedReferences(references)

    def single(self, candidate: str, reference: str) -> float:
        """METEOR, in [0, 1), of one candidate against one reference."""
        return float(self.pairwise([candidate], [reference])[0, 0])


def _matrix(rows: list[list[float]], columns: int) -> NDArray[np.float64]:
    import numpy as np

    # The shape is given because there may be no rows at all.
    return np.array(rows, dtype=np.float64).reshape(len(rows), columns)


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
        except OSError as error:
            raise ResourceError(
                f"METEOR variant 'nltk': NLTK {nltk.__version__} cannot read its data ({error}). "
                "To mend: python -m nltk.downloader punkt_tab wordnet"
            ) from None

    def pairwise(self, candidates: Sequence[str], references: Sequence[str]) -> NDArray[np.float64]:
        """METEOR of each candidate against each reference: shape (candidates, references)."""
        words: Mapping[str, list[str]] = {text: self._tokenize(text) for text in {*candidates, *references}}
        scores = [[self._meteor(words[reference], words[text]) for reference in references] for text in candidates]
        return _matrix(scores, len(references))

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
    target = _Reference(reference)
    words = lower_words(candidate)
    kinds: tuple[Kind, ...] = ("exact", "stem", "synonym")
    stages = _match(_Relations([target]).of(words), target)
    matches = sorted((pair, kind) for kind, pairs in zip(kinds, stages, strict=True) for pair in pairs)
    chunks = _count_chunks([pair for pair, _ in matches], target.width)
    return Alignment(
        tuple(words),
        tuple(target.words),
        tuple(Match(*divmod(pair, target.width), kind) for pair, kind in matches),
        chunks,
        *_formula(len(matches), chunks, len(words), len(target.words)),
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


__all__ = [
    "Alignment",
    "Match",
    "Meteor",
    "NltkMeteor",
    "PinnedMeteor",
    "PreparedReferences",
    "align",
    "get_meteor",
    "meteor",
]
