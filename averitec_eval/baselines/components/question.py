"""Question making with a model: for each piece of evidence or for the claim; and the store's own questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from averitec_eval.baselines.components.asking import Asks, Job, head, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.examples import Example, index_of
from averitec_eval.baselines.lexical.questions import question_for
from averitec_eval.baselines.state import QA, Candidate, ClaimState

_MARK = re.compile(r"\?+(?=[\"'”’)\]*]*(?:\s+[^a-z\s]|\s*\Z))")
_LABEL = re.compile(r"^[\W_]*(?:(?:[A-Za-z]+ )?question(?: ?[0-9]+)?|q[0-9]*)\s*[:.)-]\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(?:[-*•]|[0-9]{1,2}[.)])\s+")
_BEGINS = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"should|may|might|must|in (?:what|which)|on (?:what|which)|to (?:what|which|whom)|at (?:what|which))\b",
    re.IGNORECASE,
)
_LONGEST = 600


def read_question(text: str) -> str | None:
    """The question in a model's reply: its first line that asks something, without labels, numbers and quotes.

    It ends at the first question mark after which the sentence does not go on in small letters; where a line has no
    question mark but begins as questions do, one is added. None where no line asks anything.
    """
    for line in text.splitlines():
        line = _NUMBER.sub("", _LABEL.sub("", _NUMBER.sub("", one_line(line)))).strip(" *_")
        if line[:1] in "\"'“‘" and line.count(line[:1]) != 2:
            line = line[1:]
        elif line[:1] and line[:1] in '"“':
            line = line[1:].replace("”", "", 1) if line[0] == "“" else line[1:].replace('"', "", 1)
        found = _MARK.search(line)
        if found and any(letter.isalnum() for letter in line[: found.start()]):
            question = line[: found.start()].rstrip() + "?"
        elif _BEGINS.match(line) and len(line.split()) > 2:
            question = line.rstrip(".!;:,?") + "?"
        else:
            continue
        return question if len(question) <= _LONGEST else None
    return None


def first_mark(text: str) -> str:
    """The question as HerO's published code reads it: all before the first question mark, line breaks as spaces."""
    return text.split("?")[0].replace("\n", " ").strip() + "?"


def _question(state: ClaimState, text: str | None, compat: bool, evidence: str) -> tuple[ClaimState, str]:
    """The question in a reply, or the plain one that stands in, which the rules of ``lexical`` make."""
    if text is not None:
        if compat:
            return state, first_mark(text)
        found = read_question(text)
        if found is not None:
            return state, found
        state = state.with_trouble("question", "no-question", text[:200])
    return state, question_for(evidence, state.input.claim)


def _pair(candidate: Candidate, question: str) -> QA:
    unit = candidate.unit
    return QA(question=question, url=unit.url, source=unit.evidence, score=candidate.score)


@component(
    "question",
    "per-evidence",
    reads=("candidates",),
    fills=("questions",),
    compat={
        "first-question-mark": "A question ends at the first question mark of the reply, wherever that stands, and a "
        "reply without one is a question as a whole, as HerO's published code does it.",
        "cut-examples-whole": "A training example that is too long loses its end, which may be its question, as HerO's "
        "published code does it.",
    },
)
@dataclass(frozen=True, slots=True)
class PerEvidence(Asks):
    """Has one question written for each candidate, after training examples whose evidence is like it."""

    prompt: str = option("question-for-evidence", help="the prompt's name")
    shots: int = option(10, low=0, high=50, help="how many training examples are shown")
    include_claim: bool = option(True, help="whether the examples hold their claims")
    example_chars: int = option(1500, low=50, high=100000, help="most characters of an example")
    max_chars: int = option(20000, low=50, high=1000000, help="most characters of the evidence that are read")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.candidates:
            return state.with_trouble("question", "no-candidates")
        if self.shots and not tools.examples:
            state = state.with_trouble("question", "no-examples")
        jobs = [self._job(state, tools, number) for number in range(len(state.candidates))]
        pairs = []
        for candidate, asked in zip(state.candidates, self.ask_all(state, tools, "question", jobs), strict=True):
            compat = "first-question-mark" in tools.compat
            state, question = _question(asked.added_to(state), asked.text, compat, candidate.unit.evidence)
            pairs.append(_pair(candidate, question))
        return replace(state, qa=tuple(pairs))

    def _job(self, state: ClaimState, tools: Tools, number: int) -> Job:
        evidence = one_line(state.candidates[number].unit.evidence)[: self.max_chars]
        near: Sequence[Example] = index_of(tools).nearest(evidence, self.shots) if self.shots else ()
        whole = "cut-examples-whole" in tools.compat
        shown = [example.shown(self.example_chars, with_claim=self.include_claim, cut_whole=whole) for example in near]

        def values(share: float) -> dict[str, str]:
            room = int(len(shown) * share)  # the least similar go first
            return {
                "examples": "".join(f"{example}\n\n" for example in shown[:room]),
                "claim": one_line(state.input.claim),
                "evidence": evidence if room or share == 1.0 else head(evidence, int(8000 * share)),
            }

        return Job(values, number, stop=("\n\n",))


@component("question", "per-claim", reads=("candidates",), fills=("questions",))
@dataclass(frozen=True, slots=True)
class PerClaim(Asks):
    """Has one neutral question written for the claim, and puts it to every candidate."""

    prompt: str = option("question-for-claim", help="the prompt's name")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        values = {"claim": one_line(state.input.claim)}
        asked = self.ask(state, tools, "question", Job(lambda share: values, stop=("\n\n",)))
        state, question = _question(asked.added_to(state), asked.text, False, state.input.claim)
        if not state.candidates:
            return state.with_trouble("question", "no-candidates")
        return replace(state, qa=tuple(_pair(candidate, question) for candidate in state.candidates))


@component("question", "store-query", reads=("candidates",), fills=("questions",))
@dataclass(frozen=True, slots=True)
class StoreQuery:
    """Takes as question what the store says its page was searched with; keeps or makes one where that is blank."""

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        pairs = state.qa or tuple(_pair(candidate, "") for candidate in state.candidates)
        if not pairs:
            return state.with_trouble("question", "no-candidates")
        queries: dict[tuple[str | None, str | None], str] = {}
        for candidate in state.candidates:
            queries.setdefault((candidate.unit.url, candidate.unit.evidence), one_line(candidate.unit.query))
        done = []
        for pair in pairs:
            query = queries.get((pair.url, pair.source)) or ""
            if not query:
                state = state.with_trouble("question", "no-store-query", pair.url or "")
                query = pair.question or question_for(pair.source or "", state.input.claim)
            done.append(replace(pair, question=query))
        return replace(state, qa=tuple(done))


__all__ = ["PerClaim", "PerEvidence", "StoreQuery", "first_mark", "read_question"]
