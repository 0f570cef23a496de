"""What probes look at: a submission's evidence piece by piece, its words counted once, beside what is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from averitec_eval.audit.records import MOST_EXAMPLES, Example, Finding, Group, Skipped, Unit
from averitec_eval.audit.texts import Template, content_words, normalise, question_templates
from averitec_eval.records import NO_ANSWER, Gold, GoldClaim, Prediction, Submission
from averitec_eval.validation.printable import shorten

if TYPE_CHECKING:
    from averitec_eval.audit.probes.lookup import Looked
    from averitec_eval.baselines.store import KnowledgeStore
    from averitec_eval.scoring.results import Result

LONGEST_EXAMPLE = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """One string of evidence: a question with one answer, or a plain string, whose question is empty.

    ``position`` counts the claim's strings from 0 in the order in which they are compared. ``asked`` is False for the
    second and later answers of one question, whose question counts once.
    """

    claim_id: int
    position: int
    question: str
    answer: str
    url: str
    asked: bool
    question_key: str
    answer_key: str
    question_words: frozenset[str] = field(repr=False)
    answer_words: frozenset[str] = field(repr=False)

    @property
    def answered(self) -> bool:
        """Whether there is an answer with words, other than the one that stands for none."""
        return bool(self.answer_key) and self.answer_key != _NO_ANSWER


_NO_ANSWER = normalise(NO_ANSWER)


def pieces_of(prediction: Prediction) -> tuple[Piece, ...]:
    """The pieces of a prediction's evidence, in the order in which they are compared."""
    found: list[Piece] = []

    def add(question: str, answer: str, url: str | None, asked: bool) -> None:
        found.append(
            Piece(
                prediction.claim_id,
                len(found),
                question,
                answer,
                (url or "").strip(),
                asked,
                normalise(question),
                normalise(answer),
                content_words(question),
                content_words(answer),
            )
        )

    for question in prediction.evidence:
        if not question.answers:
            add(question.question, NO_ANSWER, None, True)
        for place, answer in enumerate(question.answers):
            add(question.question, answer.full_text, answer.source_url, place == 0)
    for text in prediction.string_evidence:
        add("", text, None, False)
    return tuple(found)


@dataclass(frozen=True)
class Context:
    """All that probes may use.

    ``others`` are submissions to compare with; ``domains`` fact-checking sites as ``averitec_eval.audit.domains`` reads
    them. ``judged`` is the submission's result with the scores of an Ev2R judge. Predictions for claims that the gold
    does not hold are left out.
    """

    submission: Submission
    gold: Gold
    thresholds: Mapping[str, float]
    others: tuple[Submission, ...] = ()
    train: Gold | None = None
    domains: frozenset[str] = frozenset()
    store: KnowledgeStore | None = None
    judged: Result | None = None

    @cached_property
    def looked(self) -> dict[int, Looked]:
        """What the store says of each claim's evidence, by claim id; claims that it has no file for are left out."""
        from averitec_eval.audit.probes.lookup import look_up

        if self.store is None:
            return {}
        held = set(self.store.claim_ids())
        return {
            claim_id: look_up(self.store, claim_id, pieces)
            for claim_id, pieces in self.by_claim.items()
            if claim_id in held
        }

    @cached_property
    def claims(self) -> dict[int, GoldClaim]:
        """The gold claims by id."""
        return self.gold.by_id()

    @cached_property
    def predictions(self) -> tuple[Prediction, ...]:
        """The predictions of gold claims, by rising claim id."""
        known = (prediction for prediction in self.submission if prediction.claim_id in self.claims)
        return tuple(sorted(known, key=lambda prediction: prediction.claim_id))

    @cached_property
    def claim_words(self) -> dict[int, frozenset[str]]:
        """The content words of each gold claim."""
        return {claim.claim_id: content_words(claim.claim) for claim in self.gold}

    @cached_property
    def by_claim(self) -> dict[int, tuple[Piece, ...]]:
        """The pieces of evidence by claim id, rising."""
        return {prediction.claim_id: pieces_of(prediction) for prediction in self.predictions}

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces of evidence, by claim and place."""
        return tuple(piece for pieces in self.by_claim.values() for piece in pieces)

    @cached_property
    def questions(self) -> tuple[Piece, ...]:
        """The pieces whose question counts: those with words in it, each question once."""
        return tuple(piece for piece in self.pieces if piece.asked and piece.question_key)

    @cached_property
    def answers(self) -> tuple[Piece, ...]:
        """The pieces that have an answer."""
        return tuple(piece for piece in self.pieces if piece.answered)

    @cached_property
    def gold_pieces(self) -> dict[int, tuple[Piece, ...]]:
        """The gold evidence by claim id, in the same shape."""
        return {
            claim.claim_id: pieces_of(Prediction(claim.claim_id, claim.label, claim.questions)) for claim in self.gold
        }

    @cached_property
    def claim_texts(self) -> dict[int, str]:
        """The text of each gold claim."""
        return {claim.claim_id: claim.claim for claim in self.gold}

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """The questions asked in the same words about many claims."""
        return question_templates(self.predictions, self.claim_texts)


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that audits measure.

    ``function`` gives the finding, or says what is lacking. ``title`` names it in tables; ``unit`` is that of the value
    and the threshold; ``about`` says in one sentence what is counted. ``gold_texts`` tells that examples quote gold.
    """

    name: str
    title: str
    unit: Unit
    about: str
    function: Callable[[Context], Finding | Skipped] = field(repr=False)
    gold_texts: bool = False

    @property
    def group(self) -> Group:
        """The group, which is the first part of the name."""
        return self.name.partition(".")[0]  # type: ignore[return-value]


