"""Models behind ports: what components ask of a model, whoever serves it.

A port's methods raise ``ModelError`` for every way in which a model can fail them; components turn that into a trouble
of the claim and a stated fallback.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Role = Literal["system", "user", "assistant"]
FAULTS = (
    "timeout",
    "connection",
    "rate-limit",
    "server-error",
    "refused",
    "not-json",
    "wrong-schema",
    "empty",
    "too-large",
    "no-reply",
    "too-long",
)
"""The ways in which a model fails: see ``ModelError.fault``."""


class ModelError(Exception):
    """A model gave nothing usable, after all retries. ``fault`` is one of ``FAULTS``; the text names no key."""

    def __init__(self, fault: str, detail: str = "") -> None:
        super().__init__(f"{fault}: {detail}" if detail else fault)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a component asks a chat model for.

    ``prefix`` begins the reply in the model's name. ``n`` is how many replies are wanted. ``schema`` is a JSON Schema
    that the reply should follow where the server can see to it. ``stage``, ``claim_id`` and ``index`` say what the
    request is for; recorded replies are found by them.
    """

    messages: tuple[Message, ...]
    stage: str
    claim_id: int
    index: int = 0
    prefix: str = ""
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    stop: tuple[str, ...] = ()
    n: int = 1
    seed: int = 0
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, without the prefix that was asked for, and what it took."""

    text: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached: bool = False


class ChatModel(Protocol):
    """A model that answers chats."""

    @property
    def name(self) -> str:
        """What ``submission.yaml`` calls it."""

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        """``request.n`` replies. Raises ``ModelError``."""


class Embedder(Protocol):
    """A model that turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """What ``submission.yaml`` calls it."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1, or 0 for a text without any known word: shape (texts, dimensions). Raises
        ``ModelError``.
        """


class PairScorer(Protocol):
    """A model that scores how well a second text goes with a first, such as a cross-encoder."""

    @property
    def name(self) -> str:
        """What ``submission.yaml`` calls it."""

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """A score for each pair, higher is better. Raises ``ModelError``."""


class StanceModel(Protocol):
    """A model that says how evidence stands to a claim, such as an NLI model."""

    @property
    def name(self) -> str:
        """What ``submission.yaml`` calls it."""

    def stances(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Probabilities that a claim (first text) is supported, refuted, not settled or disputed by evidence (second):
        shape (pairs, 4), rows sum to 1. Raises ``ModelError``.
        """


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a run, by the role that a system's configuration gives them."""

    chat: dict[str, ChatModel] = field(default_factory=dict)
    embedding: dict[str, Embedder] = field(default_factory=dict)
    scorer: dict[str, PairScorer] = field(default_factory=dict)
    stance: dict[str, StanceModel] = field(default_factory=dict)


__all__ = [
    "FAULTS",
    "ChatModel",
    "ChatRequest",
    "Embedder",
    "Message",
    "ModelError",
    "Models",
    "PairScorer",
    "Reply",
    "Role",
    "StanceModel",
]
