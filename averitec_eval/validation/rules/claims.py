"""Rules about the claim text that a file repeats beside its ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.printable import quote
from averitec_eval.validation.rules.base import Context, at, claim_key
from averitec_eval.validation.rules.ids import ClaimIds

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry


class ClaimTexts:
    """Claim texts that differ from gold, held back until ``ids`` knows whether the file is about these claims."""

    def __init__(self, context: Context, ids: ClaimIds) -> None:
        self._context = context
        self._ids = ids
        self._held = IssueLog(context.log.keep)
        self._entries = 0
        self._with_text = 0

    def see(self, entry: Entry) -> None:
        """Compare the entry's claim text with that of its id."""
        self._entries += 1
        text, gold = entry.claim, self._context.gold
        if text is None or not text.strip():
            return
        self._with_text += 1
        if gold is None or entry.claim_id not in gold.texts:
            return
        expected = gold.texts[entry.claim_id]
        if text == expected:
            return
        if claim_key(text) == gold.keys[entry.claim_id]:
            code = "C002"
        elif claim_key(text) in gold.ids_by_key:
            return  # the text of another claim: a matter of ids
        else:
            code = "C001"
        self._held.add(make_issue(code, at(entry, "/claim"), quote(text, 60), quote(expected, 60)))

    def finish(self) -> None:
        """Report the differences, unless the whole file is shifted or another split's."""
        if not self._ids.whole_file:
            self._context.log.extend(self._held)
        if self._entries and not self._with_text and self._context.gold is not None:
            self._context.add("C003", Where(), "no claim text in any entry", "the text of each claim beside its id")


__all__ = ["ClaimTexts"]
