"""``2023-json``: the prediction file of the evaluator that came with the AVeriTeC paper.

A JSON list of objects with ``label``, evidence under ``questions`` (a list of objects with ``question`` and
``answers``, which is a list of answer objects or a single one) or under ``string_evidence`` (a list of strings) or
both, and perhaps ``claim`` and ``justification``. Entries are joined with gold by position; a ``claim_id``, if all
entries have one, takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from averitec_eval.formats.entries import Entry
from averitec_eval.formats.fields import EntryReport, UnusedKeys, describe
from averitec_eval.formats.jsontext import Element
from averitec_eval.formats.positional import PositionIds
from averitec_eval.records import Answer, Prediction, Question
from averitec_eval.validation.issues import IssueLog

NAME = "2023-json"
# The remaining keys are those of AVeriTeC's own files, from which predictions are often made by replacing questions and
# label.
KEYS = frozenset(
    {
        *("claim_id", "claim", "label", "questions", "string_evidence", "justification"),
        *("required_reannotation", "claim_date", "speaker", "original_claim_url", "cached_original_claim_url"),
        *("fact_checking_article", "reporting_source", "location_ISO_code", "claim_types", "fact_checking_strategies"),
    }
)
QUESTION_KEYS = frozenset({"question", "answers"})


def entries(elements: Iterable[Element], log: IssueLog) -> Iterator[Entry]:
    """Yield an entry for each element of the list, logging what is wrong with it."""
    ids = PositionIds()
    seen, seen_items = UnusedKeys(), UnusedKeys()
    for element in elements:
        report = EntryReport(log, element.where)
        item = element.value
        if not isinstance(item, dict):
            report.add("S001", "", describe(item), "an object")
            yield Entry(report.where, element.index, broken=True, evidence_key="questions")
            continue
        claim_id = ids.claim_id(item, element.index, report)
        seen.check(item, KEYS, "", report)
        label = None
        if "label" in item:
            label = report.label(item["label"], "/label")
        else:
            hint = "The 2023 format calls it label." if "pred_label" in item else ""
            report.missing("label", item.keys(), "", hint)
        questions, places = read_questions(item, report, seen_items)
        strings, string_places = read_strings(item, "string_evidence", report)
        justification = item.get("justification")
        if "justification" in item and not isinstance(justification, str):
            hint = "Leave the key out where there is no justification." if justification is None else ""
            report.wrong_type(justification, "/justification", "a string", hint)
            justification = None
        yield Entry(
            where=report.where,
            index=element.index,
            claim_id=claim_id,
            claim=report.optional_text(item, "claim"),
            label=label,
            evidence=questions,
            string_evidence=strings,
            justification=justification,
            has_evidence_key="questions" in item or "string_evidence" in item,
            lists_pairs="questions" in item,
            broken=report.broken,
            evidence_key="questions",
            evidence_places=places,
            string_places=string_places,
        )


def read_questions(
    item: dict[str, Any], report: EntryReport, seen: UnusedKeys
) -> tuple[tuple[Question, ...], tuple[int, ...] | None]:
    """The sound questions under ``questions`` and, if there are broken ones, the places of the sound ones."""
    listed = report.optional_list(item, "questions") or []
    questions: list[Question] = []
    places: list[int] = []
    for place, entry in enumerate(listed):
        question = _question(entry, f"/questions/{place}", report, seen)
        if question is not None:
            questions.append(question)
            places.append(place)
    return tuple(questions), None if len(places) == len(listed) else tuple(places)


def _question(entry: Any, path: str, report: EntryReport, seen: UnusedKeys) -> Question | None:
    if not isinstance(entry, dict):
        report.wrong_type(entry, path, "an object with question and answers")
        return None
    seen.check(entry, QUESTION_KEYS, path, report)
    text = report.required_text(entry, "question", path)
    if "answers" not in entry:
        hint = 'The 2023 format has a list of answers: [{"answer": ...}].' if "answer" in entry else ""
        report.missing("answers", entry.keys(), path, hint)
        return None
    listed = entry["answers"]
    if not isinstance(listed, list):
        answer = report.answer(listed, f"{path}/answers", seen)
        answers: list[Answer | None] = [answer]
    else:
        answers = [report.answer(answer, f"{path}/answers/{i}", seen) for i, answer in enumerate(listed)]
    sound = tuple(answer for answer in answers if answer is not None)
    return None if text is None or len(sound) < len(answers) else Question(text, sound)


def read_strings(
    item: dict[str, Any], key: str, report: EntryReport, hint: str = ""
) -> tuple[tuple[str, ...], tuple[int, ...] | None]:
    """The strings of the list under ``key`` and, if other values stand between them, their places."""
    listed = report.optional_list(item, key) or []
    strings: list[str] = []
    places: list[int] = []
    for place, text in enumerate(listed):
        if isinstance(text, str):
            strings.append(text)
            places.append(place)
        else:
            report.wrong_type(text, f"/{key}/{place}", "a string", hint if isinstance(text, dict) else "")
    return tuple(strings), None if len(places) == len(listed) else tuple(places)


def to_json(prediction: Prediction) -> dict[str, Any]:
    """The object that stands for one prediction; its claim id is its place in the list."""
    item: dict[str, Any] = {}
    if prediction.claim is not None:
        item["claim"] = prediction.claim
    item["label"] = prediction.label.value
    if prediction.lists_pairs or prediction.evidence:
        item["questions"] = [question_to_json(question) for question in prediction.evidence]
    if prediction.string_evidence:
        item["string_evidence"] = list(prediction.string_evidence)
    if prediction.justification is not None:
        item["justification"] = prediction.justification
    return item


def question_to_json(question: Question) -> dict[str, Any]:
    """A question with all that is known of its answers."""
    return {"question": question.question, "answers": [_answer_to_json(answer) for answer in question.answers]}


def _answer_to_json(answer: Answer) -> dict[str, str]:
    fields = {
        "answer": answer.text,
        "answer_type": answer.answer_type,
        "boolean_explanation": answer.boolean_explanation,
        "source_url": answer.source_url,
        "cached_source_url": answer.cached_source_url,
        "source_medium": answer.source_medium,
        "scraped_text": answer.scraped_text,
    }
    return {key: value for key, value in fields.items() if value is not None}


__all__ = ["NAME", "entries", "question_to_json", "read_questions", "read_strings", "to_json"]
