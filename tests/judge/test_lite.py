"""The proxy: what it takes for facts, what for support, and how it compares with recorded judges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from judge.injections import CLAIM, INJECTIONS, Injection
from judge.recorded import JUDGES, claim_of, prediction_of, recorded_replies
from scipy.stats import pearsonr, spearmanr
from strategies import free_gold, free_predictions

from averitec_eval.formats import read_gold
from averitec_eval.judge.lite import LiteJudge
from averitec_eval.judge.lite.facts import fact_of, facts_of_pair, facts_of_text, numbers_of
from averitec_eval.judge.lite.judge import Measure
from averitec_eval.records import Answer, GoldClaim, Prediction, Question, Verdict
from averitec_eval.scoring.judgements import NO_EVIDENCE, FactCounts
from averitec_eval.scoring.profiles import Ev2R

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

pytest.importorskip("tokenizers", reason="the proxy's vectors need the extra 'local'")

JUDGE = LiteJudge()
RULES = Ev2R()


def claim(*pairs: tuple[str, str]) -> GoldClaim:
    return GoldClaim(1, "A claim.", Verdict.REFUTED, tuple(Question(asked, (Answer(text),)) for asked, text in pairs))


def predicted(*pairs: tuple[str, str]) -> Prediction:
    return Prediction(1, Verdict.REFUTED, claim(*pairs).questions)


def recall(reference: str, *evidence: str) -> float | None:
    """The recall of plain evidence on a reference that is one answer."""
    judgement = JUDGE.judge(
        Prediction(1, Verdict.REFUTED, string_evidence=evidence), claim(("What is known?", reference)), RULES
    )
    return judgement.qa.recall


# --- facts ---


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "The mill burned down in 1911. It was rebuilt by the town council.",
            ["The mill burned down in 1911.", "It was rebuilt by the town council."],
        ),
        (
            "The old mill burned down; the town council rebuilt it later, and the new owner paid three workers.",
            ["The old mill burned down", "the town council rebuilt it later", "the new owner paid three workers."],
        ),
        ("It rained, and then it stopped.", ["It rained, and then it stopped."]),
        ("", []),
        ("And so on, as it were.", []),
    ],
)
def test_sentences_and_clauses_are_facts(text: str, facts: list[str]) -> None:
    assert [fact.text for fact in facts_of_text(text)] == facts


def test_short_answers_are_facts_with_their_questions() -> None:
    assert [fact.text for fact in facts_of_pair("When did the mill burn?", "In 1911.")] == [
        "When did the mill burn? In 1911."
    ]
    (yes,) = facts_of_pair("Did the mill burn?", "Yes")
    (no,) = facts_of_pair("Did the mill burn?", "No.")
    assert (yes.negated, no.negated) == (False, True)
    (told,) = facts_of_pair("Did it?", "Yes. The mill of the town burned down.")
    assert told.text == "The mill of the town burned down."


@pytest.mark.parametrize("answer", ["No answer could be found.", "no answer could be found", "", " \u200b"])
def test_no_answer_is_no_fact(answer: str) -> None:
    assert list(facts_of_pair("When did the mill burn?", answer)) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3,33,87,677 people", {"33387677"}),
        ("12,500.50 or 12500.5", {"12500.5"}),
        ("on 01/02/2020", {"1", "2", "2020"}),
        ("two of KSh140 billion and 65.3%", {"2", "140", "65.3"}),
        ("version 3.10.4, 007", {"3.10.4", "7"}),
        ("none at all, someone", set()),
    ],
)
def test_numbers(text: str, numbers: set[str]) -> None:
    assert numbers_of(text) == numbers


@pytest.mark.parametrize(
    ("text", "negated"),
    [("It burned.", False), ("It did not burn.", True), ("It didn't burn.", True), ("It is not untrue.", False)],
)
def test_polarity(text: str, negated: bool) -> None:
    assert fact_of(text).negated is negated


# --- support ---

MILL = "The mill of Harwick burned down in 1911."


def test_what_is_said_in_other_words_is_supported() -> None:
    assert recall(MILL, MILL) == 1.0
    assert recall(MILL, "In 1911 a fire destroyed Harwick's mill, which burned for days.") == 1.0
    assert recall(MILL, "Whales sing in the deep sea.") == 0.0


def test_other_numbers_contradict() -> None:
    assert recall(MILL, "The mill of Harwick burned down in 1936.") == 0.0
    assert recall(MILL, "The mill of Harwick burned down in 1936.", MILL) == 1.0
    assert recall("Kerala has a population of 3,33,87,677.", "Kerala has a population of 3,56,99,443.") == 0.0
    assert recall("Kerala has a population of 3,33,87,677.", "Kerala has a population of 33,387,677.") == 1.0


def test_the_opposite_contradicts() -> None:
    assert recall("The mill of Harwick burned down.", "The mill of Harwick never burned down.") == 0.0
    assert recall("The mill of Harwick did not burn down.", "The mill of Harwick burned down.") == 0.0
    assert recall("The mill of Harwick did not burn down.", "The mill of Harwick never burned down.") == 1.0
    yes, no = ("Did the mill of Harwick burn?", "Yes"), ("Did the mill of Harwick burn?", "No")
    assert JUDGE.judge(predicted(no), claim(yes), RULES).qa.recall == 0.0
    assert JUDGE.judge(predicted(yes), claim(yes), RULES).qa.recall == 1.0


def test_counts_of_both_sides_and_rules() -> None:
    gold = claim(
        ("When did the mill of Harwick burn?", "It burned in the year 1911."),
        ("Who slept there?", "Seven nurses from Portugal."),
    )
    evidence = predicted(
        ("When did the mill burn?", "The mill of Harwick burned in the year 1911."),
        ("Who sings?", "Whales sing loudly in oceans."),
        ("Who sings?", "Whales sing loudly in oceans."),
    )
    judged = JUDGE.judge(evidence, gold, RULES)
    assert judged.claim_id == 1
    assert judged.qa.counts == FactCounts(2, 1, 2, 1)
    assert (judged.qa.recall, judged.qa.precision) == (0.5, 0.5)
    assert judged.questions.counts is not None
    assert judged.questions.counts.reference == 2
    capped = JUDGE.judge(evidence, gold, Ev2R(cap=1)).qa
    assert capped.counts == FactCounts(1, 1, 2, 1)


def test_the_first_answer_alone_may_be_the_reference() -> None:
    gold = GoldClaim(
        1, "C.", Verdict.REFUTED, (Question("Why?", (Answer("The oven exploded at night."), Answer(MILL))),)
    )
    for answers, facts in (("all", 2), ("first", 1)):
        counts = JUDGE.judge(predicted(("Why?", MILL)), gold, Ev2R(answers=answers)).qa.counts  # type: ignore[arg-type]
        assert counts is not None
        assert counts.reference == facts


def test_no_evidence_and_no_reference() -> None:
    nothing = JUDGE.judge(Prediction(1, Verdict.REFUTED), claim(("When?", MILL)), RULES)
    assert nothing.qa.flags == nothing.questions.flags == (NO_EVIDENCE,)
    assert nothing.qa.recall == 0.0
    empty = JUDGE.judge(predicted(("When?", MILL)), claim(("When?", "No answer could be found.")), RULES)
    assert (empty.qa.status, empty.qa.recall) == ("no-reference-facts", None)
    unanswered = JUDGE.judge(predicted(("When?", "No answer could be found.")), claim(("When?", MILL)), RULES)
    assert (unanswered.qa.status, unanswered.qa.recall, unanswered.qa.precision) == ("scored", 0.0, None)


class _Deaf:
    """Vectors in which nothing is like anything."""

    name = "deaf"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        return np.zeros((len(texts), 2), dtype=np.float32)


def test_its_identity_says_how_it_measures() -> None:
    identity = JUDGE.identity()
    assert (identity.model, identity.metric_name, identity.fit, identity.prompts) == (
        "ev2r-lite",
        "ev2r_lite",
        False,
        {},
    )
    assert identity.parameters == LiteJudge().identity().parameters
    others = [LiteJudge(Measure(words=0.5)), LiteJudge(embedder=_Deaf())]
    assert all(other.identity().parameters != identity.parameters for other in others)
    assert (
        LiteJudge(embedder=_Deaf()).judge(predicted(("Did it?", MILL)), claim(("Did it?", MILL)), RULES).qa.recall
        == 0.0
    )


@given(free_predictions(), free_gold())
def test_anything_can_be_judged(predictions: tuple[Prediction, ...], claims: tuple[GoldClaim, ...]) -> None:
    for prediction, gold in zip(predictions, claims, strict=False):
        judged = JUDGE.judge(prediction, gold, RULES)
        assert judged == JUDGE.judge(prediction, gold, RULES)
        for judgement in (judged.questions, judged.qa):
            assert judgement.recall is None or 0 <= judgement.recall <= 1


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.name)
def test_hostile_evidence_gains_nothing(injection: Injection) -> None:
    """The reference is about a lighthouse; what only talks to a judge supports none of its facts."""
    honest = Prediction(7, Verdict.REFUTED, injection.prediction.evidence[:1])
    before, after = (JUDGE.judge(each, CLAIM, RULES).qa for each in (honest, injection.prediction))
    assert before.recall == after.recall == 0.0


# --- real data ---

MEASURED = {
    # judge: claims with a recall, Spearman, Pearson, share of claims on the same side of .5
    "gpt-3.5-turbo-1106": (84, 0.352, 0.299, 0.690),
    "gpt-4o-2024-05-13": (73, 0.484, 0.475, 0.863),
}
"""As docs/ev2r-lite.md states them."""


@pytest.mark.parametrize("judge", JUDGES)
def test_it_goes_with_recorded_judges_as_far_as_documented(data_dir: Path, judge: str) -> None:
    replies = [reply for reply in recorded_replies(data_dir, judge) if reply.response["recall"] is not None]
    theirs = [reply.response["recall"] for reply in replies]
    ours = [JUDGE.judge(prediction_of(reply), claim_of(reply), RULES).qa.recall or 0.0 for reply in replies]
    same_side = sum((one > 0.5) == (other > 0.5) for one, other in zip(ours, theirs, strict=True)) / len(replies)
    number, spearman, pearson, agreement = MEASURED[judge]
    assert len(replies) == number
    assert spearmanr(ours, theirs)[0] == pytest.approx(spearman, abs=0.0006)
    assert pearsonr(ours, theirs)[0] == pytest.approx(pearson, abs=0.0006)
    assert same_side == pytest.approx(agreement, abs=0.0006)


def test_the_recorded_judges_go_with_each_other_as_far_as_documented(data_dir: Path) -> None:
    one, other = (
        {reply.claim: reply.response["recall"] for reply in recorded_replies(data_dir, judge)} for judge in JUDGES
    )
    shared = [text for text in one if text in other and one[text] is not None and other[text] is not None]
    pairs = [(one[text], other[text]) for text in shared]
    assert len(pairs) == 71
    assert spearmanr(pairs)[0] == pytest.approx(0.396, abs=0.0006)
    assert sum((a > 0.5) == (b > 0.5) for a, b in pairs) / len(pairs) == pytest.approx(0.775, abs=0.0006)


def test_gold_evidence_supports_itself(data_dir: Path) -> None:
    for gold in read_gold(data_dir / "averitec" / "dev.json").claims[:60]:
        judged = JUDGE.judge(Prediction(gold.claim_id, gold.label, gold.questions), gold, RULES)
        assert judged.qa.recall == judged.questions.recall == 1.0
