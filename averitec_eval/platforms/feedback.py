"""What a participant is told of a prediction file: everything they wrote themselves, nothing of hidden gold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from averitec_eval.api import score_with_report
from averitec_eval.leaderboard.config import BoardConfig
from averitec_eval.records import Gold
from averitec_eval.scoring.results import Result
from averitec_eval.validation import Report, Severity, catalogue, validate
from averitec_eval.validation.issues import Issue
from averitec_eval.validation.printable import shorten
from averitec_eval.validation.render import MAX_FACT, describe_where

EXAMPLES = 3
"""How many occurrences of a code are told in full."""


@dataclass(frozen=True, slots=True)
class Found:
    """What validation found of one code: its title, how bad it is, how often, and sentences on the first of them."""

    code: str
    severity: str
    title: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileFeedback:
    """What validation found in one prediction file, errors first. ``status`` is that of a ``Report``, ``incomplete``
    where only claims are missing.
    """

    name: str
    status: str
    summary: str
    found: tuple[Found, ...]


def feedback(path: Path, name: str, gold: Gold, board: BoardConfig, input_format: str | None) -> FileFeedback:
    """Validate a file against a board's gold; where that is hidden, occurrences are told as far as they show without
    it, and the rest is counted.
    """
    report = validate(path, gold, input_format=input_format, max_examples=EXAMPLES)
    open_report = report if board.public else validate(path, input_format=input_format, max_examples=EXAMPLES)
    told = {group.code: group.examples for group in open_report.groups}
    found = tuple(
        Found(
            code=group.code,
            severity=group.severity.value,
            title=catalogue()[group.code].title,
            count=group.count,
            examples=tuple(_sentence(issue) for issue in told.get(group.code, ())),
        )
        for group in report.groups
        if group.severity is not Severity.INFO
    )
    return FileFeedback(name, _status(report), report.summary, found)


def _status(report: Report) -> str:
    return "incomplete" if report.valid_but_incomplete else report.status


def _sentence(issue: Issue) -> str:
    place = describe_where(issue.where)
    fact = f"found {shorten(issue.found, MAX_FACT)}, expected {shorten(issue.expected, MAX_FACT)}"
    return f"{place}: {fact}" if place else fact


def scores_of(path: Path, gold: Gold, board: BoardConfig, input_format: str | None) -> Mapping[str, float]:
    """The scores of a valid file, the headline first, none of which needs a judge."""
    result: Result
    result, _ = score_with_report(
        path, gold, profile=board.profile, levels=board.levels, input_format=input_format, intervals=None
    )
    return {result.headline: result.headline_score, **result.scores}


__all__ = ["EXAMPLES", "FileFeedback", "Found", "feedback", "scores_of"]
