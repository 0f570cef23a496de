"""Every problem of an entry: its code, its place and what was found; and the entry that comes out all the same."""

from __future__ import annotations

from typing import Any

import pytest
from formats.helpers import HEADER, cell, entry, entry_2023, pair, read, read_gold_entries, row
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from averitec_eval.records import Answer, Question, Verdict
from averitec_eval.validation.issues import Severity, Where

LONG_LIST = [0] * 3


def at(pointer: str, claim_id: int | None = 0) -> Where:
    return Where(pointer=pointer, claim_id=claim_id)


@pytest.mark.parametrize(
    ("item", "code", "pointer", "found", "hint"),
    [
        (entry(evidence=[pair(), "text"]), "S003", "/0/evidence/1", 'the string "text"', "2024-draft-jsonl"),
        (entry(evidence=[pair(answer=None)]), "S003", "/0/evidence/0/answer", "null", ""),
        (entry(evidence=[pair(answer=["a"])]), "S003", "/0/evidence/0/answer", "a list of 1 item", ""),
        (entry(evidence=[pair(question=3)]), "S003", "/0/evidence/0/question", "the number 3", ""),
        (entry(evidence=[pair(question=True)]), "S003", "/0/evidence/0/question", "true", ""),
        (entry(evidence=[pair(question={})]), "S003", "/0/evidence/0/question", "an empty object", ""),
        (entry(evidence=[pair(url=["u"])]), "S003", "/0/evidence/0/url", "a list of 1 item", ""),
        (entry(evidence=[pair(scraped_text=1.5)]), "S003", "/0/evidence/0/scraped_text", "the number 1.5", ""),
        (entry(evidence=[[pair()]]), "S003", "/0/evidence/0", "a list of 1 item", ""),
        (entry(evidence=[{"question": "q"}]), "S002", "/0/evidence/0", "the keys question", ""),
        (entry(evidence=[{}]), "S002", "/0/evidence/0", "an empty object", ""),
        (entry(evidence=[{"Question": "q", "answer": "a"}]), "S002", "/0/evidence/0", "Question", '"question"'),
        (entry(evidence={"question": "q"}), "S003", "/0/evidence", "an object with the key question", ""),
        (entry(evidence=None), "S003", "/0/evidence", "null", ""),
        (entry(evidence=...), "S002", "/0", "the keys claim_id, claim, pred_label", ""),
        (entry(pred_label=...), "S002", "/0", "the keys claim_id, claim, evidence", ""),
        (entry(pred_label=..., label="Refuted"), "S002", "/0", "label", "pred_label"),
        (entry(pred_label=None), "S003", "/0/pred_label", "null", ""),
        (entry(pred_label=["Refuted"]), "S003", "/0/pred_label", "a list of 1 item", ""),
        (entry(claim=7), "S003", "/0/claim", "the number 7", ""),
    ],
)
def test_problems_of_2024_entries(item: dict[str, Any], code: str, pointer: str, found: str, hint: str) -> None:
    result = read([item, entry(1)], "2024-json")
    issue = next(issue for issue in result.issues if issue.code == code)
    assert issue.where == at(pointer)
    assert found in issue.found
    assert hint in issue.hint
    assert issue.severity is Severity.ERROR
    broken, sound = result.entries
    assert broken.prediction() is None
    assert broken.claim_id == 0
    assert sound.prediction() is not None


@pytest.mark.parametrize("item", [None, 3, "text", [], True])
def test_entry_that_is_no_object(item: Any) -> None:
    result = read([entry(0), item], "2024-json")
    issue = result.issue("S001")
    assert issue.where == Where(pointer="/1")
    assert result.entries[1].prediction() is None
    assert result.entries[1].index == 1


