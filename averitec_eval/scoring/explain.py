"""Why a claim was given credit or not, in plain sentences."""

from __future__ import annotations

from typing import Any

from averitec_eval.scoring.profiles import Comparison, level_name
from averitec_eval.scoring.results import ClaimScore
from averitec_eval.scoring.signature import Signature


def credit_sentence(claim: ClaimScore, level: float, comparison: Comparison) -> str:
    """Whether a claim has credit at ``level`` under a profile's ``comparison``, and why, in one sentence.

    ``level`` is one in [0, 1), whether or not the claim was scored at it.
    """
    return _credit_sentence(claim.missing, claim.label_correct, claim.evidence_qa, level_name(level), comparison)


def _credit_sentence(missing: bool, right: bool, evidence: float, level: str, comparison: str) -> str:
    if missing:
        return "No credit: the submission has no prediction for this claim."
    at_least = comparison == "ge"
    enough = evidence >= float(level) if at_least else evidence > float(level)
    label = "the label is right" if right else "the label is wrong"
    relation = f"{'' if enough else 'not '}{'at least' if at_least else 'above'}"
    credit = "Credit" if right and enough else "No credit"
    joint = "and" if right == enough else "but"
    return f"{credit}: {label} {joint} the evidence score {_figure(evidence, float(level))} is {relation} {level}."


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


__all__ = ["credit_sentence", "why"]
