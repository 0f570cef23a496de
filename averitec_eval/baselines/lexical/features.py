"""What the verdict model knows of a claim and its evidence: some thirty plain numbers, each with a name and a meaning.

A feature is a number around 0 to 1 that no length of text can blow up. Those of the claim look at how it is worded;
those of the evidence at how far the retrieved texts agree with it: which of its words, names and numbers they hold, and
whether texts close to it deny, doubt or confirm. How much of the claim's wording a text repeats is used to tell which
texts are close, but is no feature: it says more of how the texts were found than of whether the claim is true.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from averitec_eval.baselines.lexical.english import (
    CONFIRMING,
    HEDGES,
    MONTHS,
    NEGATIONS,
    NUMBER_WORDS,
    REFUTING,
    SCALES,
    STOP_WORDS,
    word_set,
)
from averitec_eval.sums import plain_sum
from averitec_eval.text.porter import stem

T = TypeVar("T")

COUNTED = 10
"""How many texts of evidence are looked at, as ranked."""

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[-'’][^\W_]+)*|%")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ABSOLUTE = word_set("all every always never only no none nobody everyone everything first ever most least biggest")
_FIRST_PERSON = word_set("i we my our us me i'm i've we've we're")
_MEDIA = word_set(
    "video photo photos image images picture pictures shows showing post posts viral facebook whatsapp tweet"
)
_SAID = word_set("said says claimed claims told tweeted wrote announced stated quote quoted")
_FUTURE = word_set("will would going plans planned wants promise promised")
_CAUSE = word_set("cause causes caused cure cures kill kills prevent prevents because effective vaccine vaccines virus")
_COMPARED = word_set(
    "more less fewer than higher lower increased decreased rise fell percent % million billion average"
)


def words_of_claim(claim: str) -> frozenset[str]:
    """The stems of a claim's words of at least two letters, for the model's vocabulary."""
    return frozenset(stem(word.lower()) for word in _LETTERS.findall(claim))


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the features see it: stems of its telling words, small words, names and numbers."""

    stems: frozenset[str]
    words: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[float]

    @property
    def negated(self) -> bool:
        """Whether it holds a negation."""
        return any(word in NEGATIONS or word.endswith(("n't", "n’t")) for word in self.words)

    def share(self, vocabulary: frozenset[str]) -> float:
        """1 where it holds a word of ``vocabulary``, else 0."""
        return float(any(word in vocabulary for word in self.words))


@lru_cache(maxsize=4096)
def read(text: str) -> Text:
    """A text as the features see it."""
    found = _WORD.findall(text)
    words = tuple(word.lower() for word in found)
    telling = [w for w in words if w not in STOP_WORDS and w[0].isalnum()]
    names = frozenset(w.lower() for i, w in enumerate(found) if i and w[0].isupper() and w.lower() not in STOP_WORDS)
    return Text(frozenset(map(stem, telling)), words, names, _numbers(words))


def _numbers(words: Sequence[str]) -> frozenset[float]:
    """The numbers of a text, with their scales; numbers of a day of the month and single units are left out."""
    found = set()
    for at, word in enumerate(words):
        value = _value(word)
        if value is None:
            continue
        following = words[at + 1] if at + 1 < len(words) else ""
        scale = SCALES.get(following, 1.0)
        near_month = following in MONTHS or (at > 0 and words[at - 1] in MONTHS)
        if not near_month and (value * scale > 2 or following == "%"):
            found.add(round(value * scale, 4))
    return frozenset(found)


def _value(word: str) -> float | None:
    if word[0].isdecimal():
        digits = word.replace(",", "")[:18]
        return float(digits) if digits.count(".") < 2 and not digits.endswith(".") else None
    return float(NUMBER_WORDS[word]) if word in NUMBER_WORDS else None


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and its evidence, read: what every feature is computed from.

    ``coverage`` is, for each text, the share of the claim's telling words that it holds; ``near`` are the texts that
    hold at least half of the largest such share.
    """

    claim: Text
    raw_claim: str
    spoken: bool
    texts: tuple[Text, ...]
    coverage: tuple[float, ...]
    near: tuple[Text, ...]


def case_of(claim: str, evidence: Sequence[str], speaker: str | None = None) -> Case:
    """A claim with its evidence texts, best first, read for the features."""
    read_claim = read(claim)
    texts = tuple(read(text) for text in evidence[:COUNTED])
    coverage = tuple(_covered(read_claim.stems, text.stems) for text in texts)
    best = max(coverage, default=0.0)
    near = tuple(text for text, share in zip(texts, coverage, strict=True) if share and share >= best / 2)
    return Case(read_claim, claim, bool(speaker), texts, coverage, near)


def _covered(wanted: frozenset[T], held: frozenset[T]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _mean(values: Sequence[float]) -> float:
    return plain_sum(values) / len(values) if values else 0.0


def _any_in(vocabulary: frozenset[str]) -> Callable[[Case], float]:
    return lambda case: case.claim.share(vocabulary)


def _near_share(vocabulary: frozenset[str]) -> Callable[[Case], float]:
    return lambda case: _mean([text.share(vocabulary) for text in case.near])


def _numbers_found(case: Case) -> float:
    held: frozenset[float] = frozenset().union(*(text.numbers for text in case.texts))
    return _covered(case.claim.numbers, held)


def _other_numbers(case: Case) -> float:
    """Share of near texts with numbers, none of them the claim's, where the claim has some."""
    if not case.claim.numbers:
        return 0.0
    return _mean([float(bool(text.numbers) and not text.numbers & case.claim.numbers) for text in case.near])


