"""The robust companion: repetition, padding and the claim itself never raise it; evidence that matches does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scoring.helpers import OVERLAP, gold_claim, gold_set, prediction
from strategies import rewordings, robust_cases

from averitec_eval import compare, read_gold, read_submission
from averitec_eval.records import Gold, Prediction, QAPair, Verdict
from averitec_eval.scoring.profiles import PROFILES, Robust, get_profile
from averitec_eval.scoring.robust import distinct, match_robustly, similarities
from averitec_eval.scoring.score import score_predictions
from averitec_eval.statistics import Settings
from averitec_eval.text.content import FILLER_WORDS, STOP_WORDS, content_words, own_words, stems
from averitec_eval.text.meteor import get_meteor

RULES = Robust()
PINNED = get_meteor("pinned")
CLAIM = "The moon landing of 1969 was filmed in a studio in Nevada."
GOLD = (
    "Who built the lander? Grumman engineers assembled the spacecraft at Bethpage.",
    "Where did the cameras stand? Westinghouse mounted a television camera on the leg.",
)


def utility(predicted: list[str], gold: tuple[str, ...] = GOLD, claim: str = CLAIM, rules: Robust = RULES) -> float:
    return match_robustly(predicted, gold, claim, PINNED, rules).utility


# ---- what it is, by hand ----


def test_recall_weighs_twice_as_much_as_precision() -> None:
    gold = ("alpha beta", "gamma delta")
    twice = ["alpha beta", "unrelated words entirely", "other things besides"]
    matching = match_robustly(twice, gold, "", OVERLAP, RULES)
    assert matching.utility == pytest.approx(5 * 1 / (4 * 2 + 3))
    assert match_robustly(twice, gold, "", OVERLAP, replace(RULES, beta=1.0)).utility == pytest.approx(2 * 1 / (2 + 3))
    assert [(pair.predicted, pair.gold, pair.meteor) for pair in matching.pairs] == [(0, 0, 1.0)]


def test_pairs_below_the_floor_do_not_match() -> None:
    gold, predicted = ("alpha beta gamma delta",), ["alpha strange unlike words"]
    assert match_robustly(predicted, gold, "", OVERLAP, replace(RULES, floor=0.14)).pairs
    below = match_robustly(predicted, gold, "", OVERLAP, replace(RULES, floor=0.15))
    assert (below.utility, below.pairs) == (0.0, ())


def test_the_pairs_name_places_in_the_prediction() -> None:
    predicted = ["alpha beta", "beta alpha", "gamma delta"]
    matching = match_robustly(predicted, ("gamma delta", "alpha beta"), "", OVERLAP, RULES)
    assert [(pair.predicted, pair.gold) for pair in matching.pairs] == [(0, 1), (2, 0)]
    assert matching.counted == 3


def test_one_string_of_everything_matches_nothing_well() -> None:
    everything = " ".join([*GOLD, *(f"padding{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(120))])
    assert similarities([everything], [GOLD[0]], PINNED)[0, 0] < PINNED.single(everything, GOLD[0]) / 2
    assert utility([everything]) < utility([GOLD[0]])


def test_nothing_predicted_is_nothing_and_no_gold_is_an_error() -> None:
    assert utility([]) == 0.0
    with pytest.raises(ValueError, match="without questions"):
        utility(["something"], ())


def test_gold_of_the_claims_words_alone_keeps_them_and_the_prediction_does_not() -> None:
    gold = ("Was the moon landing filmed in a studio?",)
    assert utility([gold[0]], gold) == 0.0
    assert utility(["The first is Houston control room"], ("Was the moon landing in Houston control rooms?",)) > 0


def test_figures_and_stems_are_words() -> None:
    assert content_words("In 1,000.5 U.S. towns it wasn't so!") == ["1,000.5", "u", "towns"]
    assert own_words("Filming 2019", stems(["filmed"])) == ["2019"]
    assert content_words("\uff2d\uff2f\uff2f\uff2e") == ["moon"]
    assert not STOP_WORDS & FILLER_WORDS


# ---- what never raises it ----


@given(robust_cases(), st.data())
@settings(max_examples=60)
def test_a_duplicate_changes_nothing_wherever_it_stands_after_the_first(
    case: tuple[str, list[str], tuple[str, ...]], data: st.DataObject
) -> None:
    claim, predicted, gold = case
    assume(predicted)
    index = data.draw(st.integers(0, len(predicted) - 1))
    at = data.draw(st.integers(index + 1, len(predicted)))
    again = [*predicted[:at], predicted[index], *predicted[at:]]
    assert utility(again, gold, claim) == utility(predicted, gold, claim)


@given(robust_cases(), st.data())
@settings(max_examples=60)
def test_a_near_duplicate_never_raises(case: tuple[str, list[str], tuple[str, ...]], data: st.DataObject) -> None:
    claim, predicted, gold = case
    assume(predicted)
    near = data.draw(rewordings(data.draw(st.sampled_from(predicted)), claim))
    assert utility([*predicted, near], gold, claim) <= utility(predicted, gold, claim)


@given(
    robust_cases(),
    st.lists(st.sampled_from(sorted(STOP_WORDS | FILLER_WORDS)), max_size=8),
    st.lists(st.sampled_from(sorted(STOP_WORDS | FILLER_WORDS)), max_size=8),
)
@settings(max_examples=60)
def test_a_filler_around_the_claim_and_the_claim_itself_never_raise(
    case: tuple[str, list[str], tuple[str, ...]], before: list[str], after: list[str]
) -> None:
    claim, predicted, gold = case
    filler = f"{' '.join(before)} {claim} {' '.join(after)}?"
    assert utility([*predicted, filler], gold, claim) <= utility(predicted, gold, claim)
    assert utility([*predicted, claim], gold, claim) <= utility(predicted, gold, claim)


@given(robust_cases())
@example((CLAIM, ["It happened in the U.S. of A.", "Grumman"], GOLD))
@settings(max_examples=60)
def test_the_claim_behind_every_string_changes_nothing(case: tuple[str, list[str], tuple[str, ...]]) -> None:
    claim, predicted, gold = case
    echoed = [f"{text} {claim}" for text in predicted]
    assert utility(echoed, gold, claim) == utility(predicted, gold, claim)


@given(robust_cases(), st.data())
@settings(max_examples=60)
def test_evidence_that_matches_unmatched_gold_raises(
    case: tuple[str, list[str], tuple[str, ...]], data: st.DataObject
) -> None:
    claim, predicted, gold = case
    matching = match_robustly(predicted, gold, claim, PINNED, RULES)
    known = stems(content_words(claim))
    matched = {pair.gold for pair in matching.pairs}
    present = {stems(own_words(text, known)) for text in predicted}
    unmatched = [
        text
        for index, text in enumerate(gold)
        if index not in matched and len(own_words(text, known)) >= 2 and stems(own_words(text, known)) not in present
    ]
    assume(unmatched)
    added = data.draw(st.sampled_from(unmatched))
    sets = [stems(own_words(text, known)) for text in [*predicted, added]]
    assume(len(sets) - 1 in distinct(sets, RULES.near_duplicate))
    assert utility([*predicted, added], gold, claim) > matching.utility


@given(st.lists(st.frozensets(st.sampled_from("abcdefghij"), max_size=10), max_size=12), st.sampled_from([0.5, 0.8, 1]))
def test_distinct_sets_are_those_that_no_earlier_one_nearly_equals(sets: list[frozenset[str]], limit: float) -> None:
    def alike(one: frozenset[str], other: frozenset[str]) -> bool:
        return one == other or (bool(one | other) and len(one & other) >= limit * len(one | other))

    slow = [i for i, current in enumerate(sets) if not any(alike(current, other) for other in sets[:i])]
    assert distinct(sets, limit) == slow


# ---- as a profile ----


def test_its_figures_have_names_of_their_own() -> None:
    gold = gold_set(gold_claim(0, Verdict.REFUTED, ("Where was it?", GOLD[0])), gold_claim(1))
    result = score_predictions([prediction(0, Verdict.REFUTED, ("Where?", GOLD[0]))], gold, profile="robust")
    assert result.headline == "robust@0.15"
    assert not [name for name in result.scores if name.startswith(("averitec", "hu_meteor"))]
    assert result.evidence_metrics == ("robust_q", "robust_qa")
    assert result.scores["robust@0.15"] == 0.5
    assert result.signature.profile == "robust"
    official = {name for name, profile in PROFILES.items() if profile.robust is None}
    assert {PROFILES[name].credit_metric(0.25) for name in official} == {"averitec@0.25"}


def test_systems_are_compared_by_it() -> None:
    gold = gold_set(*(gold_claim(n, Verdict.REFUTED, ("Where was it?", f"{GOLD[0]} {n}")) for n in range(6)))
    good = score_predictions(
        [prediction(n, Verdict.REFUTED, ("Where?", f"{GOLD[0]} {n}")) for n in range(6)], gold, profile="robust"
    )
    bad = score_predictions([prediction(n, Verdict.REFUTED, ("?", "no")) for n in range(6)], gold, profile="robust")
    comparison = compare({"good": good, "bad": bad}, settings=Settings(resamples=200))
    assert (comparison.pairs[0].metric, comparison.pairs[0].wins) == ("robust@0.15", 6)
    assert comparison.pairs[0].test == "mcnemar-exact"


# ---- on real data ----


@pytest.fixture(scope="module")
def real(data_dir: Path) -> tuple[Gold, tuple[Prediction, ...]]:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    return gold, read_submission(data_dir / "submissions" / "hero_8b.json").predictions[:60]


def test_on_real_evidence_repetition_and_padding_never_raise_a_claims_score(
    real: tuple[Gold, tuple[Prediction, ...]],
) -> None:
    gold, predictions = real
    claims = gold.by_id()

    def scores(changed: list[Prediction]) -> list[float]:
        result = score_predictions(changed, gold, profile=get_profile("robust"))
        return [claim.evidence_qa for claim in result.claims if not claim.missing]

    def with_more(p: Prediction, *pairs: QAPair) -> Prediction:
        return replace(p, evidence=p.evidence + tuple(pair.as_question() for pair in pairs))

    before = scores(list(predictions))
    assert any(before)
    text = {p.claim_id: claims[p.claim_id].claim for p in predictions}
    repeated = scores([with_more(p, *p.pairs()) for p in predictions])
    assert repeated == before
    changes = [
        [with_more(p, QAPair(f"Is it true that {text[p.claim_id]}", "Fact checkers say so.")) for p in predictions],
        [with_more(p, QAPair(text[p.claim_id], text[p.claim_id])) for p in predictions],
        [with_more(p, *(QAPair(f"So: {q.question}", f"{q.answer} Yes.") for q in p.pairs())) for p in predictions],
    ]
    for changed in changes:
        assert all(after <= score for after, score in zip(scores(changed), before, strict=True))
