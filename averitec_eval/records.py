"""The records everything else works on: gold claims, predictions, their questions and answers.

Records are frozen: nothing in this package changes one after it is made, and nothing here reads or
writes a file. Gold and predicted evidence share one shape, questions with answers, because the
evaluators compare them as strings built from exactly that.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field


class Verdict(enum.Enum):
    """The four verdicts of AVeriTeC (Schlichtkrull et al., 2023, section 3); values are the labels in files."""

    SUPPORTED = "Supported"
    REFUTED = "Refuted"
    NOT_ENOUGH_EVIDENCE = "Not Enough Evidence"
    CONFLICTING = "Conflicting Evidence/Cherrypicking"

    @property
    def slug(self) -> str:
        """The verdict's name in metric names, such as ``f1_not_enough_evidence``."""
        return self.name.lower()


NO_ANSWER = "No answer could be found."
"""What stands for the answer of a question that has none, in every official evaluator."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question.

    ``text`` is the answer as written. ``answer_type`` is one of Extractive, Abstractive, Boolean and
    Unanswerable where the file says so. ``boolean_explanation`` belongs to Boolean answers.
    ``source_url``, ``cached_source_url``, ``source_medium`` and ``scraped_text`` say where it was found.
    """

    text: str
    answer_type: str | None = None
    boolean_explanation: str | None = None
    source_url: str | None = None
    cached_source_url: str | None = None
    source_medium: str | None = None
    scraped_text: str | None = None

    @property
    def full_text(self) -> str:
        """The text that is compared: a Boolean answer is followed by ``". "`` and its explanation, if it has one."""
        if self.answer_type == "Boolean" and self.boolean_explanation is not None:
            return f"{self.text}. {self.boolean_explanation}"
        return self.text


@dataclass(frozen=True, slots=True)
class Question:
    """One question and its answers, none or several."""

    question: str
    answers: tuple[Answer, ...] = ()

    def answer_texts(self) -> Iterator[str]:
        """Yield the text of each answer, or the one that stands for none."""
        if not self.answers:
            yield NO_ANSWER
        for answer in self.answers:
            yield answer.full_text


@dataclass(frozen=True, slots=True)
class QAPair:
    """A question-answer pair, as the 2024 and 2025 files list them."""

    question: str
    answer: str
    url: str | None = None
    scraped_text: str | None = None

    def as_question(self) -> Question:
        """The same pair as a question with one answer."""
        return Question(self.question, (Answer(self.answer, source_url=self.url, scraped_text=self.scraped_text),))


def qa_pairs(questions: tuple[Question, ...]) -> Iterator[QAPair]:
    """Yield one pair per answer in order; a question without answers gives one with the stand-in answer."""
    for question in questions:
        if not question.answers:
            yield QAPair(question.question, NO_ANSWER)
        for answer in question.answers:
            yield QAPair(question.question, answer.full_text, answer.source_url, answer.scraped_text)


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """One annotated claim.

    ``claim_id`` is the id that predictions are joined by. ``questions`` are the annotators', never cut.
    ``justification`` and the metadata are None or empty where the file does not hold them (the CSV
    holds none). ``claim_types`` and ``strategies`` may hold several labels each.
    """

    claim_id: int
    claim: str
    label: Verdict
    questions: tuple[Question, ...]
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


@dataclass(frozen=True, slots=True)
class Gold:
    """A gold set: its claims in file order, with unique ids, and the SHA-256 of the file's bytes (hex)."""

    claims: tuple[GoldClaim, ...]
    sha256: str
    name: str = ""

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[GoldClaim]:
        return iter(self.claims)

    def by_id(self) -> dict[int, GoldClaim]:
        """A new dictionary from claim id to claim."""
        return {claim.claim_id: claim for claim in self.claims}


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system says of one claim.

    ``evidence`` are questions with answers (one answer each in the 2024 and 2025 files). ``string_evidence`` are
    plain strings, which the 2023 and 2024-draft files allow; they are compared whole, after the question-answer
    strings. ``lists_pairs`` is False where the file does not list question-answer pairs at all, not even an empty
    list: only then do the plain strings also stand in for the questions. ``claim`` is the claim's text as the file
    repeats it, if it does; it is never a key. ``justification`` is None where there is none.
    """

    claim_id: int
    label: Verdict
    evidence: tuple[Question, ...] = ()
    string_evidence: tuple[str, ...] = ()
    claim: str | None = None
    justification: str | None = None
    lists_pairs: bool = True

    def pairs(self) -> Iterator[QAPair]:
        """Yield the question-answer pairs in order."""
        return qa_pairs(self.evidence)


@dataclass(frozen=True, slots=True)
class Submission:
    """A whole prediction file in memory: predictions in file order, and the SHA-256 of its bytes (hex).

    ``format`` is the name of the file format it was read from.
    """

    predictions: tuple[Prediction, ...]
    sha256: str
    format: str
    name: str = field(default="")

    def __len__(self) -> int:
        return len(self.predictions)

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self.predictions)


__all__ = [
    "NO_ANSWER",
    "Answer",
    "Gold",
    "GoldClaim",
    "Prediction",
    "QAPair",
    "Question",
    "Submission",
    "Verdict",
    "qa_pairs",
]
