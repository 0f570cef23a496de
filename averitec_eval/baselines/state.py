"""What is known of one claim while it flows through a system: frozen records that components replace, never change.

Everything but ``documents`` and ``units`` is written to the trace; those two stay in memory, for a claim may come with
half a million sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from averitec_eval.records import Verdict

QueryKind = Literal["claim", "hypothetical", "key-point", "combined-point", "question"]

SLOTS = (
    "documents",
    "units",
    "queries",
    "candidates",
    "questions",
    "answers",
    "stances",
    "verdict",
    "label",
    "justification",
)
"""The parts of a state that components read and fill. ``questions`` and ``answers`` are parts of ``qa``; ``stances``
one verdict for each of them; ``verdict`` is the text that a model or rule gave, ``label`` the verdict that it maps
to."""


@dataclass(frozen=True, slots=True)
class ClaimInput:
    """A claim as a system sees it: no label, no gold evidence."""

    claim_id: int
    claim: str
    speaker: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One page of the knowledge store: ``index`` is its 0-based line in the claim's file, ``type`` and ``query`` say
    how it was found and may be empty.
    """

    index: int
    url: str
    sentences: tuple[str, ...]
    query: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of text that retrieval ranks: a sentence, a chunk or a whole document.

    ``document`` is the index of its document and ``sentence`` that of its first sentence, both 0-based. ``shown`` is
    the text that later stages see where it differs from the one that is ranked, such as a summary.
    """

    text: str
    url: str
    document: int
    sentence: int = 0
    query: str = ""
    shown: str | None = None

    @property
    def evidence(self) -> str:
        """The text that later stages see."""
        return self.text if self.shown is None else self.shown


@dataclass(frozen=True, slots=True)
class Query:
    """A text that retrieval looks for. ``budget`` is how many candidates it may bring, None where the retriever
    says.
    """

    text: str
    kind: QueryKind = "claim"
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that was retrieved, and its score there, on the scale of whichever component scored last."""

    unit: Unit
    score: float


@dataclass(frozen=True, slots=True)
class QA:
    """A question-answer pair in the making: a part that no component has filled is None.

    ``url`` is where the evidence was found and ``source`` its text as retrieved. ``stance`` is what a stance model says
    of this pair alone.
    """

    question: str | None = None
    answer: str | None = None
    url: str | None = None
    source: str | None = None
    score: float | None = None
    stance: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong and what stands in: the stage, a stable code of ``codes.TROUBLES``, and what was
    found.
    """

    stage: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RawReply:
    """What a model answered, as it came, for the trace."""

    stage: str
    text: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class ClaimState:
    """One claim on its way through a system."""

    input: ClaimInput
    documents: Sequence[Document] = field(default=(), repr=False)
    units: Sequence[Unit] = field(default=(), repr=False)
    queries: tuple[Query, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    qa: tuple[QA, ...] = ()
    verdict_text: str | None = None
    label: Verdict | None = None
    justification: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    replies: tuple[RawReply, ...] = ()

    def with_trouble(self, stage: str, code: str, detail: str = "") -> ClaimState:
        """The same state with one more trouble."""
        return replace(self, troubles=(*self.troubles, Trouble(stage, code, detail)))


__all__ = [
    "QA",
    "SLOTS",
    "Candidate",
    "ClaimInput",
    "ClaimState",
    "Document",
    "Query",
    "QueryKind",
    "RawReply",
    "Trouble",
    "Unit",
]
