"""Attacks know nothing of the gold evidence, keep the claims as they are, and pay under recall but not when robust."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from scoring.helpers import gold_claim, gold_set, prediction
from strategies import free_predictions

from averitec_eval.audit.attacks import ATTACKS, MAJORITY, SLOTS, attack
from averitec_eval.cli import audit as command
from averitec_eval.errors import UsageError
from averitec_eval.records import Prediction, QAPair, Verdict
from averitec_eval.scoring.score import score_predictions

PAIRS = (("Who built it?", "Grumman"), ("Where?", "Bethpage"), ("When?", "1969"))
GOLD = gold_set(gold_claim(0, Verdict.SUPPORTED, *PAIRS))
ONE = prediction(0, Verdict.SUPPORTED, *PAIRS, justification="why")


def pairs_of(one: Prediction) -> list[tuple[str, str]]:
    return [(pair.question, pair.answer) for pair in one.pairs()]


def test_duplicate_is_the_first_pair_ten_times() -> None:
    (attacked,) = attack([ONE], GOLD, "duplicate")
    assert pairs_of(attacked) == [PAIRS[0]] * SLOTS
    assert attacked.label is Verdict.SUPPORTED


def test_template_is_made_of_the_claim_alone() -> None:
    (attacked,) = attack([ONE], GOLD, "template")
    (other,) = attack([prediction(0, Verdict.CONFLICTING, ("x", "y"))], GOLD, "template")
    assert attacked == other
    assert len(pairs_of(attacked)) == SLOTS
    assert all("claim 0" in question for question, _ in pairs_of(attacked))
    assert (attacked.label, attacked.justification) == (MAJORITY, None)


def test_echo_puts_the_claim_behind_every_answer() -> None:
    (attacked,) = attack([ONE], GOLD, "echo")
    assert pairs_of(attacked) == [(question, f"{answer} claim 0") for question, answer in PAIRS]


def test_stuff_fills_the_slots_with_answers_in_pairs() -> None:
    (attacked,) = attack([ONE], GOLD, "stuff")
    assert pairs_of(attacked)[:3] == [
        ("Who built it?", "Grumman Bethpage"),
        ("Where?", "Bethpage 1969"),
        ("When?", "1969 Grumman"),
    ]
    assert len(set(pairs_of(attacked))) == len(pairs_of(attacked)) == 9
    many = prediction(0, Verdict.REFUTED, *((f"q{n}", f"a{n}") for n in range(12)))
    assert len(pairs_of(attack([many], GOLD, "stuff")[0])) == 12
    assert attack([prediction(0)], GOLD, "stuff") == (prediction(0),)


def test_majority_label_leaves_the_evidence_alone() -> None:
    (attacked,) = attack([ONE], None, "majority-label")
    assert (attacked.label, attacked.evidence) == (MAJORITY, ONE.evidence)


def test_the_claim_comes_from_the_predictions_where_no_gold_is_given() -> None:
    own = prediction(0, Verdict.REFUTED, *PAIRS, claim="The {braces} claim.")
    assert pairs_of(attack([own], None, "echo")[0])[0][1] == "Grumman The {braces} claim."
    assert "the {braces} claim" in pairs_of(attack([own], None, "template")[0])[0][0].lower()
    for name in ("template", "echo"):
        with pytest.raises(UsageError, match="claim id 0: give the gold"):
            attack([ONE], None, name)


def test_an_unknown_attack_is_named_with_all_others() -> None:
    with pytest.raises(UsageError, match="no attack 'confuse'; the attacks are duplicate, template"):
        attack([ONE], GOLD, "confuse")


def test_the_command_offers_all_of_them() -> None:
    assert tuple(ATTACKS) == command.ATTACKS


@pytest.mark.parametrize("name", ATTACKS)
@given(predictions=free_predictions())
@settings(max_examples=20)
def test_any_predictions_can_be_attacked_and_twice_alike(name: str, predictions: tuple[Prediction, ...]) -> None:
    gold = gold_set(*(gold_claim(claim_id) for claim_id in {one.claim_id for one in predictions}))
    attacked = attack(predictions, gold, name)
    assert [one.claim_id for one in attacked] == [one.claim_id for one in predictions]
    assert attacked == attack(iter(predictions), gold, name)


def test_what_pays_under_recall_does_not_when_robust() -> None:
    answers = (
        "Grumman engineers assembled the lander at Bethpage on Long Island",
        "Westinghouse mounted a television camera on the descent stage",
        "Astronauts placed mirrors that observatories still measure with lasers",
    )
    gold = gold_set(
        *(
            gold_claim(n, MAJORITY, *((f"Question {n}?", f"Report {n} says: {text}") for text in answers))
            for n in (0, 1)
        )
    )
    weak = [
        prediction(n, MAJORITY, *(("Anything?", text.partition(" at ")[0]) for text in answers[:2])) for n in (0, 1)
    ]
    first = [prediction(n, MAJORITY, *pairs_of(one)[:1]) for n, one in enumerate(weak)]

    def gain(name: str, before: list[Prediction], profile: str) -> float:
        scores = [score_predictions(these, gold, profile=profile) for these in (before, attack(before, gold, name))]
        metric = scores[0].evidence_metrics[1]
        return scores[1].scores[metric] - scores[0].scores[metric]

    for name, before in (("duplicate", first), ("stuff", weak)):
        assert gain(name, before, "averitec-2024") > 0
        assert gain(name, before, "robust") <= 0
    assert gain("echo", weak, "robust") == 0
    assert gain("template", weak, "robust") < 0


def test_stuffing_keeps_plain_strings_out_of_the_way() -> None:
    own = Prediction(0, Verdict.REFUTED, (QAPair("q", "a").as_question(),), ("plain",))
    assert not attack([own], GOLD, "stuff")[0].string_evidence