@pytest.mark.parametrize(
    ("value", "code", "found", "hint"),
    [
        ("12", "S004", 'the string "12"', "Write 12 without quotation marks"),
        (" 7 ", "S004", 'the string " 7 "', "Write 7"),
        ("twelve", "S004", 'the string "twelve"', ""),
        (12.0, "S004", "the number 12.0", "Write 12 without a decimal point"),
        (12.5, "S004", "the number 12.5", ""),
        (True, "S004", "true", ""),
        (None, "S004", "null", ""),
        ([12], "S004", "a list of 1 item", ""),
        (-1, "S005", "the number -1", ""),
    ],
)
def test_claim_ids(value: Any, code: str, found: str, hint: str) -> None:
    for form, item in (("2024-json", entry(value)), ("2023-json", entry_2023(claim_id=value))):
        result = read([item], form)
        issue = result.issue(code)
        assert issue.where == Where(pointer="/0/claim_id")
        assert issue.found == found
        assert hint in issue.hint
        assert result.entries[0].claim_id is None
        assert result.entries[0].broken


def test_missing_claim_id() -> None:
    issue = read([entry(...)]).issue("S002")
    assert (issue.where, issue.expected) == (Where(pointer="/0"), "the key claim_id")


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        ("supported", "Supported"),
        ("SUPPORTED", "Supported"),
        ("Supports", "Supported"),
        ("True", "Supported"),
        ("Suported", "Supported"),
        ("refutes", "Refuted"),
        ("False", "Refuted"),
        ("Refuted.", "Refuted"),
        ("NEE", "Not Enough Evidence"),
        ("NEI", "Not Enough Evidence"),
        ("Not enough info", "Not Enough Evidence"),
        ("NOT ENOUGH EVIDENCE", "Not Enough Evidence"),
        ("Not_Enough_Evidence", "Not Enough Evidence"),
        ("Not Enough Evidenc", "Not Enough Evidence"),
        ("Cherry-picking", "Conflicting Evidence/Cherrypicking"),
        ("Conflicting Evidence", "Conflicting Evidence/Cherrypicking"),
        ("Conflicting Evidence/Cherry-picking", "Conflicting Evidence/Cherrypicking"),
        ("Conflicting Evidence / Cherrypicking", "Conflicting Evidence/Cherrypicking"),
        ("conflicting evidence/cherrypicking", "Conflicting Evidence/Cherrypicking"),
        ("Half true", None),
        ("", None),
        ("4", None),
    ],
)
def test_unknown_labels_are_never_repaired(label: str, meant: str | None) -> None:
    for data, form in (
        ([entry(pred_label=label)], "2024-json"),
        ([entry_2023(label=label)], "2023-json"),
        (HEADER + row(label=label), "2025-csv"),
    ):
        result = read(data, form)
        issue = result.issue("S006")
        assert issue.found == f'the label "{label}"'
        assert issue.hint == (f"Did you mean '{meant}'?" if meant else "")
        assert result.entries[0].label is None
        assert result.entries[0].prediction() is None


@pytest.mark.parametrize("label", ["Refuted ", " Refuted", "Refuted\n", "\tRefuted"])
def test_white_space_around_a_label(label: str) -> None:
    assert read([entry(pred_label=label)]).issue("S006").hint == "Remove the white space around 'Refuted'."


def test_sound_labels() -> None:
    entries = read([entry(i, pred_label=verdict.value) for i, verdict in enumerate(Verdict)]).entries
    assert [e.label for e in entries] == list(Verdict)


def test_other_key_names_are_read_with_a_warning() -> None:
    item = entry(pred_label=..., evidence=..., predicted_label="Refuted", predicted_evidence=[pair(), pair(answer=5)])
    result = read([item])
    assert [issue.where.pointer for issue in result.issues if issue.code == "S007"] == [
        "/0/predicted_label",
        "/0/predicted_evidence",
    ]
    assert result.issue("S003").where == at("/0/predicted_evidence/1/answer")
    assert result.entries[0].label is Verdict.REFUTED
    assert result.entries[0].evidence_key == "predicted_evidence"


@pytest.mark.parametrize(("other", "codes"), [("Refuted", ["S008"]), ("Supported", [])])
def test_both_names_of_a_key(other: str, codes: list[str]) -> None:
    assert read([entry(predicted_label=other)]).codes == codes


def test_unused_keys_once_for_each_name() -> None:
    data = [entry(i, llm_output="x", evidence=[pair(score=1), pair(score=2)]) for i in range(3)]
    result = read(data)
    notes = [(issue.where.pointer, issue.found) for issue in result.issues if issue.code == "S009"]
    assert notes == [("/0/llm_output", 'the key "llm_output"'), ("/0/evidence/0/score", 'the key "score"')]
    assert all(entry.prediction() for entry in result.entries)


