"""``gold-json``: AVeriTeC's own files, such as ``dev.json``.

A JSON list of objects with ``claim``, ``label``, ``questions`` (as in ``2023-json``), ``justification`` and metadata. A
claim's id is its position, unless every entry has a ``claim_id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from averitec_eval.formats.entries import GoldEntry
from averitec_eval.formats.fields import EntryReport, UnusedKeys, describe
from averitec_eval.formats.json2023 import KEYS, question_to_json, read_questions, read_strings
from averitec_eval.formats.jsontext import Element
from averitec_eval.formats.positional import PositionIds
from averitec_eval.records import GoldClaim, Verdict
from averitec_eval.validation.issues import IssueLog

NAME = "gold-json"


def entries(elements: Iterable[Element], log: IssueLog) -> Iterator[GoldEntry]:
    """Yield an entry for each element of the list, logging what is wrong with it."""
    ids = PositionIds()
    seen, seen_items = UnusedKeys(), UnusedKeys()
    for element in elements:
        report = EntryReport(log, element.where)
        item = element.value
        if not isinstance(item, dict):
            report.add("S001", "", describe(item), "an object")
            yield GoldEntry(report.where, element.index, broken=True)
            continue
        yield _entry(item, element.index, ids, report, seen, seen_items)


def _entry(
    item: dict[str, Any], index: int, ids: PositionIds, report: EntryReport, seen: UnusedKeys, seen_items: UnusedKeys
) -> GoldEntry:
    claim_id = ids.claim_id(item, index, report)
    seen.check(item, KEYS, "", report)
    claim = report.required_text(item, "claim", "")
    label: Verdict | None = None
    if "label" in item:
        label = report.label(item["label"], "/label")
    else:
        report.missing("label", item.keys(), "")
    if "questions" not in item:
        report.missing("questions", item.keys(), "")
    questions, _ = read_questions(item, report, seen_items)
    reannotation = item.get("required_reannotation")
    if not (reannotation is None or isinstance(reannotation, bool)):
        report.wrong_type(reannotation, "/required_reannotation", "true, false or null")
        reannotation = None
    return GoldEntry(
        where=report.where,
        index=index,
        claim_id=claim_id,
        claim=claim,
        label=label,
        questions=questions,
        justification=report.optional_text(item, "justification"),
        claim_date=report.optional_text(item, "claim_date"),
        speaker=report.optional_text(item, "speaker"),
        original_claim_url=report.optional_text(item, "original_claim_url"),
        cached_original_claim_url=report.optional_text(item, "cached_original_claim_url"),
        fact_checking_article=report.optional_text(item, "fact_checking_article"),
        reporting_source=report.optional_text(item, "reporting_source"),
        location_iso_code=report.optional_text(item, "location_ISO_code"),
        claim_types=_names(item, "claim_types", report),
        strategies=_names(item, "fact_checking_strategies", report),
        required_reannotation=reannotation,
        broken=report.broken,
    )


def _names(item: dict[str, Any], key: str, report: EntryReport) -> tuple[str, ...]:
    return () if item.get(key) is None else read_strings(item, key, report)[0]


def to_json(claim: GoldClaim, *, with_id: bool) -> dict[str, Any]:
    """The object that stands for one gold claim, with the keys of the published files and in their order."""
    item: dict[str, Any] = {"claim_id": claim.claim_id} if with_id else {}
    item |= {
        "claim": claim.claim,
        "required_reannotation": claim.required_reannotation,
        "label": claim.label.value,
        "justification": claim.justification,
        "claim_date": claim.claim_date,
        "speaker": claim.speaker,
        "original_claim_url": claim.original_claim_url,
        "fact_checking_article": claim.fact_checking_article,
        "reporting_source": claim.reporting_source,
        "location_ISO_code": claim.location_iso_code,
        "claim_types": list(claim.claim_types) or None,
        "fact_checking_strategies": list(claim.strategies) or None,
        "questions": [question_to_json(question) for question in claim.questions],
        "cached_original_claim_url": claim.cached_original_claim_url,
    }
    return {key: value for key, value in item.items() if value is not None}


__all__ = ["NAME", "entries", "to_json"]
