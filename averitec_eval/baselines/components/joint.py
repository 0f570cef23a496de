"""Questions, answers, verdict and justification in one call, with citations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from averitec_eval.baselines.components.asking import Asks, Job, first_share, head, one_line
from averitec_eval.baselines.components.base import Tools, component, option
from averitec_eval.baselines.components.json_reply import read_object, text_of
from averitec_eval.baselines.state import QA, Candidate, ClaimState, Trouble
from averitec_eval.records import NO_ANSWER, Verdict

_IDS = re.compile(r"[0-9]+_[0-9]+")
_MOST_IDS = 400
"""How many ids a form lists: hosted servers take 500 choices at most."""


def joint_schema(ids: Sequence[str], most: int) -> dict[str, Any]:
    """What a joint reply looks like, for servers that hold a model to a form: ``ids`` may be cited, or nothing."""
    texts = {"question": {"type": "string"}, "answer": {"type": "string"}, "source": {"enum": [*ids, ""]}}
    pair = {"type": "object", "properties": texts, "required": list(texts), "additionalProperties": False}
    parts = {
        "pairs": {"type": "array", "minItems": 1, "maxItems": most, "items": pair},
        "justification": {"type": "string"},
        "verdict": {"enum": [verdict.value for verdict in Verdict]},
    }
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


@component(
    "joint",
    "cited",
    reads=("candidates",),
    fills=("questions", "answers", "verdict", "justification"),
)
@dataclass(frozen=True, slots=True)
class Cited(Asks):
    """Has a model write question-answer pairs that cite the candidates, a justification and a verdict in one reply."""

    prompt: str = option("joint", help="the prompt's name")
    max_tokens: int = option(1024, low=1, high=32768, help="most tokens of a reply")
    max_pairs: int = option(4, low=1, high=50, help="how many pairs are kept")
    retries: int = option(2, low=0, high=20, help="how often an unusable reply is asked for again")
    retry_temperature: float = option(0.7, low=0.0, high=2.0, help="the temperature of these further attempts")
    sentence_chars: int = option(4000, low=20, high=1000000, help="most characters of a candidate that are read")

    def run(self, state: ClaimState, tools: Tools) -> ClaimState:
        if not state.candidates:
            state = state.with_trouble("joint", "no-candidates")
            return replace(state, verdict_text=Verdict.NOT_ENOUGH_EVIDENCE.value)
        cited = {cite(candidate): candidate for candidate in reversed(state.candidates)}
        best: JointReply | None = None
        claim_state = state
        schema = joint_schema([cite(candidate) for candidate in state.candidates][:_MOST_IDS], self.max_pairs)
        for attempt in range(1 + self.retries):
            if attempt:
                state = state.with_trouble("joint", "retry")
            temperature = self.retry_temperature if attempt else self.temperature
            job = Job(
                lambda share: self._values(claim_state, share),
                attempt,
                temperature=temperature,
                seed=attempt,
                schema=schema,
            )
            asked = self.ask(state, tools, "joint", job)
            state = asked.added_to(state)
            if asked.text is None:
                break
            read = read_joint(asked.text, cited, most=self.max_pairs)
            if best is None or read.worth > best.worth:
                best = read
            if best.pairs and best.verdict is not None:
                break
        if best is None:
            return state
        troubles = (*state.troubles, *best.troubles)
        return replace(
            state, qa=best.pairs, verdict_text=best.verdict, justification=best.justification, troubles=troubles
        )

    def _values(self, state: ClaimState, share: float) -> dict[str, str]:
        listed = state.candidates[: first_share(len(state.candidates), share)]
        most = max(20, int(self.sentence_chars * share))
        sentences = "\n".join(
            f"[{cite(candidate)}] {head(one_line(candidate.unit.evidence), most)}" for candidate in listed
        )
        return {"claim": one_line(state.input.claim), "sentences": sentences}


def cite(candidate: Candidate) -> str:
    """The id that a prompt gives a candidate: its document's number, ``_``, and its sentence's number, both from 0."""
    return f"{candidate.unit.document}_{candidate.unit.sentence}"


@dataclass(frozen=True, slots=True)
class JointReply:
    """What a joint reply holds, and what was wrong with it. ``verdict`` is as the model wrote it."""

    pairs: tuple[QA, ...] = ()
    verdict: str | None = None
    justification: str | None = None
    troubles: tuple[Trouble, ...] = ()

    @property
    def worth(self) -> int:
        """How much of what was asked for it holds, to tell the best of several replies."""
        return len(self.pairs) + 2 * (self.verdict is not None)


def read_joint(text: str, cited: Mapping[str, Candidate], *, most: int = 10) -> JointReply:
    """Read a joint reply: every pair with a question and an answer, its citation looked up, repeated pairs once."""
    found = read_object(text)
    if found is None:
        return JointReply(troubles=(Trouble("joint", "bad-json", text[:200]),))
    troubles = [Trouble("joint", "json-repaired")] if found.repaired else []
    pairs: dict[tuple[str, str], QA] = {}
    for number, member in enumerate(_members(found.value)):
        question, answer = (one_line(text_of(member.get(name)) or "") for name in ("question", "answer"))
        if not question or not answer:
            troubles.append(Trouble("joint", "pair-incomplete", f"pair {number}"))
            continue
        candidate = _citation(member, cited)
        if candidate is None and answer != NO_ANSWER:
            troubles.append(Trouble("joint", "bad-citation", str(member.get("source", ""))[:200]))
        url, source = (candidate.unit.url, candidate.unit.evidence) if candidate else (None, None)
        pairs.setdefault((question.casefold(), answer.casefold()), QA(question, answer, url, source))
    verdict = text_of(found.value.get("verdict", found.value.get("pred_label")))
    if verdict is None:
        troubles.append(Trouble("joint", "no-verdict", text[-200:]))
    if not pairs:
        troubles.append(Trouble("joint", "no-questions"))
    justification = text_of(found.value.get("justification"))
    return JointReply(tuple(pairs.values())[:most], verdict, justification, tuple(troubles))


def _members(value: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The pairs of a reply, under the name that was asked for or the one that files use."""
    listed = value.get("pairs", value.get("evidence"))
    return [member for member in listed if isinstance(member, dict)] if isinstance(listed, list) else []


def _citation(member: Mapping[str, Any], cited: Mapping[str, Candidate]) -> Candidate | None:
    """The first candidate that a pair cites, None where it cites none that there is."""
    written = member.get("source", member.get("citation_id"))
    for part in written if isinstance(written, list) else [written]:
        for name in _IDS.findall(text_of(part) or ""):
            if name in cited:
                return cited[name]
    return None


__all__ = ["Cited", "JointReply", "cite", "joint_schema", "read_joint"]
