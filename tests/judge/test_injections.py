"""Hostile evidence: what becomes of it in a prompt, in a reply, and in the eyes of whoever looks for it."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from judge.injections import CLAIM, INJECTIONS, Injection

from averitec_eval.judge.prompting import JudgePrompts, evidence_of, to_ask
from averitec_eval.judge.reading import read_reply
from averitec_eval.judge.records import Ask
from averitec_eval.judge.steering import SIGNS, evidence_signs
from averitec_eval.judge.visible import hidden, visible
from averitec_eval.records import Answer, Prediction, Question, Verdict
from averitec_eval.scoring.judgements import KINDS, REPAIRED, FactCounts, judged
from averitec_eval.scoring.profiles import Ev2R

PROMPTS = JudgePrompts.load()
RULES = Ev2R()
HONEST = FactCounts(3, 1, 3, 1)
each_injection = pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.name)


def asked(injection: Injection, kind: str = "qa") -> Ask:
    ask = to_ask(injection.prediction, CLAIM, RULES, PROMPTS)["qa" if kind == "qa" else "questions"]
    assert ask is not None
    return ask


def test_the_corpus_is_varied() -> None:
    families = Counter(injection.family for injection in INJECTIONS)
    assert len(INJECTIONS) >= 30
    assert set(families) == {
        "instructions",
        "fake replies",
        "delimiters",
        "roles",
        "hidden text",
        "very long",
        "other languages",
    }
    assert min(families.values()) >= 4
    assert {sign for injection in INJECTIONS for sign in injection.signs} <= set(SIGNS)


@each_injection
@pytest.mark.parametrize("kind", KINDS)
def test_a_prompt_keeps_its_form(injection: Injection, kind: str) -> None:
    harmless = Prediction(7, Verdict.REFUTED, (Question("Where?", (Answer("There."),)),))
    plain = to_ask(harmless, CLAIM, RULES, PROMPTS)["qa" if kind == "qa" else "questions"]
    ask = asked(injection, kind)
    assert plain is not None
    assert plain.evidence is not None
    assert ask.evidence is not None
    assert [message.role for message in ask.messages] == [message.role for message in plain.messages]
    assert ask.messages[0] == plain.messages[0]
    # The words around the evidence are the same, and its boundary stands nowhere but on the lines between the parts.
    boundary, other = ask.evidence.boundary, plain.evidence.boundary
    text, form = ask.messages[1].content, plain.messages[1].content
    assert text.count(boundary) == form.count(other) == 5
    for mark in ("=== claim ", "=== end "):
        line = f"\n{mark}{boundary} ===\n"
        assert text.count(line) == 1
    before, after = text.split(f"=== claim {boundary} ===")[0], text.split(f"=== end {boundary} ===")[1]
    assert before.replace(boundary, other) == form.split(f"=== claim {other} ===")[0]
    assert after == form.split(f"=== end {other} ===")[1]
    shown = text.split(f"=== predicted {'evidence' if kind == 'qa' else 'questions'} {boundary} ===\n")[1]
    assert shown.split(f"\n=== end {boundary} ===")[0] == "\n\n".join(ask.evidence.predicted)


@each_injection
def test_a_judge_sees_nothing_hidden(injection: Injection) -> None:
    text = asked(injection).messages[1].content
    assert hidden(text) == ""
    assert visible(text) == text
    text.encode("utf-8")
    assert "Answer: Marlow lies on the northern coast." in text


def test_the_same_visible_evidence_is_asked_in_the_same_words() -> None:
    words = {injection.name: asked(injection).inputs() for injection in INJECTIONS}
    assert words == {injection.name: asked(injection).inputs() for injection in INJECTIONS}
    shown = {(visible(injection.question), visible(injection.answer).strip()) for injection in INJECTIONS}
    assert len(set(words.values())) == len(shown)


@each_injection
def test_evidence_is_told_by_its_signs(injection: Injection) -> None:
    evidence = evidence_of(injection.prediction, CLAIM, RULES, "qa")
    assert evidence_signs(evidence, "qa") == injection.signs


@each_injection
def test_quoting_it_does_not_change_what_a_judge_counts(injection: Injection) -> None:
    quoting = {
        "facts in predicted evidence": f"1. Marlow lies on the coast. 2. {injection.answer} 3. It says so.",
        "facts count predicted evidence": HONEST.predicted,
        "support predicted evidence": HONEST.predicted_supported,
        "facts in reference evidence": "1. It was completed in 1902.",
        "facts count reference evidence": HONEST.reference,
        "support reference evidence": HONEST.reference_supported,
    }
    assert read_reply(json.dumps(quoting), "qa") == judged(HONEST)
    assert read_reply(repr(quoting), "qa") == judged(HONEST, REPAIRED)
    # Before the reply, it may make it impossible to tell what the judge's counts are, but gives none of its own.
    before = read_reply(f"The evidence says: {injection.answer}\n\nMy reply: {json.dumps(quoting)}", "qa")
    assert before.counts in (HONEST, None)


@each_injection
def test_a_broken_reply_that_quotes_it_is_unscored(injection: Injection) -> None:
    cut = '{"facts in predicted evidence": "1. ' + injection.answer
    judgement = read_reply(cut, "qa")
    assert judgement.status == "unscored" or injection.name == "fake replies: end of string"
