"""What asking will take, told before anything is sent, against what it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from judge.asked import IDENTITY, Scripted, good, make_asks

from averitec_eval.judge.asking import Asking, ask
from averitec_eval.judge.estimate import CHARS_PER_TOKEN, EXPECTED_REPLY_TOKENS, TokenRatio, chars_of, estimate
from averitec_eval.judge.records import Ask, KeptReply
from averitec_eval.judge.replies import Replies

PRICED = Asking(concurrency=4, input_price=2.0, output_price=10.0)
LONG = replace(IDENTITY, parameters={**IDENTITY.parameters, "max_tokens": 3000})


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with Replies(tmp_path / "replies.sqlite") as opened:
        yield opened


def test_without_any_reply_the_assumptions_are_stated() -> None:
    found = estimate(make_asks(50, text="{} " + "x" * 3960), LONG, None, PRICED)
    chars = sum(map(chars_of, make_asks(50, text="{} " + "x" * 3960)))
    assert (found.judgements, found.kept, found.to_ask, found.measured) == (100, 0, 100, 0)
    assert found.chars_per_token == CHARS_PER_TOKEN
    assert found.prompt_tokens == pytest.approx(chars / 4, abs=1)
    assert found.completion_tokens == 100 * EXPECTED_REPLY_TOKENS
    assert found.max_completion_tokens == 100 * 3000
    assert found.cost == pytest.approx((found.prompt_tokens * 2 + found.completion_tokens * 10) / 1e6)
    assert found.max_cost == pytest.approx((found.prompt_tokens * 2 + 300_000 * 10) / 1e6)
    assert found.seconds == pytest.approx(100 * EXPECTED_REPLY_TOKENS / 50 / 4)


def test_kept_replies_correct_it_and_are_not_asked_for(replies: Replies) -> None:
    """The server counts three characters a token and writes 40 tokens a reply; that is what the estimate comes to."""

    def behave(each: Ask, times: int) -> KeptReply:
        return replace(good(each), prompt_tokens=round(chars_of(each) / 3), completion_tokens=40)

    def asks(count: int) -> Iterator[Ask]:
        return make_asks(count, text="{} " + "word " * 500)

    ask(asks(200), LONG, Scripted(behave), replies)
    found = estimate(asks(300), LONG, replies, PRICED, seconds_per_reply=0.5)
    took = ask(asks(300), LONG, Scripted(behave), replies, PRICED)
    assert (found.kept, found.to_ask, found.measured) == (400, 200, 400)
    assert found.chars_per_token == pytest.approx(3, rel=0.01)
    assert found.prompt_tokens == pytest.approx(took.usage.prompt_tokens, rel=0.01)
    assert found.completion_tokens == took.usage.completion_tokens == 200 * 40
    assert found.cost == pytest.approx(took.usage.cost, rel=0.01)
    assert found.seconds == pytest.approx(200 * 0.5 / 4)


def test_nothing_to_ask_costs_nothing(replies: Replies) -> None:
    ask(make_asks(5), IDENTITY, Scripted(), replies)
    found = estimate(make_asks(5), IDENTITY, replies, PRICED)
    assert (found.to_ask, found.prompt_tokens, found.seconds, found.cost, found.max_cost) == (0, 0, 0.0, 0.0, 0.0)
    assert estimate(make_asks(5), IDENTITY, replies, Asking()).cost is None


def test_replies_are_no_longer_than_they_may_be() -> None:
    found = estimate(make_asks(5), IDENTITY, None, Asking())
    assert found.completion_tokens == found.max_completion_tokens == 10 * 100


def test_equal_questions_are_counted_once() -> None:
    twice = [*make_asks(5), *make_asks(5)]
    assert (estimate(twice, IDENTITY, None, Asking()).judgements, estimate(twice, IDENTITY, None, Asking()).to_ask) == (
        20,
        10,
    )


def test_limits_of_a_server_take_their_time() -> None:
    slow = estimate(make_asks(50), IDENTITY, None, Asking(requests_per_minute=10))
    assert slow.seconds == pytest.approx(600)
    tokens = estimate(make_asks(50), IDENTITY, None, Asking(tokens_per_minute=100))
    assert tokens.seconds == pytest.approx(60 * (tokens.prompt_tokens + tokens.completion_tokens) / 100)


def test_ratio_follows_what_is_measured() -> None:
    ratio = TokenRatio()
    assert ratio.tokens(4000) == 1000
    for _ in range(100):
        ratio.add(4000, 2000)
    assert ratio.tokens(4000) == pytest.approx(2000, rel=0.02)
