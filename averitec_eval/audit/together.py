"""What the submissions of one board share, found for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from averitec_eval.audit.probes import PROBES
from averitec_eval.audit.records import MOST_EXAMPLES, Audit, Example, Finding
from averitec_eval.audit.sharing import Place, answers_of, shared_counts, shared_with
from averitec_eval.audit.thresholds import thresholds_of
from averitec_eval.records import Submission
from averitec_eval.validation.printable import shorten

PROBE = "copying.evidence"
"""The probe whose finding this is: that of one submission compared with the others one by one."""


def with_sharing(
    audits: Sequence[Audit],
    submissions: Sequence[Submission],
    *,
    profile: str,
    thresholds: dict[str, float] | None = None,
) -> tuple[Audit, ...]:
    """The audits of submissions, each made without the others, with what they share among each other.

    In sentences the submissions are called by their ``name``. A submission without answers that are long enough to be
    compared keeps its audit as it is. Raises ``UsageError`` for unknown probes among ``thresholds``.
    """
    threshold = thresholds_of(profile, thresholds)[PROBE]
    many = [answers_of(submission) for submission in submissions]
    numbers, counts = shared_counts(many)
    made = []
    for i, (audit, answers) in enumerate(zip(audits, many, strict=True)):
        number = int(numbers[i])
        if not number or len(many) < 2:
            made.append(audit)
            continue
        # Of those that share as much, the one of the smallest name, whatever the order of the submissions.
        _, name, j = min((-int(counts[i, j]), other.name, j) for j, other in enumerate(many) if j != i)
        places = shared_with(answers, many[j]) if counts[i, j] else {}
        made.append(_with(audit, _finding(submissions[i], number, places, name, len(many) - 1, threshold)))
    return tuple(made)


def _finding(
    submission: Submission, number: int, places: dict[Place, int], name: str, others: int, threshold: float
) -> Finding:
    probe = PROBES[PROBE]
    claims = tuple(sorted({claim_id for claim_id, _ in places}))
    against = "the other submission" if others == 1 else f"any of the {others} other submissions"
    sentence = f"No answer stands with the same claim in {against}."
    if places:
        inside = f"{len(claims):,} claim{'' if len(claims) == 1 else 's'}"
        sentence = (
            f"{len(places):,} of {number:,} answers stand, the same or nearly, with the same claim in {name}, in "
            f"{inside}. Systems that read the same pages quote the same sentences."
        )
    value = len(places) / number
    return Finding(
        probe=probe.name,
        group=probe.group,
        title=probe.title,
        value=value,
        unit=probe.unit,
        threshold=threshold,
        flagged=value >= threshold and value > 0,
        claims=claims,
        sentence=sentence,
        examples=_examples(submission, places, claims[:MOST_EXAMPLES]),
    )


def _examples(submission: Submission, places: dict[Place, int], claims: Sequence[int]) -> tuple[Example, ...]:
    wanted = {claim_id: min(place for place in places if place[0] == claim_id)[1] for claim_id in claims}
    texts = {}
    for prediction in submission:
        position = wanted.get(prediction.claim_id)
        if position is not None:
            answers = [*(pair.answer for pair in prediction.pairs()), *prediction.string_evidence]
            there = places[prediction.claim_id, position]
            quoted = shorten(answers[position], 120)
            texts[prediction.claim_id] = f'item {position + 1}, item {there + 1} there: "{quoted}"'
    return tuple(Example(claim_id, texts[claim_id]) for claim_id in claims)


def _with(audit: Audit, finding: Finding) -> Audit:
    """The audit with the finding where the probe belongs."""
    found = {one.probe: one for one in audit.findings} | {finding.probe: finding}
    return replace(
        audit,
        findings=tuple(found[probe] for probe in PROBES if probe in found),
        skipped=tuple(item for item in audit.skipped if item.probe != finding.probe),
    )


__all__ = ["PROBE", "with_sharing"]
