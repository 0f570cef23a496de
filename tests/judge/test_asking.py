"""Asking a judge: each question once, within limits and budgets, and every one ends with a reply or a stated fault."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge.asked import IDENTITY, PROMPT, Scripted, Time, good, make_asks

from averitec_eval.baselines.ports import Message, ModelError
from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.judge.asking import (
    MAX_PAUSE_SECONDS,
    RATE_LIMIT_RETRIES,
    REFUSALS,
    Answered,
    Asked,
    Asking,
    Unanswered,
    ask,
)
from averitec_eval.judge.records import Ask, KeptReply, reply_key
from averitec_eval.judge.replies import Replies
from averitec_eval.judge.watch import JudgeWatcher
from averitec_eval.scoring.judgements import KINDS, Kind


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with Replies(tmp_path / "replies.sqlite") as opened:
        yield opened


def with_time(time: Time, **more: object) -> Asking:
    return Asking(clock=time.clock, sleep=time.sleep, jitter=random.Random(0), **more)  # type: ignore[arg-type]


def failing(fault: str, **more: object) -> Unanswered:
    return Unanswered(fault, "said so", **more)  # type: ignore[arg-type]


class Watcher(JudgeWatcher):
    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def start(self, count: int | None) -> None:
        self.told.append(("start", count))

    def kept(self, count: int) -> None:
        self.told.append(("kept", count))

    def answered(self, claim_id: int, kind: Kind, prompt_tokens: int, completion_tokens: int) -> None:
        self.told.append(("answered", claim_id, kind, prompt_tokens, completion_tokens))

    def failed(self, claim_id: int, kind: Kind, fault: str) -> None:
        self.told.append(("failed", claim_id, kind, fault))

    def retried(self, fault: str, seconds: float) -> None:
        self.told.append(("retried", fault))

    def paused(self, seconds: float) -> None:
        self.told.append(("paused", seconds))


def accounted(asked: Asked, judgements: int) -> None:
    """Every judgement is in exactly one of the counts, and those without a reply say why."""
    assert asked.kept + asked.answered + asked.failed + asked.not_asked == judgements
    assert len(asked.faults) == asked.failed + asked.not_asked
    assert all(asked.faults.values())


def test_everything_is_asked_once_and_a_second_run_asks_nothing(replies: Replies) -> None:
    chat = Scripted()
    first = ask(make_asks(100), IDENTITY, chat, replies, count=200)
    assert (first.answered, first.kept, first.requests, first.stopped) == (200, 0, 200, "")
    assert (first.usage.prompt_tokens, first.usage.completion_tokens, first.usage.cost) == (4000, 2000, None)
    assert len(set(chat.asked)) == len(chat.asked) == 200
    for each in make_asks(100):
        kept = replies.get([reply_key(IDENTITY, each)])
        assert next(iter(kept.values())) == (good(each),)

    second = ask(make_asks(101), IDENTITY, chat, replies)
    assert (second.answered, second.kept, second.requests) == (2, 200, 2)
    assert chat.closed == 2


def test_another_run_model_prompt_or_parameter_is_asked_anew(replies: Replies) -> None:
    chat = Scripted()
    ask(make_asks(3), IDENTITY, chat, replies)
    for other in (
        replace(IDENTITY, run=1),
        replace(IDENTITY, model="judge-2"),
        replace(IDENTITY, parameters={**IDENTITY.parameters, "seed": 1}),
    ):
        assert ask(make_asks(3), other, chat, replies).answered == 6
    changed = [replace(each, prompt="b" * 64) if each.kind == "qa" else each for each in make_asks(3)]
    found = ask(changed, IDENTITY, chat, replies)
    assert (found.answered, found.kept) == (3, 3)


def test_repeated_runs_are_asked_with_another_number(replies: Replies) -> None:
    chat = Scripted()
    ask(make_asks(1), IDENTITY, chat, replies)
    ask(make_asks(1), replace(IDENTITY, run=2), chat, replies)
    assert chat.nths == [0, 0, 2000, 2000]


def test_equal_questions_are_sent_once(replies: Replies) -> None:
    """Two claims with the same words and evidence, near each other and far apart."""
    asks = [Ask(claim_id, kind, (Message("user", "the same"),), PROMPT) for claim_id in range(100) for kind in KINDS]
    chat = Scripted()
    found = ask(asks, IDENTITY, chat, replies)
    assert (found.answered, found.kept, len(chat.asked)) == (2, 198, 2)
    accounted(found, 200)


def test_equal_questions_share_a_fault(replies: Replies) -> None:
    def refuse(each: Ask, times: int) -> KeptReply:
        raise failing("too-long")

    asks = [Ask(claim_id, "qa", (Message("user", "the same"),), PROMPT) for claim_id in range(5)]
    chat = Scripted(refuse)
    found = ask(asks, IDENTITY, chat, replies)
    assert found.faults == {(claim_id, "qa"): "too-long" for claim_id in range(5)}
    assert len(chat.asked) == 1


@pytest.mark.parametrize("concurrency", [1, 5, 32])
def test_no_more_at_once_than_allowed_and_no_more_read_than_needed(concurrency: int, replies: Replies) -> None:
    chat = Scripted()
    ahead = 0

    def watched() -> Iterator[Ask]:
        nonlocal ahead
        for number, each in enumerate(make_asks(200)):
            ahead = max(ahead, number - len(chat.asked))
            yield each

    ask(watched(), IDENTITY, chat, replies, Asking(concurrency=concurrency))
    assert chat.most == concurrency
    assert ahead <= 64


def test_judge_that_takes_one_at_a_time_is_asked_so(replies: Replies) -> None:
    chat = Scripted()
    chat.concurrency = 1  # type: ignore[attr-defined]
    ask(make_asks(10), IDENTITY, chat, replies, Asking(concurrency=8))
    assert chat.most == 1


@pytest.mark.parametrize(
    ("fault", "requests"),
    [("timeout", 3), ("connection", 3), ("server-error", 3), ("rate-limit", RATE_LIMIT_RETRIES + 1)]
    + [(fault, 1) for fault in ("refused", "not-json", "wrong-schema", "empty", "too-large", "too-long")],
)
def test_fault_that_does_not_go_away_is_one_of_its_claim(fault: str, requests: int, replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id == 3 and each.kind == "qa":
            raise failing(fault)
        return good(each)

    time, chat = Time(), Scripted(behave)
    found = ask(make_asks(10), IDENTITY, chat, replies, with_time(time, retries=2, give_up_after=100, concurrency=4))
    assert found.faults == {(3, "qa"): fault}
    assert found.details == {fault: "said so"}
    assert (found.answered, found.failed, found.stopped) == (19, 1, "")
    assert sum(each.claim_id == 3 and each.kind == "qa" for each in chat.asked) == requests
    assert found.requests == len(chat.asked) == 19 + requests
    assert found.retried == requests - 1
    assert len(replies) == 19


def test_fault_that_goes_away_is_none(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if times < 2:
            raise failing(("timeout", "server-error")[times])
        return good(each)

    watcher = Watcher()
    found = ask(make_asks(5), IDENTITY, Scripted(behave), replies, with_time(Time()), watcher)
    assert (found.answered, found.requests, found.retried, found.faults) == (10, 30, 20, {})
    assert sum(told[0] == "retried" for told in watcher.told) == 20


def test_waits_grow_and_differ_but_not_beyond_a_minute(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        raise ModelError("timeout")

    time = Time()
    ask([next(make_asks(1))], IDENTITY, Scripted(behave), replies, with_time(time, retries=9, give_up_after=100))
    waits = [seconds for seconds in time.slept if seconds > 0]
    assert all(0.5 * 2**n <= wait <= min(2.0**n, 60) or wait >= 30 for n, wait in enumerate(waits[:9]))
    assert max(waits) <= 60
    assert len(set(waits)) == len(waits)


def test_rate_limit_makes_all_wait(replies: Replies) -> None:
    time = Time()
    limited: list[float] = []

    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id == 10 and not times:
            limited.append(time.now)
            raise failing("rate-limit", wait=30.0)
        return good(each)

    watcher, chat = Watcher(), Scripted(behave, time.clock)
    found = ask(make_asks(40), IDENTITY, chat, replies, with_time(time, concurrency=4), watcher)
    assert found.answered == 80
    assert limited == [0.0, 0.0]
    assert all(moment == 0 or moment >= 30 for moment in chat.times)
    assert sum(moment == 0 for moment in chat.times) < 40 < sum(moment >= 30 for moment in chat.times)
    assert any(told[0] == "paused" and 30 <= told[1] <= 33 for told in watcher.told)  # type: ignore[operator]


def test_server_that_says_that_nothing_is_left_is_waited_for(replies: Replies) -> None:
    time = Time()

    def behave(each: Ask, times: int) -> Answered:
        return Answered(good(each), 20.0 if each.claim_id == 5 else 0.0)

    chat = Scripted(behave, time.clock)
    assert ask(make_asks(20), IDENTITY, chat, replies, with_time(time, concurrency=2)).answered == 40
    assert max(chat.times) >= 20


def test_rate_limits_are_kept_without_being_told(replies: Replies) -> None:
    time = Time()
    chat = Scripted(clock=time.clock)
    ask(make_asks(15), IDENTITY, chat, replies, with_time(time, requests_per_minute=60, concurrency=8))
    moments = sorted(chat.times)
    assert moments == pytest.approx(range(30))

    # A question of 4,000 characters has 1,000 tokens as far as is known, and its reply at most 100.
    time = Time()
    chat = Scripted(lambda each, times: replace(good(each), prompt_tokens=0), time.clock)
    ask(make_asks(3, text="{} " + "x" * 4000), IDENTITY, chat, replies, with_time(time, tokens_per_minute=1100))
    assert chat.times == pytest.approx([0, 60, 120, 180, 240, 300], rel=0.02)


def test_far_too_long_a_wait_ends_the_run(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        raise failing("rate-limit", wait=MAX_PAUSE_SECONDS + 1)

    chat = Scripted(behave)
    found = ask(make_asks(50), IDENTITY, chat, replies, with_time(Time(), concurrency=1))
    assert found.stopped == "rate-limit"
    assert len(chat.asked) == 1
    accounted(found, 100)


@pytest.mark.parametrize("budget", [1, 129, 130, 1000, 5555, 10_000_000])
@pytest.mark.parametrize("concurrency", [1, 7])
def test_budget_of_tokens_is_never_broken(budget: int, concurrency: int, replies: Replies) -> None:
    chat = Scripted()
    found = ask(make_asks(100), IDENTITY, chat, replies, Asking(concurrency=concurrency, max_tokens_total=budget))
    assert found.usage.prompt_tokens + found.usage.completion_tokens <= budget
    accounted(found, 200)
    if budget < 6000:
        assert found.stopped == "budget"
        assert set(found.faults.values()) == {"not-asked:budget"}
        # What is left could not have paid for one more: a question and a reply as long as it may be.
        assert found.usage.prompt_tokens + found.usage.completion_tokens + 130 > budget
    else:
        assert (found.stopped, found.answered) == ("", 200)
    again = ask(make_asks(100), IDENTITY, chat, replies)
    assert (again.kept, again.answered) == (found.answered, 200 - found.answered)


def test_budget_of_money_is_never_broken(replies: Replies) -> None:
    priced = Asking(max_cost=0.01, input_price=2.0, output_price=10.0)
    found = ask(make_asks(100), IDENTITY, Scripted(), replies, priced)
    assert found.usage.cost == pytest.approx((found.answered * (20 * 2 + 10 * 10)) / 1e6)
    assert found.usage.cost is not None
    assert 0.008 < found.usage.cost <= 0.01
    assert found.stopped == "budget"
    accounted(found, 200)


def test_kept_replies_cost_no_budget(replies: Replies) -> None:
    ask(make_asks(50), IDENTITY, Scripted(), replies)
    found = ask(make_asks(50), IDENTITY, Scripted(), replies, Asking(max_tokens_total=1))
    assert (found.kept, found.stopped) == (100, "")


def test_work_that_came_to_nothing_counts_as_spent(replies: Replies) -> None:
    """A server may charge for what it worked on and could not give; it does so for the whole question at least."""

    def behave(each: Ask, times: int) -> KeptReply:
        raise failing("not-json", charged=True)

    found = ask(
        make_asks(50, text="{} " + "x" * 4000), IDENTITY, Scripted(behave), replies, Asking(max_tokens_total=10_000)
    )
    assert found.stopped == "budget"
    assert 5 < found.failed < 10
    accounted(found, 100)


@pytest.mark.parametrize("stop", ["refused", "quota"])
def test_refused_key_ends_the_run_at_once(stop: str, replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        raise failing("refused" if stop == "refused" else "rate-limit", stop=stop)

    chat = Scripted(behave)
    found = ask(make_asks(500), IDENTITY, chat, replies, with_time(Time(), concurrency=4))
    assert found.stopped == stop
    assert len(chat.asked) <= 4
    accounted(found, 1000)
    assert list(found.faults.values()).count(f"not-asked:{stop}") >= 996


def test_refusals_after_replies_end_the_run_when_they_go_on(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id == 2 or each.claim_id >= 20:
            raise failing("refused", stop="refused")
        return good(each)

    chat = Scripted(behave)
    found = ask(make_asks(100), IDENTITY, chat, replies, Asking(concurrency=1))
    assert found.stopped == "refused"
    assert found.answered == 38
    assert found.failed == 2 + REFUSALS
    accounted(found, 200)


def test_service_that_is_gone_is_given_up(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        raise failing("connection")

    chat = Scripted(behave)
    found = ask(make_asks(1000), IDENTITY, chat, replies, with_time(Time(), concurrency=16, give_up_after=5))
    assert found.stopped == "connection"
    assert len(chat.asked) <= 16 * 6
    accounted(found, 2000)


def test_failures_between_replies_are_no_reason_to_give_up(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id % 2 and not times:
            raise failing("connection")
        return good(each)

    found = ask(make_asks(100), IDENTITY, Scripted(behave), replies, with_time(Time(), give_up_after=8))
    assert (found.answered, found.stopped) == (200, "")


def test_unusable_replies_are_asked_again_only_on_request(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        return replace(good(each), text="I would rather not.") if each.claim_id < 3 and not times else good(each)

    chat = Scripted(behave)
    assert ask(make_asks(10), IDENTITY, chat, replies).answered == 20
    assert ask(make_asks(10), IDENTITY, chat, replies).kept == 20
    again = ask(make_asks(10), IDENTITY, chat, replies, Asking(retry_unusable=True))
    assert (again.answered, again.kept) == (6, 14)
    assert chat.nths[-6:] == [1] * 6
    attempts = replies.get([reply_key(IDENTITY, next(make_asks(1)))])
    assert [reply.attempt for reply in next(iter(attempts.values()))] == [0, 1]
    assert ask(make_asks(10), IDENTITY, chat, replies, Asking(retry_unusable=True)).kept == 20


def test_replies_that_cannot_be_kept_end_the_run(replies: Replies) -> None:
    with Replies(replies.path, readonly=True) as closed, pytest.raises(ResourceError):
        ask(make_asks(10), IDENTITY, Scripted(), closed)


def test_error_in_the_questions_ends_the_run(replies: Replies) -> None:
    def broken() -> Iterator[Ask]:
        yield from make_asks(40)
        raise ValueError("the file changed")

    chat = Scripted()
    with pytest.raises(ValueError, match="the file changed"):
        ask(broken(), IDENTITY, chat, replies)
    assert chat.closed == 1


def test_interrupt_keeps_what_comes_and_sends_nothing_more(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id == 10 and each.kind == "qa":
            os.kill(os.getpid(), signal.SIGINT)
        return good(each)

    chat = Scripted(behave)
    before = signal.getsignal(signal.SIGINT)
    found = ask(make_asks(500), IDENTITY, chat, replies, Asking(concurrency=4))
    assert signal.getsignal(signal.SIGINT) is before
    assert found.stopped == "interrupted"
    assert found.answered == len(chat.asked) == len(replies) < 40
    assert set(found.faults.values()) == {"not-asked:interrupted"}
    accounted(found, 1000)


def test_second_interrupt_ends_at_once_and_loses_no_kept_reply(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id >= 10:
            os.kill(os.getpid(), signal.SIGINT)
            raise failing("timeout")
        return good(each)

    class Stuck(Scripted):
        async def chat(self, ask: Ask, nth: int) -> Answered:
            try:
                return await super().chat(ask, nth)
            except ModelError:
                import asyncio

                await asyncio.sleep(0.01)
                os.kill(os.getpid(), signal.SIGINT)
                await asyncio.sleep(3600)
                raise

    chat = Stuck(behave)
    with pytest.raises(KeyboardInterrupt):
        ask(make_asks(500), IDENTITY, chat, replies, Asking(concurrency=1))
    assert len(replies) == 20
    assert chat.closed == 1


def test_watcher_is_told_everything(replies: Replies) -> None:
    def behave(each: Ask, times: int) -> KeptReply:
        if each.claim_id == 1:
            raise failing("too-long")
        return good(each)

    ask(make_asks(1), IDENTITY, Scripted(), replies)
    watcher = Watcher()
    ask(make_asks(3), IDENTITY, Scripted(behave), replies, None, watcher, count=6)
    assert watcher.told[0] == ("start", 6)
    assert sorted(map(str, watcher.told[1:])) == sorted(
        map(
            str,
            [("kept", 1)] * 2
            + [("failed", 1, kind, "too-long") for kind in KINDS]
            + [("answered", 2, kind, 20, 10) for kind in KINDS],
        )
    )


@settings(max_examples=40, deadline=None)
@given(
    script=st.lists(
        st.sampled_from(["", "", "timeout", "connection", "rate-limit", "server-error", "refused", "empty", "stop"]),
        min_size=1,
        max_size=60,
    ),
    concurrency=st.integers(1, 9),
    budget=st.none() | st.integers(1, 5000),
)
def test_whatever_happens_every_judgement_is_accounted_for(
    script: list[str], concurrency: int, budget: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    behaviour = iter(script)

    def behave(each: Ask, times: int) -> KeptReply:
        fault = next(behaviour, "")
        if fault == "stop":
            raise failing("refused", stop="refused")
        if fault:
            raise failing(fault)
        return good(each)

    chat = Scripted(behave)
    with Replies(tmp_path_factory.mktemp("asked") / "r.sqlite") as replies:
        setting = with_time(Time(), concurrency=concurrency, max_tokens_total=budget, retries=1, give_up_after=3)
        found = ask(make_asks(20), IDENTITY, chat, replies, setting)
        accounted(found, 40)
        assert found.requests == len(chat.asked)
        assert found.answered == len(replies)
        assert found.not_asked == 0 or found.stopped
        assert found.answered + found.failed <= found.requests
        rest = ask(make_asks(20), IDENTITY, Scripted(), replies)
        assert (rest.kept, rest.answered) == (found.answered, 40 - found.answered)


@pytest.mark.parametrize(
    "wrong",
    [
        {"concurrency": 0},
        {"concurrency": 5000},
        {"retries": -1},
        {"give_up_after": 0},
        {"requests_per_minute": 0},
        {"tokens_per_minute": float("nan")},
        {"max_tokens_total": 0},
        {"max_cost": 1.0},
        {"max_cost": 1.0, "input_price": 1.0},
        {"input_price": -1.0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Asking(**wrong)  # type: ignore[arg-type]
