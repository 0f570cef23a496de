"""How components ask chat models: one way to fill a prompt, to shorten it where it is too long, and to tell of
failures.

Nothing here raises for what a model does. A request that failed gives no texts, and a trouble that the claim keeps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from averitec_eval.baselines.components.base import Tools, option
from averitec_eval.baselines.ports import ChatModel, ChatRequest, ModelError
from averitec_eval.baselines.prompts import Prompt
from averitec_eval.baselines.state import ClaimState, RawReply, Trouble

SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625)
"""How much of what can be left out of a prompt is put into it, attempt by attempt, where the model finds it too
long."""

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_HEADER = re.compile(r"\A\s*(?:<\|start_header_id\|>)?assistant(?:<\|end_header_id\|>|:?\n)")

Values = Callable[[float], Mapping[str, str]]
"""What fills a prompt's slots, given which share of the parts that can be left out has room."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a request: the texts of the replies without what is not part of them, none after a failure."""

    texts: tuple[str, ...] = ()
    replies: tuple[RawReply, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def text(self) -> str | None:
        """The first text; None after a failure."""
        return self.texts[0] if self.texts else None

    def added_to(self, state: ClaimState) -> ClaimState:
        """The state with these replies and troubles."""
        return replace(state, replies=(*state.replies, *self.replies), troubles=(*state.troubles, *self.troubles))


@dataclass(frozen=True, slots=True)
class Job:
    """One request in the making; ``index`` tells requests of one stage and claim apart."""

    values: Values
    index: int = 0
    n: int = 1
    temperature: float | None = None
    seed: int = 0
    schema: dict[str, Any] | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asks:
    """The options of every component that asks a chat model."""

    model: str = option("writer", role="chat", help="the role of the model that is asked")
    prompt: str = option("", help="the prompt's name")
    temperature: float = option(0.0, low=0.0, high=2.0, help="0 takes the likeliest word each time")
    top_p: float = option(1.0, low=0.0, high=1.0, help="the share of probability that words are drawn from")
    max_tokens: int = option(512, low=1, high=32768, help="most tokens of a reply")

    def ask(self, state: ClaimState, tools: Tools, stage: str, job: Job) -> Asked:
        """Ask once, shorter where the model says that the prompt is too long."""
        return self.ask_all(state, tools, stage, [job])[0]

    def ask_all(self, state: ClaimState, tools: Tools, stage: str, jobs: Sequence[Job]) -> list[Asked]:
        """Ask for each of ``jobs``, in order; at once where the model says by ``concurrency`` that it can."""
        model = tools.models.chat[self.model]
        prompt = tools.prompts[self.prompt]

        def one(job: Job) -> Asked:
            return self._ask(model, prompt, state.input.claim_id, tools.seed, stage, job)

        workers = min(int(getattr(model, "concurrency", 1)), len(jobs))
        if workers < 2:
            return [one(job) for job in jobs]
        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(one, jobs))

    def _ask(self, model: ChatModel, prompt: Prompt, claim_id: int, seed: int, stage: str, job: Job) -> Asked:
        troubles: list[Trouble] = []
        sent: set[object] = set()
        for share in SHARES:
            messages = prompt.fill(job.values(share))
            if messages in sent:
                continue
            sent.add(messages)
            request = ChatRequest(
                messages=messages,
                stage=stage,
                claim_id=claim_id,
                index=job.index,
                prefix=prompt.prefix,
                temperature=self.temperature if job.temperature is None else job.temperature,
                top_p=self.top_p,
                max_tokens=self.max_tokens,
                stop=job.stop,
                n=job.n,
                seed=seed + job.seed,
                schema=job.schema,
            )
            try:
                replies = model.chat(request)
            except ModelError as error:
                failure = Trouble(stage, f"model-{error.fault}", error.detail)
                if error.fault == "too-long":
                    continue
                return Asked(troubles=(*troubles, failure))
            if share < 1.0:
                troubles.append(Trouble(stage, "prompt-cut", f"to {share:.0%} of what can be left out"))
            raw = tuple(
                RawReply(stage, reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens, reply.cached)
                for reply in replies
            )
            return Asked(tuple(cleaned(reply.text, prompt.prefix) for reply in replies), raw, tuple(troubles))
        return Asked(troubles=(failure,))


def cleaned(text: str, prefix: str = "") -> str:
    """A reply without a leaked chat header, a block of thoughts before it, and the prefix where it repeats that."""
    text = _THOUGHTS.sub("", _HEADER.sub("", sound(text))).strip()
    if prefix and text.lower().startswith(prefix.strip().lower()):
        text = text[len(prefix.strip()) :].lstrip()
    return text


def sound(text: str) -> str:
    """A text without lone surrogates, which JSON can spell and no file can hold: halves are joined or replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def head(text: str, most: int) -> str:
    """The first ``most`` characters of a text, cut between words where there is a gap in the last fifth."""
    if len(text) <= most:
        return text
    cut = text[:most]
    gap = cut.rfind(" ", int(most * 0.8))
    return (cut if gap < 0 else cut[:gap]).rstrip()


def first_share(count: int, share: float) -> int:
    """How many of ``count`` things have room: at least one while anything has."""
    return max(min(count, 1), int(count * share))


def one_line(text: str) -> str:
    """A text with every run of white space made one space."""
    return " ".join(text.split())


__all__ = ["SHARES", "Asked", "Asks", "Job", "cleaned", "first_share", "head", "one_line", "sound"]
