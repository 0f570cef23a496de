"""Verdicts: read from replies, asked for again, put together from stances, and written with the pairs."""

from __future__ import annotations

import itertools
import json

import pytest
from baselines.scripted import Scripted, candidates, claim_state, codes, pairs, scripted, tools_with
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.baselines.components.joint import Cited, read_joint
from averitec_eval.baselines.components.veracity import QaList, StanceRule, Statements, claim_stance, read_verdict
from averitec_eval.baselines.ports import ChatRequest, ModelError
from averitec_eval.baselines.state import QA
from averitec_eval.records import Verdict

S, R, N, C = Verdict
DOWN = ModelError("timeout")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("justification: It was not supported.\n\nverdict: 'Refuted'", R),
        ("verdict: Supported", S),
        ("**Verdict:** Not Enough Evidence.", N),
        ("The final verdict is: conflicting evidence / cherry-picking", C),
        ('{"justification": "No.", "verdict": "Refuted"}', R),
        ("verdict: 'Supported'\nOn second thought\nverdict: 'Refuted'", R),
        ("verdict: 'Refuted' because nothing supported it", R),
        ("Verdict: <Supported>", S),
        ("supported", S),
        ("Refuted. The pages say otherwise.", R),
        ("I think the claim is refuted by the pages.", R),
        ("verdict: unclear\nLabel: NEE", N),
    ],
)
def test_finds_the_verdict(reply: str, verdict: Verdict) -> None:
    found = read_verdict(reply)

    assert found is not None
    assert found.verdict is verdict


@pytest.mark.parametrize(
    "reply",
    ["", "verdict:", "It may be supported or refuted.", "It is not supported.", "Unsupported", "verdict: maybe"],
)
def test_finds_none_where_none_is_named(reply: str) -> None:
    assert read_verdict(reply) is None


@given(st.text(max_size=80), st.sampled_from(list(Verdict)), st.sampled_from(["{}", "'{}'", "**{}**", "{}.", '"{}"']))
def test_a_verdict_line_at_the_end_always_decides(before: str, verdict: Verdict, form: str) -> None:
    found = read_verdict(f"{before}\nverdict: {form.format(verdict.value)}")

    assert found is not None
    assert found.verdict is verdict


def test_keeps_the_justification_without_its_label() -> None:
    found = read_verdict("<x>\njustification: It was open.\n\nverdict: 'Refuted'")
    assert found is not None
    assert found.justification == "<x>\njustification: It was open."

    found = read_verdict("justification: It was open.\n\nverdict: 'Refuted'")
    assert found is not None
    assert found.justification == "It was open."


class TestAsking:
    def test_reads_all_pairs_in_order(self) -> None:
        model = scripted("justification: Open.\n\nverdict: 'Refuted'")
        state = QaList().run(claim_state(qa=pairs("It was open.", "It was shut.")), tools_with(model))

        assert (state.verdict_text, state.justification, state.troubles) == ("Refuted", "Open.", ())
        text = model.requests[0].messages[-1].content
        assert "Q1: What about 0?\nA1: It was open.\nQ2: What about 1?\nA2: It was shut." in text

    def test_asks_again_with_other_seeds_so_many_times(self) -> None:
        model = scripted("Hm.", "Well.", "verdict: Supported")
        state = QaList(retries=2, retry_temperature=0.9).run(claim_state(qa=pairs("a")), tools_with(model))

        assert (state.verdict_text, codes(state)) == ("Supported", ["retry", "retry"])
        assert [(r.index, r.seed, r.temperature) for r in model.requests] == [(0, 0, 0.0), (1, 1, 0.9), (2, 2, 0.9)]

        state = QaList(retries=1).run(claim_state(qa=pairs("a")), tools_with(scripted("Hm.")))
        assert (state.verdict_text, codes(state)) == (None, ["retry", "no-verdict"])

    def test_a_failing_model_gives_no_verdict(self) -> None:
        state = QaList().run(claim_state(qa=pairs("a")), tools_with(scripted(DOWN)))
        assert (state.verdict_text, codes(state)) == (None, ["model-timeout"])

    def test_without_pairs_nobody_is_asked(self) -> None:
        model = scripted("verdict: Supported")
        state = QaList().run(claim_state(), tools_with(model))
        assert (state.verdict_text, codes(state), model.requests) == (N.value, ["no-evidence"], [])

    def test_in_compat_the_whole_reply_is_the_verdicts_text(self) -> None:
        reply = "justification: It was not supported.\n\nverdict: 'Refuted'"
        tools = tools_with(scripted(reply), compat=["substring-order"])
        state = QaList().run(claim_state(qa=pairs("a")), tools)
        assert (state.verdict_text, state.justification) == (reply, "It was not supported.")

    def test_long_lists_of_pairs_lose_their_end(self) -> None:
        def reply(request: ChatRequest) -> str | ModelError:
            return "verdict: Refuted" if "Q3:" not in request.messages[-1].content else ModelError("too-long")

        state = QaList().run(claim_state(qa=pairs(*"abcd")), tools_with(Scripted(reply)))
        assert (state.verdict_text, codes(state)) == ("Refuted", ["prompt-cut"])

    def test_statements_are_the_answers_alone(self) -> None:
        model = scripted("Conflicting Evidence/Cherry-picking")
        state = Statements().run(claim_state(qa=pairs("It was open.", "It was shut.")), tools_with(model))

        assert state.verdict_text == C.value
        text = model.requests[0].messages[-1].content
        assert "- It was open.\n- It was shut." in text
        assert "What about" not in text


