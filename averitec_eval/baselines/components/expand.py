"""Query expansion: what is looked for beside the claim itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.json_reply import read_object, texts_of
from averitec_eval.baselines.state import ClaimState, Query, QueryKind, Trouble

KEY_POINTS_SCHEMA = {
    "type": "object",
    "properties": {
        "key_points": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 4},
        "combined_key_points": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
    "required": ["key_points", "combined_key_points"],
    "additionalProperties": False,
}
"""What a reply with key points looks like, for servers that hold a model to a form."""


@component("expand", "hyde", fills=("queries",))
@dataclass(frozen=True, slots=True)
class Hyde(Asks):
    """Adds made-up passages of a fact-check to the queries, for what they share with real ones (HyDE)."""

    prompt: str = option("hyde", help="the prompt's name")
    temperature: float = option(0.7, low=0.0, high=2.0, help="0 takes the likeliest word each time")
    n: int = option(8, low=1, high=64, help="how many passages are made")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        values = {"claim": one_line(state.input.claim)}
        job = Job(lambda share: values, n=self.n, stop=("\n\n\n",))
        asked = self.ask(state, tools, "expand", job)
        state = asked.added_to(state)
        passages = [Query(text, "hypothetical") for text in asked.texts if text]
        if asked.texts and len(passages) < self.n:
            state = state.with_trouble("expand", "model-empty", f"{self.n - len(passages)} of {self.n} passages")
        return replace(state, queries=(*state.queries, *passages))


@component(
    "expand",
    "key-points",
    fills=("queries",),
    compat={
        "repeated-claim-budget": "A key point that repeats the claim is looked for once more with the claim's own "
        "budget, and repeated points are kept, as ZSL-KeP's published code does it."
    },
)
@dataclass(frozen=True, slots=True)
class KeyPoints(Asks):
    """Adds the claim's key points, single and combined, to the queries, each with a budget of candidates."""

    prompt: str = option("key-points", help="the prompt's name")
    max_single: int = option(4, low=1, high=20, help="how many single points are kept")
    combine: bool = option(True, help="whether combined points are looked for too")
    claim_budget: int = option(70, low=1, high=100000, help="how many candidates the claim itself may bring")
    point_budget: int = option(12, low=1, high=100000, help="how many candidates each point may bring")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        values = {"claim": one_line(state.input.claim)}
        asked = self.ask(state, tools, "expand", Job(lambda share: values, schema=KEY_POINTS_SCHEMA))
        state = asked.added_to(state)
        single, combined, troubles = read_key_points(asked.text)
        single = single[: self.max_single]
        points: list[tuple[str, QueryKind]] = [(text, "combined-point") for text in combined if self.combine]
        points += [(text, "key-point") for text in single]
        claim = state.input.claim
        repeat = "repeated-claim-budget" in tools.compat
        seen = {_folded(claim)}
        queries = [replace(query, budget=self.claim_budget) for query in state.queries]
        for text, kind in points:
            if repeat:
                queries.append(Query(text, kind, self.claim_budget if text == claim else self.point_budget))
            elif _folded(text) not in seen:
                seen.add(_folded(text))
                queries.append(Query(text, kind, self.point_budget))
        return replace(state, queries=tuple(queries), troubles=(*state.troubles, *troubles))


def _folded(text: str) -> str:
    return one_line(text).casefold().rstrip(".")


def read_key_points(text: str | None) -> tuple[list[str], list[str], list[Trouble]]:
    """The single and the combined points of a reply, and what was wrong with it."""
    if text is None:
        return [], [], []
    found = read_object(text)
    if found is None:
        return [], [], [Trouble("expand", "bad-json", text[:200])]
    troubles = [Trouble("expand", "json-repaired")] if found.repaired else []
    single, combined = (
        [text for text in texts_of(found.value.get(name)) if any(letter.isalnum() for letter in text)]
        for name in ("key_points", "combined_key_points")
    )
    if not single and not combined:
        troubles.append(Trouble("expand", "no-key-points", text[:200]))
    return single, combined, troubles


__all__ = ["KEY_POINTS_SCHEMA", "Hyde", "KeyPoints", "read_key_points"]