def test_unused_key_that_looks_like_a_known_one() -> None:
    assert read([entry_2023(justificatoin="x")]).issue("S009").hint == 'If "justification" is meant, correct the name.'


def test_thousands_of_unused_keys_do_not_fill_the_memory() -> None:
    assert len(read([entry(**{f"k{i}": 1 for i in range(5000)})]).issues) == 100


def test_places_beside_broken_items() -> None:
    """Pointers of later checks name the item in the file, not the place among the sound ones."""
    (one,) = read([entry(evidence=["x", pair("A"), 3, pair("B")])]).entries
    assert [one.question_path(i) for i in range(2)] == ["/evidence/1", "/evidence/3"]
    assert one.answer_path(1, 0) == "/evidence/3/answer"
    (two,) = read([entry_2023(questions=[None, {"question": "q", "answers": ["a", "b"]}])]).entries
    assert two.answer_path(0, 1) == "/questions/1/answers/1/answer"
    (three,) = read('{"label": "Refuted", "evidence": [1, "a"]}\n', "2024-draft-jsonl").entries
    assert three.string_path(0) == "/evidence/1"


# --- 2023 ---


def test_2023_answers_in_every_shape() -> None:
    questions = [
        {"question": "One?", "answers": {"answer": "1", "answer_type": "Abstractive", "source_url": "u"}},
        {"question": "Two?", "answers": []},
        {"question": "Three?", "answers": [{"answer": "Yes", "answer_type": "Boolean", "boolean_explanation": "So."}]},
        {"question": "Four?", "answers": ["plain", {"answer": "x", "cached_source_url": "c", "source_medium": "Web"}]},
        {"question": "Five?", "answers": "alone"},
    ]
    result = read([entry_2023(questions=questions, string_evidence=["e"], justification="j")])
    prediction = result.entries[0].prediction()
    assert prediction is not None
    assert prediction.evidence == (
        Question("One?", (Answer("1", "Abstractive", source_url="u"),)),
        Question("Two?"),
        Question("Three?", (Answer("Yes", "Boolean", "So."),)),
        Question("Four?", (Answer("plain"), Answer("x", cached_source_url="c", source_medium="Web"))),
        Question("Five?", (Answer("alone"),)),
    )
    assert (prediction.string_evidence, prediction.justification) == (("e",), "j")
    assert [issue.where for issue in result.issues] == [at("/0/questions/3/answers/0"), at("/0/questions/4/answers")]
    assert result.codes == ["S016", "S016"]


@pytest.mark.parametrize(
    ("more", "code", "pointer", "found"),
    [
        ({"questions": None}, "S003", "/0/questions", "null"),
        ({"questions": {"question": "q"}}, "S003", "/0/questions", "an object"),
        ({"questions": ["q"]}, "S003", "/0/questions/0", 'the string "q"'),
        ({"questions": [{"question": "q"}]}, "S002", "/0/questions/0", "the keys question"),
        ({"questions": [{"question": "q", "answer": "a"}]}, "S002", "/0/questions/0", "answer"),
        ({"questions": [{"answers": []}]}, "S002", "/0/questions/0", "answers"),
        ({"questions": [{"question": "q", "answers": None}]}, "S003", "/0/questions/0/answers", "null"),
        ({"questions": [{"question": "q", "answers": [None]}]}, "S003", "/0/questions/0/answers/0", "null"),
        ({"questions": [{"question": "q", "answers": [{}]}]}, "S002", "/0/questions/0/answers/0", "an empty object"),
        (
            {"questions": [{"question": "q", "answers": [{"answer": "a", "answer_type": 1}]}]},
            "S003",
            "/0/questions/0/answers/0/answer_type",
            "the number 1",
        ),
        ({"string_evidence": "e"}, "S003", "/0/string_evidence", 'the string "e"'),
        ({"string_evidence": ["e", {"a": 1}]}, "S003", "/0/string_evidence/1", "an object with the key a"),
        ({"justification": None}, "S003", "/0/justification", "null"),
        ({"justification": ["j"]}, "S003", "/0/justification", "a list"),
        ({"claim": []}, "S003", "/0/claim", "a list of 0 items"),
        ({"label": ..., "pred_label": "Refuted"}, "S002", "/0", "pred_label"),
    ],
)
def test_problems_of_2023_entries(more: dict[str, Any], code: str, pointer: str, found: str) -> None:
    result = read([entry_2023(**more)], "2023-json")
    issue = result.issue(code)
    assert issue.where == at(pointer)
    assert found in issue.found
    assert result.entries[0].prediction() is None


