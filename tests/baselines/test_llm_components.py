"""The components that ask chat models: what they make of good replies, and what stands in for bad ones."""

from __future__ import annotations

import json

import numpy as np
import pytest
from baselines.scripted import Scripted, candidates, claim_state, codes, pairs, scripted, tools_with
from hypothesis import given
from hypothesis import strategies as st

from averitec_eval.baselines.components.answer import Extract, Rewrite, Verbatim, is_quoted
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.components.examples import Example, ExampleIndex, examples_of
from averitec_eval.baselines.components.expand import Hyde, KeyPoints
from averitec_eval.baselines.components.justify import ChatJustification
from averitec_eval.baselines.components.question import PerClaim, PerEvidence, StoreQuery, first_mark, read_question
from averitec_eval.baselines.components.stance import ModelStance
from averitec_eval.baselines.components.summarise import Paragraph
from averitec_eval.baselines.ports import ChatRequest, ModelError, Models
from averitec_eval.baselines.state import QA, Query, Unit
from averitec_eval.records import Answer, GoldClaim, Question, Verdict

DOWN = ModelError("connection", "nobody there")


def gold(claim: str, *questions: Question) -> GoldClaim:
    return GoldClaim(0, claim, Verdict.SUPPORTED, questions)


TRAIN = (
    gold(
        "Cats outnumber dogs.",
        Question("How many cats are there?", (Answer("There are nine million cats."),)),
        Question("Are there more dogs?", (Answer("No", "Boolean", "Dogs number Seven million."),)),
        Question("Who counted them?", (Answer("No answer could be found.", "Unanswerable"),)),
    ),
    gold("The bridge fell.", Question("When did the bridge fall?", (Answer("The bridge fell in 1999."), Answer(" ")))),
)


class TestExpansion:
    def test_hyde_adds_its_passages_to_the_claim(self) -> None:
        model = Scripted(lambda request: ("One passage.", "Another passage."))
        state = Hyde(n=2).run(claim_state("A claim."), tools_with(model))

        assert [(query.kind, query.text) for query in state.queries] == [
            ("claim", "A claim."),
            ("hypothetical", "One passage."),
            ("hypothetical", "Another passage."),
        ]
        assert len(state.replies) == 2
        assert not state.troubles

    def test_hyde_counts_empty_passages_and_failures(self) -> None:
        state = Hyde(n=3).run(claim_state(), tools_with(Scripted(lambda request: ("One.", " ", ""))))
        assert (len(state.queries), codes(state)) == (2, ["model-empty"])

        state = Hyde().run(claim_state(), tools_with(scripted(DOWN)))
        assert (len(state.queries), codes(state)) == (1, ["model-connection"])

    def test_key_points_come_with_budgets_and_once_each(self) -> None:
        claim = "Mary met Tom in May."
        reply = {
            "key_points": ["Mary met Tom", "mary met tom.", "It was in May", claim],
            "combined_key_points": ["Tom was met in May"],
        }
        component = KeyPoints(claim_budget=70, point_budget=12)
        state = component.run(claim_state(claim), tools_with(scripted(json.dumps(reply))))

        assert state.queries == (
            Query(claim, "claim", 70),
            Query("Tom was met in May", "combined-point", 12),
            Query("Mary met Tom", "key-point", 12),
            Query("It was in May", "key-point", 12),
        )

        tools = tools_with(scripted(json.dumps(reply)), compat=["repeated-claim-budget"])
        assert [query.budget for query in component.run(claim_state(claim), tools).queries] == [70, 12, 12, 12, 12, 70]

    @pytest.mark.parametrize(
        ("reply", "code"),
        [
            ("no JSON at all", "bad-json"),
            ('{"key_points": 3.5, ', "json-repaired"),
            ('{"points": []}', "no-key-points"),
        ],
    )
    def test_key_points_that_cannot_be_read_leave_the_claim(self, reply: str, code: str) -> None:
        state = KeyPoints().run(claim_state(), tools_with(scripted(reply)))

        assert state.queries[0].text == state.input.claim
        assert code in codes(state)


