"""Components for tests, added as a user adds her own: by a Python file. They are quick, and can be told to fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.ports import ChatRequest, Message, ModelError
from averitec_eval.baselines.state import QA, Candidate, ClaimState, RawReply, Unit


@component("segment", "test-all", reads=("documents",), fills=("units",))
@dataclass(frozen=True, slots=True)
class AllSentences:
    """Every sentence of every document."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        units = [
            Unit(text, document.url, document.index, place)
            for document in state.documents
            for place, text in enumerate(document.sentences)
        ]
        return replace(state, units=units)


@component(
    "retrieve",
    "test-first",
    reads=("units", "queries"),
    fills=("candidates",),
    compat={"test-last": "The last k instead of the first."},
)
@dataclass(frozen=True, slots=True)
class First:
    """The first k units."""

    k: int = option(3, low=1, high=1000, help="how many")
    slow: float = option(0.0, low=0.0, help="seconds to wait")
    mood: str = option("calm", choices=("calm", "wild"), help="nothing")
    words: tuple[str, ...] = option((), help="nothing")
    share: float | None = option(0.5, low=0.0, high=1.0, help="nothing")

    def __post_init__(self) -> None:
        if self.mood == "wild" and self.k > 5:
            raise ValueError("wild goes with a k of at most 5")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        time.sleep(self.slow)
        kept = list(state.units)[-self.k :] if "test-last" in tools.compat else list(state.units)[: self.k]
        return replace(state, candidates=tuple(Candidate(unit, 1 / (1 + n)) for n, unit in enumerate(kept)))


@component("question", "test-about", reads=("candidates",), fills=("questions",))
@dataclass(frozen=True, slots=True)
class About:
    """Asks what each candidate's page says."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        pairs = (
            QA(f"What does page {c.unit.document} say, {len(tools.examples)}?", None, c.unit.url, c.unit.text)
            for c in state.candidates
        )
        return replace(state, qa=tuple(pairs))


@component("answer", "test-source", reads=("questions",), fills=("answers",))
@dataclass(frozen=True, slots=True)
class Source:
    """Takes the source as the answer."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return replace(state, qa=tuple(replace(pair, answer=pair.source) for pair in state.qa))


@component("veracity", "test-fixed", reads=("answers",), fills=("verdict",))
@dataclass(frozen=True, slots=True)
class Fixed:
    """Always says the same."""

    text: str = option("Refuted", help="what it says")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return replace(state, verdict_text=self.text)


@component("veracity", "test-asks", reads=("answers",), fills=("verdict",))
@dataclass(frozen=True, slots=True)
class Asks:
    """Asks a model for the verdict."""

    model: str = option(role="chat", help="who is asked")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        request = ChatRequest((Message("user", state.input.claim),), "veracity", state.input.claim_id)
        (reply,) = tools.models.chat[self.model].chat(request)
        raw = RawReply("veracity", reply.text, reply.model, 7, 2, reply.cached)
        return replace(state, verdict_text=reply.text, replies=(*state.replies, raw))


def _stop(state: ClaimState) -> ClaimState:
    raise KeyboardInterrupt


def _crash(state: ClaimState) -> ClaimState:
    raise RuntimeError("no luck\n\x00")


def _fault(state: ClaimState) -> ClaimState:
    raise ModelError("timeout", "after 3 s")


def _other(state: ClaimState) -> ClaimState:
    return replace(state, input=replace(state.input, claim_id=state.input.claim_id + 1))


def _odd(state: ClaimState) -> ClaimState:
    notes = {"nan": float("nan"), "set": {1}, "bytes": b"x", "deep": [{"a": (1, "\ud800")}], "long": "y" * 300_000}
    return replace(state, notes=notes)


_WAYS: dict[str, Callable[[ClaimState], ClaimState]] = {
    "crash": _crash,
    "fault": _fault,
    "other": _other,
    "none": lambda state: None,  # type: ignore[return-value,dict-item]
    "interrupt": _stop,
    "odd": _odd,
}


@component("filter", "test-bad", reads=("candidates",))
@dataclass(frozen=True, slots=True)
class Bad:
    """Goes wrong in a way of choice, for one claim or all."""

    way: str = option("crash", choices=tuple(_WAYS), help="how")
    claim: int = option(-1, help="for which claim; -1 for all")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        return _WAYS[self.way](state) if self.claim in (-1, state.input.claim_id) else state
