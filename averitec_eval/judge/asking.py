"""Asking a judge for what it has not said before: many questions at once, each reply kept as it comes.

The questions are taken one after another as there is room to send them, so that memory does not grow with their number.
What a server is spared is decided here: how many requests are open, how fast they follow each other, when all wait,
when one is sent again and when there is no sense in going on. A failure of the service is no reply: it is a fault of
its claim, kept nowhere, and the next run asks again.
"""

from __future__ import annotations

import asyncio
import math
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Protocol

from averitec_eval.baselines.models.service import FIRST_WAIT_SECONDS, MAX_WAIT_SECONDS, RETRIED
from averitec_eval.baselines.models.usage import Usage
from averitec_eval.baselines.ports import ModelError
from averitec_eval.errors import UsageError
from averitec_eval.judge.estimate import EXPECTED_REPLY_TOKENS, TokenRatio, chars_of
from averitec_eval.judge.records import Ask, KeptReply, ReplyKey, reply_key
from averitec_eval.judge.replies import Replies
from averitec_eval.judge.watch import JudgeWatcher
from averitec_eval.scoring.judgements import JudgeIdentity, Kind

CONCURRENCY = 8
RETRIES = 4
RATE_LIMIT_RETRIES = 16
"""How often a request is repeated that the server had no time for; it has done nothing wrong."""

GIVE_UP_AFTER = 8
"""After how many failures in a row, each of a request sent after the one before, a service counts as gone."""

REFUSALS = 3
"""After how many refusals of the key or model in a row a run ends that has had replies."""

MAX_PAUSE_SECONDS = 600.0
"""A server that asks for a longer pause ends the run."""

ELSEWHERE_SECONDS = 0.1
"""How often it is looked whether another process has the reply to a question that it asks."""

RESERVE = 1.25
"""By how much the tokens of a question are overestimated where a budget is kept."""

_BLOCK = 32
_DEFAULT_MAX_TOKENS = 3000


