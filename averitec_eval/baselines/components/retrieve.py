"""Retrieval: the units that go best with the claim or with what was made of it, by words or by vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from averitec_eval.baselines.bm25 import IDFS, TOKENIZERS, Bm25Index, Idf, best, tokenizer
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.vectors import cosines, full_queries, mean_vector, query_texts
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import Candidate, ClaimState, Query, Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STAGE = "retrieve"
DEDUP = ("folded", "exact", "none")
"""Which units count as the same text: equal but for case and outer white space; equal; none. The first one stays."""


def distinct(units: Sequence[Unit], dedup: str) -> Sequence[Unit]:
    """The units whose text occurs for the first time, in order."""
    if dedup == "none":
        return units
    fold: Callable[[str], str] = (lambda text: text.strip().lower()) if dedup == "folded" else str
    seen: set[str] = set()
    kept = []
    for unit in units:
        key = fold(unit.text)
        if key not in seen:
            seen.add(key)
            kept.append(unit)
    return kept


def _merged(
    ranked: Iterator[list[tuple[int, float]]], most: int, *, keep_repeats: bool = False
) -> list[tuple[int, float]]:
    """Rankings one after another, each place once, at most ``most`` in all; ``keep_repeats`` keeps all of all."""
    if keep_repeats:
        return [item for ranking in ranked for item in ranking]
    found: dict[int, float] = {}
    for ranking in ranked:
        for place, score in ranking:
            found.setdefault(place, score)
    return list(found.items())[:most]


def _filled(state: ClaimState, units: Sequence[Unit], ranking: Sequence[tuple[int, float]]) -> ClaimState:
    return replace(state, candidates=tuple(Candidate(units[place], score) for place, score in ranking))


def _budget(query: Query, k: int) -> int:
    return k if query.budget is None else min(query.budget, k)


@component(
    "retrieve",
    "bm25",
    reads=("units", "queries"),
    fills=("candidates",),
    compat={
        "lowercase-units-only": "Words of queries keep their case while those of the store lose it, so that names in a "
        "claim match nothing, as ZSL-KeP's published code does it.",
        "no-match-takes-last": "Equal scores come last place first, so that a query which matches nothing gets the end "
        "of the store, as the published systems' sorting does it.",
        "union-keeps-repeats": "With merge union, what several queries find is there several times, and k bounds each "
        "query alone, as ZSL-KeP's published code does it.",
    },
)
@dataclass(frozen=True, slots=True)
class Bm25:
    """The units that share the rarest words with the claim or queries, by BM25."""

    k: int = option(10, low=1, help="how many units are kept")
    tokenizer: str = option("words", choices=TOKENIZERS, help="how texts are cut into words")
    lowercase: bool = option(True, help="whether case is ignored")
    merge: str = option(
        "concatenate",
        choices=("concatenate", "union"),
        help="one query of all words, or one ranking for each query, the first query's before the second's",
    )
    dedup: str = option("folded", choices=DEDUP, help="which units count as the same text")
    matching: bool = option(False, help="whether units that share no word with the query are left out")
    idf: str = option("okapi", choices=IDFS, help="how words are weighed")
    k1: float = option(1.5, low=0.0, high=10.0, help="how much a word's repetition counts")
    b: float = option(0.75, low=0.0, high=1.0, help="how much a unit's length counts")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``candidates``, best first. A query that matches nothing is a trouble."""
        units = distinct(state.units, self.dedup)
        if not units:
            return replace(state, candidates=()).with_trouble(STAGE, "no-units")
        cut = tokenizer(self.tokenizer)
        idf: Idf = "lucene" if self.idf == "lucene" else "okapi"
        texts = (unit.text for unit in units)
        index = Bm25Index(texts, cut, lowercase=self.lowercase, k1=self.k1, b=self.b, idf=idf)
        fold = self.lowercase and "lowercase-units-only" not in tools.compat
        queries = state.queries
        if self.merge == "concatenate":
            queries = (Query(" ".join(query.text for query in queries)),)
        rankings = []
        for query in queries:
            words = cut(query.text.lower() if fold else query.text)
            if not index.matches(words):
                state = state.with_trouble(STAGE, "no-match", query.text[:200])
            rankings.append(self._ranked(index, words, _budget(query, self.k), "no-match-takes-last" in tools.compat))
        repeats = self.merge == "union" and "union-keeps-repeats" in tools.compat
        return _filled(state, units, _merged(iter(rankings), self.k, keep_repeats=repeats))

    def _ranked(self, index: Bm25Index, words: Sequence[str], k: int, last: bool) -> list[tuple[int, float]]:
        if last:
            backwards = index.scores(words)[::-1]
            ranking = [(len(index) - 1 - int(place), float(backwards[place])) for place in best(backwards, k)]
        else:
            ranking = index.top(words, k)
        if self.matching:
            shared = index.containing(words)
            ranking = [(place, score) for place, score in ranking if shared[place]]
        return ranking


