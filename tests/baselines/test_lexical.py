"""The offline system: questions by rules, features, the linear model, its training, and the whole on real claims."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from baselines.running import run_mini, same_bytes
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import awkward_texts

import averitec_eval
from averitec_eval.baselines.claims import read_claims
from averitec_eval.baselines.components.base import Tools
from averitec_eval.baselines.components.filter import bare
from averitec_eval.baselines.components.lexical import FromSentence, LexicalJustification, LexicalVerdict, OnTopic
from averitec_eval.baselines.config import load_system
from averitec_eval.baselines.lexical import model as model_module
from averitec_eval.baselines.lexical import training
from averitec_eval.baselines.lexical.english import base_form, word_set
from averitec_eval.baselines.lexical.features import FEATURES, case_of, features_of, read
from averitec_eval.baselines.lexical.model import LexicalModel, dumped, load_model
from averitec_eval.baselines.lexical.questions import content_words, question_for
from averitec_eval.baselines.lexical.training import stand_in, train_file, train_model
from averitec_eval.baselines.run import run_system
from averitec_eval.baselines.state import Candidate, ClaimInput, ClaimState, Unit
from averitec_eval.baselines.store import KnowledgeStore
from averitec_eval.cli.main import main
from averitec_eval.errors import ResourceError, UsageError
from averitec_eval.formats.reading import read_gold
from averitec_eval.records import Answer, GoldClaim, Question, Verdict

QUESTIONS = {
    "How many: the subject is counted": (
        "More than 225,000 people have died of COVID-19 in the United States.",
        "How many people have died of COVID-19 in the United States?",
    ),
    "how many: what follows the verb is counted": (
        "The prefecture recorded 1,234 cases last week.",
        "How many cases did the prefecture record last week?",
    ),
    "percentage": (
        "About 28 percent of Iowa's electricity came from wind.",
        "What percentage of Iowa's electricity came from wind?",
    ),
    "when, from the end": (
        "The World Food Programme was awarded the Nobel Peace Prize in 2020.",
        "When was the World Food Programme awarded the Nobel Peace Prize?",
    ),
    "when, from the opening": (
        "In October 2012, Ghana introduced biometric registration of voters.",
        "When did Ghana introduce biometric registration of voters?",
    ),
    "why": (
        "The match was called off because the pitch was under water.",
        "Why was the match called off?",
    ),
    "what was said": (
        "Trump said that he will create many jobs if he is elected.",
        "Did Trump say that he will create many jobs if he is elected?",
    ),
    "who said it is no part of what is asked": (
        "The White House scrapped a plan to send masks to every household, The Washington Post reported.",
        "Did the White House scrap a plan to send masks to every household?",
    ),
    "auxiliary before the subject": (
        "Donald Trump has been forced to unblock some users.",
        "Has Donald Trump been forced to unblock some users?",
    ),
    "have as a verb of its own": (
        "The country has a new law on firearms.",
        "Does the country have a new law on firearms?",
    ),
    "contraction": ("The vaccine doesn't contain any egg protein.", "Does the vaccine not contain any egg protein?"),
    "joined verbs": (
        "The senator raised his hand and promised higher wages.",
        "Did the senator raise his hand and promise higher wages?",
    ),
    "a citation mark before the sentence": ("[12] The wall is thirty feet high.", "Is the wall thirty feet high?"),
    "no clause": (
        "Statement on the February Jobs Report",
        "What is known about Statement on the February Jobs Report?",
    ),
    "no word": ("*** --- ???", ""),
}

VERBS = {"paid": "pay", "announced": "announce", "planned": "plan", "hoped": "hope", "tied": "tie", "visited": "visit"}


@pytest.mark.parametrize(("text", "expected"), QUESTIONS.values(), ids=QUESTIONS)
def test_questions_read_the_sentence(text: str, expected: str) -> None:
    assert question_for(text) == expected


@pytest.mark.parametrize(("form", "base"), VERBS.items())
def test_base_forms(form: str, base: str) -> None:
    assert base_form(form) == base


def test_words_that_are_no_verbs_have_no_base_form() -> None:
    assert [base_form(word) for word in ("table", "hundred", "need", "", "the", "seed")] == [None] * 6


ASKING = word_set(
    "how many much money what percentage is known about meant by when why did does do that not can will have"
)


@given(awkward_texts | st.text(max_size=200), st.text(max_size=30))
def test_any_text_gives_one_question_of_its_own_words(text: str, claim: str) -> None:
    question = question_for(text, claim)
    assert question.count("?") == bool(question)
    assert question == question.strip()
    assert "\n" not in question
    own = {word.lower() for word in re.findall(r"[^\W_]+", text)}
    own |= {base for word in own for base in [base_form(word)] if base}
    fragments = "".join(sorted(own))
    asked = {word.lower() for word in re.findall(r"[^\W_]+", question)}
    # "didn't" is asked for as "did not": what is left of a word is a part of it.
    assert all(word in own or word in ASKING or word in fragments for word in asked)


def test_the_claim_says_which_sentence_of_a_text_is_read() -> None:
    text = "The lake is very deep and very cold. The bridge over the river was opened by the queen."
    assert question_for(text, "A queen opened the bridge") == "Was the bridge over the river opened by the queen?"
    assert question_for(text, "The lake is cold") == "Is the lake very deep and very cold?"


def test_every_feature_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "systems" / "lexical.md").read_text("utf-8")
    assert all(f"| `{name}` | {meaning} |" in page for name, (meaning, _) in FEATURES.items())


def _feature(name: str, claim: str, evidence: list[str], speaker: str | None = None) -> float:
    return features_of(case_of(claim, evidence, speaker))[list(FEATURES).index(name)]


def test_features_mean_what_they_say() -> None:
    claim = "Some 3 million voters in Norway got two ballots"
    assert read(claim).numbers == {3e6}
    assert _feature("numbers-found", claim, ["In Norway 3,000,000 voters got ballots"]) == 1
    assert _feature("other-numbers", claim, ["In Norway 40 voters got two ballots"]) == 1
    assert _feature("numbers-missing", claim, ["In Norway 40 voters got two ballots"]) == 1
    assert _feature("names-found", claim, ["Norway has voters"]) == 1
    assert _feature("names-found", claim, ["Sweden has voters"]) == 0
    assert _feature("negation-differs", claim, ["Voters in Norway did not get ballots"]) == 1
    assert _feature("near-refuting", claim, ["It is false that voters in Norway got two ballots", "Norway"]) == 1
    assert _feature("claim-spoken", claim, [], "A minister") == 1
    assert _feature("claim-numbers", "On 3 May it rained", []) == 0


@given(awkward_texts, st.lists(awkward_texts, max_size=12), st.booleans())
@settings(max_examples=60)
def test_features_are_finite_and_small(claim: str, evidence: list[str], spoken: bool) -> None:
    values = features_of(case_of(claim, evidence, "X" if spoken else None))
    assert len(values) == len(FEATURES)
    assert all(math.isfinite(value) and 0 <= value <= 2.5 for value in values)
    judgement = load_model().judge(claim, evidence, None)
    assert sum(judgement.probabilities.values()) == pytest.approx(1)
    assert judgement.probabilities[judgement.verdict] == max(judgement.probabilities.values())


def _claims(count: int = 40) -> list[GoldClaim]:
    """Claims that can be learned from: false ones are denied, true ones confirmed, a few are left open."""
    claims = []
    for number in range(count):
        kind = number % 4
        label = (Verdict.SUPPORTED, Verdict.REFUTED, Verdict.REFUTED, Verdict.NOT_ENOUGH_EVIDENCE)[kind]
        topic = f"topic{chr(97 + number % 26)}{chr(97 + number // 26)}"
        answer = ("It was confirmed that {} grew", "It is false, {} never grew", "No, {} did not grow", "Unclear: {}")[
            kind
        ]
        words = ("harvest", "miracle", "cure", "rumour")[kind]
        question = Question("Did it?", (Answer(answer.format(topic), "Extractive"),))
        claims.append(GoldClaim(number, f"The {words} of {topic} grew by {number + 3} percent", label, (question,)))
    return claims


@pytest.fixture
def few_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cross-validation with few strengths and no repetition."""
    pytest.importorskip("sklearn")
    monkeypatch.setattr(training, "STRENGTHS", (1.0, 2.0))
    monkeypatch.setattr(training, "REPEATS", 1)


