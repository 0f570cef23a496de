"""Embedding and scoring models that look answers up, for tests of retrieval and reranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.ports import ModelError, Models


@dataclass
class Looked:
    """An embedding model that knows the vectors of some texts, and fails with ``error`` if there is one."""

    vectors: Mapping[str, Sequence[float]]
    error: ModelError | None = None
    name: str = "looked-up"
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.error is not None:
            raise self.error
        self.asked += texts
        return np.array([self.vectors[text] for text in texts], np.float32)


@dataclass
class Rated:
    """A scoring model that knows the scores of some second texts, and fails with ``error`` if there is one."""

    scores: Mapping[str, float]
    error: ModelError | None = None
    name: str = "rated"
    asked: list[tuple[str, str]] = field(default_factory=list)

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        if self.error is not None:
            raise self.error
        self.asked += pairs
        return np.array([self.scores[second] for _, second in pairs])


def tools_of(embedder: Looked | None = None, ranker: Rated | None = None, compat: Iterable[str] = ()) -> Tools:
    """Tools with these models under their usual roles."""
    embedding = {} if embedder is None else {"embedder": embedder}
    scorer = {} if ranker is None else {"ranker": ranker}
    return Tools(models=Models(embedding=embedding, scorer=scorer), compat=frozenset(compat))


__all__ = ["Looked", "Rated", "tools_of"]
