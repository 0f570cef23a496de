"""``2024-draft-jsonl``: the prediction file of the draft of the 2024 challenge.

One JSON object in each line, with ``label`` and ``evidence``, a list of strings. Entries are joined with gold by
position; a ``claim_id``, if all entries have one, takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from averitec_eval.formats.entries import Entry
from averitec_eval.formats.fields import EntryReport, UnusedKeys, describe
from averitec_eval.formats.json2023 import read_strings
from averitec_eval.formats.jsontext import NOT_JSON, Element
from averitec_eval.formats.positional import PositionIds
from averitec_eval.records import Prediction
from averitec_eval.validation.issues import IssueLog

NAME = "2024-draft-jsonl"
KEYS = frozenset({"claim_id", "claim", "label", "evidence"})


def entries(elements: Iterable[Element], log: IssueLog) -> Iterator[Entry]:
    """Yield an entry for each line, logging what is wrong with it."""
    ids = PositionIds()
    seen = UnusedKeys()
    for element in elements:
        report = EntryReport(log, element.where)
        item = element.value
        if not isinstance(item, dict):
            if item is not NOT_JSON:
                report.add("S001", "", describe(item), "an object")
            yield Entry(report.where, element.index, broken=True, strings_key="evidence")
            continue
        claim_id = ids.claim_id(item, element.index, report)
        seen.check(item, KEYS, "", report)
        label = None
        if "label" in item:
            label = report.label(item["label"], "/label")
        else:
            report.missing("label", item.keys(), "")
        if "evidence" not in item:
            report.missing("evidence", item.keys(), "")
        hint = "Objects with question and answer belong into a 2024-json file."
        strings, places = read_strings(item, "evidence", report, hint)
        yield Entry(
            where=report.where,
            index=element.index,
            claim_id=claim_id,
            claim=report.optional_text(item, "claim"),
            label=label,
            string_evidence=strings,
            has_evidence_key="evidence" in item,
            broken=report.broken,
            strings_key="evidence",
            string_places=places,
        )


def to_json(prediction: Prediction) -> dict[str, Any]:
    """The object that stands for one prediction: question-answer pairs become the strings that would be compared."""
    strings = [f"{pair.question} {pair.answer}" for pair in prediction.pairs()]
    return {"label": prediction.label.value, "evidence": [*strings, *prediction.string_evidence]}


__all__ = ["NAME", "entries", "to_json"]
