"""A judge on a real server on loopback that misbehaves in every way, and one that is asked in a thread."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from baselines.server import FAULT_OF, FAULTS, Answer, Request, always, as_json, completion, error, scripted, serving
from judge.asked import GOOD, IDENTITY, Time, make_asks

from averitec_eval.baselines.ports import ChatRequest, ModelError, Reply
from averitec_eval.errors import UsageError
from averitec_eval.judge import asking, client
from averitec_eval.judge.asking import Answered, Asked, Asking, Unanswered, ask
from averitec_eval.judge.client import LocalJudge, ServedJudge, local_chat, pause_of, read_answer, served_chat
from averitec_eval.judge.records import Ask, KeptReply, reply_key
from averitec_eval.judge.replies import MAX_NAME_CHARS, Replies

pytest.importorskip("openai", reason="the client of OpenAI-compatible servers is not installed")

KEY = "sk-not-a-real-key-0123456789"
PATIENT = 60.0
"""Seconds to wait for a reply that is only slow because the machine is busy."""

ONE = next(make_asks(1))


@pytest.fixture
def replies(tmp_path: Path) -> Iterator[Replies]:
    with Replies(tmp_path / "replies.sqlite") as opened:
        yield opened


def once(base_url: str, timeout: float = PATIENT, key: str = "none", questions: int = 1) -> list[Answered | ModelError]:
    """What asking some questions one after another gives."""
    import asyncio

    judge = ServedJudge("judge-1", base_url, IDENTITY.parameters, timeout, key)

    async def each() -> list[Answered | ModelError]:
        found: list[Answered | ModelError] = []
        for question in list(make_asks(questions))[:questions]:
            try:
                found.append(await judge.chat(question, 0))
            except ModelError as error:
                found.append(error)
        await judge.close()
        return found

    return asyncio.run(each())


def failure(found: list[Answered | ModelError]) -> Unanswered:
    assert isinstance(found[0], Unanswered)
    return found[0]


def reply(found: list[Answered | ModelError]) -> KeptReply:
    assert isinstance(found[0], Answered)
    return found[0].reply


def test_request_and_reply() -> None:
    with serving(always(completion(GOOD, prompt_tokens=321, completion_tokens=45))) as server:
        assert reply(once(server.base_url, key=KEY)) == KeptReply(GOOD, "stop", 321, 45, "served")
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["messages"] == [{"role": "user", "content": ONE.messages[0].content}]
    assert {key: request.body[key] for key in ("model", "temperature", "max_tokens", "seed")} == {
        "model": "judge-1",
        "temperature": 0.0,
        "max_tokens": 100,
        "seed": 0,
    }
    schema = request.body["response_format"]["json_schema"]["schema"]
    assert "support reference questions" in schema["required"]


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "too-large"])
def test_every_fault_is_named(fault: str) -> None:
    with serving(always(FAULTS[fault])) as server:
        found = failure(once(server.base_url, 0.5 if fault == "timeout" else PATIENT))
    assert found.fault == FAULT_OF[fault]
    assert found.wait == (1.0 if fault == "rate-limit" else None)
    assert found.stop == ("refused" if fault == "refused" else "")
    # Whoever was told that nothing was done pays nothing.
    assert found.charged == (FAULTS[fault].status in (0, 200))
    assert len(server.requests) == 1


def test_answer_is_read_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_REPLY_BYTES", 10_000)
    with serving(always(completion("x" * 20_000))) as server:
        assert failure(once(server.base_url)).fault == "too-large"


def test_answer_that_drips_takes_no_longer_than_allowed() -> None:
    slow = Answer(completion("x" * 1000).body, drip=0.02)
    with serving(always(slow)) as server:
        assert failure(once(server.base_url, 0.5)).fault == "timeout"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_stops_a_run(status: int) -> None:
    with serving(always(error(status, f"The key {KEY} may not use the model"))) as server:
        found = failure(once(server.base_url, key=KEY))
    assert (found.fault, found.stop) == ("refused", "refused")


def test_quota_stops_a_run() -> None:
    with serving(always(error(429, "You exceeded your quota", code="insufficient_quota"))) as server:
        found = failure(once(server.base_url))
    assert (found.fault, found.stop) == ("rate-limit", "quota")


@pytest.mark.parametrize("answer", [error(500, f"broken {KEY}"), error(400, f"no {KEY}" * 500), Answer(KEY.encode())])
def test_key_is_in_no_error(answer: Answer) -> None:
    with serving(always(answer)) as server:
        found = failure(once(server.base_url, key=KEY))
        nowhere = failure(once("http://127.0.0.1:9/v1", 5.0, key=KEY))
    for each in (found, nowhere):
        assert KEY not in f"{each} {each.detail} {each!r} {each.__cause__} {each.__context__}"
    assert KEY not in repr(ServedJudge("judge-1", key=KEY))


def test_key_is_in_no_reply_that_is_kept(replies: Replies) -> None:
    with serving(always(completion(f"{KEY} {GOOD}", model=f"m-{KEY}"))) as server:
        judge = served_chat(IDENTITY, server.base_url, {"AVERITEC_EVAL_API_KEY": KEY})
        ask(make_asks(2), IDENTITY, judge, replies)
    texts = [kept.text + kept.served_model for _, kept in replies]
    assert len(texts) == 4
    assert all("[key]" in text and KEY not in text for text in texts)
    assert all(KEY.encode() not in path.read_bytes() for path in replies.path.parent.iterdir())
    assert server.base_url.encode() not in replies.path.read_bytes()


@pytest.mark.parametrize(
    "said", ["Unknown parameter: 'response_format'", "This model does not support response format `json_schema`."]
)
def test_settings_that_a_server_does_not_know_are_left_out(said: str) -> None:
    def behave(request: Request, number: int) -> Answer:
        if "response_format" in request.body:
            return error(400, said)
        return error(400, "Unknown parameter: 'seed'") if "seed" in request.body else completion(GOOD)

    with serving(behave) as server:
        found = once(server.base_url, questions=2)
    assert all(isinstance(each, Answered) for each in found)
    assert len(server.requests) == 4
    assert "max_tokens" in server.requests[-1].body


def test_questions_open_together_learn_together(replies: Replies) -> None:
    """Those that are refused for what another has just been refused for are sent again without it."""

    def behave(request: Request, number: int) -> Answer:
        known = "response_format" not in request.body
        return completion(GOOD) if known else error(400, "'response_format' is not supported")

    with serving(behave) as server:
        judge = ServedJudge("judge-1", server.base_url, IDENTITY.parameters)
        found = ask(make_asks(20), IDENTITY, judge, replies, Asking(concurrency=8))
    assert (found.answered, found.faults) == (40, {})
    assert 41 <= len(server.requests) <= 48


def test_address_and_key_come_from_the_environment() -> None:
    environment = {"AVERITEC_EVAL_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": KEY}
    judge = served_chat(IDENTITY, None, environment, timeout=3.0)
    assert (judge.base_url, judge.key, judge.timeout) == ("http://127.0.0.1:1/v1", KEY, 3.0)
    assert served_chat(IDENTITY, "http://127.0.0.1:2/v1", environment).base_url == "http://127.0.0.1:2/v1"
    assert (served_chat(IDENTITY, None, {}).base_url, served_chat(IDENTITY, None, {}).key) == (None, "none")


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://a\nb"]
)
def test_address_that_is_none_is_refused_before_anything_is_asked(address: str) -> None:
    with pytest.raises(UsageError, match="--base-url: expected the address of a server"):
        served_chat(IDENTITY, address, {})
    with pytest.raises(UsageError, match="AVERITEC_EVAL_BASE_URL: expected"):
        served_chat(IDENTITY, None, {"AVERITEC_EVAL_BASE_URL": address})


@pytest.mark.parametrize("timeout", [0.0, -1.0])
def test_time_that_nothing_can_take_is_refused(timeout: float) -> None:
    with pytest.raises(UsageError, match="the timeout must be above 0 seconds"):
        served_chat(IDENTITY, "http://127.0.0.1:2/v1", {}, timeout=timeout)


def test_question_that_never_left_costs_nothing() -> None:
    found = failure(once("http://127.0.0.1:9/v1", 5.0))
    assert (found.fault, found.charged) == ("connection", False)


def choice(**more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": more.pop("content", None), **more.pop("message", {})}
    return {
        "model": "m",
        "choices": [{"message": message, **more}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 7},
    }


def test_reply_without_words_is_kept_where_it_says_why() -> None:
    """It was paid for and would be no other; a server that gives nothing at all is another matter."""
    assert read_answer(choice(finish_reason="length")) == KeptReply("", "length", 9, 7, "m")
    assert read_answer(choice(content=" ", finish_reason="content_filter")) == KeptReply(
        "", "content_filter", 9, 7, "m"
    )
    refused = choice(message={"refusal": "I cannot judge that."}, finish_reason="stop")
    assert read_answer(refused) == KeptReply("I cannot judge that.", "stop", 9, 7, "m")
    with pytest.raises(ModelError, match="empty"):
        read_answer(choice(finish_reason="stop"))
    with pytest.raises(ModelError, match="empty"):
        read_answer(choice())


def test_names_and_texts_of_servers_are_cut_and_cleaned() -> None:
    strange = choice(content="a\ud800b" + "c" * 200_000, finish_reason="x\0" * 9000) | {"model": ["no"]}
    found = read_answer(strange)
    assert found.text.startswith("a\ufffdb")
    assert len(found.text) == 100_000
    assert found.finish_reason == "x" * MAX_NAME_CHARS
    assert found.served_model == ""
    assert read_answer(choice(content="x", finish_reason=7)).finish_reason == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "9s"}, 0.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30.5s"}, 90.5),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12"}, 12.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1h"}, 3600.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "soon"}, 0.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "-5s"}, 0.0),
        ({"x-ratelimit-remaining-tokens": "0"}, 0.0),
    ],
)
def test_limits_that_a_server_tells_of(headers: dict[str, str], seconds: float) -> None:
    assert pause_of(headers) == pytest.approx(seconds)


def test_judge_can_be_asked_again_after_it_was_closed(replies: Replies) -> None:
    """Each asking has an event loop of its own, to which connections are bound."""
    with serving(always(completion(GOOD))) as server:
        judge = ServedJudge("judge-1", server.base_url, IDENTITY.parameters)
        assert ask(make_asks(2), IDENTITY, judge, replies).answered == 4
        assert ask(make_asks(4), IDENTITY, judge, replies).answered == 4


# --- 500 claims, and 5 % of each fault ---

TWENTIETHS = [fault for fault in FAULTS if fault != "timeout"]
"""The faults, each of which a twentieth of the questions meets. A server that says that it ran out of time takes the
place of one that keeps silent, for silence takes time.
"""


def fated(body: Any) -> tuple[str, bool]:
    """The fault that a question meets, "" for none, and whether it stays."""
    digest = hashlib.sha256(repr(body["messages"]).encode()).digest()
    place = digest[0] * 256 + digest[1]
    kinds = [*TWENTIETHS, "timeout"]
    number = place * 20 // 65536
    return (kinds[number] if number < len(kinds) else ""), digest[2] % 2 == 0


def misbehaving() -> tuple[Callable[[Request, int], Answer], Counter[str]]:
    seen: Counter[str] = Counter()
    lock = threading.Lock()
    # A key that is refused ends a run: that is tested by itself. Here single questions are refused.
    special = {"refused": error(400, "no"), "timeout": error(504, "too slow"), "too-large": completion("x" * 150_000)}

    def behave(request: Request, number: int) -> Answer:
        text = request.body["messages"][0]["content"]
        with lock:
            seen[text] += 1
            times = seen[text]
        fault, stays = fated(request.body)
        if fault and (stays or times == 1):
            return special.get(fault, FAULTS[fault])
        return completion(GOOD)

    return behave, seen


def test_500_claims_with_a_twentieth_of_each_fault(replies: Replies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_REPLY_BYTES", 120_000)
    monkeypatch.setattr(asking, "RATE_LIMIT_RETRIES", 4)
    behave, seen = misbehaving()
    retries = 2
    allowed = {"timeout": retries, "connection": retries, "server-error": retries, "rate-limit": 4}
    expected: dict[tuple[int, str], str] = {}
    requests: dict[str, int] = {}
    met: Counter[str] = Counter()
    for each in make_asks(500):
        content = each.messages[0].content
        fault, stays = fated({"messages": [{"role": "user", "content": content}]})
        met[fault] += 1
        again = allowed.get(FAULT_OF.get(fault, ""), 0)
        requests[content] = 1 if not fault else 1 + (again if stays else min(again, 1))
        if fault and (stays or not again):
            expected[each.claim_id, each.kind] = FAULT_OF[fault]
    assert all(met[fault] > 20 for fault in FAULTS)

    time = Time()
    settings = Asking(concurrency=16, retries=retries, give_up_after=1000, clock=time.clock, sleep=time.sleep)
    with serving(behave) as server:
        judge = ServedJudge("judge-1", server.base_url, IDENTITY.parameters, PATIENT)
        found = ask(make_asks(500), IDENTITY, judge, replies, settings)
        assert found.faults == expected
        assert found.answered == len(replies) == 1000 - len(expected)
        assert (found.failed, found.not_asked, found.stopped) == (len(expected), 0, "")
        assert seen == requests
        assert found.requests == len(server.requests) == sum(requests.values())

        # The next run asks for what failed and for nothing else; what did not stay is there.
        before = Counter(seen)
        second = ask(make_asks(500), IDENTITY, judge, replies, settings)
        assert second.kept == found.answered
        assert set(seen - before) == {
            each.messages[0].content for each in make_asks(500) if (each.claim_id, each.kind) in expected
        }
        assert second.answered == sum(
            not fated({"messages": [{"role": "user", "content": each.messages[0].content}]})[1]
            for each in make_asks(500)
            if (each.claim_id, each.kind) in expected
        )


class Plain:
    """A chat model without any asynchrony."""

    name = "plain"

    def __init__(self) -> None:
        self.threads: set[int] = set()
        self.requests: list[ChatRequest] = []

    def chat(self, request: ChatRequest) -> tuple[Reply, ...]:
        self.threads.add(threading.get_ident())
        self.requests.append(request)
        if request.claim_id == 1:
            raise ModelError("too-long", "the prompt")
        return (Reply(GOOD, "plain-1", 12, 3),)


def test_model_of_this_machine_is_a_judge_too(replies: Replies) -> None:
    closed: list[bool] = []
    model = Plain()
    judge = LocalJudge(model, IDENTITY.parameters, lambda: closed.append(True))
    found: Asked = ask(make_asks(3), IDENTITY, judge, replies)
    assert found.faults == {(1, "questions"): "too-long", (1, "qa"): "too-long"}
    assert found.answered == 4
    kept: dict[str, tuple[KeptReply, ...]] = replies.get([reply_key(IDENTITY, ONE)])
    assert next(iter(kept.values())) == (KeptReply(GOOD, "", 12, 3, "plain-1"),)
    assert threading.get_ident() not in model.threads
    assert all(request.schema is not None and request.max_tokens == 100 for request in model.requests)
    assert closed == [True]


@pytest.mark.slow
def test_small_model_of_this_machine(replies: Replies) -> None:
    pytest.importorskip("xllamacpp", reason="the local model is not installed")
    judge = local_chat(IDENTITY)
    question: Ask = ONE
    found = ask([question], IDENTITY, judge, replies)
    assert found.answered == 1
    assert next(iter(replies))[1].completion_tokens > 0


def test_answers_in_another_form_are_no_replies() -> None:
    odd = [as_json({"choices": [{"message": {"content": 3}}]}), as_json({"choices": [None]}), as_json({})]
    with serving(scripted(odd)) as server:
        found = once(server.base_url, questions=2)
    assert [each.fault for each in found if isinstance(each, Unanswered)] == ["wrong-schema"] * 2
