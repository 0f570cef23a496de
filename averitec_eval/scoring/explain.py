"""Why a claim was given credit or not, in plain sentences."""

from __future__ import annotations

from typing import Any

from averitec_eval.scoring.judged import JudgedClaim
from averitec_eval.scoring.judgements import (
    CLIPPED_PREDICTED,
    CLIPPED_REFERENCE,
    NO_EVIDENCE,
    REPAIRED,
    Judgement,
    Kind,
)
from averitec_eval.scoring.profiles import Comparison, level_name
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.signature import Signature
from averitec_eval.validation.printable import printable


def credit_sentence(claim: ClaimScore, level: float, comparison: Comparison) -> str:
    """Whether a claim has credit at ``level`` under a profile's ``comparison``, and why, in one sentence.

    ``level`` is one in [0, 1), whether or not the claim was scored at it.
    """
    return _credit_sentence(claim.missing, claim.label_correct, claim.evidence_qa, level_name(level), comparison)


def _credit_sentence(
    missing: bool, right: bool, evidence: float, level: str, comparison: str, what: str = "the evidence score"
) -> str:
    if missing:
        return "No credit: the submission has no prediction for this claim."
    at_least = comparison == "ge"
    enough = evidence >= float(level) if at_least else evidence > float(level)
    label = "the label is right" if right else "the label is wrong"
    relation = f"{'' if enough else 'not '}{'at least' if at_least else 'above'}"
    credit = "Credit" if right and enough else "No credit"
    joint = "and" if right == enough else "but"
    return f"{credit}: {label} {joint} {what} {_figure(evidence, float(level))} is {relation} {level}."


def _figure(evidence: float, level: float) -> str:
    """An evidence score to four decimals, or to as many as it takes to stand on its own side of a level."""
    decimals = 4
    while True:
        text = f"{evidence:.{decimals}f}"
        if (float(text) > level, float(text) < level) == (evidence > level, evidence < level):
            return text
        decimals += 1


def why(claim: dict[str, Any], signature: str) -> list[str]:
    """Sentences on one claim of a run (a line of ``claims.jsonl``) under the run's printed signature.

    The first says whether there is credit at the headline level and why, the second what the evidence score is made of.
    """
    parsed = Signature.parse(signature)
    evidence = claim["evidence_qa"]
    sentences = [_credit_sentence(claim["missing"], claim["label_correct"], evidence, parsed.level, parsed.cmp)]
    if claim["missing"]:
        return sentences
    matched, gold = len(claim["pairs"]), claim["n_gold"]
    sentences.append(
        f"{matched} of {gold} gold strings are matched by {claim['n_counted']} compared of "
        f"{claim['n_predicted']} predicted; questions alone score {claim['evidence_q']:.4f}."
    )
    if parsed.cap != "none" and gold > int(parsed.cap):
        ceiling = int(parsed.cap) / gold
        sentences.append(f"With {gold} gold strings and a cap of {parsed.cap}, no evidence scores above {ceiling:.4f}.")
    return sentences


_KINDS: dict[Kind, str] = {"questions": "Questions", "qa": "Questions and answers"}
_FLAGS = {
    CLIPPED_REFERENCE: "more reference facts supported than counted, cut down",
    CLIPPED_PREDICTED: "more predicted facts supported than counted, cut down",
    REPAIRED: "the reply was not JSON as it stood",
}


def ev2r_sentence(claim: ClaimScore, level: float, comparison: Comparison) -> str:
    """Whether a judged claim has credit at ``level`` of its recall under a ``comparison``, and why, in one sentence.

    Raises ``ValueError`` for a claim that is not judged.
    """
    found = claim.ev2r
    if found is None:
        raise ValueError(f"claim {claim.claim_id} is not judged")
    if claim.missing:
        return _credit_sentence(True, False, 0.0, "", comparison)
    if found.qa.recall is None:
        return f"No score: {_without_recall(found.qa)}."
    return _credit_sentence(
        False, claim.label_correct, found.qa.recall, level_name(level), comparison, "the judged recall"
    )


def _without_recall(judgement: Judgement) -> str:
    if judgement.status == "unscored":
        return f"the judgement is unscored ({printable(judgement.fault)})"
    return "the judge counts no fact in the reference evidence"


def judgement_sentences(found: JudgedClaim) -> list[str]:
    """What a judge counted of one claim, a sentence for each kind, and each reason to think that it was steered."""
    sentences = [_judgement_sentence(title, found.of(kind)) for kind, title in _KINDS.items()]
    return [*sentences, *(f"Looks steered: {printable(reason)}." for reason in found.steered)]


def _judgement_sentence(title: str, judgement: Judgement) -> str:
    counts = judgement.counts
    if NO_EVIDENCE in judgement.flags:
        return f"{title}: no evidence to judge, recall 0."
    if counts is None:
        return f"{title}: {_without_recall(judgement)}."
    notes = "".join(f"; {_FLAGS[flag]}" for flag in judgement.flags if flag in _FLAGS)
    recall, precision = (
        "none" if value is None else f"{value:.4f}" for value in (judgement.recall, judgement.precision)
    )
    return (
        f"{title}: {counts.reference_supported} of {counts.reference} reference facts and "
        f"{counts.predicted_supported} of {counts.predicted} predicted facts are supported by the other side "
        f"(recall {recall}, precision {precision}{notes})."
    )


__all__ = ["credit_sentence", "ev2r_sentence", "judgement_sentences", "why"]
