"""Questions to a judge and judges of this process, for tests of the asking."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from averitec_eval.baselines.ports import Message
from averitec_eval.judge.asking import Answered
from averitec_eval.judge.records import Ask, KeptReply
from averitec_eval.scoring.judgements import KINDS, JudgeIdentity

IDENTITY = JudgeIdentity("judge-1", {"temperature": 0.0, "max_tokens": 100, "seed": 0})
PROMPT = "a" * 64
GOOD = '{"facts count predicted evidence": 2, "support predicted evidence": 1, ' + (
    '"facts count reference evidence": 2, "support reference evidence": 2}'
)


def make_asks(claims: int, *, text: str = "evidence {}") -> Iterator[Ask]:
    """Two questions for each claim."""
    for claim_id in range(claims):
        for kind in KINDS:
            yield Ask(claim_id, kind, (Message("user", f"{kind}: {text.format(claim_id)}"),), PROMPT)


def good(ask: Ask) -> KeptReply:
    """A reply that can be used, and depends on the question."""
    return KeptReply(f"{GOOD} {hashlib.sha256(ask.inputs().encode()).hexdigest()[:8]}", "stop", 20, 10, "judge-1-2024")


@dataclass
class Time:
    """Time that passes only where all wait: to the moment at which the first of them goes on."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    waking: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        moment = self.now + seconds
        self.waking.append(moment)
        try:
            quiet = 0
            while self.now < moment:
                before = self.now
                await asyncio.sleep(0)
                quiet = quiet + 1 if self.now == before else 0
                if quiet > 20 and moment == min(self.waking):  # whoever can do something has done it
                    self.now = moment
        finally:
            self.waking.remove(moment)


@dataclass
class Scripted:
    """A judge that does as it is told: ``behave`` gives a reply or raises, given the question and how often it has been
    asked it.
    """

    behave: Callable[[Ask, int], KeptReply | Answered] = lambda ask, times: good(ask)
    clock: Callable[[], float] = lambda: 0.0
    name: str = "judge-1"
    asked: list[Ask] = field(default_factory=list)
    nths: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    active: int = 0
    most: int = 0
    closed: int = 0

    async def chat(self, ask: Ask, nth: int) -> Answered:
        times = self.asked.count(ask)
        self.asked.append(ask)
        self.nths.append(nth)
        self.times.append(self.clock())
        self.active += 1
        self.most = max(self.most, self.active)
        try:
            await asyncio.sleep(0)
            given = self.behave(ask, times)
        finally:
            self.active -= 1
        return given if isinstance(given, Answered) else Answered(given)

    async def close(self) -> None:
        self.closed += 1
