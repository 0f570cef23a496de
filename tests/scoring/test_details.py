"""What a claim page shows of a prediction: its strings, its matches, and every matched word marked where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scoring.helpers import gold_claim, prediction
from strategies import awkward_texts, json_values

from averitec_eval import Answer, GoldClaim, Prediction, Question, Scorer, Verdict, read_gold, read_submission
from averitec_eval.json_output import to_json
from averitec_eval.scoring import details
from averitec_eval.scoring.claims import ClaimScorer
from averitec_eval.scoring.details import (
    KINDS,
    ClaimDetail,
    Mark,
    PredictedText,
    claim_detail,
    predicted_texts,
)
from averitec_eval.scoring.evidence import comparison_strings
from averitec_eval.scoring.profiles import LEVELS, PROFILES
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.text.meteor import align
from averitec_eval.text.spans import word_spans

SCORER = ClaimScorer(PROFILES["averitec-2024"], LEVELS)
texts = awkward_texts | st.sampled_from(
    ["The geese ran to church.", "A goose runs to churches!", "He said \"no\" 'twice'."]
)


def detail_of(predicted: Prediction, claim: GoldClaim) -> tuple[ClaimDetail, ClaimScore]:
    score = SCORER.score(predicted, claim)
    return claim_detail(predicted, claim, score), score


def read_back(detail: ClaimDetail) -> ClaimDetail:
    return ClaimDetail.from_dict(json.loads(to_json(detail.to_dict(), indent=None)))


def assert_marked(text: str, marks: tuple[Mark, ...], matched: list[tuple[str, str]]) -> None:
    """That the marks of a text hold the matched words, each given with its kind, and nothing else."""
    found = []
    last = 0
    for mark in marks:
        assert last <= mark.start < mark.end <= len(text)
        assert text[mark.start : mark.end].strip() == text[mark.start : mark.end]
        found.append((text[mark.start : mark.end], mark.kind))
        last = mark.end
    quotes = str.maketrans({"`": None, "'": None, '"': None})
    assert "".join("".join(part.lower().split()).translate(quotes) for part, _ in found) == "".join(
        word.translate(quotes) for word, _ in matched
    )
    assert {kind for _, kind in found} == {kind for _, kind in matched}


def assert_faithful(detail: ClaimDetail, score: ClaimScore, predicted: Prediction, claim: GoldClaim) -> None:
    gold = comparison_strings(claim.questions)
    assert [item.text for item in detail.predicted] == comparison_strings(predicted.evidence, predicted.string_evidence)
    assert sorted((match.predicted, match.gold, match.meteor) for match in detail.matches) == sorted(
        (pair.predicted, pair.gold, pair.meteor) for pair in score.pairs
    )
    assert [match.meteor for match in detail.matches] == sorted((pair.meteor for pair in score.pairs), reverse=True)
    for match in detail.matches:
        ours, theirs = detail.predicted[match.predicted].text, gold[match.gold]
        alignment = align(ours, theirs)
        assert alignment.score == match.meteor
        pairs = alignment.matches
        assert_marked(ours, match.predicted_marks, [(alignment.candidate[m.candidate], m.kind) for m in pairs])
        by_gold = sorted(pairs, key=lambda m: m.reference)
        assert_marked(theirs, match.gold_marks, [(alignment.reference[m.reference], m.kind) for m in by_gold])


@given(
    ours=st.lists(st.tuples(texts, texts), max_size=3),
    theirs=st.lists(st.tuples(texts, texts), min_size=1, max_size=3),
)
@example(ours=[("\ud800 \udfff", "x \ud83d")], theirs=[("x", "\ud800 İ")])
@settings(max_examples=100)
def test_marks_hold_the_matched_words_of_any_text(ours: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> None:
    predicted, claim = prediction(1, Verdict.REFUTED, *ours), gold_claim(1, Verdict.REFUTED, *theirs)
    detail, score = detail_of(predicted, claim)
    assert_faithful(detail, score, predicted, claim)


@pytest.mark.parametrize("name", ["baseline_2024.json", "fever8_baseline_2025.csv"])
def test_marks_hold_the_matched_words_of_real_submissions(data_dir: Path, name: str) -> None:
    gold = read_gold(data_dir / "averitec" / "dev.json")
    claims, scorer = gold.by_id(), Scorer(gold)
    kinds = set()
    for predicted in read_submission(data_dir / "submissions" / name):
        claim = claims[predicted.claim_id]
        score = scorer.add(predicted)
        detail = claim_detail(predicted, claim, score)
        assert_faithful(detail, score, predicted, claim)
        assert read_back(detail) == detail
        kinds |= {mark.kind for match in detail.matches for mark in match.gold_marks}
    assert kinds == set(KINDS)


def test_neighbours_of_one_kind_share_a_mark_and_others_do_not() -> None:
    predicted = prediction(1, Verdict.REFUTED, ("Big  dogs,", "ran; a “fast” train."))
    claim = gold_claim(1, Verdict.REFUTED, ("big dogs", ", running ; fast trains"))
    detail, _ = detail_of(predicted, claim)
    text = detail.predicted[0].text
    marked = [(text[mark.start : mark.end], mark.kind) for mark in detail.matches[0].predicted_marks]
    assert marked == [
        ("Big  dogs,", "exact"),
        ("ran", "synonym"),
        (";", "exact"),
        ("fast", "exact"),
        ("train", "stem"),
    ]


def test_marks_point_into_the_text_as_it_was_written() -> None:
    predicted = prediction(1, Verdict.REFUTED, ('Did "GEESE" fly?', "The  Churches didn't."))
    claim = gold_claim(1, Verdict.REFUTED, ("geese", '"church" did n\'t'))
    detail, _ = detail_of(predicted, claim)
    text = detail.predicted[0].text
    marked = [(text[mark.start : mark.end], mark.kind) for mark in detail.matches[0].predicted_marks]
    # Of two words alike the last is matched, so that "Did" is left over.
    assert marked == [('"GEESE"', "exact"), ("Churches", "stem"), ("didn't", "exact")]


def test_words_that_cannot_be_found_are_left_unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "word_spans", lambda text, words: word_spans(text, words)[:1])
    detail, _ = detail_of(prediction(1, Verdict.REFUTED, ("a", "b c")), gold_claim(1, Verdict.REFUTED, ("a", "x b c")))
    assert detail.matches[0].predicted_marks == detail.matches[0].gold_marks == (Mark(0, 1, "exact"),)


def test_texts_are_the_compared_strings_with_their_source() -> None:
    evidence = (
        Question("Q?", (Answer("A", source_url="https://a.example/"), Answer("Yes", "Boolean", "So it is."))),
        Question("R?"),
    )
    predicted = Prediction(1, Verdict.REFUTED, evidence, ("plain",))
    assert predicted_texts(predicted) == (
        PredictedText("Q?", "A", "https://a.example/"),
        PredictedText("Q?", "Yes. So it is."),
        PredictedText("R?", "No answer could be found."),
        PredictedText(None, "plain"),
    )
    assert [item.text for item in predicted_texts(predicted)] == comparison_strings(evidence, ("plain",))


def test_texts_beyond_the_cap_are_there_and_not_matched() -> None:
    pairs = [(f"nothing{number}", "at all") for number in range(10)]
    detail, _ = detail_of(
        prediction(1, Verdict.REFUTED, *pairs, ("gold", "string")),
        gold_claim(1, Verdict.REFUTED, ("gold", "string"), ("at", "last")),
    )
    assert len(detail.predicted) == 11
    assert all(match.predicted < 10 for match in detail.matches)


def test_a_score_of_another_claim_or_prediction_is_refused() -> None:
    one, other = gold_claim(1, Verdict.REFUTED, ("a", "b")), gold_claim(2, Verdict.REFUTED, ("a", "b"))
    predicted = prediction(1, Verdict.REFUTED, ("a", "b"))
    score = SCORER.score(predicted, one)
    longer = prediction(1, Verdict.REFUTED, ("a", "b"), ("c", "d"))
    for wrong in ((predicted, other, score), (longer, one, score), (predicted, one, SCORER.missing(one))):
        with pytest.raises(ValueError, match="not that of this prediction"):
            claim_detail(*wrong)


def test_huge_texts_and_broken_unicode_survive_storing() -> None:
    huge = 'The geese \ud800 ran İ "x" ' * 5_000
    predicted, claim = prediction(1, Verdict.REFUTED, (huge, huge)), gold_claim(1, Verdict.REFUTED, ("goose", huge))
    detail, _ = detail_of(predicted, claim)
    assert detail.predicted[0].text == f"{huge} {huge}"
    assert read_back(detail) == detail
    assert detail.matches[0].gold_marks[-1].end == len(f"goose {huge}".rstrip())


# Stored documents

EXAMPLE, _ = detail_of(
    prediction(1, Verdict.REFUTED, ("Do geese fly?", "They ran."), ("x", "y")),
    gold_claim(1, Verdict.REFUTED, ("Does a goose fly?", "They run."), ("z", "y")),
)


def edits(value: Any) -> list[Any]:
    """Copies of a JSON value, each with one part changed, taken out or put in another form."""
    changed: list[Any] = [None, True, -1, 1.5, "x", [], {}, [value], 10**30]
    if isinstance(value, list):
        changed += [[*value[:i], other, *value[i + 1 :]] for i in range(len(value)) for other in edits(value[i])]
        changed += [value[:i] + value[i + 1 :] for i in range(len(value))] + [[*value, *value]]
    if isinstance(value, dict):
        changed += [{**value, key: other} for key in value for other in edits(value[key])]
        changed += [{name: part for name, part in value.items() if name != key} for key in value]
        changed.append({**value, "more": 1})
    return changed


def test_a_document_that_was_changed_is_refused_or_read_as_it_stands() -> None:
    assert read_back(EXAMPLE) == EXAMPLE
    refused = 0
    for document in edits(EXAMPLE.to_dict()):
        try:
            detail = ClaimDetail.from_dict(document)
        except ValueError:
            refused += 1
        else:
            assert to_json(detail.to_dict()) == to_json(document)
            for match in detail.matches:
                text = detail.predicted[match.predicted].text
                assert all(0 <= mark.start < mark.end <= len(text) for mark in match.predicted_marks)
    assert refused > 300


@given(document=json_values)
def test_any_other_document_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="not the evidence of a claim"):
        ClaimDetail.from_dict(document)