class TestSummaries:
    def test_candidates_are_summarised_and_keep_their_text(self) -> None:
        state = claim_state(candidates=candidates("A long page.", "Another page."), units=("unused",))
        state = Paragraph().run(state, tools_with(scripted("First\nsummary.", "Second summary.")))

        assert [c.unit.evidence for c in state.candidates] == ["First summary.", "Second summary."]
        assert [c.unit.text for c in state.candidates] == ["A long page.", "Another page."]

    def test_the_beginning_stands_in_for_a_missing_summary(self) -> None:
        state = claim_state(candidates=candidates("A long page.", "Another page.", "Third page."))
        state = Paragraph(fallback_chars=7).run(state, tools_with(scripted("", DOWN, "Fine.")))

        assert [c.unit.evidence for c in state.candidates] == ["A long", "Another", "Fine."]
        assert codes(state) == ["model-empty", "model-connection", "no-summary", "no-summary"]

    def test_shifted_summaries_repeat_the_published_mistake(self) -> None:
        units = tuple(Unit(f"text {name}", f"https://{name}", number) for number, name in enumerate("abc"))
        tools = tools_with(scripted("sum a", "", "sum c"), compat=["shifted-summaries"])
        shifted = Paragraph().run(claim_state(units=units), tools).units

        assert [(unit.text, unit.shown, unit.url) for unit in shifted] == [
            ("text a", "sum a", "https://a"),
            ("text b", "sum c", "https://c"),
        ]

    def test_short_texts_are_shown_as_they_are(self) -> None:
        model = scripted("sum")
        state = claim_state(candidates=candidates("short", "a much longer text"))
        state = Paragraph(keep_below=10).run(state, tools_with(model))

        assert [c.unit.evidence for c in state.candidates] == ["short", "sum"]
        assert len(model.requests) == 1


class TestReadingQuestions:
    @pytest.mark.parametrize(
        ("reply", "question"),
        [
            ("Who built it?", "Who built it?"),
            ("Question: Who built it? Answer: Tom.", "Who built it?"),
            ("Correct Question: Who built it?", "Who built it?"),
            ("Here is one:\n1. Who built it?\n2. When?", "Who built it?"),
            ("- **Who built it?**", "Who built it?"),
            ('"Who built it?"', "Who built it?"),
            ('Who said "why not?" to Tom and when?', 'Who said "why not?" to Tom and when?'),
            ("Who built it", "Who built it?"),
            ("Did he build it.", "Did he build it?"),
            ("Who  built\tit??? Really?", "Who built it?"),
        ],
    )
    def test_finds_the_question(self, reply: str, question: str) -> None:
        assert read_question(reply) == question

    @pytest.mark.parametrize("reply", ["", "?", "None of them.", "I can't help with that.", "What?" * 500])
    def test_finds_none_where_none_is_asked(self, reply: str) -> None:
        assert read_question(reply) is None

    @given(st.text(max_size=60))
    def test_a_question_is_one_line_that_ends_in_one_mark(self, reply: str) -> None:
        found = read_question(reply)

        if found is not None:
            assert found.endswith("?")
            assert not found.endswith("??")
            assert len(found.splitlines()) == 1
            assert read_question(found) == found

    def test_the_published_reading_cuts_at_the_first_mark(self) -> None:
        assert first_mark('Who said "why\nnot?" to Tom?') == 'Who said "why not?'
        assert first_mark("no question") == "no question?"