@pytest.mark.parametrize(
    ("answer", "code", "found", "hint"),
    [
        ({"answer": "Yes", "answer_type": "boolean"}, "S017", "boolean", "Did you mean 'Boolean'?"),
        ({"answer": "Yes", "answer_type": "Image"}, "S017", "Image", ""),
        ({"answer": "Yes", "answer_type": "Boolean"}, "S018", '"Yes" alone', ""),
    ],
)
def test_answer_types(answer: dict[str, Any], code: str, found: str, hint: str) -> None:
    result = read([entry_2023(questions=[{"question": "q", "answers": [answer]}])])
    issue = result.issue(code)
    assert issue.severity is Severity.WARNING
    assert found in issue.found
    assert issue.hint == hint
    assert result.entries[0].prediction() is not None


def test_ids_by_position_or_in_every_entry() -> None:
    assert [e.claim_id for e in read([entry_2023()] * 3).entries] == [0, 1, 2]
    carried = [entry_2023(claim_id=i) for i in (5, 3)]
    assert [e.claim_id for e in read(carried).entries] == [5, 3]


@pytest.mark.parametrize(
    ("ids", "pointer", "claim_id", "found"),
    [
        ((7, ...), "/1", None, "no claim_id, where the first entry has one"),
        ((..., 7), "/1/claim_id", 7, "a claim_id, where the first entry has none"),
    ],
)
def test_ids_in_some_entries(ids: tuple[Any, ...], pointer: str, claim_id: int | None, found: str) -> None:
    for form in ("2023-json", "gold-json"):
        data = [entry_2023(claim_id=i) for i in ids]
        issues = read(data).issues if form == "2023-json" else read_gold_entries(data)[1]
        (issue,) = (issue for issue in issues if issue.code == "S010")
        assert issue.where == Where(pointer=pointer, claim_id=claim_id)
        assert issue.found == found


def test_entries_without_any_evidence_key() -> None:
    (e,) = read([{"label": "Refuted", "claim": "c"}]).entries
    assert (e.has_evidence_key, e.lists_pairs) == (False, False)
    (e,) = read([{"label": "Refuted", "string_evidence": []}]).entries
    assert (e.has_evidence_key, e.lists_pairs) == (True, False)
    (e,) = read([{"label": "Refuted", "questions": []}]).entries
    assert (e.has_evidence_key, e.lists_pairs) == (True, True)


# --- the draft of 2024 ---


@pytest.mark.parametrize(
    ("line", "code", "pointer", "found"),
    [
        ('{"evidence": ["e"]}', "S002", "", "the keys evidence"),
        ('{"label": "Refuted"}', "S002", "", "the keys label"),
        ('{"label": "Refuted", "evidence": "e"}', "S003", "/evidence", 'the string "e"'),
        ('{"label": "Refuted", "evidence": [{"question": "q"}]}', "S003", "/evidence/0", "the key question"),
        ('{"label": "refuted", "evidence": []}', "S006", "/label", "refuted"),
    ],
)
def test_problems_of_draft_lines(line: str, code: str, pointer: str, found: str) -> None:
    result = read('{"label": "Refuted", "evidence": ["e"]}\n' + line, "2024-draft-jsonl")
    issue = result.issue(code)
    assert issue.where == Where(pointer=pointer, line=2, claim_id=1)
    assert found in issue.found
    assert [e.prediction() is None for e in result.entries] == [False, True]


# --- CSV ---


