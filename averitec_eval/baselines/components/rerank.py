"""Reranking: candidates or question-answer pairs in a better order, and only the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from averitec_eval.baselines.bm25 import best
from averitec_eval.baselines.components.base import Tools, component, evidence_of, option
from averitec_eval.baselines.components.filter import bare
from averitec_eval.baselines.components.vectors import cosines, mean_vector, query_texts
from averitec_eval.baselines.ports import ModelError
from averitec_eval.baselines.state import QA, Candidate, ClaimState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STAGE = "rerank"


def _failed(state: ClaimState, error: ModelError) -> ClaimState:
    return state.with_trouble(STAGE, f"model-{error.fault}", f"{error.detail}; the order stays".lstrip("; "))


def _best_first(scores: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Places and scores, best first; what is no number comes last, and all are finite, for the trace is JSON."""
    import numpy as np

    finite = np.nan_to_num(np.asarray(scores, np.float64), nan=np.finfo(np.float64).min)
    return [(int(place), float(finite[place])) for place in best(finite, len(finite))]


def _ordered(candidates: Sequence[Candidate], scores: NDArray[np.float64], k: int | None) -> tuple[Candidate, ...]:
    return tuple(replace(candidates[place], score=score) for place, score in _best_first(scores)[:k])


@component("rerank", "dense-mean", reads=("candidates", "queries"), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class DenseMean:
    """By cosine to the mean of the claim's and all queries' vectors."""

    k: int | None = option(10, low=1, help="how many are kept; none: all")
    model: str = option("embedder", role="embedding", help="the role of the embedding model")
    query_prefix: str = option("", help="what is put before each query, such as a model's instruction")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Reorder ``candidates``. Where the model fails, their order stays and the first ``k`` are kept."""
        if not state.candidates:
            return state.with_trouble(STAGE, "no-candidates")
        try:
            model = tools.models.embedding[self.model]
            query = mean_vector(model.embed(query_texts(state, self.query_prefix)))
            scores = cosines(query, model.embed([one.unit.text for one in state.candidates]))[0]
        except ModelError as error:
            return replace(_failed(state, error), candidates=state.candidates[: self.k])
        return replace(state, candidates=_ordered(state.candidates, scores, self.k))


@component("rerank", "scorer", reads=("candidates",), fills=("candidates",))
@dataclass(frozen=True, slots=True)
class Scorer:
    """By a model that scores claim and candidate together, such as a cross-encoder."""

    k: int | None = option(10, low=1, help="how many are kept; none: all")
    model: str = option("ranker", role="scorer", help="the role of the scoring model")
    first: int | None = option(None, low=1, help="how many of the candidates are scored, from the best; none: all")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Reorder ``candidates``. Where the model fails, their order stays and the first ``k`` are kept."""
        if not state.candidates:
            return state.with_trouble(STAGE, "no-candidates")
        scored = state.candidates[: self.first]
        try:
            pairs = [(state.input.claim, one.unit.text) for one in scored]
            scores = tools.models.scorer[self.model].score(pairs)
        except ModelError as error:
            return replace(_failed(state, error), candidates=state.candidates[: self.k])
        return replace(state, candidates=_ordered(scored, scores, self.k))


@component(
    "rerank",
    "pairs",
    reads=("questions", "answers"),
    fills=("questions", "answers"),
    compat={
        "repeated-answers": "Pairs with an answer that a better pair has too are kept, as the published AVeriTeC "
        "baseline does it.",
    },
)
@dataclass(frozen=True, slots=True)
class Pairs:
    """Question-answer pairs by a model that scores the claim with question and answer together."""

    k: int | None = option(3, low=1, help="how many are kept; none: all")
    model: str = option("ranker", role="scorer", help="the role of the scoring model")
    separator: str = option(" ", help="what stands between question and answer, such as a model's mark")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        """Reorder the pairs. Where the model fails, their order stays and the first ``k`` are kept."""
        if not state.qa:
            return state.with_trouble(STAGE, "no-candidates")
        texts = [self.separator.join((pair.question or "", evidence_of(pair))) for pair in state.qa]
        try:
            scores = tools.models.scorer[self.model].score([(state.input.claim, text) for text in texts])
        except ModelError as error:
            return replace(_failed(state, error), qa=self._kept(state.qa, tools))
        ordered = [replace(state.qa[place], score=score) for place, score in _best_first(scores)]
        return replace(state, qa=self._kept(ordered, tools))

    def _kept(self, pairs: Sequence[QA], tools: Tools) -> tuple[QA, ...]:
        if "repeated-answers" in tools.compat:
            return tuple(pairs[: self.k])
        first: dict[str, QA] = {}
        for pair in pairs:
            first.setdefault(" ".join(bare(evidence_of(pair)).split()), pair)
        return tuple(first.values())[: self.k]


__all__ = ["DenseMean", "Pairs", "Scorer"]
