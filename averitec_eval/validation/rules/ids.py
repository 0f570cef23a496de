"""Rules about claim ids: every gold claim once, nothing else, and beside the right claim."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from averitec_eval.validation.catalogue import make_issue
from averitec_eval.validation.issues import IssueLog, Where
from averitec_eval.validation.printable import quote
from averitec_eval.validation.rules.base import Context, GoldIndex, at, claim_key

if TYPE_CHECKING:
    from averitec_eval.formats.entries import Entry

SAME_CLAIM_OVERLAP = 0.5
"""Share of common words (of all words of either text) from which on a text counts as a rewritten gold claim."""

_MAX_IDS_SHOWN = 6


class ClaimIds:
    """Missing, repeated and unknown ids, and files whose ids are shifted, shuffled or another split's.

    Problems of single claims are held back until the end: where the whole file is shifted or about other claims, that
    one finding stands for all of them. ``whole_file`` says so once ``finish`` was called.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._first: dict[int, int] = {}
        self._entries = 0
        self._without_id = 0
        self._ids_are_places = True
        self._last_place = -1
        self._unordered: tuple[Where, int] | None = None
        self._unknown = IssueLog(context.log.keep)
        self._misplaced = IssueLog(context.log.keep)
        self._unknown_ids = 0
        self._with_text = 0
        self._own = 0
        self._foreign = 0
        self._moved: Counter[int] = Counter()
        self.whole_file = False

    def see(self, entry: Entry) -> None:
        """Note the entry's id, and whether its text is that of its id."""
        self._entries += 1
        claim_id = entry.claim_id
        if claim_id is None:
            self._without_id += 1
            return
        self._ids_are_places = self._ids_are_places and claim_id == entry.index
        context, gold = self._context, self._context.gold
        if claim_id in self._first:
            context.add(
                "I002",
                at(entry),
                f"claim id {_short(claim_id)} again; it first occurs in entry {self._first[claim_id] + 1}",
                "each claim id once",
            )
        else:
            self._first[claim_id] = entry.index
            if gold is not None and claim_id not in gold.places:
                self._unknown_ids += 1
                found = f"claim id {_short(claim_id)} in entry {entry.index + 1}"
                self._unknown.add(make_issue("I003", at(entry), found, _expected_ids(gold)))
        if gold is None:
            return
        place = gold.places.get(claim_id)
        if place is not None:
            if place < self._last_place and self._unordered is None:
                self._unordered = (at(entry), claim_id)
            self._last_place = place
        if entry.claim is not None and entry.claim.strip():
            self._compare_text(entry, claim_id, entry.claim, gold)

    def _compare_text(self, entry: Entry, claim_id: int, text: str, gold: GoldIndex) -> None:
        self._with_text += 1
        key = claim_key(text)
        own = gold.keys.get(claim_id)
        if key == own:
            self._own += 1
            return
        others = gold.ids_by_key.get(key, ())
        if others:
            for other in others:
                self._moved[claim_id - other] += 1
            if own is not None:
                belongs = f"the text of claim {_id_list(others)}: {quote(text, 60)}"
                expected = f"the text of claim {claim_id}: {quote(gold.texts[claim_id], 60)}"
                self._misplaced.add(make_issue("I006", at(entry, "/claim"), belongs, expected))
        elif own is None or not _alike(key, own):
            self._foreign += 1

    def finish(self) -> None:
        """Judge the file as a whole, then report single claims unless one finding explains them all."""
        context, gold = self._context, self._context.gold
        if not self._entries or (gold is not None and not len(gold)):
            return  # that one side is empty has been said, which is more to the point than what follows from it
        if gold is None:
            self._check_numbering()
            return
        shift = self._shift(gold)
        if shift:
            self.whole_file = True
            self._report_shift(shift, gold)
            return
        if self._is_for_other_gold():
            self.whole_file = True
            context.add("I005", Where(), self._foreign_found(), f"claims of the gold set, {_expected_ids(gold)}")
            return
        context.log.extend(self._unknown)
        context.log.extend(self._misplaced)
        self._report_missing(gold)
        if self._unordered is not None:
            where, claim_id = self._unordered
            context.add("I008", where, f"claim id {claim_id} after a later one", "the order of the gold set")

    @property
    def _by_position(self) -> bool:
        """Whether the file may have no ids of its own: its format needs none, and they are the entries' places."""
        return self._context.positional and self._ids_are_places

    def _shift(self, gold: GoldIndex) -> int:
        """The constant by which all ids are off, or 0."""
        if self._moved:
            shift, votes = self._moved.most_common(1)[0]
            # One swapped pair must not pass for a shifted file: the shift has to explain most texts there are.
            if shift and votes > 1 and 2 * votes > self._with_text:
                return shift
        if self._own or self._with_text or self._by_position or not self._first or not len(gold):
            return 0
        shift = min(self._first) - min(gold.places)
        if shift and self._first.keys() == {claim_id + shift for claim_id in gold.places}:
            return shift
        return 0

    def _report_shift(self, shift: int, gold: GoldIndex) -> None:
        by = f"{abs(shift)} too {'high' if shift > 0 else 'low'}"
        if self._moved:
            proof = f"{self._moved[shift]} of {self._with_text} claim texts show ids that are {by}"
        else:
            proof = f"all ids are {by}"
        found = f"{proof}; the file has {_span(self._first)}"
        hint = ""
        if not self._by_position:
            hint = f"{'Subtract' if shift > 0 else 'Add'} {abs(shift)} {'from' if shift > 0 else 'to'} every claim id."
        self._context.add("I004", Where(), found, _expected_ids(gold), hint)

    def _is_for_other_gold(self) -> bool:
        if 2 * self._unknown_ids > len(self._first) and self._unknown_ids > 1 and not self._by_position:
            return True
        return self._foreign > 1 and 2 * self._foreign > self._with_text

    def _foreign_found(self) -> str:
        parts = []
        if self._unknown_ids:
            parts.append(f"{self._unknown_ids} of {len(self._first)} claim ids are not in the gold set")
        if self._foreign:
            parts.append(f"{self._foreign} of {self._with_text} claim texts are not in the gold set")
        return "; ".join(parts)

    def _report_missing(self, gold: GoldIndex) -> None:
        missing = [claim_id for claim_id in gold.places if claim_id not in self._first]
        if not missing or not self._first:
            return  # where not one id is sound, the reader's findings stand for all of them
        sound = self._entries - self._without_id
        if self._by_position and self._with_text < sound:
            found = f"{sound} entries, {sound - self._with_text} of them without a claim text"
            self._context.add("I007", Where(), found, f"{len(gold)} entries, one for each gold claim")
            return
        for claim_id in missing:
            self._context.add(
                "I001", Where(claim_id=claim_id), f"no prediction for claim {claim_id}", f"one for each of {len(gold)}"
            )

    def _check_numbering(self) -> None:
        ids = self._first
        if not ids or self._without_id or self._by_position:
            return
        if min(ids) != 0 or max(ids) != len(ids) - 1:
            self._context.add("I009", Where(), _span(ids), f"every id from 0 to {len(ids) - 1}")