class TestQuestions:
    def test_each_candidate_gets_a_question_after_examples_like_it(self) -> None:
        model = scripted("When did it fall?", "Question: How many cats?")
        state = claim_state(candidates=candidates("The bridge fell down.", "Ten million cats."))
        state = PerEvidence(shots=1, model="writer").run(state, tools_with(model, examples=TRAIN))

        assert [(qa.question, qa.source, qa.url) for qa in state.qa] == [
            ("When did it fall?", "The bridge fell down.", "https://example.org/0"),
            ("How many cats?", "Ten million cats.", "https://example.org/1"),
        ]
        first, second = (request.messages[-1].content for request in model.requests)
        assert "When did the bridge fall?" in first
        assert "How many cats are there?" not in first
        assert "How many cats are there?" in second
        assert f"Claim: {state.input.claim}\nEvidence: Ten million cats." in second
        assert [request.index for request in model.requests] == [0, 1]
        assert not state.troubles

    def test_the_claim_can_stay_out_of_it(self) -> None:
        model = scripted("When did it fall?")
        component = PerEvidence(prompt="question-from-evidence", shots=2, include_claim=False)
        state = component.run(claim_state(candidates=candidates("It fell.")), tools_with(model, examples=TRAIN))

        text = model.requests[0].messages[-1].content
        assert "Claim:" not in text
        assert state.input.claim not in text

    def test_a_question_made_by_rules_stands_in(self) -> None:
        state = claim_state(candidates=candidates("The bridge was built in 1950.", "The mayor resigned in May."))
        state = PerEvidence(shots=0).run(state, tools_with(scripted("I cannot.", DOWN)))

        assert codes(state) == ["no-question", "model-connection"]
        assert all(qa.question and qa.question.endswith("?") for qa in state.qa)
        assert "bridge" in (state.qa[0].question or "")

    def test_too_long_prompts_lose_the_least_similar_examples(self) -> None:
        def reply(request: ChatRequest) -> str | ModelError:
            shown = request.messages[-1].content.count("Question: ")
            return "Who?" if shown < 2 else ModelError("too-long")

        model = Scripted(reply)
        state = claim_state(candidates=candidates("The bridge fell in 1999."))
        state = PerEvidence(shots=3).run(state, tools_with(model, examples=TRAIN))

        assert state.qa[0].question == "Who?"
        assert codes(state) == ["prompt-cut"]
        assert "When did the bridge fall?" in model.requests[-1].messages[-1].content

    def test_says_so_where_there_are_no_examples_and_nothing_to_ask_about(self) -> None:
        state = PerEvidence().run(claim_state(candidates=candidates("It fell.")), tools_with(scripted("Who?")))
        assert codes(state) == ["no-examples"]
        assert codes(PerEvidence().run(claim_state(), tools_with(scripted("Who?")))) == ["no-candidates"]

    def test_one_question_goes_to_every_candidate(self) -> None:
        state = claim_state(candidates=candidates("One page.", "Two pages."))
        state = PerClaim().run(state, tools_with(scripted("Was the bridge closed?")))

        assert [qa.question for qa in state.qa] == ["Was the bridge closed?"] * 2
        assert len(state.replies) == 1

    def test_the_stores_queries_take_the_place_of_questions(self) -> None:
        found = (*candidates("One page.", query="bridge  closed"), *candidates("x", "Two pages.")[1:])
        state = claim_state(candidates=found)
        state = StoreQuery().run(PerClaim().run(state, tools_with(scripted("Was it?"))), tools_with(scripted("")))

        assert [qa.question for qa in state.qa] == ["bridge closed", "Was it?"]
        assert codes(state) == ["no-store-query"]


class TestExamples:
    def test_each_answer_makes_one(self) -> None:
        assert [(example.evidence, example.question) for example in examples_of(TRAIN)] == [
            ("There are nine million cats.", "How many cats are there?"),
            ("No, because dogs number seven million.", "Are there more dogs?"),
            ("The bridge fell in 1999.", "When did the bridge fall?"),
        ]

    def test_the_most_similar_comes_first_whatever_its_case(self) -> None:
        index = ExampleIndex(examples_of(TRAIN))

        assert index.nearest("A BRIDGE FELL", 2)[0].question == "When did the bridge fall?"
        assert len(index.nearest("nothing alike", 2)) == 2
        assert ExampleIndex([]).nearest("anything", 3) == []

    def test_a_long_one_keeps_its_question_unless_published(self) -> None:
        example = Example("A claim.", "word " * 400, "Does it end?")

        assert len(example.shown(300, with_claim=True)) <= 300
        assert example.shown(300, with_claim=True).endswith("\nQuestion: Does it end?")
        assert "Does it end?" not in example.shown(300, with_claim=True, cut_whole=True)


