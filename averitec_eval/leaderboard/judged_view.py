"""What pages say of a board's Ev2R judge, and of what it said."""

from __future__ import annotations

from typing import NamedTuple

from averitec_eval.leaderboard.view import Credit, PublicBoard
from averitec_eval.scoring.judged import JudgeSummary
from averitec_eval.scoring.judgements import Judgement
from averitec_eval.scoring.profiles import level_name
from averitec_eval.scoring.results import ClaimScore

PROMPT_DIGITS = 12
"""How many hexadecimal digits of a prompt's SHA-256 pages show."""


class JudgeFacts(NamedTuple):
    """A board's judge in words; each of ``facts`` is a name and what stands for it."""

    model: str
    fit: bool
    what: str
    relation: str
    level: str
    withhold_above: float
    facts: tuple[tuple[str, str], ...]


class JudgedRow(NamedTuple):
    """What became of one kind of judgements of a submission; ``unscored`` are faults with their numbers."""

    kind: str
    asked: int
    scored: int
    no_evidence: int
    no_reference_facts: int
    unscored: tuple[tuple[str, int], ...]
    clipped: int
    repaired: int


def judge_facts(board: PublicBoard) -> JudgeFacts | None:
    """The judge of a board in words, None where it has none."""
    judge = board.judge
    if judge is None:
        return None
    facts = [("Model", judge.model)]
    if judge.parameters:
        facts.append(("Asked with", ", ".join(f"{name} {value}" for name, value in judge.parameters)))
    facts += [
        (
            f"Prompt for {'questions' if kind == 'questions' else 'evidence'}",
            f"{name}, version {version}, {sha256[:PROMPT_DIGITS]}",
        )
        for kind, name, version, sha256 in judge.prompts
    ]
    facts.append(("Reference", "all answers" if judge.answers == "all" else "the first answer of each question"))
    facts.append(("Predicted evidence", "all of it" if judge.cap is None else f"the first {judge.cap} pairs"))
    if judge.replies_sha256 is not None:
        facts.append(("Replies, SHA-256", judge.replies_sha256))
    return JudgeFacts(
        judge.model,
        judge.fit,
        "Ev2R-lite" if judge.credit_name == "ev2r_lite" else "Ev2R",
        "at least" if judge.comparison == "ge" else "above",
        level_name(judge.level),
        judge.withhold_above,
        tuple(facts),
    )


def judged_rows(judge: JudgeSummary) -> tuple[JudgedRow, ...]:
    """What became of a submission's judgements, a row for each kind."""
    names = {"qa": "Questions and answers", "questions": "Questions"}
    return tuple(
        JudgedRow(
            names[kind],
            counts.asked,
            counts.scored,
            counts.no_evidence,
            counts.no_reference_facts,
            tuple(counts.unscored.items()),
            counts.clipped,
            counts.repaired,
        )
        for kind, counts in sorted(judge.counts.items(), key=lambda item: list(names).index(item[0]))
    )


def judged_sentence(claim: ClaimScore, credit: Credit) -> str:
    """Whether a claim has credit under a judge, and why, in one sentence."""
    if claim.missing:
        return "No credit: the submission has no prediction for this claim."
    label = "the verdict is right" if claim.label_correct else "the verdict is wrong"
    found = None if claim.ev2r is None else claim.ev2r.qa
    recall = None if found is None else found.recall
    if found is None or recall is None:
        return f"Not judged: {label}, and {_lacking(found)}. The claim is in no mean."
    level = level_name(credit.level)
    enough = recall >= credit.level if credit.comparison == "ge" else recall > credit.level
    relation = f"{'' if enough else 'not '}{'at least' if credit.comparison == 'ge' else 'above'}"
    joint = "and" if claim.label_correct == enough else "but"
    verdict = "Credit" if claim.label_correct and enough else "No credit"
    return f"{verdict}: {label} {joint} {_said(found)} is {relation} {level}."


def _said(found: Judgement) -> str:
    counts = found.counts
    if counts is None:
        return "the recall of 0, for there is no evidence,"
    return f"the recall, {counts.reference_supported:g} of {counts.reference} reference facts,"


def _lacking(found: Judgement | None) -> str:
    if found is not None and found.status == "no-reference-facts":
        return "the judge counted no fact in the reference evidence"
    return "the judge gave no recall" + (f" ({found.fault})" if found is not None and found.fault else "")


__all__ = ["JudgeFacts", "JudgedRow", "judge_facts", "judged_rows", "judged_sentence"]
