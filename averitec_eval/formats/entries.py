"""Entries: what a file says of one claim, before anyone has decided whether it is complete.

A reader yields one entry per element, line or row, whatever is wrong with it; fields that are missing or broken are
None and their issues are in the log already. So no entry is dropped unseen, and rules about ids and evidence can go on.
"""

from __future__ import annotations

from dataclasses import dataclass

from averitec_eval.records import GoldClaim, Prediction, Question, Verdict
from averitec_eval.validation.issues import Where


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a prediction file.

    ``where`` is its place, with the claim id if that is sound; ``index`` its position counted from 0. In a format
    without ids ``claim_id`` is that position. ``evidence`` holds the sound questions and ``string_evidence`` the sound
    plain strings, in file order. ``has_evidence_key`` says whether the entry names evidence at all, be it an empty
    list; ``lists_pairs`` whether it names a list of question-answer pairs. ``broken`` says that at least one error was
    logged for the entry's shape, in which case it gives no prediction.

    The remaining fields serve the three ``..._path`` methods: the keys the file uses, and the places of the sound items
    where broken ones stand between them (None where there are none).
    """

    where: Where
    index: int
    claim_id: int | None = None
    claim: str | None = None
    label: Verdict | None = None
    evidence: tuple[Question, ...] = ()
    string_evidence: tuple[str, ...] = ()
    justification: str | None = None
    has_evidence_key: bool = False
    lists_pairs: bool = False
    broken: bool = False
    evidence_key: str = "evidence"
    strings_key: str = "string_evidence"
    evidence_places: tuple[int, ...] | None = None
    string_places: tuple[int, ...] | None = None

    def prediction(self) -> Prediction | None:
        """The prediction, or None if the entry is broken."""
        if self.broken or self.claim_id is None or self.label is None:
            return None
        return Prediction(
            self.claim_id,
            self.label,
            self.evidence,
            self.string_evidence,
            self.claim,
            self.justification,
            self.lists_pairs,
        )

    def question_path(self, number: int) -> str:
        """The JSON pointer from the entry to the item that ``evidence[number]`` was read from."""
        place = number if self.evidence_places is None else self.evidence_places[number]
        return f"/{self.evidence_key}/{place}"

    def answer_path(self, number: int, answer: int) -> str:
        """The JSON pointer from the entry to the text of ``evidence[number].answers[answer]``."""
        path = self.question_path(number)
        return f"{path}/answers/{answer}/answer" if self.evidence_key == "questions" else f"{path}/answer"

    def string_path(self, number: int) -> str:
        """The JSON pointer from the entry to ``string_evidence[number]``."""
        place = number if self.string_places is None else self.string_places[number]
        return f"/{self.strings_key}/{place}"


@dataclass(frozen=True, slots=True)
class GoldEntry:
    """One entry of a gold file; the fields are those of ``GoldClaim``, None or empty where missing or broken.

    ``where``, ``index`` and ``broken`` are as for ``Entry``.
    """

    where: Where
    index: int
    claim_id: int | None = None
    claim: str | None = None
    label: Verdict | None = None
    questions: tuple[Question, ...] = ()
    justification: str | None = None
    claim_date: str | None = None
    speaker: str | None = None
    original_claim_url: str | None = None
    cached_original_claim_url: str | None = None
    fact_checking_article: str | None = None
    reporting_source: str | None = None
    location_iso_code: str | None = None
    claim_types: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    required_reannotation: bool | None = None
    broken: bool = False

    def gold_claim(self) -> GoldClaim | None:
        """The gold claim, or None if the entry is broken."""
        if self.broken or self.claim_id is None or self.claim is None or self.label is None:
            return None
        return GoldClaim(
            claim_id=self.claim_id,
            claim=self.claim,
            label=self.label,
            questions=self.questions,
            justification=self.justification,
            claim_date=self.claim_date,
            speaker=self.speaker,
            original_claim_url=self.original_claim_url,
            cached_original_claim_url=self.cached_original_claim_url,
            fact_checking_article=self.fact_checking_article,
            reporting_source=self.reporting_source,
            location_iso_code=self.location_iso_code,
            claim_types=self.claim_types,
            strategies=self.strategies,
            required_reannotation=self.required_reannotation,
        )


__all__ = ["Entry", "GoldEntry"]