class TestStanceRule:
    @pytest.mark.parametrize("stances", list(itertools.product(Verdict, repeat=3)))
    def test_follows_the_published_order(self, stances: tuple[Verdict, ...]) -> None:
        wanted = N
        if N not in stances and C not in stances:
            wanted = {(True, False): S, (False, True): R, (True, True): C}[S in stances, R in stances]
        assert claim_stance([one.value for one in stances], disputed=True) is wanted

    def test_a_disputed_pair_speaks_both_ways(self) -> None:
        assert claim_stance([S.value, C.value]) is C
        assert claim_stance([S.value, C.value], disputed=True) is N

    def test_undecided_pairs_can_be_passed_over(self) -> None:
        assert claim_stance([S.value, N.value]) is N
        assert claim_stance([S.value, N.value], undecided="all") is S
        assert claim_stance([N.value, N.value], undecided="all") is N
        assert claim_stance([]) is N

    def test_reads_the_pairs(self) -> None:
        qa = (QA("a", "b", stance=R.value), QA("c", "d"))
        state = StanceRule().run(claim_state(qa=qa), tools_with(scripted("")))
        assert (state.verdict_text, codes(state)) == (R.value, [])
        assert codes(StanceRule().run(claim_state(qa=qa[1:]), tools_with(scripted("")))) == ["no-evidence"]


FOUND = candidates("It was open in March.", "It was shut in May.")
CITED = {"0_1": FOUND[0], "1_1": FOUND[1]}


def joint(**changes: object) -> str:
    reply = {
        "pairs": [{"question": "Was it open?", "answer": "in March", "source": "0_1"}],
        "justification": "It was open.",
        "verdict": "Refuted",
    }
    return json.dumps({**reply, **changes})


class TestJoint:
    def test_fills_everything_and_resolves_citations(self) -> None:
        model = scripted(joint())
        state = Cited().run(claim_state(candidates=FOUND), tools_with(model))

        assert state.qa == (QA("Was it open?", "in March", "https://example.org/0", "It was open in March."),)
        assert (state.verdict_text, state.justification, state.troubles) == ("Refuted", "It was open.", ())
        assert "[0_1] It was open in March.\n[1_1] It was shut in May." in model.requests[0].messages[-1].content
        assert model.requests[0].schema is not None

    @pytest.mark.parametrize(
        ("source", "url"),
        [
            ("<1_1>", "https://example.org/1"),
            ("[9_9], 1_1", "https://example.org/1"),
            (["0_1", "1_1"], "https://example.org/0"),
            ("5_5", None),
            (None, None),
            (3, None),
        ],
    )
    def test_a_citation_may_be_written_in_many_ways(self, source: object, url: str | None) -> None:
        read = read_joint(joint(pairs=[{"question": "Q?", "answer": "A", "source": source}]), CITED)

        assert read.pairs[0].url == url
        assert [trouble.code for trouble in read.troubles] == ([] if url else ["bad-citation"])

    def test_leaves_out_half_pairs_and_repetitions(self) -> None:
        whole = {"question": "Q?", "answer": "A", "source": "0_1"}
        half = [{"question": "Q?"}, {"answer": "A"}, "text", {"question": [], "answer": "A"}]
        read = read_joint(joint(pairs=[whole, *half, {**whole, "answer": "a"}]), CITED)

        assert len(read.pairs) == 1
        assert [trouble.code for trouble in read.troubles] == ["pair-incomplete"] * 3

    def test_asks_again_and_keeps_the_best(self) -> None:
        model = scripted("no JSON", '{"pairs": [{"question": "Q?", "answer": "A", "source": "0_1"}], "ju', "nothing")
        state = Cited(retries=2).run(claim_state(candidates=FOUND), tools_with(model))

        assert (len(state.qa), state.verdict_text) == (1, None)
        assert codes(state) == ["retry", "retry", "json-repaired", "no-verdict"]

    @pytest.mark.parametrize(
        "reply", ["", "{}", "[]", '{"pairs": {}}', '{"pairs": null, "verdict": 3}', '{"pairs": [[]]}']
    )
    def test_whatever_comes_is_counted(self, reply: str) -> None:
        state = Cited(retries=0).run(claim_state(candidates=FOUND), tools_with(scripted(reply)))
        assert state.qa == ()
        assert state.troubles

    def test_failures_and_empty_hands(self) -> None:
        state = Cited().run(claim_state(candidates=FOUND), tools_with(scripted(DOWN)))
        assert (state.qa, state.verdict_text, codes(state)) == ((), None, ["model-timeout"])
        state = Cited().run(claim_state(), tools_with(scripted("unused")))
        assert (state.verdict_text, codes(state)) == (N.value, ["no-candidates"])

    @given(st.text(alphabet='{}[]",:abverdictpairsquestionanswer \n', max_size=120))
    def test_no_reply_breaks_it(self, reply: str) -> None:
        assert len(read_joint(reply, CITED).pairs) <= 10