class TestAnswers:
    def test_verbatim_is_the_evidence(self) -> None:
        state = Verbatim().run(claim_state(qa=(QA("Who?", source="Tom\nbuilt it."),)), Tools())
        assert state.qa[0].answer == "Tom built it."

    def test_extracts_are_cut_to_so_many_words(self) -> None:
        state = claim_state(qa=pairs("a b c d e f", "g h i"))
        state = Extract(max_words=3, model="writer").run(state, tools_with(scripted('"b c d e"', "h i")))
        assert [qa.answer for qa in state.qa] == ["b c d", "h i"]

    def test_the_beginning_stands_in_for_a_missing_extract(self) -> None:
        component = Extract(max_words=3, quotes_only=True, model="writer")
        state = component.run(claim_state(qa=pairs("a b c d", "e f", "g h")), tools_with(scripted("x y", DOWN, "?")))

        assert [qa.answer for qa in state.qa] == ["a b c", "e f", "g h"]
        assert codes(state) == ["no-answer", "model-connection", "no-answer"]

    def test_a_quotation_is_words_in_their_order(self) -> None:
        assert is_quoted("Tom, built", "It was tom (built) then")
        assert not is_quoted("Tom then", "It was tom (built) then")
        assert not is_quoted("om built", "tom built")
        assert not is_quoted("?", "?")

    def test_pairs_that_the_evidence_does_not_answer_are_left_out(self) -> None:
        qa = pairs("one", "two", "three", "four")
        state = Rewrite().run(claim_state(qa=qa), tools_with(scripted("It is one.", "None.", DOWN, "")))

        assert [pair.answer for pair in state.qa] == ["It is one.", "three", "four"]
        assert codes(state) == ["pair-dropped", "model-connection", "no-answer"]
        kept = Rewrite(drop_none=False).run(claim_state(qa=qa[:1]), tools_with(scripted("None")))
        assert [pair.answer for pair in kept.qa] == ["None"]


class Stances:
    name = "stances"

    def __init__(self, rows: list[list[float]] | ModelError) -> None:
        self.rows = rows

    def stances(self, pairs: object) -> np.ndarray:  # type: ignore[type-arg]
        if isinstance(self.rows, ModelError):
            raise self.rows
        return np.array(self.rows)


def test_stances_are_the_likeliest_verdicts() -> None:
    rows = [[0.1, 0.7, 0.1, 0.1], [0.0, 0.0, 0.0, 0.0], [float("nan")] * 4, [0.2, 0.1, 0.3, 0.4]]
    tools = Tools(models=Models(stance={"stance": Stances(rows)}))
    state = ModelStance().run(claim_state(qa=pairs(*"abcd")), tools)

    assert [qa.stance for qa in state.qa] == ["Refuted", None, None, "Conflicting Evidence/Cherrypicking"]
    assert codes(state) == ["no-stance", "no-stance"]


def test_a_stance_model_that_fails_is_counted() -> None:
    tools = Tools(models=Models(stance={"stance": Stances(DOWN)}))
    assert codes(ModelStance().run(claim_state(qa=pairs("a")), tools)) == ["model-connection"]


def test_justifications_come_from_pairs_and_verdict() -> None:
    model = scripted("Because it was open.")
    component = ChatJustification(model="judge")
    state = component.run(claim_state(qa=pairs("It was open."), verdict_text="Refuted"), tools_with(model))

    assert state.justification == "it was open."  # without the prefix that begins the reply
    assert "Verdict: Refuted" in model.requests[0].messages[-1].content
    assert codes(component.run(claim_state(), tools_with(model))) == ["no-evidence"]
