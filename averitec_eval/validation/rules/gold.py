"""Rules about the gold set, and about predictions that are the gold set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.records import Gold
from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.rules.base import Context, digest, evidence_digest

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry


def check_gold(gold: Gold, log: IssueLog) -> None:
    """Log what makes a gold set unfit to compare with: no claims, an id twice, claims without evidence."""
    if not len(gold):
        log.add(make_issue("G001", Where(), "a gold set without claims", "at least one claim"))
    seen: set[int] = set()
    for place, claim in enumerate(gold, start=1):
        where = Where(claim_id=claim.claim_id)
        if claim.claim_id in seen:
            found = f"claim id {claim.claim_id} again, in gold entry {place}"
            log.add(make_issue("G002", where, found, "each claim id once"))
        seen.add(claim.claim_id)
        if evidence_digest(claim.questions, ()) is None:
            found = f"no question in gold claim {claim.claim_id}"
            log.add(make_issue("G003", where, found, "at least one question with a text"))


class GoldAsPredictions:
    """Whether the predictions are a copy of the gold set."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._entries = 0
        self._same = 0

    def see(self, entry: Entry) -> None:
        """Compare the entry's label and evidence with the gold claim's."""
        self._entries += 1
        gold = self._context.gold
        if gold is None or entry.label is None or entry.claim_id is None:
            return
        expected = gold.predictions.get(entry.claim_id)
        if expected is None:
            return
        evidence = self._context.evidence_of(entry)
        self._same += evidence is not None and digest([entry.label.value]) + evidence == expected

    def finish(self) -> None:
        """Say if all of them are equal."""
        if self._entries and self._same == self._entries:
            found = f"label and evidence of all {self._entries} predictions equal gold's"
            self._context.add("G004", Where(), found, "the output of a system")


__all__ = ["GoldAsPredictions", "check_gold"]
