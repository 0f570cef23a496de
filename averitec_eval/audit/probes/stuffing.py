"""Stuffing: the same evidence again, more than counts, or one source cut into many pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from statistics import median

from averitec_eval.audit.context import (
    Context,
    Piece,
    Probe,
    Seen,
    counted,
    finding,
    probe,
    share_finding,
    shown,
)
from averitec_eval.audit.probes.addresses import page_key
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.similar import similar_pairs
from averitec_eval.audit.texts import near, words_of

MOST_PAIRS = 10
"""How many pieces of evidence of a claim the shared tasks allow."""

LEAST_WORDS = 5
"""Content words from which a text is compared between claims: shorter ones agree by chance."""

RUN = 8
OVERLAP = 0.25
"""An answer holds long stretches of others if this share of its runs of so many words stand in them."""

MANY_OF_SOURCE = 5
"""Pieces of one claim from one page that count as many."""


def _repeats(
    by_claim: Iterable[Iterable[Piece]], key: Callable[[Piece], Hashable], text: Callable[[Piece], str]
) -> list[Seen]:
    """Each piece whose key an earlier one of its claim has."""
    seen: list[Seen] = []
    for pieces in by_claim:
        places: dict[Hashable, int] = {}
        for piece in pieces:
            first = places.setdefault(key(piece), piece.position)
            if first != piece.position:
                seen.append((piece.claim_id, f"items {first + 1} and {piece.position + 1}: {shown(text(piece))}"))
    return seen


def _pairs(context: Context, of: Probe) -> Finding | Skipped:
    seen = _repeats(
        context.by_claim.values(),
        lambda piece: (piece.question_key, piece.answer_key),
        lambda piece: f"{piece.question} {piece.answer}".strip(),
    )
    return share_finding(
        context, of, seen, len(context.pieces), "pieces of evidence", "repeat an earlier one as a whole"
    )


def _questions(context: Context, of: Probe) -> Finding | Skipped:
    asked = ([p for p in pieces if p.asked and p.question_key] for pieces in context.by_claim.values())
    seen = _repeats(asked, lambda piece: piece.question_key, lambda piece: piece.question)
    return share_finding(
        context, of, seen, len(context.questions), "questions", "repeat an earlier question of the same claim"
    )


def _answers(context: Context, of: Probe) -> Finding | Skipped:
    answered = ([p for p in pieces if p.answered and len(p.answer_words) > 1] for pieces in context.by_claim.values())
    seen = _repeats(answered, lambda piece: piece.answer_key, lambda piece: piece.answer)
    return share_finding(
        context, of, seen, len(context.answers), "answers", "repeat an earlier answer of the same claim"
    )


def _near(context: Context, of: Probe) -> Finding | Skipped:
    seen: list[Seen] = []
    for pieces in context.by_claim.values():
        earlier: list[Piece] = []
        for piece in pieces:
            if not piece.answered or len(piece.answer_words) < LEAST_WORDS:
                continue
            like = next((one for one in earlier if near(piece.answer_words, one.answer_words)), None)
            if like is None:
                earlier.append(piece)
            elif like.answer_key != piece.answer_key:
                text = (
                    f"items {like.position + 1} and {piece.position + 1}: {shown(like.answer)}, {shown(piece.answer)}"
                )
                seen.append((piece.claim_id, text))
    return share_finding(
        context, of, seen, len(context.answers), "answers", "say nearly the same as an earlier answer of the same claim"
    )


def _overlap(context: Context, of: Probe) -> Finding | Skipped:
    seen: list[Seen] = []
    for pieces in context.by_claim.values():
        places: dict[str, int] = {}
        keys: set[str] = set()
        for piece in pieces:
            words = piece.answer_key.split()
            runs = {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}
            known = [places[run] for run in runs if run in places]
            if piece.answer_key not in keys and known and len(known) >= OVERLAP * len(runs):
                text = f"items {min(known) + 1} and {piece.position + 1}: {shown(piece.answer, 150)}"
                seen.append((piece.claim_id, text))
            keys.add(piece.answer_key)
            for run in runs:
                places.setdefault(run, piece.position)
    return share_finding(
        context, of, seen, len(context.answers), "answers", "hold long stretches of earlier answers of the same claim"
    )


def _across(context: Context, of: Probe) -> Finding | Skipped:
    answers = [piece for piece in context.answers if len(piece.answer_words) >= LEAST_WORDS]
    words = context.claim_words
    partners: dict[int, Piece] = {}
    for one, other in similar_pairs([piece.answer_words for piece in answers]):
        first, second = answers[one], answers[other]
        if first.claim_id == second.claim_id or (one in partners and other in partners):
            continue
        if not near(first.answer_words, second.answer_words):
            continue
        # Claims about one matter nearly always share a word, and then the same evidence may well serve both.
        if words[first.claim_id] & words[second.claim_id]:
            continue
        partners.setdefault(one, second)
        partners.setdefault(other, first)
    seen = [
        (answers[place].claim_id, f"also for claim {partner.claim_id}: {shown(answers[place].answer)}")
        for place, partner in sorted(partners.items())
    ]
    return share_finding(
        context,
        of,
        seen,
        len(context.answers),
        "answers",
        "stand, the same or nearly, with a claim that has no word in common with this one",
    )


def _count(context: Context, of: Probe) -> Finding | Skipped:
    seen = [
        (claim_id, counted(len(pieces), "piece") + " of evidence")
        for claim_id, pieces in context.by_claim.items()
        if len(pieces) > MOST_PAIRS
    ]
    return share_finding(
        context, of, seen, len(context.by_claim), "claims", f"have more than {MOST_PAIRS} pieces of evidence"
    )


def _words_per_claim(by_claim: Iterable[Iterable[tuple[str, str]]]) -> float:
    """The median number of words that claims have as evidence; 0 without claims."""
    return float(median([sum(len(words_of(f"{q} {a}")) for q, a in texts) for texts in by_claim] or [0]))


def _length(context: Context, of: Probe) -> Finding | Skipped:
    own = _words_per_claim([(p.question, p.answer) for p in pieces] for pieces in context.by_claim.values())
    if not context.others:
        return Skipped(of.name, "needs other submissions to compare with")
    field = median(
        _words_per_claim(
            [
                *((pair.question, pair.answer) for pair in prediction.pairs()),
                *(("", s) for s in prediction.string_evidence),
            ]
            for prediction in other
        )
        for other in context.others
    )
    if not field:
        return Skipped(of.name, "the other submissions have no evidence")
    ratio = own / field
    those = "the other submission" if len(context.others) == 1 else f"the {len(context.others)} other submissions"
    sentence = (
        f"The median claim has {own:,.0f} words of evidence, {ratio:.2f} times as many as in {those} ({field:,.0f})."
    )
    counts = {
        claim_id: sum(len(words_of(f"{p.question} {p.answer}")) for p in pieces)
        for claim_id, pieces in context.by_claim.items()
    }
    long = [
        (claim_id, f"{count:,} words of evidence")
        for claim_id, count in counts.items()
        if count >= context.thresholds[of.name] * field
    ]
    return finding(context, of, ratio, sentence, long)


def _source(context: Context, of: Probe) -> Finding | Skipped:
    if not any(piece.url for piece in context.pieces):
        return Skipped(of.name, "the submission names no source")
    seen: list[Seen] = []
    for claim_id, pieces in context.by_claim.items():
        pages = Counter(page_key(piece.url) for piece in pieces if piece.url)
        page, count = pages.most_common(1)[0] if pages else ("", 0)
        if count >= MANY_OF_SOURCE:
            seen.append((claim_id, f"{count} of {counted(len(pieces), 'piece')} of evidence from {page}"))
    return share_finding(
        context, of, seen, len(context.by_claim), "claims", f"have {MANY_OF_SOURCE} or more pieces from one page"
    )


PROBES = (
    probe(
        "stuffing.pairs",
        "Same pair twice",
        "share",
        "Share of the pieces of evidence that repeat an earlier one of the same claim, question and answer alike.",
    )(_pairs),
    probe(
        "stuffing.questions",
        "Same question twice",
        "share",
        "Share of the questions that an earlier question of the same claim asks in the same words.",
    )(_questions),
    probe(
        "stuffing.answers",
        "Same answer twice",
        "share",
        "Share of the answers that repeat an earlier answer of the same claim word for word.",
    )(_answers),
    probe(
        "stuffing.near",
        "Nearly the same answer twice",
        "share",
        "Share of the answers that are near-duplicates, not copies, of an earlier answer of the same claim.",
    )(_near),
    probe(
        "stuffing.overlap",
        "Answers that hold parts of others",
        "share",
        f"Share of the answers of whose runs of {RUN} words at least a quarter stand in earlier answers of the claim, "
        "copies left out.",
    )(_overlap),
    probe(
        "stuffing.across",
        "Same answer for other claims",
        "share",
        "Share of the answers that also stand, exactly or nearly, with a claim without a content word in common.",
    )(_across),
    probe(
        "stuffing.count",
        "More evidence than counts",
        "share",
        f"Share of the claims with more than {MOST_PAIRS} pieces of evidence.",
    )(_count),
    probe(
        "stuffing.length",
        "Longer than the field",
        "ratio",
        "Median number of words of evidence a claim, over that of the other submissions.",
    )(_length),
    probe(
        "stuffing.source",
        "One page cut into many",
        "share",
        f"Share of the claims of which {MANY_OF_SOURCE} or more pieces of evidence come from one page.",
    )(_source),
)

__all__ = ["LEAST_WORDS", "MANY_OF_SOURCE", "MOST_PAIRS", "PROBES"]
