"""Filler: questions and verdicts that would fit any claim, and answers that say nothing of their own."""

from __future__ import annotations

from collections import Counter

from averitec_eval.audit.context import Context, Probe, Seen, counted, finding, probe, share_finding, shown
from averitec_eval.audit.records import Finding, Skipped
from averitec_eval.audit.texts import fillers, repeats_question
from averitec_eval.records import Verdict


def _templates(context: Context, of: Probe) -> Finding | Skipped:
    asked = {(piece.claim_id, piece.position) for piece in context.questions}
    seen: list[Seen] = []
    for template in context.templates:
        places = [place for place in template.pairs if place in asked]
        text = f"{shown(template.text)}, asked about {counted(len(template.claims), 'claim')}"
        seen += [(claim_id, f"item {position + 1}: {text}") for claim_id, position in places]
    number = len(context.templates)
    more = ""
    if number:
        first = context.templates[0]
        forms = "There is one such form" if number == 1 else f"There are {number} such forms"
        more = f"{forms}; the most frequent, {shown(first.text)}, is asked about {counted(len(first.claims), 'claim')}."
    return share_finding(
        context, of, seen, len(context.questions), "questions", "are asked in one form about many claims", more
    )


def _repeats(context: Context, of: Probe) -> Finding | Skipped:
    seen = [
        (piece.claim_id, f"item {piece.position + 1}: {shown(piece.question)} {shown(piece.answer)}")
        for piece in context.answers
        if piece.question_key and repeats_question(piece.question, piece.answer)
    ]
    return share_finding(
        context, of, seen, len(context.answers), "answers", "say hardly more than the words of their question"
    )


def _pairs(context: Context, of: Probe) -> Finding | Skipped:
    empty = fillers(context.predictions, context.claim_texts)
    seen: list[Seen] = []
    for claim_id, positions in empty.items():
        pieces = context.by_claim[claim_id]
        for position in positions:
            piece = pieces[position]
            seen.append((claim_id, f"item {position + 1}: {shown(piece.question)} {shown(piece.answer)}"))
    verb = "ask such a question and answer it with nothing new"
    return share_finding(context, of, seen, len(context.pieces), "pieces of evidence", verb)


def _verdicts(context: Context, of: Probe) -> Finding | Skipped:
    if not context.predictions:
        return Skipped(of.name, "there are no predictions")
    counts = Counter(prediction.label for prediction in context.predictions)
    label = max(Verdict, key=counts.__getitem__)
    total = len(context.predictions)
    value = counts[label] / total
    sentence = f"{counts[label]:,} of {total:,} claims have the verdict {label.value}, the most frequent."
    # Some verdict is always the most frequent: its claims are of interest only where it hardly leaves any other.
    listed = value >= context.thresholds[of.name]
    seen = [(p.claim_id, f"verdict {label.value}") for p in context.predictions if listed and p.label is label]
    return finding(context, of, value, sentence, seen)


PROBES = (
    probe(
        "filler.templates",
        "Questions from a template",
        "share",
        "Share of the questions that are asked about many claims in the same words, but for those of the claim.",
    )(_templates),
    probe(
        "filler.repeats",
        "Answers that repeat the question",
        "share",
        "Share of the answers nearly all of whose content words are their question's.",
    )(_repeats),
    probe(
        "filler.pairs",
        "Pairs that say nothing",
        "share",
        "Share of the pieces of evidence that are a template's question and an answer without a word of its own.",
    )(_pairs),
    probe(
        "filler.verdicts",
        "One verdict for all",
        "share",
        "Share of the claims that have the verdict which most have.",
    )(_verdicts),
)

__all__ = ["PROBES"]