Measure = Callable[[Context, "Probe"], Finding | Skipped]
Seen = tuple[int, str]
"""A claim id, and what was seen there."""


def probe(name: str, title: str, unit: Unit, about: str, *, gold_texts: bool = False) -> Callable[[Measure], Probe]:
    """Make a probe of a function of the context and the probe itself."""

    def make(measure: Measure) -> Probe:
        made: Probe = Probe(name, title, unit, about, lambda context: measure(context, made), gold_texts)
        return made

    return make


def shown(text: str, limit: int = 80) -> str:
    """A text of a submission in quotes, as examples hold it."""
    return f'"{shorten(text, limit)}"'


def finding(
    context: Context,
    of: Probe,
    value: float,
    sentence: str,
    seen: Iterable[Seen] = (),
) -> Finding:
    """The finding of a probe: ``seen`` gives the claims and, of each claim its first, the examples."""
    first: dict[int, str] = {}
    for claim_id, text in seen:
        first.setdefault(claim_id, text)
    threshold = context.thresholds[of.name]
    examples = (Example(claim_id, shorten(text, LONGEST_EXAMPLE)) for claim_id, text in sorted(first.items()))
    return Finding(
        probe=of.name,
        group=of.group,
        title=of.title,
        value=value,
        unit=of.unit,
        threshold=threshold,
        # A threshold of 0 asks to list a probe whenever it sees anything at all.
        flagged=value >= threshold and value > 0,
        claims=tuple(sorted(first)),
        sentence=sentence,
        examples=tuple(example for example, _ in zip(examples, range(MOST_EXAMPLES), strict=False)),
    )


def share_of(seen: Sequence[Seen], total: int) -> float:
    """The number seen over the total; 0 of nothing."""
    return len(seen) / total if total else 0.0


def share_finding(
    context: Context, of: Probe, seen: Sequence[Seen], total: int, what: str, verb: str, more: str = ""
) -> Finding:
    """The finding "N of TOTAL WHAT VERB, in M claims.": a share of things seen."""
    claims = len({claim_id for claim_id, _ in seen})
    inside = f", in {counted(claims, 'claim')}" if seen and what != "claims" else ""
    sentence = f"{len(seen):,} of {total:,} {what} {verb}{inside}.{f' {more}' if more and seen else ''}"
    return finding(context, of, share_of(seen, total), sentence, seen)


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 claim``, ``1,200 claims``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


__all__ = [
    "Context",
    "Measure",
    "Piece",
    "Probe",
    "Seen",
    "counted",
    "finding",
    "pieces_of",
    "probe",
    "share_finding",
    "share_of",
    "shown",
]
