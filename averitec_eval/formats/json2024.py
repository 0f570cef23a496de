"""``2024-json``: the prediction file of the 2024 shared task.

A JSON list of objects with ``claim_id``, ``claim``, ``evidence`` (a list of objects with ``question``, ``answer``,
``url`` and perhaps ``scraped_text``) and ``pred_label``. A submission page of 2025 names the last two
``predicted_evidence`` and ``predicted_label``; both are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from averitec_eval.formats.entries import Entry
from averitec_eval.formats.fields import EntryReport, UnusedKeys, describe
from averitec_eval.formats.jsontext import Element
from averitec_eval.records import Answer, Prediction, Question, Verdict
from averitec_eval.validation.issues import IssueLog

NAME = "2024-json"
KEYS = frozenset({"claim_id", "claim", "evidence", "pred_label", "predicted_evidence", "predicted_label"})
ITEM_KEYS = frozenset({"question", "answer", "url", "scraped_text"})


def entries(elements: Iterable[Element], log: IssueLog) -> Iterator[Entry]:
    """Yield an entry for each element of the list, logging what is wrong with it."""
    seen, seen_items = UnusedKeys(), UnusedKeys()
    for element in elements:
        report = EntryReport(log, element.where)
        item = element.value
        if not isinstance(item, dict):
            report.add("S001", "", describe(item), "an object")
            yield Entry(report.where, element.index, broken=True)
            continue
        yield _entry(item, element.index, report, seen, seen_items)


def _entry(item: dict[str, Any], index: int, report: EntryReport, seen: UnusedKeys, seen_items: UnusedKeys) -> Entry:
    claim_id = None
    if "claim_id" in item:
        claim_id = report.claim_id(item["claim_id"], "/claim_id")
        report.knows(claim_id)
    else:
        report.missing("claim_id", item.keys(), "")
    seen.check(item, KEYS, "", report)
    claim = report.optional_text(item, "claim")

    label: Verdict | None = None
    label_key = _key(item, "pred_label", "predicted_label", report)
    if label_key is None:
        hint = "The 2024 format calls it pred_label; label is the name of the 2023 format." if "label" in item else ""
        report.missing("pred_label", item.keys(), "", hint)
    else:
        label = report.label(item[label_key], f"/{label_key}")

    questions: list[Question] = []
    places: list[int] = []
    evidence_key = _key(item, "evidence", "predicted_evidence", report)
    listed = False
    if evidence_key is None:
        report.missing("evidence", item.keys(), "")
    else:
        evidence = item[evidence_key]
        listed = isinstance(evidence, list)
        if not listed:
            report.wrong_type(evidence, f"/{evidence_key}", "a list of objects with question and answer")
            evidence = ()
        for place, pair in enumerate(evidence):
            question = _pair(pair, f"/{evidence_key}/{place}", report, seen_items)
            if question is not None:
                questions.append(question)
                places.append(place)
        listed = listed and len(places) < len(evidence)
    return Entry(
        where=report.where,
        index=index,
        claim_id=claim_id,
        claim=claim,
        label=label,
        evidence=tuple(questions),
        has_evidence_key=evidence_key is not None,
        lists_pairs=evidence_key is not None,
        broken=report.broken,
        evidence_key=evidence_key or "evidence",
        evidence_places=tuple(places) if listed else None,
    )


def _key(item: dict[str, Any], name: str, other: str, report: EntryReport) -> str | None:
    """Which of the two names of a key the entry uses."""
    if other not in item:
        return name if name in item else None
    if name not in item:
        report.add("S007", f"/{other}", f"the key {other}", f"the key {name}")
        return other
    if item[name] != item[other]:
        report.add("S008", f"/{other}", f"{name} and {other} with different values", f"the key {name} alone")
    return name


def _pair(pair: Any, path: str, report: EntryReport, seen: UnusedKeys) -> Question | None:
    if isinstance(pair, dict):
        seen.check(pair, ITEM_KEYS, path, report)
        question, answer = pair.get("question"), pair.get("answer")
        url, scraped = pair.get("url"), pair.get("scraped_text")
        # The common case first: these lines run for every pair of every claim.
        if not isinstance(question, str):
            question = report.required_text(pair, "question", path)
        if not isinstance(answer, str):
            answer = report.required_text(pair, "answer", path)
        if not (url is None or isinstance(url, str)):
            url = report.optional_text(pair, "url", path)
        if not (scraped is None or isinstance(scraped, str)):
            scraped = report.optional_text(pair, "scraped_text", path)
        if question is None or answer is None:
            return None
        return Question(question, (Answer(answer, source_url=url, scraped_text=scraped),))
    hint = "Plain strings are the 2024-draft-jsonl format." if isinstance(pair, str) else ""
    report.wrong_type(pair, path, "an object with question and answer", hint)
    return None


def to_json(prediction: Prediction) -> dict[str, Any]:
    """The object that stands for one prediction; what the format cannot hold is left out or folded into the answer."""
    item: dict[str, Any] = {"claim_id": prediction.claim_id}
    if prediction.claim is not None:
        item["claim"] = prediction.claim
    evidence = item["evidence"] = []
    for pair in prediction.pairs():
        entry = {"question": pair.question, "answer": pair.answer}
        if pair.url is not None:
            entry["url"] = pair.url
        if pair.scraped_text is not None:
            entry["scraped_text"] = pair.scraped_text
        evidence.append(entry)
    item["pred_label"] = prediction.label.value
    return item


__all__ = ["NAME", "entries", "to_json"]