@pytest.mark.parametrize(
    ("header", "code", "found", "hint"),
    [
        ("id,claim,evi,split\n", "S011", "the columns id, claim, evi, split", ""),
        ("ID,claim,evi,label,split\n", "S011", "ID", 'Is "ID" meant to be id?'),
        ("id,claim, evi,label,split\n", "S011", " evi", 'Is " evi" meant to be evi?'),
        ("id,claim,evidence,label,split\n", "S011", "evidence", ""),
        ("id,claim,evi,label\n", "S020", "the columns id, claim, evi, label", ""),
        ("id,claim,evi,label,split,label\n", "S012", 'the column "label" again', ""),
        (",id,claim,evi,label,split\n", "S013", "a column without a name", ""),
        ("id,claim,evi,label,split,url\n", "S013", 'the column "url"', ""),
    ],
)
def test_headers(header: str, code: str, found: str, hint: str) -> None:
    result = read(header + ",".join(["0"] * len(header.split(","))) + "\n")
    issue = result.issue(code)
    assert found in issue.found
    assert hint in issue.hint
    assert issue.where == Where(line=1)


def test_rows_without_a_required_column_are_broken_once() -> None:
    result = read("id,claim,label,split\n0,c,Refuted,pred\n1,c,Refuted,pred\n")
    assert result.codes == ["S011"]
    assert [e.claim_id for e in result.entries] == [0, 1]
    assert all(e.prediction() is None for e in result.entries)
    assert not any(e.has_evidence_key for e in result.entries)


def test_order_of_columns_and_extra_ones_do_not_matter() -> None:
    data = f"note,label,evi,claim,id\nx,Refuted,{cell(('Q', 'A'))},c,4\n"
    prediction = read(data).entries[0].prediction()
    assert prediction is not None
    assert (prediction.claim_id, prediction.label, prediction.claim) == (4, Verdict.REFUTED, "c")


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("12.0", "S004", "Write 12."),
        (" 3", "S004", "Write 3."),
        ("007", "S004", "Write 7."),
        ("", "S004", ""),
        ("a1", "S004", ""),
        ("١", "S004", ""),
        ("9" * 30, "S004", ""),
        ("-2", "S005", ""),
    ],
)
def test_ids_in_csv(text: str, code: str, hint: str) -> None:
    result = read(HEADER + row(text))
    issue = result.issue(code)
    assert issue.where == Where(row=1, line=2)
    assert issue.hint == hint
    assert result.entries[0].claim_id is None


def test_equal_questions_in_a_prediction_stay_apart() -> None:
    (e,) = read(HEADER + row(0, cell(("Q", "A"), ("Q", "B")))).entries
    assert e.evidence == (Question("Q", (Answer("A"),)), Question("Q", (Answer("B"),)))


def test_empty_cells() -> None:
    (e,) = read("id,claim,evi,label,split\n0,,,Refuted,pred\n").entries
    assert (e.claim, e.evidence, e.has_evidence_key, e.broken) == (None, (), True, False)


@pytest.mark.parametrize("data", ["[]", " [ ] ", HEADER, HEADER + "\n\n"])
def test_no_entries(data: str) -> None:
    result = read(data)
    assert result.codes == ["S015"]
    assert result.entries == []


# --- gold ---


def test_gold_csv_groups_answers_of_one_question() -> None:
    data = HEADER + row(3, cell(("Q", "A"), ("Q", "B"), ("R", "C"), ("Q", "D")), split="gold")
    (e,), issues = read_gold_entries(data)
    assert issues == []
    assert e.questions == (
        Question("Q", (Answer("A"), Answer("B"))),
        Question("R", (Answer("C"),)),
        Question("Q", (Answer("D"),)),
    )


def test_gold_rows_not_marked_gold() -> None:
    _, issues = read_gold_entries(HEADER + row(0, split="gold") + row(1, split="pred") + row(2, split=""))
    assert [(issue.code, issue.where.row, issue.found) for issue in issues] == [
        ("S019", 2, '"pred" in the column split'),
        ("S019", 3, '"" in the column split'),
    ]


def test_gold_csv_needs_claim_texts() -> None:
    (e,), issues = read_gold_entries(f"id,claim,evi,label,split\n0,,{cell(('Q', 'A'))},Refuted,gold\n")
    assert [issue.code for issue in issues] == ["S003"]
    assert e.gold_claim() is None


GOLD_META = {
    "required_reannotation": True,
    "claim_date": "1-2-2020",
    "speaker": None,
    "original_claim_url": "u1",
    "cached_original_claim_url": "u2",
    "fact_checking_article": "u3",
    "reporting_source": "Radio",
    "location_ISO_code": "NO",
    "claim_types": ["Numerical Claim"],
    "fact_checking_strategies": ["Written Evidence", "Consultation"],
    "justification": "Because.",
}


