"""Echo: how much of the evidence is the claim itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from averitec_eval.audit.context import Context, Piece, Probe, finding, probe, share_finding, shown
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.texts import COPIED, holds
from averitec_eval.sums import plain_sum


def _mean_echo(
    context: Context,
    of: Probe,
    pieces: Sequence[Piece],
    side: tuple[str, Callable[[Piece], frozenset[str]], Callable[[Piece], str]],
) -> Finding | Skipped:
    """The mean share of the claim's words in texts, and the claims of which some text holds nearly all."""
    what, words, text = side
    shares: list[tuple[Piece, float]] = []
    for piece in pieces:
        wanted = context.claim_words[piece.claim_id]
        if wanted:
            shares.append((piece, len(wanted & words(piece)) / len(wanted)))
    if not shares:
        return Skipped(of.name, f"there are no {what} to look at")
    mean = plain_sum(share for _, share in shares) / len(shares)
    full = [(piece, share) for piece, share in shares if share >= COPIED]
    seen = [(p.claim_id, f"item {p.position + 1}, {share:.0%} of the words: {shown(text(p))}") for p, share in full]
    sentence = (
        f"The {what} hold {mean:.1%} of the content words of their claim on average; {len(full):,} of {len(shares):,} "
        f"hold at least {COPIED:.0%}."
    )
    return finding(context, of, mean, sentence, seen)


def _questions(context: Context, of: Probe) -> Finding | Skipped:
    side = ("questions", lambda p: p.question_words, lambda p: p.question)
    return _mean_echo(context, of, context.questions, side)


def _answers(context: Context, of: Probe) -> Finding | Skipped:
    return _mean_echo(context, of, context.answers, ("answers", lambda p: p.answer_words, lambda p: p.answer))


def _copied(context: Context, of: Probe) -> Finding | Skipped:
    # A claim of one or two words stands in many an answer that is about it.
    long = {claim_id for claim_id, words in context.claim_words.items() if len(words) >= 3}
    seen = [
        (piece.claim_id, f"item {piece.position + 1}: {shown(piece.answer, 150)}")
        for piece in context.answers
        if piece.claim_id in long and holds(piece.answer, context.claim_texts[piece.claim_id])
    ]
    return share_finding(context, of, seen, len(context.answers), "answers", "hold the claim word for word")


PROBES = (
    probe(
        "echo.questions",
        "Claim's words in questions",
        "share",
        "Share of the claim's content words that stand in a question, on average over all questions.",
    )(_questions),
    probe(
        "echo.answers",
        "Claim's words in answers",
        "share",
        "Share of the claim's content words that stand in an answer, on average over all answers.",
    )(_answers),
    probe(
        "echo.copied",
        "Claim copied into answers",
        "share",
        "Share of the answers that hold the whole claim word for word.",
    )(_copied),
)

__all__ = ["PROBES"]
