"""Audits read back from the JSON objects they are written as."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

from averitec_eval.audit.records import SCHEMA_VERSION, Audit, Counterfactual, Example, Finding, Group, Skipped, Unit
from averitec_eval.json_output import to_json
from averitec_eval.scoring.strict import read_strictly, text, truth, whole_number

T = TypeVar("T")


def audit_from_dict(document: Mapping[str, Any]) -> Audit:
    """The audit that ``Audit.to_dict`` wrote as ``document``, equal to it.

    Raises ``ValueError`` if the document is not what that writes of any audit.
    """
    return read_strictly("an audit", _read_audit, document)


def _read_audit(document: Mapping[str, Any]) -> Audit:
    if document["schema_version"] != SCHEMA_VERSION:
        raise ValueError("its version is another")
    audit = Audit(
        signature=text(document["signature"]),
        headline=text(document["headline"]),
        official=_number(document["official"]),
        findings=_all(_read_finding, document["findings"]),
        counterfactuals=_all(_read_counterfactual, document["counterfactuals"]),
        robust={
            text(name): (_number(score["value"]), _number(score["low"]), _number(score["high"]))
            for name, score in document["robust"].items()
        },
        skipped=_all(lambda item: Skipped(text(item["probe"]), text(item["reason"])), document["skipped"]),
        submission_sha256=_text_or_none(document["submission_sha256"]),
        gold_sha256=_text_or_none(document["gold_sha256"]),
    )
    # Every field is one that is written, and nothing stands beside them.
    if to_json(audit.to_dict()) != to_json(document):
        raise ValueError("its fields are others")
    return audit


def _read_finding(document: Mapping[str, Any]) -> Finding:
    if document["group"] not in get_args(Group) or document["unit"] not in get_args(Unit):
        raise ValueError("a finding of no known group or unit")
    return Finding(
        probe=text(document["probe"]),
        group=document["group"],
        title=text(document["title"]),
        value=_number(document["value"]),
        unit=document["unit"],
        threshold=_number(document["threshold"]),
        flagged=truth(document["flagged"]),
        claims=_all(whole_number, document["claims"]),
        sentence=text(document["sentence"]),
        examples=_all(lambda item: Example(whole_number(item["claim_id"]), text(item["text"])), document["examples"]),
    )


def _read_counterfactual(document: Mapping[str, Any]) -> Counterfactual:
    return Counterfactual(
        name=text(document["name"]),
        title=text(document["title"]),
        metric=text(document["metric"]),
        official=_number(document["official"]),
        score=_number(document["score"]),
        gap=_number(document["gap"]),
        gap_low=_number(document["gap_low"]),
        gap_high=_number(document["gap_high"]),
        changed=_all(whole_number, document["changed"]),
        sentence=text(document["sentence"]),
    )


def _all(read: Callable[[Any], T], items: Any) -> tuple[T, ...]:
    if type(items) is not list:
        raise TypeError("a list is something else")
    return tuple(map(read, items))


def _number(value: Any) -> float:
    """The value as it is, if it is a number: a count may be written without a point."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("a number is something else")
    number: float = value
    return number


def _text_or_none(value: Any) -> str | None:
    return None if value is None else text(value)


__all__ = ["audit_from_dict"]