def test_gold_json_with_all_metadata() -> None:
    (e,), issues = read_gold_entries([entry_2023(**GOLD_META)])
    assert issues == []
    claim = e.gold_claim()
    assert claim is not None
    assert (claim.claim_id, claim.claim, claim.label) == (0, "It rained.", Verdict.REFUTED)
    assert (claim.required_reannotation, claim.claim_date, claim.speaker) == (True, "1-2-2020", None)
    assert (claim.original_claim_url, claim.cached_original_claim_url) == ("u1", "u2")
    assert (claim.fact_checking_article, claim.reporting_source, claim.location_iso_code) == ("u3", "Radio", "NO")
    assert claim.claim_types == ("Numerical Claim",)
    assert claim.strategies == ("Written Evidence", "Consultation")
    assert claim.justification == "Because."


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ({"claim": ...}, "S002", "/0"),
        ({"claim": None}, "S003", "/0/claim"),
        ({"label": ...}, "S002", "/0"),
        ({"label": "true"}, "S006", "/0/label"),
        ({"questions": ...}, "S002", "/0"),
        ({"questions": None}, "S003", "/0/questions"),
        ({"speaker": 4}, "S003", "/0/speaker"),
        ({"claim_types": "Numerical Claim"}, "S003", "/0/claim_types"),
        ({"claim_types": [1]}, "S003", "/0/claim_types/0"),
        ({"required_reannotation": "no"}, "S003", "/0/required_reannotation"),
        ({"justification": []}, "S003", "/0/justification"),
    ],
)
def test_problems_of_gold_entries(more: dict[str, Any], code: str, pointer: str) -> None:
    (e,), issues = read_gold_entries([entry_2023(**more)], "gold-json")
    assert [(issue.code, issue.where) for issue in issues] == [(code, at(pointer))]
    assert e.gold_claim() is None
    assert e.claim_id == 0


@pytest.mark.parametrize("data", [None, 3, "x", []])
def test_gold_entry_that_is_no_object(data: Any) -> None:
    (e,), issues = read_gold_entries([data], "gold-json")
    assert [issue.code for issue in issues] == ["S001"]
    assert e.gold_claim() is None


@given(st.lists(json_values, max_size=3), st.sampled_from(["2024-json", "2023-json", "2024-draft-jsonl"]))
def test_any_json_gives_an_entry_or_an_issue(data: list[Any], form: str) -> None:
    """Whatever stands in the list, each element gives one entry, and a broken one has an error in the log."""
    import json

    lines = form.endswith("jsonl")
    result = read("".join(json.dumps(item) + "\n" for item in data) if lines else data, form)
    if not data:
        assert result.codes in (["S015"], ["F004"])
        return
    assert [e.index for e in result.entries] == list(range(len(data)))
    errors = [issue for issue in result.issues if issue.severity is Severity.ERROR]
    assert bool(errors) == any(e.broken for e in result.entries)
    for e in result.entries:
        assert (e.prediction() is None) == e.broken


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "claim_id": json_values,
            "claim": json_values,
            "label": json_values | st.sampled_from(["Refuted", "refuted"]),
            "pred_label": json_values | st.just("Refuted"),
            "evidence": json_values
            | st.lists(st.dictionaries(st.sampled_from(["question", "answer", "url"]), json_values)),
            "questions": st.lists(st.fixed_dictionaries({"question": json_values, "answers": json_values})),
            "string_evidence": json_values,
            "justification": json_values,
        },
    ),
    st.sampled_from(["2024-json", "2023-json", "gold-json"]),
)
def test_any_entry_under_the_right_keys(item: dict[str, Any], form: str) -> None:
    if form == "gold-json":
        (gold,), issues = read_gold_entries([item], form)
        broken, record = gold.broken, gold.gold_claim()
    else:
        result = read([item], form)
        (e,), issues = result.entries, result.issues
        broken, record = e.broken, e.prediction()
    assert broken == any(issue.severity is Severity.ERROR for issue in issues)
    assert (record is None) == broken