def _alike(key: str, gold_key: str) -> bool:
    """Whether two claims share so many words that one is most likely a rewriting of the other."""
    words, gold_words = set(key.split()), set(gold_key.split())
    return len(words & gold_words) >= SAME_CLAIM_OVERLAP * min(len(words), len(gold_words)) > 0


def _id_list(ids: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, ids[:_MAX_IDS_SHOWN]))
    return shown + (", ..." if len(ids) > _MAX_IDS_SHOWN else "")


def _span(ids: dict[int, int]) -> str:
    """The ids of a file in words, whichever they are."""
    if len(ids) == 1:
        return f"one claim id, {_short(min(ids))}"
    return f"{len(ids)} different claim ids from {_short(min(ids))} to {_short(max(ids))}"


def _short(number: int) -> str:
    """A number in digits, or its magnitude where an id runs to dozens of digits."""
    return str(number) if abs(number) < 10**15 else f"{'-' if number < 0 else ''}{number.bit_length()}-bit number"


def _expected_ids(gold: GoldIndex) -> str:
    if not gold.places:
        return "no id: the gold set is empty"
    low, high = min(gold.places), max(gold.places)
    gaps = "" if high - low == len(gold) - 1 else ", with gaps"
    return f"one of the {len(gold)} ids from {low} to {high}{gaps}"


__all__ = ["ClaimIds"]
