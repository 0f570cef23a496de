"""Chat models that answer from a script, and states to begin with, for tests of single components."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.ports import ChatRequest, ModelError, Models, Reply
from averitec_eval.baselines.state import QA, Candidate, ClaimInput, ClaimState, Query, Unit
from averitec_eval.records import GoldClaim

ROLES = ("writer", "judge")


@dataclass
class Scripted:
    """Answers with what ``reply`` gives for a request: a text, several, or an error to raise; keeps the requests."""

    reply: Callable[[ChatRequest], str | tuple[str, ...] | ModelError]
    name: str = "scripted"
    concurrency: int = 1
    requests: list[ChatRequest] = field(default_factory=list)

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        self.requests.append(request)
        given = self.reply(request)
        if isinstance(given, ModelError):
            raise given
        texts = (given,) * request.n if isinstance(given, str) else given
        return tuple(Reply(text, self.name) for text in texts)


def scripted(*replies: str | ModelError) -> Scripted:
    """A model that gives these replies one after another, the last one again and again."""
    left = list(replies)
    return Scripted(lambda request: left.pop(0) if len(left) > 1 else left[0])


def tools_with(model: Scripted, *, compat: Iterable[str] = (), examples: Iterable[GoldClaim] = ()) -> Tools:
    """Tools whose chat roles are all played by ``model``."""
    chat = dict.fromkeys(ROLES, model)
    return Tools(models=Models(chat=chat), compat=frozenset(compat), examples=tuple(examples))


def claim_state(claim: str = "The bridge was closed in 2018.", **parts: object) -> ClaimState:
    """A claim's state as the pipeline begins with it, with ``parts`` filled in."""
    state = {"queries": (Query(claim),), **parts}
    return ClaimState(ClaimInput(7, claim), **state)  # type: ignore[arg-type]


def candidates(*texts: str, query: str = "") -> tuple[Candidate, ...]:
    """Candidates with these texts, each the second sentence of a page of its own."""
    return tuple(
        Candidate(Unit(text, f"https://example.org/{number}", number, 1, query), 1.0 / (number + 1))
        for number, text in enumerate(texts)
    )


def pairs(*answers: str) -> tuple[QA, ...]:
    """Pairs with these answers."""
    return tuple(QA(f"What about {number}?", answer, source=answer) for number, answer in enumerate(answers))


def codes(state: ClaimState) -> list[str]:
    """The codes of a state's troubles, in order."""
    return [trouble.code for trouble in state.troubles]


@dataclass(frozen=True)
class Hashed:
    """An embedding model without weights: each word has a place of its own, by its checksum."""

    name: str = "hashed"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode("utf-8", "replace")) % 64] += 1.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1, lengths)


@dataclass(frozen=True)
class WordsShared:
    """A scoring model: how many words two texts share."""

    name: str = "words-shared"

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        return np.array([float(len(set(a.split()) & set(b.split()))) for a, b in pairs])


@dataclass(frozen=True)
class Refuting:
    """A stance model that finds everything refuted."""

    name: str = "refuting"

    def stances(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        return np.array([[0.1, 0.6, 0.2, 0.1]] * len(pairs))
