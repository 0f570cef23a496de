"""Checking one file against all rules, in one pass and in little memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from averitec_eval.errors import UsageError
from averitec_eval.records import Gold, Submission
from averitec_eval.validation.catalogue import catalogue
from averitec_eval.validation.issues import IssueLog, Severity, Where
from averitec_eval.validation.report import Report, make_groups
from averitec_eval.validation.rules import Context, all_rules, check_gold
from averitec_eval.validation.rules.base import GoldIndex

if TYPE_CHECKING:
    from averitec_eval.formats import SubmissionFile
    from averitec_eval.formats.entries import Entry

MAX_EXAMPLES = 5
"""How many examples of each code a report holds unless told otherwise."""


def validate(
    submission: str | os.PathLike[str] | Submission,
    gold: Gold | str | os.PathLike[str] | None = None,
    *,
    input_format: str | None = None,
    strict: bool = False,
    max_examples: int = MAX_EXAMPLES,
) -> Report:
    """Check a prediction file, or a submission in memory, and report every problem at once.

    Without ``gold`` (a gold set or the path of one) only the file by itself is checked. ``input_format`` names the
    format of the file instead of detecting it. ``strict`` makes warnings errors. ``max_examples`` (at least 1) bounds
    how many issues of each code the report holds in full; all are counted. The file is read as a stream: beside the
    gold set, some hundred bytes a claim are held.

    Returns a report whatever is wrong with the submission, an absent file included. Raises ``UnreadableError`` or
    ``InvalidSubmissionError`` if the gold file cannot be used, and ``UsageError`` for an unknown format or option.
    """
    if max_examples < 1:
        raise UsageError(f"max_examples must be at least 1; found {max_examples}")
    log = IssueLog(max_examples)
    gold_set = _gold_set(gold, log)
    context = Context(log, None if gold_set is None else GoldIndex.of(gold_set))
    n_gold = None if gold_set is None else len(gold_set)
    if isinstance(submission, Submission):
        context.format = submission.format
        n_entries = _run(context, submission_entries(submission))
        groups = make_groups(log, strict)
        name = submission.name or None
        return Report(groups, n_entries, n_gold, name, submission.format, submission.sha256, None, strict)

    from averitec_eval.formats import SubmissionFile

    file = SubmissionFile(submission, log, input_format)
    n_entries = _run(context, _formatted(file, context))
    groups = make_groups(log, strict)
    return Report(
        groups, n_entries, n_gold, os.fspath(submission), file.format or None, file.sha256 or None, file.size, strict
    )


def submission_entries(submission: Submission) -> Iterator[Entry]:
    """The entries of a submission in memory, as a reader of its format would yield them."""
    from averitec_eval.formats.entries import Entry

    nested = submission.format == "2023-json"
    rows = submission.format == "2025-csv"
    for index, prediction in enumerate(submission):
        claim_id = prediction.claim_id
        yield Entry(
            where=Where(row=index + 1, claim_id=claim_id) if rows else Where(pointer=f"/{index}", claim_id=claim_id),
            index=index,
            claim_id=claim_id,
            claim=prediction.claim,
            label=prediction.label,
            evidence=prediction.evidence,
            string_evidence=prediction.string_evidence,
            justification=prediction.justification,
            has_evidence_key=True,
            lists_pairs=prediction.lists_pairs,
            evidence_key="questions" if nested else "evidence",
            strings_key="string_evidence" if nested else "evidence",
        )


def _gold_set(gold: Gold | str | os.PathLike[str] | None, log: IssueLog) -> Gold | None:
    """The gold set; what is odd about it is logged as a note, for whoever made the predictions cannot mend it."""
    if gold is None:
        return None
    own = IssueLog(log.keep)
    if isinstance(gold, Gold):
        check_gold(gold, own)
    else:
        from averitec_eval.formats import read_gold

        gold = read_gold(gold, log=own)
    for group in own.groups():
        severity = group.severity if group.severity is Severity.ERROR else Severity.INFO
        examples = tuple(
            replace(issue, severity=severity, found=f"in the gold set: {issue.found}") for issue in group.examples
        )
        log.add_group(replace(group, severity=severity, examples=examples))
    return gold


def _formatted(file: SubmissionFile, context: Context) -> Iterator[Entry]:
    """The file's entries; the context learns the format before the first of them is seen."""
    for entry in file:
        context.format = file.format or ""
        yield entry
    context.format = file.format or ""


def _run(context: Context, entries: Iterable[Entry]) -> int:
    """Show all entries to all rules and give their number."""
    rules = all_rules(context)
    see = [rule.see for rule in rules]
    count = 0
    for entry in entries:
        count += 1
        for look in see:
            look(entry)
    # A file that breaks off says nothing of what would have followed: claims are not missing, labels not all the same.
    fatal = any(catalogue()[group.code].fatal for group in context.log.groups())
    if not fatal:
        for rule in rules:
            rule.finish()
    return count


__all__ = ["MAX_EXAMPLES", "submission_entries", "validate"]
