"""Copying: what equals the annotators' words, or another submission's."""

from __future__ import annotations

from pathlib import PurePath

from averitec_eval.audit.context import Context, Probe, Seen, counted, finding, probe, share_finding, shown
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.sharing import LEAST_WORDS, answers_of, shared_with
from averitec_eval.audit.texts import content_words, near, normalise
from averitec_eval.records import Prediction
from averitec_eval.validation.printable import shorten

LEAST_QUESTION_WORDS = 3
"""Content words that are not the claim's, from which a question is compared: "Did" with the claim is anybody's."""


def _questions(context: Context, of: Probe) -> Finding | Skipped:
    seen: list[Seen] = []
    for piece in context.questions:
        if len(piece.question_words - context.claim_words[piece.claim_id]) < LEAST_QUESTION_WORDS:
            continue
        if any(piece.question_key == gold.question_key for gold in context.gold_pieces[piece.claim_id]):
            seen.append((piece.claim_id, f"item {piece.position + 1}: {shown(piece.question, 150)}"))
    # By claims, not by questions: ten questions a claim would hide one that is the annotators' in each.
    claims = len({claim_id for claim_id, _ in seen})
    total = len(context.by_claim)
    sentence = (
        f"{claims:,} of {total:,} claims have a question that the annotators ask in the same words"
        f"{f' ({len(seen):,} questions)' if seen else ''}."
    )
    return finding(context, of, claims / total if total else 0.0, sentence, seen)


def _answers(context: Context, of: Probe) -> Finding | Skipped:
    seen = [
        (piece.claim_id, f"item {piece.position + 1}: {shown(piece.answer, 150)}")
        for piece in context.answers
        if len(piece.answer_words) >= LEAST_WORDS
        and any(piece.answer_key == gold.answer_key for gold in context.gold_pieces[piece.claim_id])
    ]
    more = "Two who quote the same page can agree."
    return share_finding(
        context, of, seen, len(context.answers), "answers", "are an annotator's answer word for word", more
    )


def _evidence(context: Context, of: Probe) -> Finding | Skipped:
    if not context.others:
        return Skipped(of.name, "needs other submissions to compare with")
    own = answers_of(context.submission)
    total = own.number
    if not total:
        return Skipped(of.name, f"no answer has {LEAST_WORDS} content words")
    value, name, best = 0.0, "", {}
    for number, other in enumerate(context.others, 1):
        shared = shared_with(own, answers_of(other))
        if len(shared) / total > value:
            value, name, best = len(shared) / total, _called(other.name, number), shared
    seen = [
        (claim_id, f"item {position + 1}, item {there + 1} there: {shown(_answer(context, claim_id, position), 120)}")
        for (claim_id, position), there in sorted(best.items())
        if claim_id in context.by_claim
    ]
    against = "the other submission" if len(context.others) == 1 else f"any of {len(context.others)} submissions"
    if not best:
        return finding(context, of, 0.0, f"No answer stands with the same claim in {against}.")
    claims = counted(len({claim_id for claim_id, _ in best}), "claim")
    sentence = (
        f"{len(best):,} of {total:,} answers stand, the same or nearly, with the same claim in "
        f"{name}, in {claims}. Systems that read the same pages quote the same sentences."
    )
    return finding(context, of, value, sentence, seen)


def _called(name: str, number: int) -> str:
    """What to call another submission: its file's name, or its number where it has none."""
    return shorten(PurePath(name).name, 60) or f"submission {number}"


def _answer(context: Context, claim_id: int, position: int) -> str:
    return context.by_claim[claim_id][position].answer


def _justification(context: Context, of: Probe) -> Finding | Skipped:
    given = [p for p in context.predictions if len(content_words(p.justification or "")) >= LEAST_WORDS]
    if not given:
        return Skipped(of.name, "the submission gives no justification")
    theirs: list[dict[int, Prediction]] = [{p.claim_id: p for p in other} for other in context.others]
    seen: list[Seen] = []
    for prediction in given:
        text = prediction.justification or ""
        gold = context.claims[prediction.claim_id].justification
        sources = [("the annotators'", gold)]
        for number, (other, predictions) in enumerate(zip(context.others, theirs, strict=True), 1):
            match = predictions.get(prediction.claim_id)
            sources.append((f"that of {_called(other.name, number)}", match.justification if match else None))
        for whose, there in sources:
            if there and _same(text, there):
                seen.append((prediction.claim_id, f"as {whose}: {shown(text, 120)}"))
                break
    return share_finding(
        context, of, seen, len(given), "justifications", "are, the same or nearly, the annotators' or another's"
    )


def _same(one: str, other: str) -> bool:
    return normalise(one) == normalise(other) or near(content_words(one), content_words(other))


PROBES = (
    probe(
        "copying.questions",
        "Annotators' questions",
        "share",
        "Share of the claims with a question of the annotators, word for word; three content words must not be the "
        "claim's.",
        gold_texts=True,
    )(_questions),
    probe(
        "copying.answers",
        "Annotators' answers",
        "share",
        "Share of the answers that stand in the gold evidence of the claim in the same words.",
        gold_texts=True,
    )(_answers),
    probe(
        "copying.evidence",
        "Evidence of another submission",
        "share",
        "Share of the answers that another submission has for the same claim, exactly or nearly; the one with most.",
    )(_evidence),
    probe(
        "copying.justification",
        "Justifications of others",
        "share",
        "Share of the justifications that are, exactly or nearly, the annotators' or another submission's.",
        gold_texts=True,
    )(_justification),
)

__all__ = ["LEAST_QUESTION_WORDS", "PROBES"]