class Unanswered(ModelError):  # noqa: N818 - it is named for what it says, as its base is
    """A question that got no reply. ``wait`` is how many seconds the server asks to wait, ``charged`` says whether it
    may have done the work all the same, and ``stop`` is a word for what makes all other questions vain, such as a key
    that is refused.
    """

    def __init__(
        self, fault: str, detail: str = "", *, wait: float | None = None, charged: bool = False, stop: str = ""
    ) -> None:
        super().__init__(fault, detail)
        self.wait = wait
        self.charged = charged
        self.stop = stop


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, and how many seconds the server wants no other request."""

    reply: KeptReply
    pause: float = 0.0


class AsyncChat(Protocol):
    """A judge that can be asked several questions at once: as many as its attribute ``concurrency`` says, where it has
    one.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    async def chat(self, ask: Ask, nth: int) -> Answered:
        """The reply to one question; ``nth`` tells repeated askings of it apart, from 0. Raises ``ModelError``."""

    async def close(self) -> None:
        """Close what is open; it opens again when asked again, in any event loop."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a judge is asked.

    ``concurrency`` is how many requests are open at most. ``requests_per_minute`` and ``tokens_per_minute`` space them
    out. ``max_tokens_total`` (prompts and replies) and ``max_cost`` (in the currency of the prices, which are for a
    million tokens) are budgets: a request that might break one is not sent. ``retries`` is how often a failed request
    is repeated. ``retry_unusable`` asks again where the kept replies cannot be used. Raises ``UsageError``.
    """

    concurrency: int = CONCURRENCY
    retries: int = RETRIES
    give_up_after: int = GIVE_UP_AFTER
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_tokens_total: int | None = None
    max_cost: float | None = None
    input_price: float | None = None
    output_price: float | None = None
    retry_unusable: bool = False
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)
    jitter: random.Random = field(default_factory=lambda: random.Random(0), repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= 1000:
            raise UsageError(f"the concurrency must be from 1 to 1,000; found {self.concurrency}")
        if self.retries < 0 or self.give_up_after < 1:
            raise UsageError("retries must be at least 0, and failures in a row at least 1")
        for name in ("requests_per_minute", "tokens_per_minute", "max_tokens_total", "max_cost"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise UsageError(f"{name.replace('_', ' ')} must be above 0; found {value}")
        for name in ("input_price", "output_price"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < math.inf:
                raise UsageError(f"{name.replace('_', ' ')} must be at least 0; found {value}")
        if self.max_cost is not None and (self.input_price is None or self.output_price is None):
            raise UsageError("a greatest cost needs both prices, of a million tokens of input and of output")

    def cost(self, prompt_tokens: float, completion_tokens: float) -> float | None:
        """The price of so many tokens, None without prices."""
        if self.input_price is None and self.output_price is None:
            return None
        return (prompt_tokens * (self.input_price or 0.0) + completion_tokens * (self.output_price or 0.0)) / 1e6


@dataclass(frozen=True, slots=True)
class Asked:
    """How the asking went, in judgements.

    ``kept`` had a reply before, ``answered`` got one, ``failed`` got none, ``not_asked`` were not sent because the run
    was stopped. ``faults`` says for each of the latter two why, by claim id and kind: a fault such as ``timeout``, or
    ``not-asked:REASON``; ``details`` holds one example of what was said for each fault. ``stopped`` is the reason for
    which the run ended early ("" where it did not): ``budget``, ``interrupted``, ``refused``, ``quota``, or a fault
    that did not go away. ``usage`` counts what was sent, with tokens as the server counted them.
    """

    kept: int = 0
    answered: int = 0
    failed: int = 0
    not_asked: int = 0
    usage: Usage = field(default_factory=Usage)
    faults: Mapping[tuple[int, Kind], str] = field(default_factory=lambda: MappingProxyType({}))
    details: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    stopped: str = ""

    @property
    def requests(self) -> int:
        """How many requests were sent, repetitions among them."""
        return self.usage.requests

    @property
    def retried(self) -> int:
        """How many requests were repetitions."""
        return self.usage.retries


@dataclass(frozen=True, slots=True)
class _Job:
    ask: Ask
    key: ReplyKey
    digest: str
    attempts: int


@dataclass(frozen=True, slots=True)
class _Price:
    """What a request may take at most, as far as that can be told before it is sent."""

    prompt_tokens: int
    completion_tokens: int

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def _usable(reply: KeptReply, kind: Kind) -> bool:
    from averitec_eval.judge.reading import read_reply

    return read_reply(reply.text, kind, reply.finish_reason).status != "unscored"


class _Gate:
    """Lets requests pass: so many at once, no faster than allowed, none while all wait, none beyond a budget."""

    def __init__(self, settings: Asking, concurrency: int, watcher: JudgeWatcher) -> None:
        self.settings = settings
        self.concurrency = concurrency
        self.watcher = watcher
        self.stopped = ""
        self.ended = asyncio.Event()
        self.changed = asyncio.Condition()
        self.active = 0
        self.allowed = float(concurrency)
        self.resume = -math.inf
        self.next = -math.inf
        self.prompt_tokens = self.completion_tokens = 0
        self.reserved_prompt = self.reserved_completion = 0

    async def enter(self, price: _Price, expected: int) -> bool:
        """Wait until a request may be sent and count it as open; False where none may be any more."""
        async with self.changed:
            while not self.stopped and not (self.active < max(1, int(self.allowed)) and self._affordable(price)):
                if not self.active and not self._affordable(price):
                    self.stop("budget")
                    break
                await self.changed.wait()
            if self.stopped:
                self.changed.notify_all()
                return False
            self.active += 1
            self.reserved_prompt += price.prompt_tokens
            self.reserved_completion += price.completion_tokens
        start = max(self.settings.clock(), self.next)
        self.next = start + self._spacing(expected)
        while (seconds := max(start, self.resume) - self.settings.clock()) > 0 and not self.stopped:
            await self.rest(seconds)
        if self.stopped:
            await self.leave(price, 0, 0)
            return False
        return True

    async def leave(self, price: _Price, prompt_tokens: int, completion_tokens: int) -> None:
        """A request is open no more; it took so many tokens."""
        async with self.changed:
            self.active -= 1
            self.reserved_prompt -= price.prompt_tokens
            self.reserved_completion -= price.completion_tokens
            self.prompt_tokens += prompt_tokens
            self.completion_tokens += completion_tokens
            self.changed.notify_all()

    def _affordable(self, price: _Price) -> bool:
        settings = self.settings
        prompt = self.prompt_tokens + self.reserved_prompt + price.prompt_tokens
        completion = self.completion_tokens + self.reserved_completion + price.completion_tokens
        if settings.max_tokens_total is not None and prompt + completion > settings.max_tokens_total:
            return False
        return settings.max_cost is None or (settings.cost(prompt, completion) or 0.0) <= settings.max_cost

    def _spacing(self, tokens: int) -> float:
        settings = self.settings
        spaces = [0.0]
        if settings.requests_per_minute is not None:
            spaces.append(60.0 / settings.requests_per_minute)
        if settings.tokens_per_minute is not None:
            spaces.append(60.0 * tokens / settings.tokens_per_minute)
        return max(spaces)

    async def rest(self, seconds: float) -> None:
        """Sleep, but not longer than the run lasts."""
        sleeping = asyncio.ensure_future(self.settings.sleep(seconds))
        ending = asyncio.ensure_future(self.ended.wait())
        try:
            await asyncio.wait((sleeping, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            ending.cancel()

    def pause(self, seconds: float) -> None:
        """Nothing is sent for so many seconds."""
        until = self.settings.clock() + seconds
        if until > self.resume:
            self.resume = until
            self.watcher.paused(seconds)

    def slower(self) -> None:
        """Half as many requests at once from here on."""
        self.allowed = max(1.0, self.allowed / 2)

    def faster(self) -> None:
        """One more at once after as many replies as there are requests open."""
        self.allowed = min(float(self.concurrency), self.allowed + 1.0 / self.allowed)

    def stop(self, reason: str) -> None:
        """Send nothing more; requests that are open may end."""
        if not self.stopped:
            self.stopped = reason
            self.ended.set()


class _Run:
    """One asking of many questions, in one event loop."""

    def __init__(
        self,
        asks: Iterable[Ask],
        identity: JudgeIdentity,
        chat: AsyncChat,
        replies: Replies,
        settings: Asking,
        watcher: JudgeWatcher,
    ) -> None:
        self.asks = asks
        self.identity = identity
        limit = identity.parameters.get("max_tokens", _DEFAULT_MAX_TOKENS)
        self.max_tokens = int(limit) if isinstance(limit, (int, float)) else _DEFAULT_MAX_TOKENS
        self.chat = chat
        self.replies = replies
        self.settings = settings
        self.watcher = watcher
        self.concurrency = min(settings.concurrency, int(getattr(chat, "concurrency", settings.concurrency)))
        self.gate = _Gate(settings, self.concurrency, watcher)
        self.ratio = TokenRatio()
        self.kept = self.answered = self.failed = self.not_asked = self.requests = self.retries = 0
        self.faults: dict[tuple[int, Kind], str] = {}
        self.details: dict[str, str] = {}
        self.flying: dict[str, list[Ask]] = {}
        self.recent: dict[str, str] = {}
        self.again: set[str] = set()
        self.sent = self.marked = self.failures = self.refusals = 0

    async def run(self) -> Asked:
        jobs = self._jobs()

        async def work() -> None:
            for job in jobs:
                await self._one(job)

        workers = [asyncio.ensure_future(work()) for _ in range(self.concurrency)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        gate = self.gate
        cost = self.settings.cost(gate.prompt_tokens, gate.completion_tokens)
        usage = Usage(self.requests, self.retries, gate.prompt_tokens, gate.completion_tokens, cost)
        return Asked(
            self.kept,
            self.answered,
            self.failed,
            self.not_asked,
            usage,
            MappingProxyType(self.faults),
            MappingProxyType(self.details),
            gate.stopped,
        )

    def _jobs(self) -> Iterator[_Job]:
        """Yield the questions that have to be sent. All workers draw from this one."""
        source = iter(self.asks)
        while block := list(islice(source, _BLOCK)):
            keys = [reply_key(self.identity, ask) for ask in block]
            found = self.replies.get(keys)
            self.recent.clear()
            for ask, key in zip(block, keys, strict=True):
                digest = key.digest()
                if digest in self.flying:
                    self.flying[digest].append(ask)
                    continue
                if digest in self.recent:
                    self._same(ask, self.recent[digest])
                    continue
                attempts = found.get(digest, ())
                if attempts and not self._ask_again(attempts, ask.kind, digest):
                    self._same(ask, "")
                elif self.gate.stopped:
                    self._skip(ask)
                else:
                    self.flying[digest] = []
                    yield _Job(ask, key, digest, len(attempts))

    def _ask_again(self, attempts: tuple[KeptReply, ...], kind: Kind, digest: str) -> bool:
        if not self.settings.retry_unusable or digest in self.again:
            return False
        if any(_usable(reply, kind) for reply in attempts):
            return False
        self.again.add(digest)
        return True

    def _same(self, ask: Ask, fault: str) -> None:
        """The question has a reply that it did not have to be sent for, or fails as an equal one has."""
        if fault:
            self._fail(ask, fault)
        else:
            self.kept += 1
            self.watcher.kept(1)

    def _fail(self, ask: Ask, fault: str) -> None:
        self.failed += 1
        self.faults[ask.claim_id, ask.kind] = fault
        self.watcher.failed(ask.claim_id, ask.kind, fault)

    def _skip(self, ask: Ask) -> None:
        self.not_asked += 1
        self.faults[ask.claim_id, ask.kind] = f"not-asked:{self.gate.stopped}"

    async def _one(self, job: _Job) -> None:
        try:
            elsewhere = not await self._turn(job)
            fault = None if elsewhere else await self._until_answered(job)
        finally:
            self.replies.turns.give_back(job.digest)
        followers = self.flying.pop(job.digest)
        if fault == "":
            self._skip(job.ask)
            for ask in followers:
                self._skip(ask)
            return
        self.recent[job.digest] = fault or ""
        if fault is not None or elsewhere:
            self._same(job.ask, fault or "")
        for ask in followers:
            self._same(ask, fault or "")

    async def _turn(self, job: _Job) -> bool:
        """Wait while another process asks the same; False where it was answered."""
        while not self.replies.turns.take(job.digest):
            if self.gate.stopped:
                return True
            await self.gate.rest(ELSEWHERE_SECONDS)
        return len(self.replies.get([job.key]).get(job.digest, ())) <= job.attempts

    async def _until_answered(self, job: _Job) -> str | None:
        """None once there is a reply, else the fault; "" where it was never sent."""
        chars = chars_of(job.ask)
        nth = self.identity.run * 1000 + job.attempts
        last = ""
        failures = limited = 0
        while True:
            tokens = self.ratio.tokens(chars)
            price = _Price(math.ceil(tokens * RESERVE), self.max_tokens)
            if not await self.gate.enter(price, math.ceil(tokens) + min(EXPECTED_REPLY_TOKENS, self.max_tokens)):
                return last
            self.sent = number = self.sent + 1
            self.requests += 1
            if last:
                self.retries += 1
            try:
                answered = await self.chat.chat(job.ask, nth)
            except ModelError as error:
                charged = isinstance(error, Unanswered) and error.charged
                await self.gate.leave(price, math.ceil(tokens) if charged else 0, 0)
                last = error.fault
                self.details.setdefault(last, error.detail)
                if last == "rate-limit":
                    limited += 1
                else:
                    failures += 1
                seconds = self._after(error, number, failures, limited)
                over = failures > self.settings.retries or limited > RATE_LIMIT_RETRIES
                if last not in RETRIED or over or self.gate.stopped:
                    return last
                self.watcher.retried(last, seconds)
                if last != "rate-limit":
                    await self.gate.rest(seconds)
            except BaseException:
                await self.gate.leave(price, 0, 0)
                raise
            else:
                await self._keep(job, answered, price, chars)
                return None

    async def _keep(self, job: _Job, answered: Answered, price: _Price, chars: int) -> None:
        reply = answered.reply
        try:
            self.replies.put(job.key, reply)
        finally:
            prompt = reply.prompt_tokens or math.ceil(self.ratio.tokens(chars))
            completion = reply.completion_tokens or math.ceil(self.ratio.tokens(len(reply.text)))
            await self.gate.leave(price, prompt, completion)
        if reply.prompt_tokens:
            self.ratio.add(chars, reply.prompt_tokens)
        self.answered += 1
        self.failures = self.refusals = 0
        self.gate.faster()
        if answered.pause > 0:
            self.gate.pause(min(answered.pause, MAX_PAUSE_SECONDS))
        self.watcher.answered(job.ask.claim_id, job.ask.kind, reply.prompt_tokens, reply.completion_tokens)

    def _after(self, error: ModelError, number: int, failures: int, limited: int) -> float:
        """What a failure means for the others; gives the seconds until the request may be sent again."""
        wait = error.wait if isinstance(error, Unanswered) else None
        stop = error.stop if isinstance(error, Unanswered) else ""
        if stop:
            self.refusals += 1
            if stop != "refused" or not self.answered or self.refusals >= REFUSALS:
                self.gate.stop(stop)
        if error.fault not in RETRIED:
            return 0.0
        # Requests that were open together fail together: that is one failure of the service, not many.
        fresh = number > self.marked
        if fresh:
            self.failures += 1
            self.marked = self.sent
        if self.failures > self.settings.give_up_after:
            self.gate.stop(error.fault)
        if wait is not None and wait > MAX_PAUSE_SECONDS:
            self.gate.stop(error.fault)
        times = limited if error.fault == "rate-limit" else failures
        share = 0.5 + 0.5 * self.settings.jitter.random()
        seconds = min(FIRST_WAIT_SECONDS * 2.0 ** max(times - 1, 0), MAX_WAIT_SECONDS) * share
        if wait is not None:
            seconds = wait * (1.0 + 0.1 * share)
        if error.fault == "rate-limit":
            if fresh:
                self.gate.slower()
            self.gate.pause(seconds)
        elif self.failures > 1:
            self.gate.pause(seconds)
        return seconds


async def ask_all(
    asks: Iterable[Ask],
    identity: JudgeIdentity,
    chat: AsyncChat,
    replies: Replies,
    settings: Asking | None = None,
    watcher: JudgeWatcher | None = None,
    *,
    count: int | None = None,
) -> Asked:
    """Ask ``chat`` each of ``asks`` that has no kept reply, and keep what it replies, at once.

    ``asks`` is read as there is room; equal questions are sent once. ``count`` is how many they are, if known. Raises
    ``ResourceError`` where a reply cannot be kept.
    """
    watcher = JudgeWatcher() if watcher is None else watcher
    run = _Run(asks, identity, chat, replies, Asking() if settings is None else settings, watcher)
    watcher.start(count)
    return await run.run()


def ask(
    asks: Iterable[Ask],
    identity: JudgeIdentity,
    chat: AsyncChat,
    replies: Replies,
    settings: Asking | None = None,
    watcher: JudgeWatcher | None = None,
    *,
    count: int | None = None,
) -> Asked:
    """``ask_all`` in an event loop of its own, after which ``chat`` is closed.

    The first interrupt (Ctrl-C) sends nothing more and waits for the replies that are on their way; the second gives
    those up, as ``KeyboardInterrupt``. Replies that came are kept either way.
    """
    watcher = JudgeWatcher() if watcher is None else watcher

    async def guarded() -> Asked:
        run = _Run(asks, identity, chat, replies, Asking() if settings is None else settings, watcher)
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None

        def interrupt() -> None:
            if run.gate.stopped:
                task.cancel()
            run.gate.stop("interrupted")
            watcher.notice("stopping; the replies on their way are waited for (interrupt again not to)")

        # Not everywhere, and in no thread but the first, can signals be taken; Python then does as it always does.
        with suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(signal.SIGINT, interrupt)
        watcher.start(count)
        try:
            return await run.run()
        except asyncio.CancelledError:
            if run.gate.stopped == "interrupted":
                raise KeyboardInterrupt from None
            raise
        finally:
            with suppress(NotImplementedError, ValueError, RuntimeError):
                loop.remove_signal_handler(signal.SIGINT)
            await chat.close()

    return asyncio.run(guarded())


__all__ = [
    "CONCURRENCY",
    "GIVE_UP_AFTER",
    "MAX_PAUSE_SECONDS",
    "RATE_LIMIT_RETRIES",
    "REFUSALS",
    "RETRIES",
    "Answered",
    "Asked",
    "Asking",
    "AsyncChat",
    "Unanswered",
    "ask",
    "ask_all",
]