@dataclass(frozen=True, slots=True)
class _Vectors:
    """What retrieval by vectors begins with: the distinct units' cosines to each query, shape (queries, units)."""

    units: Sequence[Unit]
    vectors: NDArray[np.float32]
    cosines: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _ByVectors:
    """The options of every retrieval by vectors."""

    k: int = option(10, low=1, help="how many units are kept")
    model: str = option("embedder", role="embedding", help="the role of the embedding model")
    merge: str = option(
        "mean",
        choices=("mean", "per-query"),
        help="one query that is the mean of all vectors, or one ranking for each query, one after another",
    )
    query_prefix: str = option("", help="what is put before each query, such as a model's instruction")
    dedup: str = option("none", choices=DEDUP, help="which units count as the same text")

    def embedded(self, state: ClaimState, tools: Tools) -> _Vectors:
        """Units and queries as vectors, queries merged where ``merge`` says so. Raises ``ModelError``."""
        units = distinct(state.units, self.dedup)
        model = tools.models.embedding[self.model]
        queries = model.embed(query_texts(state, self.query_prefix))
        vectors = model.embed([unit.text for unit in units])
        if self.merge == "mean":
            queries = mean_vector(queries)
        return _Vectors(units, vectors, cosines(queries, vectors))

    def budgets(self, state: ClaimState) -> tuple[int, ...]:
        """How many units each ranking may bring."""
        return (self.k,) if self.merge == "mean" else tuple(_budget(query, self.k) for query in full_queries(state))

    def by_words(self, state: ClaimState, tools: Tools, error: ModelError) -> ClaimState:
        """What stands in where the model fails: BM25 over the same units, and a trouble."""
        state = state.with_trouble(STAGE, f"model-{error.fault}", f"{error.detail}; BM25 stands in".lstrip("; "))
        return Bm25(k=self.k, dedup=self.dedup).run(state, tools)


@component("retrieve", "dense", reads=("units", "queries"), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class Dense(_ByVectors):
    """The units whose vectors are closest to the claim's and queries', by cosine."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``candidates``, best first; by BM25 where the model fails."""
        if not state.units:
            return replace(state, candidates=()).with_trouble(STAGE, "no-units")
        try:
            found = self.embedded(state, tools)
        except ModelError as error:
            return self.by_words(state, tools, error)
        rankings = (
            [(int(place), float(row[place])) for place in best(row, k)]
            for row, k in zip(found.cosines, self.budgets(state), strict=True)
        )
        return _filled(state, found.units, _merged(rankings, self.k))


@component("retrieve", "mmr", reads=("units", "queries"), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class Mmr(_ByVectors):
    """The closest units that also differ from each other: maximal marginal relevance (Carbonell & Goldstein, 1998)."""

    fetch: int = option(40, low=1, help="among how many of the closest units is chosen")
    balance: float = option(0.7, low=0.0, high=1.0, help="1 counts closeness to the query only, 0 difference only")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Fill ``candidates`` in the order of choice, each with its cosine to the query."""
        if not state.units:
            return replace(state, candidates=()).with_trouble(STAGE, "no-units")
        try:
            found = self.embedded(state, tools)
        except ModelError as error:
            return self.by_words(state, tools, error)
        rankings = (
            self._chosen(found.vectors, row, k) for row, k in zip(found.cosines, self.budgets(state), strict=True)
        )
        return _filled(state, found.units, _merged(rankings, self.k))

    def _chosen(self, vectors: NDArray[np.float32], relevance: NDArray[np.float64], k: int) -> list[tuple[int, float]]:
        import numpy as np

        places = best(relevance, max(self.fetch, k))
        closest, near = relevance[places], vectors[places]
        # How close each is to the closest of those chosen; the first choice has none to compare with.
        overlap = np.zeros(len(places))
        left = np.ones(len(places), bool)
        chosen: list[tuple[int, float]] = []
        for _ in range(min(k, len(places))):
            gains = np.where(left, self.balance * closest - (1 - self.balance) * overlap, -np.inf)
            pick = int(np.argmax(gains))
            left[pick] = False
            likeness = cosines(near[pick : pick + 1], near)[0]
            overlap = likeness if not chosen else np.maximum(overlap, likeness)
            chosen.append((int(places[pick]), float(closest[pick])))
        return chosen


__all__ = ["DEDUP", "Bm25", "Dense", "Mmr", "distinct"]