def _names_found(case: Case) -> float:
    held = frozenset(word for text in case.texts for word in text.words)
    return _covered(case.claim.names, held)


def _negation_differs(case: Case) -> float:
    return _mean([float(text.negated != case.claim.negated) for text in case.near])


FEATURES: dict[str, tuple[str, Callable[[Case], float]]] = {
    "claim-length": (
        "Number of the claim's telling words, as log2(1 + n) / 6.",
        lambda c: math.log2(1 + len(c.claim.stems)) / 6,
    ),
    "claim-short": ("The claim has fewer than six telling words.", lambda c: float(len(c.claim.stems) < 6)),
    "claim-spoken": ("The claim's speaker is known.", lambda c: float(c.spoken)),
    "claim-numbers": ("The claim holds a number.", lambda c: float(bool(c.claim.numbers))),
    "claim-many-numbers": ("The claim holds two numbers or more.", lambda c: float(len(c.claim.numbers) > 1)),
    "claim-percent": (
        "The claim speaks of percent.",
        lambda c: float(any(w in ("%", "percent") for w in c.claim.words)),
    ),
    "claim-quote": ("The claim holds a quotation.", lambda c: float(any(mark in c.raw_claim for mark in '"“”'))),
    "claim-negated": ("The claim holds a negation.", lambda c: float(c.claim.negated)),
    "claim-names": ("Number of names in the claim, at most 8, over 8.", lambda c: min(len(c.claim.names), 8) / 8),
    "claim-absolute": ("The claim says all, never, only, first or the like.", _any_in(_ABSOLUTE)),
    "claim-first-person": ("The claim says I or we.", _any_in(_FIRST_PERSON)),
    "claim-media": ("The claim speaks of a video, a photo or a post.", _any_in(_MEDIA)),
    "claim-said": ("The claim reports what somebody said.", _any_in(_SAID)),
    "claim-future": ("The claim speaks of what will be or is planned.", _any_in(_FUTURE)),
    "claim-cause": ("The claim speaks of causes, cures, vaccines or viruses.", _any_in(_CAUSE)),
    "claim-compared": ("The claim compares or measures.", _any_in(_COMPARED)),
    "claim-hedged": ("The claim hedges.", _any_in(HEDGES)),
    "claim-refuting": ("The claim itself calls something false.", _any_in(REFUTING)),
    "numbers-found": ("Share of the claim's numbers that a text holds.", _numbers_found),
    "numbers-missing": (
        "The claim has numbers, and no text holds one of them.",
        lambda c: float(bool(c.claim.numbers) and _numbers_found(c) == 0),
    ),
    "other-numbers": (
        "Share of near texts that hold other numbers than the claim's, where it has some.",
        _other_numbers,
    ),
    "names-found": ("Share of the claim's names that a text holds.", _names_found),
    "near-negated": ("Share of near texts with a negation.", lambda c: _mean([float(t.negated) for t in c.near])),
    "negation-differs": (
        "Share of near texts that are negated where the claim is not, or the reverse.",
        _negation_differs,
    ),
    "near-refuting": ("Share of near texts with a word that turns against a claim.", _near_share(REFUTING)),
    "near-confirming": ("Share of near texts with a word that stands by a claim.", _near_share(CONFIRMING)),
    "near-hedged": ("Share of near texts with a word that leaves a claim open.", _near_share(HEDGES)),
    "first-refuting": (
        "The first text holds a word that turns against a claim.",
        lambda c: c.texts[0].share(REFUTING) if c.texts else 0.0,
    ),
    "first-negated": ("The first text holds a negation.", lambda c: float(c.texts[0].negated) if c.texts else 0.0),
    "near-media": ("Share of near texts that speak of a video, a photo or a post.", _near_share(_MEDIA)),
}
"""Name of each feature -> what it says, and how it is computed. The order is that of the model's numbers."""


def features_of(case: Case) -> list[float]:
    """The features of a case in the order of ``FEATURES``."""
    return [function(case) for _, function in FEATURES.values()]


__all__ = ["COUNTED", "FEATURES", "Case", "Text", "case_of", "features_of", "read", "words_of_claim"]