@pytest.mark.usefixtures("few_fits")
def test_training_is_repeatable_and_learns() -> None:
    claims = _claims()
    trained, again = train_model(claims, {"file": "made"}), train_model(claims, {"file": "made"})
    assert dumped(trained.model) == dumped(again.model)
    assert trained.accuracies[trained.chosen] > trained.majority + 0.2
    assert LexicalModel.from_dict(json.loads(dumped(trained.model))) == trained.model
    verdicts = {claim.claim_id: _judge(trained.model, claim) for claim in claims}
    assert sum(verdicts[claim.claim_id] is claim.label for claim in claims) >= 36
    assert Verdict.CONFLICTING not in verdicts.values()


def _judge(model: LexicalModel, claim: GoldClaim) -> Verdict:
    return model.judge(claim.claim, [a.text for q in claim.questions for a in q.answers], claim.speaker).verdict


@pytest.mark.usefixtures("few_fits")
@pytest.mark.parametrize("labels", [3, 2])
def test_the_shipped_arithmetic_is_that_of_scikit_learn(labels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Probabilities equal those of the fitted regression up to the rounding of the numbers, with two verdicts too."""
    fitted: list[Any] = []

    def regression(strength: float) -> Any:
        from sklearn.linear_model import LogisticRegression

        fitted.append(LogisticRegression(C=strength, max_iter=5000, tol=1e-8))
        return fitted[-1]

    monkeypatch.setattr(training, "_regression", regression)
    claims = [claim for claim in _claims() if labels == 3 or claim.label is not Verdict.NOT_ENOUGH_EVIDENCE]
    model = train_model(claims, {}).model
    last, evidence = fitted[-1], stand_in(claims)
    for claim, texts in zip(claims, evidence, strict=True):
        values = features_of(case_of(claim.claim, texts, claim.speaker))
        row = [(v - mean) * scale for v, mean, scale in zip(values, model.means, model.scales, strict=True)]
        held = training.words_of_claim(claim.claim)
        length = math.sqrt(sum(n[0] ** 2 for stem, n in model.words.items() if stem in held))
        row += [n[0] / length if stem in held else 0.0 for stem, n in model.words.items()]
        expected = dict(zip(last.classes_, last.predict_proba([row])[0], strict=True))
        found = model.judge(claim.claim, texts, claim.speaker).probabilities
        for at, label in enumerate(model_module.LABELS):
            assert found[label] == pytest.approx(expected.get(at, 0.0), abs=2e-3)


@pytest.mark.usefixtures("few_fits")
def test_training_without_the_claims_that_are_tested_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train, dev = tmp_path / "train.json", tmp_path / "dev.json"
    entries = [_entry(claim) for claim in _claims()]
    train.write_text(json.dumps(entries), encoding="utf-8")
    dev.write_text(json.dumps([{**entries[1], "claim": entries[1]["claim"].upper() + " "}]), encoding="utf-8")
    out = tmp_path / "model.json"
    assert main(["baseline", "train", "--train", str(train), "--exclude", str(dev), "--out", str(out)]) == 0
    shown = capsys.readouterr()
    assert shown.out == f"{out}\n"
    assert "trained on 39 claims (1 left out" in shown.err
    assert load_model(str(out)).trained["excluded"] == 1
    with pytest.raises(UsageError, match="too few"):
        train_file(dev, [], out)


def _entry(claim: GoldClaim) -> dict[str, Any]:
    answers = [{"answer": a.text, "answer_type": a.answer_type} for q in claim.questions for a in q.answers]
    questions = [{"question": claim.questions[0].question, "answers": answers}]
    return {"claim": claim.claim, "label": claim.label.value, "questions": questions}


BROKEN: dict[str, Any] = {
    "no object": [],
    "another format": {"format": 2},
    "labels": {"labels": ["Refuted"]},
    "a feature less": {"features": {}},
    "not a number": {"intercepts": [0, 0, True, 0]},
    "not finite": {"intercepts": [0, 0, float("inf"), 0]},
    "words": {"words": []},
    "a word's numbers": {"words": {"tax": [1, 2]}},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_damaged_models_are_refused(change: Any, tmp_path: Path) -> None:
    data = {**load_model().to_dict(), **change} if isinstance(change, dict) else change
    path = tmp_path / "model.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ResourceError, match="cannot be used"):
        load_model(str(path))


def test_the_shipped_model_is_small_and_plain() -> None:
    path = Path(averitec_eval.__file__).parent / "baselines" / "lexical" / "model.json"
    assert path.stat().st_size < 200_000
    assert path.read_bytes() == dumped(load_model())


def _state(*texts: str) -> ClaimState:
    units = [Unit(text, f"https://a.example/{at}", at) for at, text in enumerate(texts)]
    claim = ClaimInput(3, "The wall is 30 feet high", None, None)
    return ClaimState(claim, candidates=tuple(Candidate(unit, 1.0) for unit in units))


def test_components_from_candidates_to_justification() -> None:
    state = FromSentence(keep=2).run(
        _state("The wall is 30 feet high, officials said.", "**", "The wall is old."), Tools()
    )
    assert [pair.question for pair in state.qa] == ["Is the wall 30 feet high?"]
    assert state.qa[0].url == "https://a.example/0"
    state = replace(state, qa=tuple(replace(pair, answer=pair.source) for pair in state.qa))
    state = LexicalVerdict().run(state, Tools())
    assert state.verdict_text in {label.value for label in Verdict}
    state = LexicalJustification().run(state, Tools())
    assert state.justification is not None
    assert state.verdict_text in state.justification
    assert state.justification.endswith("The wall is 30 feet high, officials said.")
    assert not state.troubles


def test_texts_off_the_topic_are_dropped() -> None:
    state = _state("That is of the kind.", "A wall of ice.", "The high wall.")
    assert [one.unit.text for one in OnTopic().run(state, Tools()).candidates] == ["A wall of ice.", "The high wall."]
    assert [one.unit.text for one in OnTopic(shared=2).run(state, Tools()).candidates] == ["The high wall."]
    emptied = OnTopic(shared=3).run(state, Tools())
    assert not emptied.candidates
    assert [trouble.code for trouble in emptied.troubles] == ["no-candidates"]


def test_components_without_evidence() -> None:
    state = FromSentence().run(_state(), Tools())
    state = LexicalJustification().run(LexicalVerdict().run(state, Tools()), Tools())
    assert state.verdict_text == "Not Enough Evidence"
    assert state.justification == "No evidence was found, so the claim can be neither supported nor refuted."
    assert [trouble.code for trouble in state.troubles] == ["no-candidates", "no-evidence"]
    assert [one.code for one in FromSentence().run(_state("**"), Tools()).troubles] == ["no-questions"]


def test_reasons_speak_for_the_verdict() -> None:
    judgement = load_model().judge("A photo shows the Pope", ["The photo is fake and was doctored"], None)
    values = [value for _, value, _ in judgement.reasons]
    assert values == sorted(values, reverse=True)
    assert all(value > 0 for value in values)


def test_training_texts_are_answers_that_a_page_could_hold() -> None:
    claim = GoldClaim(
        0,
        "The dam broke",
        Verdict.REFUTED,
        (
            Question("Did it?", (Answer("No", "Boolean", "The dam stands"),)),
            Question("When?", (Answer("No answer could be found.", "Unanswerable"),)),
            Question("Where?", (Answer("In the dam's valley", "Extractive"), Answer("Yes", "Boolean"))),
        ),
    )
    assert sorted(stand_in([claim])[0]) == ["In the dam's valley", "The dam stands"]
    assert stand_in([replace(claim, questions=())]) == [[]]


def _checked_predictions(path: Path) -> list[dict[str, Any]]:
    """The predictions, after checking that evidence is honest: no claim, nothing twice, and from the store."""
    entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    for entry in entries:
        answers = [bare(pair["answer"]) for pair in entry["evidence"]]
        assert len(set(answers)) == len(answers) <= 10
        assert bare(entry["claim"]) not in answers
        assert all(content_words(pair["answer"]) & content_words(entry["claim"]) for pair in entry["evidence"])
        assert all(pair["question"].endswith("?") and pair["url"] for pair in entry["evidence"])
    return entries


def test_on_the_small_set(tmp_path: Path) -> None:
    summary = run_mini(load_system("lexical"), tmp_path / "a")
    run_mini(load_system("lexical"), tmp_path / "b")
    assert same_bytes(tmp_path / "a") == same_bytes(tmp_path / "b")
    assert len(_checked_predictions(tmp_path / "a" / "predictions.json")) == summary.claims


def test_on_real_claims(tmp_path: Path, data_dir: Path) -> None:
    """What the documentation claims, on the pre-filtered store of dev."""
    dev = data_dir / "averitec" / "dev.json"
    claims = read_claims(str(dev))
    with KnowledgeStore(data_dir / "knowledge_store_dev") as store:
        run_system(load_system("lexical"), claims, tmp_path / "a", Tools(), store=store, clock=lambda: 0.0)
    predictions = tmp_path / "a" / "predictions.json"
    assert len(_checked_predictions(predictions)) == 500
    result = averitec_eval.score(predictions, read_gold(dev))
    assert result.scores["averitec@0.25"] >= 0.30
    assert result.scores["accuracy"] > 0.61


@pytest.mark.slow
def test_the_shipped_model_is_what_training_gives(tmp_path: Path, data_dir: Path) -> None:
    pytest.importorskip("sklearn")
    averitec = data_dir / "averitec"
    train_file(averitec / "train_first1158.json", [averitec / "dev.json"], tmp_path / "model.json")
    made, shipped = load_model(str(tmp_path / "model.json")), load_model()
    assert made.trained == shipped.trained
    assert made.words.keys() == shipped.words.keys()
    for stem, numbers in shipped.words.items():
        assert made.words[stem] == pytest.approx(numbers, abs=2e-3)
