"""The client for OpenAI-compatible servers, against a real server that misbehaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from baselines.server import (
    FAULT_OF,
    FAULTS,
    LARGE,
    Answer,
    Behaviour,
    FakeServer,
    Request,
    always,
    as_json,
    completion,
    error,
    scripted,
    serving,
    vector,
    well,
)
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.baselines.models import openai_chat
from averitec_eval.baselines.models.openai_chat import OpenAIChat, OpenAIEmbedder, Server, key_from
from averitec_eval.baselines.models.replies import parse_json, read_completion
from averitec_eval.baselines.models.usage import Tally
from averitec_eval.baselines.ports import FAULTS as KNOWN_FAULTS
from averitec_eval.baselines.ports import ChatRequest, Message, ModelError
from averitec_eval.errors import UsageError

KEY = "sk-very-secret-0123456789"


def request(text: str = "What is it?", **more: object) -> ChatRequest:
    return ChatRequest((Message("system", "Be brief."), Message("user", text)), "question", 3, **more)  # type: ignore[arg-type]


@contextmanager
def chat(behave: Behaviour = well, **settings: object) -> Iterator[tuple[OpenAIChat, FakeServer, list[float]]]:
    """A client of a server that behaves so, the server, and how long the client slept each time."""
    slept: list[float] = []
    chat_settings = {key: settings.pop(key) for key in ("concurrency", "prefill") if key in settings}
    with serving(behave) as served:
        made = {
            "base_url": served.base_url,
            "timeout": 20.0,
            "retries": 2,
            "key": KEY,
            "sleep": slept.append,
            **settings,
        }
        model = OpenAIChat(Server("served-model", **made), **chat_settings)  # type: ignore[arg-type]
        try:
            yield model, served, slept
        finally:
            model.close()


def test_request_says_all_that_was_asked() -> None:
    schema = {"type": "object"}
    asked = request(temperature=0.7, top_p=0.9, max_tokens=64, stop=("\n\n",), seed=5, schema=schema, prefix="Q:")
    with chat() as (model, served, _):
        (reply,) = model.chat(asked)
    assert (reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens) == (
        "A reply.",
        "served-model",
        11,
        5,
    )
    (got,) = served.requests
    assert got.path == "/v1/chat/completions"
    assert got.headers["authorization"] == f"Bearer {KEY}"
    assert got.body == {
        "model": "served-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is it?"},
            {"role": "assistant", "content": "Q:"},
        ],
        "temperature": 0.7,
        "top_p": 0.9,
        "max_tokens": 64,
        "stop": ["\n\n"],
        "seed": 5,
        "response_format": {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}},
    }


def test_prefix_is_continued_where_the_server_needs_to_be_told() -> None:
    with chat(prefill="continue") as (model, served, _):
        model.chat(request(prefix="Q:"))
        model.chat(request())
    told, untold = (got.body for got in served.requests)
    assert (told["continue_final_message"], told["add_generation_prompt"]) == (True, False)
    assert "continue_final_message" not in untold


def test_repeated_prefix_is_no_part_of_the_reply() -> None:
    with chat(always(completion("Question: who?"))) as (model, _, _):
        assert model.chat(request(prefix="Question:"))[0].text == " who?"


def test_several_replies_in_one_request() -> None:
    with chat(always(completion("a", "b", "c"))) as (model, served, _):
        replies = model.chat(request(n=3))
    assert [reply.text for reply in replies] == ["a", "b", "c"]
    assert [reply.prompt_tokens for reply in replies] == [11, 0, 0]
    assert served.requests[0].body["n"] == 3


def test_server_that_ignores_n_is_asked_again_with_other_seeds() -> None:
    with chat(lambda got, number: completion(f"reply {number}")) as (model, served, _):
        replies = model.chat(request(n=3, seed=7))
    assert [reply.text for reply in replies] == ["reply 0", "reply 1", "reply 2"]
    seeds = [got.body["seed"] for got in served.requests]
    assert seeds[0] == 7
    assert len(set(seeds)) == 3


@pytest.mark.parametrize("setting", ["n", "seed", "response_format"])
def test_setting_that_the_server_does_not_know_is_left_out_for_good(setting: str) -> None:
    def behave(got: Request, number: int) -> Answer:
        return error(400, f"Field '{setting}' is not supported") if setting in got.body else completion("fine")

    with chat(behave) as (model, served, slept):
        for _ in range(2):
            assert [reply.text for reply in model.chat(request(n=2, schema={"type": "object"}))] == ["fine"] * 2
    assert sum(setting in got.body for got in served.requests) == 1
    assert slept == []


def test_limit_of_tokens_is_said_otherwise_where_the_server_wants_that() -> None:
    def behave(got: Request, number: int) -> Answer:
        if "max_tokens" in got.body:
            return error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return completion(str(got.body["max_completion_tokens"]))

    with chat(behave) as (model, _, _):
        assert model.chat(request(max_tokens=77))[0].text == "77"


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "timeout"])
def test_lasting_fault(name: str) -> None:
    with chat(always(FAULTS[name])) as (model, served, slept), pytest.raises(ModelError) as caught:
        model.chat(request())
    fault = FAULT_OF[name]
    assert caught.value.fault == fault
    assert fault in KNOWN_FAULTS
    retried = fault in openai_chat.RETRIED
    assert len(served.requests) == (3 if retried else 1)
    assert len(slept) == (2 if retried else 0)
    assert KEY not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_silent_server_times_out() -> None:
    with (
        chat(always(FAULTS["timeout"]), timeout=0.2, retries=1) as (model, served, _),
        pytest.raises(ModelError) as caught,
    ):
        model.chat(request())
    assert caught.value.fault == "timeout"
    assert len(served.requests) == 2


def test_dripping_server_times_out_though_it_is_never_silent() -> None:
    ticks = iter(range(1000))
    slow = Answer(completion("slow").body, drip=0.001)
    settings = {"timeout": 5.0, "retries": 0, "clock": lambda: float(next(ticks))}
    with chat(always(slow), **settings) as (model, _, _), pytest.raises(ModelError) as caught:
        model.chat(request())
    assert caught.value.fault == "timeout"
    assert next(ticks) < 12  # it gave up after five ticks, not after the whole answer


def test_absent_server_is_a_lost_connection() -> None:
    with serving() as served:
        address = served.base_url
    server = Server("m", address, retries=1, sleep=lambda seconds: None)
    with pytest.raises(ModelError) as caught:
        OpenAIChat(server).chat(request())
    assert caught.value.fault == "connection"
    server.close()


@pytest.mark.parametrize("name", ["rate-limit", "server-error", "connection", "cut-off"])
def test_passing_fault_is_outlasted(name: str) -> None:
    with chat(scripted([FAULTS[name]] * 2)) as (model, served, _):
        assert model.chat(request())[0].text == "A reply."
    assert len(served.requests) == 3
    assert (model.usage.requests, model.usage.retries) == (3, 2)


def test_waits_double_and_obey_the_server_within_bounds() -> None:
    answers = [
        error(500),
        error(503),
        error(429, "slow", ("Retry-After", "7")),
        error(429, "slow", ("retry-after-ms", "250")),
        error(429, "slow", ("Retry-After", "86400")),
        error(429, "slow", ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")),
        error(429, "slow", ("Retry-After", "-5")),
        error(429, "slow", ("Retry-After", "nan")),
    ]
    with chat(scripted(answers), retries=8) as (model, _, slept):
        model.chat(request())
    assert slept == [1.0, 2.0, 7.0, 0.25, 60.0, 32.0, 60.0, 60.0]


@pytest.mark.parametrize("name", ["too-large", "cut-json"])
def test_unread_answer_leaves_the_client_usable(name: str) -> None:
    with chat(scripted([FAULTS[name]])) as (model, _, _):
        with pytest.raises(ModelError):
            model.chat(request())
        assert model.chat(request())[0].text == "A reply."


def test_large_refusal_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    refusal = openai_chat._refusal

    def measured(response: object) -> object:
        found = refusal(response)
        read.append(response.num_bytes_downloaded)  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(openai_chat, "_refusal", measured)
    with chat(always(Answer(b"no " * LARGE, 400)), retries=0) as (model, _, _), pytest.raises(ModelError) as caught:
        model.chat(request())
    assert caught.value.fault == "refused"
    assert read[0] < LARGE


def test_withheld_reply_is_a_refusal() -> None:
    held = as_json({"choices": [{"finish_reason": "content_filter", "message": {"role": "assistant", "content": ""}}]})
    with chat(always(held)) as (model, _, _), pytest.raises(ModelError) as caught:
        model.chat(request())
    assert caught.value.fault == "refused"


def test_key_appears_in_nothing_that_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"your key is {KEY}"
    with chat(scripted([completion(told), error(403, told), completion(told)])) as (model, _, _):
        assert model.chat(request())[0].text == "your key is [key]"
        with pytest.raises(ModelError) as caught:
            model.chat(request())
        assert KEY not in repr(model)
        assert KEY not in repr(model.chat(request()))
    assert KEY not in str(caught.value) + repr(caught.value) + caught.value.detail
    assert KEY not in caplog.text


def test_key_comes_from_the_environment_alone() -> None:
    assert key_from({}) == "none"
    assert key_from({"OPENAI_API_KEY": "b"}) == "b"
    assert key_from({"OPENAI_API_KEY": "b", "AVERITEC_EVAL_API_KEY": "a"}) == "a"
    assert key_from({"OPENAI_API_KEY": "b", "AVERITEC_EVAL_API_KEY": ""}) == "b"
    assert key_from({"OPENAI_API_KEY": "b\r\n", "AVERITEC_EVAL_API_KEY": " "}) == "b"


@pytest.mark.parametrize("key", ["sk-one\nsk-two", "sk-schlüssel", "sk-\x00"])
def test_key_that_cannot_be_sent_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(UsageError, match=r"^OPENAI_API_KEY: ") as caught:
        key_from({"OPENAI_API_KEY": key})
    assert "sk-" not in str(caught.value)


def test_what_a_hostile_server_says_is_shown_in_one_printable_line() -> None:
    with (
        chat(always(error(418, "a\x1b[31m\nb\u202e" + "x" * 5000))) as (model, _, _),
        pytest.raises(ModelError) as caught,
    ):
        model.chat(request())
    assert str(caught.value).isprintable()
    assert len(caught.value.detail) <= 300


def test_lone_surrogates_can_be_sent() -> None:
    with chat() as (model, served, _):
        model.chat(request("broken \ud800 text"))
    assert served.requests[0].body["messages"][1]["content"] == "broken � text"


def test_tokens_and_cost_are_counted() -> None:
    with chat(always(completion("a", prompt_tokens=1000, completion_tokens=200)), tally=Tally(2.0, 10.0)) as (
        model,
        _,
        _,
    ):
        model.chat(request())
        model.chat(request())
        usage = model.usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (2000, 400)
    assert usage.cost == pytest.approx(0.008)
    assert Tally().usage.cost is None


@pytest.mark.parametrize("usage", [None, "many", {"prompt_tokens": "3"}, {"prompt_tokens": -1}, {"prompt_tokens": 1e9}])
def test_counts_that_are_none_are_zero(usage: object) -> None:
    read = read_completion({"choices": [{"message": {"content": "x"}}], "usage": usage})
    assert (read.prompt_tokens, read.completion_tokens) == (0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "usage", "refusal", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def fault_of(call: Callable[[], object]) -> str | None:
    try:
        call()
    except ModelError as error:
        return error.fault
    return None


@given(st.dictionaries(st.sampled_from(["choices", "usage", "error"]), JSON))
def test_any_json_is_a_completion_or_a_model_error(value: dict[str, object]) -> None:
    fault = fault_of(lambda: read_completion(value))
    assert fault in ("wrong-schema", "empty", "refused", None)
    if fault is None:
        assert all(text.strip() for text in read_completion(value).texts)
        assert read_completion(value).texts


@given(st.binary(max_size=60) | st.text(alphabet='{}[]"\\,:1e-', max_size=40).map(str.encode))
def test_any_bytes_are_an_object_or_a_model_error(data: bytes) -> None:
    fault = fault_of(lambda: parse_json(data))
    assert fault in ("not-json", "empty", "wrong-schema", None)
    assert fault is not None or isinstance(parse_json(data), dict)


@contextmanager
def embedder(behave: Behaviour = well) -> Iterator[tuple[OpenAIEmbedder, FakeServer]]:
    with serving(behave) as served:
        model = OpenAIEmbedder(Server("embedder", served.base_url, retries=1, sleep=lambda seconds: None))
        try:
            yield model, served
        finally:
            model.close()


def test_embeddings_are_unit_vectors_in_order() -> None:
    texts = [f"text {number}" for number in range(150)]
    texts[70] = "  "
    with embedder() as (model, served):
        made = model.embed(texts)
        assert model.usage.prompt_tokens == 149
        assert model.embed([]).shape[0] == 0
    assert made.shape == (150, 8)
    assert made.dtype == np.float32
    expected = np.array([vector(text) for text in texts])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    expected[70] = 0
    np.testing.assert_allclose(made, expected, atol=1e-6)
    assert [len(got.body["input"]) for got in served.requests] == [64, 64, 21]


def test_embeddings_are_put_in_order_by_their_index() -> None:
    def behave(got: Request, number: int) -> Answer:
        data = [{"index": index, "embedding": vector(text)} for index, text in enumerate(got.body["input"])]
        return as_json({"data": data[::-1]})

    with embedder(behave) as (backwards, _), embedder() as (forwards, _):
        np.testing.assert_array_equal(backwards.embed(["a", "b", "c"]), forwards.embed(["a", "b", "c"]))


BAD_EMBEDDINGS = {
    "none": {"data": "x"},
    "too few": {"data": [{"index": 0, "embedding": [1.0]}]},
    "one twice": {"data": [{"index": 0, "embedding": [1.0]}] * 2},
    "no numbers": {"data": [{"index": i, "embedding": ["a"]} for i in range(2)]},
    "empty": {"data": [{"index": i, "embedding": []} for i in range(2)]},
    "ragged": {"data": [{"index": i, "embedding": [1.0] * (i + 1)} for i in range(2)]},
    "index beyond": {"data": [{"index": i + 1, "embedding": [1.0]} for i in range(2)]},
    "truth values": {"data": [{"index": i, "embedding": [True]} for i in range(2)]},
    "base64": {"data": [{"index": i, "embedding": "AAAA"} for i in range(2)]},
}


@pytest.mark.parametrize("name", BAD_EMBEDDINGS)
def test_embeddings_that_are_none(name: str) -> None:
    with embedder(always(as_json(BAD_EMBEDDINGS[name]))) as (model, _), pytest.raises(ModelError) as caught:
        model.embed(["a", "b"])
    assert caught.value.fault == "wrong-schema"


def test_endless_numbers_become_zeros() -> None:
    answer = Answer(b'{"data": [{"index": 0, "embedding": [NaN, 1e999]}]}')
    with embedder(always(answer)) as (model, _):
        assert not model.embed(["a"]).any()
