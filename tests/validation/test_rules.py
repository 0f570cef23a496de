"""Each rule on submissions in memory: what raises it, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import gold_with_predictions
from validation.records_for_checks import CLAIMS, counts, make_gold, pair, perfect, submit, with_evidence

from averitec_eval.errors import UsageError
from averitec_eval.records import Answer, Gold, GoldClaim, Prediction, Question, Submission, Verdict
from averitec_eval.validation import Severity, validate

Predictions = tuple[Prediction, ...]
GOLD = make_gold()
GOOD = perfect(GOLD)


def check(predictions: Predictions, gold: Gold | None = GOLD, form: str = "2024-json") -> dict[str, int]:
    return counts(validate(submit(predictions, form), gold))


def one(*questions: Question, **changes: object) -> Predictions:
    """The good predictions, the first with this evidence or these fields instead."""
    first = replace(GOOD[0], **changes)  # type: ignore[arg-type]
    return (with_evidence(first, *questions) if questions else first, *GOOD[1:])


def renumbered(shift: int) -> Predictions:
    return tuple(replace(prediction, claim_id=prediction.claim_id + shift) for prediction in GOOD)


def without_texts(predictions: Predictions) -> Predictions:
    return tuple(replace(prediction, claim=None) for prediction in predictions)


def test_nothing_is_wrong_with_good_predictions() -> None:
    report = validate(submit(GOOD), GOLD)
    assert report.groups == ()
    assert (report.valid, report.readable, report.exit_code) == (True, True, 0)
    assert report.summary == "valid: 6 predictions"


IDS: dict[str, tuple[Predictions, dict[str, int]]] = {
    "one missing": (GOOD[:2] + GOOD[3:], {"I001": 1}),
    "all but one missing": (GOOD[3:4], {"I001": 5}),
    "one twice": ((*GOOD, GOOD[2]), {"I002": 1, "I008": 1}),
    "one three times": ((*GOOD[:3], GOOD[2], GOOD[2], *GOOD[3:]), {"I002": 2}),
    "one unknown": ((*GOOD, replace(GOOD[0], claim_id=90, claim="Geese fly.")), {"I003": 1}),
    "other order": (GOOD[::-1], {"I008": 1}),
    "counted from 1": (renumbered(1), {"I004": 1}),
    "counted from -1": (renumbered(-1), {"I004": 1}),
    "counted from 1 without texts": (without_texts(renumbered(1)), {"I004": 1, "C003": 1}),
    "one lost, the later ones counted on": (
        tuple(replace(p, claim_id=i) for i, p in enumerate(GOOD[:4] + GOOD[5:])),
        {"I001": 1, "I006": 1},
    ),
    "first lost, the later ones counted on": (
        tuple(replace(p, claim_id=i) for i, p in enumerate(GOOD[1:])),
        {"I004": 1},
    ),
    "two exchanged": (
        (replace(GOOD[0], claim_id=1), replace(GOOD[1], claim_id=0), *GOOD[2:]),
        {"I006": 2, "I008": 1},
    ),
    "all ids unknown": (without_texts(renumbered(70))[:4], {"I005": 1, "C003": 1}),
    "all texts unknown": (tuple(replace(p, claim=f"Word{p.claim_id} only.") for p in GOOD), {"I005": 1}),
}


@pytest.mark.parametrize("name", IDS)
def test_ids_against_gold(name: str) -> None:
    predictions, expected = IDS[name]
    assert check(predictions) == expected


def test_a_shift_says_how_to_undo_it() -> None:
    group = validate(submit(renumbered(1)), GOLD).groups[0]
    assert group.examples[0].hint == "Subtract 1 from every claim id."
    assert "6 of 6 claim texts show ids that are 1 too high" in group.examples[0].found


def test_every_missing_claim_is_named() -> None:
    report = validate(submit(GOOD[:2]), GOLD, max_examples=10)
    group = report.groups[0]
    assert (group.code, [issue.where.claim_id for issue in group.examples]) == ("I001", [2, 3, 4, 5])


def test_missing_claims_alone_leave_a_file_incomplete_rather_than_wrong() -> None:
    report = validate(submit(GOOD[:4]), GOLD)
    assert (report.valid, report.valid_but_incomplete, report.exit_code, report.n_missing) == (False, True, 1, 2)
    assert report.summary == "INVALID: 4 predictions, 2 errors (missing claims only)"
    spoilt = validate(submit((*GOOD[:4], GOOD[0])), GOLD)
    assert not spoilt.valid_but_incomplete


def test_missing_claims_with_warnings_under_strict_are_not_all_that_is_wrong() -> None:
    predictions = (with_evidence(GOOD[0]), *GOOD[1:4])
    assert validate(submit(predictions), GOLD).valid_but_incomplete
    assert not validate(submit(predictions), GOLD, strict=True).valid_but_incomplete


def test_a_positional_file_that_is_too_short_cannot_be_joined_without_texts() -> None:
    assert check(without_texts(GOOD)[:4], form="2023-json") == {"I007": 1, "C003": 1}
    assert check(GOOD[:4], form="2023-json") == {"I001": 2}
    assert check(without_texts(GOOD), form="2023-json") == {"C003": 1}


def test_a_positional_file_that_lost_a_claim_is_found_out_by_its_texts() -> None:
    lost = tuple(replace(prediction, claim_id=place) for place, prediction in enumerate(GOOD[:1] + GOOD[2:]))
    assert check(lost, form="2023-json") == {"I004": 1}


def test_claims_that_repeat_in_gold_are_joined_by_id() -> None:
    twins = Gold(
        tuple(replace(claim, claim="The same words twice.") if claim.claim_id < 2 else claim for claim in GOLD),
        GOLD.sha256,
    )
    assert check(perfect(twins), twins) == {}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [([0, 1, 2], {}), ([1, 2, 3], {"I009": 1}), ([0, 1, 5], {"I009": 1}), ([2, 0, 1], {}), ([0], {})],
)
def test_ids_without_gold(ids: list[int], expected: dict[str, int]) -> None:
    predictions = tuple(replace(GOOD[place], claim_id=claim_id) for place, claim_id in enumerate(ids))
    assert check(predictions, None) == expected


TEXTS: dict[str, tuple[Predictions, dict[str, int]]] = {
    "case and space": (one(claim=CLAIMS[0][0].upper().replace(" ", "  ")), {"C002": 1}),
    "full stop": (one(claim=CLAIMS[0][0].rstrip(".")), {"C002": 1}),
    "rewritten": (one(claim="The Kessan lighthouse got electricity before any other."), {"C001": 1}),
    "another text": (one(claim="Cats sleep."), {"C001": 1}),
    "no text": (one(claim=None), {}),
    "blank text": (one(claim=" "), {}),
    "no texts at all": (without_texts(GOOD), {"C003": 1}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_claim_texts(name: str) -> None:
    predictions, expected = TEXTS[name]
    assert check(predictions) == expected


ELEVEN = tuple(Answer(f"Reason {i}.", source_url="https://archive.example") for i in range(11))

EVIDENCE: dict[str, tuple[Predictions, dict[str, int]]] = {
    "none": ((with_evidence(GOOD[0]), *GOOD[1:]), {"E001": 1}),
    "blank question": (one(pair("  ", "An answer.")), {"E003": 1}),
    "empty answer": (one(pair("Why?", "")), {"E004": 1}),
    "invisible answer": (one(pair("Why?", "\u200b\ufeff")), {"E004": 1, "E011": 1}),
    "ten pairs": (one(*(pair(f"Why {i}?", f"Reason {i}.") for i in range(10))), {}),
    "eleven pairs": (one(*(pair(f"Why {i}?", f"Reason {i}.") for i in range(11))), {"E005": 1}),
    "eleven answers": (one(Question("Why?", ELEVEN)), {"E005": 1}),
    "5,000 characters": (one(pair("Why?", "a" * 5_000)), {}),
    "5,001 characters": (one(pair("Why?", "a" * 5_001)), {"E006": 1}),
    "100,001 characters": (one(pair("b" * 100_001, "Because.")), {"E007": 1}),
    "CSV separator": (one(pair("Why?", "one\t\t\ntwo")), {"E008": 1}),
    "tabs and newlines": (one(pair("Why?", "one\ttwo\nthree\r\nfour")), {}),
    "control character": (one(pair("Why?", "bell \x07 rings")), {"E009": 1}),
    "C1 control": (one(pair("Why\x92s that?", "Because.")), {"E009": 1}),
    "surrogate": (one(pair("Why?", "half \ud83d only")), {"E010": 1}),
    "zero width": (one(pair("Why?", "zero\u200bwidth")), {"E011": 1}),
    "joiner in Persian": (one(pair("Why?", "می\u200cخواهم")), {}),
    "emoji sequence": (one(pair("Why?", "family \U0001f468\u200d\U0001f469\u200d\U0001f467")), {}),
    "override": (one(pair("Why?", "abc\u202edef")), {"E012": 1}),
    "right-to-left text": (one(pair("Why?", "שלום עולם")), {}),
    "placeholder": (one(pair("Why?", " N/A ")), {"E013": 1}),
    "gold's own stand-in": (one(pair("Why?", "No answer could be found.")), {}),
    "a word that begins like one": (one(pair("Why?", "None of the papers says so.")), {}),
    "repeated": (one(pair("Why?", "So."), pair("Where?", "Here."), pair("WHY? ", "so.")), {"E014": 1}),
    "same answer, other question": (one(pair("Why?", "So."), pair("Where?", "So.")), {}),
    "answer is question": (one(pair("Why is it so?", "why is it  so?")), {"Q002": 1}),
    "malformed URL": (one(pair("Why?", "So.", "www.example.org/page")), {"Q005": 1}),
    "URL with a space": (one(pair("Why?", "So.", "https://example.org/a b")), {"Q005": 1}),
    "script": (one(pair("Why?", "So.", "javascript:alert(1)")), {"Q005": 1}),
    "odd but fine URL": (one(pair("Why?", "So.", "HTTP://[::1]:80/a?b#c")), {}),
    "characters in the claim": (one(claim=CLAIMS[0][0] + "\x00"), {"C002": 1, "E009": 1}),
    "characters in the justification": (one(justification="half \udc00"), {"E010": 1}),
}  # fmt: skip


@pytest.mark.parametrize("name", EVIDENCE)
def test_evidence(name: str) -> None:
    predictions, expected = EVIDENCE[name]
    assert check(predictions) == expected


def test_plain_strings_are_evidence_too() -> None:
    strings = tuple(f"Fact {i}." for i in range(9))
    first = replace(GOOD[0], evidence=(), string_evidence=(*strings, "Fact 1.", "", "null"))
    assert check((first, *GOOD[1:]), form="2023-json") == {"E004": 1, "E005": 1, "E013": 1, "E014": 1}


@pytest.mark.parametrize(
    ("form", "pointer"), [("2024-json", "/0/evidence/1/answer"), ("2023-json", "/0/questions/1/answers/0/answer")]
)
def test_an_issue_points_into_the_file(form: str, pointer: str) -> None:
    report = validate(submit(one(pair("Who?", "They."), pair("Why?", "")), form), GOLD)
    where = report.groups[0].examples[0].where
    assert (where.pointer, where.claim_id) == (pointer, 0)


def every(change: Callable[[Prediction], Prediction]) -> Predictions:
    return tuple(map(change, GOOD))


QUALITY: dict[str, tuple[Predictions, dict[str, int]]] = {
    "same evidence": (every(lambda p: replace(p, evidence=GOOD[0].evidence)), {"Q001": 1}),
    "half the same": (tuple(replace(p, evidence=GOOD[0].evidence) for p in GOOD[:3]) + GOOD[3:], {}),
    "no URLs": (every(lambda p: with_evidence(p, pair(f"Why {p.claim_id}?", "So.", None))), {"Q003": 1}),
    "blank URLs": (every(lambda p: with_evidence(p, pair(f"Why {p.claim_id}?", "So.", " "))), {"Q003": 1}),
    "one label": (every(lambda p: replace(p, label=Verdict.REFUTED)), {"Q004": 1}),
    "no evidence": (every(with_evidence), {"E001": 6, "Q006": 1}),
    "gold": (
        tuple(Prediction(c.claim_id, c.label, c.questions, claim=c.claim) for c in GOLD),
        {"G004": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUALITY)
def test_quality(name: str) -> None:
    predictions, expected = QUALITY[name]
    assert check(predictions) == expected


def test_one_label_is_no_wonder_in_few_predictions_or_a_gold_set_of_one_label() -> None:
    alike = every(lambda p: replace(p, label=Verdict.REFUTED))
    uniform = Gold(tuple(replace(claim, label=Verdict.REFUTED) for claim in GOLD), GOLD.sha256)
    assert check(alike, uniform) == {}
    assert check(alike[:2], None) == {}
    assert check(alike[:3], None) == {"Q004": 1}


def test_an_empty_csv_cell_is_an_error() -> None:
    report = validate(submit((with_evidence(GOOD[0]), *GOOD[1:]), "2025-csv"), GOLD)
    group = report.groups[0]
    assert (group.code, group.severity, group.examples[0].where.row) == ("E002", Severity.ERROR, 1)


def test_gold_sets_are_checked() -> None:
    assert check(GOOD, Gold((), "0" * 64))["G001"] == 1
    bare = Gold((*GOLD.claims[:5], GoldClaim(5, CLAIMS[5][0], Verdict.SUPPORTED, (Question(" "),))), "0" * 64)
    assert check(GOOD, bare) == {"G003": 1}
    assert check(GOOD, Gold((*GOLD.claims, GOLD.claims[0]), "0" * 64)) == {"G002": 1}


def test_strict_makes_warnings_errors_and_leaves_notes() -> None:
    predictions = one(pair("Why?", ""), claim=CLAIMS[0][0].lower())
    lenient = validate(submit(predictions), GOLD)
    strict = validate(submit(predictions), GOLD, strict=True)
    assert (lenient.valid, lenient.n_errors, lenient.n_warnings, lenient.n_notes) == (True, 0, 1, 1)
    assert (strict.valid, strict.n_errors, strict.n_warnings, strict.n_notes) == (False, 1, 0, 1)


def test_examples_are_bounded_and_all_are_counted() -> None:
    report = validate(submit(every(with_evidence)), GOLD, max_examples=2)
    group = next(group for group in report.groups if group.code == "E001")
    assert (group.count, len(group.examples)) == (6, 2)
    with pytest.raises(UsageError, match="at least 1"):
        validate(submit(GOOD), GOLD, max_examples=0)


@given(gold_with_predictions())
def test_a_sound_submission_has_no_errors(case: tuple[Gold, Predictions]) -> None:
    gold, predictions = case
    report = validate(submit(predictions), gold)
    assert report.n_errors == 0, report.groups
    assert validate(submit(predictions), None).n_errors == 0


@given(gold_with_predictions(), st.data())
def test_the_order_of_entries_changes_no_verdict_about_ids(case: tuple[Gold, Predictions], data: st.DataObject) -> None:
    gold, predictions = case
    ids = data.draw(st.lists(st.integers(-2, 10), min_size=len(predictions), max_size=len(predictions)))
    entries = [replace(p, claim_id=i) for p, i in zip(predictions, ids, strict=True)]
    if data.draw(st.booleans()):
        entries = [replace(p, claim=None) for p in entries]
    shuffled = data.draw(st.permutations(entries))

    def verdicts(order: list[Prediction]) -> dict[str, int]:
        found = counts(validate(Submission(tuple(order), "", "2024-json"), gold))
        return {code: n for code, n in found.items() if code[0] in "IC" and code != "I008"}

    assert verdicts(entries) == verdicts(shuffled)


@given(gold_with_predictions(), st.data())
def test_ids_are_counted_as_sets_would_have_it(case: tuple[Gold, Predictions], data: st.DataObject) -> None:
    gold, predictions = case
    kept = data.draw(st.lists(st.sampled_from(predictions), min_size=1, max_size=12))
    found = counts(validate(submit(kept), gold))
    ids = [prediction.claim_id for prediction in kept]
    assert found.get("I001", 0) == len(set(range(len(gold))) - set(ids))
    assert found.get("I002", 0) == len(ids) - len(set(ids))
    assert "I003" not in found


@given(gold_with_predictions(), st.integers(-5, 5).filter(bool))
def test_a_shifted_file_is_never_valid(case: tuple[Gold, Predictions], shift: int) -> None:
    gold, predictions = case
    moved = tuple(replace(prediction, claim_id=prediction.claim_id + shift) for prediction in predictions)
    assert not validate(submit(moved), gold).valid
    if len(gold) > 1:
        assert "I004" in counts(validate(submit(moved), gold))
