"""Filters: candidates that are no evidence, such as the claim itself, or that are there already."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.state import Candidate, ClaimState
from averitec_eval.sums import plain_sum

STAGE = "filter"

_TERMS = re.compile(r"\b\w\w+\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def bare(text: str) -> str:
    """A text in small letters, without ASCII punctuation and outer white space."""
    return text.translate(_NO_PUNCTUATION).strip().lower()


def tfidf_cosine(first: str, second: str) -> float:
    """The cosine of two texts' tf-idf vectors, with the idf that these two texts alone give.

    Words are runs of at least two letters or digits, in small letters; the idf is ``ln((1 + n) / (1 + df)) + 1``, as
    in scikit-learn's ``TfidfVectorizer``. 0 where a text has no such word.
    """
    one, two = Counter(_TERMS.findall(first.lower())), Counter(_TERMS.findall(second.lower()))
    if not one or not two:
        return 0.0
    alone = (math.log(1.5) + 1) ** 2  # the squared idf of a word that one text has; that of both has 1
    product = float(sum(count * two[word] for word, count in one.items() if word in two))
    lengths = [
        plain_sum(count**2 * (1.0 if word in other else alone) for word, count in counts.items())
        for counts, other in ((one, two), (two, one))
    ]
    return product / math.sqrt(lengths[0] * lengths[1])


@dataclass(frozen=True, slots=True)
class _Keeps:
    """The option of every filter."""

    keep: int | None = option(None, low=1, help="how many of those left are kept, from the best; none: all")

    def passed(self, state: ClaimState, passing: Iterator[Candidate]) -> ClaimState:
        """The state with those candidates that pass; it is a trouble if there were some and none is left."""
        kept = tuple(islice(passing, self.keep))
        if state.candidates and not kept:
            state = state.with_trouble(STAGE, "no-candidates", f"none of {len(state.candidates):,} passes")
        return replace(state, candidates=kept)


@component(
    "filter",
    "near-claim",
    reads=("candidates",),
    fills=("candidates",),
    compat={
        "containing-or-short": "Every text that contains the claim is dropped, and every text that is shorter than the "
        "claim divided by the ratio, as HerO's published code did it during the competition.",
    },
)
@dataclass(frozen=True, slots=True)
class NearClaim(_Keeps):
    """Drops texts that are the claim itself, or nearly: a claim does not prove itself."""

    tfidf: float = option(0.97, low=0.0, high=1.0, help="texts whose tf-idf cosine to the claim is higher are dropped")
    ratio: float = option(
        0.92,
        low=0.0,
        high=1.0,
        help="texts that contain the claim and little else are dropped: its part of their length",
    )

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Keep the other candidates, in order; texts without a single letter or digit are no evidence either."""
        claim = bare(state.input.claim)
        rough = "containing-or-short" in tools.compat
        return self.passed(state, (one for one in state.candidates if not self._near(claim, one, rough)))

    def _near(self, claim: str, candidate: Candidate, rough: bool) -> bool:
        text = bare(candidate.unit.text)
        if not claim or not text:
            return not text
        if rough and (claim in text or len(claim) / len(text) > self.ratio):
            return True
        within = claim in text and len(claim) / len(text) > self.ratio
        return within or tfidf_cosine(claim, text) > self.tfidf


@component("filter", "duplicates", reads=("candidates",), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class Duplicates(_Keeps):
    """Drops texts that a better candidate has already, but for case, punctuation and spaces, or nearly."""

    overlap: float = option(
        1.0, low=0.0, high=1.0, help="texts that share at least this part of their different words are the same"
    )

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Keep the first of each, in order."""
        return self.passed(state, self._first_ones(state.candidates))

    def _first_ones(self, candidates: tuple[Candidate, ...]) -> Iterator[Candidate]:
        seen: set[str] = set()
        kept: list[frozenset[str]] = []
        for candidate in candidates:
            words = bare(candidate.unit.evidence).split()
            text = " ".join(words)
            if text in seen:
                continue
            seen.add(text)
            terms = frozenset(words)
            if self.overlap < 1.0 and any(_shared(terms, other) >= self.overlap for other in kept):
                continue
            kept.append(terms)
            yield candidate


def _shared(one: frozenset[str], two: frozenset[str]) -> float:
    return len(one & two) / max(len(one | two), 1)


__all__ = ["Duplicates", "NearClaim", "bare", "tfidf_cosine"]
