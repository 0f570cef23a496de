"""Asking chat models: filling, shortening, cleaning, and what is told of failures."""

from __future__ import annotations

import threading

import pytest
from baselines.scripted import Scripted, claim_state, codes, scripted, tools_with

from averitec_eval.baselines.codes import TROUBLES
from averitec_eval.baselines.components.asking import Asks, Job, cleaned, first_share, head
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.ports import FAULTS, ChatRequest, ModelError

ASKS = Asks(prompt="hyde", temperature=0.5, top_p=0.9, max_tokens=50)


def values(share: float) -> dict[str, str]:
    return {"claim": "x" * int(1000 * share)}


def test_asks_for_what_the_component_and_the_job_say() -> None:
    model = scripted("a reply")
    tools = Tools(models=tools_with(model).models, seed=100)
    ASKS.ask(claim_state(), tools, "expand", Job(values, 3, n=2, seed=4, stop=("\n",), temperature=0.1))

    request = model.requests[0]
    assert (request.stage, request.claim_id, request.index, request.n) == ("expand", 7, 3, 2)
    assert (request.temperature, request.top_p, request.max_tokens, request.seed) == (0.1, 0.9, 50, 104)
    assert request.prefix == "Passage:"
    assert "x" * 1000 in request.messages[-1].content


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_becomes_a_trouble_of_its_own(fault: str) -> None:
    asked = ASKS.ask(claim_state(), tools_with(scripted(ModelError(fault, "why"))), "expand", Job(values))
    state = asked.added_to(claim_state())

    assert (asked.text, asked.replies) == (None, ())
    assert [(t.stage, t.code, t.detail) for t in state.troubles] == [("expand", f"model-{fault}", "why")]
    assert codes(state)[0] in TROUBLES


def test_shortens_a_prompt_until_it_fits_and_says_so() -> None:
    def reply(request: ChatRequest) -> str | ModelError:
        return "short enough" if request.messages[-1].content.count("x") < 300 else ModelError("too-long")

    model = Scripted(reply)
    asked = ASKS.ask(claim_state(), tools_with(model), "expand", Job(values))

    assert asked.text == "short enough"
    assert [t.code for t in asked.troubles] == ["prompt-cut"]
    assert len(model.requests) == 3


def test_does_not_send_the_same_prompt_again() -> None:
    model = scripted(ModelError("too-long"))
    asked = ASKS.ask(claim_state(), tools_with(model), "expand", Job(lambda share: {"claim": "c"}))

    assert len(model.requests) == 1
    assert [t.code for t in asked.troubles] == ["model-too-long"]


def test_asks_at_once_where_the_model_can_and_keeps_the_order() -> None:
    barrier = threading.Barrier(3, timeout=20)

    def reply(request: ChatRequest) -> str:
        barrier.wait()  # passes only if three requests are under way together
        return str(request.index)

    model = Scripted(reply, concurrency=3)
    jobs = [Job(values, number) for number in range(6)]
    asked = ASKS.ask_all(claim_state(), tools_with(model), "expand", jobs)

    assert [one.text for one in asked] == list("012345")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (" plain \n", "plain"),
        ("Passage: plain", "plain"),
        ("passage:plain", "plain"),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nplain", "plain"),
        ("assistant\nplain", "plain"),
        ("assistants are plain", "assistants are plain"),
        ("<think>\nlong\nthoughts</think>\n\nplain", "plain"),
        ("plain <think>not at the start</think>", "plain <think>not at the start</think>"),
        ("half \ud800 a character", "half \ufffd a character"),
        ("", ""),
    ],
)
def test_takes_away_what_is_not_part_of_a_reply(text: str, clean: str) -> None:
    assert cleaned(text, "Passage:") == clean


def test_keeps_the_reply_as_it_came_for_the_trace() -> None:
    asked = ASKS.ask(claim_state(), tools_with(scripted(" Passage: plain ")), "expand", Job(values))

    assert (asked.texts, asked.replies[0].text) == (("plain",), " Passage: plain ")


def test_cuts_texts_between_words_and_lists_to_at_least_one() -> None:
    assert head("one two three", 100) == "one two three"
    assert head("one two three four", 17) == "one two three"
    assert head("x" * 30, 10) == "x" * 10
    assert [first_share(10, share) for share in (1.0, 0.5, 0.05)] == [10, 5, 1]
    assert first_share(0, 1.0) == 0
